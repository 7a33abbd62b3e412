// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/spine/rpc.h"
#include "tests/support/fake_nouns.h"

static struct api api;

/* A line, and its answer, NULL for none; where the answer ends in … only its beginning counts. */
struct line_case {
	const char *line, *answer;
};

#define ERROR(id, code) \
	"{\"jsonrpc\":\"2.0\",\"id\":" id ",\"error\":{\"code\":" code ",\"message\":\""
#define SHOWN      "[{\"workers\":\"auto\",\"idle\":\"adaptive\"}]"
#define RESULT(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" SHOWN "}"
#define CALL(id)   "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"system.show\"}"

static void check_line(const char *line, size_t size, const char *expected)
{
	char *answer = rpc_answer(&api, line, size);
	size_t n = expected ? strlen(expected) : 0;

	if (!expected) {
		assert_null(answer);
		return;
	}
	assert_non_null(answer);
	if (n > 3 && !strcmp(expected + n - 3, "…") && strlen(answer) > n - 3)
		answer[n -= 3] = '\0';
	if (strncmp(answer, expected, n) || answer[n])
		print_error("%.200s\n", line);
	assert_memory_equal(answer, expected, n);
	assert_int_equal(answer[n], '\0');
	free(answer);
}

static void check_lines(const struct line_case *cases)
{
	for (; cases->line; cases++)
		check_line(cases->line, strlen(cases->line), cases->answer);
}

static void ids_of_every_legal_type_come_back(void **state)
{
	check_lines((const struct line_case[]){
		{CALL("1"), RESULT("1")},
		{CALL("-7"), RESULT("-7")},
		{CALL("1.5"), RESULT("1.5")},
		{CALL("\"a\\\"b\""), RESULT("\"a\\\"b\"")},
		{CALL("\"\""), RESULT("\"\"")},
		{CALL("null"), RESULT("null")},
		{" \t" CALL("9223372036854775807") "\r", RESULT("9223372036854775807")},
		{0},
	});
}

static void what_is_no_json_is_a_parse_error(void **state)
{
	check_lines((const struct line_case[]){
		{"{", ERROR("null", "-32700") "…"},
		{"hello", ERROR("null", "-32700") "…"},
		{CALL("1") "x", ERROR("null", "-32700") "…"},
		{CALL("1") CALL("2"), ERROR("null", "-32700") "…"},
		{"{\"id\": 1, \"id\": 2}", ERROR("null", "-32700") "…"},
		{"{\"jsonrpc\": \"2.0\", \"id\": \"\xff\"}", ERROR("null", "-32700") "…"},
		{"{\"jsonrpc\": \"2.0\", \"id\": \"\xc3\"}", ERROR("null", "-32700") "…"},
		{"{\"jsonrpc\": \"2.0\", \"id\": \"\\u0000\"}", ERROR("null", "-32700") "…"},
		{"{\"jsonrpc\": \"2.0\", \"id\": \"\\ud800\"}", ERROR("null", "-32700") "…"},
		{"{\"jsonrpc\": \"2.0\", \"id\": 99999999999999999999}",
		 ERROR("null", "-32700") "…"},
		{"[" CALL("1") ",", ERROR("null", "-32700") "…"},
		{0},
	});
	check_line("{\"jsonrpc\": \0 1}", 16, ERROR("null", "-32700") "…");
}

static void what_is_no_request_is_invalid(void **state)
{
	check_lines((const struct line_case[]){
		{"1", ERROR("null", "-32600") "…"},
		{"null", ERROR("null", "-32600") "…"},
		{"\"system.show\"", ERROR("null", "-32600") "…"},
		{"{}", ERROR("null", "-32600") "…"},
		{"{\"id\":1,\"method\":\"system.show\"}", ERROR("1", "-32600") "…"},
		{"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"system.show\"}", ERROR("1", "-32600") "…"},
		{"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"system.show\"}",
		 ERROR("1", "-32600") "…"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1}", ERROR("1", "-32600") "…"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}", ERROR("1", "-32600") "…"},
		{"{\"jsonrpc\":\"2.0\",\"method\":1}", ERROR("null", "-32600") "…"},
		{CALL("[]"), ERROR("null", "-32600") "…"},
		{CALL("{}"), ERROR("null", "-32600") "…"},
		{CALL("true"), ERROR("null", "-32600") "…"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.show\",\"params\":\"x\"}",
		 ERROR("1", "-32600") "…"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.show\",\"params\":null}",
		 ERROR("1", "-32600") "…"},
		{"[]", ERROR("null", "-32600") "…"},
		{0},
	});
}

