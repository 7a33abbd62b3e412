// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/golden.h"

static const struct matrix *matrix;
static const char *golden;

static int longest(const char *const *names, int n)
{
	int most = 0;

	for (int i = 0; i < n; i++)
		most = (int)strlen(names[i]) > most ? (int)strlen(names[i]) : most;
	return most;
}

static void the_matrix_is_as_it_was_agreed_on(void **unused)
{
	static char now[32768];
	int state_width = longest(matrix->states, matrix->n_states);
	int event_width = longest(matrix->events, matrix->n_events);
	size_t at = 0;

	for (int state = 0; state < matrix->n_states; state++)
		for (int event = 0; event < matrix->n_events; event++) {
			char cell[128];

			matrix->one(cell, sizeof(cell), state, event);
			at += (size_t)snprintf(now + at, sizeof(now) - at, "%-*s  %-*s  %s\n",
					       state_width, matrix->states[state], event_width,
					       matrix->events[event], cell);
			assert_in_range(at, 1, sizeof(now) - 1);
		}
	golden_same(golden, now);
}

int matrix_test(const struct matrix *of, int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matrix_is_as_it_was_agreed_on),
	};

	if (argc != 2)
		return 2;
	matrix = of;
	golden = argv[1];
	return cmocka_run_group_tests_name(of->name, tests, NULL, NULL);
}
