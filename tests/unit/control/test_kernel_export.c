// SPDX-License-Identifier: BSD-3-Clause
/* Routes of the RIB in the host's kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "control/daemon.h"
#include "control/loop.h"
#include "tests/support/net.h"
#include "tests/unit/control/host_table.h"

/* weft's routes to a prefix, as iproute2 shows them: one line has the text. */
static void expect(const char *prefix, const char *text)
{
	host_wait("ip route show exact %s proto 87 | tr -s '\\n\\t ' ' ' | grep -qF '%s'", prefix,
		  text);
}

static void expect_none(const char *prefix)
{
	host_wait("! ip route show exact %s proto 87 | grep -q .", prefix);
}

static struct kernel_sync_stats stats(void)
{
	struct kernel_sync_stats out;

	kernel_sync_stats(host_sync, &out);
	return out;
}

static void routes_appear_change_and_vanish(void **state)
{
	host_begin("");
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.1@1");
	expect("10.1.0.0/16", "10.1.0.0/16 via 192.0.2.1 dev eth0 metric 2000");
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.77@1");
	expect("10.1.0.0/16", "via 192.0.2.77 dev eth0");
	host_route(RIB_STATIC, "10.1.0.0/16", "10.7.0.9@3"); /* only weft reaches that */
	expect("10.1.0.0/16", "via 10.5.0.1 dev host0");
	host_route(RIB_STATIC, "10.1.0.0/16", "blackhole");
	expect("10.1.0.0/16", "blackhole 10.1.0.0/16");
	host_route(RIB_STATIC, "10.1.0.0/16", NULL);
	expect_none("10.1.0.0/16");
	host_route(RIB_STATIC, "0.0.0.0/0", "192.0.2.1@1");
	expect("0.0.0.0/0", "default via 192.0.2.1 dev eth0");
	host_route(RIB_STATIC, "0.0.0.0/0", NULL);
	expect_none("0.0.0.0/0");
	assert_int_equal(stats().exported, 0);
	assert_int_equal(stats().failed, 0);
}

static void several_hops_keep_their_weights(void **state)
{
	host_begin("");
	host_route(RIB_STATIC, "10.2.0.0/16", "192.0.2.1@1*3 192.0.2.3@1*1");
	expect("10.2.0.0/16", "nexthop via 192.0.2.1 dev eth0 weight 3 ");
	expect("10.2.0.0/16", "nexthop via 192.0.2.3 dev eth0 weight 1");
	host_route(RIB_STATIC, "10.2.0.0/16", "192.0.2.1@1*3");
	expect("10.2.0.0/16", "10.2.0.0/16 via 192.0.2.1 dev eth0");
}

static void ipv6_likewise(void **state)
{
	const char *show = "ip -6 route show exact 2001:db8:1::/48 proto 87 | tr -s '\\n\\t ' ' '";

	host_begin("");
	host_route(RIB_STATIC, "2001:db8:1::/48", "2001:db8::1@1");
	host_wait("%s | grep -q 'via 2001:db8::1 dev eth0 metric 2000'", show);
	host_route(RIB_STATIC, "2001:db8:1::/48", "2001:db8::1@1*3 2001:db8::3@1");
	host_wait("%s | grep -q 'nexthop via 2001:db8::1 dev eth0 weight 3'", show);
	host_wait("%s | grep -q 'nexthop via 2001:db8::3 dev eth0'", show);
	host_route(RIB_STATIC, "2001:db8:1::/48", "@3");
	host_wait("%s | grep -q 'via fd05::1 dev host0'", show);
	test_sh("! %s | grep -q 2001:db8::3", show);
	host_route(RIB_STATIC, "2001:db8:1::/48", "2001:db8::1@1 2001:db8::3@1");
	host_wait("%s | grep -q 'via 2001:db8::3 dev eth0'", show);
	host_route(RIB_STATIC, "2001:db8:1::/48", NULL);
	host_wait("! %s | grep -q .", show);
	assert_int_equal(stats().failed, 0);
}

