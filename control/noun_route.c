// SPDX-License-Identifier: BSD-3-Clause
/* route: what the RIB has, whoever it is from; and the static ones, which are configured. */
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/nexthop_rows.h"
#include "control/route_conf.h"
#include "control/spine/noun.h"
#include "control/statics.h"
#include "control/vrf_path.h"
#include "control/vrfs.h"
#include "control/wire.h"

static const struct field show_args[] = {
	{.name = "prefix",
	 .type = F_STRING,
	 .max = PREFIX_TEXT_MAX,
	 .help = "only of this prefix; or what is used for this address"},
	{.name = "vrf", .type = F_REF, .ref = "vrf", .help = "only of this VRF"},
	{.name = "protocol",
	 .type = F_ENUM,
	 .choices = engines_protocol_names,
	 .help = "only from this source"},
	{.name = "longer", .type = F_BOOL, .help = "of all prefixes within the prefix, too"},
	{.name = "limit",
	 .type = F_INT,
	 .min = 1,
	 .max = 1000000,
	 .def = "10000",
	 .help = "refuse to show more than this many"},
	{.name = WIRE_ARG_READABLE, .type = F_BOOL, .help = "next hops as text"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"prefix", NULL, "where it leads"},
	{"vrf", NULL, "whose route it is"},
	{"protocol", NULL, "whom it is from: connected, static, kernel, ospf, rip"},
	{"distance", NULL, "the route of the least one is used"},
	{"metric", NULL, "likewise, among those of one distance"},
	{"selected", NULL, "it is the one that is used"},
	{"age", "s", "since its source last changed it"},
	{"nexthops", NULL, "by which gateways and interfaces; active: packets can go there now"},
	{"inactive", NULL, "why it cannot be used"},
	{"tag", NULL, "a mark for filters", true},
	{NULL},
};

static const char *const reasons[] = {
	[RIB_ACTIVE] = "",
	[RIB_NO_IFACE] = "its interface is down or gone",
	[RIB_NO_GATEWAY] = "nothing leads to its gateway",
	[RIB_ENDS] = "what leads to its gateway ends here or in another VRF",
	[RIB_LOOP] = "its gateway is reached by way of itself",
	[RIB_TOO_DEEP] = "its gateway is reached by way of too many others",
	[RIB_BFD_DOWN] = "its gateway does not answer",
};

static size_t position(const char *name)
{
	return strtoul(name, NULL, 10);
}

static int add(const char *name, const json_t *value, struct errors *errors)
{
	return statics_add(position(name), value, errors);
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return statics_change(position(name), value, errors);
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	statics_remove(position(name));
	return 0;
}

/* What a show asks for. */
struct query {
	struct prefix prefix; /* family ADDR_NONE: all */
	bool longer, by_address;
	int protocol; /* -1: all */
	int vrf;      /* -1: all */
	size_t limit;
	bool readable;
	json_t *rows;
	struct errors *errors;
};

static int protocol_of(const char *name)
{
	for (int i = 0; name && engines_protocol_names[i]; i++)
		if (strcmp(engines_protocol_names[i], name) == 0)
			return i;
	return -1;
}

static bool matches(const struct query *query, const struct rib_best *best)
{
	if (query->protocol >= 0 && (int)best->protocol != query->protocol)
		return false;
	if (query->prefix.addr.family == ADDR_NONE)
		return true;
	if (query->longer)
		return best->prefix.length >= query->prefix.length &&
		       prefix_contains(&query->prefix, &best->prefix.addr);
	return prefix_compare(&query->prefix, &best->prefix) == 0;
}

