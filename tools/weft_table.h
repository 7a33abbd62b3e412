// SPDX-License-Identifier: BSD-3-Clause
/* Rows of objects as a table that fits the terminal. */
#ifndef WEFT_TOOLS_WEFT_TABLE_H
#define WEFT_TOOLS_WEFT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

struct table_style {
	unsigned width;  /* of the terminal; 0: no limit */
	unsigned indent; /* blanks before each line */
	bool wide;       /* all columns in full, whatever the width */
};

/*
 * columns: an array of {name, wide?}, of which those marked wide appear where
 * there is room for all, or style->wide. Columns of numbers stand to the right.
 * Where the table is too wide, long texts are cut first, then the last columns
 * left out; the first column stays. No memory: prints nothing.
 */
void table_print(const json_t *columns, const json_t *rows, const struct table_style *style,
		 FILE *out);

/* Columns for rows without a declaration: the keys in the order in which they come. New
 * reference. */
json_t *table_columns_of(const json_t *rows);

#endif
