// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/fib_array.h"

#include <stdlib.h>
#include <string.h>

/* --- memory --- */

typedef _Atomic uint16_t packed_group;

static size_t mem_size(const struct fib_array *a)
{
	return (a->packed ? sizeof(packed_group) : sizeof(fib_word)) << a->bits;
}

static size_t heap_size(unsigned bits)
{
	return sizeof(uint16_t) << (bits + 1);
}

static uint64_t bytes_of(const struct fib_array *a)
{
	return buddy_cost(mem_size(a)) + (a->large && a->large->heap ? heap_size(a->bits) : 0);
}

struct fib_array fib_array_root(struct fib *fib)
{
	return (struct fib_array){fib->root, &fib->large, 0, FIB_ROOT_BITS, false};
}

struct fib_array fib_array_of(uint64_t word)
{
	unsigned bits = fib_word_bits(word);

	return (struct fib_array){
		.mem = fib_word_mem(word),
		.large = bits > FIB_STRIDE ? buddy_side((uint32_t)word) : NULL,
		.depth = fib_word_depth(word),
		.bits = bits,
		.packed = fib_word_is_packed(word),
	};
}

uint64_t fib_array_word(const struct fib_array *a)
{
	return fib_word_array(buddy_block(a->mem), a->depth, a->bits, a->packed);
}

/* Without a heap. */
static bool alloc_array(unsigned depth, unsigned bits, bool packed, struct fib_array *out)
{
	struct fib_array wanted = {.depth = depth, .bits = bits, .packed = packed};
	uint32_t block = buddy_alloc(mem_size(&wanted));

	if (!block)
		return false;
	*out = fib_array_of(fib_word_array(block, depth, bits, packed));
	memset(out->mem, 0, mem_size(out));
	return true;
}

bool fib_array_make(struct fib *fib, unsigned depth, unsigned bits, struct fib_array *out)
{
	if (!alloc_array(depth, bits, false, out))
		return false;
	if (out->large) {
		out->large->heap = calloc(1, heap_size(bits));
		if (!out->large->heap) {
			buddy_free(buddy_block(out->mem), mem_size(out));
			return false;
		}
	}
	fib->bytes += bytes_of(out);
	return true;
}

void fib_array_free(struct fib *fib, const struct fib_array *a)
{
	fib->bytes -= bytes_of(a);
	if (a->large)
		free(a->large->heap);
	buddy_free(buddy_block(a->mem), mem_size(a));
}

void fib_array_retire(struct fib *fib, const struct fib_array *a)
{
	fib->bytes -= bytes_of(a);
	if (a->large)
		free(a->large->heap); /* control's alone */
	buddy_retire(buddy_block(a->mem), mem_size(a));
}

/* --- words --- */

static fib_word *word_of(const struct fib_array *a, uint32_t slot)
{
	return (fib_word *)a->mem + slot;
}

static packed_group *packed_of(const struct fib_array *a, uint32_t slot)
{
	return (packed_group *)a->mem + slot;
}

uint64_t fib_array_get(const struct fib_array *a, uint32_t slot)
{
	if (!a->packed)
		return fib_load(word_of(a, slot));
	return (uint64_t)atomic_load_explicit(packed_of(a, slot), memory_order_relaxed) << 48;
}

static void put_group(const struct fib_array *a, uint32_t slot, uint32_t group)
{
	if (a->packed)
		atomic_store_explicit(packed_of(a, slot), group, memory_order_relaxed);
	else
		atomic_store_explicit(word_of(a, slot),
				      (uint64_t)group << 48 |
					      (fib_load(word_of(a, slot)) & FIB_HANGING),
				      memory_order_release);
}

/* --- prefixes --- */

/* Of a small array: bit by place in the heap. */
static uint32_t *owned(const struct fib_array *a)
{
	return buddy_side(buddy_block(a->mem));
}

bool fib_array_owns(const struct fib_array *a, uint32_t at)
{
	return a->large ? a->large->heap[at] : *owned(a) >> at & 1;
}

static bool is_word(const struct fib_array *a, uint32_t at)
{
	return at >> a->bits;
}

static uint32_t slot_at(const struct fib_array *a, uint32_t at)
{
	return at - fib_array_size(a);
}

/* The group of a word below at that no longer prefix hides, or FIB_HIDDEN. */
static uint32_t visible(const struct fib_array *a, uint32_t at)
{
	uint32_t group = FIB_HIDDEN;

	if (is_word(a, at))
		return fib_word_group(fib_array_get(a, slot_at(a, at)));
	for (uint32_t below = 2 * at; below <= 2 * at + 1 && group == FIB_HIDDEN; below++)
		if (!fib_array_owns(a, below))
			group = visible(a, below);
	return group;
}