static json_t *row_of(const struct rib_row *row, bool readable)
{
	const struct rib_best *best = &row->best;
	char text[PREFIX_TEXT_MAX], fault[128] = "";

	if (row->selected)
		vrf_path_fault(best, fault, sizeof(fault));
	return json_pack("{s:s, s:s, s:s, s:i, s:I, s:b, s:I, s:o, s:s, s:I}", "prefix",
			 prefix_print(&best->prefix, text), "vrf", vrfs_name(best->vrf), "protocol",
			 engines_protocol_names[best->protocol], "distance", (int)best->distance,
			 "metric", (json_int_t)best->metric, "selected", row->selected, "age",
			 (json_int_t)((engines_now().us - row->since_us) / 1000000), "nexthops",
			 nexthop_rows(best->vrf, best->set, best->hops, readable), "inactive",
			 fault[0] ? fault : reasons[row->inactive], "tag", (json_int_t)best->tag);
}

/* Past what is asked for, in the RIB's order. */
static bool is_beyond(const struct query *query, const struct prefix *prefix)
{
	return query->prefix.addr.family != ADDR_NONE && !query->by_address &&
	       prefix_compare(prefix, &query->prefix) > 0 &&
	       !prefix_contains(&query->prefix, &prefix->addr);
}

/* The next row is the first of this prefix or of what follows it: none ranks before zeros. */
static void go_to(struct rib_cursor *cursor, const struct prefix *prefix)
{
	cursor->started = true;
	cursor->prefix = *prefix;
}

/* 0, or -1: too many. */
static int show_vrf(struct query *query, uint16_t vrf)
{
	struct rib_cursor cursor = {.vrf = vrf};
	struct query here = *query;
	struct rib_best best;
	struct rib_row row;

	if (query->by_address) {
		if (!rib_lookup(engines_env()->rib, vrf, &query->prefix.addr, &best))
			return 0;
		here.prefix = best.prefix;
	}
	if (here.prefix.addr.family != ADDR_NONE)
		go_to(&cursor, &here.prefix);
	while (rib_next(engines_env()->rib, &cursor, &row)) {
		if (is_beyond(&here, &row.best.prefix))
			break;
		if (!matches(&here, &row.best))
			continue;
		if (json_array_size(query->rows) == query->limit)
			return errors_add(query->errors, "limit",
					  "there are more than %zu: expected a prefix, vrf=, "
					  "protocol=, or a higher limit=",
					  query->limit);
		json_array_append_new(query->rows, row_of(&row, query->readable));
	}
	return 0;
}

static bool make_query(struct call *call, struct query *out)
{
	const char *prefix = conf_str(call->args, "prefix"), *vrf = conf_str(call->args, "vrf");

	*out = (struct query){.longer = conf_bool(call->args, "longer"),
			      .protocol = protocol_of(conf_str(call->args, "protocol")),
			      .vrf = vrf ? vrfs_id(vrf) : -1,
			      .limit = (size_t)conf_int(call->args, "limit"),
			      .readable = conf_bool(call->args, WIRE_ARG_READABLE),
			      .errors = call->errors};
	if (vrf && out->vrf < 0)
		errors_add(call->errors, "vrf", "there is no VRF %s", vrf);
	else if (prefix && prefix_parse_either(prefix, &out->prefix, &out->by_address) < 0)
		errors_add(call->errors, "prefix",
			   "'%s' is none: expected a prefix such as 10.0.0.0/8, or an address",
			   prefix);
	else
		return true;
	return false;
}

static json_t *show(struct call *call)
{
	struct query query;
	int r = 0;

	if (!make_query(call, &query))
		return NULL;
	query.rows = json_array();
	for (int vrf = vrfs_next(-1); r == 0 && vrf >= 0; vrf = vrfs_next(vrf))
		if (query.vrf < 0 || vrf == query.vrf)
			r = show_vrf(&query, (uint16_t)vrf);
	if (r == 0)
		return query.rows;
	json_decref(query.rows);
	return NULL;
}

const struct noun noun_route = {
	.name = "route",
	.key = "routes",
	.help = "where packets go: static routes, and all others that are known",
	.shape = NOUN_LIST,
	.list_key = "prefix",
	.fields = route_fields,
	.columns = columns,
	.check_all = route_check_all,
	.add = add,
	.change = change,
	.remove = del,
	.show_args = show_args,
	.show_positional = "prefix",
	.show = show,
};