static void errors_have_their_codes_and_places(void **state)
{
	check_lines((const struct line_case[]){
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"foo\"}", ERROR("1", "-32601") "…"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.show\",\"params\":[1]}",
		 ERROR("1", "-32602") "…"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.show\",\"params\":[]}",
		 RESULT("1")},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.show\",\"params\":{\"x\":1}}",
		 ERROR("1", "-32602") "…"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.fail\",\"params\":{\"name\":"
		 "\"it\"}}",
		 ERROR("1", "-32000") "it is not to be (and 1 more)\",\"data\":{\"errors\":["
				      "{\"path\":\"\",\"text\":\"it is not to "
				      "be\",\"line\":3,\"column\":5},"
				      "{\"path\":\"ports.x\",\"text\":\"nor is this\"}]}}}"},
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"monitor\"}", ERROR("1", "-32602") "…"},
		{0},
	});
}

static void notifications_are_obeyed_and_not_answered(void **state)
{
	check_lines((const struct line_case[]){
		{"{\"jsonrpc\":\"2.0\",\"method\":\"foo\"}", NULL},
		{"{\"jsonrpc\":\"2.0\",\"method\":\"port.add\",\"params\":"
		 "{\"name\":\"n1\",\"set\":{\"type\":\"tap\"}}}",
		 NULL},
		{"[{\"jsonrpc\":\"2.0\",\"method\":\"foo\"},{\"jsonrpc\":\"2.0\",\"method\":"
		 "\"bar\"}]",
		 NULL},
		{0},
	});
	assert_non_null(json_object_get(json_object_get(fake_system(), "port"), "n1"));
}

static void a_batch_is_answered_as_one_array(void **state)
{
	char *many = malloc(102 * 2 + 2), *end = many;

	check_lines((const struct line_case[]){
		{"[" CALL("1") ",{\"jsonrpc\":\"2.0\",\"method\":\"foo\"}," CALL("2") "]",
		 "[" RESULT("1") "," RESULT("2") "]"},
		{"[1,2]", "[" ERROR("null", "-32600") "…"},
		{"[[]]", "[" ERROR("null", "-32600") "…"},
		{0},
	});
	for (int i = 0; i < 101; i++)
		end += sprintf(end, "%s1", i ? "," : "[");
	strcpy(end, "]");
	check_line(many, strlen(many), ERROR("null", "-32600") "…");
	free(many);
}

static void an_answer_that_is_too_long_becomes_an_error(void **state)
{
	check_lines((const struct line_case[]){
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.big\",\"params\":{\"size\":"
		 "70000000}}",
		 ERROR("1", "-32001") "…"},
		{"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.big\",\"params\":{\"size\":"
		 "70000000}}," CALL("2") "]",
		 "[" ERROR("1", "-32001") "…"},
		{0},
	});
}

/* Bytes changed at random in a line that is understood: an answer that is JSON, or none. */
static void mutated_lines_are_answered_in_form(void **state)
{
	static const char good[] = "[" CALL(
		"1") ",{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"bridge.set\","
		     "\"params\":{\"name\":\"n1\",\"set\":{\"ports.vm1.vlan\":\"[1, {a: b}]\"}}}]";
	char line[sizeof(good)];

	srandom(1);
	for (int i = 0; i < 20000; i++) {
		char *answer;

		memcpy(line, good, sizeof(good));
		for (int k = random() % 4; k >= 0; k--)
			line[random() % (sizeof(good) - 1)] =
				random() % 8 ? good[random() % 100] : random();
		answer = rpc_answer(&api, line, sizeof(good) - 1 - random() % 3);
		if (answer) {
			json_t *json = json_loads(answer, 0, NULL);

			assert_true(json != NULL);
			json_decref(json);
		}
		free(answer);
	}
}

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

/* Unread: to make that many values would take seconds. */
static void a_line_of_very_many_values_is_refused(void **state)
{
	size_t size = 2 * RPC_VALUES_MAX + 2;
	char *line = malloc(size + 1);

	memset(line, ',', size);
	for (size_t i = 1; i < size; i += 2)
		line[i] = '1';
	line[0] = '[';
	check_line(line, size, ERROR("null", "-32600") "more than 262144 values in a line…");
	/* The same within a text is one value. */
	line[1] = line[size - 2] = '"';
	line[size - 1] = ']';
	check_line(line, size, "[" ERROR("null", "-32600") "a request is an object…");
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_every_legal_type_come_back),
		cmocka_unit_test(what_is_no_json_is_a_parse_error),
		cmocka_unit_test(what_is_no_request_is_invalid),
		cmocka_unit_test(errors_have_their_codes_and_places),
		cmocka_unit_test(notifications_are_obeyed_and_not_answered),
		cmocka_unit_test(a_batch_is_answered_as_one_array),
		cmocka_unit_test(an_answer_that_is_too_long_becomes_an_error),
		cmocka_unit_test(a_line_of_very_many_values_is_refused),
		cmocka_unit_test(mutated_lines_are_answered_in_form),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
