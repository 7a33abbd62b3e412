// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/option.h"

#include <inttypes.h>
#include <string.h>

#include "routing/core/moment.h"

#define YEAR_US (366 * 86400 * INT64_C(1000000))

void settings_default(const struct option *options, struct settings *out)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; options[i].name; i++)
		out->values[i] = options[i].otherwise;
}

/* --- numbers and times --- */

/* Digits at *at; -1: none, or too many. */
static int64_t digits(const char **at, int *n)
{
	int64_t value = 0;

	for (*n = 0; **at >= '0' && **at <= '9' && *n < 16; ++*at, ++*n)
		value = value * 10 + (**at - '0');
	return *n == 0 || (**at >= '0' && **at <= '9') ? -1 : value;
}

bool number_read(const char *text, int64_t min, int64_t max, int64_t *out)
{
	int n;
	int64_t value = digits(&text, &n);

	if (value < min || value > max || *text || value < 0)
		return false;
	*out = value;
	return true;
}

static int64_t unit_of(const char *text)
{
	static const struct {
		const char *name;
		int64_t us;
	} units[] = {
		{"us", 1}, {"ms", 1000}, {"s", SPAN_S(1)}, {"m", SPAN_S(60)}, {"h", SPAN_S(3600)}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(text, units[i].name) == 0)
			return units[i].us;
	return 0;
}

bool time_read(const char *text, int64_t *us)
{
	int64_t whole, part = 0, scale = 1, unit;
	int n = 0;

	whole = digits(&text, &n);
	if (whole < 0)
		return false;
	if (*text == '.') {
		text++;
		part = digits(&text, &n);
		if (part < 0 || n > 6)
			return false;
		for (; n > 0; n--)
			scale *= 10;
	}
	unit = unit_of(text);
	if (!unit || whole > YEAR_US / unit)
		return false;
	*us = whole * unit + part * unit / scale;
	return *us <= YEAR_US;
}

void time_print(int64_t us, FILE *out)
{
	if (us % SPAN_S(1) == 0)
		fprintf(out, "%" PRId64 "s", us / SPAN_S(1));
	else if (us % 1000 == 0)
		fprintf(out, "%" PRId64 "ms", us / 1000);
	else
		fprintf(out, "%" PRId64 "us", us);
}

/* --- values --- */

static void list_words(const char *const *words, char *out, size_t size)
{
	size_t n = 0;

	out[0] = 0;
	for (int i = 0; words[i] && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i ? ", " : "", words[i]);
}

static bool read_number(const struct option *option, const char *text, int64_t *value, char *error)
{
	if (number_read(text, option->min, option->max, value))
		return true;
	snprintf(error, OPTION_ERROR_MAX,
		 "%s=%.20s: a number from %" PRId64 " to %" PRId64 " is wanted", option->name, text,
		 option->min, option->max);
	return false;
}

static bool read_time(const struct option *option, const char *text, int64_t *value, char *error)
{
	if (time_read(text, value) && *value >= option->min && *value <= option->max)
		return true;
	snprintf(error, OPTION_ERROR_MAX,
		 "%s=%.20s: a time from %" PRId64 "ms to %" PRId64
		 "s is wanted, such as 250ms or 3s",
		 option->name, text, option->min / 1000, option->max / SPAN_S(1));
	return false;
}

static int word_index(const char *const *words, const char *text, size_t size)
{
	for (int i = 0; words[i]; i++)
		if (strlen(words[i]) == size && strncmp(words[i], text, size) == 0)
			return i;
	return -1;
}

static bool wants_words(const struct option *option, const char *text, char *error)
{
	char words[100];

	list_words(option->words, words, sizeof(words));
	snprintf(error, OPTION_ERROR_MAX, "%s=%.20s: one of %s is wanted", option->name, text,
		 words);
	return false;
}

static bool read_choice(const struct option *option, const char *text, int64_t *value, char *error)
{
	*value = word_index(option->words, text, strlen(text));
	return *value >= 0 || wants_words(option, text, error);
}

static bool read_flags(const struct option *option, const char *text, int64_t *value, char *error)
{
	*value = 0;
	for (const char *rest = text; *rest;) {
		size_t size = strcspn(rest, ",");
		int at = word_index(option->words, rest, size);

		if (at < 0)
			return wants_words(option, text, error);
		*value |= INT64_C(1) << at;
		rest += size + (rest[size] == ',');
	}
	return true;
}

static bool read_bool(const struct option *option, const char *text, int64_t *value, char *error)
{
	*value = strcmp(text, "yes") == 0;
	if (*value || strcmp(text, "no") == 0)
		return true;
	snprintf(error, OPTION_ERROR_MAX, "%s=%.20s: yes or no is wanted", option->name, text);
	return false;
}

static bool read_prefixes(const struct option *option, const char *text, struct settings *out,
			  char *error)
{
	char word[PREFIX_TEXT_MAX];

	out->n_prefixes = 0;
	for (const char *rest = text; *rest;) {
		size_t size = strcspn(rest, ",");
		struct prefix prefix;

		snprintf(word, sizeof(word), "%.*s", (int)(size < 64 ? size : 64), rest);
		if (prefix_parse(word, &prefix) < 0 || !prefix_is_network(&prefix)) {
			snprintf(error, OPTION_ERROR_MAX,
				 "%s=%.40s: a network is wanted, such as 10.1.0.0/16", option->name,
				 word);
			return false;
		}
		if (out->n_prefixes == OPTION_PREFIXES_MAX) {
			snprintf(error, OPTION_ERROR_MAX, "%s: %d networks are the most",
				 option->name, OPTION_PREFIXES_MAX);
			return false;
		}
		out->prefixes[out->n_prefixes++] = prefix;
		rest += size + (rest[size] == ',');
	}
	return true;
}

