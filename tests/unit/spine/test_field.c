// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/spine/field.h"

static const char *const roles[] = {"client", "server", NULL};

static const struct field number = {.name = "x", .type = F_INT, .min = 1, .max = 4094};
static const struct field member[] = {
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094},
	{.name = "native", .type = F_BOOL, .def = "false"},
	{0},
};
static const struct field server[] = {
	{.name = "host", .type = F_IP, .flags = FIELD_REQUIRED},
	{.name = "weight", .type = F_INT, .def = "1"},
	{.name = "age", .type = F_DURATION, .flags = FIELD_READ_ONLY},
	{0},
};

static const struct field server_item = {.name = "x", .type = F_OBJECT, .fields = server};
static const struct field text_item = {.name = "x", .type = F_STRING};

/* Fields by a letter, so that a case fits on a line. */
static const struct field fields[] = {
	['b'] = {.type = F_BOOL},
	['i'] = {.type = F_INT},
	['m'] = {.type = F_INT, .min = 68, .max = 9000},
	['a'] = {.type = F_INT, .min = 1, .max = 8, .flags = FIELD_OR_AUTO},
	['s'] = {.type = F_STRING},
	['S'] = {.type = F_STRING, .min = 2, .max = 4},
	['T'] = {.type = F_STRING, .flags = FIELD_LINES},
	['n'] = {.type = F_NAME},
	['N'] = {.type = F_NAME, .max = 15},
	['e'] = {.type = F_ENUM, .choices = roles},
	['d'] = {.type = F_DURATION},
	['D'] = {.type = F_DURATION, .min = 50, .max = 3600000},
	['r'] = {.type = F_RATE},
	['z'] = {.type = F_SIZE, .min = 1, .max = INT64_MAX},
	['M'] = {.type = F_MAC},
	['I'] = {.type = F_IP},
	['P'] = {.type = F_PREFIX},
	['A'] = {.type = F_IFADDR},
	['v'] = {.type = F_VLANS},
	['f'] = {.type = F_REF, .ref = "port|bond"},
	['l'] = {.type = F_LIST, .elem = &number},
	['L'] = {.type = F_LIST, .elem = &number, .min = 1, .max = 2, .flags = FIELD_OR_AUTO},
	['t'] = {.type = F_LIST, .elem = &text_item},
	['p'] = {.type = F_MAP, .ref = "port", .fields = member},
	['o'] = {.type = F_OBJECT, .fields = server},
};

/* A field's letter, a value as JSON, and its canonical form or the error. */
struct field_case {
	char field;
	const char *value, *expected;
};

