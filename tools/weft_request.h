// SPDX-License-Identifier: BSD-3-Clause
/* The words of a command, made into a method and its parameters by what api.describe says. */
#ifndef WEFT_TOOLS_WEFT_REQUEST_H
#define WEFT_TOOLS_WEFT_REQUEST_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

enum { EXIT_REFUSED = 1, EXIT_USAGE = 2 };

struct options {
	bool json, quiet, wide;
};

struct request {
	const json_t *noun, *verb; /* borrowed from the document */
	char *method;
	json_t *params;
	const char *no_verb; /* the word where a verb could have been; borrowed */
	bool help;           /* only asks how it is used; verb may be NULL */
	bool single;         /* one object is asked for */
};

/* Takes -j, -q and -w, wherever they are before "--", to the end of the words. Returns the number
 * of the others. */
size_t options_take(struct options *options, char **words, size_t n);

/* 0, or EXIT_USAGE with the reason on err. request is to be finished either way. */
int request_parse(const json_t *doc, char *const *words, size_t n, const struct options *options,
		  struct request *out, FILE *err);
void request_fini(struct request *request);

/* For verbs that take the contents of a file: reads it ("-": standard input). 0, or EXIT_REFUSED
 * with the reason on err. */
int request_load_file(struct request *request, FILE *err);

/* The names that words without = stand for, in order: `name` of the object, then arguments. Returns
 * their number, at most max. */
size_t request_slots(const json_t *verb, const char **out, size_t max);

/* Whether an argument has to be given. */
bool request_needs(const json_t *verb, const json_t *arg);

/* Arguments that the command line fills in itself. */
bool request_is_hidden(const json_t *verb, const json_t *arg);
/* Whether any argument is left for the user. */
bool request_has_args(const json_t *verb);

#endif