static bool read_name(const struct option *option, const char *text, size_t size, char *out,
		      char *error)
{
	if (size >= OPTION_NAME_MAX ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") < size) {
		snprintf(error, OPTION_ERROR_MAX,
			 "%s=%.20s: names are wanted, of %d letters and "
			 "digits at most",
			 option->name, text, OPTION_NAME_MAX - 1);
		return false;
	}
	memset(out, 0, OPTION_NAME_MAX);
	memcpy(out, text, size);
	return true;
}

static bool read_routers(const struct option *option, const char *text, struct settings *out,
			 char *error)
{
	out->n_routers = 0;
	for (const char *rest = text; *rest;) {
		size_t size = strcspn(rest, ",");

		if (out->n_routers == OPTION_NAMES_MAX) {
			snprintf(error, OPTION_ERROR_MAX, "%s: %d routers are the most",
				 option->name, OPTION_NAMES_MAX);
			return false;
		}
		if (!read_name(option, rest, size, out->routers[out->n_routers++], error))
			return false;
		rest += size + (rest[size] == ',');
	}
	return true;
}

static bool read_value(const struct option *option, const char *text, int64_t *value,
		       struct settings *out, char *error)
{
	switch (option->kind) {
	case OPTION_TIME:
		return read_time(option, text, value, error);
	case OPTION_NUMBER:
		return read_number(option, text, value, error);
	case OPTION_BOOL:
		return read_bool(option, text, value, error);
	case OPTION_CHOICE:
		return read_choice(option, text, value, error);
	case OPTION_FLAGS:
		return read_flags(option, text, value, error);
	case OPTION_PREFIXES:
		return read_prefixes(option, text, out, error);
	case OPTION_ROUTERS:
		return read_routers(option, text, out, error);
	case OPTION_FILTER:
		return read_name(option, text, strlen(text), out->filter, error);
	}
	return false;
}

bool settings_read(const struct option *options, const char *word, struct settings *out,
		   char error[OPTION_ERROR_MAX])
{
	const char *equal = strchr(word, '=');
	size_t size = equal ? (size_t)(equal - word) : strlen(word), n = 0;
	char known[150] = "";

	for (int i = 0; options[i].name; i++) {
		if (equal && strlen(options[i].name) == size &&
		    strncmp(options[i].name, word, size) == 0) {
			out->given |= 1U << i;
			return read_value(&options[i], equal + 1, &out->values[i], out, error);
		}
		if (n < sizeof(known))
			n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s", i ? ", " : "",
					      options[i].name);
	}
	snprintf(error, OPTION_ERROR_MAX, "%.30s: KEY=VALUE is wanted, with KEY one of %s", word,
		 known);
	return false;
}

/* Those of a mask by their places. */
static void take_over(const struct option *options, const struct settings *from, uint32_t which,
		      struct settings *out)
{
	for (int i = 0; options[i].name; i++) {
		if (!(which & 1U << i))
			continue;
		out->values[i] = from->values[i];
		if (options[i].kind == OPTION_PREFIXES) {
			out->n_prefixes = from->n_prefixes;
			memcpy(out->prefixes, from->prefixes, sizeof(out->prefixes));
		} else if (options[i].kind == OPTION_ROUTERS) {
			out->n_routers = from->n_routers;
			memcpy(out->routers, from->routers, sizeof(out->routers));
		} else if (options[i].kind == OPTION_FILTER) {
			memcpy(out->filter, from->filter, sizeof(out->filter));
		}
	}
}

void settings_merge(const struct option *options, const struct settings *change,
		    struct settings *out)
{
	take_over(options, change, change->given, out);
	out->given |= change->given;
}

void settings_inherit(const struct option *options, const struct settings *change,
		      struct settings *out)
{
	take_over(options, change, change->given & ~out->given, out);
}

/* --- printing --- */

static void print_flags(const struct option *option, int64_t value, FILE *out)
{
	const char *between = "";

	for (int i = 0; option->words[i]; i++) {
		if (!(value & INT64_C(1) << i))
			continue;
		fprintf(out, "%s%s", between, option->words[i]);
		between = ",";
	}
}

static void print_prefixes(const struct settings *settings, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	for (uint32_t i = 0; i < settings->n_prefixes; i++)
		fprintf(out, "%s%s", i ? "," : "", prefix_print(&settings->prefixes[i], text));
}

static void print_routers(const struct settings *settings, FILE *out)
{
	for (uint32_t i = 0; i < settings->n_routers; i++)
		fprintf(out, "%s%s", i ? "," : "", settings->routers[i]);
}

static void print_value(const struct option *option, const struct settings *settings, int64_t value,
			FILE *out)
{
	switch (option->kind) {
	case OPTION_TIME:
		time_print(value, out);
		break;
	case OPTION_NUMBER:
		fprintf(out, "%" PRId64, value);
		break;
	case OPTION_BOOL:
		fputs(value ? "yes" : "no", out);
		break;
	case OPTION_CHOICE:
		fputs(option->words[value], out);
		break;
	case OPTION_FLAGS:
		print_flags(option, value, out);
		break;
	case OPTION_PREFIXES:
		print_prefixes(settings, out);
		break;
	case OPTION_ROUTERS:
		print_routers(settings, out);
		break;
	case OPTION_FILTER:
		fputs(settings->filter, out);
		break;
	}
}

void settings_print(const struct option *options, const struct settings *settings, FILE *out)
{
	for (int i = 0; options[i].name; i++) {
		if (!(settings->given & 1U << i))
			continue;
		fprintf(out, " %s=", options[i].name);
		print_value(&options[i], settings, settings->values[i], out);
	}
}
