// SPDX-License-Identifier: BSD-3-Clause
/*
 * A whole configuration against the registry of nouns.
 */
#ifndef WEFT_CONTROL_SPINE_SCHEMA_H
#define WEFT_CONTROL_SPINE_SCHEMA_H

#include "control/spine/noun.h"

/* Fields, then references, then each noun's check hook: as many errors as can be found are
 * added in one go. Returns the canonical tree (new reference) or NULL. */
json_t *schema_check(const struct registry *registry, const json_t *tree, struct errors *errors);

/* The same beside a tree that was checked before: what the two share (the very same values, by
 * reference) needs little further look. sound may be NULL. */
json_t *schema_check_beside(const struct registry *registry, const json_t *tree,
			    const json_t *sound, struct errors *errors);

/* A checked tree against this machine as it is now: asks the check_here hooks about what is not, or
 * not the same, in running. 0, or -1 with errors. */
int schema_check_here(const struct registry *registry, const json_t *tree, const json_t *running,
		      struct errors *errors);

/* Calls fn for each object of a checked tree, in the registry's order, with effective values; stops
 * at and returns the first result that is not 0. */
int schema_each(const struct registry *registry, const json_t *tree,
		int (*fn)(void *arg, const struct noun *noun, const char *name,
			  const json_t *value),
		void *arg);

#endif
