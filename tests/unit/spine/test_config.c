// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/spine/fake_nouns.h"

struct fixture {
	struct config *config;
	struct errors errors;
	json_t *events; /* ["add port p1", …] */
};

static void note_event(void *arg, const struct noun *noun, const char *name, const char *action,
		       const json_t *old, const json_t *new)
{
	struct fixture *f = arg;

	assert_true((old == NULL) == (strcmp(action, "add") == 0));
	assert_true((new == NULL) == (strcmp(action, "remove") == 0));
	json_array_append_new(f->events, json_sprintf("%s %s %s", action, noun->name, name));
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_reset();
	f->config = config_create(&fake_registry, NULL);
	f->events = json_array();
	errors_init(&f->errors);
	config_listen(f->config, note_event, f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	config_destroy(f->config);
	json_decref(f->events);
	errors_fini(&f->errors);
	free(f);
	fake_fini();
	return 0;
}

/* True: applied, and the system is what the configuration says. */
static bool apply(struct fixture *f, const char *text)
{
	json_t *tree = fake_config(text);
	json_t *changes;

	fake_clear_calls();
	json_array_clear(f->events);
	errors_fini(&f->errors);
	changes = config_apply(f->config, tree, "test", &f->errors);
	assert_int_equal(changes == NULL, f->errors.n > 0);
	assert_true(fake_equals(config_running(f->config)));
	json_decref(tree);
	json_decref(changes);
	return changes != NULL;
}

static void expect_calls(const char *expected)
{
	char *text = fake_calls_text();

	assert_string_equal(text, expected);
	free(text);
}

static void expect_events(const struct fixture *f, const char *expected)
{
	json_t *list = json_loads(expected, 0, NULL);
	char *have = json_dumps(f->events, 0), *want = json_dumps(list, 0);

	assert_string_equal(have, want);
	free(have);
	free(want);
	json_decref(list);
}

static void things_are_added_in_order_and_removed_in_reverse(void **state)
{
	struct fixture *f = *state;

	/* The order in the file does not matter. */
	assert_true(apply(f,
			  "groups: {g: {members: [b, p1]}}\nbridges: {b: {ports: {p1: , p2: }}}\n"
			  "ports: {p1: {type: tap}, p2: {type: tap}}\nsystem: {workers: 2}\n"));
	expect_calls("add system, add port p1, add port p2, add bridge b, add group g");
	expect_events(f, "[\"add system \", \"add port p1\", \"add port p2\", \"add bridge b\", "
			 "\"add group g\"]");
	assert_true(apply(f, "{}"));
	expect_calls("remove group g, remove bridge b, remove port p2, remove port p1, "
		     "remove system");
}

static void what_did_not_change_is_not_touched(void **state)
{
	struct fixture *f = *state;

	assert_true(
		apply(f, "ports: {p1: {type: tap}, p2: {type: tap}}\nbridges: {b: {aging: 5}}"));
	assert_true(
		apply(f, "bridges: {b: {aging: 5}}\nports: {p2: {type: tap}, p1: {type: tap}}"));
	expect_calls("");
	expect_events(f, "[]");
	assert_true(apply(f, "ports: {p1: {type: tap, mtu: 1500}, p2: {type: tap, mtu: 9000}}\n"
			     "bridges: {b: {aging: 5}}"));
	expect_calls("change port p2"); /* p1's mtu was the default already */
}

static void a_fixed_field_replaces_and_what_refers_to_it_is_changed_after(void **state)
{
	struct fixture *f = *state;

	assert_true(apply(f, "ports: {p1: {type: tap}, p2: {type: tap}}\n"
			     "bridges: {b: {ports: {p1: {}}}, c: {ports: {p2: {}}}}\n"
			     "routes: [{prefix: 10.0.0.0/8, via: p1}, {prefix: 9.0.0.0/8}]"));
	assert_true(apply(f, "ports: {p1: {type: vhost-user}, p2: {type: tap}}\n"
			     "bridges: {b: {ports: {p1: {}}}, c: {ports: {p2: {}}}}\n"
			     "routes: [{prefix: 10.0.0.0/8, via: p1}, {prefix: 9.0.0.0/8}]"));
	expect_calls("remove port p1, add port p1, change bridge b, change route 0");
	expect_events(f, "[\"replace port p1\"]");
}

static void a_fixed_field_replaces_from_within_objects_and_maps(void **state)
{
	struct fixture *f = *state;

	assert_true(
		apply(f, "ports: {p1: {type: tap, link: {speed: 1, duplex: on}}, p2: {type: tap}}\n"
			 "bridges: {b: {ports: {p2: {kind: x, vlan: 1}}}}"));
	assert_true(
		apply(f,
		      "ports: {p1: {type: tap, link: {speed: 1, duplex: off}}, p2: {type: tap}}\n"
		      "bridges: {b: {ports: {p2: {kind: x, vlan: 2}}}}"));
	expect_calls("change port p1, change bridge b");
	assert_true(
		apply(f,
		      "ports: {p1: {type: tap, link: {speed: 2, duplex: off}}, p2: {type: tap}}\n"
		      "bridges: {b: {ports: {p2: {kind: y, vlan: 2}}}}"));
	expect_calls("remove bridge b, remove port p1, add port p1, add bridge b");
	/* A member that comes or goes is a change, whatever its fields are. */
	assert_true(
		apply(f,
		      "ports: {p1: {type: tap, link: {speed: 2, duplex: off}}, p2: {type: tap}}\n"
		      "bridges: {b: {ports: {p1: {kind: z}}}}"));
	expect_calls("change bridge b");
	assert_true(apply(f, "ports: {p1: {type: tap}, p2: {type: tap}}\n"
			     "bridges: {b: {ports: {p1: {kind: z}}}}"));
	expect_calls("remove port p1, add port p1, change bridge b");
}

static void a_noun_without_change_is_replaced_where_it_refers_to_what_was_away(void **state)
{
	struct fixture *f = *state;

	assert_true(apply(f, "ports: {p1: {type: tap}}\ngroups: {g: {members: [p1]}, h: {}}"));
	assert_true(
		apply(f, "ports: {p1: {type: vhost-user}}\ngroups: {g: {members: [p1]}, h: {}}"));
	expect_calls("remove group g, remove port p1, add port p1, add group g");
	assert_true(apply(f, "ports: {p1: {type: vhost-user}}\ngroups: {g: {}, h: {}}"));
	expect_calls("remove group g, add group g");
}

static void a_list_keeps_what_stays_in_order(void **state)
{
	struct fixture *f = *state;

	assert_true(apply(f, "routes: [{prefix: 1.0.0.0/8}, {prefix: 2.0.0.0/8}, "
			     "{prefix: 3.0.0.0/8}, {prefix: 4.0.0.0/8}]"));
	assert_true(apply(f, "routes: [{prefix: 9.0.0.0/8}, {prefix: 2.0.0.0/8}, "
			     "{prefix: 4.0.0.0/8}, {prefix: 3.0.0.0/8}]"));
	assert_int_equal(json_array_size(fake.calls), 4); /* 1 and 3 or 4 go, 9 and it come */
	assert_true(apply(f, "routes: [{prefix: 2.0.0.0/8}, {prefix: 2.0.0.0/8}]"));
}

static void a_failure_leaves_everything_as_it_was_and_says_so(void **state)
{
	struct fixture *f = *state;
	char *text;

	assert_true(apply(f, "ports: {p1: {type: tap}}\nbridges: {b: {ports: {p1: {}}}}"));
	fake_clear_calls();
	fake.fail_at = 4;
	{
		json_t *tree = fake_config("ports: {p2: {type: tap}, p3: {type: tap}}\n"
					   "bridges: {b: {ports: {p2: {}}}}");

		json_array_clear(f->events);
		assert_null(config_apply(f->config, tree, "test", &f->errors));
		json_decref(tree);
	}
	expect_calls("remove port p1, add port p2, add port p3, change bridge b, "
		     "remove port p3, remove port p2, add port p1, change bridge b");
	text = errors_text(&f->errors, NULL);
	assert_string_equal(text, "bridges.b: call 4 fails\n"
				  "nothing was changed: everything is as it was before\n");
	free(text);
	assert_true(fake_equals(config_running(f->config)));
	expect_events(f, "[]");
}

static void where_undoing_fails_too_the_configuration_says_what_is_left(void **state)
{
	struct fixture *f = *state;
	json_t *tree = fake_config("ports: {p2: {type: tap}}");
	char *text;

	assert_true(apply(f, "ports: {p1: {type: tap}}"));
	fake_clear_calls();
	json_array_clear(f->events);
	fake.fail_from = 2;
	assert_null(config_apply(f->config, tree, "test", &f->errors));
	expect_calls("remove port p1, add port p2, add port p1");
	text = errors_text(&f->errors, NULL);
	assert_non_null(strstr(text, "not everything could be put back"));
	free(text);
	assert_int_equal(json_object_size(config_running(f->config)), 0);
	assert_true(fake_equals(config_running(f->config)));
	expect_events(f, "[\"remove port p1\"]");
	json_decref(tree);
}

static void what_this_machine_lacks_is_refused_where_it_is_new(void **state)
{
	struct fixture *f = *state;
	json_t *tree = fake_config("notes: {a: {text: nowhere}}"), *changes;
	struct errors errors;

	assert_false(apply(f, "notes: {a: {text: nowhere}}"));
	/* A start takes it. */
	errors_init(&errors);
	changes = config_apply_sound(f->config, tree, "start", &errors);
	assert_non_null(changes);
	json_decref(changes);
	json_decref(tree);
	errors_fini(&errors);
	assert_true(apply(f, "notes: {a: {text: nowhere}}\nports: {p1: {type: tap}}"));
	assert_false(apply(f, "notes: {a: {text: nowhere, see: a}}"));
	assert_int_equal(json_object_size(config_running(f->config)), 2);
}

static void a_bad_candidate_changes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_true(apply(f, "ports: {p1: {type: tap}}"));
	assert_false(apply(f, "ports: {p1: {type: tap, mtu: 1}}"));
	assert_false(apply(f, "bridges: {b: {ports: {p1: {}}}}"));
	assert_false(apply(f, "bridges: {full: {}, b: {}}"));
	expect_calls("");
}

