// SPDX-License-Identifier: BSD-3-Clause
/* Has an interface sense beside the whole configuration? The check hooks of the interface noun. */
#ifndef WEFT_CONTROL_INTERFACE_CHECK_H
#define WEFT_CONTROL_INTERFACE_CHECK_H

#include <jansson.h>

#include "control/spine/error.h"

/* One by itself, and what it is on. 0 or -1. */
int interface_check(const char *name, const json_t *value, const json_t *candidate,
		    const char *path, struct errors *errors);
/* All of them beside one another: places and addresses that two have. 0 or -1. */
int interface_check_all(const json_t *section, const json_t *candidate, struct errors *errors);

#endif
