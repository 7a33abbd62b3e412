// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory of all FIBs: one range of addresses that never moves, so that
 * 32 bits name any block of it; blocks of powers of two (a buddy
 * allocator), which neighbours join again when they are free. It grows in
 * chunks that the kernel may back with huge pages.
 *
 * Control. Workers only follow numbers into it.
 */
#ifndef WEFT_DATAPLANE_FIB_MEM_H
#define WEFT_DATAPLANE_FIB_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIB_UNIT      32 /* bytes; a block's number counts these */
#define FIB_BLOCK_MAX (2 << 20)

extern char *fib_mem; /* where block 0 would be; set by fib_mem_start */

static inline void *fib_mem_at(uint32_t block)
{
	return fib_mem + (size_t)block * FIB_UNIT;
}

static inline uint32_t fib_mem_block(const void *at)
{
	return ((const char *)at - fib_mem) / FIB_UNIT;
}

/* Once; more often does no harm. False with errno. */
bool fib_mem_start(void);

/* Control's memory beside a block: a byte for each unit of it, zero at first. */
void *fib_mem_side(uint32_t block);

/* A block of at least size bytes (at most FIB_BLOCK_MAX), aligned to its own size, not zeroed; 0:
 * no memory. */
uint32_t fib_mem_alloc(size_t size);
/* Nobody reads it any more. size as given to fib_mem_alloc. */
void fib_mem_free(uint32_t block, size_t size);
/* The same after a grace period. */
void fib_mem_retire(uint32_t block, size_t size);
/* What a block of that size takes, with what control keeps beside it. */
size_t fib_mem_cost(size_t size);

/* Bytes in blocks, and bytes asked of the kernel, which keeps none back. */
uint64_t fib_mem_used(void);
uint64_t fib_mem_total(void);
/* There is no memory for a block that would make more than so much used. */
void fib_mem_limit(uint64_t bytes);

#endif