uint32_t fib_array_group(const struct fib_array *a, uint32_t at)
{
	return a->large ? a->large->heap[at] : visible(a, at);
}

uint32_t fib_array_cover(const struct fib_array *a, uint32_t at)
{
	do
		at >>= 1;
	while (at && !fib_array_owns(a, at));
	return at;
}

/* Gives a group to all words below at that no longer prefix hides. */
static void spread(const struct fib_array *a, uint32_t at, uint32_t group)
{
	if (is_word(a, at)) {
		put_group(a, slot_at(a, at), group);
		return;
	}
	for (uint32_t below = 2 * at; below <= 2 * at + 1; below++)
		if (!fib_array_owns(a, below))
			spread(a, below, group);
}

bool fib_array_own(const struct fib_array *a, uint32_t at, uint32_t group)
{
	bool is_new = !fib_array_owns(a, at);

	if (a->large) {
		a->large->heap[at] = group;
		a->large->n_owned += is_new;
	} else {
		*owned(a) |= 1U << at;
	}
	if (group != FIB_HIDDEN)
		spread(a, at, group);
	return is_new;
}

bool fib_array_disown(const struct fib_array *a, uint32_t at, uint32_t cover_group)
{
	uint32_t cover, group = FIB_NONE;

	if (!fib_array_owns(a, at))
		return false;
	cover = fib_array_cover(a, at);
	if (cover)
		group = fib_array_group(a, cover);
	if (group == FIB_HIDDEN) {
		group = cover_group;
		if (a->large && group)
			a->large->heap[cover] = group;
	}
	if (a->large) {
		a->large->heap[at] = 0;
		a->large->n_owned--;
	} else {
		*owned(a) &= ~(1U << at);
	}
	spread(a, at, group);
	return true;
}

/* --- what hangs in words --- */

static bool is_array(uint64_t word)
{
	return fib_word_kind(word) == FIB_ARRAY;
}

void fib_array_hang(const struct fib_array *a, uint32_t slot, uint64_t hanging)
{
	fib_word *word = word_of(a, slot);
	uint64_t old = fib_load(word);

	if (a->large) {
		a->large->n_hanging += (fib_word_kind(hanging) != FIB_NOTHING) -
				       (fib_word_kind(old) != FIB_NOTHING);
		a->large->n_arrays += is_array(hanging) - is_array(old);
	}
	atomic_store_explicit(word, (old & ~FIB_HANGING) | hanging, memory_order_release);
}

unsigned fib_array_things(const struct fib_array *a)
{
	unsigned n;

	if (a->large)
		return a->large->n_owned + a->large->n_hanging;
	n = __builtin_popcount(*owned(a));
	for (unsigned slot = 0; slot < FIB_SMALL; slot++)
		n += fib_word_kind(fib_array_get(a, slot)) != FIB_NOTHING;
	return n;
}

unsigned fib_array_arrays(const struct fib_array *a)
{
	unsigned n = 0;

	if (a->large)
		return a->large->n_arrays;
	for (unsigned slot = 0; slot < FIB_SMALL; slot++)
		n += is_array(fib_array_get(a, slot));
	return n;
}

/* --- packing --- */

enum {
	PACKED_BITS = 8
}; /* at most: to pack a larger one for every prefix that comes and goes is too much */

static bool repack(struct fib *fib, struct fib_array *a, bool packed, struct fib_array *old)
{
	struct fib_array new;

	if (a->packed == packed || a->bits > PACKED_BITS ||
	    !alloc_array(a->depth, a->bits, packed, &new))
		return false;
	for (uint32_t slot = 0; slot < fib_array_size(a); slot++)
		put_group(&new, slot, fib_word_group(fib_array_get(a, slot)));
	fib->bytes -= bytes_of(a);
	if (a->large) {
		*new.large = *a->large;
		a->large->heap = NULL;
	} else {
		*owned(&new) = *owned(a);
	}
	fib->bytes += bytes_of(&new) + bytes_of(a);
	*old = *a;
	*a = new;
	return true;
}

static bool nothing_hangs(const struct fib_array *a)
{
	if (a->large)
		return !a->large->n_hanging;
	for (uint32_t slot = 0; slot < FIB_SMALL; slot++)
		if (fib_word_kind(fib_array_get(a, slot)) != FIB_NOTHING)
			return false;
	return true;
}

bool fib_array_pack(struct fib *fib, struct fib_array *a, struct fib_array *old)
{
	return nothing_hangs(a) && repack(fib, a, true, old);
}

bool fib_array_unpack(struct fib *fib, struct fib_array *a, struct fib_array *old)
{
	return repack(fib, a, false, old);
}

void fib_array_pack_new(struct fib *fib, struct fib_array *a)
{
	struct fib_array old;

	if (fib_array_pack(fib, a, &old))
		fib_array_free(fib, &old);
}
