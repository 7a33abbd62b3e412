// SPDX-License-Identifier: BSD-3-Clause
/* The helper thread: jobs are done beside the loop, one after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/helper.h"
#include "control/loop.h"

#define PATIENCE_S 20

/* What has become of jobs; each by one thread at a time. */
static atomic_int n_run, n_dropped;
static int n_done, latest;
static atomic_bool goes_on;

struct number {
	struct helper_job job;
	int value;
};

static void run(struct helper_job *job)
{
	atomic_fetch_add(&n_run, 1);
}

/* Until nobody wants it, or the test lets it go on. */
static void run_long(struct helper_job *job)
{
	atomic_fetch_add(&n_run, 1);
	while (helper_is_wanted(job) && !atomic_load(&goes_on))
		usleep(1000);
}

static void note(struct helper_job *job)
{
	int value = ((struct number *)job)->value;

	assert_true(value > latest);
	latest = value;
	n_done++;
}

static void drop(struct helper_job *job)
{
	atomic_fetch_add(&n_dropped, 1);
	free(job);
}

static struct helper_job *give(void (*how)(struct helper_job *job), int value, bool is_owed)
{
	struct number *number = calloc(1, sizeof(*number));

	number->job.run = how;
	number->job.done = note;
	number->job.drop = drop;
	number->job.is_owed = is_owed;
	number->value = value;
	assert_int_equal(helper_do(&number->job), 0);
	return &number->job;
}

static void wait_until(const int *n, int wanted)
{
	time_t end = time(NULL) + PATIENCE_S;

	while (*n < wanted) {
		assert_true(time(NULL) < end);
		event_base_loop(loop_base(), EVLOOP_ONCE);
	}
}

static void wait_for_run(int wanted)
{
	for (int i = 0; atomic_load(&n_run) < wanted; i++) {
		assert_true(i < PATIENCE_S * 1000);
		usleep(1000);
	}
}

static void jobs_are_done_in_their_order(void **state)
{
	for (int i = 1; i <= 100; i++)
		give(run, i, false);
	wait_until(&n_done, 100);
	assert_int_equal(atomic_load(&n_run), 100);
	assert_int_equal(atomic_load(&n_dropped), 100);
}

static void a_job_that_is_cancelled_is_not_told_of(void **state)
{
	struct helper_job *running = give(run_long, 1, false), *waiting = give(run, 2, false);

	wait_for_run(1);
	helper_cancel(waiting);
	helper_cancel(running);
	give(run, 3, false);
	wait_until(&n_done, 1);
	assert_int_equal(latest, 3);
	assert_int_equal(atomic_load(&n_run), 2);
	assert_int_equal(atomic_load(&n_dropped), 3);
}

static void what_is_owed_is_done_at_the_end_and_nothing_else(void **state)
{
	give(run_long, 1, false);
	wait_for_run(1);
	give(run, 2, false);
	give(run, 3, true);
	give(run, 4, false);
	helper_stop();
	assert_int_equal(n_done, 0);
	assert_int_equal(atomic_load(&n_run), 2);
	assert_int_equal(atomic_load(&n_dropped), 4);
}

static void what_is_owed_is_not_cut_short(void **state)
{
	give(run_long, 1, true);
	wait_for_run(1);
	atomic_store(&goes_on, true);
	helper_stop();
	assert_int_equal(atomic_load(&n_dropped), 1);
}

static void without_a_loop_there_is_no_helper(void **state)
{
	struct helper_job job = {.run = run, .drop = drop};

	loop_fini();
	assert_true(helper_do(&job) < 0);
	assert_int_equal(loop_init(), 0);
}

static int setup(void **state)
{
	atomic_store(&n_run, 0);
	atomic_store(&n_dropped, 0);
	atomic_store(&goes_on, false);
	n_done = latest = 0;
	return loop_init();
}

static int teardown(void **state)
{
	helper_stop();
	loop_fini();
	return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(jobs_are_done_in_their_order),
		TEST(a_job_that_is_cancelled_is_not_told_of),
		TEST(what_is_owed_is_done_at_the_end_and_nothing_else),
		TEST(what_is_owed_is_not_cut_short),
		TEST(without_a_loop_there_is_no_helper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