static void what_is_of_one_wire_stays_there(void **state)
{
	host_begin("");
	host_route(RIB_STATIC, "fe80::77/128", "@3");
	host_route(RIB_STATIC, "10.2.0.0/16", "192.0.2.1@1");
	expect("10.2.0.0/16", "via 192.0.2.1");
	test_sh("! ip -6 route show proto 87 | grep -q fe80");
	assert_int_equal(stats().failed, 0);
}

static void only_protocols_that_were_asked_for_are_exported(void **state)
{
	host_begin("");
	host_route(RIB_RIP, "10.1.0.0/16", "192.0.2.1@1");
	host_route(RIB_OSPF, "10.2.0.0/16", "192.0.2.1@1");
	expect("10.2.0.0/16", "via 192.0.2.1");
	expect_none("10.1.0.0/16");
	/* One that takes another's place takes it in the kernel, or leaves it empty. */
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.3@1");
	expect("10.1.0.0/16", "via 192.0.2.3");
	host_route(RIB_STATIC, "10.1.0.0/16", NULL);
	expect_none("10.1.0.0/16");
}

static void what_a_killed_weftd_left_is_taken_out_and_nothing_else(void **state)
{
	test_sh("ip route add 10.66.0.0/16 via 192.0.2.1 proto 87 metric 2000 && "
		"ip route add 10.67.0.0/16 via 192.0.2.1 proto 87 metric 7 && "
		"ip -6 route add 2001:db8:66::/48 via 2001:db8::1 proto 87 metric 2000 && "
		"ip route add 10.1.0.0/16 via 192.0.2.9 proto 87 metric 2000 && "
		"ip route add 10.68.0.0/16 via 192.0.2.1 proto 77 metric 2000 && "
		"ip route add 10.66.0.0/16 via 192.0.2.1 proto 87 metric 2000 table 300");
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.1@1");
	host_begin("");
	expect("10.1.0.0/16", "via 192.0.2.1 dev eth0");
	expect_none("10.66.0.0/16");
	expect_none("10.67.0.0/16");
	host_wait("! ip -6 route show proto 87 | grep -q .");
	test_sh("ip route show 10.68.0.0/16 | grep -q 'proto 77'");
	test_sh("ip route show 10.66.0.0/16 table 300 | grep -q .");
}

static void all_of_it_is_gone_in_the_end(void **state)
{
	char prefix[32];

	host_begin("");
	for (int i = 0; i < 500; i++) {
		snprintf(prefix, sizeof(prefix), "10.%d.%d.0/24", i / 256, i % 256);
		host_route(RIB_STATIC, prefix, "192.0.2.1@1");
	}
	host_wait("[ $(ip route show proto 87 | wc -l) = 500 ]");
	host_end();
	test_sh("! ip route show table all proto 87 | grep -q .");
}

static void a_route_of_somebody_elses_is_not_replaced(void **state)
{
	test_sh("ip route add 10.1.0.0/16 via 192.0.2.9 proto 77 metric 2000");
	host_begin("");
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.1@1");
	host_pass_ms(200);
	test_sh("ip route show 10.1.0.0/16 | grep -q 'via 192.0.2.9 .*proto 77'");
	assert_int_equal(stats().failed, 1);
	assert_int_equal(stats().error, -EEXIST);
	assert_false(stats().in_sync);
	test_sh("ip route del 10.1.0.0/16 proto 77");
	expect("10.1.0.0/16", "via 192.0.2.1");
	assert_int_equal(stats().failed, 0);
	assert_int_equal(stats().error, 0);
}

static void what_somebody_takes_out_comes_back(void **state)
{
	host_begin("");
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.1@1");
	expect("10.1.0.0/16", "via 192.0.2.1");
	for (int i = 0; i < 3; i++) {
		test_sh("ip route del 10.1.0.0/16 proto 87");
		expect("10.1.0.0/16", "via 192.0.2.1");
	}
	test_sh("ip route replace 10.1.0.0/16 via 192.0.2.99 proto 87 metric 2000");
	expect("10.1.0.0/16", "via 192.0.2.1");
}

