// SPDX-License-Identifier: BSD-3-Clause
/*
 * YAML to JSON and back, on libyaml. Every scalar becomes a string (fields
 * give them types), but nothing, ~ and null become null; positions of all keys
 * and values are kept, so that an error at a path can name its line and column.
 *
 * No state but what is passed in; bounded recursion.
 */
#ifndef WEFT_CONTROL_SPINE_YAML_H
#define WEFT_CONTROL_SPINE_YAML_H

#include <jansson.h>

#include "control/spine/error.h"

#define YAML_SIZE_MAX  (64 << 20) /* bytes of a document */
#define YAML_DEPTH_MAX 32         /* maps and lists within each other */

/* One document, a map, without anchors, aliases, tags and duplicate keys (all errors). positions,
 * if not NULL, becomes an object for yaml_locate, also on failure. An empty text is an empty
 * object. NULL with errors. */
json_t *yaml_load(const char *text, size_t size, json_t **positions, struct errors *errors);

/* Gives each error that has a path but no line the position of that path or of its nearest parent,
 * and sorts the errors by line. */
void yaml_locate(const json_t *positions, struct errors *errors);

/* Text that yaml_load reads back as the same value: strings are quoted where another YAML reader
 * could take them for something else. Small leaf objects are in flow style. The caller frees it. */
char *yaml_dump(const json_t *value);

/* One value as a user types it on the command line: flow YAML where it begins with { [ " or ', else
 * the text itself as a string. NULL with errors at path. */
json_t *yaml_value(const char *text, const char *path, struct errors *errors);

#endif
