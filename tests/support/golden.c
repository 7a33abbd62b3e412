// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void golden_same(const char *path, const char *now)
{
	static char agreed[65536];
	bool update = getenv("UPDATE_GOLDEN") != NULL;
	FILE *file = fopen(path, update ? "we" : "re");

	assert_non_null(file);
	if (update) {
		fputs(now, file);
	} else {
		agreed[fread(agreed, 1, sizeof(agreed) - 1, file)] = '\0';
		assert_string_equal(now, agreed);
	}
	assert_int_equal(fclose(file), 0);
}
