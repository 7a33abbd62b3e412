// SPDX-License-Identifier: BSD-3-Clause
/* JSON values as text for people: one line, no control characters. */
#ifndef WEFT_TOOLS_WEFT_VALUE_H
#define WEFT_TOOLS_WEFT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* "-" for what is not there or empty; lists as a,b; inside others as [a, b] and {key: value}. */
void value_print(const json_t *value, FILE *out);
/* The same as a string that the caller frees; NULL without memory. */
char *value_text(const json_t *value);

/* A text without what could move a terminal's cursor. */
void text_print(const char *text, FILE *out);
/* The same of its first byte, or of the two that are one control. Returns what follows. */
const char *text_print_byte(const char *text, FILE *out);
/* Columns that a UTF-8 text takes, every character counted as one. */
size_t text_width(const char *text);
/* At most width columns of it, with … at the end where it was cut; and blanks up to width. */
void text_print_cell(const char *text, size_t width, bool right, bool pad, FILE *out);

#endif
