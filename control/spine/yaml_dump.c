// SPDX-License-Identifier: BSD-3-Clause
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/yaml.h"

#define WIDTH        100  /* columns a flow map or list may reach */
#define INDENT       2    /* columns a level */
#define KEY_MAX_LINE 1000 /* bytes; a longer key cannot stand before its ':' on one line */

/* The text so far. Once memory has run out nothing is added any more, and nothing comes of it. */
struct text {
	char *at;
	size_t n, room;
	bool failed;
};

static void put_bytes(struct text *text, const char *bytes, size_t n)
{
	if (text->n + n >= text->room && !text->failed) {
		size_t room = (text->n + n + 1) * 2;
		char *at = realloc(text->at, room);

		text->failed = at == NULL;
		if (at != NULL) {
			text->at = at;
			text->room = room;
		}
	}
	if (text->failed)
		return;
	memcpy(text->at + text->n, bytes, n);
	text->n += n;
}

static void put(struct text *text, const char *string)
{
	put_bytes(text, string, strlen(string));
}

__attribute__((format(printf, 2, 3))) static void put_format(struct text *text, const char *format,
							     ...)
{
	char number[64];
	va_list args;

	va_start(args, format);
	vsnprintf(number, sizeof(number), format, args);
	va_end(args);
	put(text, number);
}

