// SPDX-License-Identifier: BSD-3-Clause
/* Routes of the host's kernel in the RIB. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "control/daemon.h"
#include "control/loop.h"
#include "tests/support/fake_env.h"
#include "tests/support/net.h"
#include "tests/unit/control/host_table.h"

static struct kernel_sync_stats stats(void)
{
	struct kernel_sync_stats out;

	kernel_sync_stats(host_sync, &out);
	return out;
}

static void routes_that_are_there_and_come_later_are_taken(void **state)
{
	test_sh("ip route add 10.1.0.0/16 via 192.0.2.1 proto 77");
	host_begin("10.0.0.0/8");
	host_wait_rib("10.1.0.0/16", "192.0.2.1@1");
	test_sh("ip route add 10.2.0.0/16 via 192.0.2.3 proto 77");
	host_wait_rib("10.2.0.0/16", "192.0.2.3@1");
	test_sh("ip route replace 10.2.0.0/16 via 198.51.100.1 proto 77");
	host_wait_rib("10.2.0.0/16", "10.5.0.2@2"); /* weft gets there by way of the host */
	test_sh("ip route add 10.3.0.0/16 dev eth0 proto 77 && "
		"ip route add blackhole 10.4.0.0/16 proto 77");
	host_wait_rib("10.3.0.0/16", "@1");
	host_wait_rib("10.4.0.0/16", "blackhole");
	test_sh("ip route flush proto 77");
	host_wait_rib("10.1.0.0/16", "");
	host_wait_rib("10.2.0.0/16", "");
	host_wait_rib("10.4.0.0/16", "");
	assert_int_equal(stats().imported, 0);
}

static void only_prefixes_that_were_asked_for_are_taken(void **state)
{
	test_sh("ip route add 10.1.0.0/16 via 192.0.2.1 proto 77 && "
		"ip route add 172.16.0.0/12 via 192.0.2.1 proto 77 && "
		"ip route add 172.16.5.0/24 via 192.0.2.1 proto 77 && "
		"ip route add 10.0.0.0/7 via 192.0.2.1 proto 77 && "
		"ip route add default via 192.0.2.1 proto 77");
	host_begin("10.0.0.0/8 =172.16.0.0/12 =0.0.0.0/0");
	host_wait_rib("10.1.0.0/16", "192.0.2.1@1");
	host_wait_rib("172.16.0.0/12", "192.0.2.1@1");
	host_wait_rib("0.0.0.0/0", "192.0.2.1@1");
	/* With the host's own network on host0, which leads to weft itself. */
	assert_int_equal(stats().imported, 3);
	test_sh("ip route del 10.0.0.0/7 proto 77 && ip route add 11.0.0.0/8 via 192.0.2.1 proto "
		"99");
	host_pass_ms(100);
	assert_int_equal(stats().imported, 3);
}

static void the_least_metric_counts_and_the_next_takes_its_place(void **state)
{
	host_begin("10.1.0.0/16");
	test_sh("ip route add 10.1.0.0/16 via 192.0.2.5 proto 77 metric 50 && "
		"ip route add 10.1.0.0/16 via 192.0.2.3 proto 77 metric 30 && "
		"ip route add 10.1.0.0/16 via 10.5.0.1 proto 77 metric 10");
	/* The best leads to weft itself, which is no way for weft. */
	host_wait_rib("10.1.0.0/16", "192.0.2.3@1");
	test_sh("ip route del 10.1.0.0/16 metric 30");
	host_wait_rib("10.1.0.0/16", "192.0.2.5@1");
	test_sh("ip route del 10.1.0.0/16 metric 50");
	host_wait_rib("10.1.0.0/16", "");
	test_sh("ip route flush proto 77");
}

static void several_hops_are_one_route(void **state)
{
	host_begin("10.0.0.0/8 2001:db8:f::/48");
	test_sh("ip route add 10.1.0.0/16 proto 77 nexthop via 192.0.2.1 weight 2 "
		"nexthop via 192.0.2.3 nexthop via 198.51.100.1");
	host_wait_rib("10.1.0.0/16", "10.5.0.2@2 192.0.2.1@1 192.0.2.3@1");
	test_sh("ip -6 route add 2001:db8:f::/48 via 2001:db8::1 proto 77");
	host_wait_rib("2001:db8:f::/48", "2001:db8::1@1");
	/* Of IPv6 the kernel tells hop by hop: a dump makes it clear. */
	test_sh("ip -6 route append 2001:db8:f::/48 via 2001:db8::3 proto 77");
	host_wait_rib("2001:db8:f::/48", "2001:db8::1@1 2001:db8::3@1");
	test_sh("ip -6 route del 2001:db8:f::/48 via 2001:db8::1 proto 77");
	host_wait_rib("2001:db8:f::/48", "2001:db8::3@1");
	test_sh("ip -6 route del 2001:db8:f::/48 proto 77");
	host_wait_rib("2001:db8:f::/48", "");
}

