// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_print.h"

#include <stdlib.h>
#include <string.h>

#include "tools/weft_model.h"
#include "tools/weft_table.h"
#include "tools/weft_value.h"

static bool all_objects(const json_t *array)
{
	json_t *value;
	size_t i;

	json_array_foreach((json_t *)array, i, value)
		if (!json_is_object(value))
			return false;
	return json_array_size(array) > 0;
}

static void print_object(const json_t *columns, const json_t *object,
			 const struct table_style *style, FILE *out);

static void print_key(const char *key, const json_t *value, size_t key_width,
		      const struct table_style *style, FILE *out)
{
	struct table_style below = *style;

	below.indent += 2;
	fprintf(out, "%*s", (int)style->indent, "");
	text_print(key, out);
	fputc(':', out);
	if (json_object_size(value)) {
		fputc('\n', out);
		print_object(NULL, value, &below, out);
	} else if (all_objects(value)) {
		json_t *columns = table_columns_of(value);

		fputc('\n', out);
		table_print(columns, value, &below, out);
		json_decref(columns);
	} else {
		fprintf(out, "%*s ", (int)(key_width - text_width(key)), "");
		value_print(value, out);
		fputc('\n', out);
	}
}

/* Keys in the order of the columns, then those that are no columns. */
static void print_object(const json_t *columns, const json_t *object,
			 const struct table_style *style, FILE *out)
{
	size_t i, width = 0;
	const char *key;
	json_t *column, *value;

	json_object_foreach((json_t *)object, key, value)
		width = text_width(key) > width ? text_width(key) : width;
	json_array_foreach((json_t *)columns, i, column) {
		key = model_text(column, "name");
		value = json_object_get(object, key);
		if (value)
			print_key(key, value, width, style, out);
	}
	json_object_foreach((json_t *)object, key, value)
		if (!model_find(columns, key, strlen(key)))
			print_key(key, value, width, style, out);
}

static bool is_change(const json_t *value)
{
	return json_is_string(json_object_get(value, "noun")) &&
	       json_is_string(json_object_get(value, "action"));
}

static bool are_changes(const json_t *array)
{
	json_t *value;
	size_t i;

	json_array_foreach((json_t *)array, i, value)
		if (!is_change(value))
			return false;
	return json_array_size(array) > 0;
}

/* As it could be typed again. */
static void print_side(const json_t *value, FILE *out)
{
	if (!value || json_is_null(value))
		fputs("none", out);
	else if (json_is_array(value) && !json_array_size(value))
		fputs("[]", out);
	else if (json_is_object(value) && !json_object_size(value))
		fputs("{}", out);
	else
		value_print(value, out);
}

static void print_set(const json_t *object, FILE *out)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		fputc(' ', out);
		text_print(key, out);
		fputc('=', out);
		print_side(value, out);
	}
}

/* "key: old -> new", with dots for keys of objects inside. Returns what stands before the next. */
static const char *print_difference(const char *separator, const char *path, const json_t *old,
				    const json_t *new, FILE *out)
{
	const json_t *both[] = {old, new};
	const char *key;
	json_t *value;
	char *name;

	if (json_equal((json_t *)old, (json_t *)new))
		return separator;
	if (!json_is_object(old) || !json_is_object(new)) {
		fputs(separator, out);
		text_print(path, out);
		fputs(": ", out);
		print_side(old, out);
		fputs(" -> ", out);
		print_side(new, out);
		return ", ";
	}
	for (int side = 0; side < 2; side++)
		json_object_foreach((json_t *)both[side], key, value) {
			const json_t *a = json_object_get(old, key), *b = json_object_get(new, key);

			if ((side && a) ||
			    asprintf(&name, "%s%s%s", path, *path ? "." : "", key) < 0)
				continue;
			separator = print_difference(separator, name, a, b, out);
			free(name);
		}
	return separator;
}

