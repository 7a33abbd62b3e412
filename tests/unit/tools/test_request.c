// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/spine/api.h"
#include "tests/support/fake_nouns.h"
#include "tools/weft_model.h"
#include "tools/weft_request.h"
#include "tools/weft_words.h"

static json_t *doc;

/* A line, and "METHOD PARAMS", or "help NOUN [VERB]", or the error, of which the usage line is left
 * out. */
struct request_case {
	const char *line, *result;
};

static char *outcome(const struct request *request, int rc, char *error)
{
	char *text = NULL, *params;

	if (rc) {
		assert_int_equal(rc, EXIT_USAGE);
		error[strcspn(error, "\n")] = '\0';
		return strdup(error);
	}
	if (request->help) {
		if (asprintf(&text, "help %s%s%s", model_text(request->noun, "name"),
			     request->verb ? " " : "", model_text(request->verb, "name")) < 0)
			return NULL;
		return text;
	}
	params = json_dumps(request->params, JSON_COMPACT | JSON_SORT_KEYS);
	if (asprintf(&text, "%s %s", request->method, params) < 0)
		return NULL;
	free(params);
	return text;
}

static void run_cases(const struct request_case *cases)
{
	for (; cases->line; cases++) {
		struct options options = {0};
		struct request request;
		struct words words;
		char *error = NULL, *text;
		size_t size, n;
		FILE *err = open_memstream(&error, &size);
		int rc;

		assert_int_equal(words_split(cases->line, &words), 0);
		n = options_take(&options, words.list, words.n);
		rc = request_parse(doc, words.list, n, &options, &request, err);
		fclose(err);
		text = outcome(&request, rc, error);
		if (strcmp(text, cases->result))
			print_error("%s\n", cases->line);
		assert_string_equal(text, cases->result);
		assert_true(rc != 0 || !*error);
		request_fini(&request);
		words_fini(&words);
		free(error);
		free(text);
	}
}

static void words_become_a_method_and_its_parameters(void **state)
{
	run_cases((const struct request_case[]){
		{"port show", "port.show {}"},
		{"port", "port.show {}"},
		{"port show vm1", "port.show {\"name\":\"vm1\"}"},
		{"port vm1", "port.show {\"name\":\"vm1\"}"},
		{"port show name=vm1", "port.show {\"name\":\"vm1\"}"},
		{"port add vm1 type=tap mtu=9000",
		 "port.add {\"name\":\"vm1\",\"set\":{\"mtu\":\"9000\",\"type\":\"tap\"}}"},
		{"port add vm1", "port.add {\"name\":\"vm1\",\"set\":{}}"},
		{"port add type=tap vm1", "port.add {\"name\":\"vm1\",\"set\":{\"type\":\"tap\"}}"},
		{"port set vm1 device=a=b",
		 "port.set {\"name\":\"vm1\",\"set\":{\"device\":\"a=b\"}}"},
		{"port set vm1 device=", "port.set {\"name\":\"vm1\",\"set\":{\"device\":\"\"}}"},
		{"bridge set br0 ports.eth0.5.vlan=none 'ports.vm1={vlan: 3}'",
		 "bridge.set {\"name\":\"br0\",\"set\":{\"ports.eth0.5.vlan\":\"none\","
		 "\"ports.vm1\":\"{vlan: 3}\"}}"},
		{"port del vm1", "port.del {\"name\":\"vm1\"}"},
		{"system set workers=2", "system.set {\"set\":{\"workers\":\"2\"}}"},
		{"route add prefix=10.0.0.0/8", "route.add {\"set\":{\"prefix\":\"10.0.0.0/8\"}}"},
		{"route del 3", "route.del {\"name\":\"3\"}"},
		{"route add 10.0.0.0/8 via=192.0.2.1",
		 "route.add {\"set\":{\"prefix\":\"10.0.0.0/8\",\"via\":\"192.0.2.1\"}}"},
		{"route add 10.0.0.0/8 prefix=9.0.0.0/8", "weft route add: prefix is given twice"},
		{"route add 10.0.0.0/8 192.0.2.1",
		 "weft route add: 192.0.2.1: what is to be set comes as KEY=VALUE"},
		{"route del 10.0.0.0/8", "route.del {\"name\":\"10.0.0.0/8\"}"},
		{0},
	});
}

