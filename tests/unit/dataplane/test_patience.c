// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/patience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { LEAST = 50, MOST = 2000 };

static struct patience fresh(void)
{
	return (struct patience){.least = LEAST, .most = MOST};
}

static void without_work_the_least_is_all_there_is(void **state)
{
	struct patience p = fresh();

	(void)state;
	assert_false(patience_is_over(&p, LEAST - 1));
	assert_true(patience_is_over(&p, LEAST));
}

static void work_earns_as_much_spinning_beyond_the_least(void **state)
{
	struct patience p = fresh();

	(void)state;
	patience_work(&p, 0, 300);
	patience_work(&p, LEAST, 400); /* the least costs nothing */
	assert_false(patience_is_over(&p, LEAST + 699));
	assert_true(patience_is_over(&p, LEAST + 700));
}

static void no_work_earns_more_than_the_most(void **state)
{
	struct patience p = fresh();

	(void)state;
	for (int i = 0; i < 100; i++)
		patience_work(&p, 0, 1000);
	assert_false(patience_is_over(&p, LEAST + MOST - 1));
	assert_true(patience_is_over(&p, LEAST + MOST));
}

/* A packet every 1,900: it may not keep a worker awake that was busy once. */
static void what_was_earned_is_spent_by_spinning(void **state)
{
	struct patience p = fresh();
	uint64_t spun = 0, worked = MOST;
	int packets = 0;

	(void)state;
	patience_work(&p, 0, MOST);
	for (; !patience_is_over(&p, 1900) && packets < 1000; packets++) {
		patience_work(&p, 1900, 10);
		spun += 1900 - LEAST;
		worked += 10;
	}
	assert_in_range(packets, 1, 2);
	assert_true(spun <= worked);
}

static void after_sleep_it_begins_anew(void **state)
{
	struct patience p = fresh();

	(void)state;
	patience_work(&p, 0, MOST);
	patience_sleep(&p);
	assert_true(patience_is_over(&p, LEAST));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_work_the_least_is_all_there_is),
		cmocka_unit_test(work_earns_as_much_spinning_beyond_the_least),
		cmocka_unit_test(no_work_earns_more_than_the_most),
		cmocka_unit_test(what_was_earned_is_spent_by_spinning),
		cmocka_unit_test(after_sleep_it_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