static const struct field_case good[] = {
	{'b', "true", "true"},
	{'b', "\"false\"", "false"},
	{'b', "\"yes\"", "true"},
	{'b', "\"no\"", "false"},
	{'b', "\"on\"", "true"},
	{'b', "\"off\"", "false"},
	{'i', "-5", "-5"},
	{'i', "\"-5\"", "-5"},
	{'i', "\"9223372036854775807\"", "9223372036854775807"},
	{'m', "\"68\"", "68"},
	{'m', "9000", "9000"},
	{'a', "\"auto\"", "\"auto\""},
	{'a', "\"8\"", "8"},
	{'s', "\"tcp port 80\"", "\"tcp port 80\""},
	{'s', "\"\"", "\"\""},
	{'s', "80", "\"80\""},
	{'s', "true", "\"true\""},
	{'T', "\"a\\n\\tb\"", "\"a\\n\\tb\""},
	{'S', "\"abcd\"", "\"abcd\""},
	{'n', "\"eth0.100\"", "\"eth0.100\""},
	{'n', "\"_a-b:c\"", "\"_a-b:c\""},
	{'n', "\"a123456789012345678901234567890\"", "\"a123456789012345678901234567890\""},
	{'n', "7", "\"7\""},
	{'e', "\"server\"", "\"server\""},
	{'d', "\"50ms\"", "\"50ms\""},
	{'d', "\"1000ms\"", "\"1s\""},
	{'d', "\"90s\"", "\"90s\""},
	{'d', "\"120s\"", "\"2m\""},
	{'d', "\"1.5h\"", "\"90m\""},
	{'d', "300", "\"5m\""},
	{'d', "\"0\"", "\"0s\""},
	{'D', "\"50ms\"", "\"50ms\""},
	{'r', "\"100mbit\"", "\"100mbit\""},
	{'r', "\"2.5gbit\"", "\"2500mbit\""},
	{'r', "\"1000bit\"", "\"1kbit\""},
	{'z', "\"64kB\"", "\"64kB\""},
	{'z', "64000", "\"64kB\""},
	{'z', "\"1001B\"", "\"1001B\""},
	{'M', "\"02:AB:cd:00:00:01\"", "\"02:ab:cd:00:00:01\""},
	{'I', "\"2001:DB8::0:1\"", "\"2001:db8::1\""},
	{'I', "\"10.0.0.1\"", "\"10.0.0.1\""},
	{'P', "\"10.0.0.0/24\"", "\"10.0.0.0/24\""},
	{'P', "\"0.0.0.0/0\"", "\"0.0.0.0/0\""},
	{'A', "\"10.0.0.1/24\"", "\"10.0.0.1/24\""},
	{'A', "\"10.0.0.0/31\"", "\"10.0.0.0/31\""},
	{'A', "\"10.0.0.255/32\"", "\"10.0.0.255/32\""},
	{'A', "\"2001:DB8::/64\"", "\"2001:db8::/64\""},
	{'v', "[10, \"20-29\"]", "[10,\"20-29\"]"},
	{'v', "[\"30\", 10, \"12-14\", 11, \"13-20\"]", "[\"10-20\",30]"},
	{'v', "\"all\"", "[\"1-4094\"]"},
	{'v', "\"7,5-6\"", "[\"5-7\"]"},
	{'v', "4094", "[4094]"},
	{'v', "[]", "[]"},
	{'v', "null", "[]"},
	{'f', "\"vm1\"", "\"vm1\""},
	{'l', "[1, \"2\"]", "[1,2]"},
	{'l', "\"1,2\"", "[1,2]"},
	{'l', "3", "[3]"},
	{'l', "null", "[]"},
	{'L', "\"auto\"", "\"auto\""},
	{'t', "\"a,b\"", "[\"a,b\"]"},
	{'p', "{\"vm1\": {\"vlan\": \"10\"}, \"vm2\": null}", "{\"vm1\":{\"vlan\":10},\"vm2\":{}}"},
	{'p', "null", "{}"},
	{'o', "{\"weight\": \"3\", \"host\": \"::1\"}", "{\"host\":\"::1\",\"weight\":3}"},
};

#define NAMES                                                                                      \
	"a name of at most 31 letters, digits, '-', '_', '.' or ':', which begins with a letter, " \
	"a digit or '_'"
#define VLANS "VLANs from 1 to 4094 such as [10, 20-29], or all"

