// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/spine/api.h"
#include "tests/support/fake_nouns.h"
#include "tools/weft_complete.h"
#include "tools/weft_words.h"

static json_t *doc;

static json_t *names(void *arg, const char *noun)
{
	if (!strcmp(noun, "port"))
		return json_pack("[s, s, s]", "vm1", "vm2", "eth0");
	return !strcmp(noun, "bridge") ? json_pack("[s]", "br0") : NULL;
}

static const struct name_source source = {.names = names};

/* A half written line, and what may stand for its last word. */
struct complete_case {
	const char *line, *candidates;
};

static void run_cases(const struct complete_case *cases)
{
	for (; cases->line; cases++) {
		char text[1024] = "", *at = text, empty[] = "";
		struct candidates found;
		struct words words;
		char *list[16];

		assert_int_equal(words_split(cases->line, &words), 0);
		for (size_t i = 0; i < words.n; i++)
			list[i] = words.list[i];
		list[words.n] = empty;
		complete_words(doc, list, words.n + words.spaced, &source, &found);
		for (size_t i = 0; i < found.n; i++)
			at += sprintf(at, "%s%s", i ? " " : "", found.list[i].text);
		if (strcmp(text, cases->candidates))
			print_error("%s\n", cases->line);
		assert_string_equal(text, cases->candidates);
		candidates_fini(&found);
		words_fini(&words);
	}
}

static void nouns_and_verbs_are_offered(void **state)
{
	run_cases((const struct complete_case[]){
		{"", "system port bridge route job ospf monitor help"},
		{"p", "port"},
		{"x", ""},
		{"ospf ", "neighbor"},
		{"o n", "neighbor"},
		{"port a", "add"},
		{"port s", "show set"},
		{"job ", "show apply clear fail big stream help"},
		{"monitor b", "bridge"},
		{0},
	});
}

static void names_of_objects_are_offered(void **state)
{
	run_cases((const struct complete_case[]){
		{"port show ", "vm1 vm2 eth0"},
		{"port show v", "vm1 vm2"},
		{"port v", "vm1 vm2"},
		{"port del e", "eth0"},
		{"p d e", "eth0"},
		{"bridge show ", "br0"},
		{"port add ", "type= device= mtu="},
		{"job clear v", "vm1 vm2"},
		{0},
	});
}

static void keys_and_their_values_are_offered(void **state)
{
	run_cases((const struct complete_case[]){
		{"port add vm3 ", "type= device= mtu="},
		{"port add vm3 type=tap ", "device= mtu="},
		{"port add vm3 type=", "type=tap type=vhost-user type=none"},
		{"port add vm3 type=t", "type=tap"},
		{"port set vm1 mtu=", ""},
		{"system set w", "workers="},
		{"system set workers=", "workers=auto"},
		{"bridge set br0 ", "ports. aging= macs="},
		{"bridge set br0 ports.", "ports.vm1. ports.vm2. ports.eth0."},
		{"bridge set br0 ports.vm1.", "ports.vm1.vlan= ports.vm1.trunk="},
		{"bridge set br0 ports.vm1.v", "ports.vm1.vlan="},
		{"bridge set br0 nothing.", ""},
		{0},
	});
}

static void arguments_and_flags_are_offered(void **state)
{
	run_cases((const struct complete_case[]){
		{"job apply x ", "--check confirm="},
		{"job apply --", "--check --confirm"},
		{"job apply --confirm ", ""},
		{"job clear vm1 ", "count="},
		{"job clear port=v", "port=vm1 port=vm2"},
		{"job clear --port e", "eth0"},
		{"job show ", ""},
		{0},
	});
}

static void what_all_have_in_common_is_found(void **state)
{
	struct candidate list[] = {{.text = (char[]){"show"}}, {.text = (char[]){"shut"}}};
	struct candidates two = {.list = list, .n = 2}, none = {0};

	assert_int_equal(candidates_common(&two), 2);
	assert_int_equal(candidates_common(&none), 0);
	two.n = 1;
	assert_int_equal(candidates_common(&two), 4);
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
		cmocka_unit_test(nouns_and_verbs_are_offered),
		cmocka_unit_test(names_of_objects_are_offered),
		cmocka_unit_test(keys_and_their_values_are_offered),
		cmocka_unit_test(arguments_and_flags_are_offered),
		cmocka_unit_test(what_all_have_in_common_is_found),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
