// SPDX-License-Identifier: BSD-3-Clause
/* Field types that are a number with a unit: durations, rates and sizes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control/spine/field_type.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* Units from the smallest up; the first one's factor is 1. */
struct measure {
	const char *problem, *description;
	const char *bare; /* the unit of a number without one; NULL: it needs one */
	struct unit units[5];
};

static const struct measure duration = {
	"is not a duration",
	"a duration (ms, s, m, h)",
	"s",
	{{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}},
};

static const struct measure rate = {
	"is not a rate",
	"a rate (bit, kbit, mbit, gbit)",
	NULL,
	{{"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}},
};

static const struct measure size_of_memory = {
	"is not a size",
	"a size (B, kB, MB, GB)",
	"B",
	{{"B", 1}, {"kB", 1000}, {"MB", 1000000}, {"GB", 1000000000}},
};

static int64_t unit_factor(const struct measure *measure, const char *name)
{
	if (*name == '\0' && measure->bare != NULL)
		name = measure->bare;
	for (const struct unit *unit = measure->units; unit->name != NULL; unit++)
		if (strcmp(unit->name, name) == 0)
			return unit->factor;
	return 0;
}

/* Digits, perhaps a point and up to nine more, a unit: what they come to in the smallest unit has
 * to be whole. */
static int64_t measure_parse(const struct measure *measure, const char *text)
{
	int64_t digits = 0, scale = 1, factor;
	bool point = false;
	const char *p = text;

	for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point && p > text); p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		if (digits > (INT64_MAX - 9) / 10 || scale > 100000000)
			return -1;
		digits = digits * 10 + (*p - '0');
		scale *= point ? 10 : 1;
	}
	if (p == text || p[-1] == '.')
		return -1;
	factor = unit_factor(measure, p);
	if (factor == 0 || __builtin_mul_overflow(digits, factor, &digits) || digits % scale != 0)
		return -1;
	return digits / scale;
}

/* The largest unit that divides the value. */
static void measure_print(const struct measure *measure, int64_t value, char *out, size_t size)
{
	const struct unit *best = &measure->units[0];

	for (const struct unit *unit = best; unit->name != NULL; unit++)
		if (value % unit->factor == 0 && value != 0)
			best = unit;
	if (value == 0 && measure->bare != NULL)
		for (best = measure->units; strcmp(best->name, measure->bare) != 0;)
			best++;
	snprintf(out, size, "%" PRId64 "%s", value / best->factor, best->name);
}

static void measure_describe(const struct measure *measure, const struct field *field, char *out,
			     size_t size)
{
	char low[32], high[32];
	const char *open = strchr(measure->description, '(');

	measure_print(measure, field->min, low, sizeof(low));
	measure_print(measure, field->max, high, sizeof(high));
	if (field->min == 0 && field->max == 0)
		snprintf(out, size, "%s", measure->description);
	else if (field->max == INT64_MAX)
		snprintf(out, size, "%.*sof at least %s %s", (int)(open - measure->description),
			 measure->description, low, open);
	else
		snprintf(out, size, "%.*sfrom %s to %s %s", (int)(open - measure->description),
			 measure->description, low, high, open);
}

static json_t *measure_check(const struct measure *measure, const struct field *field,
			     const json_t *value, const char *path, struct errors *errors)
{
	char buffer[64], canonical[32];
	const char *text = field_scalar_text(value, buffer, sizeof(buffer));
	int64_t number = text != NULL ? measure_parse(measure, text) : -1;

	if (number < 0)
		return field_refuse(field, value, path, errors, measure->problem);
	if (!field_in_range(field, number))
		return field_refuse(field, value, path, errors, "is out of range");
	measure_print(measure, number, canonical, sizeof(canonical));
	return json_string(canonical);
}

#define MEASURE(type, measure)                                                          \
	json_t *field_##type##_check(const struct field *field, const json_t *value,    \
				     const char *path, struct errors *errors)           \
	{                                                                               \
		return measure_check(measure, field, value, path, errors);              \
	}                                                                               \
	void field_##type##_describe(const struct field *field, char *out, size_t size) \
	{                                                                               \
		measure_describe(measure, field, out, size);                            \
	}                                                                               \
	int64_t field_parse_##type(const char *text)                                    \
	{                                                                               \
		return measure_parse(measure, text);                                    \
	}

MEASURE(duration, &duration)
MEASURE(rate, &rate)
MEASURE(size, &size_of_memory)
