// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/packets.h"

static const struct packet far4 = {.src = "192.0.2.9", .dst = "203.0.113.77"};
static const struct packet far6 = {.src = "2001:db8::9", .dst = "2001:db8:5::77"};

static enum host_verdict refuse(struct bench *bench, const struct packet *packet,
				const struct host_problem *problem)
{
	struct packet_in in = make(bench, packet);

	return host_error(bench->host, &in, problem);
}

static const struct host_problem ttl = {.why = HOST_TTL};

/* How many of n errors at once are sent. */
static uint32_t count_sent(struct bench *bench, const struct packet *packet, enum host_why why,
			   uint32_t n)
{
	struct host_problem problem = {.why = why, .mtu = 1400};
	uint32_t sent = 0;

	for (uint32_t i = 0; i < n; i++)
		sent += refuse(bench, packet, &problem) == HOST_SENT;
	assert_int_equal(bench->fake.n_sent, sent);
	fake_forget(&bench->fake);
	return sent;
}

static void one_network_gets_no_more_than_its_ration(void **state)
{
	static const struct packet neighbour = {.src = "192.0.2.200", .dst = "203.0.113.77"};
	static const struct packet other = {.src = "192.0.3.9", .dst = "203.0.113.77"};
	struct host_conf conf;
	struct bench bench;

	host_conf_default(&conf);
	conf.source = (struct host_rate){10, 20};
	bench_begin(&bench, &conf);
	assert_int_equal(count_sent(&bench, &far4, HOST_TTL, 100), 20);
	assert_int_equal(count_sent(&bench, &neighbour, HOST_TTL, 100), 0);
	assert_int_equal(count_sent(&bench, &other, HOST_TTL, 100), 20);
	assert_int_equal(count_sent(&bench, &far6, HOST_TTL, 100), 20);
	fake_run(&bench.fake, SPAN_S(1));
	assert_int_equal(count_sent(&bench, &neighbour, HOST_TTL, 100), 10);
	bench_end(&bench);
}

static void errors_of_one_interface_leave_some_for_others(void **state)
{
	struct packet packet = {.dst = "203.0.113.77"};
	struct host_problem problem = {.why = HOST_TTL};
	struct host_conf conf;
	struct bench bench;
	char src[32];
	uint32_t sent[2] = {0};

	host_conf_default(&conf);
	conf.errors = (struct host_rate){100, 150};
	conf.iface_errors = (struct host_rate){100, 100};
	bench_begin(&bench, &conf);
	for (int i = 0; i < 600; i++) {
		struct packet_in in;

		snprintf(src, sizeof(src), "10.%d.%d.1", i / 250, i % 250);
		packet.src = src;
		in = make(&bench, &packet);
		in.iface = i < 300 ? bench.eth : bench.wan;
		sent[i >= 300] += host_error(bench.host, &in, &problem) == HOST_SENT;
	}
	fake_forget(&bench.fake);
	assert_int_equal(sent[0], 100);
	assert_int_equal(sent[1], 50);
	host_iface_gone(bench.host, bench.eth);
	host_iface_gone(bench.host, bench.eth);
	bench_end(&bench);
}

static void path_mtu_discovery_works_while_errors_are_used_up(void **state)
{
	static const struct packet other = {.src = "198.18.0.9", .dst = "203.0.113.77"};
	struct host_conf conf;
	struct bench bench;

	host_conf_default(&conf);
	conf.errors = (struct host_rate){10, 10};
	bench_begin(&bench, &conf);
	assert_int_equal(count_sent(&bench, &far4, HOST_TTL, 50), 10);
	assert_int_equal(count_sent(&bench, &other, HOST_TTL, 50), 0);
	assert_int_equal(count_sent(&bench, &other, HOST_TOO_BIG, 50), 50);
	bench_end(&bench);
}

static void a_rate_of_zero_silences_everything(void **state)
{
	struct host_conf conf = {0};
	struct bench bench;

	bench_begin(&bench, &conf);
	assert_int_equal(count_sent(&bench, &far4, HOST_TTL, 10), 0);
	assert_int_equal(count_sent(&bench, &far6, HOST_TOO_BIG, 10), 0);
	bench_end(&bench);
}

static void what_is_said_is_counted_by_reason(void **state)
{
	struct host_stats stats;
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(count_sent(&bench, &far4, HOST_TTL, 3), 3);
	assert_int_equal(count_sent(&bench, &far6, HOST_PORT, 2), 2);
	bench.fake.send_result = -100;
	assert_int_equal(refuse(&bench, &far4, &ttl), HOST_NOT_SENT);
	fake_forget(&bench.fake);
	host_stats(bench.host, &stats);
	assert_int_equal(stats.errors[HOST_TTL], 3);
	assert_int_equal(stats.errors[HOST_PORT], 2);
	assert_int_equal(stats.verdicts[HOST_SENT], 5);
	assert_int_equal(stats.verdicts[HOST_NOT_SENT], 1);
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_network_gets_no_more_than_its_ration),
		cmocka_unit_test(errors_of_one_interface_leave_some_for_others),
		cmocka_unit_test(path_mtu_discovery_works_while_errors_are_used_up),
		cmocka_unit_test(a_rate_of_zero_silences_everything),
		cmocka_unit_test(what_is_said_is_counted_by_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
