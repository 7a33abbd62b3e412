// SPDX-License-Identifier: BSD-3-Clause
/* rip neighbor: who was heard, and what was wrong with what they said. */
#include <stdio.h>

#include "control/engines.h"
#include "control/interfaces.h"
#include "control/rips.h"
#include "control/spine/noun.h"
#include "routing/rip/rip.h"

static const struct field show_args[] = {
	{.name = "address", .type = F_IP, .help = "only this one"},
	{.name = "interface", .type = F_REF, .ref = "interface", .help = "only on this interface"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"address", NULL, "of the neighbour"},
	{"interface", NULL, "where it was heard"},
	{"version", NULL, "of its packets; of RIPng 1"},
	{"last_seen", "s", "since its last good packet; none: all were refused"},
	{"routes", NULL, "that lead there"},
	{"packets", NULL, "good ones"},
	{"bad_packets", NULL, "that were refused"},
	{"bad_routes", NULL, "of good packets, that were refused"},
	{"last_refused", NULL, "why, the last time"},
	{"last_refused_age", "s", "since then", true},
	{"refused", NULL, "how many packets and routes, by reason", true},
	{"last_packet", NULL, "the UDP data of that packet in hexadecimal, a password blanked",
	 true},
	{"last_packet_bytes", NULL, "how long it was", true},
	{NULL},
};

static json_t *counts_of(const struct rip_refusals *refused)
{
	json_t *out = json_object();

	for (int why = 0; why < RIP_REFUSALS; why++)
		if (refused->counts[why])
			json_object_set_new(out, rip_refused_names[why],
					    json_integer((json_int_t)refused->counts[why]));
	return out;
}

static void add_refusals(json_t *row, const struct rip_refusals *refused)
{
	uint32_t kept = refused->size < RIP_KEPT_MAX ? refused->size : RIP_KEPT_MAX;
	char text[2 * RIP_KEPT_MAX + 1] = "";
	bool never = refused->last == RIP_REFUSALS;

	json_object_set_new(row, "last_refused",
			    json_string(never ? "" : rip_refused_names[refused->last]));
	json_object_set_new(row, "refused", counts_of(refused));
	if (never)
		return;
	for (uint32_t i = 0; i < kept; i++)
		snprintf(text + 2 * (size_t)i, 3, "%02x", refused->data[i]);
	json_object_set_new(row, "last_refused_age",
			    json_real((double)(engines_clock_us() - refused->at.us) / 1e6));
	json_object_set_new(row, "last_packet", json_string(text));
	json_object_set_new(row, "last_packet_bytes", json_integer(refused->size));
}

static json_t *row_of(const struct rip_neighbor_row *row)
{
	char text[ADDR_TEXT_MAX];
	json_t *out =
		json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:I}", "address",
			  addr_print(&row->addr, text), "interface", rips_iface_name(row->iface),
			  "version", row->version, "routes", (json_int_t)row->routes, "packets",
			  (json_int_t)row->packets, "bad_packets", (json_int_t)row->bad_packets,
			  "bad_routes", (json_int_t)row->bad_routes);

	if (row->packets)
		json_object_set_new(out, "last_seen",
				    json_real((double)(engines_clock_us() - row->seen_us) / 1e6));
	add_refusals(out, row->refused);
	return out;
}

/* What a show asks for. */
struct query {
	struct addr addr; /* family ADDR_NONE: all */
	uint32_t iface;   /* 0: all */
	json_t *rows;
};

static void add_rows(struct instance *instance, void *arg)
{
	struct query *query = arg;
	struct rip_neighbor_row row = {0};

	while (rip_next_neighbor(instance, &row))
		if ((query->addr.family == ADDR_NONE ||
		     addr_compare(&row.addr, &query->addr) == 0) &&
		    (query->iface == 0 || row.iface == query->iface))
			json_array_append_new(query->rows, row_of(&row));
}

static json_t *show(struct call *call)
{
	const char *address = conf_str(call->args, "address");
	const char *name = conf_str(call->args, "interface");
	struct iface_entry *entry = name ? interfaces_find(name) : NULL;
	struct query query = {.iface = entry ? entry->iface.id : 0};

	if (name && !entry) {
		errors_add(call->errors, "interface", "there is no interface %s", name);
		return NULL;
	}
	if (address)
		addr_parse(address, &query.addr);
	query.rows = json_array();
	rips_each(add_rows, &query);
	return query.rows;
}

const struct noun noun_rip_neighbor = {
	.name = "rip neighbor",
	.help = "who was heard by RIP and RIPng",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show_args = show_args,
	.show_positional = "address interface",
	.show = show,
};
