// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a request has to know before it can be checked, and what takes too long
 * to find out while everybody waits: what a file says, for instance.
 *
 * Whoever runs requests gives each a struct later, by way of its errors. A check
 * that misses something adds an item, sees to it that somebody finds out, and
 * refuses. While an item is missing, that refusal is nobody's answer: the
 * request is run again, from the beginning, when all is there. So checks change
 * nothing, and what they have found out stays with the request until its end.
 *
 *   run:   errors.later = &later; …; if (later_is_waiting(&later)) return;
 *   check: item = …; later_add(errors->later, item); return -1;
 *   once it is known: later_come(item)   -> resume(arg)
 *
 * Who cannot wait (a start, a test) gives no later, or one without resume: then
 * checks find out at once, and take their time.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_SPINE_LATER_H
#define WEFT_CONTROL_SPINE_LATER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first member of what its owner knows of it. */
struct later_item {
	const void *kind; /* whose it is: an address of the owner's */
	bool is_missing;
	void (*drop)(struct later_item *item); /* frees it: the request is over */

	struct later *later;
	struct later_item *next;
};

/* Zeros but for the first two to begin with. */
struct later {
	void (*resume)(void *arg); /* nothing is missing any more; not called from within a check.
				      NULL: nobody waits */
	void *arg;
	struct later_item *items;
	uint32_t n_missing;
};

/* Lets go of all items; it may be used again. NULL is legal. */
void later_end(struct later *later);

/* Is something missing? NULL is legal. */
bool later_is_waiting(const struct later *later);
/* May a check add what is missing, or has it to find out at once? NULL is legal. */
bool later_may_wait(const struct later *later);

/* item->is_missing says whether it is. */
void later_add(struct later *later, struct later_item *item);
/* It is missing no more. The request may be over when this returns, and the item freed. */
void later_come(struct later_item *item);

#endif
