// SPDX-License-Identifier: BSD-3-Clause
/* vrf: routes of their own for some interfaces; addresses may be the same in several. */
#include <string.h>

#include "control/engines.h"
#include "control/interfaces.h"
#include "control/kernel.h"
#include "control/spine/noun.h"
#include "control/vrfs.h"
#include "routing/rib.h"

static const struct field fields[] = {{.name = NULL}};

static const struct column columns[] = {
	{"name", NULL, "name of the VRF"},
	{"interfaces", NULL, "those that are in it"},
	{"prefixes", NULL, "that some route leads to"},
	{"routes", NULL, "that sources have given, several for some prefixes"},
	{"active", NULL, "prefixes that are used"},
	{"bytes", "bytes", "memory of its routes", true},
	{NULL},
};

static int add(const char *name, const json_t *value, struct errors *errors)
{
	int r = vrfs_add(name, errors);

	kernel_refresh();
	return r;
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	vrfs_remove(name);
	kernel_refresh();
	return 0;
}

static json_t *interfaces_in(uint16_t vrf)
{
	json_t *names = json_array();

	for (struct iface_entry *e = interfaces_first(); e; e = e->next)
		if (e->iface.vrf == vrf)
			json_array_append_new(names, json_string(e->iface.name));
	return names;
}

static json_t *row(uint16_t id)
{
	struct rib_counts counts;

	rib_counts(engines_env()->rib, id, &counts);
	return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I}", "name", vrfs_name(id), "interfaces",
			 interfaces_in(id), "prefixes", (json_int_t)counts.prefixes, "routes",
			 (json_int_t)counts.routes, "active", (json_int_t)counts.active, "bytes",
			 (json_int_t)counts.bytes);
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	for (int id = vrfs_next(-1); id >= 0; id = vrfs_next(id))
		if (!call->name || strcmp(call->name, vrfs_name((uint16_t)id)) == 0)
			json_array_append_new(rows, row((uint16_t)id));
	return rows;
}

const struct noun noun_vrf = {
	.name = "vrf",
	.key = "vrfs",
	.help = "routes of their own for some interfaces; addresses may be the same in several",
	.shape = NOUN_MAP,
	.always = VRF_DEFAULT,
	.fields = fields,
	.columns = columns,
	.add = add,
	.remove = del,
	.show = show,
};
