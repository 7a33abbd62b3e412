// SPDX-License-Identifier: BSD-3-Clause
/*
 * What may stand next in a half written command: nouns, verbs, names of
 * objects, keys, values. For the shell's Tab and ?, and for bash.
 */
#ifndef WEFT_TOOLS_WEFT_COMPLETE_H
#define WEFT_TOOLS_WEFT_COMPLETE_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

struct candidate {
	char *text; /* the whole word; more follows where it ends in = or . */
	char *help;
};

struct candidates {
	struct candidate *list;
	size_t n;
};

/* Where names of objects come from. */
struct name_source {
	/* The names of a noun's objects: an array of strings (new reference) or NULL. */
	json_t *(*names)(void *arg, const char *noun);
	void *arg;
};

/* The last of the n words is the one to be completed, "" where none has begun. */
void complete_words(const json_t *doc, char *const *words, size_t n,
		    const struct name_source *source, struct candidates *out);
void candidates_fini(struct candidates *candidates);

/* How many bytes all of them begin with. */
size_t candidates_common(const struct candidates *candidates);

#endif
