// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/registry.h"

#include <string.h>

static const char *const kinds[] = {"tap", "vhost-user", "pci", NULL};

static const struct field text = {.name = "text", .type = F_STRING, .max = 64};
static const struct field number = {.name = "number", .type = F_INT, .min = -8, .max = 1 << 20};

static const struct field member_fields[] = {
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094, .help = "of untagged frames"},
	{.name = "trunk", .type = F_VLANS, .help = "VLANs with a tag"},
	{.name = "storm", .type = F_INT, .min = 0, .max = UINT32_MAX, .def = "0"},
	{.name = NULL},
};

static const struct field auth_fields[] = {
	{.name = "key", .type = F_STRING, .max = 32, .flags = FIELD_REQUIRED},
	{.name = "after", .type = F_DURATION, .min = 1, .max = 86400000, .def = "5s"},
	{.name = NULL},
};

const struct field fuzz_fields[] = {
	{.name = "type", .type = F_ENUM, .choices = kinds, .flags = FIELD_REQUIRED | FIELD_FIXED},
	{.name = "up", .type = F_BOOL, .def = "true"},
	{.name = "mtu", .type = F_INT, .min = 68, .max = 9000, .def = "1500", .unit = "bytes"},
	{.name = "queues", .type = F_INT, .flags = FIELD_OR_AUTO, .min = 1, .max = 16},
	{.name = "label", .type = F_STRING, .max = 40},
	{.name = "peer", .type = F_NAME, .max = 15},
	{.name = "hello", .type = F_DURATION, .min = 10, .max = 3600000, .def = "1s"},
	{.name = "rate", .type = F_RATE, .max = INT64_MAX},
	{.name = "burst", .type = F_SIZE, .max = INT64_MAX},
	{.name = "mac", .type = F_MAC},
	{.name = "gateway", .type = F_IP},
	{.name = "prefix", .type = F_PREFIX},
	{.name = "address", .type = F_IFADDR},
	{.name = "vlans", .type = F_VLANS},
	{.name = "texts", .type = F_LIST, .elem = &text},
	{.name = "numbers", .type = F_LIST, .elem = &number},
	{.name = "auth", .type = F_OBJECT, .fields = auth_fields},
	{.name = NULL},
};

static const struct field bridge_fields[] = {
	{.name = "ports", .type = F_MAP, .ref = "port", .fields = member_fields},
	{.name = "uplink", .type = F_REF, .ref = "port"},
	{.name = "aging", .type = F_INT, .min = 0, .max = 1000000, .def = "300", .unit = "s"},
	{.name = NULL},
};

static const struct field single_fields[] = {
	{.name = "workers", .type = F_LIST, .elem = &number, .flags = FIELD_OR_AUTO, .def = "auto"},
	{.name = "memory", .type = F_SIZE, .flags = FIELD_OR_AUTO, .min = 1, .max = 1LL << 40},
	{.name = NULL},
};

static const struct field route_fields[] = {
	{.name = "prefix", .type = F_PREFIX, .flags = FIELD_REQUIRED},
	{.name = "via", .type = F_IP},
	{.name = NULL},
};

static const struct column columns[] = {{.name = "name"}, {.name = "type"}, {.name = NULL}};

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	if (call->name)
		json_array_append_new(rows, json_pack("{s:s}", "name", call->name));
	return rows;
}

/* Refuses some, so that undoing is exercised too. */
static int add(const char *name, const json_t *value, struct errors *errors)
{
	return strstr(name, "bad") ? errors_add(errors, name, "refused") : 0;
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return 0;
}

static int take_away(const char *name, const json_t *old, struct errors *errors)
{
	return 0;
}

static json_t *poke(struct call *call)
{
	return json_incref((json_t *)call->args);
}

static const struct verb verbs[] = {
	{.name = "poke",
	 .help = "gives its arguments back",
	 .args = auth_fields,
	 .positional = "key after",
	 .takes_name = true,
	 .run = poke},
	{.name = NULL},
};

static const struct noun system_noun = {.name = "system",
					.key = "system",
					.help = "one object",
					.shape = NOUN_SINGLE,
					.fields = single_fields,
					.columns = columns,
					.add = add,
					.change = change,
					.remove = take_away,
					.show = show};

static const struct noun port_noun = {.name = "port",
				      .key = "ports",
				      .help = "named objects",
				      .shape = NOUN_MAP,
				      .fields = fuzz_fields,
				      .columns = columns,
				      .verbs = verbs,
				      .add = add,
				      .change = change,
				      .remove = take_away,
				      .show = show};

static const struct noun bridge_noun = {.name = "bridge",
					.key = "bridges",
					.help = "objects that refer",
					.shape = NOUN_MAP,
					.fields = bridge_fields,
					.columns = columns,
					.add = add,
					.change = change,
					.remove = take_away,
					.show = show};

static const struct noun route_noun = {.name = "route",
				       .key = "routes",
				       .help = "a list",
				       .shape = NOUN_LIST,
				       .fields = route_fields,
				       .columns = columns,
				       .add = add,
				       .change = change,
				       .remove = take_away,
				       .show = show};

static const struct noun *const nouns[] = {&system_noun, &port_noun, &bridge_noun, &route_noun};

const struct registry fuzz_registry = {.list = nouns, .n = sizeof(nouns) / sizeof(nouns[0])};
