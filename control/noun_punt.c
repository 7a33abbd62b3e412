// SPDX-License-Identifier: BSD-3-Clause
/* punt: packets that workers hand to control, by class, and the rate of each. */
#include <rte_common.h>

#include "control/engines.h"
#include "control/packets.h"
#include "control/spine/noun.h"
#include "dataplane/punt.h"

#define RATE(class_name, number, what)                                       \
	{                                                                    \
		.name = class_name, .type = F_INT, .min = 0, .max = 1000000, \
		.def = RTE_STR(number), .unit = "packets/s", .help = what    \
	}

static const struct field fields[] = {
	RATE("protocol", PUNT_RATE_PROTOCOL,
	     "of OSPF, RIP and VRRP, and of BFD that belongs to no session"),
	RATE("bfd", PUNT_RATE_BFD, "of BFD sessions"),
	RATE("neighbor", PUNT_RATE_NEIGHBOR, "of ARP, neighbour and router discovery"),
	RATE("glean", PUNT_RATE_GLEAN, "for somebody whose MAC address is not known yet"),
	RATE("local", PUNT_RATE_LOCAL, "of anything else for addresses of our own"),
	RATE("error", PUNT_RATE_ERROR, "that could not be forwarded"),
	{.name = NULL},
};

static const struct column columns[] = {
	{"class", NULL, "what they are"},
	{"punted", "packets", "handed over"},
	{"rate", "packets/s", "that each worker may hand over"},
	{"policed", "packets", "over the rate of their class"},
	{"full", "packets", "that found the way to control full"},
	{"text", NULL, "what the class is for"},
	{NULL},
};

static const struct {
	const char *name, *text;
} classes[PUNT_CLASSES] = {
	[PUNT_PROTOCOL] = {"protocol", "routing protocols: OSPF, RIP, BFD that begins"},
	[PUNT_BFD] = {"bfd", "BFD sessions that are there"},
	[PUNT_NEIGHBOR] = {"neighbor", "ARP, neighbour and router discovery"},
	[PUNT_GLEAN] = {"glean", "for somebody whose MAC address is not known yet"},
	[PUNT_LOCAL] = {"local", "for addresses of our own: ping"},
	[PUNT_ERROR] = {"error", "could not be forwarded: their senders are owed an answer"},
};

/* value NULL: as if nothing were configured. */
static void apply(const json_t *value)
{
	for (int i = 0; i < PUNT_CLASSES; i++)
		punt_rate(i,
			  value ? (uint32_t)conf_int(value, classes[i].name) : punt_first_rates[i]);
}

static int add(const char *name, const json_t *value, struct errors *errors)
{
	apply(value);
	return 0;
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	apply(value);
	return 0;
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	apply(NULL);
	return 0;
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	for (int i = 0; i < PUNT_CLASSES; i++) {
		struct punt_stats stats;

		punt_stats(i, &stats);
		json_array_append_new(rows,
				      json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "class",
						classes[i].name, "punted", (json_int_t)stats.punted,
						"rate", (json_int_t)punt_rate_of(i), "policed",
						(json_int_t)stats.policed, "full",
						(json_int_t)stats.full, "text", classes[i].text));
	}
	return rows;
}

static void add_row(json_t *rows, const char *counter, uint64_t count, const char *text)
{
	json_array_append_new(rows, json_pack("{s:s, s:I, s:s}", "counter", counter, "count",
					      (json_int_t)count, "text", text));
}

/* What weft sends, and what waited for somebody's MAC address. */
static void add_sent(json_t *rows)
{
	struct packets_stats stats;

	packets_stats(&stats);
	add_row(rows, "held", stats.held, "packets that waited for a MAC address");
	add_row(rows, "resent", stats.resent, "of these, sent once it was known");
	add_row(rows, "held_unreachable", stats.unreachable, "of these, nobody answered");
	add_row(rows, "held_dropped", stats.dropped,
		"of these, dropped: too many waited, or the interface went");
	add_row(rows, "no_buffers", stats.no_memory, "not sent: no packet buffers");
	add_row(rows, "inject_lost", inject_lost(), "not sent: no worker had room");
}

static json_t *answers(struct call *call)
{
	struct host_stats stats;
	json_t *rows = json_array();

	host_stats(engines_host(), &stats);
#define COUNTER(name, member, help) add_row(rows, #name, stats.member, help);
#include "routing/host/counter.def"
#undef COUNTER
	add_sent(rows);
	return rows;
}

static const struct verb verbs[] = {
	{.name = "answers",
	 .help = "what came of packets for weft itself, of those whose senders are owed an "
		 "answer, and of those that waited",
	 .run = answers},
	{.name = NULL},
};

const struct noun noun_punt = {
	.name = "punt",
	.key = "punt",
	.help = "packets that workers hand to control, by class, and how many of each",
	.shape = NOUN_SINGLE,
	.fields = fields,
	.columns = columns,
	.verbs = verbs,
	.add = add,
	.change = change,
	.remove = del,
	.show = show,
};
