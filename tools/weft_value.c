// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_value.h"

#include <stdlib.h>
#include <string.h>

static bool starts_character(char c)
{
	return (c & 0xc0) != 0x80;
}

const char *text_print_byte(const char *text, FILE *out)
{
	unsigned char c = (unsigned char)text[0], next = c ? (unsigned char)text[1] : 0;

	/* C1 controls are two bytes in UTF-8. */
	if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
		fputc('?', out);
		return text + 2;
	}
	fputc(c < ' ' || c == 0x7f ? '?' : c, out);
	return text + 1;
}

void text_print(const char *text, FILE *out)
{
	while (*text)
		text = text_print_byte(text, out);
}

size_t text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += starts_character(*text);
	return n;
}

void text_print_cell(const char *text, size_t width, bool right, bool pad, FILE *out)
{
	size_t n = text_width(text);
	size_t blanks = n < width ? width - n : 0;

	if (right)
		fprintf(out, "%*s", (int)blanks, "");
	if (n <= width) {
		text_print(text, out);
	} else {
		for (size_t left = width; left > 0;) {
			left -= starts_character(*text);
			if (left)
				text = text_print_byte(text, out);
		}
		fputs("…", out);
	}
	if (pad && !right)
		fprintf(out, "%*s", (int)blanks, "");
}

/* Up to three decimals. */
static void print_real(double value, FILE *out)
{
	char text[64];
	size_t n;

	snprintf(text, sizeof(text), "%.3f", value);
	n = strlen(text);
	while (n && strchr(text, '.') && strchr("0.", text[n - 1])) {
		bool point = text[n - 1] == '.';

		text[--n] = '\0';
		if (point)
			break;
	}
	fputs(text, out);
}

static void print_nested(const json_t *value, bool inside, FILE *out);

static void print_list(const json_t *list, bool inside, FILE *out)
{
	json_t *value;
	size_t i;

	if (inside)
		fputc('[', out);
	json_array_foreach((json_t *)list, i, value) {
		if (i)
			fputs(inside ? ", " : ",", out);
		print_nested(value, true, out);
	}
	if (inside)
		fputc(']', out);
}

static void print_object(const json_t *object, FILE *out)
{
	const char *separator = "{", *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value) {
		fputs(separator, out);
		text_print(key, out);
		fputs(": ", out);
		print_nested(value, true, out);
		separator = ", ";
	}
	fputs(json_object_size(object) ? "}" : "{}", out);
}

static void print_nested(const json_t *value, bool inside, FILE *out)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT:
		print_object(value, out);
		break;
	case JSON_ARRAY:
		print_list(value, inside, out);
		break;
	case JSON_STRING:
		text_print(json_string_value(value), out);
		break;
	case JSON_INTEGER:
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		print_real(json_real_value(value), out);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		fputs(json_is_true(value) ? "yes" : "no", out);
		break;
	case JSON_NULL:
		fputc('-', out);
	}
}

void value_print(const json_t *value, FILE *out)
{
	bool empty = (json_is_string(value) && !json_string_length(value)) ||
		     (json_is_array(value) && !json_array_size(value)) ||
		     (json_is_object(value) && !json_object_size(value));

	print_nested(empty ? NULL : value, false, out);
}

char *value_text(const json_t *value)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	value_print(value, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
