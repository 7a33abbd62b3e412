// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/heap.h"

#include <stddef.h>
#include <stdlib.h>

#include "routing/core/memory.h"

/* In front of each block: its size, and as much as keeps what follows aligned. */
union header {
	size_t size;
	max_align_t align;
};

static uint64_t blocks, bytes;

static void *counted_resize(void *block, size_t size)
{
	union header *old = block ? (union header *)block - 1 : NULL, *made;
	size_t before = old ? old->size : 0;

	if (size > SIZE_MAX - sizeof(*made))
		return NULL;
	made = realloc(old, size + sizeof(*made));
	if (!made)
		return NULL;
	made->size = size;
	blocks += !old;
	bytes += size - before;
	return made + 1;
}

static void counted_free(void *block)
{
	union header *header = block ? (union header *)block - 1 : NULL;

	if (!header)
		return;
	blocks--;
	bytes -= header->size;
	free(header);
}

void heap_count(void)
{
	static const struct memory_ops ops = {counted_resize, counted_free};

	memory_use(&ops);
}

uint64_t heap_blocks(void)
{
	return blocks;
}

uint64_t heap_bytes(void)
{
	return bytes;
}
