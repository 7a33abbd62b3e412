// SPDX-License-Identifier: BSD-3-Clause
/* Who mentions an object that is about to be removed. */
#ifndef WEFT_CONTROL_SPINE_API_USES_H
#define WEFT_CONTROL_SPINE_API_USES_H

#include "control/spine/noun.h"

/* 0, or -1 with an error for each place in running that names the object. */
int uses_check_none(const struct registry *registry, const json_t *running, const struct noun *noun,
		    const char *name, struct errors *errors);

#endif
