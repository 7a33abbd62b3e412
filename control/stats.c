// SPDX-License-Identifier: BSD-3-Clause
#include "control/stats.h"

#include <string.h>

#include "control/daemon.h"
#include "control/loop.h"
#include "control/ports.h"
#include "control/watches.h"

/* What a worker had counted at the last clear; worthless once another core has its place. */
static struct dp_worker_stats base[WORKERS_MAX];
static int64_t cleared_ms;

void stats_worker(uint16_t worker, struct dp_worker_stats *out)
{
	const struct dp_worker_stats *b = &base[worker];

	dp_worker_stats(worker, out);
	if (b->core != out->core || b->received > out->received)
		return;
	out->received -= b->received;
	out->generated -= b->generated;
	out->sent -= b->sent;
	out->dropped -= b->dropped;
	out->consumed -= b->consumed;
	out->learn_lost -= b->learn_lost;
	out->options_carried -= b->options_carried;
}

void stats_clear(void)
{
	for (struct port_entry *e = ports_first(); e; e = e->next)
		ports_stats_clear(e);
	memset(base, 0, sizeof(base));
	for (uint16_t i = 0; i < dp_n_workers(); i++)
		dp_worker_stats(i, &base[i]);
	loop_max_clear();
	if (watches_bfd())
		bfd_clear(watches_bfd());
	cleared_ms = daemon_now_ms();
}

int64_t stats_age_s(void)
{
	return (daemon_now_ms() - (cleared_ms ? cleared_ms : weftd.started_ms)) / 1000;
}

double stats_round(double value)
{
	return (double)(int64_t)(value * 1000 + 0.5) / 1000;
}
