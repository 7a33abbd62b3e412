// SPDX-License-Identifier: BSD-3-Clause
/*
 * test_print GOLDEN [--update]: what the command line prints, compared with a
 * golden file, or written into it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/spine/api.h"
#include "tests/support/fake_nouns.h"
#include "tools/weft_help.h"
#include "tools/weft_model.h"
#include "tools/weft_print.h"
#include "tools/weft_reference.h"

#define PORTS                                                                                     \
	"[{\"name\":\"vm1\",\"type\":\"vhost-user\",\"state\":\"down\",\"rx_packets\":7,"         \
	"\"mac\":\"02:00:00:00:00:01\",\"peer\":\"x\"},"                                          \
	"{\"name\":\"eth0\",\"type\":\"a type that is rather long, as types go\",\"state\":null," \
	"\"rx_packets\":123456,\"mac\":\"\"}]"
#define ONE_PORT "[{\"rx_packets\":7,\"name\":\"vm1\",\"more\":{\"a\":1,\"bcd\":[\"x\",2]}}]"
#define MEMBERS                                                                               \
	"{\"name\":\"wan\",\"members\":[{\"name\":\"wan0\",\"weight\":1},{\"name\":\"wan1\"," \
	"\"state\":\"up\",\"weight\":2}],\"imbalance\":0.25}"
#define CHANGES                                                                                 \
	"[{\"noun\":\"port\",\"name\":\"t0\",\"action\":\"add\",\"old\":null,"                  \
	"\"new\":{\"type\":\"tap\",\"vlans\":[1,2]}},"                                          \
	"{\"noun\":\"port\",\"name\":\"t1\",\"action\":\"remove\",\"old\":{\"type\":\"tap\"},"  \
	"\"new\":null},"                                                                        \
	"{\"noun\":\"bridge\",\"name\":\"b\",\"action\":\"change\","                            \
	"\"old\":{\"ports\":{\"x\":{\"vlan\":1},\"y\":{}},\"aging\":5},"                        \
	"\"new\":{\"ports\":{\"x\":{\"vlan\":2},\"z\":{}},\"aging\":5}},"                       \
	"{\"noun\":\"port\",\"name\":\"t2\",\"action\":\"replace\",\"old\":{\"type\":\"tap\"}," \
	"\"new\":{\"type\":\"none\"}},"                                                         \
	"{\"noun\":\"system\",\"name\":\"\",\"action\":\"change\",\"old\":{},"                  \
	"\"new\":{\"workers\":2}}]"

/* What NOUN VERB prints for a result on a terminal of some width. */
static const struct print_case {
	const char *title, *noun, *verb, *result;
	bool single;
	struct options options;
	unsigned width;
} cases[] = {
	{"no terminal: nothing is cut, wide columns are left out", "port", "show", PORTS},
	{"-w: all of everything", "port", "show", PORTS, .options = {.wide = true}, .width = 20},
	{"a wide terminal has room for wide columns", "port", "show", PORTS, .width = 100},
	{"80 columns", "port", "show", PORTS, .width = 80},
	{"50 columns: texts are cut", "port", "show", PORTS, .width = 50},
	{"30 columns: columns go", "port", "show", PORTS, .width = 30},
	{"2 columns: the first stays", "port", "show", PORTS, .width = 2},
	{"no rows", "port", "show", "[]"},
	{"-j", "port", "show", ONE_PORT, .options = {.json = true}},
	{"-q", "port", "show", ONE_PORT, .options = {.quiet = true}},
	{"one object with all its keys", "port", "show", ONE_PORT, .single = true},
	{"a noun that is one object", "system", "show", "[{\"idle\":\"poll\",\"workers\":2}]"},
	{"an object with rows inside", "job", "clear", MEMBERS},
	{"what cannot be in one line", "job", "clear",
	 "{\"a\\u001b[31mb\":\"x\\ny\\u009b\",\"e\":[],\"f\":{},\"g\":1.5,\"h\":2.0,\"i\":true}"},
	{"differences", "port", "set", CHANGES},
	{"no difference", "port", "set", "[]"},
	{"text", "job", "show", "\"a: 1\\n  b: \\u0007\\n\""},
	{"text of terminals", "job", "show", "\"a\\tb\\u007f\\u009b1m\\u001b[31m\""},
	{"differences of what nobody named so", "port", "set",
	 "[{\"noun\":\"a\\u001b[2J\",\"name\":\"\\u009b\",\"action\":\"remove\"}]"},
	{"rows without declared columns", "job", "clear",
	 "[{\"a\":1,\"b\":\"x\"},{\"b\":\"y\",\"c\":3}]"},
	{"a list of words", "job", "clear", "[\"a\",\"b\"]"},
	{"a number", "job", "clear", "12"},
	{"nothing to say", "job", "clear", "null"},
};

