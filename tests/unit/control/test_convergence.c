// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "control/convergence.h"

static void steps_count_from_the_event(void **state)
{
	const struct convergence *event;

	convergence_event("interface %s down", "wan0");
	convergence_step(CONVERGENCE_GROUPS);
	convergence_step(CONVERGENCE_FIB);
	convergence_over();
	event = convergence_get(0);
	assert_non_null(event);
	assert_string_equal(event->what, "interface wan0 down");
	assert_true(event->took_us[CONVERGENCE_GROUPS] >= 0);
	assert_true(event->took_us[CONVERGENCE_FIB] >= event->took_us[CONVERGENCE_GROUPS]);
	assert_true(event->took_us[CONVERGENCE_RIB] >= event->took_us[CONVERGENCE_FIB]);
}

static void what_did_not_happen_is_no_step(void **state)
{
	convergence_event("nothing");
	convergence_over();
	assert_int_equal(convergence_get(0)->took_us[CONVERGENCE_GROUPS], -1);
	assert_int_equal(convergence_get(0)->took_us[CONVERGENCE_FIB], -1);
	convergence_step(CONVERGENCE_FIB); /* it is over */
	assert_int_equal(convergence_get(0)->took_us[CONVERGENCE_FIB], -1);
}

static void events_before_the_end_of_one_join_it(void **state)
{
	for (int i = 0; i < 6; i++)
		convergence_event("e%d", i);
	convergence_over();
	assert_string_equal(convergence_get(0)->what, "e0, e1, e2, e3");
	assert_int_equal(convergence_get(0)->more, 2);
	convergence_event("later");
	convergence_over();
	assert_string_equal(convergence_get(0)->what, "later");
	assert_string_equal(convergence_get(1)->what, "e0, e1, e2, e3");
}

static void only_the_latest_are_kept_and_long_names_are_cut(void **state)
{
	char name[400];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	for (int i = 0; i < 2 * CONVERGENCE_EVENTS; i++) {
		convergence_event("%s%d", name, i);
		convergence_event("second");
		convergence_over();
	}
	assert_non_null(convergence_get(CONVERGENCE_EVENTS - 1));
	assert_null(convergence_get(CONVERGENCE_EVENTS));
	assert_int_equal(strlen(convergence_get(0)->what), sizeof(convergence_get(0)->what) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_count_from_the_event),
		cmocka_unit_test(what_did_not_happen_is_no_step),
		cmocka_unit_test(events_before_the_end_of_one_join_it),
		cmocka_unit_test(only_the_latest_are_kept_and_long_names_are_cut),
	};

	return cmocka_run_group_tests_name("convergence", tests, NULL, NULL);
}
