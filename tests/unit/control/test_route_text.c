// SPDX-License-Identifier: BSD-3-Clause
/* Files of routes: what a line means, and what is said of one that means nothing. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/route_text.h"

static struct errors errors;

static int setup(void **state)
{
	errors_init(&errors);
	return 0;
}

static int teardown(void **state)
{
	errors_fini(&errors);
	return 0;
}

static struct route_text *parse(const char *text)
{
	return route_text_parse("f", text, strlen(text), "at", NULL, &errors);
}

static void add_hop(const struct route_hop *hop, char *out, size_t size)
{
	char addr[ADDR_TEXT_MAX] = "";
	size_t n = strlen(out);

	if (hop->gateway.family != ADDR_NONE)
		addr_print(&hop->gateway, addr);
	snprintf(out + n, size - n, " %s%s%s", addr, hop->interface ? "%" : "",
		 hop->interface ? hop->interface : "");
	n = strlen(out);
	if (hop->weight != 1)
		snprintf(out + n, size - n, "*%u", hop->weight);
}

/* "10.0.0.0/8 192.0.2.1%wan0*3 …" or "10.0.0.0/8 type 4" */
static const char *line(const struct route_text *text, size_t i)
{
	static char out[8192];
	struct route_conf conf;
	struct prefix prefix;

	assert_true(i < text->n);
	route_line_prefix(&text->lines[i], &prefix);
	prefix_print(&prefix, out);
	route_via_conf(text->vias[text->lines[i].via], &conf);
	if (conf.n == 0)
		snprintf(out + strlen(out), 16, " type %u", conf.type);
	for (uint32_t k = 0; k < conf.n; k++)
		add_hop(&conf.hops[k], out, sizeof(out));
	return out;
}

static void assert_line(const char *text, const char *meaning)
{
	struct route_text *parsed = parse(text);

	assert_non_null(parsed);
	assert_int_equal(parsed->n, 1);
	assert_string_equal(line(parsed, 0), meaning);
	route_text_unref(parsed);
}

static void assert_refused(const char *text, const char *why)
{
	char *said;

	assert_null(parse(text));
	said = errors_text(&errors, NULL);
	said[strcspn(said, "\n")] = '\0';
	assert_string_equal(said, why);
	free(said);
	errors_fini(&errors);
	errors_init(&errors);
}

static void a_line_is_a_prefix_and_where_it_leads(void **state)
{
	assert_line("10.0.0.0/8 192.0.2.1", "10.0.0.0/8 192.0.2.1");
	assert_line("  10.0.0.0/8\t \t192.0.2.1  \r\n", "10.0.0.0/8 192.0.2.1");
	assert_line("0.0.0.0/0 wan0\n", "0.0.0.0/0 %wan0");
	assert_line("10.0.0.0/8 192.0.2.1%wan0\n", "10.0.0.0/8 192.0.2.1%wan0");
	assert_line("2001:db8::/32 fe80::1%wan0\n", "2001:db8::/32 fe80::1%wan0");
	assert_line("10.0.0.0/8 192.0.2.1*3,192.0.2.5,w*255\n",
		    "10.0.0.0/8 192.0.2.1*3 192.0.2.5 %w*255");
	assert_line("10.0.0.1/32 blackhole\n", "10.0.0.1/32 type 4");
	assert_line("10.0.0.1/32 unreachable\n", "10.0.0.1/32 type 5");
	assert_line("10.0.0.1/32 prohibit\n", "10.0.0.1/32 type 6");
	assert_line("# a remark\n\n   \n#10.0.0.0/8\n10.0.0.0/8 w # one, too", "10.0.0.0/8 %w");
}

