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

#include <math.h>

#include "tools/pktgen/ndr.h"

/* A device that loses what exceeds its capacity, and a sender with a limit of its own. */
struct device {
	double capacity, sender;
	int unlucky; /* this trial, counted from 1, loses a packet whatever its rate */
	int stalls;  /* in this trial the sender reaches half of what it should */
	int fails;   /* this trial cannot be run */
	int trials;
};

static int run(void *arg, struct ndr_trial *trial)
{
	struct device *d = arg;
	double rate = trial->wanted > 0 ? fmin(trial->wanted, d->sender) : d->sender;

	d->trials++;
	if (d->trials == d->fails)
		return -EINTR;
	if (d->trials == d->stalls)
		rate /= 2;
	trial->offered = rate;
	trial->short_of_rate = trial->wanted <= 0 || rate < 0.995 * trial->wanted;
	trial->sent = (uint64_t)rate;
	trial->lost = rate > d->capacity ? (uint64_t)(rate - d->capacity) + 1 : 0;
	trial->lost += d->trials == d->unlucky;
	return 0;
}

static const struct ndr_params standard = {.min_rate = 100, .resolution = 0.01, .repeats = 2};
static struct ndr_result result;

static void assert_near(double rate, double wanted)
{
	if (rate > wanted || rate < wanted * 0.98)
		fail_msg("%g instead of %g", rate, wanted);
}

static void the_capacity_is_found_to_the_resolution(void **state)
{
	static const double capacities[] = {150, 1234, 5e5, 7.77e6, 13.9e6};

	for (int i = 0; i < 5; i++) {
		struct device d = {.capacity = capacities[i], .sender = 14e6};
		assert_int_equal(ndr_search(&standard, run, &d, &result), 0);
		assert_true(result.found);
		assert_false(result.sender_limits);
		assert_near(result.rate, capacities[i]);
		assert_true(result.failed > capacities[i]);
	}
}

static void no_rate_passes_unless_it_passed_twice(void **state)
{
	struct device d = {.capacity = 5e6, .sender = 14e6};

	assert_int_equal(ndr_search(&standard, run, &d, &result), 0);
	int passed = 0;
	for (unsigned i = 0; i < result.n_trials; i++)
		passed += result.trials[i].passed && result.trials[i].wanted == result.rate;
	assert_int_equal(passed, 2);
}

static void one_lost_packet_fails_a_rate_for_good(void **state)
{
	/* Trial 1 is at 14 M; 2 and 3 are at 7 M, which would pass. */
	struct device d = {.capacity = 8e6, .sender = 14e6, .unlucky = 3};

	assert_int_equal(ndr_search(&standard, run, &d, &result), 0);
	assert_false(result.trials[2].passed);
	assert_near(result.rate, 7e6);
	/* What is shown as the best is not the trial whose twin failed. */
	assert_true(result.trials[result.best].passed && result.best > 2);
}

static void the_slowest_of_the_trials_at_a_rate_is_what_counts(void **state)
{
	/* The second trial at 7 M, which is the top, sends half of that. */
	struct device d = {.capacity = 8e6, .sender = 14e6, .stalls = 2};
	struct ndr_params params = standard;

	params.max_rate = 7e6;
	assert_int_equal(ndr_search(&params, run, &d, &result), 0);
	assert_int_equal(result.n_trials, 2);
	assert_true(result.rate == 3.5e6);
	assert_int_equal(result.best, 1);
	assert_true(result.sender_limits);
}

static void some_loss_counts_as_none_where_that_is_wanted(void **state)
{
	struct ndr_params params = standard;
	struct device d = {.capacity = 8e6, .sender = 14e6};

	params.max_loss = 0.1;
	assert_int_equal(ndr_search(&params, run, &d, &result), 0);
	assert_near(result.rate, 8e6 / 0.9);
}

static void a_device_faster_than_the_sender_is_said_to_be(void **state)
{
	struct device d = {.capacity = 50e6, .sender = 14e6};

	assert_int_equal(ndr_search(&standard, run, &d, &result), 0);
	assert_true(result.found && result.sender_limits);
	assert_true(result.rate == 14e6);
	assert_int_equal(result.n_trials, 2);
}

static void a_rate_that_was_asked_for_is_the_top(void **state)
{
	struct ndr_params params = standard;
	struct device d = {.capacity = 50e6, .sender = 14e6};

	params.max_rate = 3e6;
	assert_int_equal(ndr_search(&params, run, &d, &result), 0);
	assert_true(result.found && !result.sender_limits);
	assert_true(result.rate == 3e6);
}

static void a_device_that_always_loses_ends_the_search(void **state)
{
	struct device d = {.capacity = 0, .sender = 14e6};

	assert_int_equal(ndr_search(&standard, run, &d, &result), 0);
	assert_false(result.found);
	assert_true(result.n_trials <= 20);
}

static void a_stall_of_the_sender_does_not_end_the_search(void **state)
{
	struct device d = {.capacity = 8e6, .sender = 14e6, .stalls = 2};

	assert_int_equal(ndr_search(&standard, run, &d, &result), 0);
	assert_false(result.sender_limits);
	assert_near(result.rate, 8e6);
}

static void an_interrupted_search_keeps_what_it_found(void **state)
{
	struct device d = {.capacity = 8e6, .sender = 14e6, .fails = 5};

	assert_int_equal(ndr_search(&standard, run, &d, &result), -EINTR);
	assert_int_equal(result.n_trials, 4);
	assert_true(result.found);
	assert_near(result.rate, 7e6);
}

static void senseless_parameters_are_refused(void **state)
{
	struct device d = {.capacity = 8e6, .sender = 14e6};
	struct ndr_params params = standard;

	params.repeats = 0;
	assert_int_equal(ndr_search(&params, run, &d, &result), -EINVAL);
	params = standard;
	params.min_rate = 0;
	assert_int_equal(ndr_search(&params, run, &d, &result), -EINVAL);
	assert_int_equal(d.trials, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_capacity_is_found_to_the_resolution),
		cmocka_unit_test(no_rate_passes_unless_it_passed_twice),
		cmocka_unit_test(one_lost_packet_fails_a_rate_for_good),
		cmocka_unit_test(the_slowest_of_the_trials_at_a_rate_is_what_counts),
		cmocka_unit_test(some_loss_counts_as_none_where_that_is_wanted),
		cmocka_unit_test(a_device_faster_than_the_sender_is_said_to_be),
		cmocka_unit_test(a_rate_that_was_asked_for_is_the_top),
		cmocka_unit_test(a_device_that_always_loses_ends_the_search),
		cmocka_unit_test(a_stall_of_the_sender_does_not_end_the_search),
		cmocka_unit_test(an_interrupted_search_keeps_what_it_found),
		cmocka_unit_test(senseless_parameters_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
