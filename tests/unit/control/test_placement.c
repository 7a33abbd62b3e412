// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/placement.h"

#define NONE PLACEMENT_NONE

static void loads(const struct placement_queue *queues, uint32_t n, uint32_t *out, uint16_t workers)
{
	memset(out, 0, workers * sizeof(*out));
	for (uint32_t i = 0; i < n; i++) {
		assert_in_range(queues[i].worker, 0, workers - 1);
		out[queues[i].worker]++;
	}
}

static void new_queues_go_to_the_emptiest_worker(void **state)
{
	struct placement_queue q[] = {{1, 0}, {2, 0}, {3, NONE}, {4, NONE}, {5, NONE}};
	uint32_t load[3];
	assert_int_equal(placement_spread(q, 5, 3), 0);
	loads(q, 5, load, 3);
	assert_int_equal(q[0].worker, 0);
	assert_int_equal(q[1].worker, 0);
	assert_int_equal(load[0], 2);
	assert_true(load[1] + load[2] == 3 && load[1] >= 1 && load[2] >= 1);
}

static void what_is_even_enough_does_not_move(void **state)
{
	struct placement_queue q[] = {{1, 0}, {2, 0}, {3, 1}};
	assert_int_equal(placement_spread(q, 3, 2), 0);
	assert_int_equal(q[0].worker, 0);
	assert_int_equal(q[1].worker, 0);
	assert_int_equal(q[2].worker, 1);
}

static void a_new_worker_takes_as_few_queues_as_make_it_even(void **state)
{
	struct placement_queue q[] = {{1, 0}, {2, 0}, {3, 0}, {4, 0}};
	uint32_t load[2];
	assert_int_equal(placement_spread(q, 4, 2), 0);
	loads(q, 4, load, 2);
	assert_int_equal(load[0], 2);
	assert_int_equal(load[1], 2);
}

static void queues_of_a_worker_that_went_are_spread_over_the_others(void **state)
{
	struct placement_queue q[] = {{1, 0}, {2, 1}, {3, 2}, {4, 2}};
	uint32_t load[2];
	assert_int_equal(placement_spread(q, 4, 2), 0);
	loads(q, 4, load, 2);
	assert_int_equal(q[0].worker, 0);
	assert_int_equal(q[1].worker, 1);
	assert_int_equal(load[0], 2);
}

static void pinned_queues_stay_and_the_others_make_room(void **state)
{
	struct placement_queue q[] = {{1, 0, true}, {2, 0, true}, {3, 0}, {4, 1}};
	assert_int_equal(placement_spread(q, 4, 2), 0);
	assert_int_equal(q[0].worker, 0);
	assert_int_equal(q[1].worker, 0);
	assert_int_equal(q[2].worker, 1);
	assert_int_equal(q[3].worker, 1);
}

static void a_worker_full_of_pinned_queues_is_left_alone(void **state)
{
	struct placement_queue q[] = {{1, 0, true}, {1, 0, true}, {1, 0, true}, {2, NONE}};
	assert_int_equal(placement_spread(q, 4, 2), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(q[i].worker, 0);
	assert_int_equal(q[3].worker, 1);
}

static void queues_of_one_port_are_kept_apart(void **state)
{
	struct placement_queue q[] = {{1, NONE}, {2, NONE}, {1, NONE}, {2, NONE}};
	assert_int_equal(placement_spread(q, 4, 2), 0);
	assert_int_not_equal(q[0].worker, q[2].worker);
	assert_int_not_equal(q[1].worker, q[3].worker);
}

static void a_pin_to_a_missing_worker_and_no_workers_are_refused(void **state)
{
	struct placement_queue q[] = {{1, 2, true}};
	assert_int_equal(placement_spread(q, 1, 2), -EINVAL);
	assert_int_equal(placement_spread(q, 1, 0), -EINVAL);
	assert_int_equal(placement_spread(NULL, 0, 1), 0);
}

/* Whatever the start: even to within one where nothing is pinned, and a second run moves nothing.
 */
static void any_start_ends_even_and_stable(void **state)
{
	unsigned seed = 20;
	for (int round = 0; round < 500; round++) {
		struct placement_queue q[64], again[64];
		uint32_t n = rand_r(&seed) % 64, load[8], least = UINT32_MAX, most = 0;
		uint16_t workers = 1 + rand_r(&seed) % 8;
		for (uint32_t i = 0; i < n; i++)
			q[i] = (struct placement_queue){rand_r(&seed) % 20,
							rand_r(&seed) % 3 ? rand_r(&seed) % 10
									  : NONE};
		assert_int_equal(placement_spread(q, n, workers), 0);
		loads(q, n, load, workers);
		for (int w = 0; w < workers; w++) {
			least = load[w] < least ? load[w] : least;
			most = load[w] > most ? load[w] : most;
		}
		if (most > least + 1)
			fail_msg("round %d of seed 20: %u to %u queues", round, least, most);
		memcpy(again, q, sizeof(q));
		assert_int_equal(placement_spread(again, n, workers), 0);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(again[i].worker, q[i].worker);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_queues_go_to_the_emptiest_worker),
		cmocka_unit_test(what_is_even_enough_does_not_move),
		cmocka_unit_test(a_new_worker_takes_as_few_queues_as_make_it_even),
		cmocka_unit_test(queues_of_a_worker_that_went_are_spread_over_the_others),
		cmocka_unit_test(pinned_queues_stay_and_the_others_make_room),
		cmocka_unit_test(a_worker_full_of_pinned_queues_is_left_alone),
		cmocka_unit_test(queues_of_one_port_are_kept_apart),
		cmocka_unit_test(a_pin_to_a_missing_worker_and_no_workers_are_refused),
		cmocka_unit_test(any_start_ends_even_and_stable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
