// SPDX-License-Identifier: BSD-3-Clause
/*
 * Filters of routes as users write them: a list of rules, each the name of a
 * protocol or an object that says more.
 *
 *   redistribute: [connected, { protocol: static, prefix: 10.0.0.0/8, le: 24, set-tag: 7 }]
 */
#ifndef WEFT_CONTROL_REDISTRIBUTION_H
#define WEFT_CONTROL_REDISTRIBUTION_H

#include <jansson.h>

#include "control/spine/field.h"
#include "routing/rib.h"

extern const struct field redistribution_rule;

/* family: of the prefixes that have sense. list may be NULL. 0 or -1. */
int redistribution_check(uint8_t family, const json_t *list, const char *path,
			 struct errors *errors);
/* 0 or -ENOMEM; out->rules is the caller's to free. */
int redistribution_make(const json_t *list, struct rib_filter *out);

#endif
