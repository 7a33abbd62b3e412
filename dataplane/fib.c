// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/fib_trie.h"

#include <errno.h>
#include <stdlib.h>

struct fib *fib_create(enum fib_family family)
{
	struct fib *fib = calloc(1, sizeof(*fib));

	if (fib)
		fib->family = family;
	return fib;
}

static void free_below(struct fib_node *node)
{
	for (int i = 0; i < 2; i++) {
		if (!node->child[i])
			continue;
		free_below(node->child[i]);
		free(node->child[i]);
	}
}

void fib_destroy(struct fib *fib)
{
	if (!fib)
		return;
	free_below(&fib->root);
	free(fib);
}

static struct fib_node *find(struct fib *fib, const uint8_t *bytes, uint8_t length, bool make)
{
	struct fib_node *node = &fib->root, *child;

	for (uint8_t at = 0; at < length; at++, node = child) {
		int bit = bytes[at / 8] >> (7 - at % 8) & 1;

		child = node->child[bit];
		if (child)
			continue;
		child = make ? calloc(1, sizeof(*child)) : NULL;
		if (!child)
			return NULL;
		atomic_store_explicit(&node->child[bit], child, memory_order_release);
		fib->n_nodes++;
	}
	return node;
}

int fib_set(struct fib *fib, const uint8_t *bytes, uint8_t length, uint32_t group)
{
	struct fib_node *node = find(fib, bytes, length, true);

	if (!node)
		return -ENOMEM;
	fib->n_prefixes += !node->group;
	atomic_store_explicit(&node->group, group, memory_order_relaxed);
	return 0;
}

void fib_del(struct fib *fib, const uint8_t *bytes, uint8_t length, uint8_t cover_length,
	     uint32_t cover_group)
{
	struct fib_node *node = find(fib, bytes, length, false);

	if (!node || !node->group)
		return;
	fib->n_prefixes--;
	atomic_store_explicit(&node->group, FIB_NONE, memory_order_relaxed);
}

uint64_t fib_bytes(const struct fib *fib)
{
	return sizeof(*fib) + fib->n_nodes * sizeof(struct fib_node);
}

uint32_t fib_prefixes(const struct fib *fib)
{
	return fib->n_prefixes;
}
