// SPDX-License-Identifier: BSD-3-Clause
/* kernel: routing tables of the host that weft gives routes to and takes routes from. */
#include <string.h>

#include "control/daemon.h"
#include "control/kernel.h"
#include "control/spine/field.h"
#include "control/spine/noun.h"

static const struct column columns[] = {
	{"name", NULL, "name of system.kernel"},
	{"table", NULL, "number of the routing table"},
	{"netns", NULL, "its network namespace; none: weftd's own"},
	{"vrf", NULL, "whose routes they are"},
	{"state", NULL, "in sync, working, or waiting for what is not there"},
	{"reason", NULL, "why not all of it can be done"},
	{"exported", "routes", "of weft's that the host has"},
	{"imported", "routes", "of the host's that weft has"},
	{"failed", "routes", "that the kernel refuses"},
	{"unmapped", "routes", "that the host could not follow"},
	{"known", "routes", "of the host's with the prefixes asked for, followed or not", true},
	{"dumps", NULL, "how often the whole table was read", true},
	{NULL},
};

static json_t *row(struct kernel_table *table)
{
	struct kernel_sync_stats s = {0};
	const char *netns = conf_str(table->conf, "netns");

	if (table->sync)
		kernel_sync_stats(table->sync, &s);
	kernel_look(table);
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "name",
			 table->name, "table", (json_int_t)table->table, "netns",
			 netns ? netns : "", "vrf", conf_str(table->conf, "vrf"), "state",
			 !table->sync ? "waiting"
			 : s.in_sync  ? "in-sync"
				      : "working",
			 "reason", daemon_text(table->reason), "exported", (json_int_t)s.exported,
			 "imported", (json_int_t)s.imported, "failed", (json_int_t)s.failed,
			 "unmapped", (json_int_t)s.unmapped, "known", (json_int_t)s.known, "dumps",
			 (json_int_t)s.dumps);
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	for (struct kernel_table *t = kernel_first(); t; t = t->next)
		if (!call->name || strcmp(call->name, t->name) == 0)
			json_array_append_new(rows, row(t));
	return rows;
}

const struct noun noun_kernel = {
	.name = "kernel",
	.help = "routing tables of the host that weft gives routes to and takes routes from",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show = show,
};
