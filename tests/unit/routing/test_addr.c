// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "routing/core/addr.h"

static void addresses_print_in_their_canonical_form(void **state)
{
	static const struct {
		const char *text, *canonical;
	} cases[] = {
		{"0.0.0.0", "0.0.0.0"},
		{"255.255.255.255", "255.255.255.255"},
		{"::", "::"},
		{"::1", "::1"},
		{"1::", "1::"},
		{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, /* one group is no run */
		{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    /* the first of equals */
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          /* the longest */
		{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
		{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
		{"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct addr addr;
		char out[ADDR_TEXT_MAX];

		assert_int_equal(addr_parse(cases[i].text, &addr), 0);
		assert_string_equal(addr_print(&addr, out), cases[i].canonical);
	}
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"01.2.3.4",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1..2.3",
		"-1.2.3.4",
		"a.b.c.d",
		":",
		":::",
		"1:",
		":1",
		"1::2::3",
		"1:2",
		"12345::",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"::1.2.3",
		"g::",
		"fe80::1%eth",
		"1.2.3.4::",
		"::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4",
		"4294967297.1.1.1",
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct addr addr = {.family = 99};

		assert_int_equal(addr_parse(cases[i], &addr), -EINVAL);
		assert_int_equal(addr.family, 99);
	}
}

static void prefixes_need_a_length_that_fits(void **state)
{
	static const char *const bad[] = {"10.0.0.0",    "10.0.0.0/",    "10.0.0.0/33",
					  "10.0.0.0/08", "10.0.0.0/-1",  "::/129",
					  "/8",          "10.0.0.0/8/8", "10.0.0.0/8 "};
	struct prefix prefix;
	char out[PREFIX_TEXT_MAX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(prefix_parse(bad[i], &prefix), -EINVAL);
	assert_int_equal(prefix_parse("2001:db8::1/64", &prefix), 0);
	assert_string_equal(prefix_print(&prefix, out), "2001:db8::1/64");
	assert_int_equal(prefix_parse("0.0.0.0/0", &prefix), 0);
	assert_int_equal(prefix.length, 0);
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static struct addr addr_of(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(text, &addr), 0);
	return addr;
}

static void networks_contain_their_hosts_and_no_others(void **state)
{
	struct prefix host = prefix_of("10.1.2.77/27"), network = prefix_network(&host);
	struct addr in = addr_of("10.1.2.95"), out = addr_of("10.1.2.96"), six = addr_of("::");
	struct prefix any = prefix_of("0.0.0.0/0");
	char text[PREFIX_TEXT_MAX];

	assert_string_equal(prefix_print(&network, text), "10.1.2.64/27");
	assert_true(prefix_is_network(&network));
	assert_false(prefix_is_network(&host));
	assert_true(prefix_contains(&host, &in));
	assert_false(prefix_contains(&host, &out));
	assert_true(prefix_contains(&any, &out));
	assert_false(prefix_contains(&any, &six));
}

static void broadcast_addresses_are_known_where_there_are_any(void **state)
{
	struct prefix yes = prefix_of("10.1.2.95/27"), no = prefix_of("10.1.2.94/27");
	struct prefix pair = prefix_of("10.1.2.95/31"), six = prefix_of("ff::ff/120");

	assert_true(prefix_is_broadcast(&yes));
	assert_false(prefix_is_broadcast(&no));
	assert_false(prefix_is_broadcast(&pair));
	assert_false(prefix_is_broadcast(&six));
}

static void order_is_by_family_then_value_then_length(void **state)
{
	static const char *const rising[] = {"0.0.0.0/0",  "10.0.0.0/8",  "10.0.0.0/9",
					     "10.0.0.1/9", "200.0.0.0/8", "::/0",
					     "::1/128",    "2001::/16"};

	for (size_t i = 0; i < sizeof(rising) / sizeof(rising[0]); i++)
		for (size_t j = 0; j < sizeof(rising) / sizeof(rising[0]); j++) {
			struct prefix a = prefix_of(rising[i]), b = prefix_of(rising[j]);
			int order = prefix_compare(&a, &b);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

static void kinds_of_addresses_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		bool unspecified, loopback, multicast, link_local;
	} cases[] = {
		{"0.0.0.0", true, false, false, false},     {"::", true, false, false, false},
		{"127.9.9.9", false, true, false, false},   {"::1", false, true, false, false},
		{"224.0.0.5", false, false, true, false},   {"ff02::5", false, false, true, false},
		{"169.254.1.1", false, false, false, true}, {"fe80::1", false, false, false, true},
		{"192.0.2.1", false, false, false, false},  {"2001::1", false, false, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct addr addr = addr_of(cases[i].text);

		assert_int_equal(addr_is_unspecified(&addr), cases[i].unspecified);
		assert_int_equal(addr_is_loopback(&addr), cases[i].loopback);
		assert_int_equal(addr_is_multicast(&addr), cases[i].multicast);
		assert_int_equal(addr_is_link_local(&addr), cases[i].link_local);
	}
}

static unsigned seed_from_environment(void)
{
	const char *text = getenv("SEED");
	unsigned seed = text != NULL ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);

	print_message("SEED=%u\n", seed);
	return seed;
}

/* Groups are zero as often as not, so that runs of all lengths occur. */
static void random_ip6(unsigned *seed, struct addr *addr)
{
	*addr = (struct addr){.family = ADDR_IP6};
	for (int i = 0; i < 16; i += 2)
		if (rand_r(seed) & 1) {
			addr->bytes[i] = (uint8_t)(rand_r(seed) % 3);
			addr->bytes[i + 1] = (uint8_t)rand_r(seed);
		}
}

static void random_addresses_agree_with_libc(void **state)
{
	unsigned seed = seed_from_environment();

	for (int i = 0; i < 20000; i++) {
		char ours[ADDR_TEXT_MAX], theirs[INET6_ADDRSTRLEN];
		struct addr addr, again;
		uint8_t bytes[16];

		random_ip6(&seed, &addr);
		addr_print(&addr, ours);
		assert_int_equal(addr_parse(ours, &again), 0);
		assert_int_equal(addr_compare(&addr, &again), 0);
		assert_int_equal(inet_pton(AF_INET6, ours, bytes), 1);
		assert_memory_equal(bytes, addr.bytes, 16);
		inet_ntop(AF_INET6, addr.bytes, theirs, sizeof(theirs));
		assert_int_equal(addr_parse(theirs, &again), 0);
		assert_int_equal(addr_compare(&addr, &again), 0);
	}
}

static void who_asks_may_name_a_prefix_or_an_address(void **state)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;
	bool is_address;

	assert_int_equal(prefix_parse_either("10.1.2.3/8", &prefix, &is_address), 0);
	assert_string_equal(prefix_print(&prefix, text), "10.0.0.0/8");
	assert_false(is_address);
	assert_int_equal(prefix_parse_either("2001:db8::1", &prefix, &is_address), 0);
	assert_string_equal(prefix_print(&prefix, text), "2001:db8::1/128");
	assert_true(is_address);
	assert_int_equal(prefix_parse_either("10.1.2", &prefix, &is_address), -EINVAL);
	assert_true(is_address);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asks_may_name_a_prefix_or_an_address),
		cmocka_unit_test(addresses_print_in_their_canonical_form),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(prefixes_need_a_length_that_fits),
		cmocka_unit_test(networks_contain_their_hosts_and_no_others),
		cmocka_unit_test(broadcast_addresses_are_known_where_there_are_any),
		cmocka_unit_test(order_is_by_family_then_value_then_length),
		cmocka_unit_test(kinds_of_addresses_are_told_apart),
		cmocka_unit_test(random_addresses_agree_with_libc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
