// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/weft_value.h"

#define GAP        2
#define TEXT_LEAST 12 /* texts are not cut shorter than this to make room */

struct table_column {
	char *title;
	char **cells;
	size_t width;
	bool right, wide, hidden;
};

static char *make_title(const char *name)
{
	char *title = strdup(name);

	for (char *c = title; c && *c; c++)
		*c = toupper((unsigned char)*c);
	return title;
}

/* False without memory. */
static bool fill_column(struct table_column *column, const json_t *declared, const json_t *rows)
{
	const char *name = json_string_value(json_object_get(declared, "name"));
	size_t i, n_numbers = 0, n_others = 0;
	json_t *row;

	column->title = make_title(name ? name : "?");
	column->wide = json_is_true(json_object_get(declared, "wide"));
	column->cells = calloc(json_array_size(rows) + 1, sizeof(*column->cells));
	if (!column->title || !column->cells)
		return false;
	column->width = text_width(column->title);
	json_array_foreach((json_t *)rows, i, row) {
		const json_t *value = json_object_get(row, name);
		size_t width;

		column->cells[i] = value_text(value);
		if (!column->cells[i])
			return false;
		n_numbers += json_is_number(value);
		n_others += !json_is_number(value) && strcmp(column->cells[i], "-");
		width = text_width(column->cells[i]);
		column->width = width > column->width ? width : column->width;
	}
	column->right = n_numbers && !n_others;
	return true;
}

static size_t total_width(const struct table_column *columns, size_t n, bool with_hidden)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		if (with_hidden || !columns[i].hidden)
			total += columns[i].width + (total ? GAP : 0);
	return total;
}

/* How much a column may shrink: texts only, and not below its title. */
static size_t spare_width(const struct table_column *column)
{
	size_t least = text_width(column->title);

	least = least > TEXT_LEAST ? least : TEXT_LEAST;
	return column->hidden || column->right || column->width <= least ? 0
									 : column->width - least;
}

static bool shrink_widest(struct table_column *columns, size_t n, size_t too_much)
{
	struct table_column *widest = NULL;
	size_t spare;

	/* The first column is what objects are called. */
	for (size_t i = 1; i < n; i++)
		if (spare_width(&columns[i]) && (!widest || columns[i].width > widest->width))
			widest = &columns[i];
	if (!widest)
		return false;
	spare = spare_width(widest);
	widest->width -= spare < too_much ? spare : too_much;
	return true;
}

static bool hide_last(struct table_column *columns, size_t n)
{
	while (n-- > 1)
		if (!columns[n].hidden) {
			columns[n].hidden = true;
			return true;
		}
	return false;
}

static void fit(struct table_column *columns, size_t n, const struct table_style *style)
{
	size_t room = style->width > style->indent ? style->width - style->indent : 1;
	size_t total;

	if (style->wide)
		return;
	if (!style->width || total_width(columns, n, true) > room)
		for (size_t i = 0; i < n; i++)
			columns[i].hidden = columns[i].wide;
	if (!style->width)
		return;
	while ((total = total_width(columns, n, false)) > room)
		if (!shrink_widest(columns, n, total - room) && !hide_last(columns, n))
			return;
}

/* row: -1 for the titles. */
static void print_line(const struct table_column *columns, size_t n, ssize_t row,
		       const struct table_style *style, FILE *out)
{
	size_t last = 0;

	for (size_t i = 0; i < n; i++)
		last = columns[i].hidden ? last : i;
	fprintf(out, "%*s", (int)style->indent, "");
	for (size_t i = 0; i <= last; i++) {
		const struct table_column *column = &columns[i];

		if (column->hidden)
			continue;
		text_print_cell(row < 0 ? column->title : column->cells[row], column->width,
				column->right, i < last, out);
		fprintf(out, "%*s", i < last ? GAP : 0, "");
	}
	fputc('\n', out);
}

static void free_columns(struct table_column *columns, size_t n, size_t n_rows)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t row = 0; columns[i].cells && row < n_rows; row++)
			free(columns[i].cells[row]);
		free(columns[i].cells);
		free(columns[i].title);
	}
	free(columns);
}

void table_print(const json_t *columns, const json_t *rows, const struct table_style *style,
		 FILE *out)
{
	size_t n = json_array_size(columns), n_rows = json_array_size(rows);
	struct table_column *list = calloc(n + 1, sizeof(*list));
	bool filled = list && n;

	for (size_t i = 0; filled && i < n; i++)
		filled = fill_column(&list[i], json_array_get(columns, i), rows);
	if (filled) {
		fit(list, n, style);
		for (ssize_t row = -1; row < (ssize_t)n_rows; row++)
			print_line(list, n, row, style, out);
	}
	if (list)
		free_columns(list, n, n_rows);
}

json_t *table_columns_of(const json_t *rows)
{
	json_t *columns = json_array(), *seen = json_object(), *row, *value;
	const char *key;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		json_object_foreach(row, key, value)
			if (!json_object_get(seen, key)) {
				json_object_set_new(seen, key, json_true());
				json_array_append_new(columns, json_pack("{s:s}", "name", key));
			}
	json_decref(seen);
	return columns;
}
