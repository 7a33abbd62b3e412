// SPDX-License-Identifier: BSD-3-Clause
/* bridge: a learning, VLAN-aware switch over ports. */
#include <stdio.h>
#include <string.h>

#include "control/bridge_check.h"
#include "control/bridges.h"
#include "control/spine/noun.h"

static const struct field member_fields[] = {
	{.name = "vlan",
	 .type = F_INT,
	 .min = 1,
	 .max = 4094,
	 .help = "access port: the VLAN of its untagged frames; 1 where there is no trunk either"},
	{.name = "trunk", .type = F_VLANS, .help = "VLANs that it carries with a tag"},
	{.name = "native",
	 .type = F_INT,
	 .min = 1,
	 .max = 4094,
	 .help = "trunk: the VLAN of its untagged frames"},
	{.name = "protected",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "exchanges nothing with other protected ports"},
	{.name = "storm",
	 .type = F_INT,
	 .min = 0,
	 .max = 100000000,
	 .def = "0",
	 .unit = "packets/s",
	 .help = "broadcast, multicast and unknown frames let in; 0: no limit"},
	{.name = "mac_limit",
	 .type = F_INT,
	 .min = 1,
	 .max = 4194304,
	 .def = "8192",
	 .help = "addresses learned behind it at once"},
	{.name = NULL},
};

static const struct field mac_fields[] = {
	{.name = "mac", .type = F_MAC, .flags = FIELD_REQUIRED, .help = "the address"},
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094, .def = "1", .help = "its VLAN"},
	{.name = "port",
	 .type = F_REF,
	 .ref = "port",
	 .flags = FIELD_REQUIRED,
	 .help = "the port that it is behind"},
	{.name = NULL},
};

static const struct field mac = {.type = F_OBJECT, .fields = mac_fields};

static const struct field fields[] = {
	{.name = "ports",
	 .type = F_MAP,
	 .ref = "port",
	 .fields = member_fields,
	 .help = "its ports, each with its VLANs and limits"},
	{.name = "aging",
	 .type = F_DURATION,
	 .min = 0,
	 .max = INT64_C(1000000) * 1000,
	 .def = "5m",
	 .help = "after which a silent address is forgotten, in whole seconds; 0: never"},
	{.name = "mac_limit",
	 .type = F_INT,
	 .min = 1,
	 .max = 4194304,
	 .def = "131072",
	 .help = "addresses at once"},
	{.name = "macs",
	 .type = F_LIST,
	 .elem = &mac,
	 .help = "static addresses, each {mac, vlan, port}"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"name", NULL, "name of the bridge"},
	{"ports", NULL, "its ports"},
	{"vlans", NULL, "VLANs that at least one port takes"},
	{"macs", NULL, "addresses that it knows"},
	{"aging", "s", "after which a silent address is forgotten"},
	{"mac_limit", NULL, "addresses at once", true},
	{NULL},
};

static int add(const char *name, const json_t *value, struct errors *errors)
{
	return bridges_add(name, value, errors);
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return bridges_change(bridges_find(name), value, errors);
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	bridges_remove(bridges_find(name));
	return 0;
}

/* "1, 10-19": the VLANs of all members. */
static json_t *vlans_text(const struct bridge_entry *entry)
{
	uint64_t set[VLAN_COUNT / 64] = {0};
	char text[128] = "";
	size_t n = 0;
	const char *name;
	json_t *member;

	json_object_foreach(json_object_get(entry->conf, "ports"), name, member) {
		struct member_conf conf;
		bridges_member_conf(member, &conf);
		for (int i = 0; i < VLAN_COUNT / 64; i++)
			set[i] |= conf.tagged[i];
		set[conf.untagged / 64] |= UINT64_C(1) << conf.untagged % 64;
	}
	for (int a = 1, b; a < VLAN_COUNT && n + 16 < sizeof(text); a = b + 1) {
		b = a;
		if (!(set[a / 64] >> a % 64 & 1))
			continue;
		while (b + 1 < VLAN_COUNT && set[(b + 1) / 64] >> (b + 1) % 64 & 1)
			b++;
		n += (size_t)snprintf(text + n, sizeof(text) - n, a == b ? "%s%d" : "%s%d-%d",
				      n ? "," : "", a, b);
	}
	return json_string(text);
}

static json_t *member_row(const struct bridge_entry *entry, const char *name, const json_t *member)
{
	struct port_entry *port = ports_find(name);
	json_t *row = json_deep_copy(member);

	json_object_set_new(row, "port", json_string(name));
	if (!port || !port->port)
		return row;
	json_object_set_new(row, "macs",
			    json_integer(fdb_count_port(entry->bridge, port->port->index)));
	const struct member *live = atomic_load(&port->port->member);
	json_object_set_new(row, "learning", json_boolean(live && atomic_load(&live->learn)));
	return row;
}

static json_t *row(const struct bridge_entry *entry, bool detailed)
{
	json_t *names = json_array(), *members = json_array(), *member;
	const char *name;

	json_object_foreach(json_object_get(entry->conf, "ports"), name, member) {
		json_array_append_new(names, json_string(name));
		if (detailed)
			json_array_append_new(members, member_row(entry, name, member));
	}
	json_t *out =
		json_pack("{s:s, s:o, s:o, s:I, s:I, s:I}", "name", entry->name, "ports", names,
			  "vlans", vlans_text(entry), "macs", (json_int_t)fdb_count(entry->bridge),
			  "aging", (json_int_t)entry->aging_s, "mac_limit",
			  (json_int_t)conf_int(entry->conf, "mac_limit"));
	if (detailed)
		json_object_set(out, "members", members);
	json_decref(members);
	return out;
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	for (struct bridge_entry *e = bridges_first(); e; e = e->next)
		if (!call->name || strcmp(call->name, e->name) == 0)
			json_array_append_new(rows, row(e, call->name != NULL));
	return rows;
}

const struct noun noun_bridge = {
	.name = "bridge",
	.key = "bridges",
	.help = "a learning, VLAN-aware switch over ports",
	.shape = NOUN_MAP,
	.fields = fields,
	.columns = columns,
	.check = bridge_check,
	.add = add,
	.change = change,
	.remove = del,
	.show = show,
};