static void nouns_and_verbs_may_be_shortened(void **state)
{
	run_cases((const struct request_case[]){
		{"po sh", "port.show {}"},
		{"b a br0", "bridge.add {\"name\":\"br0\",\"set\":{}}"},
		{"ospf neighbor", "ospf.neighbor.show {}"},
		{"o n s", "ospf.neighbor.show {}"},
		{"ospf nei show 10.0.0.1", "ospf.neighbor.show {\"area\":\"10.0.0.1\"}"},
		{"o n 10.0.0.1", "ospf.neighbor.show {\"area\":\"10.0.0.1\"}"},
		{"port s", "weft port: s is short for several verbs: show set"},
		{"ospf",
		 "weft: unknown noun ospf (did you mean ospf neighbor?): \"weft help\" lists them"},
		{"prot show",
		 "weft: unknown noun prot (did you mean port?): \"weft help\" lists them"},
		{"system shwo", "weft system: unknown verb shwo (did you mean show?): "
				"\"weft system help\" lists them"},
		{0},
	});
}

static void a_noun_written_in_full_is_meant(void **state)
{
	json_t *nouns = json_pack("{s:[{s:s}, {s:s}, {s:s}]}", "nouns", "name", "portal status",
				  "name", "port", "name", "port status");
	char port[] = "port", s[] = "s", x[] = "x", *words[] = {port, s}, *other[] = {port, x};
	size_t used;

	assert_string_equal(model_text(model_noun(nouns, words, 2, &used, NULL), "name"),
			    "port status");
	assert_int_equal(used, 2);
	assert_string_equal(model_text(model_noun(nouns, other, 2, &used, NULL), "name"), "port");
	json_array_remove(json_object_get(nouns, "nouns"), 2);
	assert_string_equal(model_text(model_noun(nouns, words, 2, &used, NULL), "name"), "port");
	assert_int_equal(used, 1);
	json_decref(nouns);
}

static void arguments_come_by_place_by_key_and_as_flags(void **state)
{
	run_cases((const struct request_case[]){
		{"job apply x.yaml", "job.apply {\"file\":\"x.yaml\"}"},
		{"job apply x.yaml --check --confirm 5",
		 "job.apply {\"check\":true,\"confirm\":\"5\",\"file\":\"x.yaml\"}"},
		{"job apply --confirm=5 --check file=x.yaml",
		 "job.apply {\"check\":true,\"confirm\":\"5\",\"file\":\"x.yaml\"}"},
		{"job apply x.yaml confirm=5 check=no",
		 "job.apply {\"check\":\"no\",\"confirm\":\"5\",\"file\":\"x.yaml\"}"},
		{"job clear", "job.clear {}"},
		{"job clear vm1 count=2", "job.clear {\"count\":\"2\",\"port\":\"vm1\"}"},
		{"job clear in=x", "job.clear {\"port\":\"in=x\"}"},
		{"job fail it", "job.fail {\"name\":\"it\"}"},
		{"job show", "job.show {\"readable\":true}"},
		{"job show -j", "job.show {}"},
		{"-j -q -w job show", "job.show {}"},
		{0},
	});
}

