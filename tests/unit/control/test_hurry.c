// SPDX-License-Identifier: BSD-3-Clause
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/hurry.h"

static double seconds_of_sleep(double seconds)
{
	struct timespec wanted = {.tv_sec = (time_t)seconds}, began, ended;

	wanted.tv_nsec = (long)((seconds - (double)wanted.tv_sec) * 1e9);
	clock_gettime(CLOCK_MONOTONIC, &began);
	assert_int_equal(nanosleep(&wanted, NULL), 0);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	return (double)(ended.tv_sec - began.tv_sec) +
	       (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
}

static void *sleep_as_told(void *arg)
{
	*(double *)arg = seconds_of_sleep(0.05);
	return NULL;
}

static void sleeps_are_short_in_a_hurry_and_for_this_thread_alone(void **state)
{
	pthread_t other;
	double others = 0;

	hurry_sleep(true);
	assert_int_equal(pthread_create(&other, NULL, sleep_as_told, &others), 0);
	pthread_join(other, NULL);
	assert_true(others >= 0.05);
	assert_true(seconds_of_sleep(30) < 15);
	hurry_sleep(false);
	assert_true(seconds_of_sleep(0.05) >= 0.05);
}

static pthread_barrier_t barrier;

static void *tell_priority(void *arg)
{
	int *seen = arg;

	seen[0] = getpriority(PRIO_PROCESS, 0);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier); /* the hurry is over */
	seen[1] = getpriority(PRIO_PROCESS, 0);
	return NULL;
}

static void a_hurry_goes_before_others_and_ends_for_every_thread(void **state)
{
	int before = getpriority(PRIO_PROCESS, 0), seen[2];
	pthread_t thread;

	if (geteuid() != 0) {
		skip(); /* an ordinary user may not */
		return;
	}
	pthread_barrier_init(&barrier, NULL, 2);
	hurry_begin();
	assert_int_equal(pthread_create(&thread, NULL, tell_priority, seen), 0);
	pthread_barrier_wait(&barrier);
	assert_true(getpriority(PRIO_PROCESS, 0) < before);
	hurry_end();
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	assert_true(seen[0] < before);
	assert_int_equal(seen[1], before);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
	pthread_barrier_destroy(&barrier);
}

static void it_lasts_where_it_is_kept_and_no_longer(void **state)
{
	int before = getpriority(PRIO_PROCESS, 0), seen[2];
	pthread_t thread;

	if (geteuid() != 0) {
		skip();
		return;
	}
	pthread_barrier_init(&barrier, NULL, 2);
	hurry_begin();
	hurry_keep(true);
	hurry_end();
	assert_true(getpriority(PRIO_PROCESS, 0) < before);
	assert_int_equal(pthread_create(&thread, NULL, tell_priority, seen), 0);
	pthread_barrier_wait(&barrier);
	hurry_keep(false);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	assert_true(seen[0] < before);
	assert_int_equal(seen[1], before);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
	/* Without a start as well, for threads that are there already. */
	assert_int_equal(pthread_create(&thread, NULL, tell_priority, seen), 0);
	pthread_barrier_wait(&barrier);
	hurry_keep(true);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	assert_int_equal(seen[0], before);
	assert_true(seen[1] < before);
	hurry_keep(false);
	pthread_barrier_destroy(&barrier);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleeps_are_short_in_a_hurry_and_for_this_thread_alone),
		cmocka_unit_test(a_hurry_goes_before_others_and_ends_for_every_thread),
		cmocka_unit_test(it_lasts_where_it_is_kept_and_no_longer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
