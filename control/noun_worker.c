// SPDX-License-Identifier: BSD-3-Clause
/* worker: the threads that forward packets, and which queues they poll. */
#include <stdio.h>
#include <string.h>

#include "control/crew.h"
#include "control/daemon.h"
#include "control/ports.h"
#include "control/spine/noun.h"
#include "control/stats.h"

static const struct column columns[] = {
	{"core", NULL, "the core that it runs on"},
	{"state", NULL, "polling or sleeping"},
	{"busy", "%", "share of the time since the last worker show that went into packets"},
	{"queues", NULL, "what it polls, as port:queue"},
	{"cycles_per_packet", "cycles", "spent on each packet since the last worker show"},
	{"packets", "packets", "received"},
	{"generated", "packets",
	 "made by weft: copies of what was flooded, segments of what was cut", true},
	{"sent", "packets", "handed to a port", true},
	{"dropped", "packets", "dropped: drops show tells why", true},
	{"consumed", "packets", "kept by weft itself", true},
	{"learn_lost", NULL, "new addresses that control was too slow to take", true},
	{"options_carried", "packets",
	 "forwarded with their route or the time not recorded, as record_options of the interface "
	 "says",
	 true},
	{NULL},
};

static const struct field move_args[] = {
	{.name = "port",
	 .type = F_REF,
	 .ref = "port",
	 .flags = FIELD_REQUIRED,
	 .help = "the port whose queue moves"},
	{.name = "queue",
	 .type = F_INT,
	 .min = 0,
	 .max = PORT_QUEUES_MAX - 1,
	 .def = "0",
	 .help = "which of its queues"},
	{.name = "core",
	 .type = F_INT,
	 .min = 0,
	 .max = 1023,
	 .flags = FIELD_REQUIRED,
	 .help = "the core of the worker that gets it"},
	{.name = NULL},
};

static json_t *queues_of(uint16_t core)
{
	json_t *list = json_array();

	for (struct port_entry *e = ports_first(); e; e = e->next)
		for (int q = 0; e->port && q < e->port->n_rxq; q++)
			if (e->core[q] == core)
				json_array_append_new(list, json_sprintf("%s:%d", e->name, q));
	return list;
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < dp_n_workers(); i++) {
		struct dp_worker_stats s;
		stats_worker(i, &s);
		json_array_append_new(
			rows,
			json_pack("{s:i, s:s, s:f, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
				  "core", s.core, "state", s.sleeping ? "sleeping" : "polling",
				  "busy", stats_round(s.busy * 100), "queues", queues_of(s.core),
				  "cycles_per_packet", (json_int_t)s.cycles_per_packet, "packets",
				  (json_int_t)s.received, "generated", (json_int_t)s.generated,
				  "sent", (json_int_t)s.sent, "dropped", (json_int_t)s.dropped,
				  "consumed", (json_int_t)s.consumed, "learn_lost",
				  (json_int_t)s.learn_lost, "options_carried",
				  (json_int_t)s.options_carried));
	}
	return rows;
}

/* The port's `workers` with one queue elsewhere and the others where they are. */
static json_t *moved(const struct port_entry *entry, json_int_t queue, json_int_t core)
{
	json_int_t n = conf_int(entry->conf, "queues");
	const json_t *now = json_object_get(entry->conf, "workers");
	size_t n_now = json_array_size(now);
	json_t *list = json_array();

	for (json_int_t q = 0; q < n; q++) {
		json_int_t at = entry->core[q];
		if (n_now > 0)
			at = json_integer_value(json_array_get(now, (size_t)q % n_now));
		json_array_append_new(list, json_integer(q == queue ? core : at));
	}
	return list;
}

/* Through the configuration, so that it is shown, kept, and can be rolled back. */
static json_t *move(struct call *call)
{
	const char *name = conf_str(call->args, "port");
	struct port_entry *entry = ports_find(name);
	json_int_t queue = conf_int(call->args, "queue"), core = conf_int(call->args, "core");
	char comment[128];

	if (!entry) {
		errors_add(call->errors, "port", "there is no port %s", name);
		return NULL;
	}
	if (queue >= conf_int(entry->conf, "queues")) {
		errors_add(call->errors, "queue", "port %s has %d queues: expected 0 to %d", name,
			   (int)conf_int(entry->conf, "queues"),
			   (int)conf_int(entry->conf, "queues") - 1);
		return NULL;
	}
	if (!entry->port) {
		errors_add(call->errors, "port", "port %s is not open: %s", name,
			   entry->status.reason);
		return NULL;
	}
	json_t *candidate = json_deep_copy(config_running(weftd.config));
	json_object_set_new(json_object_get(json_object_get(candidate, "ports"), name), "workers",
			    moved(entry, queue, core));
	snprintf(comment, sizeof(comment), "worker move %s:%d to core %d", name, (int)queue,
		 (int)core);
	json_t *changes = config_apply(weftd.config, candidate, comment, call->errors);
	json_decref(candidate);
	return changes;
}

static const struct verb verbs[] = {
	{.name = "move",
	 .help = "gives a queue to the worker of another core, without loss",
	 .args = move_args,
	 .positional = "port queue core",
	 .run = move},
	{.name = NULL},
};

const struct noun noun_worker = {
	.name = "worker",
	.help = "the threads that forward packets, and which queues they poll",
	.shape = NOUN_VIEW,
	.columns = columns,
	.verbs = verbs,
	.show = show,
};
