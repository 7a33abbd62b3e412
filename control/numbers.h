// SPDX-License-Identifier: BSD-3-Clause
/*
 * Small numbers for what the dataplane knows by number. One that is given back
 * is taken again only after a grace period: a worker in the middle of a burst
 * may have read it where it led before, and would follow it elsewhere.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_NUMBERS_H
#define WEFT_CONTROL_NUMBERS_H

#include <stdint.h>

struct numbers_waiting {
	uint32_t number;
	uint64_t token;
};

/* Zeros with max set: none is taken. Numbers are from 1 to max - 1. */
struct numbers {
	uint32_t max;
	uint32_t fresh; /* so many have ever been taken; 0 is none */
	uint32_t *free; /* to be taken again */
	uint32_t n_free;
	struct numbers_waiting *waiting; /* a ring, the longest waiting first */
	uint32_t first, n_waiting;
};

/* A number, or -ENOSPC or -ENOMEM. */
int64_t numbers_take(struct numbers *numbers);
void numbers_give(struct numbers *numbers, uint32_t number);
void numbers_fini(struct numbers *numbers);

#endif