static const struct field_case bad[] = {
	{'b', "\"maybe\"", "x: 'maybe' is neither true nor false: expected true or false"},
	{'b', "1", "x: 1 is neither true nor false: expected true or false"},
	{'i', "\"1.5\"", "x: '1.5' is not an integer: expected an integer"},
	{'i', "1.5", "x: 1.5 is not an integer: expected an integer"},
	{'i', "\"\"", "x: '' is not an integer: expected an integer"},
	{'i', "\"0x10\"", "x: '0x10' is not an integer: expected an integer"},
	{'i', "\"1-\"", "x: '1-' is not an integer: expected an integer"},
	{'i', "\"-\"", "x: '-' is not an integer: expected an integer"},
	{'i', "\"9223372036854775808\"",
	 "x: '9223372036854775808' is not an integer: expected an integer"},
	{'i', "[]", "x: a list is not an integer: expected an integer"},
	{'i', "null", "x: has no value: expected an integer"},
	{'m', "\"9001\"", "x: 9001 is out of range: expected an integer from 68 to 9000"},
	{'m', "67", "x: 67 is out of range: expected an integer from 68 to 9000"},
	{'a', "9", "x: 9 is out of range: expected auto or an integer from 1 to 8"},
	{'a', "\"Auto\"", "x: 'Auto' is not an integer: expected auto or an integer from 1 to 8"},
	{'s', "{}", "x: a map is not text: expected text"},
	{'s', "\"a\\nb\"", "x: 'a?b' holds a control character: expected text"},
	{'S', "\"a\"", "x: 'a' is too short: expected text of 2 to 4 bytes"},
	{'S', "\"abcde\"", "x: 'abcde' is too long: expected text of 2 to 4 bytes"},
	{'n', "\"\"", "x: '' is not a name: expected " NAMES},
	{'n', "\"-a\"", "x: '-a' is not a name: expected " NAMES},
	{'n', "\"a b\"", "x: 'a b' is not a name: expected " NAMES},
	{'n', "\"a/b\"", "x: 'a/b' is not a name: expected " NAMES},
	{'n', "\"a1234567890123456789012345678901\"",
	 "x: 'a1234567890123456789012345678901' is too long: expected " NAMES},
	{'N', "\"a123456789012345\"",
	 "x: 'a123456789012345' is too long: expected a name of at most 15 letters, digits, '-', "
	 "'_', '.' or ':', which begins with a letter, a digit or '_'"},
	{'e', "\"sever\"",
	 "x: 'sever' is not known, did you mean 'server'? expected one of client, server"},
	{'e', "\"x\"", "x: 'x' is not known: expected one of client, server"},
	{'d', "\"5\\u00b5s\"", "x: '5µs' is not a duration: expected a duration (ms, s, m, h)"},
	{'d', "\"5 s\"", "x: '5 s' is not a duration: expected a duration (ms, s, m, h)"},
	{'d', "\"-5s\"", "x: '-5s' is not a duration: expected a duration (ms, s, m, h)"},
	{'d', "\"0.5ms\"", "x: '0.5ms' is not a duration: expected a duration (ms, s, m, h)"},
	{'d', "\"5.s\"", "x: '5.s' is not a duration: expected a duration (ms, s, m, h)"},
	{'d', "\"ms\"", "x: 'ms' is not a duration: expected a duration (ms, s, m, h)"},
	{'d', "\"9999999999999999h\"",
	 "x: '9999999999999999h' is not a duration: expected a duration (ms, s, m, h)"},
	{'D', "\"49ms\"",
	 "x: '49ms' is out of range: expected a duration from 50ms to 1h (ms, s, m, h)"},
	{'r', "\"100\"", "x: 100 is not a rate: expected a rate (bit, kbit, mbit, gbit)"},
	{'r', "\"1MBIT\"", "x: '1MBIT' is not a rate: expected a rate (bit, kbit, mbit, gbit)"},
	{'z', "\"64KB\"",
	 "x: '64KB' is not a size: expected a size of at least 1B (B, kB, MB, GB)"},
	{'z', "0", "x: 0 is out of range: expected a size of at least 1B (B, kB, MB, GB)"},
	{'M', "\"2:0:0:0:0:1\"",
	 "x: '2:0:0:0:0:1' is not a MAC address: expected a MAC address such as 02:00:00:00:00:01"},
	{'M', "\"02:00:00:00:00:01:02\"",
	 "x: '02:00:00:00:00:01:02' is not a MAC address: expected a MAC address such as "
	 "02:00:00:00:00:01"},
	{'I', "\"10.0.0\"", "x: '10.0.0' is not an IP address: expected an IPv4 or IPv6 address"},
	{'I', "\"10.0.0.1/24\"",
	 "x: '10.0.0.1/24' is not an IP address: expected an IPv4 or IPv6 address"},
	{'P', "\"10.0.0.1/24\"", "x: '10.0.0.1/24' has host bits set: expected 10.0.0.0/24"},
	{'P', "\"10.0.0.0\"",
	 "x: '10.0.0.0' is not a prefix: expected a prefix such as 10.0.0.0/24 or 2001:db8::/32"},
	{'A', "\"10.0.0.1\"",
	 "x: '10.0.0.1' lacks its prefix length: expected an address with its prefix length such "
	 "as 10.0.0.1/24"},
	{'A', "\"10.0.0.0/24\"",
	 "x: '10.0.0.0/24' is the network's address: expected an address with its prefix length "
	 "such as 10.0.0.1/24"},
	{'A', "\"10.0.0.255/24\"",
	 "x: '10.0.0.255/24' is the broadcast address: expected an address with its prefix length "
	 "such as 10.0.0.1/24"},
	{'A', "\"ff02::1/64\"",
	 "x: 'ff02::1/64' is no host's address: expected an address with its prefix length such as "
	 "10.0.0.1/24"},
	{'v', "[4095]", "x[0]: 4095 is not a VLAN: expected " VLANS},
	{'v', "[1, 0, \"9-5\"]",
	 "x[1]: 0 is not a VLAN: expected " VLANS "\nx[2]: '9-5' is not a VLAN: expected " VLANS},
	{'v', "[\"1-\"]", "x[0]: '1-' is not a VLAN: expected " VLANS},
	{'v', "[[1]]", "x[0]: a list is not a VLAN: expected " VLANS},
	{'v', "\"some\"", "x: 'some' is not a set of VLANs: expected " VLANS},
	{'v', "{}", "x: a map is not a set of VLANs: expected " VLANS},
	{'f', "\"a b\"", "x: 'a b' is not a name: expected the name of a port or bond"},
	{'l', "[1, \"x\", 9999]",
	 "x[1]: 'x' is not an integer: expected an integer from 1 to 4094\n"
	 "x[2]: 9999 is out of range: expected an integer from 1 to 4094"},
	{'l', "{}", "x: a map is not a list: expected a list, each an integer from 1 to 4094"},
	{'l', "\"1,,2\"", "x: '' is not an integer: expected an integer from 1 to 4094"},
	{'L', "\"many\"",
	 "x: 'many' is not an integer: expected auto or an integer from 1 to 4094"},
	{'L', "\"auto,x\"",
	 "x: 'auto' is not an integer: expected an integer from 1 to 4094\n"
	 "x: 'x' is not an integer: expected an integer from 1 to 4094"},
	{'p', "{\"vm1\": {\"vlan:5\": null}}",
	 "x.vm1: unknown key 'vlan:5': expected a space after ':'"},
	{'L', "[]",
	 "x: a list is too short: expected auto or a list of 1 to 2, each an integer from 1 to "
	 "4094"},
	{'L', "[1, 2, 3]",
	 "x: a list is too long: expected auto or a list of 1 to 2, each an integer from 1 to "
	 "4094"},
	{'p', "5",
	 "x: 5 is not a map: expected a map whose keys are each the name of a port, or a list of "
	 "these"},
	{'p', "[\"vm1\", \"vm2\", \"vm1\"]", "x[2]: 'vm1' is there twice"},
	{'p', "[\"vm1\", {\"vm2\": {\"vlan\": 5}}]",
	 "x[1]: a map is not a name: expected the name of a port"},
	{'p', "{\"vm 1\": {}}", "x: 'vm 1' is not a name: expected " NAMES},
	{'p', "{\"vm1\": {\"vlna\": 5, \"native\": 7}}",
	 "x.vm1: unknown key 'vlna', did you mean 'vlan'?\n"
	 "x.vm1.native: 7 is neither true nor false: expected true or false"},
	{'p', "{\"vm1\": 10}", "x.vm1: 10 is not a map: expected a map with the keys vlan, native"},
	{'o', "{\"zzz\": 1}",
	 "x: unknown key 'zzz': expected a map with the keys host, weight\n"
	 "x: lacks 'host': expected an IPv4 or IPv6 address"},
	{'o', "null", "x: lacks 'host': expected an IPv4 or IPv6 address"},
	{'o', "{\"host\": \"::1\", \"age\": 1}", "x: 'age' is shown, it cannot be configured"},
};

