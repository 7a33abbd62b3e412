// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 2048 /* bytes */

void errors_init(struct errors *errors)
{
	*errors = (struct errors){0};
}

static void error_fini(struct error *error)
{
	free(error->path);
	free(error->key);
	free(error->text);
}

void errors_fini(struct errors *errors)
{
	for (size_t i = 0; i < errors->n; i++)
		error_fini(&errors->list[i]);
	free(errors->list);
	errors_init(errors);
}

/* Takes what error holds. Without memory for it, it is still counted. */
static int append(struct errors *errors, struct error *error)
{
	struct error *list;

	if (errors->n == ERRORS_MAX || error->path == NULL || error->text == NULL)
		goto fail;
	list = realloc(errors->list, (errors->n + 1) * sizeof(*list));
	if (list == NULL)
		goto fail;
	errors->list = list;
	errors->list[errors->n++] = *error;
	return -1;
fail:
	error_fini(error);
	errors->more++;
	return -1;
}

/* Whoever gives a name of megabytes is not told all of it. */
static char *format_text(const char *format, va_list args)
{
	char text[TEXT_MAX];

	return vsnprintf(text, sizeof(text), format, args) < 0 ? NULL : strdup(text);
}

int errors_add(struct errors *errors, const char *path, const char *format, ...)
{
	struct error error = {.path = strdup(path)};
	va_list args;

	va_start(args, format);
	error.text = format_text(format, args);
	va_end(args);
	return append(errors, &error);
}

int errors_add_key(struct errors *errors, const char *path, const char *key, const char *format,
		   ...)
{
	struct error error = {.path = strdup(path), .key = strdup(key)};
	va_list args;

	va_start(args, format);
	error.text = format_text(format, args);
	va_end(args);
	return append(errors, &error);
}

int errors_add_at(struct errors *errors, int line, int column, const char *format, ...)
{
	struct error error = {.path = strdup(""), .line = line, .column = column};
	va_list args;

	va_start(args, format);
	error.text = format_text(format, args);
	va_end(args);
	return append(errors, &error);
}

static void print_one(FILE *out, const struct error *error, const char *file)
{
	if (error->line > 0 && file != NULL)
		fprintf(out, "%s:", file);
	if (error->line > 0)
		fprintf(out, "%d:%d: ", error->line, error->column);
	if (error->path[0] != '\0')
		fprintf(out, "%s: ", error->path);
	fprintf(out, "%s\n", error->text);
}

char *errors_text(const struct errors *errors, const char *file)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < errors->n; i++)
		print_one(out, &errors->list[i], file);
	if (errors->more > 0)
		fprintf(out, "and %zu more errors\n", errors->more);
	fclose(out);
	return text;
}
