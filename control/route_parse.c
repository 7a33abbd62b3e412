// SPDX-License-Identifier: BSD-3-Clause
/* From the bytes of a file of routes to what they say. */
#include "control/route_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/must.h"
#include "control/route_via.h"

#define LOOK_EVERY                                                                    \
	4096 /* lines, or comparisons: from one question whether to go on to the next \
	      */

/* One reading. */
struct reader {
	const char *path, *where;
	const char *at, *end; /* of the text */
	uint32_t line;        /* from 1 */
	struct route_text *out;
	size_t room; /* of out->lines */
	struct route_vias vias;
	bool sorted;
	const struct route_text_want *want; /* NULL: to the end in any case */
	uint32_t n_compared;
	bool given_up;
	struct errors *errors;
};

static bool is_wanted(struct reader *reader)
{
	if (reader->want && !reader->given_up)
		reader->given_up = !reader->want->still(reader->want->arg);
	return !reader->given_up;
}

__attribute__((format(printf, 2, 3))) static void complain(struct reader *reader,
							   const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	errors_add(reader->errors, reader->where, "%s:%u: %s", reader->path, reader->line, text);
}

/* --- prefixes --- */

/* A number of at most max without leading zeros; -1: none. */
static int number(const char **at, const char *end, int max)
{
	const char *p = *at;
	int value = 0;

	while (p < end && *p >= '0' && *p <= '9' && value <= max)
		value = value * 10 + *p++ - '0';
	if (p == *at || value > max || (p > *at + 1 && **at == '0'))
		return -1;
	*at = p;
	return value;
}

/* The commonest form, in a fifth of the time. False: it is not that. */
static bool parse_ip4(const char *at, const char *end, struct route_line *out)
{
	int value;

	for (int i = 0; i < 4; i++) {
		value = number(&at, end, 255);
		if (value < 0 || at == end || *at++ != (i < 3 ? '.' : '/'))
			return false;
		out->bytes[i] = (uint8_t)value;
	}
	value = number(&at, end, 32);
	if (value < 0 || at != end)
		return false;
	out->family = ADDR_IP4;
	out->length = (uint8_t)value;
	return true;
}

static bool parse_any(const char *at, const char *end, struct route_line *out)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;
	size_t n = (size_t)(end - at);

	if (n >= sizeof(text))
		return false;
	memcpy(text, at, n);
	text[n] = '\0';
	if (prefix_parse(text, &prefix) < 0)
		return false;
	memcpy(out->bytes, prefix.addr.bytes, 16);
	out->family = prefix.addr.family;
	out->length = prefix.length;
	return true;
}

void route_line_prefix(const struct route_line *line, struct prefix *out)
{
	out->addr.family = line->family;
	memcpy(out->addr.bytes, line->bytes, 16);
	out->length = line->length;
}

/* What a prefix that can be routed to is not: "has host bits set", or NULL. */
static const char *prefix_fault(const struct prefix *prefix)
{
	if (!prefix_is_network(prefix))
		return "has host bits set";
	return route_is_routed(prefix) ? NULL : "is not routed";
}

static bool take_prefix(struct reader *reader, const char *at, const char *end,
			struct route_line *out)
{
	struct prefix prefix;
	const char *fault;

	memset(out, 0, sizeof(*out));
	if (!parse_ip4(at, end, out)) {
		memset(out, 0, sizeof(*out));
		if (!parse_any(at, end, out)) {
			complain(reader, "'%.*s' is not a prefix: expected one such as 10.0.0.0/8",
				 (int)(end - at < 60 ? end - at : 60), at);
			return false;
		}
	}
	route_line_prefix(out, &prefix);
	fault = prefix_fault(&prefix);
	if (fault)
		complain(reader, "%.*s %s", (int)(end - at), at, fault);
	return !fault;
}

int route_line_compare(const struct route_line *a, const struct route_line *b)
{
	int r = (int)a->family - (int)b->family;

	if (r == 0)
		r = memcmp(a->bytes, b->bytes, 16);
	return r ? r : (int)a->length - (int)b->length;
}

