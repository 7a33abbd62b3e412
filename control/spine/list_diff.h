// SPDX-License-Identifier: BSD-3-Clause
/* Which items two lists share, in order: the most that a run through both can keep where equal
 * items are paired from the front. */
#ifndef WEFT_CONTROL_SPINE_LIST_DIFF_H
#define WEFT_CONTROL_SPINE_LIST_DIFF_H

#include <stdbool.h>

#include <jansson.h>

struct list_diff {
	bool *old_kept, *new_kept; /* by position */
};

/* A list may be NULL: empty. Costs n log n. */
void list_diff_init(struct list_diff *diff, const json_t *old, const json_t *new);
void list_diff_fini(struct list_diff *diff);

#endif
