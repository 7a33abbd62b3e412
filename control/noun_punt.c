// SPDX-License-Identifier: BSD-3-Clause
/* punt: packets that workers hand to control, by class, and how many of them are answered. */
#include <rte_common.h>

#include "control/engines.h"
#include "control/packets.h"
#include "control/spine/noun.h"
#include "dataplane/punt.h"
#include "routing/core/bucket.h"

/* The defaults of the answers are those of routing/host: without this noun they hold. */
/* clang-format off */
#define CLASSES(CLASS) \
	CLASS(PROTOCOL, "protocol", "routing protocols: OSPF, RIP, BFD that begins") \
	CLASS(BFD, "bfd", "BFD sessions that are there") \
	CLASS(NEIGHBOR, "neighbor", "ARP, neighbour and router discovery") \
	CLASS(GLEAN, "glean", "for somebody whose MAC address is not known yet") \
	CLASS(LOCAL, "local", "for addresses of our own: ping") \
	CLASS(ERROR, "error", "could not be forwarded: their senders are owed an answer")
/* clang-format on */

#define RATE(rate_name, default_rate, what)                                                    \
	{                                                                                      \
		.name = rate_name, .type = F_INT, .max = BUCKET_RATE_MAX, .def = default_rate, \
		.unit = "packets/s", .help = what,                                             \
	}

static const struct field answer_fields[] = {
	RATE("errors", "1000", "ICMP errors, all together; 0 here and below: none"),
	RATE("interface", "400", "of these, because of packets from one interface"),
	RATE("network", "200", "of these, to one /24 or /64"),
	RATE("too_big", "1000", "that say which MTU would pass: they have a ration of their own"),
	RATE("echo", "10000", "answers to pings of weft's own addresses"),
	{.name = NULL},
};

#define CLASS_FIELD(id, class_name, what) RATE(class_name, RTE_STR(PUNT_RATE_##id), what),
static const struct field fields[] = {
	CLASSES(CLASS_FIELD){.name = "answers",
			     .type = F_OBJECT,
			     .fields = answer_fields,
			     .help = "what is answered at most of what was handed over"},
	{.name = NULL},
};
#undef CLASS_FIELD

static const struct column columns[] = {
	{"class", NULL, "what they are"},
	{"rate", "packets/s", "that each worker hands over at most"},
	{"punted", "packets", "handed over"},
	{"policed", "packets", "over the rate of their class"},
	{"full", "packets", "that found the way to control full"},
	{"text", NULL, "what the class is for"},
	{NULL},
};

#define CLASS_TEXT(id, class_name, what) [PUNT_##id] = {class_name, what},
static const struct {
	const char *name, *text;
} classes[PUNT_CLASSES] = {CLASSES(CLASS_TEXT)};
#undef CLASS_TEXT

static struct host_rate ration(const json_t *answers, const char *key, uint32_t part)
{
	uint32_t per_s = (uint32_t)conf_int(answers, key);

	return (struct host_rate){per_s, per_s < part ? per_s : per_s / part};
}

/* value NULL: as if nothing were configured. */
static void apply(const json_t *value)
{
	json_t *rates = field_effective(fields, value);
	json_t *answers = field_effective(answer_fields, json_object_get(value, "answers"));
	struct host_conf conf;

	for (int i = 0; i < PUNT_CLASSES; i++)
		punt_rate(i, (uint32_t)conf_int(rates, classes[i].name));
	host_conf_get(engines_host(), &conf);
	conf.errors = ration(answers, "errors", 1);
	conf.iface_errors = ration(answers, "interface", 1);
	conf.source = ration(answers, "network", 1);
	conf.too_big = ration(answers, "too_big", 1);
	conf.echo = ration(answers, "echo", 5);
	host_configure(engines_host(), &conf);
	json_decref(answers);
	json_decref(rates);
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
						classes[i].name, "rate",
						(json_int_t)punt_rate_of(i), "punted",
						(json_int_t)stats.punted, "policed",
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
	.help = "packets that workers hand to control, by class; how many, and how many are "
		"answered",
	.shape = NOUN_SINGLE,
	.fields = fields,
	.columns = columns,
	.verbs = verbs,
	.add = add,
	.change = change,
	.remove = del,
	.show = show,
};
