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

#endif