static void wrong_usage_says_what_is_wrong(void **state)
{
	run_cases((const struct request_case[]){
		{"port add", "weft port add: which one? A name is missing"},
		{"port add type=tap", "weft port add: which one? A name is missing"},
		{"port set vm1", "weft port set: there is nothing to set: KEY=VALUE is missing"},
		{"port set vm1 mtu", "weft port set: mtu: what is to be set comes as KEY=VALUE"},
		{"port set vm1 =3", "weft port set: =3: there is no key before ="},
		{"port set vm1 mtu=1 mtu=2", "weft port set: mtu is given twice"},
		{"port set vm1 name=3", "port.set {\"name\":\"vm1\",\"set\":{\"name\":\"3\"}}"},
		{"port show a b", "weft port show: b: one word too many"},
		{"port rename a b",
		 "weft port: unknown verb rename: \"weft port help\" lists them"},
		{"port dell a b", "weft port: unknown verb dell (did you mean del?): "
				  "\"weft port help\" lists them"},
		{"port create type=tap",
		 "weft port: unknown verb create: \"weft port help\" lists them"},
		{"port show a=b", "port.show {\"name\":\"a=b\"}"},
		{"port show vm1 a=b", "weft port show: takes no a"},
		{"port del vm1 --force", "weft port del: unknown option --force"},
		{"job apply", "weft job apply: file is missing"},
		{"job apply x --text y", "weft job apply: unknown option --text"},
		{"job apply x --confirm", "weft job apply: --confirm needs a value: "
					  "an integer from 1 to 3600"},
		{"job show --readable", "weft job show: unknown option --readable"},
		{"job big", "weft job big: size is missing"},
		{"port set vm1 mtu=\xff", "weft port set: mtu: the value is not UTF-8 text"},
		{"system add", "weft system: unknown verb add: \"weft system help\" lists them"},
		{0},
	});
}

static void help_is_asked_for_in_every_place(void **state)
{
	run_cases((const struct request_case[]){
		{"port help", "help port"},
		{"port --help", "help port"},
		{"ospf neighbor help", "help ospf neighbor"},
		{"port add help", "help port add"},
		{"port add --help", "help port add"},
		{"port add vm1 mtu=3 --help", "help port add"},
		{"port add vm1 help", "weft port add: help: what is to be set comes as KEY=VALUE"},
		{0},
	});
}

static void a_file_is_sent_with_its_contents(void **state)
{
	char name[] = "/tmp/test_request.XXXXXX", line[64], *error = NULL;
	int fd = mkstemp(name);
	struct options options = {0};
	struct request request;
	struct words words;
	size_t size;
	FILE *err = open_memstream(&error, &size);

	assert_int_equal(write(fd, "ports: {}\n", 10), 10);
	snprintf(line, sizeof(line), "job apply %s", name);
	assert_int_equal(words_split(line, &words), 0);
	assert_int_equal(request_parse(doc, words.list, words.n, &options, &request, err), 0);
	assert_int_equal(request_load_file(&request, err), 0);
	assert_string_equal(model_text(request.params, "text"), "ports: {}\n");
	assert_string_equal(model_text(request.params, "file"), name);

	assert_int_equal(pwrite(fd, "\xff", 1, 0), 1);
	assert_int_equal(request_load_file(&request, err), EXIT_REFUSED);
	unlink(name);
	assert_int_equal(request_load_file(&request, err), EXIT_REFUSED);
	fclose(err);
	assert_non_null(strstr(error, "is not UTF-8 text\n"));
	assert_non_null(strstr(error, "No such file or directory\n"));
	request_fini(&request);
	words_fini(&words);
	free(error);
	close(fd);
}

static int setup(void **state)
{
	doc = api_describe(&fake_nouns);
	return doc ? 0 : -1;
}

static int teardown(void **state)
{
	json_decref(doc);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become_a_method_and_its_parameters),
		cmocka_unit_test(nouns_and_verbs_may_be_shortened),
		cmocka_unit_test(a_noun_written_in_full_is_meant),
		cmocka_unit_test(arguments_come_by_place_by_key_and_as_flags),
		cmocka_unit_test(wrong_usage_says_what_is_wrong),
		cmocka_unit_test(help_is_asked_for_in_every_place),
		cmocka_unit_test(a_file_is_sent_with_its_contents),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
