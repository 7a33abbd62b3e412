// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/fib_mem.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "dataplane/retire.h"

/* Orders: a block of order o has FIB_UNIT << o bytes. A chunk is one block of the highest. */
enum { ORDERS = 17, CHUNK_UNITS = 1 << (ORDERS - 1), CHUNKS = 4096, IN_USE = 0 };
#define CHUNK_SIZE ((size_t)FIB_BLOCK_MAX)

_Static_assert((size_t)CHUNK_UNITS *FIB_UNIT == FIB_BLOCK_MAX, "a chunk is the largest block");

char *fib_mem;

/* A free block holds its neighbours in its order's list; 0: none. */
struct free_block {
	uint32_t next, prev;
};

static uint8_t *free_order; /* [unit]: 1 + order where a free block begins, or IN_USE */
static uint8_t *side;       /* [unit] */
static uint32_t first[ORDERS];
static uint32_t n_chunks;
static uint64_t used, limit = UINT64_MAX;

static struct free_block *at(uint32_t block)
{
	return fib_mem_at(block);
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

bool fib_mem_start(void)
{
	const size_t units = (size_t)CHUNKS * CHUNK_UNITS;

	if (fib_mem)
		return true;
	if (!free_order)
		free_order = reserve(units, CHUNK_UNITS);
	if (!side)
		side = reserve(units, CHUNK_UNITS);
	if (free_order && side)
		fib_mem = reserve(units * FIB_UNIT, CHUNK_SIZE);
	if (fib_mem)
		madvise(fib_mem, units * FIB_UNIT, MADV_HUGEPAGE); /* a wish */
	return fib_mem;
}

static bool use(void *at, size_t size)
{
	return !mprotect(at, size, PROT_READ | PROT_WRITE);
}

static bool grow(void)
{
	uint32_t block = n_chunks * CHUNK_UNITS;

	if (n_chunks == CHUNKS || !use(fib_mem_at(block), CHUNK_SIZE) ||
	    !use(free_order + block, CHUNK_UNITS) || !use(side + block, CHUNK_UNITS))
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

void *fib_mem_side(uint32_t block)
{
	return side + block;
}

static unsigned order_of(size_t size)
{
	size_t units = (size + FIB_UNIT - 1) / FIB_UNIT;

	return units <= 1 ? 0 : 64 - __builtin_clzl(units - 1);
}

size_t fib_mem_cost(size_t size)
{
	size_t units = (size_t)1 << order_of(size);

	return units * (FIB_UNIT + sizeof(*free_order) + sizeof(*side));
}

uint32_t fib_mem_alloc(size_t size)
{
	unsigned order = order_of(size), from = order;
	uint32_t block;

	if (used + fib_mem_cost(size) > limit)
		return 0;
	while (from < ORDERS && !first[from])
		from++;
	if (from == ORDERS) {
		if (!grow())
			return 0;
		return fib_mem_alloc(size);
	}
	block = first[from];
	list_del(block, from);
	while (from > order) {
		from--;
		list_add(block + (1U << from), from);
	}
	memset(side + block, 0, 1U << order);
	used += fib_mem_cost(size);
	return block;
}

void fib_mem_free(uint32_t block, size_t size)
{
	unsigned order = order_of(size);

	used -= fib_mem_cost(size);
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
	fib_mem_free(fib_mem_block(what), size);
}

void fib_mem_retire(uint32_t block, size_t size)
{
	retire(release, fib_mem_at(block), size);
}

uint64_t fib_mem_used(void)
{
	return used;
}

uint64_t fib_mem_total(void)
{
	return n_chunks * fib_mem_cost(CHUNK_SIZE);
}

void fib_mem_limit(uint64_t bytes)
{
	limit = bytes;
}
