// SPDX-License-Identifier: BSD-3-Clause
/* fib: where an address leads, as workers see it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/fib_sync.h"
#include "control/interfaces.h"
#include "control/nexthop_rows.h"
#include "control/spine/noun.h"
#include "control/vrfs.h"
#include "control/wire.h"
#include "dataplane/l3.h"

static const struct field show_args[] = {
	{.name = "address",
	 .type = F_IP,
	 .flags = FIELD_REQUIRED,
	 .help = "the destination of a packet"},
	{.name = "vrf",
	 .type = F_REF,
	 .ref = "vrf",
	 .def = VRF_DEFAULT,
	 .help = "whose routes it takes"},
	{.name = WIRE_ARG_READABLE, .type = F_BOOL, .help = "next hops as text"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"prefix", NULL, "what it is found by"},
	{"vrf", NULL, "whose route that is"},
	{"group", NULL, "number of the group that it leads to"},
	{"nexthops", NULL, "the members that take part, each with its share of the buckets"},
	{"in_sync", NULL, "it is what the routes say"},
	{NULL},
};

#define BUCKETS_MAX 4096 /* more than any group has */

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static const char *type_of(const struct fib_target *target)
{
	if (target->kind == NEXTHOP_GATEWAY)
		return target->resolved ? "forward" : "resolve";
	return target->kind == NEXTHOP_IFACE ? "resolve" : nexthop_kind_name(target->kind);
}

/* "192.0.2.1 on wan0 at 02:00:00:00:00:01, 16 buckets" */
static json_t *hop_text(const struct fib_target *target, const char *interface, const char *mac,
			uint32_t buckets)
{
	char address[ADDR_TEXT_MAX], share[32] = "";

	if (buckets > 1)
		snprintf(share, sizeof(share), ", %u buckets", buckets);
	addr_print(&target->addr, address);
	return json_sprintf("%s%s%s%s%s%s%s%s", mac[0] ? "" : type_of(target),
			    address[0] && !mac[0] ? " " : "", address, interface[0] ? " on " : "",
			    interface, mac[0] ? " at " : "", mac, share);
}

static json_t *hop_row(uint32_t number, uint32_t buckets, bool readable)
{
	char text[ADDR_TEXT_MAX], mac[FIELD_MAC_MAX] = "";
	struct iface_entry *entry;
	struct fib_target target;
	const char *interface;

	if (!fib_sync_target(number, &target))
		return readable ? json_string("nothing")
				: json_pack("{s:s, s:I}", "type", "none", "buckets",
					    (json_int_t)buckets);
	entry = interfaces_by_id(target.iface);
	interface = entry ? entry->iface.name : "";
	if (target.resolved)
		field_mac_text(target.mac, mac);
	if (readable)
		return hop_text(&target, interface, mac, buckets);
	return json_pack("{s:s, s:s, s:s, s:s, s:I}", "gateway", addr_print(&target.addr, text),
			 "interface", interface, "mac", mac, "type", type_of(&target), "buckets",
			 (json_int_t)buckets);
}

/* The members of a group with the number of their buckets. */
static json_t *hop_rows(uint32_t group, bool readable)
{
	static uint32_t numbers[BUCKETS_MAX];
	json_t *rows = json_array();
	uint32_t n = 0;
	int64_t hop;

	while (n < BUCKETS_MAX && (hop = l3_group_bucket(group, n)) >= 0)
		numbers[n++] = (uint32_t)hop;
	qsort(numbers, n, sizeof(numbers[0]), by_number);
	for (uint32_t i = 0, k; i < n; i = k) {
		for (k = i; k < n && numbers[k] == numbers[i];)
			k++;
		json_array_append_new(rows, hop_row(numbers[i], k - i, readable));
	}
	return rows;
}

static json_t *show(struct call *call)
{
	const char *vrf_name = conf_str(call->args, "vrf");
	int vrf = vrfs_id(vrf_name);
	char text[PREFIX_TEXT_MAX] = "";
	struct prefix prefix = {0};
	uint32_t seen, wanted;
	struct addr addr;

	if (vrf < 0) {
		errors_add(call->errors, "vrf", "there is no VRF %s", vrf_name);
		return NULL;
	}
	addr_parse(conf_str(call->args, "address"), &addr);
	seen = l3_route_find((uint16_t)vrf, addr.family, addr.bytes);
	wanted = fib_sync_group((uint16_t)vrf, &addr, &prefix);
	if (seen == 0) {
		errors_add(call->errors, "", "nothing leads to %s",
			   conf_str(call->args, "address"));
		return NULL;
	}
	if (wanted)
		prefix_print(&prefix, text);
	return json_pack("[{s:s, s:s, s:I, s:o, s:b}]", "prefix", text, "vrf",
			 vrfs_name((uint16_t)vrf), "group", (json_int_t)seen, "nexthops",
			 hop_rows(seen, conf_bool(call->args, WIRE_ARG_READABLE)), "in_sync",
			 seen == wanted);
}

const struct noun noun_fib = {
	.name = "fib",
	.help = "where an address leads, as workers see it",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show_args = show_args,
	.show_positional = "address",
	.show = show,
};
