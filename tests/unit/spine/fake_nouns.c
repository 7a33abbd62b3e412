// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/spine/fake_nouns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/spine/schema.h"
#include "control/spine/yaml.h"

struct fake_system fake;

void fake_reset(void)
{
	fake_fini();
	fake.tree = json_object();
	fake.attached = json_object();
	fake.calls = json_array();
}

void fake_fini(void)
{
	json_decref(fake.tree);
	json_decref(fake.attached);
	json_decref(fake.calls);
	fake = (struct fake_system){0};
}

void fake_clear_calls(void)
{
	json_array_clear(fake.calls);
	fake.fail_at = fake.fail_also = fake.fail_from = 0;
}

char *fake_calls_text(void)
{
	char *text = NULL;
	json_t *call;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	json_array_foreach(fake.calls, i, call)
		fprintf(out, "%s%s", i > 0 ? ", " : "", json_string_value(call));
	fclose(out);
	return text;
}

/* Notes a call; -1 where it is one that fails. */
static int note(const char *action, const char *noun, const char *name, struct errors *errors)
{
	int n = (int)json_array_size(fake.calls) + 1;

	json_array_append_new(fake.calls, json_sprintf("%s %s%s%s", action, noun,
						       name[0] != '\0' ? " " : "", name));
	if (n == fake.fail_at || n == fake.fail_also || (fake.fail_from > 0 && n >= fake.fail_from))
		return errors_add(errors, "", "call %d fails", n);
	return 0;
}

static json_t *section(const char *key)
{
	json_t *found = json_object_get(fake.tree, key);

	if (found == NULL) {
		found = json_object();
		json_object_set_new(fake.tree, key, found);
	}
	return found;
}

static bool exists(const char *key, const char *name)
{
	return json_object_get(section(key), name) != NULL;
}

static bool ports_exist(const json_t *bridge)
{
	const char *port;
	json_t *item;

	json_object_foreach(json_object_get(bridge, "ports"), port, item)
		if (!exists("ports", port))
			return false;
	return true;
}

static bool members_exist(const json_t *group)
{
	json_t *member;
	size_t i;

	json_array_foreach(json_object_get(group, "members"), i, member)
		if (!exists("ports", json_string_value(member)) &&
		    !exists("bridges", json_string_value(member)))
			return false;
	return true;
}

/* What an object refers to is there when it is made or changed. */
static int check_refs(const char *key, const json_t *value, struct errors *errors)
{
	bool good = strcmp(key, "bridges") == 0  ? ports_exist(value)
		    : strcmp(key, "groups") == 0 ? members_exist(value)
						 : true;

	if (!good && fake.fail_also > 0)
		return errors_add(errors, "", "refers to nothing");
	assert_true(good);
	return 0;
}

static void attach(const char *key, const char *name, const json_t *value)
{
	json_t *ports, *item;
	const char *port;

	if (strcmp(key, "bridges") != 0)
		return;
	ports = json_object();
	json_object_foreach(json_object_get(value, "ports"), port, item)
		json_object_set_new(ports, port, json_true());
	json_object_set_new(fake.attached, name, ports);
}

static void forget(const char *key, const char *name)
{
	const char *bridge;
	json_t *ports;

	if (strcmp(key, "bridges") == 0)
		json_object_del(fake.attached, name);
	if (strcmp(key, "ports") == 0)
		json_object_foreach(fake.attached, bridge, ports)
			json_object_del(ports, name);
}

static int add(const char *noun, const char *key, const char *name, const json_t *value,
	       struct errors *errors)
{
	if (note("add", noun, name, errors) < 0 || check_refs(key, value, errors) < 0)
		return -1;
	assert_false(exists(key, name));
	attach(key, name, value);
	json_object_set_new(section(key), name, json_deep_copy(value));
	return 0;
}

static int change(const char *noun, const char *key, const char *name, const json_t *old,
		  const json_t *value, struct errors *errors)
{
	if (note("change", noun, name, errors) < 0 || check_refs(key, value, errors) < 0)
		return -1;
	assert_true(json_equal(json_object_get(section(key), name), old));
	attach(key, name, value);
	json_object_set_new(section(key), name, json_deep_copy(value));
	return 0;
}

static int take(const char *noun, const char *key, const char *name, const json_t *old,
		struct errors *errors)
{
	if (note("remove", noun, name, errors) < 0)
		return -1;
	assert_true(json_equal(json_object_get(section(key), name), old));
	forget(key, name);
	json_object_del(section(key), name);
	return 0;
}

