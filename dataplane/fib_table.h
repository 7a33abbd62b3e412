// SPDX-License-Identifier: BSD-3-Clause
/* The workers' half of fib.h: looking up a burst of addresses at once. */
#ifndef WEFT_DATAPLANE_FIB_TABLE_H
#define WEFT_DATAPLANE_FIB_TABLE_H

#include <stdint.h>

#include "dataplane/fib.h"

#define FIB_BULK_MAX 64

/* An IPv6 address as numbers: the first 64 bits, and the last. */
struct fib_key6 {
	uint64_t hi, lo;
};

/* The groups of n addresses (at most FIB_BULK_MAX), FIB_NONE where nothing matches. IPv4 addresses
 * in host order. Worker. */
void fib4_lookup(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n);
void fib6_lookup(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups, unsigned n);

/* The same for those who have other work to do while memory answers: start, then a step as often as
 * there is such work in between, then finish, which takes all steps that are left. addrs stay where
 * they are until then. Worker. */
struct fib_walk {
	_Alignas(64) uint8_t opaque[64 * (5 * FIB_BULK_MAX / 8 + 1)];
};
void fib4_start(struct fib_walk *walk, const struct fib *fib, const uint32_t *addrs, unsigned n);
void fib6_start(struct fib_walk *walk, const struct fib *fib, const struct fib_key6 *addrs,
		unsigned n);
void fib_step(struct fib_walk *walk);
void fib_finish(struct fib_walk *walk, uint32_t *groups);

#endif