/* What one direction brings the other does not take back. */
static void nothing_goes_in_a_circle(void **state)
{
	test_sh("ip route add 10.1.0.0/16 via 192.0.2.1 proto 77");
	host_begin("0.0.0.0/0 ::/0");
	host_route(RIB_STATIC, "10.2.0.0/16", "192.0.2.1@1");
	host_wait_rib("10.1.0.0/16", "192.0.2.1@1");
	host_wait("ip route show 10.2.0.0/16 proto 87 | grep -q 192.0.2.1");
	host_pass_ms(1500); /* a dump and what follows */
	test_sh("! ip route show 10.1.0.0/16 proto 87 | grep -q .");
	host_wait_rib("10.2.0.0/16", "");
	test_sh("ip route flush proto 77");
	host_wait_rib("10.1.0.0/16", "");
}

static void news_beyond_the_buffer_are_made_up_for(void **state)
{
	uint64_t dumps;

	host_begin("11.0.0.0/8");
	host_pass_ms(1500);
	dumps = stats().dumps;
	test_sh("for i in $(seq 0 19999); do "
		"echo route add 11.$((i / 256)).$((i %% 256)).0/24 via 192.0.2.1 proto 77; done "
		"| ip -batch -");
	host_wait_rib("11.78.31.0/24", "192.0.2.1@1"); /* the last */
	host_wait_rib("11.30.0.0/24", "192.0.2.1@1");
	assert_true(stats().dumps > dumps);
	assert_int_equal(stats().known, 20000);
	assert_int_equal(stats().imported, 20000);
	test_sh("ip route flush proto 77");
	host_wait_rib("11.78.31.0/24", "");
	host_wait_rib("11.30.0.0/24", "");
	host_pass_ms(1200);
	assert_int_equal(stats().imported, 0);
}

static void a_table_that_is_not_there_yet_is_empty(void **state)
{
	host_begin_table(300, "10.0.0.0/8");
	host_pass_ms(100);
	assert_int_equal(stats().dump_error, 0);
	test_sh("ip route add 10.1.0.0/16 via 192.0.2.1 table 300 proto 77");
	host_wait_rib("10.1.0.0/16", "192.0.2.1@1");
	test_sh("ip route add 10.2.0.0/16 via 192.0.2.1 proto 77"); /* of another table */
	host_pass_ms(100);
	host_wait_rib("10.2.0.0/16", "");
	test_sh("ip route flush proto 77");
}

static void in_the_end_nothing_is_left_in_the_rib(void **state)
{
	struct rib_counts counts;

	test_sh("ip route add 10.1.0.0/16 via 192.0.2.1 proto 77");
	host_begin("10.0.0.0/8");
	host_wait_rib("10.1.0.0/16", "192.0.2.1@1");
	host_end();
	rib_counts(host_rib, 0, &counts);
	assert_int_equal(counts.routes, 0);
	test_sh("ip route flush proto 77");
}

/* Random changes, told in all the ways there are; then both sides are the same. */
static void after_random_changes_the_rib_has_what_the_kernel_has(void **state)
{
	unsigned seed = (unsigned)time(NULL);
	char command[256];
	FILE *batch;

	print_message("seed %u\n", seed);
	srand(seed);
	host_begin("11.0.0.0/8");
	for (int round = 0; round < 5; round++) {
		batch = popen("ip -force -batch - 2>/dev/null", "w");
		for (int i = 0; i < 2000; i++)
			fprintf(batch, "route %s 11.%d.0.0/16 via 192.0.2.%d proto 77 metric %d\n",
				rand() % 3 ? "replace" : "del", rand() % 50, 20 + rand() % 5,
				rand() % 3);
		pclose(batch);
		host_pass_ms(rand() % 50);
	}
	host_pass_ms(1500);
	for (int i = 0; i < 50; i++) {
		char prefix[32], hops[64] = "";
		snprintf(command, sizeof(command),
			 "ip route show exact 11.%d.0.0/16 | sort -t m -k 2 | "
			 "awk '{m=0; for(i=1;i<NF;i++) {if($i==\"metric\")m=$(i+1); "
			 "if($i==\"via\")v=$(i+1)}; print m, v}' | sort -n | head -n 1",
			 i);
		FILE *ip = popen(command, "r");
		if (fscanf(ip, "%*d %50s", hops) == 1)
			strcat(hops, "@1");
		pclose(ip);
		snprintf(prefix, sizeof(prefix), "11.%d.0.0/16", i);
		host_wait_rib(prefix, hops);
	}
	test_sh("ip route flush proto 77");
}

static int run(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(routes_that_are_there_and_come_later_are_taken),
		TEST(only_prefixes_that_were_asked_for_are_taken),
		TEST(the_least_metric_counts_and_the_next_takes_its_place),
		TEST(several_hops_are_one_route),
		TEST(nothing_goes_in_a_circle),
		TEST(news_beyond_the_buffer_are_made_up_for),
		TEST(a_table_that_is_not_there_yet_is_empty),
		TEST(in_the_end_nothing_is_left_in_the_rib),
		TEST(after_random_changes_the_rib_has_what_the_kernel_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return host_main(run);
}
