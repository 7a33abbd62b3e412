// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/spine/api.h"
#include "control/spine/api_edit.h"
#include "tests/support/fake_nouns.h"

static struct api api;

static int setup(void **state)
{
	api = (struct api){.registry = &fake_nouns, .config = config_create(&fake_nouns, NULL)};
	return api.config ? 0 : -1;
}

static int teardown(void **state)
{
	config_destroy(api.config);
	fake_system_clear();
	return 0;
}

/* A method and parameters, and what comes of them: the result as compact JSON with sorted keys, or
 * "CODE path: text" of the first error. */
struct api_case {
	const char *method, *params, *result;
};

static void run_case(const struct api_case *c)
{
	json_t *params = json_loads(c->params, 0, NULL), *result;
	struct errors errors;
	char *text = NULL;
	int code;

	assert_true(params != NULL);
	errors_init(&errors);
	result = api_call(&api, c->method, params, NULL, &code, &errors);
	if (result) {
		assert_int_equal(code, API_OK);
		text = json_dumps(result, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	} else {
		assert_true(errors.n > 0);
		if (asprintf(&text, "%d %s: %s", code, errors.list[0].path, errors.list[0].text) <
		    0)
			fail();
	}
	if (strcmp(text, c->result))
		print_error("%s %s\n", c->method, c->params);
	assert_string_equal(text, c->result);
	free(text);
	errors_fini(&errors);
	json_decref(result);
	json_decref(params);
}

/* Takes params. */
static void must_do(const char *method, json_t *params)
{
	struct errors errors;
	int code;

	errors_init(&errors);
	json_decref(api_call(&api, method, params, NULL, &code, &errors));
	assert_int_equal(errors.n, 0);
	assert_int_equal(code, API_OK);
	errors_fini(&errors);
	json_decref(params);
}

#define run_cases(cases)                                                             \
	for (size_t case_i = 0; case_i < sizeof(cases) / sizeof(cases[0]); case_i++) \
	run_case(&(cases)[case_i])

static void assert_running(const char *expected)
{
	char *text = json_dumps(config_running(api.config), JSON_COMPACT | JSON_SORT_KEYS);

	assert_string_equal(text, expected);
	free(text);
}

#define ADD_VM1                                                                            \
	{                                                                                  \
		"port.add", "{\"name\": \"vm1\", \"set\": {\"type\": \"tap\"}}", VM1_ADDED \
	}
#define VM1_ADDED                                                                             \
	"[{\"action\":\"add\",\"name\":\"vm1\",\"new\":{\"type\":\"tap\"},\"noun\":\"port\"," \
	"\"old\":null}]"

static void objects_are_added_changed_shown_and_removed(void **state)
{
	static const struct api_case cases[] = {
		{"port.show", "{}", "[]"},
		ADD_VM1,
		{"port.set", "{\"name\": \"vm1\", \"set\": {\"mtu\": \"9000\"}}",
		 "[{\"action\":\"change\",\"name\":\"vm1\",\"new\":{\"mtu\":9000,\"type\":\"tap\"},"
		 "\"noun\":\"port\",\"old\":{\"type\":\"tap\"}}]"},
		{"port.set", "{\"name\": \"vm1\", \"set\": {\"mtu\": 9000}}", "[]"},
		{"port.show", "{\"name\": \"vm1\"}",
		 "[{\"mac\":\"02:00:00:00:00:01\",\"mtu\":9000,\"name\":\"vm1\",\"rx_packets\":3,"
		 "\"state\":\"up\",\"type\":\"tap\"}]"},
		{"port.del", "{\"name\": \"vm1\"}",
		 "[{\"action\":\"remove\",\"name\":\"vm1\",\"new\":null,\"noun\":\"port\","
		 "\"old\":{\"mtu\":9000,\"type\":\"tap\"}}]"},
		{"port.show", "{}", "[]"},
	};

	run_cases(cases);
	assert_running("{}");
}

static void refusals_name_the_thing_and_what_was_meant(void **state)
{
	static const struct api_case cases[] = {
		ADD_VM1,
		{"port.add", "{\"name\": \"vm1\", \"set\": {\"type\": \"tap\"}}",
		 "-32000 : port vm1 is there already: \"port set vm1\" changes it"},
		{"port.set", "{\"name\": \"vm2\", \"set\": {\"mtu\": 1}}",
		 "-32000 : no port is named vm2 (did you mean vm1?)"},
		{"port.del", "{\"name\": \"xyzzy\"}", "-32000 : no port is named xyzzy"},
		{"port.show", "{\"name\": \"vm\"}",
		 "-32000 : no port is named vm (did you mean vm1?)"},
		{"port.set", "{\"name\": \"vm1\", \"set\": {\"mut\": 1}}",
		 "-32000 ports.vm1.mut: unknown key (did you mean mtu?)"},
		{"port.set", "{\"name\": \"vm1\", \"set\": {\"mtu.x\": 1}}",
		 "-32000 ports.vm1.mtu: has no keys below it: set it as a whole"},
		{"port.set", "{\"set\": {\"mtu\": 1}}",
		 "-32602 : port set: which one? A name is missing"},
		{"port.set", "{\"name\": [], \"set\": {}}", "-32602 : name has to be text"},
		{"port.set", "{\"name\": \"vm1\", \"set\": [1]}",
		 "-32602 : set has to be an object of keys and values"},
		{"port.del", "{\"name\": \"vm1\", \"force\": true}",
		 "-32602 : force: unknown parameter of port del"},
		{"port.dell", "{}", "-32601 : port has no verb dell (did you mean del?)"},
		{"prot.show", "{}", "-32601 : unknown noun prot (did you mean port?)"},
		{"show", "{}", "-32601 : unknown method: methods are called NOUN.VERB"},
		{"", "{}", "-32601 : unknown method: methods are called NOUN.VERB"},
		{"job.add", "{\"name\": \"a\"}", "-32601 : job has no verb add"},
		{"system.add", "{}", "-32601 : system has no verb add"},
	};

	run_cases(cases);
	assert_running("{\"ports\":{\"vm1\":{\"type\":\"tap\"}}}");
}

static void a_very_long_name_is_not_repeated_as_a_whole(void **state)
{
	enum { SIZE = 1 << 20 };
	struct errors errors;
	char *name = malloc(SIZE + 1);
	json_t *params;
	int code;

	memset(name, 'w', SIZE);
	name[SIZE] = '\0';
	params = json_pack("{s:s}", "name", name);
	errors_init(&errors);
	assert_null(api_call(&api, "port.show", params, NULL, &code, &errors));
	assert_int_equal(errors.n, 1);
	assert_memory_equal(errors.list[0].text, "no port is named www", 20);
	assert_in_range(strlen(errors.list[0].text), 100, 4096);
	errors_fini(&errors);
	json_decref(params);
	free(name);
}

static void a_refused_change_leaves_everything_as_it_was(void **state)
{
	struct errors errors;
	json_t *params;
	int code;

	run_case(&(struct api_case)ADD_VM1);
	params = json_loads("{\"name\": \"broken\", \"set\": {\"type\": \"tap\"}}", 0, NULL);
	errors_init(&errors);
	assert_null(api_call(&api, "port.add", params, NULL, &code, &errors));
	assert_int_equal(code, API_REFUSED);
	assert_true(errors.n > 0);
	errors_fini(&errors);
	json_decref(params);
	assert_running("{\"ports\":{\"vm1\":{\"type\":\"tap\"}}}");
	assert_int_equal(json_object_size(json_object_get(fake_system(), "port")), 1);
}

static void keys_may_be_dotted_and_texts_stand_for_every_type(void **state)
{
	static const struct {
		const char *set, *running;
	} cases[] = {
		{"{\"ports\": \"vm1,eth0.5\"}", "{\"ports\":{\"eth0.5\":{},\"vm1\":{}}}"},
		{"{\"ports.vm1.vlan\": \"10\"}",
		 "{\"ports\":{\"eth0.5\":{},\"vm1\":{\"vlan\":10}}}"},
		{"{\"ports.eth0.5.vlan\": \"20\"}",
		 "{\"ports\":{\"eth0.5\":{\"vlan\":20},\"vm1\":{\"vlan\":10}}}"},
		{"{\"ports.vm1\": \"{trunk: [30, 20]}\"}",
		 "{\"ports\":{\"eth0.5\":{\"vlan\":20},\"vm1\":{\"trunk\":[20,30]}}}"},
		{"{\"ports.vm1.trunk\": \"[30, 40-42]\"}",
		 "{\"ports\":{\"eth0.5\":{\"vlan\":20},\"vm1\":{\"trunk\":[30,\"40-42\"]}}}"},
		{"{\"ports.vm1.trunk\": \"20,30\"}",
		 "{\"ports\":{\"eth0.5\":{\"vlan\":20},\"vm1\":{\"trunk\":[20,30]}}}"},
		{"{\"ports.eth0.5.vlan\": \"none\"}",
		 "{\"ports\":{\"eth0.5\":{},\"vm1\":{\"trunk\":[20,30]}}}"},
		{"{\"ports.vm1\": null}", "{\"ports\":{\"eth0.5\":{}}}"},
		{"{\"ports.vm1.vlan\": 7, \"ports.eth0.5\": \"none\"}",
		 "{\"ports\":{\"vm1\":{\"vlan\":7}}}"},
		{"{\"ports\": \"none\", \"macs\": \"02:00:00:00:00:01, 02:00:00:00:00:02\"}",
		 "{\"macs\":[\"02:00:00:00:00:01\",\"02:00:00:00:00:02\"]}"},
		{"{\"macs\": \"02:00:00:00:00:03\", \"aging\": 5}",
		 "{\"aging\":5,\"macs\":[\"02:00:00:00:00:03\"]}"},
		{"{\"macs\": \"[]\", \"aging\": \"none\", \"ports\": \"{vm1: {vlan: 3}}\"}",
		 "{\"macs\":[],\"ports\":{\"vm1\":{\"vlan\":3}}}"},
		/* The longest name that is there. */
		{"{\"macs\": null, \"ports\": \"eth0, eth0.5\", \"ports.eth0.5.vlan\": 9}",
		 "{\"ports\":{\"eth0\":{},\"eth0.5\":{\"vlan\":9}}}"},
	};
	static const struct api_case refused[] = {
		{"bridge.set", "{\"name\": \"br0\", \"set\": {\"ports.vm9\": \"none\"}}",
		 "-32000 bridges.br0.ports.vm9: there is none to take away"},
		{"bridge.set", "{\"name\": \"br0\", \"set\": {\"ports.vm1.vlam\": 1}}",
		 "-32000 bridges.br0.ports.vm1.vlam: unknown key (did you mean vlan?)"},
	};
	struct errors errors;
	int code;

	run_case(&(struct api_case)ADD_VM1);
	must_do("port.add", json_pack("{s:s, s:{s:s}}", "name", "eth0", "set", "type", "tap"));
	must_do("port.add", json_pack("{s:s, s:{s:s}}", "name", "eth0.5", "set", "type", "tap"));
	must_do("bridge.add", json_pack("{s:s}", "name", "br0"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *set = json_loads(cases[i].set, 0, NULL);
		json_t *params = json_pack("{s:s, s:o}", "name", "br0", "set", set);
		json_t *result, *bridge;
		char *text;

		errors_init(&errors);
		result = api_call(&api, "bridge.set", params, NULL, &code, &errors);
		if (!result)
			print_error("%s: %s\n", cases[i].set, errors.list[0].text);
		assert_true(result != NULL);
		bridge = json_object_get(json_object_get(config_running(api.config), "bridges"),
					 "br0");
		text = json_dumps(bridge, JSON_COMPACT | JSON_SORT_KEYS);
		assert_string_equal(text, cases[i].running);
		free(text);
		errors_fini(&errors);
		json_decref(result);
		json_decref(params);
	}
	run_cases(refused);
}

static void what_is_in_use_is_not_removed_and_the_user_is_named(void **state)
{
	static const struct api_case used = {
		"port.del", "{\"name\": \"vm1\"}",
		"-32000 bridges.br0.ports: port vm1 is in use here: "
		"\"weft bridge set br0 ports.vm1=none\" lets go of it"};
	json_t *set;

	run_case(&(struct api_case)ADD_VM1);
	must_do("port.add", json_pack("{s:s, s:{s:s}}", "name", "vm2", "set", "type", "tap"));
	must_do("bridge.add",
		json_pack("{s:s, s:{s:s}}", "name", "br0", "set", "ports", "vm1,vm2"));
	run_case(&used);
	set = json_pack("{s:s}", "ports.vm1", "none");
	must_do("bridge.set", json_pack("{s:s, s:o}", "name", "br0", "set", set));
	must_do("port.del", json_pack("{s:s}", "name", "vm1"));
	assert_running("{\"bridges\":{\"br0\":{\"ports\":{\"vm2\":{}}}},"
		       "\"ports\":{\"vm2\":{\"type\":\"tap\"}}}");
}

static void none_is_a_value_where_it_is_a_choice(void **state)
{
	static const struct api_case cases[] = {
		ADD_VM1,
		{"port.set",
		 "{\"name\": \"vm1\", \"set\": {\"type\": \"none\", \"device\": \"none\"}}",
		 "[{\"action\":\"replace\",\"name\":\"vm1\",\"new\":{\"type\":\"none\"},"
		 "\"noun\":\"port\",\"old\":{\"type\":\"tap\"}}]"},
	};

	run_cases(cases);
}

static void a_single_object_has_no_name(void **state)
{
	static const struct api_case cases[] = {
		{"system.show", "{}", "[{\"idle\":\"adaptive\",\"workers\":\"auto\"}]"},
		{"system.show", "{\"name\": \"x\"}",
		 "-32602 : unknown key 'name': expected nothing (no keys)"},
	};

	must_do("system.set", json_pack("{s:{s:s}}", "set", "workers", "2"));
	assert_running("{\"system\":{\"workers\":2}}");
	must_do("system.set", json_pack("{s:{s:s}}", "set", "idle", "poll"));
	must_do("system.del", json_object());
	assert_running("{}");
	run_cases(cases);
}

static void a_list_is_counted_from_zero(void **state)
{
	static const struct api_case refused[] = {
		{"route.del", "{\"name\": 2}",
		 "-32000 : there is no route 2: there are 2, counted from 0"},
		{"route.del", "{\"name\": \"-1\"}",
		 "-32000 : there is no route -1: there are 2, counted from 0"},
		{"route.del", "{\"name\": \"\"}",
		 "-32000 : there is no route : there are 2, counted from 0"},
	};
	static const char *const prefixes[] = {"10.0.0.0/8", "192.0.2.0/24"};

	for (size_t i = 0; i < 2; i++)
		must_do("route.add", json_pack("{s:{s:s, s:s}}", "set", "prefix", prefixes[i],
					       "via", "{gateway: 192.0.2.1}"));
	assert_running(
		"{\"routes\":[{\"prefix\":\"10.0.0.0/8\",\"via\":[{\"gateway\":\"192.0.2.1\"}]},"
		"{\"prefix\":\"192.0.2.0/24\",\"via\":[{\"gateway\":\"192.0.2.1\"}]}]}");
	run_cases(refused);
	run_case(
		&(struct api_case){"route.show", "{\"name\": 1}",
				   "[{\"name\":1,\"prefix\":\"192.0.2.0/24\",\"via\":[{\"gateway\":"
				   "\"192.0.2.1\",\"weight\":1}]}]"});
	must_do("route.del", json_pack("{s:i}", "name", 0));
	assert_running("{\"routes\":[{\"prefix\":\"192.0.2.0/24\",\"via\":[{\"gateway\":"
		       "\"192.0.2.1\"}]}]}");
}

static void an_item_of_a_list_goes_by_its_key_too(void **state)
{
	static const struct api_case cases[] = {
		{"route.set", "{\"name\": \"10.0.0.0/8\", \"set\": {\"via\": \"192.0.2.9\"}}",
		 "[{\"action\":\"remove\",\"name\":\"0\",\"new\":null,\"noun\":\"route\",\"old\":"
		 "{\"prefix\":\"10.0.0.0/8\"}},{\"action\":\"add\",\"name\":\"0\",\"new\":"
		 "{\"prefix\":\"10.0.0.0/8\",\"via\":[{\"gateway\":\"192.0.2.9\"}]},\"noun\":"
		 "\"route\",\"old\":null}]"},
		{"route.set", "{\"name\": \"10.0.0.0/8\", \"set\": {\"via\": \"none\"}}",
		 "[{\"action\":\"remove\",\"name\":\"0\",\"new\":null,\"noun\":\"route\",\"old\":"
		 "{\"prefix\":\"10.0.0.0/8\",\"via\":[{\"gateway\":\"192.0.2.9\"}]}},{\"action\":"
		 "\"add\",\"name\":\"0\",\"new\":{\"prefix\":\"10.0.0.0/8\"},\"noun\":\"route\","
		 "\"old\":null}]"},
		{"route.show", "{\"name\": \"10.0.0.0/8\"}",
		 "[{\"name\":0,\"prefix\":\"10.0.0.0/8\"}]"},
		{"route.del", "{\"name\": \"2001:DB8::/32\"}",
		 "-32000 : 2 routes have prefix 2001:DB8::/32: expected one of the positions 1, 2"},
		{"route.del", "{\"name\": \"9.0.0.0/8\"}",
		 "-32000 : no route in the configuration has prefix 9.0.0.0/8"},
		{"route.del", "{\"name\": \"10.0.0.0/8\"}",
		 "[{\"action\":\"remove\",\"name\":\"0\",\"new\":null,\"noun\":\"route\",\"old\":"
		 "{\"prefix\":\"10.0.0.0/8\"}}]"},
	};
	static const char *const prefixes[] = {"10.0.0.0/8", "2001:db8::/32", "2001:db8::/32"};

	for (size_t i = 0; i < 3; i++)
		must_do("route.add", json_pack("{s:{s:s}}", "set", "prefix", prefixes[i]));
	run_cases(cases);
}

static void a_text_stands_for_an_object_where_the_field_says_so(void **state)
{
	static const struct api_case cases[] = {
		{"route.add",
		 "{\"set\": {\"prefix\": \"10.0.0.0/8\", \"via\": \"192.0.2.1,2001:db8::1\"}}",
		 "[{\"action\":\"add\",\"name\":\"0\",\"new\":{\"prefix\":\"10.0.0.0/8\",\"via\":"
		 "[{\"gateway\":\"192.0.2.1\"},{\"gateway\":\"2001:db8::1\"}]},\"noun\":\"route\","
		 "\"old\":null}]"},
		{"route.add",
		 "{\"set\": {\"prefix\": \"10.0.0.0/8\", \"via\": [\"192.0.2.1\", {\"weight\": "
		 "2}]}}",
		 "[{\"action\":\"add\",\"name\":\"1\",\"new\":{\"prefix\":\"10.0.0.0/8\",\"via\":"
		 "[{\"gateway\":\"192.0.2.1\"},{\"weight\":2}]},\"noun\":\"route\",\"old\":null}]"},
		{"route.add", "{\"set\": {\"prefix\": \"10.0.0.0/8\", \"via\": \"a/b\"}}",
		 "-32000 routes[2].via: 'a/b' is not what is expected: expected a map with the "
		 "keys "
		 "gateway, weight, or a gateway"},
		{"route.add", "{\"set\": {\"prefix\": \"10.0.0.0/8\", \"via\": 3}}",
		 "-32000 routes[2].via: 3 is not a list: expected a list, each a map with the keys "
		 "gateway, weight, or a gateway"},
	};

	run_cases(cases);
}

static void what_answers_bit_by_bit_needs_a_connection(void **state)
{
	run_case(&(
		struct api_case){"job.stream", "{}",
				 "-32000 : the answer comes bit by bit: expected a request of its "
				 "own, with an id"});
}

static void verbs_get_checked_arguments_with_defaults(void **state)
{
	static const struct api_case cases[] = {
		{"job.clear", "{}", "{\"args\":{\"count\":3},\"name\":null}"},
		{"job.clear", "{\"port\": \"vm1\", \"count\": \"5\"}",
		 "{\"args\":{\"count\":5,\"port\":\"vm1\"},\"name\":null}"},
		{"job.fail", "{\"name\": \"it\"}", "-32000 : it is not to be"},
		{"job.show", "{}", "[]"},
		{"job.show", "{\"name\": \"x\"}",
		 "-32602 : unknown key 'name': expected a map with the keys readable"},
		{"job.show", "{\"readable\": true}", "\"jobs:\\n  none\\n\""},
		{"ospf.neighbor.show", "{\"area\": \"10.0.0.1\"}",
		 "[{\"area\":\"10.0.0.1\",\"router_id\":\"192.0.2.1\"}]"},
	};
	struct errors errors;
	json_t *params = json_pack("{s:s}", "count", "11");
	int code;

	run_cases(cases);
	errors_init(&errors);
	assert_null(api_call(&api, "job.clear", params, NULL, &code, &errors));
	assert_int_equal(code, API_BAD_PARAMS);
	errors_fini(&errors);
	json_decref(params);
}

static void every_word_of_the_declarations_is_described(void **state)
{
	json_t *doc = api_describe(&fake_nouns), *nouns = json_object_get(doc, "nouns");
	json_t *bridge = json_array_get(nouns, 2), *verbs = json_object_get(bridge, "verbs");
	char *text;

	assert_int_equal(json_array_size(nouns), fake_nouns.n);
	text = json_dumps(json_array_get(json_object_get(bridge, "fields"), 0), JSON_COMPACT);
	assert_non_null(strstr(text, "{\"name\":\"ports\",\"kind\":\"map\",\"type\":"));
	assert_non_null(strstr(text, "\"ref\":\"port\",\"fields\":[{\"name\":\"vlan\""));
	free(text);
	assert_int_equal(json_array_size(verbs), 4);
	text = json_dumps(json_array_get(verbs, 1), JSON_COMPACT);
	assert_string_equal(text, "{\"name\":\"add\",\"object\":\"required\",\"args\":[],"
				  "\"positional\":[],\"help\":\"adds one\",\"sets\":true}");
	free(text);
	verbs = json_object_get(json_array_get(nouns, 4), "verbs");
	assert_int_equal(json_array_size(verbs), 6);
	text = json_dumps(json_object_get(json_array_get(verbs, 2), "positional"), JSON_COMPACT);
	assert_string_equal(text, "[\"port\"]");
	free(text);
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(objects_are_added_changed_shown_and_removed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(refusals_name_the_thing_and_what_was_meant, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_very_long_name_is_not_repeated_as_a_whole, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_refused_change_leaves_everything_as_it_was, setup,
						teardown),
		cmocka_unit_test_setup_teardown(keys_may_be_dotted_and_texts_stand_for_every_type,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_in_use_is_not_removed_and_the_user_is_named,
						setup, teardown),
		cmocka_unit_test_setup_teardown(none_is_a_value_where_it_is_a_choice, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_single_object_has_no_name, setup, teardown),
		cmocka_unit_test_setup_teardown(a_list_is_counted_from_zero, setup, teardown),
		cmocka_unit_test_setup_teardown(an_item_of_a_list_goes_by_its_key_too, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_text_stands_for_an_object_where_the_field_says_so,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_answers_bit_by_bit_needs_a_connection, setup,
						teardown),
		cmocka_unit_test_setup_teardown(verbs_get_checked_arguments_with_defaults, setup,
						teardown),
		cmocka_unit_test(every_word_of_the_declarations_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