#define HOOKS(noun, key)                                                                     \
	static int noun##_add(const char *name, const json_t *value, struct errors *errors)  \
	{                                                                                    \
		return add(#noun, key, name, value, errors);                                 \
	}                                                                                    \
	static int noun##_remove(const char *name, const json_t *old, struct errors *errors) \
	{                                                                                    \
		return take(#noun, key, name, old, errors);                                  \
	}
#define CHANGE_HOOK(noun, key)                                                             \
	static int noun##_change(const char *name, const json_t *old, const json_t *value, \
				 struct errors *errors)                                    \
	{                                                                                  \
		return change(#noun, key, name, old, value, errors);                       \
	}

HOOKS(system, "system")
CHANGE_HOOK(system, "system")
HOOKS(port, "ports")
CHANGE_HOOK(port, "ports")
HOOKS(bridge, "bridges")
CHANGE_HOOK(bridge, "bridges")
HOOKS(group, "groups")

static json_t *routes(void)
{
	json_t *list = json_object_get(fake.tree, "routes");

	if (list == NULL) {
		list = json_array();
		json_object_set_new(fake.tree, "routes", list);
	}
	return list;
}

static int route_add(const char *name, const json_t *value, struct errors *errors)
{
	size_t at = strtoul(name, NULL, 10);
	const char *via = conf_str(value, "via");

	if (note("add", "route", name, errors) < 0)
		return -1;
	assert_true(at <= json_array_size(routes()) || fake.fail_also > 0);
	assert_true(via == NULL || exists("ports", via) || fake.fail_also > 0);
	if (at > json_array_size(routes()))
		return errors_add(errors, "", "there is no such position");
	json_array_insert_new(routes(), at, json_deep_copy(value));
	return 0;
}

static int route_change(const char *name, const json_t *old, const json_t *value,
			struct errors *errors)
{
	if (note("change", "route", name, errors) < 0)
		return -1;
	assert_true(json_equal(json_array_get(routes(), strtoul(name, NULL, 10)), old));
	assert_true(json_equal(old, value));
	return 0;
}

static int route_remove(const char *name, const json_t *old, struct errors *errors)
{
	size_t at = strtoul(name, NULL, 10);

	if (note("remove", "route", name, errors) < 0)
		return -1;
	assert_true(json_equal(json_array_get(routes(), at), old));
	json_array_remove(routes(), at);
	return 0;
}

/* A check that looks beside its own object: a bridge named "full" takes no second bridge. */
static int bridge_check(const char *name, const json_t *value, const json_t *candidate,
			const char *path, struct errors *errors)
{
	if (strcmp(name, "full") != 0 ||
	    json_object_size(json_object_get(candidate, "bridges")) == 1)
		return 0;
	return errors_add(errors, path, "is full: expected no other bridge");
}

static const char *const port_types[] = {"tap", "vhost-user", NULL};

static const struct field system_fields[] = {
	{.name = "workers", .type = F_INT, .min = 1, .max = 8, .def = "1"},
	{0},
};
static const struct field link_fields[] = {
	{.name = "speed", .type = F_INT, .flags = FIELD_FIXED},
	{.name = "duplex", .type = F_BOOL},
	{0},
};
static const struct field port_fields[] = {
	{.name = "type",
	 .type = F_ENUM,
	 .choices = port_types,
	 .flags = FIELD_REQUIRED | FIELD_FIXED},
	{.name = "mtu", .type = F_INT, .min = 68, .max = 9000, .def = "1500"},
	{.name = "link", .type = F_OBJECT, .fields = link_fields},
	{0},
};
static const struct field bridge_port_fields[] = {
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094},
	{.name = "kind", .type = F_STRING, .flags = FIELD_FIXED},
	{0},
};
static const struct field bridge_fields[] = {
	{.name = "ports", .type = F_MAP, .ref = "port", .fields = bridge_port_fields},
	{.name = "aging", .type = F_INT, .min = 1, .max = 3600, .def = "300"},
	{0},
};
static const struct field member_field = {.name = "member", .type = F_REF, .ref = "port|bridge"};
static const struct field group_fields[] = {
	{.name = "members", .type = F_LIST, .elem = &member_field},
	{0},
};
static const struct field route_fields[] = {
	{.name = "prefix", .type = F_PREFIX, .flags = FIELD_REQUIRED},
	{.name = "via", .type = F_REF, .ref = "port"},
	{0},
};
static const struct field note_fields[] = {
	{.name = "text", .type = F_STRING},
	{.name = "see", .type = F_REF, .ref = "note"},
	{0},
};

/* Only one may say "loud". */
static int notes_check(const json_t *section, const json_t *candidate, struct errors *errors)
{
	const char *name, *first = NULL;
	json_t *note;

	json_object_foreach((json_t *)section, name, note) {
		const char *text = conf_str(note, "text");

		if (text == NULL || strcmp(text, "loud") != 0)
			continue;
		if (first != NULL)
			return errors_add_key(errors, "notes", name, "%s is loud already", first);
		first = name;
	}
	return 0;
}

/* What "nowhere" says is not on this machine. */
static int note_check_here(const char *name, const json_t *old, const json_t *value,
			   const json_t *candidate, const char *path, struct errors *errors)
{
	const char *text = conf_str(value, "text");

	if (text == NULL || strcmp(text, "nowhere") != 0)
		return 0;
	return errors_add(errors, path, "is nowhere, and was %s",
			  old != NULL ? conf_str(old, "text") : "not there");
}

static const struct noun system_noun = {
	.name = "system",
	.key = "system",
	.shape = NOUN_SINGLE,
	.fields = system_fields,
	.add = system_add,
	.change = system_change,
	.remove = system_remove,
};
static const struct noun port_noun = {
	.name = "port",
	.key = "ports",
	.shape = NOUN_MAP,
	.fields = port_fields,
	.add = port_add,
	.change = port_change,
	.remove = port_remove,
};
static const struct noun bridge_noun = {
	.name = "bridge",
	.key = "bridges",
	.shape = NOUN_MAP,
	.fields = bridge_fields,
	.check = bridge_check,
	.add = bridge_add,
	.change = bridge_change,
	.remove = bridge_remove,
};
static const struct noun group_noun = {
	.name = "group",
	.key = "groups",
	.shape = NOUN_MAP,
	.fields = group_fields,
	.add = group_add,
	.remove = group_remove,
};
static const struct noun route_noun = {
	.name = "route",
	.key = "routes",
	.shape = NOUN_LIST,
	.fields = route_fields,
	.add = route_add,
	.change = route_change,
	.remove = route_remove,
};
static const struct noun note_noun = {.name = "note",
				      .key = "notes",
				      .shape = NOUN_MAP,
				      .always = "first",
				      .check_all = notes_check,
				      .check_here = note_check_here,
				      .fields = note_fields};
static const struct noun view_noun = {.name = "fdb", .shape = NOUN_VIEW};

static const struct noun *const nouns[] = {&system_noun, &port_noun, &bridge_noun, &group_noun,
					   &route_noun,  &note_noun, &view_noun};

const struct registry fake_registry = {nouns, sizeof(nouns) / sizeof(nouns[0])};

/* Objects of hookless nouns exist in the file only. */
static int expect(void *arg, const struct noun *noun, const char *name, const json_t *value)
{
	json_t *expected = arg;
	json_t *part = json_object_get(expected, noun->key);

	if (noun == &note_noun)
		return 0;
	if (part == NULL) {
		part = noun->shape == NOUN_LIST ? json_array() : json_object();
		json_object_set_new(expected, noun->key, part);
	}
	if (noun->shape == NOUN_LIST)
		json_array_append(part, (json_t *)value);
	else
		json_object_set(part, name, (json_t *)value);
	return 0;
}

static bool attached_equals(const json_t *tree)
{
	json_t *bridges = json_object_get(tree, "bridges"), *bridge;
	const char *name, *port;
	json_t *item;

	json_object_foreach(bridges, name, bridge) {
		json_t *wanted = json_object_get(bridge, "ports");
		json_t *have = json_object_get(fake.attached, name);

		if (json_object_size(wanted) != json_object_size(have))
			return false;
		json_object_foreach(wanted, port, item)
			if (json_object_get(have, port) == NULL)
				return false;
	}
	return json_object_size(fake.attached) == json_object_size(bridges);
}

bool fake_tree_equals(const json_t *tree)
{
	json_t *expected = json_object(), *have = json_object(), *part;
	const char *key;
	bool equal;

	schema_each(&fake_registry, tree, expect, expected);
	json_object_foreach(fake.tree, key, part)
		if (json_object_size(part) + json_array_size(part) > 0)
			json_object_set(have, key, part);
	equal = json_equal(expected, have);
	json_decref(expected);
	json_decref(have);
	return equal;
}

bool fake_equals(const json_t *tree)
{
	return fake_tree_equals(tree) && attached_equals(tree);
}

json_t *fake_config(const char *text)
{
	struct errors errors;
	json_t *tree;

	errors_init(&errors);
	tree = yaml_load(text, strlen(text), NULL, &errors);
	assert_non_null(tree);
	errors_fini(&errors);
	return tree;
}
