// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "control/spine/field.h"
#include "control/spine/yaml.h"
#include "control/spine/yaml_place.h"

/* The value as JSON, or the errors. Freed by the caller. */
static char *outcome(const char *text, size_t size)
{
	struct errors errors;
	json_t *value, *positions = NULL;
	char *result;

	errors_init(&errors);
	value = yaml_load(text, size, &positions, &errors);
	assert_int_equal(value == NULL, errors.n > 0);
	yaml_locate(positions, &errors);
	result = value != NULL ? json_dumps(value, JSON_COMPACT) : errors_text(&errors, NULL);
	json_decref(value);
	json_decref(positions);
	errors_fini(&errors);
	return result;
}

static void expect(const char *text, const char *expected)
{
	char *result = outcome(text, strlen(text));

	if (strcmp(result, expected) != 0)
		print_error("the text is: %s\n", text);
	assert_string_equal(result, expected);
	free(result);
}

static void scalars_are_strings_and_nothing_is_null(void **state)
{
	expect("", "{}");
	expect("# only a comment\n", "{}");
	expect("---\n", "{}");
	expect("a: 1\nb: true\nc: 0x10\nd: 'x'\ne: \"y\\n\"\n",
	       "{\"a\":\"1\",\"b\":\"true\",\"c\":\"0x10\",\"d\":\"x\",\"e\":\"y\\n\"}");
	expect("a:\nb: ~\nc: null\nd: 'null'\ne: ''\n",
	       "{\"a\":null,\"b\":null,\"c\":null,\"d\":\"null\",\"e\":\"\"}");
	expect("a: {b: [1, {c: 2}], d: }\n", "{\"a\":{\"b\":[\"1\",{\"c\":\"2\"}],\"d\":null}}");
	expect("a:\n- 1\n- b: 2\n  c: 3\n", "{\"a\":[\"1\",{\"b\":\"2\",\"c\":\"3\"}]}");
	expect("a: |\n  x\n  y\nb: >\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\\n\"}");
	expect("\xef\xbb\xbf"
	       "a: µ\n",
	       "{\"a\":\"µ\"}");
	expect("{a: 1, 'b c': 2}\n", "{\"a\":\"1\",\"b c\":\"2\"}");
}

static void what_is_no_yaml_is_refused_at_its_place(void **state)
{
	expect("a:\n\tb: 1\n", "2:1: a tab in the indentation: expected spaces\n");
	expect("a:\n  b: 1\n c: 2\n",
	       "3:2: no key here: expected 'key: value', indented as its neighbours are (in what "
	       "begins at line 1)\n");
	expect("a: {b: 1\nc: 2\n",
	       "2:2: the map in braces is not closed: expected ',' or '}' (in what begins at line "
	       "1)\n");
	expect("a: [1\n",
	       "2:1: the list in brackets is not closed: expected ',' or ']' (in what begins at "
	       "line 1)\n");
	expect("a: b: c\n", "1:5: a ':' has no place here: put the key on its own line, or the "
			    "text in quotes\n");
	expect("a: \"x\n", "2:1: the quoted text is not closed: expected its end quote (in what "
			   "begins at line 1)\n");
	expect("a: @x\n", "1:4: this character cannot begin a value: put the text in quotes\n");
	expect("a: 1\nµ: \xff\n", "2:4: not UTF-8: expected text in UTF-8\n");
	expect("a: \x01\n", "1:4: a control character (U+0001): expected text\n");
	expect("a: 1\n---\nb: 2\n", "2:1: a second document begins: expected only one\n");
	expect("- a\n", "1:1: a list: expected keys with values, such as 'ports:'\n");
	expect("a\n", "1:1: a text: expected keys with values, such as 'ports:'\n");
	expect("? [a]\n: b\n", "1:3: a map or list as a key: expected a word\n");
	expect("a: \"\\0\"\n", "1:4: the text holds a NUL byte\n");
}

