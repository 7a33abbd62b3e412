// SPDX-License-Identifier: BSD-3-Clause
/* neighbor: who is behind which address on the wires of our interfaces. */
#include <string.h>

#include "control/engines.h"
#include "control/interfaces.h"
#include "control/spine/noun.h"
#include "control/vrfs.h"

static const struct field args[] = {
	{.name = "interface",
	 .type = F_STRING,
	 .max = ADDR_TEXT_MAX - 1,
	 .help = "only on this interface; an address may stand here in its place"},
	{.name = "address", .type = F_IP, .help = "only this one"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"interface", NULL, "on whose wire it is"},
	{"address", NULL, "its address"},
	{"mac", NULL, "its MAC address; empty where it is not known"},
	{"state", NULL, "reachable, stale, incomplete, failed, static"},
	{"age", "s", "since it was last heard of"},
	{"router", NULL, "IPv6: it says that it is one"},
	{"kept", NULL, "it is a gateway of some route", true},
	{"held", "packets", "that wait for its answer", true},
	{NULL},
};

static json_t *row_of(const struct neighbor_row *row)
{
	char text[ADDR_TEXT_MAX], mac[FIELD_MAC_MAX] = "";

	if (row->has_mac)
		field_mac_text(row->mac, mac);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:b, s:i}", "interface", row->iface->name,
			 "address", addr_print(&row->addr, text), "mac", mac, "state",
			 neighbor_state_name(row->state), "age",
			 (json_int_t)(row->age_us / 1000000), "router", row->is_router, "kept",
			 row->is_kept, "held", (int)row->held);
}

/* The interface that args name, or NULL for all, and the address, family ADDR_NONE for all; false
 * with an error. An address may stand alone, where the interface is looked for. */
static bool find_whom(struct call *call, const struct iface **iface, struct addr *addr)
{
	const char *name = conf_str(call->args, "interface");
	const char *text = conf_str(call->args, "address");
	struct iface_entry *entry = name ? interfaces_find(name) : NULL;

	*iface = entry ? &entry->iface : NULL;
	*addr = (struct addr){0};
	if (text)
		addr_parse(text, addr);
	if (!name || entry || (!text && addr_parse(name, addr) == 0))
		return true;
	errors_add(call->errors, "interface", "there is no interface %s", name);
	return false;
}

static bool is_asked_for(const struct neighbor_row *row, const struct iface *iface,
			 const struct addr *addr)
{
	return (!iface || row->iface == iface) &&
	       (addr->family == ADDR_NONE || addr_compare(&row->addr, addr) == 0);
}

static json_t *show(struct call *call)
{
	struct neighbor_cursor cursor = {0};
	const struct iface *iface;
	struct neighbor_row row;
	struct addr addr;

	if (!find_whom(call, &iface, &addr))
		return NULL;
	engines_now();
	json_t *rows = json_array();
	while (neighbor_next(engines_neighbors(), &cursor, &row))
		if (is_asked_for(&row, iface, &addr))
			json_array_append_new(rows, row_of(&row));
	return rows;
}

/* An address without an interface is forgotten wherever it is. */
static json_t *flush(struct call *call)
{
	const struct iface *iface;
	struct addr addr;
	uint32_t n = 0;

	if (!find_whom(call, &iface, &addr))
		return NULL;
	bool all = addr.family == ADDR_NONE;
	engines_now();
	if (all || iface) {
		n = neighbor_flush(engines_neighbors(), iface, all ? NULL : &addr);
	} else {
		for (struct iface_entry *e = interfaces_first(); e; e = e->next)
			n += neighbor_flush(engines_neighbors(), &e->iface, &addr);
	}
	engines_kick();
	return json_pack("{s:I}", "forgotten", (json_int_t)n);
}

/* What the engine counts, as rows. */
static json_t *counters(struct call *call)
{
	struct neighbor_stats stats;
	json_t *rows = json_array();

	neighbor_stats(engines_neighbors(), &stats);
#define COUNTER(counter, help)                                                                 \
	json_array_append_new(rows, json_pack("{s:s, s:I, s:s}", "counter", #counter, "count", \
					      (json_int_t)stats.counter, "text", help));
#include "routing/neighbor/counter.def"
#undef COUNTER
	return rows;
}

static const struct verb verbs[] = {
	{.name = "flush",
	 .help = "forgets what was learned; static ones stay, gateways are asked again",
	 .args = args,
	 .positional = "interface address",
	 .run = flush},
	{.name = "counters",
	 .help = "what ARP and neighbour discovery have seen and done",
	 .run = counters},
	{.name = NULL},
};

const struct noun noun_neighbor = {
	.name = "neighbor",
	.help = "who is behind which address on the wires of our interfaces",
	.shape = NOUN_VIEW,
	.columns = columns,
	.verbs = verbs,
	.show_args = args,
	.show_positional = "interface address",
	.show = show,
};
