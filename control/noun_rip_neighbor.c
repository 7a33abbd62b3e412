// SPDX-License-Identifier: BSD-3-Clause
/* rip neighbor: who was heard, and what was wrong with what they said. */
#include "control/engines.h"
#include "control/rips.h"
#include "control/spine/noun.h"
#include "routing/rip/rip.h"

static const struct column columns[] = {
	{"address", NULL, "of the neighbour"},
	{"interface", NULL, "where it was heard"},
	{"version", NULL, "of its packets; of RIPng 1"},
	{"last_seen", "s", "since its last good packet"},
	{"packets", NULL, "good ones"},
	{"bad_packets", NULL, "that were refused"},
	{"bad_routes", NULL, "of good packets, that were refused"},
	{"last_refused", NULL, "why, the last time"},
	{NULL},
};

static void add_rows(struct instance *instance, void *arg)
{
	struct rip_neighbor_row row = {0};
	json_t *rows = arg;
	char text[ADDR_TEXT_MAX];

	while (rip_next_neighbor(instance, &row)) {
		bool never = row.last_refused == RIP_REFUSALS;

		json_array_append_new(rows,
				      json_pack("{s:s, s:s, s:i, s:f, s:I, s:I, s:I, s:s}",
						"address", addr_print(&row.addr, text), "interface",
						rips_iface_name(row.iface), "version", row.version,
						"last_seen",
						(double)(engines_clock_us() - row.seen_us) / 1e6,
						"packets", (json_int_t)row.packets, "bad_packets",
						(json_int_t)row.bad_packets, "bad_routes",
						(json_int_t)row.bad_routes, "last_refused",
						never ? "" : rip_refused_names[row.last_refused]));
	}
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	rips_each(add_rows, rows);
	return rows;
}

const struct noun noun_rip_neighbor = {
	.name = "rip neighbor",
	.help = "who was heard by RIP and RIPng",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show = show,
};
