// SPDX-License-Identifier: BSD-3-Clause
/* fdb: which port each MAC address of a bridge is behind. */
#include <stdlib.h>
#include <string.h>

#include "control/bridges.h"
#include "control/learn.h"
#include "control/share.h"
#include "control/spine/noun.h"

static const struct field filters[] = {
	{.name = "bridge", .type = F_REF, .ref = "bridge", .help = "only this bridge"},
	{.name = "port", .type = F_REF, .ref = "port", .help = "only behind this port"},
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094, .help = "only in this VLAN"},
	{.name = "mac", .type = F_MAC, .help = "only this address"},
	{.name = NULL},
};

static const struct field flush_args[] = {
	{.name = "bridge", .type = F_REF, .ref = "bridge", .help = "only of this bridge"},
	{.name = "port", .type = F_REF, .ref = "port", .help = "only those behind this port"},
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094, .help = "only those in this VLAN"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"bridge", NULL, "name of the bridge"},
	{"vlan", NULL, "VLAN in which the address was seen"},
	{"mac", NULL, "the address"},
	{"port", NULL, "the port that it is behind"},
	{"age", "s", "since a packet from it was last seen"},
	{"static", NULL, "configured, not learned"},
	{"moves", NULL, "how often it changed its port", true},
	{NULL},
};

/* What to look for; the zero value of each means any. */
struct filter {
	const struct bridge_entry *bridge;
	uint16_t port; /* PORT_NONE: any */
	uint16_t vlan;
	bool has_mac;
	uint8_t mac[6];
};

struct gathering {
	const struct filter *filter;
	struct fdb_entry *list;
	size_t n, room;
	bool failed;
};

/* 0, or -1 with an error: no such bridge or port. A port that is not open has no addresses: its
 * index is one that none has. */
static int parse_filter(struct call *call, struct filter *out)
{
	const char *bridge = conf_str(call->args, "bridge"), *port = conf_str(call->args, "port");

	*out = (struct filter){.port = PORT_NONE};
	out->vlan = (uint16_t)conf_int(call->args, "vlan");
	out->has_mac = conf_mac(call->args, "mac", out->mac);
	if (bridge && !(out->bridge = bridges_find(bridge)))
		return errors_add(call->errors, "bridge", "there is no bridge %s", bridge);
	if (!port)
		return 0;
	const struct port_entry *entry = ports_find(port);
	if (!entry)
		return errors_add(call->errors, "port", "there is no port %s", port);
	out->port = entry->port ? entry->port->index : PORT_SLOTS;
	return 0;
}

static void gather(void *arg, const struct fdb_entry *entry)
{
	struct gathering *g = arg;
	const struct filter *f = g->filter;

	if ((f->port != PORT_NONE && entry->port != f->port) ||
	    (f->vlan && entry->vlan != f->vlan) ||
	    (f->has_mac && memcmp(f->mac, entry->mac, 6) != 0))
		return;
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 64;
		struct fdb_entry *list = realloc(g->list, room * sizeof(*list));
		if (!list) {
			g->failed = true;
			return;
		}
		g->list = list;
		g->room = room;
	}
	g->list[g->n++] = *entry;
}

static int compare(const void *a, const void *b)
{
	const struct fdb_entry *x = a, *y = b;
	return x->vlan != y->vlan ? x->vlan - y->vlan : memcmp(x->mac, y->mac, 6);
}

static json_t *row(const struct bridge_entry *bridge, const struct fdb_entry *e)
{
	const struct port_entry *port = ports_by_index(e->port);
	char mac[FIELD_MAC_MAX];

	field_mac_text(e->mac, mac);
	return json_pack("{s:s, s:i, s:s, s:s, s:I, s:b, s:I}", "bridge", bridge->name, "vlan",
			 e->vlan, "mac", mac, "port", port ? port->name : "", "age",
			 (json_int_t)e->age_s, "static", e->is_static, "moves",
			 (json_int_t)e->moves);
}

static json_t *show(struct call *call)
{
	struct filter filter;
	struct gathering g = {.filter = &filter};
	json_t *rows;

	if (parse_filter(call, &filter) < 0)
		return NULL;
	rows = json_array();
	for (struct bridge_entry *b = bridges_first(); b; b = b->next) {
		if (filter.bridge && filter.bridge != b)
			continue;
		g.n = 0;
		fdb_each(b->bridge, bridges_now_s(), gather, &g);
		if (g.n > 0)
			qsort(g.list, g.n, sizeof(*g.list), compare);
		for (size_t i = 0; i < g.n; i++)
			json_array_append_new(rows, row(b, &g.list[i]));
	}
	free(g.list);
	if (!g.failed)
		return rows;
	json_decref(rows);
	errors_add(call->errors, "", "no memory for so many addresses");
	return NULL;
}

static json_t *flush(struct call *call)
{
	struct filter filter;
	json_int_t n = 0;

	if (parse_filter(call, &filter) < 0)
		return NULL;
	for (struct bridge_entry *b = bridges_first(); b; b = b->next) {
		if (filter.bridge && filter.bridge != b)
			continue;
		n += fdb_flush(b->bridge, filter.port, filter.vlan, false);
		learn_check_limits(b);
	}
	share_refresh();
	return json_pack("{s:I}", "flushed", n);
}

static const struct verb verbs[] = {
	{.name = "flush",
	 .help = "forgets learned addresses; static ones stay",
	 .args = flush_args,
	 .run = flush},
	{.name = NULL},
};

const struct noun noun_fdb = {
	.name = "fdb",
	.help = "which port each MAC address of a bridge is behind",
	.shape = NOUN_VIEW,
	.columns = columns,
	.verbs = verbs,
	.show_args = filters,
	.show_positional = "bridge",
	.show = show,
};
