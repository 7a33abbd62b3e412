// SPDX-License-Identifier: BSD-3-Clause
/* route file: static routes that stand in a file of their own, a line each. */
#include <string.h>

#include "control/daemon.h"
#include "control/route_files.h"
#include "control/spine/config.h"
#include "control/spine/noun.h"
#include "control/vrfs.h"

static const struct field fields[] = {
	{.name = "file",
	 .type = F_STRING,
	 .flags = FIELD_REQUIRED,
	 .min = 1,
	 .max = 4095,
	 .help = "its path; a line is a prefix, blanks, and where it leads"},
	{.name = "vrf",
	 .type = F_REF,
	 .ref = "vrf",
	 .help = "whose routes they are; none: the default one"},
	ROUTE_TERMS_FIELDS,
	{.name = NULL},
};

static const struct column columns[] = {
	{"name", NULL, "name of the file within weft"},
	{"file", NULL, "its path"},
	{"vrf", NULL, "whose routes they are"},
	{"distance", NULL, "the route of the least one is used"},
	{"state", NULL, "loading, loaded, or failed: the log says why it could not be read"},
	{"routes", NULL, "that it has, as it was read last"},
	{"loaded", NULL, "of these, known to route show"},
	{"refused", NULL, "of these, for want of memory"},
	{"nexthops", NULL, "different ones in it", true},
	{NULL},
};

static int add(const char *name, const json_t *value, struct errors *errors)
{
	return route_files_add(name, value, errors);
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return route_files_change(route_files_find(name), value, errors);
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	route_files_remove(route_files_find(name));
	return 0;
}

static json_t *row_of(const struct route_file *file)
{
	struct route_file_row row;

	route_files_row(file, &row);
	return json_pack("{s:s, s:s, s:s, s:i, s:s, s:I, s:I, s:I, s:I}", "name", row.name, "file",
			 row.path, "vrf", vrfs_name(row.vrf), "distance", (int)row.distance,
			 "state", row.state, "routes", (json_int_t)row.routes, "loaded",
			 (json_int_t)row.given, "refused", (json_int_t)row.refused, "nexthops",
			 (json_int_t)row.nexthops);
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	for (struct route_file *f = route_files_first(); f; f = route_files_next(f))
		if (!call->name || f == route_files_find(call->name))
			json_array_append_new(rows, row_of(f));
	return rows;
}

static json_t *reload(struct call *call)
{
	struct route_file *file = route_files_find(call->name);
	struct route_file_row row;

	if (!file) {
		errors_add(call->errors, "", "there is no route file %s", call->name);
		return NULL;
	}
	if (route_files_reload(file, config_running(weftd.config), call->errors) < 0)
		return NULL;
	route_files_row(file, &row);
	return json_pack("{s:I}", "routes", (json_int_t)row.routes);
}

static const struct verb verbs[] = {
	{.name = "reload",
	 .help = "reads the file again: only routes that differ are touched",
	 .takes_name = true,
	 .run = reload},
	{.name = NULL},
};

const struct noun noun_route_file = {
	.name = "route file",
	.key = "route_files",
	.help = "static routes that stand in a file of their own, a line each",
	.shape = NOUN_MAP,
	.fields = fields,
	.columns = columns,
	.verbs = verbs,
	.check = route_files_check,
	.check_all = route_files_check_all,
	.add = add,
	.change = change,
	.remove = del,
	.show = show,
};