static bool is_word(const char *text)
{
	static const char *const words[] = {"y",    "n",     "yes",  "no",   "on",  "off",
					    "true", "false", "null", ".inf", ".nan"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* Would some reader take it for a number or a date? */
static bool is_numeric(const char *text)
{
	const char *p = text + (text[0] == '-' || text[0] == '+');
	size_t digits = strspn(p, "0123456789_");

	if (p[0] == '0' && p[1] != '\0' && strchr("xob", p[1]) != NULL)
		return p[2 + strspn(p + 2, "0123456789abcdefABCDEF_")] == '\0';
	if (digits == 4 && p == text && p[4] == '-')
		return true;
	if (p[digits] == '\0')
		return digits > 0;
	if (p[digits] == '.')
		p += digits + 1 + strspn(p + digits + 1, "0123456789_");
	else if (digits == 0)
		return false;
	else
		p += digits;
	if (*p == 'e' || *p == 'E') {
		p += 1 + (p[1] == '-' || p[1] == '+');
		return p[strspn(p, "0123456789_")] == '\0';
	}
	return *p == '\0';
}

static bool is_plain(const char *text, size_t length)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_./+-";

	return length > 0 && strspn(text, safe) == length && strchr("+-", text[0]) == NULL &&
	       strncmp(text, "...", 3) != 0 && !is_word(text) && !is_numeric(text);
}

/* One UTF-8 character; p is moved past it. */
static unsigned decode(const unsigned char **p)
{
	unsigned c = *(*p)++;
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	c &= more > 0 ? 0x3fu >> more : 0x7fu;
	for (; more > 0; more--)
		c = c << 6 | (*(*p)++ & 0x3f);
	return c;
}

static bool is_printable(unsigned c)
{
	return (c >= 0x20 && c < 0x7f) ||
	       (c >= 0xa0 && c <= 0xd7ff && c != 0x2028 && c != 0x2029) ||
	       (c >= 0xe000 && c <= 0xfffd && c != 0xfeff) || c >= 0x10000;
}

static void print_quoted(struct text *out, const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + length;

	put(out, "\"");
	while (p < end) {
		const unsigned char *start = p;
		unsigned c = decode(&p);

		if (c == '"' || c == '\\')
			put_format(out, "\\%c", c);
		else if (is_printable(c))
			put_bytes(out, (const char *)start, (size_t)(p - start));
		else if (c == '\n')
			put(out, "\\n");
		else if (c == '\t')
			put(out, "\\t");
		else if (c < 0x100)
			put_format(out, "\\x%02x", c);
		else
			put_format(out, "\\u%04x", c);
	}
	put(out, "\"");
}

static void print_text(struct text *out, const char *text, size_t length)
{
	if (is_plain(text, length))
		put_bytes(out, text, length);
	else
		print_quoted(out, text, length);
}

static bool is_scalar(const json_t *value)
{
	return !json_is_object(value) && !json_is_array(value);
}

static bool is_empty(const json_t *value)
{
	return json_object_size(value) + json_array_size(value) == 0;
}

static bool all_scalars(const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (!is_scalar(item) && !is_empty(item))
			return false;
	return true;
}

static bool is_flat(const json_t *map)
{
	const char *key;
	const json_t *item;

	json_object_foreach((json_t *)map, key, item)
		if (!is_scalar(item) && !is_empty(item))
			return false;
	return true;
}

/* A list of scalars, or of a single map of such. */
static bool is_short_list(const json_t *list)
{
	if (!json_is_array(list))
		return false;
	return all_scalars(list) ||
	       (json_array_size(list) == 1 && json_is_object(json_array_get(list, 0)) &&
		is_flat(json_array_get(list, 0)));
}

/* A value that reads well on one line: a scalar, a list of scalars, a map of such. */
static bool is_leaf(const json_t *value)
{
	const char *key;
	const json_t *item;

	if (json_is_array(value))
		return all_scalars(value);
	json_object_foreach((json_t *)value, key, item)
		if (!is_scalar(item) && !is_empty(item) && !is_short_list(item))
			return false;
	return true;
}

static void print_flow(struct text *out, const json_t *value)
{
	const char *key, *comma = "";
	const json_t *item;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_STRING:
		print_text(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		put_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		put_format(out, "%.17g", json_real_value(value));
		break;
	case JSON_OBJECT:
		put(out, is_empty(value) ? "{" : "{ ");
		json_object_foreach((json_t *)value, key, item) {
			put(out, comma);
			print_text(out, key, strlen(key));
			put(out, ": ");
			print_flow(out, item);
			comma = ", ";
		}
		put(out, is_empty(value) ? "}" : " }");
		break;
	case JSON_ARRAY:
		put(out, "[");
		json_array_foreach((json_t *)value, i, item) {
			put(out, comma);
			print_flow(out, item);
			comma = ", ";
		}
		put(out, "]");
		break;
	default:
		put(out, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
	}
}

/* Prints the value on one line where it belongs on one; false: it does not, and nothing is printed.
 */
static bool print_line(struct text *out, const json_t *value, size_t column)
{
	size_t before = out->n;

	if (!is_scalar(value) && !is_empty(value) && !is_leaf(value))
		return false;
	print_flow(out, value);
	if (is_scalar(value) || is_empty(value) || column + out->n - before <= WIDTH)
		return true;
	out->n = before;
	return false;
}

static void print_block(struct text *out, const json_t *value, size_t indent);

static void print_indent(struct text *out, size_t indent)
{
	while (indent-- > 0)
		put_bytes(out, " ", 1);
}

/* How far the maps on one line below this one are pushed, so that they begin in one column. */
static size_t key_width(struct text *out, const json_t *map, size_t indent)
{
	size_t width = 0;
	const char *key;
	const json_t *item;

	json_object_foreach((json_t *)map, key, item) {
		size_t before = out->n, length = strlen(key);

		if (json_is_object(item) && length > width && length < 32 &&
		    print_line(out, item, indent + length + 2))
			width = length;
		out->n = before;
	}
	return width;
}

static void print_member(struct text *out, const char *name, const json_t *value, size_t indent,
			 size_t width)
{
	size_t before = out->n, length;

	print_text(out, name, strlen(name));
	length = out->n - before;
	if (length > KEY_MAX_LINE) {
		out->n = before;
		put(out, "? ");
		print_text(out, name, strlen(name));
		put(out, "\n");
		print_indent(out, indent);
	}
	put(out, ":");
	before = out->n;
	if (json_is_object(value) && length < width)
		print_indent(out, width - length);
	put(out, " ");
	if (print_line(out, value, indent + length + 2)) {
		put(out, "\n");
		return;
	}
	out->n = before;
	put(out, "\n");
	print_indent(out, indent + INDENT);
	print_block(out, value, indent + INDENT);
}

/* The value over several lines; its first line has been indented already. */
static void print_block(struct text *out, const json_t *value, size_t indent)
{
	size_t width = key_width(out, value, indent), i;
	const char *key;
	const json_t *item;
	bool first = true;

	json_object_foreach((json_t *)value, key, item) {
		if (!first)
			print_indent(out, indent);
		print_member(out, key, item, indent, width);
		first = false;
	}
	json_array_foreach((json_t *)value, i, item) {
		if (i > 0)
			print_indent(out, indent);
		put(out, "- ");
		if (print_line(out, item, indent + INDENT))
			put(out, "\n");
		else
			print_block(out, item, indent + INDENT);
	}
}

char *yaml_dump(const json_t *value)
{
	struct text text = {0};

	if (is_scalar(value) || is_empty(value)) {
		print_flow(&text, value);
		put(&text, "\n");
	} else {
		print_block(&text, value, 0);
	}
	if (text.failed) {
		free(text.at);
		return NULL;
	}
	text.at[text.n] = '\0';
	return text.at;
}
