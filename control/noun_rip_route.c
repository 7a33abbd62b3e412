// SPDX-License-Identifier: BSD-3-Clause
/* rip route: what RIP and RIPng know, and tell. */
#include "control/rips.h"
#include "control/spine/noun.h"
#include "routing/rip/rip.h"

static const struct field show_args[] = {
	{.name = "prefix",
	 .type = F_STRING,
	 .max = 50,
	 .help = "only of this prefix; or of those that this address is in"},
	{.name = "longer", .type = F_BOOL, .help = "of all prefixes within the prefix, too"},
	{.name = "limit",
	 .type = F_INT,
	 .min = 1,
	 .max = 1000000,
	 .def = "10000",
	 .help = "refuse to show more than this many"},
	{.name = NULL},
};

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

/* What a show asks for. */
struct query {
	struct prefix prefix; /* family ADDR_NONE: all */
	bool longer, by_address;
	size_t limit;
	struct errors *errors;
	json_t *rows;
};

static bool matches(const struct query *query, const struct prefix *prefix)
{
	if (query->prefix.addr.family == ADDR_NONE)
		return true;
	if (query->by_address)
		return prefix_contains(prefix, &query->prefix.addr);
	if (query->longer)
		return prefix->length >= query->prefix.length &&
		       prefix_contains(&query->prefix, &prefix->addr);
	return prefix_compare(&query->prefix, prefix) == 0;
}

static void add_rows(struct instance *instance, void *arg)
{
	struct query *query = arg;
	struct rip_route_row row = {0};

	while (query->rows && rip_next_route(instance, &row)) {
		if (!matches(query, &row.prefix))
			continue;
		if (json_array_size(query->rows) < query->limit) {
			json_array_append_new(query->rows, row_of(&row));
			continue;
		}
		errors_add(query->errors, "limit",
			   "there are more than %zu: expected a prefix, or a higher limit=",
			   query->limit);
		json_decref(query->rows);
		query->rows = NULL;
	}
}

static json_t *show(struct call *call)
{
	const char *prefix = conf_str(call->args, "prefix");
	struct query query = {.longer = conf_bool(call->args, "longer"),
			      .limit = (size_t)conf_int(call->args, "limit"),
			      .errors = call->errors};

	if (prefix && prefix_parse_either(prefix, &query.prefix, &query.by_address) < 0) {
		errors_add(call->errors, "prefix",
			   "'%s' is none: expected a prefix such as 10.0.0.0/8, or an address",
			   prefix);
		return NULL;
	}
	query.rows = json_array();
	rips_each(add_rows, &query);
	return query.rows;
}

const struct noun noun_rip_route = {
	.name = "rip route",
	.help = "what RIP and RIPng know, and tell",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show_args = show_args,
	.show_positional = "prefix",
	.show = show,
};
