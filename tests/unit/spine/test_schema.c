// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/spine/schema.h"
#include "control/spine/yaml.h"
#include "tests/unit/spine/fake_nouns.h"

/* The canonical tree as JSON, or the errors with their places. Freed by the caller. */
static char *outcome(const char *text)
{
	struct errors errors;
	json_t *positions, *tree, *checked;
	char *result;

	errors_init(&errors);
	tree = yaml_load(text, strlen(text), &positions, &errors);
	assert_non_null(tree);
	checked = schema_check(&fake_registry, tree, &errors);
	assert_int_equal(checked == NULL, errors.n > 0);
	yaml_locate(positions, &errors);
	result = checked != NULL ? json_dumps(checked, JSON_COMPACT) : errors_text(&errors, NULL);
	json_decref(positions);
	json_decref(tree);
	json_decref(checked);
	errors_fini(&errors);
	return result;
}

static void expect(const char *text, const char *expected)
{
	char *result = outcome(text);

	assert_string_equal(result, expected);
	free(result);
}

static void a_tree_is_made_canonical_in_the_order_of_the_nouns(void **state)
{
	expect("bridges: {b: {ports: {p: {vlan: 5}}}}\nports: {p: {mtu: 9000, type: "
	       "tap}}\nsystem:\n",
	       "{\"system\":{},\"ports\":{\"p\":{\"type\":\"tap\",\"mtu\":9000}},"
	       "\"bridges\":{\"b\":{\"ports\":{\"p\":{\"vlan\":5}}}}}");
}

static void an_empty_section_is_none_but_a_single_noun_is_there(void **state)
{
	expect("ports:\nbridges: {}\nroutes: []\nnotes: ~\n", "{}");
	expect("system: {}\n", "{\"system\":{}}");
	expect("bridges: {b: }\n", "{\"bridges\":{\"b\":{}}}");
}

static void an_unknown_section_is_told_with_what_was_meant(void **state)
{
	expect("port: {}\n", "1:1: unknown key 'port', did you mean 'ports'?\n");
	expect("brigdes: {}\n", "1:1: unknown key 'brigdes', did you mean 'bridges'?\n");
	expect("fdb: {}\n",
	       "1:1: unknown key 'fdb': expected one of system, ports, bridges, groups, "
	       "routes, notes\n");
}

static void a_section_of_the_wrong_shape_is_told(void **state)
{
	expect("ports: [a]\nroutes: {a: 1}\nsystem: 3\nbridges: x\n",
	       "1:8: ports: not a map: expected names, each with its keys\n"
	       "2:9: routes: not a list: expected items after '- '\n"
	       "3:9: system: 3 is not a map: expected a map with the keys workers\n"
	       "4:10: bridges: not a map: expected names, each with its keys\n");
}

static void names_are_checked_at_their_key(void **state)
{
	expect("ports:\n  'a b': {type: tap}\n  a234567890123456789012345678901x: {type: tap}\n",
	       "2:3: ports: 'a b' is not a name: expected a name of at most 31 letters, digits, "
	       "'-', "
	       "'_', '.' or ':', which begins with a letter, a digit or '_'\n"
	       "3:3: ports: 'a234567890123456789012345678901x' is too long: expected a name of at "
	       "most 31 letters, digits, '-', '_', '.' or ':', which begins with a letter, a digit "
	       "or '_'\n");
}

static void references_need_an_object_of_their_noun(void **state)
{
	expect("ports: {vm1: {type: tap}}\n"
	       "bridges: {b: {ports: {vm2: {}, zzzzz: {}}}}\n"
	       "groups: {g: {members: [vm1, b, b0r]}}\n"
	       "routes: [{prefix: 10.0.0.0/8, via: b}]\n",
	       "2:23: bridges.b.ports: no port 'vm2', did you mean 'vm1'?\n"
	       "2:32: bridges.b.ports: no port 'zzzzz': expected a name that stands under 'ports'\n"
	       "3:32: groups.g.members[2]: no port or bridge 'b0r': expected a name that stands "
	       "under 'ports'\n"
	       "4:36: routes[0].via: no port 'b': expected a name that stands under 'ports'\n");
}

static void a_reference_to_a_bad_object_is_no_second_error(void **state)
{
	expect("ports: {p: {type: tapp}}\nbridges: {b: {ports: {p: {}}}}\n",
	       "1:19: ports.p.type: 'tapp' is not known, did you mean 'tap'? expected one of tap, "
	       "vhost-user\n");
}

static void as_many_errors_as_possible_are_found_in_one_go(void **state)
{
	expect("ports:\n  a: {type: tap, mtu: 1}\n  b: {mtu: x, speed: 3}\nbridges:\n  c: {aging: "
	       "0}\n"
	       "routes:\n- {prefix: 10.0.0.1/8}\n- {}\n",
	       "2:23: ports.a.mtu: 1 is out of range: expected an integer from 68 to 9000\n"
	       "3:6: ports.b: lacks 'type': expected one of tap, vhost-user\n"
	       "3:12: ports.b.mtu: 'x' is not an integer: expected an integer from 68 to 9000\n"
	       "3:15: ports.b: unknown key 'speed': expected a map with the keys type, mtu, link\n"
	       "5:14: bridges.c.aging: 0 is out of range: expected an integer from 1 to 3600\n"
	       "7:12: routes[0].prefix: '10.0.0.1/8' has host bits set: expected 10.0.0.0/8\n"
	       "8:3: routes[1]: lacks 'prefix': expected a prefix such as 10.0.0.0/24 or "
	       "2001:db8::/32\n");
}

