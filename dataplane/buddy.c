// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/buddy.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "dataplane/retire.h"

/* Orders: a block of order o has BUDDY_UNIT << o bytes. A chunk is one block of the highest. */
enum { ORDERS = 17, CHUNK_UNITS = 1 << (ORDERS - 1), CHUNKS = 4096, IN_USE = 0 };
#define CHUNK_SIZE ((size_t)BUDDY_MAX)

_Static_assert((size_t)CHUNK_UNITS *BUDDY_UNIT == BUDDY_MAX, "a chunk is the largest block");

char *buddy_mem;

/* A free block holds its neighbours in its order's list; 0: none. */
struct free_block {
	uint32_t next, prev;
};

static uint8_t *free_order; /* [unit]: 1 + order where a free block begins, or IN_USE */
static uint8_t *side;       /* [unit * BUDDY_SIDE] */
static uint32_t first[ORDERS];
static uint32_t n_chunks;
static uint64_t used, limit = UINT64_MAX;

static struct free_block *at(uint32_t block)
{
	return buddy_at(block);
}

static void list_add(uint32_t block, unsigned order)
{
	*at(block) = (struct free_block){.next = first[order]};
	if (first[order])
		at(first[order])->prev = block;
	first[order] = block;
	free_order[block] = 1 + order;
}

static void list_del(uint32_t block, unsigned order)
{
	struct free_block *b = at(block);

	if (b->prev)
		at(b->prev)->next = b->next;
	else
		first[order] = b->next;
	if (b->next)
		at(b->next)->prev = b->prev;
	free_order[block] = IN_USE;
}

/* Addresses without memory: they count for nothing until a chunk of them is used. */
static void *reserve(size_t size, size_t align)
{
	char *p = mmap(NULL, size + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	return (void *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
}

bool buddy_start(void)
{
	const size_t units = (size_t)CHUNKS * CHUNK_UNITS;

	if (buddy_mem)
		return true;
	if (!free_order)
		free_order = reserve(units, CHUNK_UNITS);
	if (!side)
		side = reserve(units * BUDDY_SIDE, CHUNK_UNITS);
	if (free_order && side)
		buddy_mem = reserve(units * BUDDY_UNIT, CHUNK_SIZE);
	if (buddy_mem)
		madvise(buddy_mem, units * BUDDY_UNIT, MADV_HUGEPAGE); /* a wish */
	return buddy_mem;
}

static bool use(void *at, size_t size)
{
	return !mprotect(at, size, PROT_READ | PROT_WRITE);
}

static bool grow(void)
{
	uint32_t block = n_chunks * CHUNK_UNITS;

	if (n_chunks == CHUNKS || !use(buddy_at(block), CHUNK_SIZE) ||
	    !use(free_order + block, CHUNK_UNITS) ||
	    !use(buddy_side(block), CHUNK_UNITS * BUDDY_SIDE))
		return false;
	n_chunks++;
	if (block) {
		list_add(block, ORDERS - 1);
		return true;
	}
	/* Block 0 stays unused: it means none. */
	for (unsigned order = 0; order < ORDERS - 1; order++)
		list_add(1U << order, order);
	return true;
}

void *buddy_side(uint32_t block)
{
	return side + (size_t)block * BUDDY_SIDE;
}

static unsigned order_of(size_t size)
{
	size_t units = (size + BUDDY_UNIT - 1) / BUDDY_UNIT;

	return units <= 1 ? 0 : 64 - __builtin_clzl(units - 1);
}

size_t buddy_cost(size_t size)
{
	size_t units = (size_t)1 << order_of(size);

	return units * (BUDDY_UNIT + BUDDY_SIDE + sizeof(*free_order));
}

uint32_t buddy_alloc(size_t size)
{
	unsigned order = order_of(size), from = order;
	uint32_t block;

	if (used + buddy_cost(size) > limit)
		return 0;
	while (from < ORDERS && !first[from])
		from++;
	if (from == ORDERS) {
		if (!grow())
			return 0;
		return buddy_alloc(size);
	}
	block = first[from];
	list_del(block, from);
	while (from > order) {
		from--;
		list_add(block + (1U << from), from);
	}
	memset(buddy_side(block), 0, (size_t)BUDDY_SIDE << order);
	used += buddy_cost(size);
	return block;
}

void buddy_free(uint32_t block, size_t size)
{
	unsigned order = order_of(size);

	used -= buddy_cost(size);
	for (; order < ORDERS - 1; order++) {
		uint32_t buddy = block ^ 1U << order;

		if (free_order[buddy] != 1 + order)
			break;
		list_del(buddy, order);
		block &= ~(1U << order);
	}
	list_add(block, order);
}

static void release(void *what, uint32_t size)
{
	buddy_free(buddy_block(what), size);
}

void buddy_retire(uint32_t block, size_t size)
{
	retire(release, buddy_at(block), size);
}

uint64_t buddy_used(void)
{
	return used;
}

uint64_t buddy_total(void)
{
	return n_chunks * buddy_cost(CHUNK_SIZE);
}

void buddy_limit(uint64_t bytes)
{
	limit = bytes;
}
