// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/yaml_error.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *theirs, *ours;
} words[] = {
	{"did not find expected key",
	 "no key here: expected 'key: value', indented as its neighbours are"},
	{"did not find expected ',' or '}'",
	 "the map in braces is not closed: expected ',' or '}'"},
	{"did not find expected ',' or ']'",
	 "the list in brackets is not closed: expected ',' or ']'"},
	{"did not find expected '-' indicator",
	 "no list item here: expected '- ', indented as its neighbours are"},
	{"did not find expected node content", "no value here: expected a word, a map or a list"},
	{"did not find expected <document start>", "text after the end of the document"},
	{"mapping values are not allowed in this context",
	 "a ':' has no place here: put the key on its own line, or the text in quotes"},
	{"could not find expected ':'", "a key without its ':': expected 'key: value'"},
	{"block sequence entries are not allowed in this context",
	 "a '-' has no place here: put list items on their own lines"},
	{"found unexpected end of stream", "the quoted text is not closed: expected its end quote"},
	{"found character that cannot start any token",
	 "this character cannot begin a value: put the text in quotes"},
	{"found unknown escape character",
	 "an unknown escape in double quotes: expected \\\\ for a backslash"},
};

static const char *translate(const char *problem)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].theirs, problem) == 0)
			return words[i].ours;
	return problem;
}

/* Line and column, from 1 and in characters, of a byte of the text. */
static void place_of(const char *text, size_t offset, int *line, int *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}

/* The column of a tab in the indentation of a line; 0: there is none. */
static int tab_in_indent(const char *text, size_t size, size_t line)
{
	const char *end = text + size, *p = text;

	for (; line > 0 && p < end; line--) {
		const char *next = memchr(p, '\n', (size_t)(end - p));

		p = next != NULL ? next + 1 : end;
	}
	for (int column = 1; p < end && (*p == ' ' || *p == '\t'); p++, column++)
		if (*p == '\t')
			return column;
	return 0;
}

static void add_reader_error(const yaml_parser_t *parser, const char *text, size_t size,
			     struct errors *errors)
{
	size_t offset = parser->problem_offset < size ? parser->problem_offset : size;
	int line, column;

	place_of(text, offset, &line, &column);
	if (strstr(parser->problem, "control character") != NULL)
		errors_add_at(errors, line, column, "a control character (U+%04X): expected text",
			      (unsigned)parser->problem_value);
	else
		errors_add_at(errors, line, column, "not UTF-8: expected text in UTF-8");
}

void yaml_error_add(const yaml_parser_t *parser, const char *text, size_t size,
		    struct errors *errors)
{
	const yaml_mark_t *mark = &parser->problem_mark, *from = &parser->context_mark;
	int tab;

	if (parser->error == YAML_READER_ERROR) {
		add_reader_error(parser, text, size, errors);
		return;
	}
	if (parser->problem == NULL) {
		errors_add(errors, "", "out of memory");
		return;
	}
	tab = tab_in_indent(text, size, mark->line);
	if (tab > 0)
		errors_add_at(errors, (int)mark->line + 1, tab,
			      "a tab in the indentation: expected spaces");
	else if (parser->context != NULL && from->line < mark->line)
		errors_add_at(errors, (int)mark->line + 1, (int)mark->column + 1,
			      "%s (in what begins at line %zu)", translate(parser->problem),
			      from->line + 1);
	else
		errors_add_at(errors, (int)mark->line + 1, (int)mark->column + 1, "%s",
			      translate(parser->problem));
}
