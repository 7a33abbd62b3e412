// SPDX-License-Identifier: BSD-3-Clause
/*
 * Candidate configurations for add, set and del: the running one with one
 * object edited. What stands behind NOUN.add, NOUN.set and NOUN.del.
 */
#ifndef WEFT_CONTROL_SPINE_API_EDIT_H
#define WEFT_CONTROL_SPINE_API_EDIT_H

#include "control/spine/noun.h"

/* Each returns a candidate for config_apply (new reference, unchecked), or NULL with an error.
 * name is NULL for a NOUN_SINGLE and where a list is appended to; set may be NULL. */
json_t *edit_add(const json_t *running, const struct noun *noun, const char *name,
		 const json_t *set, struct errors *errors);
json_t *edit_set(const json_t *running, const struct noun *noun, const char *name,
		 const json_t *set, struct errors *errors);
json_t *edit_del(const json_t *running, const struct noun *noun, const char *name,
		 struct errors *errors);

/* Sets one key, perhaps dotted, in an object of fields. path is the object's. 0 or -1. */
int edit_key(const struct field *fields, json_t *object, const char *key, const json_t *value,
	     const char *path, struct errors *errors);

/* "no port named vm9 (did you mean vm1?)", where known is an object whose keys are the names or an
 * array of rows with a `name`; may be NULL. Returns -1. */
int edit_no_such(const struct noun *noun, const char *name, const json_t *known,
		 struct errors *errors);

#endif
