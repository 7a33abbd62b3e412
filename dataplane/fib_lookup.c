// SPDX-License-Identifier: BSD-3-Clause
/* What workers run of fib.h. */
#include "dataplane/fib_trie.h"

static uint32_t walk(const struct fib *fib, uint64_t hi, uint64_t lo)
{
	const struct fib_node *node = &fib->root;
	uint32_t best = FIB_NONE;

	for (int at = 0; node; at++) {
		uint32_t group = atomic_load_explicit(&node->group, memory_order_relaxed);
		int bit = (at < 64 ? hi >> (63 - at) : lo >> (127 - at)) & 1;

		best = group ? group : best;
		if (at == 128)
			break;
		node = atomic_load_explicit(&node->child[bit], memory_order_acquire);
	}
	return best;
}

void fib4_lookup(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		groups[i] = walk(fib, (uint64_t)addrs[i] << 32, 0);
}

void fib6_lookup(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		groups[i] = walk(fib, addrs[i].hi, addrs[i].lo);
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
	struct fib_key6 key6;
	uint32_t key4, group;

	if (fib->family == FIB_IP4) {
		key4 = number(bytes, 4);
		fib4_lookup(fib, &key4, &group, 1);
	} else {
		key6 = (struct fib_key6){number(bytes, 8), number(bytes + 8, 8)};
		fib6_lookup(fib, &key6, &group, 1);
	}
	return group;
}