/* --- lines --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void add_line(struct reader *reader, const struct route_line *line)
{
	struct route_text *out = reader->out;

	if (out->n == reader->room) {
		reader->room = reader->room ? reader->room * 2 : 1024;
		out->lines = must(realloc(out->lines, reader->room * sizeof(*out->lines)));
	}
	if (out->n > 0 && route_line_compare(&out->lines[out->n - 1], line) >= 0)
		reader->sorted = false;
	out->lines[out->n++] = *line;
}

/* at to end is a line without blanks at its ends, and not empty. */
static void take_line(struct reader *reader, const char *at, const char *end)
{
	const char *prefix_end = at, *via;
	struct route_line line;
	const char *fault;
	int id;

	while (prefix_end < end && !is_blank(*prefix_end))
		prefix_end++;
	for (via = prefix_end; via < end && is_blank(*via);)
		via++;
	if (!take_prefix(reader, at, prefix_end, &line))
		return;
	if (via == end) {
		complain(reader, "leads nowhere: expected a gateway, an interface, blackhole, "
				 "unreachable or prohibit behind the prefix");
		return;
	}
	id = route_vias_get(&reader->vias, reader->out, via, (size_t)(end - via), reader->line,
			    &fault);
	if (id < 0) {
		complain(reader, "'%.*s' %s", (int)(end - via < 60 ? end - via : 60), via, fault);
		return;
	}
	fault = route_via_family_fault(reader->out->vias[id], line.family);
	if (fault) {
		complain(reader, "'%.*s' %s", (int)(end - via < 60 ? end - via : 60), via, fault);
		return;
	}
	line.via = (uint16_t)id;
	add_line(reader, &line);
}

static void take_lines(struct reader *reader)
{
	while (reader->at < reader->end) {
		const char *at = reader->at;
		const char *end = memchr(at, '\n', (size_t)(reader->end - at)), *remark;

		if (!end)
			end = reader->end;
		reader->at = end + (end < reader->end);
		reader->line++;
		if (reader->line % LOOK_EVERY == 0 && !is_wanted(reader))
			return;
		remark = memchr(at, '#', (size_t)(end - at));
		if (remark)
			end = remark;
		while (at < end && is_blank(*at))
			at++;
		while (end > at && is_blank(end[-1]))
			end--;
		if (at < end)
			take_line(reader, at, end);
	}
}

/* Once nobody wants it, any order will do. */
static int compare(const void *a, const void *b, void *arg)
{
	struct reader *reader = arg;

	if (++reader->n_compared % LOOK_EVERY == 0)
		is_wanted(reader);
	return reader->given_up ? 0 : route_line_compare(a, b);
}

/* Sorted, doubles lie side by side. Which line they are on is known no more. */
static void check_doubles(struct reader *reader)
{
	const struct route_text *out = reader->out;
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;

	for (size_t i = 1; i < out->n; i++) {
		if (route_line_compare(&out->lines[i - 1], &out->lines[i]) != 0)
			continue;
		route_line_prefix(&out->lines[i], &prefix);
		errors_add(reader->errors, reader->where, "%s: %s is there twice", reader->path,
			   prefix_print(&prefix, text));
	}
}

struct route_text *route_text_parse(const char *path, const char *text, size_t size,
				    const char *where, const struct route_text_want *want,
				    struct errors *errors)
{
	struct reader reader = {.path = path,
				.where = where,
				.at = text,
				.end = text + size,
				.sorted = true,
				.want = want,
				.errors = errors};
	size_t before = errors->n + errors->more;

	reader.out = must(calloc(1, sizeof(*reader.out)));
	reader.out->refs = 1;
	take_lines(&reader);
	if (!reader.sorted && is_wanted(&reader)) {
		qsort_r(reader.out->lines, reader.out->n, sizeof(*reader.out->lines), compare,
			&reader);
		if (!reader.given_up)
			check_doubles(&reader);
	}
	route_vias_fini(&reader.vias);
	if (!reader.given_up && errors->n + errors->more == before)
		return reader.out;
	route_text_unref(reader.out);
	return NULL;
}
