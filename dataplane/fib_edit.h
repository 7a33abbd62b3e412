// SPDX-License-Identifier: BSD-3-Clause
/* Control: prefixes into the trie and out of it, and arrays that fit what they hold. */
#ifndef WEFT_DATAPLANE_FIB_EDIT_H
#define WEFT_DATAPLANE_FIB_EDIT_H

#include "dataplane/fib_array.h"

/* The word in which something hangs: one of an array, or a record's. */
struct fib_place {
	struct fib_array array;
	uint32_t slot;
	struct fib_record *record; /* if not NULL, it is the record's word that is meant */
};

/* An array on the way down, and how it hangs: in a word, and from there perhaps by way of a record.
 * The root hangs nowhere. */
struct fib_step {
	struct fib_array array;
	struct fib_place place; /* with its record, if there is one */
};

void fib_place_hang(const struct fib_place *place, uint64_t hanging);

/* 1: it is new, 0: its group has changed, -ENOMEM. */
int fib_edit_set(struct fib *fib, const struct fib_prefix *prefix, uint32_t group);
/* Whether it was there. */
bool fib_edit_del(struct fib *fib, const struct fib_prefix *prefix, uint32_t cover_group);

/* After an array was hung right behind a word of step's: makes that larger where it pays. like, in
 * all three: any prefix that leads there. */
void fib_grow(struct fib *fib, const struct fib_step *step, const struct fib_prefix *like);
/* Makes step's array, which is large, smaller; false: no memory. */
bool fib_shrink(struct fib *fib, struct fib_step *step, const struct fib_prefix *like);
/* The same where it is nearly empty. */
bool fib_shrink_if_empty(struct fib *fib, struct fib_step *step, const struct fib_prefix *like);

#endif
