// SPDX-License-Identifier: BSD-3-Clause
/* rip route: what RIP and RIPng know, and tell. */
#include "control/rips.h"
#include "control/spine/noun.h"
#include "routing/rip/rip.h"

static const struct column columns[] = {
	{"prefix", NULL, "where it leads"},
	{"metric", NULL, "hops; 16: nobody knows a way"},
	{"next_hop", NULL, "the first of its gateways; none: it is told by ourselves"},
	{"interface", NULL, "the gateway's"},
	{"hops", NULL, "equally good gateways"},
	{"tag", NULL, "its mark"},
	{"timeout", "s", "until it is no longer used, or forgotten; none: it stays"},
	{"state", NULL, "learned, own (told by redistribution), deleted (told as unreachable)"},
	{NULL},
};

static json_t *row_of(const struct rip_route_row *row)
{
	char prefix[PREFIX_TEXT_MAX], hop[ADDR_TEXT_MAX];
	json_t *out =
		json_pack("{s:s, s:i, s:s, s:s, s:i, s:i, s:s}", "prefix",
			  prefix_print(&row->prefix, prefix), "metric", row->metric, "next_hop",
			  row->next_hop.family ? addr_print(&row->next_hop, hop) : "", "interface",
			  row->iface ? rips_iface_name(row->iface) : "", "hops", row->n_hops, "tag",
			  row->tag, "state",
			  row->is_own       ? "own"
			  : row->is_deleted ? "deleted"
					    : "learned");

	if (row->left_us)
		json_object_set_new(out, "timeout", json_real((double)row->left_us / 1e6));
	return out;
}

static void add_rows(struct instance *instance, void *arg)
{
	struct rip_route_row row = {0};

	while (rip_next_route(instance, &row))
		json_array_append_new(arg, row_of(&row));
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	rips_each(add_rows, rows);
	return rows;
}

const struct noun noun_rip_route = {
	.name = "rip route",
	.help = "what RIP and RIPng know, and tell",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show = show,
};
