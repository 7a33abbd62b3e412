// SPDX-License-Identifier: BSD-3-Clause
/*
 * Memory of tables that workers follow by number: one range of addresses that
 * never moves, so that 32 bits name any block of it; blocks of powers of two,
 * which neighbours join again when they are free (a buddy allocator). It grows
 * in chunks that the kernel may back with huge pages, and returns none.
 *
 * Control. Workers only follow numbers into it.
 */
#ifndef WEFT_DATAPLANE_BUDDY_H
#define WEFT_DATAPLANE_BUDDY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUDDY_UNIT 32 /* bytes; a block's number counts these */
#define BUDDY_MAX  (2 << 20)

extern char *buddy_mem; /* where block 0 would be; set by buddy_start */

static inline void *buddy_at(uint32_t block)
{
	return buddy_mem + (size_t)block * BUDDY_UNIT;
}

static inline uint32_t buddy_block(const void *at)
{
	return ((const char *)at - buddy_mem) / BUDDY_UNIT;
}

/* Once; more often does no harm. False with errno. */
bool buddy_start(void);

/* Control's memory beside a block: BUDDY_SIDE bytes for each unit of it, zero at first. */
#define BUDDY_SIDE 4
void *buddy_side(uint32_t block);

/* A block of at least size bytes (at most BUDDY_MAX), aligned to its own size, not zeroed; 0:
 * no memory. */
uint32_t buddy_alloc(size_t size);
/* Nobody reads it any more. size as given to buddy_alloc. */
void buddy_free(uint32_t block, size_t size);
/* The same after a grace period. */
void buddy_retire(uint32_t block, size_t size);
/* What a block of that size takes, with what control keeps beside it. */
size_t buddy_cost(size_t size);

/* Bytes in blocks, and bytes asked of the kernel, which keeps none back. */
uint64_t buddy_used(void);
uint64_t buddy_total(void);
/* There is no memory for a block that would make more than so much used. */
void buddy_limit(uint64_t bytes);

#endif
