// SPDX-License-Identifier: BSD-3-Clause
/* What is refused of a vhost-user port before it is opened. Control thread. */
#ifndef WEFT_CONTROL_KIND_VHOST_CHECK_H
#define WEFT_CONTROL_KIND_VHOST_CHECK_H

#include <stdbool.h>

#include <jansson.h>

#include "control/spine/error.h"

bool kind_vhost_is_server(const json_t *conf);

/* The hooks of struct port_kind. */
int kind_vhost_check(const json_t *conf, const char *path, struct errors *errors);
int kind_vhost_check_here(const json_t *old, const json_t *conf, const json_t *ports,
			  const char *path, struct errors *errors);

#endif
