// SPDX-License-Identifier: BSD-3-Clause
/* `config save`: it is answered when the file is on the disk, and nobody else waits for that. */
#ifndef WEFT_CONTROL_CONFIG_SAVE_H
#define WEFT_CONTROL_CONFIG_SAVE_H

#include <jansson.h>

#include "control/spine/error.h"

/* 0; or -1 with an error, or with a request that waits (later.h). */
int config_save(const char *path, const json_t *tree, struct errors *errors);

#endif