/* The kernel forgets IPv4 routes of a device that goes down, and tells nobody. */
static void routes_come_back_with_their_device(void **state)
{
	host_begin("");
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.1@1");
	expect("10.1.0.0/16", "via 192.0.2.1");
	test_sh("ip link set eth0 down");
	test_sh("! ip route show 10.1.0.0/16 | grep -q .");
	host_pass_ms(100);
	test_sh("ip link set eth0 up");
	expect("10.1.0.0/16", "via 192.0.2.1");
}

static void what_the_host_cannot_reach_by_way_of_weft_is_counted(void **state)
{
	struct kernel_map none = {0};

	host_begin("");
	host_route(RIB_STATIC, "10.1.0.0/16", "10.7.0.9@3");
	expect("10.1.0.0/16", "dev host0");
	assert_int_equal(kernel_sync_map(host_sync, &none), 0); /* the link is gone */
	expect_none("10.1.0.0/16");
	assert_int_equal(stats().unmapped, 1);
	host_map();
	expect("10.1.0.0/16", "dev host0");
	assert_int_equal(stats().unmapped, 0);
	host_route(RIB_STATIC, "10.1.0.0/16", NULL);
	expect_none("10.1.0.0/16");
}

static void another_table_is_another_table(void **state)
{
	host_begin_table(300, "");
	host_route(RIB_STATIC, "10.1.0.0/16", "192.0.2.1@1");
	host_wait("ip route show 10.1.0.0/16 table 300 | grep -q 192.0.2.1");
	test_sh("! ip route show 10.1.0.0/16 table main | grep -q .");
	host_end();
	test_sh("! ip route show table 300 | grep -q .");
}

/* Of this thread's processor time: others on the machine do not count. */
static int64_t busy_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Many routes, in slices. (Now and then the kernel takes some milliseconds for one: its trie
 * grows.) */
static void many_routes_hold_nobody(void **state)
{
	int64_t began, longest_us = 0, turn;
	char prefix[32];

	host_begin("");
	for (int i = 0; i < 20000; i++) {
		snprintf(prefix, sizeof(prefix), "10.%d.%d.0/24", i / 256, i % 256);
		host_route(RIB_STATIC, prefix, "192.0.2.1@1");
	}
	while (rib_work(host_rib, 10000) > 0)
		;
	began = daemon_now_ms();
	while (stats().exported < 20000 && daemon_now_ms() < began + 30000) {
		turn = busy_us();
		event_base_loop(loop_base(), EVLOOP_ONCE); /* as weftd's turns are */
		turn = busy_us() - turn;
		longest_us = turn > longest_us ? turn : longest_us;
	}
	print_message("20000 routes in %lld ms, the longest turn %lld us\n",
		      (long long)(daemon_now_ms() - began), (long long)longest_us);
	assert_int_equal(stats().exported, 20000);
	host_wait("[ $(ip route show proto 87 | wc -l) = 20000 ]");
}

static int run(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(routes_appear_change_and_vanish),
		TEST(several_hops_keep_their_weights),
		TEST(ipv6_likewise),
		TEST(what_is_of_one_wire_stays_there),
		TEST(only_protocols_that_were_asked_for_are_exported),
		TEST(what_a_killed_weftd_left_is_taken_out_and_nothing_else),
		TEST(all_of_it_is_gone_in_the_end),
		TEST(a_route_of_somebody_elses_is_not_replaced),
		TEST(what_somebody_takes_out_comes_back),
		TEST(routes_come_back_with_their_device),
		TEST(what_the_host_cannot_reach_by_way_of_weft_is_counted),
		TEST(another_table_is_another_table),
		TEST(many_routes_hold_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return host_main(run);
}