static const char *const errors[][2] = {
	{"an error of a file",
	 "{\"code\":-32000,\"message\":\"m\",\"data\":{\"errors\":[{\"path\":\"ports.x\","
	 "\"text\":\"is "
	 "wrong\",\"line\":3,\"column\":7},{\"path\":\"ports.y\",\"text\":\"too\"}]}}"},
	{"an error without a place", "{\"code\":-32000,\"message\":\"m\",\"data\":{\"errors\":[{"
				     "\"path\":\"\",\"text\":\"no\"}]}}"},
	{"an error without details", "{\"code\":-32603,\"message\":\"internal error\"}"},
};

static const char *golden_file;
static bool updating;

static void print_case(const json_t *doc, const struct print_case *c, FILE *out)
{
	const json_t *noun = model_noun_named(doc, c->noun);
	const struct request request = {.noun = noun,
					.verb = model_verb_named(noun, c->verb),
					.single = c->single};
	json_t *result = json_loads(c->result, JSON_DECODE_ANY, NULL);

	assert_true(request.verb && result);
	fprintf(out, "== %s\n", c->title);
	result_print(&request, result, &c->options, c->width, out);
	json_decref(result);
}

static void print_helps(const json_t *doc, FILE *out)
{
	const json_t *noun;
	json_t *verb;
	size_t i;

	fputs("== nouns\n", out);
	help_nouns(doc, out);
	fputs("== a noun with keys\n", out);
	help_noun(model_noun_named(doc, "bridge"), out);
	fputs("== a noun without\n", out);
	noun = model_noun_named(doc, "job");
	help_noun(noun, out);
	json_array_foreach(json_object_get(noun, "verbs"), i, verb) {
		fprintf(out, "== %s\n", model_text(verb, "name"));
		help_verb(noun, verb, out);
	}
	noun = model_noun_named(doc, "port");
	fputs("== a verb that sets keys\n", out);
	help_verb(noun, model_verb_named(noun, "set"), out);
}

static char *print_all(void)
{
	json_t *doc = api_describe(&fake_nouns);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		print_case(doc, &cases[i], out);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		json_t *error = json_loads(errors[i][1], 0, NULL);

		fprintf(out, "== %s\n", errors[i][0]);
		error_print(error, "x.yaml", out);
		json_decref(error);
	}
	print_helps(doc, out);
	fputs("== the reference manual\n", out);
	reference_print(doc, out);
	fclose(out);
	json_decref(doc);
	return text;
}

static char *read_golden(void)
{
	FILE *file = fopen(golden_file, "r");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

/* The first line in which they differ says more than both texts would. */
static void assert_same(const char *text, const char *golden)
{
	for (int line = 1; *text || *golden; line++) {
		size_t n = strcspn(text, "\n"), m = strcspn(golden, "\n");

		if (n != m || strncmp(text, golden, n))
			fail_msg("%s:%d: expected \"%.*s\", got \"%.*s\"", golden_file, line,
				 (int)m, golden, (int)n, text);
		text += n + (text[n] == '\n');
		golden += m + (golden[m] == '\n');
	}
}

static void what_is_printed_is_as_in_the_golden_file(void **state)
{
	char *text = print_all(), *golden;
	FILE *file;

	if (updating) {
		file = fopen(golden_file, "w");
		assert_non_null(file);
		fputs(text, file);
		fclose(file);
	}
	golden = read_golden();
	assert_same(text, golden);
	free(golden);
	free(text);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_as_in_the_golden_file),
	};

	if (argc < 2)
		return 2;
	golden_file = argv[1];
	updating = argc > 2 && !strcmp(argv[2], "--update");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
