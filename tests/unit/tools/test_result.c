// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/pktgen/result.h"

struct row {
	const char *shows;
	double wanted;
	uint64_t sent, calls, refused;
	enum result_limit limit;
};

static const struct row rows[] = {
	{"a rate that was reached", 1000, 1000, 100, 0, LIMIT_NONE},
	{"a rate reached though the ring was full at times", 1000, 1000, 100, 50, LIMIT_NONE},
	{"a schedule's last packet", 100, 99, 99, 0, LIMIT_NONE},
	{"a full ring", 100000, 50000, 2000, 900, LIMIT_PORT},
	{"a core that was away", 100000, 50000, 2000, 0, LIMIT_GENERATOR},
	{"all that can be, and a full ring", 0, 50000, 2000, 1000, LIMIT_PORT},
	{"all that can be, and a ring never full", 0, 50000, 2000, 20, LIMIT_GENERATOR},
	{"nothing sent at all", 1000, 0, 0, 0, LIMIT_GENERATOR},
};

static void the_limit_is_who_kept_packets_back(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static struct result result;
		result = (struct result){.wanted = rows[i].wanted, .seconds = 1, .n_directions = 1};
		result.directions[0].sent = rows[i].sent;
		result.directions[0].tx_calls = rows[i].calls;
		result.directions[0].tx_refused = rows[i].refused;
		if (result_limit(&result) != rows[i].limit)
			fail_msg("%s: %s", rows[i].shows, result_limit_name(result_limit(&result)));
	}
}

static void both_directions_add_up_and_the_rate_is_each_ones(void **state)
{
	static struct result result = {.wanted = 1000, .seconds = 2, .n_directions = 2};

	result.directions[0] = (struct result_direction){.sent = 2000, .lost = 1, .displaced = 7};
	result.directions[1] = (struct result_direction){.sent = 2000, .lost = 2, .displaced = 5};
	assert_int_equal(result_total(&result).sent, 4000);
	assert_int_equal(result_total(&result).lost, 3);
	assert_int_equal(result_total(&result).displaced, 7);
	assert_int_equal(result_limit(&result), LIMIT_NONE);
	result.directions[1].sent = 1000;
	assert_int_equal(result_limit(&result), LIMIT_GENERATOR);
}

static void a_receiver_is_late_when_it_loses_and_never_catches_up(void **state)
{
	static struct result result = {.seconds = 1, .n_directions = 1};
	struct result_direction *d = &result.directions[0];

	*d = (struct result_direction){.lost = 1, .rx_calls = 100, .rx_full = 90};
	assert_true(result_receiver_is_late(&result));
	d->rx_full = 10;
	assert_false(result_receiver_is_late(&result));
	*d = (struct result_direction){.lost = 0, .rx_calls = 100, .rx_full = 90};
	assert_false(result_receiver_is_late(&result));
}

static void bits_count_preamble_and_gap(void **state)
{
	static struct result result = {.seconds = 1, .n_directions = 1};

	/* The well-known rate of 64-byte frames on ten gigabits. */
	assert_true(result_bits(&result, 14880952, 14880952 * UINT64_C(64)) > 9.99999e9);
	assert_true(result_bits(&result, 14880952, 14880952 * UINT64_C(64)) <= 10e9);
}

static void cycles_are_of_packets_and_of_the_core(void **state)
{
	static struct result result = {.seconds = 1,
				       .n_directions = 1,
				       .tx_cycles = 300,
				       .rx_cycles = 200,
				       .away_cycles = 100,
				       .cycles = 1000,
				       .one_core = true};

	result.directions[0] = (struct result_direction){.sent = 10, .received = 4, .foreign = 1};
	assert_true(result_tx_cycles(&result) == 30);
	assert_true(result_rx_cycles(&result) == 40);
	assert_true(result_busy_percent(&result) == 50);
	assert_true(result_away_percent(&result) == 10);
	result.one_core = false;
	assert_true(result_busy_percent(&result) == 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_who_kept_packets_back),
		cmocka_unit_test(both_directions_add_up_and_the_rate_is_each_ones),
		cmocka_unit_test(a_receiver_is_late_when_it_loses_and_never_catches_up),
		cmocka_unit_test(cycles_are_of_packets_and_of_the_core),
		cmocka_unit_test(bits_count_preamble_and_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
