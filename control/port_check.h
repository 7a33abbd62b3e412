// SPDX-License-Identifier: BSD-3-Clause
/* Has a port's configuration sense, beside what its fields say alone? The hooks of its noun. */
#ifndef WEFT_CONTROL_PORT_CHECK_H
#define WEFT_CONTROL_PORT_CHECK_H

#include <jansson.h>

#include "control/spine/error.h"

int port_check(const char *name, const json_t *value, const json_t *candidate, const char *path,
	       struct errors *errors);
int port_check_all(const json_t *section, const json_t *candidate, struct errors *errors);
int port_check_here(const char *name, const json_t *old, const json_t *value,
		    const json_t *candidate, const char *path, struct errors *errors);

#endif
