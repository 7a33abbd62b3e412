// SPDX-License-Identifier: BSD-3-Clause
/* Looking up, in the best way that this processor has. What workers run, and control for one
 * address. */
#include "dataplane/fib_lookup.h"

static _Atomic(const struct fib_way *) way = &fib_scalar;

void fib_lookup_init(void)
{
#ifdef FIB_LOOKUP_AVX512
	if (fib_avx512_works())
		atomic_store_explicit(&way, &fib_avx512, memory_order_relaxed);
#endif
}

static const struct fib_way *best(void)
{
	return atomic_load_explicit(&way, memory_order_relaxed);
}

void fib4_start(struct fib_walk *walk, const struct fib *fib, const uint32_t *addrs, unsigned n)
{
	best()->start4(walk, fib, addrs, n);
}

void fib6_start(struct fib_walk *walk, const struct fib *fib, const struct fib_key6 *addrs,
		unsigned n)
{
	best()->start6(walk, fib, addrs, n);
}

void fib_step(struct fib_walk *walk)
{
	best()->step(walk);
}

void fib_finish(struct fib_walk *walk, uint32_t *groups)
{
	best()->finish(walk, groups);
}

void fib4_lookup(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n)
{
	struct fib_walk walk;

	best()->start4(&walk, fib, addrs, n);
	best()->finish(&walk, groups);
}

void fib6_lookup(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups, unsigned n)
{
	struct fib_walk walk;

	best()->start6(&walk, fib, addrs, n);
	best()->finish(&walk, groups);
}

static uint64_t number(const uint8_t *bytes, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

uint32_t fib_find(const struct fib *fib, const uint8_t *bytes)
{
	struct fib_walk walk;
	struct fib_key6 key6;
	uint32_t key4, group;

	if (fib->family == FIB_IP4) {
		key4 = number(bytes, 4);
		fib_scalar.start4(&walk, fib, &key4, 1);
	} else {
		key6 = (struct fib_key6){number(bytes, 8), number(bytes + 8, 8)};
		fib_scalar.start6(&walk, fib, &key6, 1);
	}
	fib_scalar.finish(&walk, &group);
	return group;
}
