// SPDX-License-Identifier: BSD-3-Clause
/*
 * Tables of cases in which each row is a test of its own: its name is the
 * sentence that it shows, and it is run with its row as *state.
 */
#ifndef WEFT_TESTS_DP_CASES_H
#define WEFT_TESTS_DP_CASES_H

#include "tests/dp/net.h"

struct table {
	const void *rows;
	size_t n, size; /* bytes of a row, which begins with const char *shows */
	CMUnitTestFunction run;
};

#define TABLE(rows, run)                                                       \
	{                                                                      \
		rows, sizeof(rows) / sizeof((rows)[0]), sizeof((rows)[0]), run \
	}

/* All rows of the tables, and the tests (which may be NULL). Returns as main does. */
int run_cases(const struct table *tables, size_t n_tables, const struct CMUnitTest *tests,
	      size_t n_tests, CMFixtureFunction setup, CMFixtureFunction teardown);

#endif
