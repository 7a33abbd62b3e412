// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/flap.h"

#define KEY 0x0200000000010afULL

static struct flap flap;

static int fresh(void **state)
{
	memset(&flap, 0, sizeof(flap));
	return 0;
}

static int moves(unsigned n, uint64_t key, uint16_t bridge, int64_t ms)
{
	int reports = 0;
	for (unsigned i = 0; i < n; i++)
		reports += flap_moved(&flap, key, bridge, ms);
	return reports;
}

static void ten_moves_within_a_second_are_no_flapping(void **state)
{
	assert_int_equal(moves(FLAP_MOVES, KEY, 0, 5000), 0);
	assert_int_equal(moves(FLAP_MOVES, KEY, 0, 5000 + FLAP_WINDOW_MS), 0);
}

static void the_eleventh_move_is_reported_and_the_next_thousand_are_not(void **state)
{
	assert_int_equal(moves(FLAP_MOVES, KEY, 0, 5000), 0);
	assert_int_equal(moves(1, KEY, 0, 5999), 1);
	for (int i = 1; i < 50; i++)
		assert_int_equal(moves(20, KEY, 0, 5999 + i * FLAP_WINDOW_MS), 0);
}

static void what_still_flaps_a_minute_later_is_reported_again(void **state)
{
	assert_int_equal(moves(20, KEY, 0, 5000), 1);
	assert_int_equal(moves(20, KEY, 0, 5000 + FLAP_QUIET_MS), 1);
}

static void an_address_in_two_bridges_is_counted_in_each(void **state)
{
	assert_int_equal(moves(FLAP_MOVES, KEY, 0, 5000), 0);
	assert_int_equal(moves(FLAP_MOVES, KEY, 1, 5000), 0);
	assert_int_equal(moves(1, KEY, 0, 5000), 1);
}

static void a_move_at_the_beginning_of_time_is_counted(void **state)
{
	assert_int_equal(moves(FLAP_MOVES + 1, KEY, 0, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ten_moves_within_a_second_are_no_flapping, fresh),
		cmocka_unit_test_setup(the_eleventh_move_is_reported_and_the_next_thousand_are_not,
				       fresh),
		cmocka_unit_test_setup(what_still_flaps_a_minute_later_is_reported_again, fresh),
		cmocka_unit_test_setup(an_address_in_two_bridges_is_counted_in_each, fresh),
		cmocka_unit_test_setup(a_move_at_the_beginning_of_time_is_counted, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