static void a_difference_names_old_and_new_without_applying(void **state)
{
	struct fixture *f = *state;
	json_t *candidate = json_pack("{s:{s:{s:s}}}", "ports", "p1", "type", "vhost-user");
	json_t *changes;
	char *text;

	assert_true(apply(f, "ports: {p1: {type: tap}, p2: {type: tap}}"));
	changes = config_diff(f->config, candidate);
	text = json_dumps(changes, JSON_COMPACT);
	assert_string_equal(
		text, "[{\"noun\":\"port\",\"name\":\"p2\",\"action\":\"remove\",\"old\":{\"type\":"
		      "\"tap\"},\"new\":null},{\"noun\":\"port\",\"name\":\"p1\",\"action\":"
		      "\"replace\",\"old\":{\"type\":\"tap\"},\"new\":{\"type\":\"vhost-user\"}}]");
	assert_true(fake_equals(config_running(f->config)));
	free(text);
	json_decref(changes);
	json_decref(candidate);
}

static void a_single_noun_exists_as_soon_as_its_key_does(void **state)
{
	struct fixture *f = *state;

	assert_true(apply(f, "system:\n"));
	expect_calls("add system");
	assert_true(apply(f, "system: {workers: 1}"));
	expect_calls("");
	assert_true(apply(f, "system: {workers: 3}"));
	expect_calls("change system");
	assert_true(apply(f, "ports:\nroutes:\n"));
	expect_calls("remove system");
}

