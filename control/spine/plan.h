// SPDX-License-Identifier: BSD-3-Clause
/*
 * From one checked configuration to another: what differs, as operations in
 * the order in which they can be done.
 *
 * Removals come first, in reverse order of the registry; then, in its order,
 * what is added and changed. An object whose FIELD_FIXED fields differ, or
 * whose noun has no change hook, is removed and added again; whatever refers
 * to such an object is changed with equal values once that is back.
 *
 * Items of a NOUN_LIST have no name that lasts. They are told apart by value:
 * items that stay in order are kept, the others removed (from the end) and
 * added (from the front), each with the position it has at that moment; a noun
 * that does the same with a list of its own always agrees with the file.
 */
#ifndef WEFT_CONTROL_SPINE_PLAN_H
#define WEFT_CONTROL_SPINE_PLAN_H

#include "control/spine/noun.h"

enum op_kind {
	OP_REMOVE,
	OP_ADD,
	OP_CHANGE,
	OP_TOUCH, /* change with equal values: what it refers to was away */
};

struct op {
	enum op_kind kind;
	const struct noun *noun;
	char name[FIELD_NAME_MAX + 1];
	json_t *old, *new; /* without defaults; NULL: none */
};

struct plan {
	struct op *ops;
	size_t n;
	json_t *changes; /* as config_diff gives them */
};

/* disturbed: objects as "noun.name" -> anything, which were away since `from` was whole; NULL:
 * none.
 */
void plan_init(struct plan *plan, const struct registry *registry, const json_t *from,
	       const json_t *to, const json_t *disturbed);
void plan_fini(struct plan *plan);

void plan_object_key(const struct noun *noun, const char *name, char out[FIELD_PATH_MAX]);

#endif