static void what_means_nothing_is_refused_with_its_line(void **state)
{
	assert_refused("\n10.0.0/8 w\n", "at: f:2: '10.0.0/8' is not a prefix: expected one such "
					 "as 10.0.0.0/8");
	assert_refused("10.0.0.1/8 w", "at: f:1: 10.0.0.1/8 has host bits set");
	assert_refused("2001:db8::1/64 w", "at: f:1: 2001:db8::1/64 has host bits set");
	assert_refused("224.0.0.0/4 w", "at: f:1: 224.0.0.0/4 is not routed");
	assert_refused("127.0.0.0/8 w", "at: f:1: 127.0.0.0/8 is not routed");
	assert_refused("fe80::/64 w", "at: f:1: fe80::/64 is not routed");
	assert_refused("10.0.0.0/8 fe80::1%w",
		       "at: f:1: 'fe80::1%w' has a gateway of another family than the prefix");
	assert_refused("2001:db8::/32 fe80::1",
		       "at: f:1: 'fe80::1' is a link-local address: expected %INTERFACE behind it");
	assert_refused("10.0.0.0/8 1.1.1.1,1.1.1.1*2",
		       "at: f:1: '1.1.1.1,1.1.1.1*2' has a next hop twice");
	assert_refused("10.0.0.0/8 w\n10.1.0.0/16 w\n10.0.0.0/8 v\n",
		       "at: f: 10.0.0.0/8 is there twice");
}

static void texts_that_are_nearly_right_are_refused(void **state)
{
	static const char *const prefixes[] = {"10.0.0.0",     "10.0.0.0/33", "10.0.0.0/",
					       "10.0.0.0/08",  "256.0.0.0/8", "10.00.0.0/8",
					       "10.0.0.0/8/8", "/",           "::/129",
					       "0x10.0.0.0/8", "10.0.0.0/-1", "10.0.0.0.0/8"};
	static const char *const vias[] = {"",          ",",           "1.1.1.1,", ",1.1.1.1",
					   "1.1.1.1*0", "1.1.1.1*256", "1.1.1.1*", "*3",
					   "%w",        "w%w",         "1.1.1.1%", "-w",
					   "w,w",       "w w",         "w*+1"};
	char text[64];

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		snprintf(text, sizeof(text), "%s w", prefixes[i]);
		assert_null(parse(text));
	}
	for (size_t i = 0; i < sizeof(vias) / sizeof(vias[0]); i++) {
		snprintf(text, sizeof(text), "10.0.0.0/8 %s", vias[i]);
		if (parse(text))
			fail_msg("'%s' is accepted", text);
	}
}

static void a_next_hop_of_too_many_members_is_refused(void **state)
{
	char text[4096] = "10.0.0.0/8 1.1.1.0";
	size_t n = strlen(text);

	for (int i = 1; i < NEXTHOP_SET_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, ",1.1.1.%d", i);
	route_text_unref(parse(text));
	assert_int_equal(errors.n, 0);
	snprintf(text + n, sizeof(text) - n, ",1.1.2.1");
	assert_null(parse(text));
	assert_non_null(strstr(errors.list[0].text, "has more than 64 next hops"));
}

static void it_is_sorted_and_knows_each_next_hop_once(void **state)
{
	struct route_text *text = parse("2001:db8::/32 fe80::1%w\n10.1.0.0/16 1.1.1.1\n"
					"10.0.0.0/16 1.1.1.1\n10.0.0.0/8 1.1.1.2\n"
					"9.0.0.0/8 1.1.1.1\n");

	assert_non_null(text);
	assert_int_equal(text->n, 5);
	assert_int_equal(text->n_vias, 3);
	assert_string_equal(line(text, 0), "9.0.0.0/8 1.1.1.1");
	assert_string_equal(line(text, 1), "10.0.0.0/8 1.1.1.2");
	assert_string_equal(line(text, 2), "10.0.0.0/16 1.1.1.1");
	assert_string_equal(line(text, 3), "10.1.0.0/16 1.1.1.1");
	assert_string_equal(line(text, 4), "2001:db8::/32 fe80::1%w");
	assert_int_equal(text->vias[text->lines[1].via]->first, 4);
	route_text_unref(text);
}

