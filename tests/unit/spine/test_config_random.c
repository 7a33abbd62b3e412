// SPDX-License-Identifier: BSD-3-Clause
/* Random configurations applied one after the other, each with a failure at every step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/spine/fake_nouns.h"

static unsigned seed;

static bool chance(unsigned one_in)
{
	return (unsigned)rand_r(&seed) % one_in == 0;
}

static unsigned below(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

static const char *random_key(json_t *map)
{
	unsigned skip = below((unsigned)json_object_size(map));
	void *at = json_object_iter(map);

	while (skip-- > 0)
		at = json_object_iter_next(map, at);
	return json_object_iter_key(at);
}

static json_t *random_ports(void)
{
	json_t *ports = json_object();
	char name[8];

	for (int i = 0; i < 6; i++) {
		json_t *port;

		if (chance(3))
			continue;
		snprintf(name, sizeof(name), "p%d", i);
		port = json_pack("{s:s}", "type", chance(2) ? "tap" : "vhost-user");
		if (chance(2))
			json_object_set_new(port, "mtu", json_integer(1500 + below(2)));
		json_object_set_new(ports, name, port);
	}
	return ports;
}

static json_t *random_bridges(json_t *ports)
{
	json_t *bridges = json_object();
	char name[8];

	for (int i = 0; i < 3; i++) {
		json_t *members = json_object();

		for (unsigned n = json_object_size(ports) > 0 ? below(4) : 0; n > 0; n--)
			json_object_set_new(members, random_key(ports),
					    json_pack("{s:i}", "vlan", 1 + (int)below(2)));
		snprintf(name, sizeof(name), "b%d", i);
		if (chance(3))
			json_decref(members);
		else
			json_object_set_new(bridges, name,
					    json_pack("{s:o, s:i}", "ports", members, "aging",
						      300 + (int)below(2)));
	}
	return bridges;
}

static json_t *random_groups(json_t *ports, json_t *bridges)
{
	json_t *groups = json_object();

	for (int i = 0; i < 2; i++) {
		json_t *members = json_array();
		char name[8];

		if (json_object_size(ports) > 0 && chance(2))
			json_array_append_new(members, json_string(random_key(ports)));
		if (json_object_size(bridges) > 0 && chance(2))
			json_array_append_new(members, json_string(random_key(bridges)));
		snprintf(name, sizeof(name), "g%d", i);
		json_object_set_new(groups, name, json_pack("{s:o}", "members", members));
	}
	return groups;
}

static json_t *random_routes(json_t *ports)
{
	json_t *routes = json_array();

	for (unsigned n = below(6); n > 0; n--) {
		json_t *route =
			json_pack("{s:o}", "prefix", json_sprintf("%u.0.0.0/8", 1 + below(4)));

		if (json_object_size(ports) > 0 && chance(2))
			json_object_set_new(route, "via", json_string(random_key(ports)));
		json_array_append_new(routes, route);
	}
	return routes;
}

static json_t *random_config(void)
{
	json_t *ports = random_ports(), *bridges = random_bridges(ports);
	json_t *tree =
		json_pack("{s:o, s:o, s:o, s:o}", "ports", ports, "bridges", bridges, "groups",
			  random_groups(ports, bridges), "routes", random_routes(ports));

	if (chance(2))
		json_object_set_new(tree, "system",
				    json_pack("{s:i}", "workers", 1 + (int)below(3)));
	return tree;
}

/* Fails at each call in turn: all has to be as before; at last nothing fails. */
static void apply_with_failures(struct config *config, const json_t *tree)
{
	json_t *before = json_incref((json_t *)config_running(config)), *changes = NULL;

	for (int fail_at = 1; changes == NULL; fail_at++) {
		struct errors errors;

		errors_init(&errors);
		fake_clear_calls();
		fake.fail_at = fail_at;
		changes = config_apply(config, tree, "test", &errors);
		if (changes == NULL)
			assert_true(json_equal(config_running(config), before));
		assert_int_equal(changes == NULL, errors.n > 0);
		assert_true(fake_equals(config_running(config)));
		errors_fini(&errors);
	}
	json_decref(changes);
	json_decref(before);
}

static void any_configuration_follows_any_other_whatever_fails(void **state)
{
	for (int round = 0; round < 60; round++) {
		json_t *a, *b;
		struct config *config;

		fake_reset();
		config = config_create(&fake_registry, NULL);
		a = random_config();
		b = random_config();
		apply_with_failures(config, a);
		apply_with_failures(config, b);
		apply_with_failures(config, a);
		json_decref(a);
		json_decref(b);
		config_destroy(config);
	}
	fake_fini();
}

/* The second failure hits the way back: what is left is what the configuration says. */
static void a_failing_undo_leaves_system_and_configuration_in_agreement(void **state)
{
	struct config *config;

	fake_reset();
	config = config_create(&fake_registry, NULL);
	for (int round = 0; round < 300; round++) {
		json_t *tree = random_config(), *changes;
		struct errors errors;

		errors_init(&errors);
		fake_clear_calls();
		fake.fail_at = 1 + (int)below(8);
		fake.fail_also = fake.fail_at + 1 + (int)below(4);
		changes = config_apply(config, tree, "test", &errors);
		json_decref(changes);
		errors_fini(&errors);
		assert_true(fake_tree_equals(config_running(config)));
		json_decref(tree);
	}
	config_destroy(config);
	fake_fini();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_configuration_follows_any_other_whatever_fails),
		cmocka_unit_test(a_failing_undo_leaves_system_and_configuration_in_agreement),
	};
	const char *text = getenv("SEED");

	seed = text != NULL ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
	print_message("SEED=%u\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
