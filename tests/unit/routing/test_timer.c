// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "routing/core/container_of.h"
#include "routing/core/memory.h"
#include "routing/core/timer.h"

/* A timer that notes when it fired, and as which. */
struct alarm {
	struct timer timer;
	struct timers *timers;
	int name;
	int fired;          /* how often */
	int64_t again_us;   /* starts itself anew so much later; 0: does not */
	struct timer *ends; /* stops this one */
};

static int order[64], n_order;

static void fire(struct timer *timer)
{
	struct alarm *alarm = container_of(timer, struct alarm, timer);

	alarm->fired++;
	order[n_order++ % 64] = alarm->name;
	if (alarm->again_us)
		timer_start(alarm->timers, timer, moment_add(alarm->timers->now, alarm->again_us));
	if (alarm->ends)
		timer_stop(alarm->timers, alarm->ends);
}

static struct alarm alarm_of(struct timers *timers, int name)
{
	struct alarm alarm = {.timers = timers, .name = name};

	timer_init(&alarm.timer, fire);
	return alarm;
}

static struct moment at(int64_t us)
{
	return (struct moment){us};
}

static int setup(void **state)
{
	n_order = 0;
	return 0;
}

static void timers_fire_when_they_are_due_and_not_before(void **state)
{
	struct timers timers;
	struct alarm alarm = alarm_of(&timers, 1);
	struct moment next;

	timers_init(&timers, at(100));
	assert_false(timers_next(&timers, &next));
	assert_int_equal(timer_start(&timers, &alarm.timer, at(200)), 0);
	assert_true(timers_next(&timers, &next));
	assert_int_equal(next.us, 200);
	assert_int_equal(timers_run(&timers, at(199), 9), 0);
	assert_true(timer_runs(&alarm.timer));
	assert_int_equal(timers_run(&timers, at(200), 9), 1);
	assert_false(timer_runs(&alarm.timer));
	assert_int_equal(alarm.fired, 1);
	assert_int_equal(timers_run(&timers, at(999), 9), 0);
	timers_fini(&timers);
}

static void at_equal_moments_the_first_set_fires_first(void **state)
{
	struct timers timers;
	struct alarm alarms[20];

	timers_init(&timers, at(0));
	for (int i = 0; i < 20; i++) {
		alarms[i] = alarm_of(&timers, i);
		assert_int_equal(timer_start(&timers, &alarms[i].timer, at(7)), 0);
	}
	/* Set again, it is the last set. */
	assert_int_equal(timer_start(&timers, &alarms[0].timer, at(7)), 0);
	assert_int_equal(timers_run(&timers, at(7), 99), 20);
	for (int i = 0; i < 20; i++)
		assert_int_equal(order[i], (i + 1) % 20);
	timers_fini(&timers);
}

static void time_never_goes_back(void **state)
{
	struct timers timers;

	timers_init(&timers, at(50));
	timers_run(&timers, at(40), 9);
	assert_int_equal(timers.now.us, 50);
	timers_run(&timers, at(60), 9);
	assert_int_equal(timers.now.us, 60);
	timers_fini(&timers);
}

static void no_more_run_at_once_than_asked_for(void **state)
{
	struct timers timers;
	struct alarm alarms[5];

	timers_init(&timers, at(0));
	for (int i = 0; i < 5; i++) {
		alarms[i] = alarm_of(&timers, i);
		timer_start(&timers, &alarms[i].timer, at(i));
	}
	assert_int_equal(timers_run(&timers, at(9), 3), 3);
	assert_int_equal(timers_run(&timers, at(9), 3), 2);
	timers_fini(&timers);
}

static void a_timer_may_start_itself_and_stop_others(void **state)
{
	struct timers timers;
	struct alarm again = alarm_of(&timers, 1), victim = alarm_of(&timers, 2);

	timers_init(&timers, at(0));
	again.again_us = 10;
	again.ends = &victim.timer;
	timer_start(&timers, &again.timer, at(5));
	timer_start(&timers, &victim.timer, at(6));
	assert_int_equal(timers_run(&timers, at(6), 9), 1);
	assert_int_equal(victim.fired, 0);
	assert_int_equal(again.timer.at.us, 16); /* after now, not after when it was due */
	assert_int_equal(timers_run(&timers, at(16), 9), 1);
	timer_stop(&timers, &again.timer);
	timer_stop(&timers, &again.timer); /* nothing the second time */
	timers_fini(&timers);
}

static void *no_memory(void *block, size_t size)
{
	return NULL;
}

static void without_memory_a_timer_does_not_run(void **state)
{
	static const struct memory_ops none = {.resize = no_memory, .free = free};
	struct timers timers;
	struct alarm alarm = alarm_of(&timers, 1);

	timers_init(&timers, at(0));
	memory_use(&none);
	assert_int_equal(timer_start(&timers, &alarm.timer, at(5)), -ENOMEM);
	memory_use(NULL);
	assert_false(timer_runs(&alarm.timer));
	assert_int_equal(timers_run(&timers, at(9), 9), 0);
	timers_fini(&timers);
}

enum { ALARMS = 300 };

/* The one that must fire next: the earliest, then the first set. */
static int next_by_search(const struct alarm *alarms)
{
	int best = -1;

	for (int i = 0; i < ALARMS; i++) {
		const struct timer *t = &alarms[i].timer,
				   *b = best < 0 ? NULL : &alarms[best].timer;

		if (timer_runs(t) &&
		    (!b || t->at.us < b->at.us || (t->at.us == b->at.us && t->serial < b->serial)))
			best = i;
	}
	return best;
}

static void random_starts_and_stops_fire_in_order(void **state)
{
	const char *text = getenv("SEED");
	unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
	static struct alarm alarms[ALARMS];
	struct timers timers;

	print_message("SEED=%u\n", seed);
	timers_init(&timers, at(0));
	for (int i = 0; i < ALARMS; i++)
		alarms[i] = alarm_of(&timers, i);
	for (int step = 0; step < 20000; step++) {
		struct timer *timer = &alarms[rand_r(&seed) % ALARMS].timer;

		if (rand_r(&seed) % 3)
			timer_start(&timers, timer, at(timers.now.us + rand_r(&seed) % 50));
		else
			timer_stop(&timers, timer);
		if (rand_r(&seed) % 4 == 0) {
			int expected = next_by_search(alarms);
			struct moment next = {0};

			assert_int_equal(timers_next(&timers, &next), expected >= 0);
			if (expected < 0)
				continue;
			assert_int_equal(timers_run(&timers, next, 1), 1);
			assert_int_equal(order[(n_order - 1) % 64], expected);
		}
	}
	for (int i = 0; i < ALARMS; i++)
		timer_stop(&timers, &alarms[i].timer);
	timers_fini(&timers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(timers_fire_when_they_are_due_and_not_before, setup),
		cmocka_unit_test_setup(at_equal_moments_the_first_set_fires_first, setup),
		cmocka_unit_test_setup(time_never_goes_back, setup),
		cmocka_unit_test_setup(no_more_run_at_once_than_asked_for, setup),
		cmocka_unit_test_setup(a_timer_may_start_itself_and_stop_others, setup),
		cmocka_unit_test_setup(without_memory_a_timer_does_not_run, setup),
		cmocka_unit_test_setup(random_starts_and_stops_fire_in_order, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