static json_t *json_of(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(value);
	return value;
}

/* The canonical form as JSON, or the errors as text without the last line end. Freed by the caller.
 */
static char *outcome(const struct field *field, const json_t *value)
{
	struct errors errors;
	json_t *canonical;
	char *text;

	errors_init(&errors);
	canonical = field_check(field, value, "x", &errors);
	assert_int_equal(canonical == NULL, errors.n > 0);
	if (canonical != NULL)
		text = json_dumps(canonical, JSON_ENCODE_ANY | JSON_COMPACT);
	else
		text = errors_text(&errors, NULL);
	if (canonical == NULL)
		text[strlen(text) - 1] = '\0';
	json_decref(canonical);
	errors_fini(&errors);
	return text;
}

static void check_case(const struct field_case *c)
{
	json_t *value = json_of(c->value);
	char *text = outcome(&fields[(unsigned char)c->field], value);

	if (strcmp(text, c->expected) != 0)
		print_error("field '%c', value %s\n", c->field, c->value);
	assert_string_equal(text, c->expected);
	free(text);
	json_decref(value);
}

static void good_values_get_their_canonical_form(void **state)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_case(&good[i]);
}

static void a_canonical_form_is_its_own(void **state)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_case(&(struct field_case){good[i].field, good[i].expected, good[i].expected});
}

static void bad_values_are_refused_with_what_would_be_right(void **state)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_case(&bad[i]);
}

