// SPDX-License-Identifier: BSD-3-Clause
/* The references in a checked object: F_REF at any depth, and keys of F_MAP that name objects. */
#ifndef WEFT_CONTROL_SPINE_REFS_H
#define WEFT_CONTROL_SPINE_REFS_H

#include "control/spine/field.h"

struct ref {
	const char *nouns; /* "port", or "port|bond" */
	const char *name;  /* the object named */
	const char *path;  /* of the value, or of the map that has it as a key */
	bool is_key;
};

/* Calls fn for each; stops at and returns the first result that is not 0. */
int refs_each(const struct field *fields, const json_t *object, const char *path,
	      int (*fn)(void *arg, const struct ref *ref), void *arg);

/* Calls fn for each noun of "port|bond"; stops at and returns the first result that is not 0. */
int refs_each_noun(const char *nouns, int (*fn)(void *arg, const char *noun), void *arg);

#endif
