// SPDX-License-Identifier: BSD-3-Clause
/* stats: all ports together, and the way to begin counting anew. */
#include "control/ports.h"
#include "control/spine/noun.h"
#include "control/stats.h"

static const struct column columns[] = {
	{"since", "s", "how long these were counted: since the last clear, or the start"},
	{"rx_packets", "packets", "received by all ports"},
	{"rx_bytes", "bytes", "received by all ports"},
	{"tx_packets", "packets", "sent by all ports"},
	{"tx_bytes", "bytes", "sent by all ports"},
	{"drops", "packets", "dropped by all ports"},
	{NULL},
};

static json_t *show(struct call *call)
{
	struct dp_port_stats sum = {0}, one;
	json_int_t drops = 0;

	for (struct port_entry *e = ports_first(); e; e = e->next) {
		ports_stats(e, &one);
		sum.rx_packets += one.rx_packets;
		sum.rx_bytes += one.rx_bytes;
		sum.tx_packets += one.tx_packets;
		sum.tx_bytes += one.tx_bytes;
		for (int i = 0; i < DROP_COUNT; i++)
			drops += (json_int_t)one.drops[i];
	}
	return json_pack("[{s:I, s:I, s:I, s:I, s:I, s:I}]", "since", (json_int_t)stats_age_s(),
			 "rx_packets", (json_int_t)sum.rx_packets, "rx_bytes",
			 (json_int_t)sum.rx_bytes, "tx_packets", (json_int_t)sum.tx_packets,
			 "tx_bytes", (json_int_t)sum.tx_bytes, "drops", drops);
}

static json_t *clear(struct call *call)
{
	stats_clear();
	return json_null();
}

static const struct verb verbs[] = {
	{.name = "clear",
	 .help = "counters start again from zero, those of ports and workers; and what was the "
		 "longest",
	 .run = clear},
	{.name = NULL},
};

const struct noun noun_stats = {
	.name = "stats",
	.help = "all ports together, and the way to begin counting anew",
	.shape = NOUN_VIEW,
	.columns = columns,
	.verbs = verbs,
	.show = show,
};
