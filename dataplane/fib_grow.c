// SPDX-License-Identifier: BSD-3-Clause
/*
 * Arrays of more than 4 bits. One step through a large array is cheaper than
 * two through small ones, and takes more memory where little of it is used: an
 * array takes in those that hang right behind it when at least half of its words
 * have one. What hangs deeper stays where it is, and only has another word lead to it.
 */
#include "dataplane/fib_edit.h"

enum { FULL = 2 }; /* an array behind one of FULL words */

/* The words of one array are made within one update: this says how many they may become. */
static unsigned max_bits(unsigned depth)
{
	if (depth == FIB_ROOT_BITS)
		return 16;
	return depth % 8 == 0 ? 8 : FIB_STRIDE;
}

static void take_prefixes(const struct fib_array *from, const struct fib_array *to)
{
	for (uint32_t at = 2; at < 2 * fib_array_size(from); at++)
		if (fib_array_owns(from, at))
			fib_array_own(to, at, fib_array_group(from, at));
}

/* Takes in a small array that hangs right behind word i of the one that grows. */
static void take_small(const struct fib_array *to, uint32_t i, const struct fib_array *small)
{
	for (uint32_t at = 2; at < 2 * FIB_SMALL; at++) {
		unsigned l = 31 - __builtin_clz(at);

		if (fib_array_owns(small, at))
			fib_array_own(to,
				      1U << (to->bits - FIB_STRIDE + l) | i << l |
					      (at & ((1U << l) - 1)),
				      fib_array_group(small, at));
	}
	for (uint32_t slot = 0; slot < FIB_SMALL; slot++)
		fib_array_hang(to, i * FIB_SMALL + slot, fib_array_get(small, slot) & FIB_HANGING);
}

static void take_word(struct fib *fib, const struct fib_array *to, uint32_t i, uint64_t word,
		      const struct fib_prefix *like)
{
	struct fib_array small;
	struct fib_edge edge;

	if (fib_word_kind(word) == FIB_ARRAY) {
		small = fib_array_of(word);
		take_small(to, i, &small);
	} else if (fib_word_kind(word) != FIB_NOTHING) {
		edge = fib_edge_of(word, like);
		fib_edge_settle(fib, to, &edge, word);
	}
}

/* The memory of what was taken in. */
static void retire_word(struct fib *fib, const struct fib_array *to, uint64_t word,
			const struct fib_prefix *like)
{
	struct fib_array small;
	struct fib_edge edge;

	if (fib_word_kind(word) == FIB_ARRAY) {
		small = fib_array_of(word);
		fib_array_retire(fib, &small);
	} else if (fib_word_kind(word) == FIB_RECORD) {
		edge = fib_edge_of(word, like);
		if (fib_edge_settles(to, &edge, word))
			fib_edge_retire(fib, word);
	}
}

/* What can be taken in is small: others become so first. False: one cannot. */
static bool make_small(struct fib *fib, const struct fib_array *from, const struct fib_prefix *like)
{
	for (uint32_t i = 0; i < fib_array_size(from); i++) {
		uint64_t word = fib_array_get(from, i);
		struct fib_prefix in = fib_more_bits(like, from->depth, i, from->bits);
		struct fib_step step = {.place = {.array = *from, .slot = i}};

		if (fib_word_kind(word) != FIB_ARRAY)
			continue;
		step.array = fib_array_of(word);
		while (step.array.large)
			if (!fib_shrink(fib, &step, &in))
				return false;
	}
	return true;
}

void fib_grow(struct fib *fib, const struct fib_step *step, const struct fib_prefix *like)
{
	const struct fib_array *from = &step->array;
	struct fib_array to;

	if (from->bits >= max_bits(from->depth) ||
	    fib_array_arrays(from) < fib_array_size(from) / FULL || !make_small(fib, from, like) ||
	    !fib_array_make(fib, from->depth, from->bits + FIB_STRIDE, &to))
		return;
	take_prefixes(from, &to);
	for (uint32_t i = 0; i < fib_array_size(from); i++) {
		struct fib_prefix in = fib_more_bits(like, from->depth, i, from->bits);

		take_word(fib, &to, i, fib_array_get(from, i), &in);
	}
	fib_array_pack_new(fib, &to);
	fib_place_hang(&step->place, fib_array_word(&to));
	for (uint32_t i = 0; i < fib_array_size(from); i++)
		retire_word(fib, &to, fib_array_get(from, i), like);
	fib_array_retire(fib, from);
}
