// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/registry.h"

#include <string.h>

#include "control/wire.h"

static const char *const families[] = {"ip4", "ip6", NULL};

static const struct field number = {.name = "number", .type = F_INT, .min = -8, .max = 1 << 20};

static const struct field bridge_fields[] = {
	{.name = "ports", .type = F_MAP, .ref = "port", .fields = fuzz_member_fields},
	{.name = "uplink", .type = F_REF, .ref = "port"},
	{.name = "below", .type = F_REF, .ref = "port|bridge"},
	{.name = "aging", .type = F_INT, .min = 0, .max = 1000000, .def = "300", .unit = "s"},
	{.name = NULL},
};

static const struct field single_fields[] = {
	{.name = "workers", .type = F_LIST, .elem = &number, .flags = FIELD_OR_AUTO, .def = "auto"},
	{.name = "memory", .type = F_SIZE, .flags = FIELD_OR_AUTO, .min = 1, .max = 1LL << 40},
	{.name = "vlans", .type = F_VLANS},
	{.name = NULL},
};

static const struct field route_fields[] = {
	{.name = "prefix", .type = F_PREFIX, .flags = FIELD_REQUIRED},
	{.name = "via", .type = F_IP},
	{.name = "port", .type = F_REF, .ref = "port"},
	{.name = NULL},
};

static const struct field plain_fields[] = {
	{.name = "value", .type = F_STRING, .max = 20, .def = "none"},
	{.name = NULL},
};

static const struct field filter_fields[] = {
	{.name = "family", .type = F_ENUM, .choices = families, .flags = FIELD_REQUIRED},
	{.name = WIRE_ARG_READABLE, .type = F_BOOL},
	{.name = NULL},
};

static const struct field apply_fields[] = {
	{.name = WIRE_ARG_FILE, .type = F_STRING, .max = 4096},
	{.name = WIRE_ARG_TEXT, .type = F_STRING, .flags = FIELD_LINES | FIELD_REQUIRED},
	{.name = "confirm", .type = F_DURATION},
	{.name = NULL},
};

static const struct column columns[] = {
	{.name = "name", .help = "of the object"},
	{.name = "type", .unit = "kind", .wide = true},
	{.name = NULL},
};
static const struct column nameless[] = {{.name = "type"}, {.name = NULL}};

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	if (!call->name)
		json_array_append_new(rows, json_pack("{s:s}", "name", "t0"));
	else if (!strstr(call->name, "none"))
		json_array_append_new(rows, json_pack("{s:s}", "name", call->name));
	return rows;
}

/* Some cannot be shown, with a word or without. */
static json_t *show_some(struct call *call)
{
	if (call->name && strstr(call->name, "bad"))
		errors_add(call->errors, "", "%s cannot be shown", call->name);
	return conf_str(call->args, "family")[2] == '6' ? NULL : show(call);
}

/* Hooks refuse some, with a word or without, so that undoing is exercised too. */
static int add(const char *name, const json_t *value, struct errors *errors)
{
	return strstr(name, "bad") ? errors_add(errors, name, "refused") : 0;
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return conf_int(value, "mtu") == 666 ? errors_add(errors, "", "refused") : 0;
}

static int take_away(const char *name, const json_t *old, struct errors *errors)
{
	return 0;
}

static int check(const char *name, const json_t *value, const json_t *candidate, const char *path,
		 struct errors *errors)
{
	const char *label = conf_str(value, "label");

	if (conf_int(value, "mtu") == 777)
		return -1;
	if (label && strcmp(label, "unlikely") == 0)
		return errors_add(errors, path, "has an unlikely label");
	return fuzz_check_later(label, path, errors);
}

static int check_all(const json_t *section, const json_t *candidate, struct errors *errors)
{
	if (json_object_size(section) == 3)
		return errors_add(errors, "", "there are three of them");
	return json_object_size(section) > 3 ? -1 : 0;
}

static int check_here(const char *name, const json_t *old, const json_t *value,
		      const json_t *candidate, const char *path, struct errors *errors)
{
	return strstr(name, "absent") ? errors_add(errors, path, "is not there") : 0;
}

/* Says something beside what it gives. */
static json_t *poke(struct call *call)
{
	if (conf_ms(call->args, "after") == 0)
		errors_add(call->errors, "", "it was in a hurry");
	return json_incref((json_t *)call->args);
}

static json_t *apply(struct call *call)
{
	return json_null();
}

static const struct verb port_verbs[] = {
	{.name = "poke",
	 .help = "gives its arguments back",
	 .args = fuzz_auth_fields,
	 .positional = "key after",
	 .takes_name = true,
	 .run = poke},
	{.name = NULL},
};

static const struct verb config_verbs[] = {
	{.name = "apply",
	 .help = "takes a file",
	 .args = apply_fields,
	 .positional = "file",
	 .run = apply},
	{.name = NULL},
};

static const struct noun port_noun = {.name = "port",
				      .key = "ports",
				      .help = "named objects",
				      .shape = NOUN_MAP,
				      .fields = fuzz_fields,
				      .columns = columns,
				      .verbs = port_verbs,
				      .check = check,
				      .check_here = check_here,
				      .add = add,
				      .change = change,
				      .remove = take_away,
				      .show = show};

static const struct noun bridge_noun = {.name = "bridge",
					.key = "bridges",
					.help = "objects that refer",
					.shape = NOUN_MAP,
					.always = "main",
					.fields = bridge_fields,
					.columns = columns,
					.check_all = check_all,
					.add = add,
					.change = change,
					.remove = take_away};

static const struct noun system_noun = {.name = "system",
					.key = "system",
					.help = "one object",
					.shape = NOUN_SINGLE,
					.fields = single_fields,
					.columns = columns,
					.add = add,
					.change = change,
					.remove = take_away};

static const struct noun route_noun = {.name = "route",
				       .key = "routes",
				       .help = "a list",
				       .shape = NOUN_LIST,
				       .list_key = "prefix",
				       .fields = route_fields,
				       .columns = columns,
				       .add = add,
				       .change = change,
				       .remove = take_away};

static const struct noun plain_noun = {.name = "plain",
				       .key = "plains",
				       .help = "a list without a key, items are made anew",
				       .shape = NOUN_LIST,
				       .fields = plain_fields,
				       .columns = nameless,
				       .add = add,
				       .remove = take_away,
				       .show = show};

static const struct noun neighbor_noun = {.name = "port neighbor",
					  .help = "a view of two words",
					  .shape = NOUN_VIEW,
					  .columns = columns,
					  .verbs = fuzz_later_verbs,
					  .show_args = filter_fields,
					  .show_positional = "family",
					  .show = show_some};

static const struct noun config_noun = {.name = "config",
					.help = "a view that cannot be seen",
					.shape = NOUN_VIEW,
					.columns = nameless,
					.verbs = config_verbs};

static const struct noun *const nouns[] = {&system_noun, &port_noun,     &bridge_noun, &route_noun,
					   &plain_noun,  &neighbor_noun, &config_noun};

const struct registry fuzz_registry = {.list = nouns, .n = sizeof(nouns) / sizeof(nouns[0])};
