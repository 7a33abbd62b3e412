// SPDX-License-Identifier: BSD-3-Clause
/* Where a value and its key stand in a text, in one integer: there is one for each value of a
 * configuration. Lines and columns are from 1. */
#ifndef WEFT_CONTROL_SPINE_YAML_PLACE_H
#define WEFT_CONTROL_SPINE_YAML_PLACE_H

#include <jansson.h>

json_t *place_pack(size_t line, size_t column, size_t key_line, size_t key_column);
void place_of_key(const json_t *place, int *line, int *column);
void place_of_value(const json_t *place, int *line, int *column);

#endif
