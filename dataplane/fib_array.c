// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/fib_array.h"

#include <stdlib.h>
#include <string.h>

/* --- memory --- */

static size_t words_size(unsigned bits)
{
	return sizeof(fib_word) << bits;
}

static size_t heap_size(unsigned bits)
{
	return sizeof(uint16_t) << (bits + 1);
}

static uint64_t bytes_of(unsigned bits)
{
	return fib_mem_cost(words_size(bits)) + (bits > FIB_STRIDE ? heap_size(bits) : 0);
}

struct fib_array fib_array_root(struct fib *fib)
{
	return (struct fib_array){fib->root, &fib->large, 0, FIB_ROOT_BITS};
}

struct fib_array fib_array_of(uint64_t word)
{
	unsigned bits = fib_word_bits(word);

	return (struct fib_array){
		.words = fib_word_mem(word),
		.large = bits > FIB_STRIDE ? fib_mem_side((uint32_t)word) : NULL,
		.depth = fib_word_depth(word),
		.bits = bits,
	};
}

uint64_t fib_array_word(const struct fib_array *a)
{
	return fib_word_array(fib_mem_block(a->words), a->depth, a->bits);
}

bool fib_array_make(struct fib *fib, unsigned depth, unsigned bits, struct fib_array *out)
{
	uint32_t block = fib_mem_alloc(words_size(bits));
	uint16_t *heap;

	if (!block)
		return false;
	*out = fib_array_of(fib_word_array(block, depth, bits));
	if (out->large) {
		heap = calloc(1, heap_size(bits));
		if (!heap) {
			fib_mem_free(block, words_size(bits));
			return false;
		}
		out->large->heap = heap;
	}
	memset((void *)out->words, 0, words_size(bits));
	fib->bytes += bytes_of(bits);
	return true;
}

void fib_array_free(struct fib *fib, const struct fib_array *a)
{
	if (a->large)
		free(a->large->heap);
	fib->bytes -= bytes_of(a->bits);
	fib_mem_free(fib_mem_block(a->words), words_size(a->bits));
}

void fib_array_retire(struct fib *fib, const struct fib_array *a)
{
	if (a->large)
		free(a->large->heap); /* control's alone */
	fib->bytes -= bytes_of(a->bits);
	fib_mem_retire(fib_mem_block(a->words), words_size(a->bits));
}

/* --- prefixes --- */

/* Of a small array: bit by place in the heap. */
static uint32_t *owned(const struct fib_array *a)
{
	return fib_mem_side(fib_mem_block(a->words));
}

bool fib_array_owns(const struct fib_array *a, uint32_t at)
{
	return a->large ? a->large->heap[at] : *owned(a) >> at & 1;
}

static bool is_word(const struct fib_array *a, uint32_t at)
{
	return at >> a->bits;
}

static fib_word *word_at(const struct fib_array *a, uint32_t at)
{
	return &a->words[at - fib_array_size(a)];
}

/* A word below at that no longer prefix hides, or NULL. */
static const fib_word *visible(const struct fib_array *a, uint32_t at)
{
	const fib_word *word = NULL;

	if (is_word(a, at))
		return word_at(a, at);
	for (uint32_t below = 2 * at; below <= 2 * at + 1 && !word; below++)
		if (!fib_array_owns(a, below))
			word = visible(a, below);
	return word;
}

uint32_t fib_array_group(const struct fib_array *a, uint32_t at)
{
	const fib_word *word;

	if (a->large)
		return a->large->heap[at];
	word = visible(a, at);
	return word ? fib_word_group(fib_load(word)) : FIB_HIDDEN;
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
		fib_word *word = word_at(a, at);

		atomic_store_explicit(word, (uint64_t)group << 48 | (fib_load(word) & FIB_HANGING),
				      memory_order_release);
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
	fib_word *word = &a->words[slot];
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
		n += fib_word_kind(fib_load(&a->words[slot])) != FIB_NOTHING;
	return n;
}

unsigned fib_array_arrays(const struct fib_array *a)
{
	unsigned n = 0;

	if (a->large)
		return a->large->n_arrays;
	for (unsigned slot = 0; slot < FIB_SMALL; slot++)
		n += is_array(fib_load(&a->words[slot]));
	return n;
}
