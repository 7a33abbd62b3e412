// SPDX-License-Identifier: BSD-3-Clause
/*
 * Brings the system from one checked configuration to another by the nouns'
 * hooks, or leaves it as it was.
 */
#ifndef WEFT_CONTROL_SPINE_APPLY_H
#define WEFT_CONTROL_SPINE_APPLY_H

#include "control/spine/noun.h"

/* *running becomes to. When a hook fails, what was done is undone, by a plan from where the system
 * stands to where it was; should a hook fail at that as well, *running becomes what the system has,
 * and the errors say so. Returns the changes, or NULL with errors. */
json_t *apply_plan(const struct registry *registry, json_t **running, const json_t *to,
		   struct errors *errors);

#endif
