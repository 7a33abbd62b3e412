// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/yaml_place.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/yaml.h"

/*
 * From the highest bit: the key's line (26 bits: a document has at most 64 Mi
 * lines) and column (12), how many lines below it the value begins (13), and
 * the value's column (12). A column that does not fit becomes the largest; a
 * value that begins too far below its key is said to begin where that does.
 */
#define COLUMN_BITS 12
#define BELOW_BITS  13
#define COLUMN_MAX  ((1u << COLUMN_BITS) - 1)
#define BELOW_MAX   ((1u << BELOW_BITS) - 1)

static uint64_t fit(size_t column)
{
	return column < COLUMN_MAX ? column : COLUMN_MAX;
}

json_t *place_pack(size_t line, size_t column, size_t key_line, size_t key_column)
{
	uint64_t place = (uint64_t)key_line << COLUMN_BITS | fit(key_column);
	bool near = line >= key_line && line - key_line <= BELOW_MAX;

	place = place << BELOW_BITS | (near ? line - key_line : 0);
	place = place << COLUMN_BITS | fit(near ? column : key_column);
	return json_integer((json_int_t)place);
}

void place_of_key(const json_t *place, int *line, int *column)
{
	uint64_t bits = (uint64_t)json_integer_value(place) >> (BELOW_BITS + COLUMN_BITS);

	*line = (int)(bits >> COLUMN_BITS);
	*column = (int)(bits & COLUMN_MAX);
}

void place_of_value(const json_t *place, int *line, int *column)
{
	uint64_t bits = (uint64_t)json_integer_value(place);

	place_of_key(place, line, column);
	*line += (int)(bits >> COLUMN_BITS & BELOW_MAX);
	*column = (int)(bits & COLUMN_MAX);
}

/* The last component of a path goes: "a.b[0]" -> "a.b" -> "a" -> "". */
static void cut_path(char *path)
{
	char *dot = strrchr(path, '.'), *bracket = strrchr(path, '[');

	if (dot == NULL && bracket == NULL)
		path[0] = '\0';
	else
		*(dot > bracket ? dot : bracket) = '\0';
}

static void locate(const json_t *positions, struct error *error)
{
	const json_t *place;
	char *path;

	if (asprintf(&path, "%s%s%s", error->path,
		     error->key != NULL && error->path[0] != '\0' ? "." : "",
		     error->key != NULL ? error->key : "") < 0)
		return;
	place = json_object_get(positions, path);
	if (place != NULL && error->key != NULL)
		place_of_key(place, &error->line, &error->column);
	while (place == NULL && path[0] != '\0') {
		cut_path(path);
		place = json_object_get(positions, path);
	}
	if (place != NULL && error->line == 0)
		place_of_value(place, &error->line, &error->column);
	free(path);
}

static int by_place(const void *a, const void *b)
{
	const struct error *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->column != right->column)
		return left->column - right->column;
	return strcmp(left->path, right->path) ?: strcmp(left->text, right->text);
}

void yaml_locate(const json_t *positions, struct errors *errors)
{
	for (size_t i = 0; i < errors->n; i++)
		if (errors->list[i].line == 0)
			locate(positions, &errors->list[i]);
	if (errors->n > 1)
		qsort(errors->list, errors->n, sizeof(*errors->list), by_place);
}