static void nouns_without_hooks_only_change_the_configuration(void **state)
{
	struct fixture *f = *state;

	assert_true(apply(f, "notes: {n: {text: a}}"));
	assert_true(apply(f, "notes: {n: {text: b}}"));
	expect_calls("");
	expect_events(f, "[\"change note n\"]");
}

static void listener_that_applies(void *arg, const struct noun *noun, const char *name,
				  const char *action, const json_t *old, const json_t *new)
{
	struct fixture *f = arg;
	json_t *empty = json_object();

	assert_null(config_apply(f->config, empty, "within", &f->errors));
	json_decref(empty);
}

static void a_change_within_a_change_is_refused(void **state)
{
	struct fixture *f = *state;
	json_t *tree = fake_config("ports: {p1: {type: tap}}");
	json_t *changes;

	config_listen(f->config, listener_that_applies, f);
	changes = config_apply(f->config, tree, "test", &f->errors);
	assert_non_null(changes);
	assert_int_equal(f->errors.n, 1);
	json_decref(changes);
	json_decref(tree);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(things_are_added_in_order_and_removed_in_reverse),
		TEST(what_did_not_change_is_not_touched),
		TEST(a_fixed_field_replaces_and_what_refers_to_it_is_changed_after),
		TEST(a_fixed_field_replaces_from_within_objects_and_maps),
		TEST(a_noun_without_change_is_replaced_where_it_refers_to_what_was_away),
		TEST(a_list_keeps_what_stays_in_order),
		TEST(a_failure_leaves_everything_as_it_was_and_says_so),
		TEST(where_undoing_fails_too_the_configuration_says_what_is_left),
		TEST(what_this_machine_lacks_is_refused_where_it_is_new),
		TEST(a_bad_candidate_changes_nothing),
		TEST(a_difference_names_old_and_new_without_applying),
		TEST(a_single_noun_exists_as_soon_as_its_key_does),
		TEST(nouns_without_hooks_only_change_the_configuration),
		TEST(a_change_within_a_change_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
