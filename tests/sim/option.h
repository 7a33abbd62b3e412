// SPDX-License-Identifier: BSD-3-Clause
/*
 * What may be said of a protocol in a topology file, as key=value: a table of
 * options a protocol, and the values that one router has of them. Reading,
 * printing and weftd's configuration all come from the table.
 */
#ifndef WEFT_TESTS_SIM_OPTION_H
#define WEFT_TESTS_SIM_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "routing/core/addr.h"

#define OPTIONS_MAX         24 /* of a protocol */
#define OPTION_PREFIXES_MAX 4
#define OPTION_NAMES_MAX    4
#define OPTION_NAME_MAX     8 /* with its zero */
#define OPTION_ERROR_MAX    200

enum option_kind {
	OPTION_TIME,     /* microseconds; written with its unit */
	OPTION_NUMBER,   /* */
	OPTION_BOOL,     /* yes, no */
	OPTION_CHOICE,   /* one of words: its index */
	OPTION_FLAGS,    /* some of words, with commas between them: 1 << index */
	OPTION_PREFIXES, /* with commas between them; an option of this kind a protocol */
	OPTION_ROUTERS,  /* names with commas between them; likewise */
	OPTION_FILTER,   /* one name, or none; likewise */
};

struct option {
	const char *name; /* NULL ends the table */
	enum option_kind kind;
	int64_t otherwise; /* unless it is given */
	int64_t min, max;  /* of times and numbers */
	const char *const *words;
	bool is_of_iface; /* an interface may have its own */
};

/* Values by the places of their options in the table; those not given are what the table says. */
struct settings {
	uint32_t given; /* 1 << place */
	int64_t values[OPTIONS_MAX];
	uint32_t n_prefixes;
	struct prefix prefixes[OPTION_PREFIXES_MAX];
	uint32_t n_routers;
	char routers[OPTION_NAMES_MAX][OPTION_NAME_MAX];
	char filter[OPTION_NAME_MAX]; /* "": none */
};

void settings_default(const struct option *options, struct settings *out);
/* One key=value. false: error says what is wrong and what would be right. */
bool settings_read(const struct option *options, const char *word, struct settings *out,
		   char error[OPTION_ERROR_MAX]);
/* What change gives is taken over. */
void settings_merge(const struct option *options, const struct settings *change,
		    struct settings *out);
/* Likewise, but for what out was given itself; and nothing is given by that. */
void settings_inherit(const struct option *options, const struct settings *change,
		      struct settings *out);
/* What is given, each with a blank in front, as settings_read takes it. */
void settings_print(const struct option *options, const struct settings *settings, FILE *out);

/* "250ms", "3s", "2m"; with up to six digits behind a point. false: it is none, or beyond a year.
 */
bool time_read(const char *text, int64_t *us);
void time_print(int64_t us, FILE *out);
/* "12", digits alone, within. */
bool number_read(const char *text, int64_t min, int64_t max, int64_t *out);

#endif
