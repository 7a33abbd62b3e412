// SPDX-License-Identifier: BSD-3-Clause
/* drops: every packet that was dropped, by reason and port. */
#include <stdlib.h>
#include <string.h>

#include "control/ports.h"
#include "control/spine/noun.h"

static const struct field filters[] = {
	{.name = "port", .type = F_REF, .ref = "port", .help = "only of this port"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"reason", NULL, "name of the reason"},
	{"port", NULL, "where it came in; from the stage egress on, where it was to go out"},
	{"stage", NULL, "the step at which it was dropped"},
	{"packets", "packets", "dropped since the last stats clear"},
	{"text", NULL, "what happened"},
	{NULL},
};

struct dropped {
	const struct port_entry *port;
	enum drop reason;
	uint64_t packets;
};

static int most_first(const void *a, const void *b)
{
	const struct dropped *x = a, *y = b;
	return (x->packets < y->packets) - (x->packets > y->packets);
}

static size_t count_ports(void)
{
	size_t n = 0;
	for (struct port_entry *e = ports_first(); e; e = e->next)
		n++;
	return n;
}

static size_t gather(const char *only, struct dropped *out)
{
	size_t n = 0;

	for (struct port_entry *e = ports_first(); e; e = e->next) {
		struct dp_port_stats stats;
		if (only && strcmp(only, e->name) != 0)
			continue;
		ports_stats(e, &stats);
		for (int i = 0; i < DROP_COUNT; i++)
			if (stats.drops[i])
				out[n++] = (struct dropped){e, i, stats.drops[i]};
	}
	qsort(out, n, sizeof(*out), most_first);
	return n;
}

static json_t *show(struct call *call)
{
	const char *only = conf_str(call->args, "port");

	if (only && !ports_find(only)) {
		errors_add(call->errors, "port", "there is no port %s", only);
		return NULL;
	}
	struct dropped *list = calloc(count_ports() * DROP_COUNT + 1, sizeof(*list));
	if (!list) {
		errors_add(call->errors, "", "no memory");
		return NULL;
	}
	json_t *rows = json_array();
	size_t n = gather(only, list);
	for (size_t i = 0; i < n; i++) {
		const struct drop_info *info = &drop_info[list[i].reason];
		json_array_append_new(rows,
				      json_pack("{s:s, s:s, s:s, s:I, s:s}", "reason", info->name,
						"port", list[i].port->name, "stage", info->stage,
						"packets", (json_int_t)list[i].packets, "text",
						info->text));
	}
	free(list);
	return rows;
}

const struct noun noun_drops = {
	.name = "drops",
	.help = "every packet that was dropped, by reason and port",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show_args = filters,
	.show_positional = "port",
	.show = show,
};