static void errors_that_are_no_matter_of_syntax_are_told_together(void **state)
{
	expect("a: 1\nb: &x 2\na: *x\nc: !!int 3\nd: {e: 1, e: 2}\n",
	       "2:4: anchors ('&') are not used here: expected a plain value\n"
	       "3:1: duplicate key 'a': it is already at line 1\n"
	       "3:4: aliases ('*') are not used here: expected the value written out\n"
	       "4:4: tags ('!') are not used here: expected a plain value\n"
	       "5:11: duplicate key 'e': it is already at line 5\n");
	expect("*x : 1\n", "1:1: an alias: expected a key written out\n");
	expect("&x a: 1\n", "1:1: an anchor or tag: expected a plain key\n");
}

/* depth maps and lists within each other, the outermost being the document. */
static char *nested(int depth)
{
	char *text = calloc(1, (size_t)depth * 2 + 16);

	strcpy(text, "a: ");
	memset(text + 3, '[', (size_t)depth - 1);
	memset(text + 3 + depth - 1, ']', (size_t)depth - 1);
	return text;
}

static void depth_is_bounded(void **state)
{
	char *good = nested(YAML_DEPTH_MAX), *bad = nested(YAML_DEPTH_MAX + 1);
	char *absurd = calloc(1, 1000001), *result;

	result = outcome(good, strlen(good));
	assert_int_equal(result[0], '{');
	free(result);
	expect(bad, "1:35: nested deeper than 32 levels\n");
	memset(absurd, '[', 1000000);
	expect(absurd, "1:33: nested deeper than 32 levels\n");
	free(good);
	free(bad);
	free(absurd);
}

static void a_text_that_is_too_long_is_refused(void **state)
{
	char *result = outcome("", (size_t)YAML_SIZE_MAX + 1);

	assert_string_equal(result, "the text is longer than 64 MiB\n");
	free(result);
}

static void errors_find_their_line_by_path_or_by_the_nearest_parent(void **state)
{
	static const char text[] = "ports:\n"
				   "  vm1: { type: tap,\n"
				   "         mtu: 9 }\n"
				   "  eth0.1:\n"
				   "    addresses: [x, y]\n";
	struct errors errors;
	json_t *positions;
	char *result;

	errors_init(&errors);
	json_decref(yaml_load(text, strlen(text), &positions, &errors));
	errors_add(&errors, "ports.eth0.1.addresses[1]", "second");
	errors_add(&errors, "ports.vm1.mtu", "value");
	errors_add_key(&errors, "ports.vm1", "mtu", "key");
	errors_add(&errors, "ports.vm1.absent.deeper", "parent");
	errors_add_key(&errors, "", "ports", "top");
	errors_add(&errors, "nowhere", "root");
	yaml_locate(positions, &errors);
	result = errors_text(&errors, "F");
	assert_string_equal(result, "F:1:1: top\n"
				    "F:1:1: nowhere: root\n"
				    "F:2:8: ports.vm1.absent.deeper: parent\n"
				    "F:3:10: ports.vm1: key\n"
				    "F:3:15: ports.vm1.mtu: value\n"
				    "F:5:20: ports.eth0.1.addresses[1]: second\n");
	free(result);
	json_decref(positions);
	errors_fini(&errors);
}