static void a_noun_checks_its_object_beside_the_others(void **state)
{
	expect("bridges: {full: {}, b: {}}\n",
	       "1:17: bridges.full: is full: expected no other bridge\n");
	expect("bridges: {full: {}}\n", "{\"bridges\":{\"full\":{}}}");
}

static void a_noun_checks_all_its_objects_together(void **state)
{
	expect("notes: {a: {text: loud}, b: {text: still}}\n",
	       "{\"notes\":{\"a\":{\"text\":\"loud\"},\"b\":{\"text\":\"still\"}}}");
	expect("notes: {a: {text: loud}, b: {text: loud}}\n", "1:26: notes: a is loud already\n");
}

static void what_is_always_there_can_be_referred_to_and_not_configured(void **state)
{
	expect("notes: {a: {see: first}}\n", "{\"notes\":{\"a\":{\"see\":\"first\"}}}");
	expect("notes: {a: {see: frist}}\n",
	       "1:18: notes.a.see: no note 'frist', did you mean 'first'?\n");
	expect("notes: {first: {}}\n",
	       "1:9: notes: note first is always there, it is not configured\n");
}

static void more_errors_than_anyone_reads_are_counted(void **state)
{
	struct errors errors;
	json_t *tree = json_object(), *ports = json_object();
	char name[16], *text;

	for (int i = 0; i < 150; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		json_object_set_new(ports, name, json_object());
	}
	json_object_set_new(tree, "ports", ports);
	errors_init(&errors);
	assert_null(schema_check(&fake_registry, tree, &errors));
	assert_int_equal(errors.n, ERRORS_MAX);
	text = errors_text(&errors, NULL);
	assert_non_null(strstr(text, "\nand 50 more errors\n"));
	free(text);
	errors_fini(&errors);
	json_decref(tree);
}

static void this_machine_is_asked_about_what_is_new_or_changes(void **state)
{
	json_t *running = fake_config("notes: {a: {text: nowhere}, b: {text: here}, c: {text: x}}");
	json_t *same = fake_config("notes: {a: {text: nowhere}, c: {text: y}}");
	json_t *other = fake_config("notes: {a: {text: nowhere, see: b}, b: {text: nowhere}, "
				    "d: {text: nowhere}}");
	struct errors errors;
	char *text;

	errors_init(&errors);
	assert_int_equal(schema_check_here(&fake_registry, same, running, &errors), 0);
	assert_int_equal(errors.n, 0);
	assert_int_equal(schema_check_here(&fake_registry, other, running, &errors), -1);
	text = errors_text(&errors, NULL);
	assert_string_equal(text, "notes.a: is nowhere, and was nowhere\n"
				  "notes.b: is nowhere, and was here\n"
				  "notes.d: is nowhere, and was not there\n");
	free(text);
	errors_fini(&errors);
	json_decref(running);
	json_decref(same);
	json_decref(other);
}

static int collect(void *arg, const struct noun *noun, const char *name, const json_t *value)
{
	json_array_append_new(arg, json_sprintf("%s %s %d", noun->name, name,
						(int)conf_int(value, "mtu")));
	return json_array_size(arg) == 3 ? 7 : 0;
}

static void each_visits_objects_with_defaults_until_told_to_stop(void **state)
{
	json_t *tree =
		fake_config("system: {}\nports: {a: {type: tap}, b: {type: tap}, c: {type: tap}}");
	json_t *seen = json_array();
	char *text;

	assert_int_equal(schema_each(&fake_registry, tree, collect, seen), 7);
	text = json_dumps(seen, JSON_COMPACT);
	assert_string_equal(text, "[\"system  0\",\"port a 1500\",\"port b 1500\"]");
	free(text);
	json_decref(seen);
	json_decref(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_is_made_canonical_in_the_order_of_the_nouns),
		cmocka_unit_test(an_empty_section_is_none_but_a_single_noun_is_there),
		cmocka_unit_test(an_unknown_section_is_told_with_what_was_meant),
		cmocka_unit_test(a_section_of_the_wrong_shape_is_told),
		cmocka_unit_test(names_are_checked_at_their_key),
		cmocka_unit_test(references_need_an_object_of_their_noun),
		cmocka_unit_test(a_reference_to_a_bad_object_is_no_second_error),
		cmocka_unit_test(as_many_errors_as_possible_are_found_in_one_go),
		cmocka_unit_test(a_noun_checks_its_object_beside_the_others),
		cmocka_unit_test(a_noun_checks_all_its_objects_together),
		cmocka_unit_test(what_is_always_there_can_be_referred_to_and_not_configured),
		cmocka_unit_test(more_errors_than_anyone_reads_are_counted),
		cmocka_unit_test(this_machine_is_asked_about_what_is_new_or_changes),
		cmocka_unit_test(each_visits_objects_with_defaults_until_told_to_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
