// SPDX-License-Identifier: BSD-3-Clause
/* What holds where nothing is configured; neighbor.h says why. */
#include "routing/neighbor/engine.h"

static void normally(uint32_t *value, uint32_t normal)
{
	if (*value == 0)
		*value = normal;
}

void conf_fill_in_limits(struct neighbor_limits *limits)
{
	normally(&limits->resolved, 65536);
	normally(&limits->unresolved, 16384);
	normally(&limits->held, 1024);
}

void conf_fill_in(struct neighbor_conf *conf)
{
	normally(&conf->resolved, 16384);
	normally(&conf->unresolved, 1024);
	normally(&conf->held, 256);
	normally(&conf->attempts, 256);
	normally(&conf->reachable_ms, 30000);
	normally(&conf->retrans_ms, 1000);
	normally(&conf->stale_ms, 60000);
	normally(&conf->failed_ms, 3000);
	if (conf->dad_transmits == 0)
		conf->dad_transmits = 1;
	if (!conf->ra.enabled)
		conf->ra = (struct ra_conf){0};
}
