// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/weft_words.h"

/* A line; its words, each in <>; then ? where it is open and _ where the next word may begin. */
static const char *const cases[][2] = {
	{"", "_"},
	{"  \t\n", "_"},
	{"port", "<port>"},
	{"port show ", "<port><show>_"},
	{"  port\tshow\n", "<port><show>_"},
	{"# all of it", "_"},
	{"port # the rest", "<port>_"},
	{"a#b", "<a#b>"},
	{"'a b' \"c d\"", "<a b><c d>"},
	{"a'b c'd", "<ab cd>"},
	{"'it is \"so\"'", "<it is \"so\">"},
	{"a\\ b \\'c \"\\\"\"", "<a b><'c><\">"},
	{"'\\'", "<\\>"},
	{"''", "<>"},
	{"'open", "<open>?"},
	{"\"open ", "<open >?"},
	{"ports={vm1: {vlan: 10}} x", "<ports={vm1: {vlan: 10}}><x>"},
	{"vlans=[1, 2] ", "<vlans=[1, 2]>_"},
	{"a={b: \"c }\"}", "<a={b: \"c }\"}>"},
	{"a={b: 1", "<a={b: 1>?"},
	{"a} b", "<a}><b>"},
	{"\\", "<\\>"},
};

static void lines_are_cut_as_a_shell_would(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256] = "", *at = text;
		struct words words;

		assert_int_equal(words_split(cases[i][0], &words), 0);
		for (size_t k = 0; k < words.n; k++)
			at += sprintf(at, "<%s>", words.list[k]);
		sprintf(at, "%s%s", words.open ? "?" : "", words.spaced ? "_" : "");
		assert_string_equal(text, cases[i][1]);
		words_fini(&words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_cut_as_a_shell_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