static void print_change(const json_t *change, FILE *out)
{
	const json_t *old = json_object_get(change, "old"), *new = json_object_get(change, "new");
	const char *action = model_text(change, "action"), *name = model_text(change, "name");
	char sign = !strcmp(action, "add") ? '+' : !strcmp(action, "remove") ? '-' : '~';

	fprintf(out, "%c ", sign);
	text_print(model_text(change, "noun"), out);
	fputs(*name ? " " : "", out);
	text_print(name, out);
	if (sign == '+')
		print_set(new, out);
	else if (sign == '~')
		print_difference(" ", "", old, new, out);
	if (!strcmp(action, "replace"))
		fputs(" (removed and added again)", out);
	fputc('\n', out);
}

static void print_rows(const struct request *request, const json_t *rows,
		       const struct table_style *style, FILE *out)
{
	bool shows = !strcmp(model_text(request->verb, "name"), "show");
	const json_t *columns = shows ? json_object_get(request->noun, "columns") : NULL;
	bool one =
		request->single || (shows && !strcmp(model_text(request->noun, "shape"), "single"));
	json_t *found = NULL;

	if (one && json_array_size(rows) == 1) {
		print_object(columns, json_array_get(rows, 0), style, out);
		return;
	}
	if (!json_array_size(columns))
		columns = found = table_columns_of(rows);
	table_print(columns, rows, style, out);
	json_decref(found);
}

static void print_changes(const json_t *changes, FILE *out)
{
	json_t *change;
	size_t i;

	json_array_foreach((json_t *)changes, i, change)
		print_change(change, out);
}

static void print_text(const char *text, FILE *out)
{
	for (const char *end; *text; text = end + (*end == '\n')) {
		end = text + strcspn(text, "\n");
		while (text < end) {
			if (*text == '\t')
				fputc(*text++, out);
			else
				text = text_print_byte(text, out);
		}
		fputc('\n', out);
	}
}

void row_print(const json_t *row, const struct options *options, FILE *out)
{
	if (options->json) {
		json_dumpf(row, out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
		fputc('\n', out);
	} else if (!options->quiet && json_is_string(row)) {
		print_text(json_string_value(row), out);
	}
}

void result_print(const struct request *request, const json_t *result,
		  const struct options *options, unsigned width, FILE *out)
{
	const struct table_style style = {.width = width, .wide = options->wide};
	bool shows = !strcmp(model_text(request->verb, "name"), "show");

	if (options->json) {
		json_dumpf(result, out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(9));
		fputc('\n', out);
	} else if (options->quiet || json_is_null(result)) {
		return;
	} else if (json_is_string(result)) {
		print_text(json_string_value(result), out);
	} else if (json_is_object(result)) {
		print_object(json_object_get(request->noun, "columns"), result, &style, out);
	} else if (are_changes(result)) {
		print_changes(result, out);
	} else if (json_is_array(result) && !json_array_size(result) && !shows) {
		fputs("unchanged\n", out);
	} else if (all_objects(result) || (shows && json_is_array(result))) {
		print_rows(request, result, &style, out);
	} else {
		value_print(result, out);
		fputc('\n', out);
	}
}

static void print_one_error(const json_t *error, const char *file, FILE *out)
{
	json_int_t line = json_integer_value(json_object_get(error, "line"));
	json_int_t column = json_integer_value(json_object_get(error, "column"));
	const char *path = model_text(error, "path");

	if (line)
		fprintf(out, "%s:%lld:%lld: ", file ? file : "line", (long long)line,
			(long long)column);
	else if (*path) {
		text_print(path, out);
		fputs(": ", out);
	}
	text_print(model_text(error, "text"), out);
	fputc('\n', out);
}

void error_print(const json_t *error, const char *file, FILE *out)
{
	const json_t *list = json_object_get(json_object_get(error, "data"), "errors");
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)list, i, one) {
		if (!json_object_get(one, "line"))
			fputs("weft: ", out);
		print_one_error(one, file, out);
	}
	if (!json_array_size(list)) {
		fputs("weft: ", out);
		text_print(model_text(error, "message"), out);
		fputc('\n', out);
	}
}
