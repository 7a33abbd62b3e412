// SPDX-License-Identifier: BSD-3-Clause
/* Numbers of what workers read: when one may be used again. */
#include <errno.h>

#include "control/numbers.h"
#include "dataplane/grace_worker.h"
#include "tests/dp/net.h"

static struct numbers numbers;

static int setup(void **state)
{
	net_start(1);
	numbers = (struct numbers){.max = 5};
	return 0;
}

static int teardown(void **state)
{
	numbers_fini(&numbers);
	net_stop();
	return 0;
}

static void numbers_begin_at_one_and_end_below_the_limit(void **state)
{
	for (int64_t i = 1; i < 5; i++)
		assert_int_equal(numbers_take(&numbers), i);
	assert_int_equal(numbers_take(&numbers), -ENOSPC);
}

static void one_that_was_given_back_waits_until_no_worker_can_mean_it(void **state)
{
	assert_int_equal(numbers_take(&numbers), 1);
	assert_int_equal(numbers_take(&numbers), 2);
	grace_enter(0); /* a worker that has just read where 1 led */
	numbers_give(&numbers, 1);
	assert_int_equal(numbers_take(&numbers), 3);
	grace_pass(0);
	assert_int_equal(numbers_take(&numbers), 1);
	grace_leave(0);
	assert_int_equal(numbers_take(&numbers), 4);
	assert_int_equal(numbers_take(&numbers), -ENOSPC);
}

static void many_come_and_go(void **state)
{
	grace_enter(0);
	for (int i = 0; i < 1000; i++) {
		int64_t a = numbers_take(&numbers), b = numbers_take(&numbers);

		assert_in_range(a, 1, 4);
		assert_in_range(b, 1, 4);
		assert_int_not_equal(a, b);
		numbers_give(&numbers, (uint32_t)a);
		numbers_give(&numbers, (uint32_t)b);
		grace_pass(0);
	}
	grace_leave(0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(numbers_begin_at_one_and_end_below_the_limit),
		TEST(one_that_was_given_back_waits_until_no_worker_can_mean_it),
		TEST(many_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