static void places_far_apart_or_far_right_are_told_as_well_as_they_can_be(void **state)
{
	static const struct {
		size_t line, column, key_line, key_column;
		int said[4];
	} cases[] = {
		{7, 9, 7, 3, {7, 9, 7, 3}},
		{8198, 4095, 7, 3, {8198, 4095, 7, 3}},
		{8199, 5, 7, 3, {7, 3, 7, 3}},
		{67108863, 70000, 67108863, 1, {67108863, 4095, 67108863, 1}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *place = place_pack(cases[i].line, cases[i].column, cases[i].key_line,
					   cases[i].key_column);
		int said[4];

		place_of_value(place, &said[0], &said[1]);
		place_of_key(place, &said[2], &said[3]);
		assert_memory_equal(said, cases[i].said, sizeof(said));
		json_decref(place);
	}
}

static void a_configuration_is_printed_as_people_write_it(void **state)
{
	static const char text[] =
		"system: { workers: auto, idle: adaptive }\n"
		"ports:\n"
		"  vm1:  { type: vhost-user, socket: /run/weft/vm1.sock }\n"
		"  eth1: { type: af_xdp, device: eth1 }\n"
		"  up0:  { type: pci, address: \"0000:8a:00.0\" }\n"
		"bridges:\n"
		"  br0:\n"
		"    ports:\n"
		"      vm1: { vlan: \"10\", trunk: [20-29, \"30\"] }\n"
		"    aging: \"300\"\n"
		"vrfs:   { blue: {} }\n"
		"routes:\n"
		"  - { prefix: 10.0.0.0/8, via: up0 }\n"
		"  - { prefix: 0.0.0.0/0, via: [{ gateway: 192.0.2.1, weight: \"1\" }] }\n"
		"flows: [\"table=0, actions=drop\"]\n";
	struct errors errors;
	json_t *tree;
	char *dumped;

	errors_init(&errors);
	tree = yaml_load(text, strlen(text), NULL, &errors);
	dumped = yaml_dump(tree);
	assert_string_equal(dumped, text);
	free(dumped);
	json_decref(tree);
	errors_fini(&errors);
}

static void types_are_printed_plain_and_texts_like_them_quoted(void **state)
{
	static const char *const quoted[] = {
		"",     "true", "No",    "on",    "null", "~",   "1",   "-1",  "0x1f",       "1e5",
		"1.5",  ".5",   "1_000", "20:30", "a b",  "a#b", "- a", "@a",  "2001-12-14", "a:",
		".inf", "é",    "\n",    "0b1",   "y",    "+1",  "---", "...", "-",
	};
	json_t *typed = json_pack("{s:i, s:b, s:n, s:f}", "i", 5, "b", 1, "z", "f", 0.5);
	char *text = yaml_dump(typed);

	assert_string_equal(text, "i: 5\nb: true\nz: null\nf: 0.5\n");
	free(text);
	json_decref(typed);
	for (size_t i = 0; i < sizeof(quoted) / sizeof(quoted[0]); i++) {
		json_t *value = json_string(quoted[i]);

		text = yaml_dump(value);
		assert_int_equal(text[0], '"');
		free(text);
		json_decref(value);
	}
}

static unsigned seed;

static unsigned below(unsigned n)
{
	return (unsigned)rand_r(&seed) % n;
}

/* Text of what YAML readers stumble over. */
static json_t *random_text(void)
{
	static const char *const parts[] = {
		"a",   "Z",    "0",    "9",        ":",      ": ",     " #",     "#",  "-",
		"- ",  "?",    "? ",   "\n",       "\t",     "\r",     "'",      "\"", "\\",
		"{",   "}",    "[",    "]",        ",",      "&x",     "*x",     "!t", "|",
		">",   "%",    "@",    "`",        "~",      "null",   "true",   "é",  "€",
		"😀",   "\x7f", "\x01", "\xc2\x85", "\u2028", "\ufeff", "\ufffe", " ",  "  ",
		"...", "---",  "<<",   "=",        "0x",     "e5",     ".",
	};
	char text[4096] = "";
	unsigned n = below(20) == 0 ? 400 : below(6);

	while (n-- > 0)
		strcat(text, parts[below(sizeof(parts) / sizeof(parts[0]))]);
	return json_string(text);
}

static json_t *random_value(unsigned depth)
{
	unsigned n = below(5);
	json_t *value, *key;

	switch (depth == 0 ? below(2) : below(6)) {
	case 0:
		return below(5) == 0 ? json_null() : random_text();
	case 1:
		return random_text();
	case 2:
	case 3:
		value = json_array();
		while (n-- > 0)
			json_array_append_new(value, random_value(depth - 1));
		return value;
	default:
		value = json_object();
		while (n-- > 0) {
			key = random_text();
			json_object_set_new(value, json_string_value(key), random_value(depth - 1));
			json_decref(key);
		}
		return value;
	}
}

static void any_value_reads_back_as_it_was(void **state)
{
	for (int i = 0; i < 3000; i++) {
		json_t *value = json_pack("{s:o}", "x", random_value(6)), *again;
		char *text = yaml_dump(value), *problem;
		struct errors errors;

		errors_init(&errors);
		again = yaml_load(text, strlen(text), NULL, &errors);
		problem = errors_text(&errors, NULL);
		if (!json_equal(value, again))
			print_error("%s\n%s\n", problem, text);
		assert_true(json_equal(value, again));
		free(problem);
		free(text);
		errors_fini(&errors);
		json_decref(value);
		json_decref(again);
	}
}

static void a_key_too_long_for_its_line_reads_back(void **state)
{
	char key[3001] = "";
	struct errors errors;
	json_t *value, *again;
	char *text;

	memset(key, 'k', sizeof(key) - 1);
	value = json_pack("{s:s, s:{s:[s, {s:s}]}}", key, "v", "x", key, "v", key, "w");
	text = yaml_dump(value);
	errors_init(&errors);
	again = yaml_load(text, strlen(text), NULL, &errors);
	assert_true(json_equal(value, again));
	free(text);
	json_decref(value);
	json_decref(again);
	errors_fini(&errors);
}

static void mutated_texts_are_read_or_refused(void **state)
{
	static const char model[] =
		"ports:\n  vm1: { type: tap, mtu: \"9\" }\n  b: [x, 'y', {z: 1}]\n"
		"c:\n- a: |\n    text\n- ? b\n  : d\n";

	for (int i = 0; i < 20000; i++) {
		char text[sizeof(model)];

		memcpy(text, model, sizeof(model));
		for (unsigned n = 1 + below(4); n > 0; n--)
			text[below(sizeof(model) - 1)] =
				below(2) ? " \t\n:-{}[]'\"#&*!|>?,"[below(19)] : (char)below(256);
		free(outcome(text, sizeof(model) - 1));
	}
}

static void a_value_of_the_command_line_is_text_unless_it_begins_as_yaml_does(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"tap", "\"tap\""},
		{"", "\"\""},
		{"a: b #c", "\"a: b #c\""},
		{"0000:8a:00.0", "\"0000:8a:00.0\""},
		{"*", "\"*\""},
		{"{vlan: 10}", "{\"vlan\":\"10\"}"},
		{"[1, 2]", "[\"1\",\"2\"]"},
		{"'it''s'", "\"it's\""},
		{"[1", NULL},
		{"{a: 1} x", NULL},
		{"[*x]", NULL},
		{"\xff", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct errors errors;
		json_t *value;
		char *text;

		errors_init(&errors);
		value = yaml_value(cases[i].text, "ports.x.y", &errors);
		assert_int_equal(value == NULL, errors.n > 0);
		assert_int_equal(value == NULL, cases[i].expected == NULL);
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		if (value != NULL)
			assert_string_equal(text, cases[i].expected);
		else
			assert_string_equal(errors.list[0].path, "ports.x.y");
		free(text);
		json_decref(value);
		errors_fini(&errors);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_are_strings_and_nothing_is_null),
		cmocka_unit_test(what_is_no_yaml_is_refused_at_its_place),
		cmocka_unit_test(errors_that_are_no_matter_of_syntax_are_told_together),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(a_text_that_is_too_long_is_refused),
		cmocka_unit_test(errors_find_their_line_by_path_or_by_the_nearest_parent),
		cmocka_unit_test(places_far_apart_or_far_right_are_told_as_well_as_they_can_be),
		cmocka_unit_test(a_configuration_is_printed_as_people_write_it),
		cmocka_unit_test(types_are_printed_plain_and_texts_like_them_quoted),
		cmocka_unit_test(any_value_reads_back_as_it_was),
		cmocka_unit_test(a_key_too_long_for_its_line_reads_back),
		cmocka_unit_test(mutated_texts_are_read_or_refused),
		cmocka_unit_test(a_value_of_the_command_line_is_text_unless_it_begins_as_yaml_does),
	};
	const char *text = getenv("SEED");

	seed = text != NULL ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
	print_message("SEED=%u\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
