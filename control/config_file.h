// SPDX-License-Identifier: BSD-3-Clause
/*
 * The configuration as a file, and as text that a client sends.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_CONFIG_FILE_H
#define WEFT_CONTROL_CONFIG_FILE_H

#include <stdbool.h>

#include <jansson.h>

#include "control/spine/error.h"

/* Reads, parses and checks: the canonical tree (new reference), or NULL with errors that tell their
 * line and column. A file that is missing is an empty one where it may_be_missing. running: what is
 * not, or not the same, there has to be possible on this machine now; NULL: nothing has to be. */
json_t *config_file_load(const char *path, bool may_be_missing, const json_t *running,
			 struct errors *errors);
json_t *config_text_load(const char *text, size_t size, const json_t *running,
			 struct errors *errors);

/* Writes the tree in place of the file, whole or not at all. 0 or -1 with an error. */
int config_file_save(const char *path, const json_t *tree, struct errors *errors);
/* The same with its text; any thread. */
int config_file_write(const char *path, const char *text, struct errors *errors);

#endif