static void many_different_next_hops_have_their_place(void **state)
{
	size_t size = (ROUTE_TEXT_VIAS_MAX + 1) * 40, n = 0;
	char *text = malloc(size);
	struct route_text *parsed;

	for (int i = 0; i < ROUTE_TEXT_VIAS_MAX; i++)
		n += (size_t)snprintf(text + n, size - n, "10.%d.%d.0/24 11.%d.%d.1\n", i >> 8,
				      i & 255, i >> 8, i & 255);
	parsed = route_text_parse("f", text, n, "", NULL, &errors);
	assert_non_null(parsed);
	assert_int_equal(parsed->n_vias, ROUTE_TEXT_VIAS_MAX);
	assert_string_equal(line(parsed, 258), "10.1.2.0/24 11.1.2.1");
	assert_string_equal(line(parsed, 65534), "10.255.254.0/24 11.255.254.1");
	route_text_unref(parsed);
	n += (size_t)snprintf(text + n, size - n, "11.0.0.0/24 12.0.0.1\n");
	assert_null(route_text_parse("f", text, n, "", NULL, &errors));
	assert_non_null(strstr(errors.list[0].text, "one kind of next hop too many"));
	free(text);
}

/* A file, and what becomes of it while it is read: a line more, as often as wanted. */
struct busy_file {
	char path[32];
	int fd, changes;
};

static bool change(void *arg)
{
	struct busy_file *file = arg;

	if (file->changes-- > 0)
		assert_int_equal(write(file->fd, "12.0.0.0/8 w\n", 13), 13);
	return true;
}

static struct route_text *read_while_it_changes(int changes)
{
	struct busy_file file = {.path = "/tmp/weft-routes-XXXXXX", .changes = changes};
	const struct route_text_want want = {change, &file};
	struct route_text *text;

	file.fd = mkstemp(file.path);
	assert_int_equal(write(file.fd, "10.0.0.0/8 w\n", 13), 13);
	text = route_text_read(file.path, "at", &want, &errors);
	close(file.fd);
	unlink(file.path);
	return text;
}

static void a_file_that_changes_while_it_is_read_is_read_once_more(void **state)
{
	struct route_text *text = read_while_it_changes(1);

	assert_non_null(text);
	assert_int_equal(text->n, 2);
	route_text_unref(text);
}

static void one_that_does_not_stop_changing_is_refused(void **state)
{
	assert_null(read_while_it_changes(100));
	assert_int_equal(errors.n, 1);
	assert_non_null(strstr(errors.list[0].text, "it changes while it is read"));
}

static bool is_unwanted(void *arg)
{
	int *asked = arg;

	return --*asked > 0;
}

static void what_nobody_wants_any_more_comes_to_an_end(void **state)
{
	size_t size = 200000 * 24, n = 0;
	char *text = malloc(size);
	int asked;

	for (int i = 200000; i > 0; i--) /* in the wrong order: it is sorted, too */
		n += (size_t)snprintf(text + n, size - n, "10.%d.%d.%d/32 w\n", i >> 16,
				      i >> 8 & 255, i & 255);
	for (int after = 1; after < 100; after += 7) {
		const struct route_text_want want = {is_unwanted, &asked};

		asked = after;
		assert_null(route_text_parse("f", text, n, "at", &want, &errors));
		assert_int_equal(asked, 0);
		assert_int_equal(errors.n, 0);
	}
	free(text);
}

static void what_cannot_be_read_says_why(void **state)
{
	assert_null(route_text_read("/nonexistent", "at", NULL, &errors));
	assert_string_equal(errors.list[0].text,
			    "cannot read /nonexistent: No such file or directory");
	assert_string_equal(errors.list[0].path, "at");
	assert_null(route_text_read("/tmp", "at", NULL, &errors));
	assert_string_equal(errors.list[1].text, "cannot read /tmp: it is no file");
	assert_null(route_text_read("/dev/zero", "at", NULL, &errors));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_line_is_a_prefix_and_where_it_leads),
		TEST(what_means_nothing_is_refused_with_its_line),
		TEST(texts_that_are_nearly_right_are_refused),
		TEST(a_next_hop_of_too_many_members_is_refused),
		TEST(it_is_sorted_and_knows_each_next_hop_once),
		TEST(many_different_next_hops_have_their_place),
		TEST(a_file_that_changes_while_it_is_read_is_read_once_more),
		TEST(one_that_does_not_stop_changing_is_refused),
		TEST(what_nobody_wants_any_more_comes_to_an_end),
		TEST(what_cannot_be_read_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
