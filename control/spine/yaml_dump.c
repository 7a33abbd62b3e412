// SPDX-License-Identifier: BSD-3-Clause
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/yaml.h"

#define WIDTH        100  /* columns a flow map or list may reach */
#define INDENT       2    /* columns a level */
#define KEY_MAX_LINE 1000 /* bytes; a longer key cannot stand before its ':' on one line */

static char *text_of(void (*print)(FILE *out, const void *arg), const void *arg)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	print(out, arg);
	fclose(out);
	return text;
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

static void print_quoted(FILE *out, const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + length;

	fputc('"', out);
	while (p < end) {
		const unsigned char *start = p;
		unsigned c = decode(&p);

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (is_printable(c))
			fwrite(start, 1, (size_t)(p - start), out);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c == '\t')
			fputs("\\t", out);
		else if (c < 0x100)
			fprintf(out, "\\x%02x", c);
		else
			fprintf(out, "\\u%04x", c);
	}
	fputc('"', out);
}

static void print_text(FILE *out, const char *text, size_t length)
{
	if (is_plain(text, length))
		fwrite(text, 1, length, out);
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

/* A value that reads well on one line: a scalar, a list of scalars, a map of such. */
static bool is_leaf(const json_t *value)
{
	const char *key;
	const json_t *item;

	if (json_is_array(value))
		return all_scalars(value);
	json_object_foreach((json_t *)value, key, item)
		if (!is_scalar(item) && !is_empty(item) &&
		    !(json_is_array(item) && all_scalars(item)))
			return false;
	return true;
}

static void print_flow(FILE *out, const void *arg)
{
	const json_t *value = arg, *item;
	const char *key, *comma = "";
	size_t i;

	switch (json_typeof(value)) {
	case JSON_STRING:
		print_text(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		fprintf(out, "%.17g", json_real_value(value));
		break;
	case JSON_OBJECT:
		fputs(is_empty(value) ? "{" : "{ ", out);
		json_object_foreach((json_t *)value, key, item) {
			fputs(comma, out);
			print_text(out, key, strlen(key));
			fputs(": ", out);
			print_flow(out, item);
			comma = ", ";
		}
		fputs(is_empty(value) ? "}" : " }", out);
		break;
	case JSON_ARRAY:
		fputc('[', out);
		json_array_foreach((json_t *)value, i, item) {
			fputs(comma, out);
			print_flow(out, item);
			comma = ", ";
		}
		fputc(']', out);
		break;
	default:
		fputs(json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null", out);
	}
}

/* The value on one line where it belongs on one, else NULL. The caller frees it. */
static char *flow_text(const json_t *value, size_t column)
{
	char *text;

	if (!is_scalar(value) && !is_empty(value) && !is_leaf(value))
		return NULL;
	text = text_of(print_flow, value);
	if (text == NULL || is_scalar(value) || is_empty(value) || column + strlen(text) <= WIDTH)
		return text;
	free(text);
	return NULL;
}

static void print_block(FILE *out, const json_t *value, size_t indent);

static void print_indent(FILE *out, size_t indent)
{
	fprintf(out, "%*s", (int)indent, "");
}

/* How far the maps on one line below this one are pushed, so that they begin in one column. */
static size_t key_width(const json_t *map, size_t indent)
{
	size_t width = 0;
	const char *key;
	const json_t *item;

	json_object_foreach((json_t *)map, key, item) {
		char *text = flow_text(item, indent + strlen(key) + 2);

		if (text != NULL && text[0] == '{' && strlen(key) > width && strlen(key) < 32)
			width = strlen(key);
		free(text);
	}
	return width;
}

struct key {
	const char *text;
};

static void print_key(FILE *out, const void *arg)
{
	const struct key *key = arg;

	print_text(out, key->text, strlen(key->text));
}

static void print_member(FILE *out, const char *name, const json_t *value, size_t indent,
			 size_t width)
{
	struct key key = {name};
	char *head = text_of(print_key, &key);
	char *line = flow_text(value, indent + strlen(head) + 2);
	bool is_long = strlen(head) > KEY_MAX_LINE;
	size_t pad =
		line != NULL && line[0] == '{' && strlen(head) < width ? width - strlen(head) : 0;

	if (is_long) {
		fprintf(out, "? %s\n", head);
		print_indent(out, indent);
		fputc(':', out);
	} else {
		fprintf(out, "%s:", head);
	}
	if (line != NULL) {
		fprintf(out, "%*s %s\n", (int)pad, "", line);
	} else {
		fputc('\n', out);
		print_indent(out, indent + INDENT);
		print_block(out, value, indent + INDENT);
	}
	free(line);
	free(head);
}

/* The value over several lines; its first line has been indented already. */
static void print_block(FILE *out, const json_t *value, size_t indent)
{
	size_t width = key_width(value, indent), i;
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
		char *line = flow_text(item, indent + INDENT);

		if (i > 0)
			print_indent(out, indent);
		fputs("- ", out);
		if (line != NULL)
			fprintf(out, "%s\n", line);
		else
			print_block(out, item, indent + INDENT);
		free(line);
	}
}

static void print_document(FILE *out, const void *arg)
{
	const json_t *value = arg;

	if (is_scalar(value) || is_empty(value)) {
		print_flow(out, value);
		fputc('\n', out);
	} else {
		print_block(out, value, 0);
	}
}

char *yaml_dump(const json_t *value)
{
	return text_of(print_document, value);
}
