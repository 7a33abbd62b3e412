// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/cases.h"

#include <string.h>

enum { MOST = 512 };

int run_cases(const struct table *tables, size_t n_tables, const struct CMUnitTest *tests,
	      size_t n_tests, CMFixtureFunction setup, CMFixtureFunction teardown)
{
	static struct CMUnitTest all[MOST];
	size_t n = n_tests;

	assert_true(n_tests <= MOST);
	if (n_tests)
		memcpy(all, tests, n_tests * sizeof(*tests));
	for (size_t t = 0; t < n_tables; t++) {
		for (size_t i = 0; i < tables[t].n; i++) {
			const char *row = (const char *)tables[t].rows + i * tables[t].size;

			assert_true(n < MOST);
			all[n++] = (struct CMUnitTest){.name = *(const char *const *)row,
						       .test_func = tables[t].run,
						       .setup_func = setup,
						       .teardown_func = teardown,
						       .initial_state = (void *)row};
		}
	}
	return _cmocka_run_group_tests("cases", all, n, NULL, NULL);
}
