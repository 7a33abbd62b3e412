// SPDX-License-Identifier: BSD-3-Clause
/* What libyaml complains about, in words for the one who wrote the file. */
#ifndef WEFT_CONTROL_SPINE_YAML_ERROR_H
#define WEFT_CONTROL_SPINE_YAML_ERROR_H

#include <yaml.h>

#include "control/spine/error.h"

/* Adds the error that stopped the parser, at its line and column in text. */
void yaml_error_add(const yaml_parser_t *parser, const char *text, size_t size,
		    struct errors *errors);

#endif
