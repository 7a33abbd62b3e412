// SPDX-License-Identifier: BSD-3-Clause
/*
 * What api.describe says, looked things up in. Everything the command line
 * knows about nouns, verbs and fields comes from there. All pointers are
 * borrowed from the document.
 */
#ifndef WEFT_TOOLS_WEFT_MODEL_H
#define WEFT_TOOLS_WEFT_MODEL_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

/* Text member of an object, "" where there is none. */
const char *model_text(const json_t *object, const char *key);
bool model_flag(const json_t *object, const char *key);

/* The noun that the first words name, perhaps shortened, and how many of them; NULL with the reason
 * on err. err may be NULL. */
const json_t *model_noun(const json_t *doc, char *const *words, size_t n, size_t *used, FILE *err);
/* By its full name; NULL. */
const json_t *model_noun_named(const json_t *doc, const char *name);

/* The verb that a word names, perhaps shortened. NULL: none; *many: it could be several. */
const json_t *model_verb(const json_t *noun, const char *word, bool *many);
/* By its full name; NULL. */
const json_t *model_verb_named(const json_t *noun, const char *name);

/* A member of an array of named things; '-' and '_' are the same in names. NULL. */
const json_t *model_find(const json_t *array, const char *name, size_t length);

/* Those of an array of named things that a word begins, each after a blank. */
void model_list(const json_t *array, const char *word, FILE *out);

/* "did you mean NAME?" in brackets with a blank before, or nothing, for an array of named things.
 */
void model_suggest(const json_t *array, const char *word, FILE *out);

#endif