static void every_type_has_good_and_bad_cases(void **state)
{
	unsigned seen_good = 0, seen_bad = 0;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		seen_good |= 1u << fields[(unsigned char)good[i].field].type;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		seen_bad |= 1u << fields[(unsigned char)bad[i].field].type;
	assert_int_equal(seen_good, (1u << FIELD_TYPES) - 1);
	assert_int_equal(seen_bad, (1u << FIELD_TYPES) - 1);
}

static void text_with_a_nul_byte_is_refused(void **state)
{
	json_t *value = json_stringn("a\0b", 3);
	char *text = outcome(&fields['s'], value);

	assert_string_equal(text, "x: 'a' holds a NUL byte: expected text");
	free(text);
	json_decref(value);
}

static void long_values_are_quoted_in_part_and_in_whole_characters(void **state)
{
	char *long_text = malloc(100001), *text;
	json_t *value;

	long_text[0] = 'x';
	for (int i = 1; i < 99999; i += 2)
		memcpy(long_text + i, "µ", 2);
	long_text[99999] = '\0';
	value = json_string(long_text);
	text = outcome(&fields['i'], value);
	assert_true(strlen(text) < 200);
	assert_non_null(strstr(text, "µ…'"));
	json_decref(json_string(text));
	free(text);
	free(long_text);
	json_decref(value);
}

static void defaults_are_filled_in_at_any_depth(void **state)
{
	static const struct field tree[] = {
		{.name = "mtu", .type = F_INT, .def = "1500"},
		{.name = "workers",
		 .type = F_LIST,
		 .elem = &number,
		 .def = "auto",
		 .flags = FIELD_OR_AUTO},
		{.name = "trunk", .type = F_VLANS, .def = "[1, 5-9]"},
		{.name = "ports", .type = F_MAP, .fields = member},
		{.name = "servers", .type = F_LIST, .elem = &server_item},
		{.name = "on", .type = F_OBJECT, .fields = member, .def = "{}"},
		{.name = "off", .type = F_OBJECT, .fields = member},
		{0},
	};
	json_t *given =
		json_of("{\"ports\": {\"a\": {\"vlan\": 5}}, \"servers\": [{\"host\": \"::1\"}]}");
	json_t *filled = field_effective(tree, given);
	json_t *expected = json_of("{\"mtu\": 1500, \"workers\": \"auto\", \"trunk\": [1, \"5-9\"],"
				   "\"ports\": {\"a\": {\"vlan\": 5, \"native\": false}},"
				   "\"servers\": [{\"host\": \"::1\", \"weight\": 1}],"
				   "\"on\": {\"native\": false}}");

	assert_true(json_equal(filled, expected));
	json_decref(given);
	json_decref(filled);
	json_decref(expected);
}

static void readers_give_values_in_base_units_and_zero_where_absent(void **state)
{
	json_t *object = json_of("{\"b\": true, \"i\": 7, \"s\": \"x\", \"a\": \"auto\","
				 "\"d\": \"2m\", \"r\": \"100mbit\", \"z\": \"64kB\","
				 "\"m\": \"02:00:00:00:00:ff\"}");
	uint8_t mac[6] = {0};

	assert_true(conf_bool(object, "b"));
	assert_int_equal(conf_int(object, "i"), 7);
	assert_string_equal(conf_str(object, "s"), "x");
	assert_true(conf_is_auto(object, "a"));
	assert_int_equal(conf_ms(object, "d"), 120000);
	assert_int_equal(conf_bps(object, "r"), 100000000);
	assert_int_equal(conf_bytes(object, "z"), 64000);
	assert_true(conf_mac(object, "m", mac));
	assert_int_equal(mac[5], 0xff);
	assert_false(conf_bool(object, "none"));
	assert_int_equal(conf_int(object, "none"), 0);
	assert_null(conf_str(object, "none"));
	assert_false(conf_is_auto(object, "s"));
	assert_int_equal(conf_ms(object, "none"), 0);
	assert_false(conf_mac(object, "none", mac));
	json_decref(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values_get_their_canonical_form),
		cmocka_unit_test(a_canonical_form_is_its_own),
		cmocka_unit_test(bad_values_are_refused_with_what_would_be_right),
		cmocka_unit_test(every_type_has_good_and_bad_cases),
		cmocka_unit_test(text_with_a_nul_byte_is_refused),
		cmocka_unit_test(long_values_are_quoted_in_part_and_in_whole_characters),
		cmocka_unit_test(defaults_are_filled_in_at_any_depth),
		cmocka_unit_test(readers_give_values_in_base_units_and_zero_where_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
