// SPDX-License-Identifier: BSD-3-Clause
/*
 * What was applied, on disk: DIR/NUMBER.yaml, each a whole configuration below
 * a comment that says when and by what. Files are written beside their place
 * and renamed, so that an entry is whole or absent for whoever looks. They may
 * hold keys: only their owner reads them.
 *
 * Waiting until an entry is on the disk may take long. Where somebody else does
 * that, one that a power failure meets before may be damaged, and says so.
 */
#ifndef WEFT_CONTROL_SPINE_HISTORY_H
#define WEFT_CONTROL_SPINE_HISTORY_H

#include <jansson.h>

#include "control/spine/error.h"

#define HISTORY_MAX 100 /* entries kept */

/* Sees to it that a file, and its name, come to rest on the disk. NULL: that is waited for. */
typedef void history_sync(const char *path);

/* Adds tree as the newest entry, unless the newest one says the same, and drops the oldest above
 * HISTORY_MAX. 0, or -1 with an error; nothing is lost by that but the entry. */
int history_write(const char *dir, const json_t *tree, const char *comment, history_sync *sync,
		  struct errors *errors);

/* [{ number, time (s since 1970, null: damaged), comment }], the newest first. */
json_t *history_list(const char *dir);

/* An entry's configuration, unchecked; NULL with an error. */
json_t *history_get(const char *dir, int number, struct errors *errors);

#endif
