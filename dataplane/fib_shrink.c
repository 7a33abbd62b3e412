// SPDX-License-Identifier: BSD-3-Clause
/*
 * A sixteenth of a large array's words: what sixteen of them hold comes into a
 * small array, if it is more than one thing.
 */
#include "dataplane/fib_edit.h"

enum { EMPTY = 32 }; /* no more than a thing for EMPTY words */

/* What sixteen words of the array that shrinks, from the first one on, come down to. */
struct sixteen {
	uint32_t first;         /* of these words */
	struct fib_prefix base; /* the address up to these words */
	unsigned n;             /* prefixes, and words with something hanging */
	uint32_t owned;         /* which prefixes, by their place in a small array's heap */
	uint32_t slot; /* the last word with something hanging; beyond them if there is none */
};

/* Where the large array's heap has what a small one's would have at a place. */
static uint32_t heap_at(const struct fib_array *from, const struct sixteen *s, uint32_t at)
{
	unsigned l = 31 - __builtin_clz(at), above = from->bits - FIB_STRIDE;

	return 1U << (above + l) | s->first / FIB_SMALL << l | (at & ((1U << l) - 1));
}

static struct sixteen gather(const struct fib_array *from, uint32_t i,
			     const struct fib_prefix *like)
{
	struct sixteen s = {.first = i * FIB_SMALL,
			    .base = fib_more_bits(like, from->depth, i, from->bits - FIB_STRIDE),
			    .slot = FIB_SMALL};

	for (uint32_t at = 2; at < 2 * FIB_SMALL; at++) {
		if (!fib_array_owns(from, heap_at(from, &s, at)))
			continue;
		s.owned |= 1U << at;
		s.n++;
	}
	for (uint32_t slot = 0; slot < FIB_SMALL; slot++) {
		if (fib_word_kind(fib_array_get(from, s.first + slot)) == FIB_NOTHING)
			continue;
		s.slot = slot;
		s.n++;
	}
	return s;
}

/* The prefix at a place of a small heap that the sixteen words begin with: its first word, which
 * shows its group if it is the only one. */
static uint32_t first_slot(uint32_t at)
{
	unsigned l = 31 - __builtin_clz(at);

	return (at & ((1U << l) - 1)) << (FIB_STRIDE - l);
}

/* The only one of their things, as something to hang; 0: no memory. */
static uint64_t only_one(struct fib *fib, const struct fib_array *from, const struct sixteen *s)
{
	uint64_t hanging =
		s->slot < FIB_SMALL ? fib_array_get(from, s->first + s->slot) & FIB_HANGING : 0;
	unsigned at = s->owned ? __builtin_ctz(s->owned) : 0, l = at ? 31 - __builtin_clz(at) : 0;
	struct fib_prefix in = fib_more_bits(&s->base, s->base.length, s->slot, FIB_STRIDE);
	struct fib_edge edge = {.array = 0};

	switch (fib_word_kind(hanging)) {
	case FIB_RECORD:
		return hanging;
	case FIB_LEAF:
		edge = fib_edge_of(hanging, &in);
		break;
	case FIB_ARRAY:
		edge.prefix = in;
		edge.array = hanging;
		break;
	default:
		edge.prefix = fib_more_bits(&s->base, s->base.length, at - (1U << l), l);
		edge.group = fib_word_group(fib_array_get(from, s->first + first_slot(at)));
	}
	return fib_edge_make(fib, &edge, s->base.length);
}

/* A small array for them; 0: no memory. */
static uint64_t as_array(struct fib *fib, const struct fib_array *from, const struct sixteen *s)
{
	struct fib_array small;

	if (!fib_array_make(fib, s->base.length, FIB_STRIDE, &small))
		return 0;
	/* Shorter ones first, as they overwrite one another. */
	for (uint32_t at = 2; at < 2 * FIB_SMALL; at++)
		if (s->owned >> at & 1)
			fib_array_own(&small, at, fib_array_group(from, heap_at(from, s, at)));
	for (uint32_t slot = 0; slot < FIB_SMALL; slot++)
		fib_array_hang(&small, slot, fib_array_get(from, s->first + slot) & FIB_HANGING);
	fib_array_pack_new(fib, &small);
	return fib_array_word(&small);
}

/* The memory of what was made for sixteen words, and not just hung again. */
static void drop(struct fib *fib, const struct fib_array *from, uint32_t i, uint64_t hanging)
{
	struct fib_array small;

	for (uint32_t slot = 0; slot < FIB_SMALL; slot++)
		if ((fib_array_get(from, i * FIB_SMALL + slot) & FIB_HANGING) == hanging)
			return;
	if (fib_word_kind(hanging) == FIB_ARRAY) {
		small = fib_array_of(hanging);
		fib_array_free(fib, &small);
	} else {
		fib_edge_free(fib, hanging);
	}
}

/* Fills the smaller array. A prefix whose group is not known stays hidden: what hides it comes
 * along, to the array or to the small one below it that it comes to. False: no memory. */
static bool draw_in(struct fib *fib, const struct fib_array *from, const struct fib_array *to,
		    const struct fib_prefix *like)
{
	for (uint32_t at = 2; at < 2 * fib_array_size(to); at++)
		if (fib_array_owns(from, at))
			fib_array_own(to, at, fib_array_group(from, at));
	for (uint32_t i = 0; i < fib_array_size(to); i++) {
		struct sixteen s = gather(from, i, like);
		uint64_t hanging = 0;

		if (!s.n)
			continue;
		hanging = s.n == 1 ? only_one(fib, from, &s) : as_array(fib, from, &s);
		if (!hanging)
			return false;
		fib_array_hang(to, i, hanging);
	}
	return true;
}

bool fib_shrink(struct fib *fib, struct fib_step *step, const struct fib_prefix *like)
{
	const struct fib_array from = step->array;
	struct fib_array to;

	if (!fib_array_make(fib, from.depth, from.bits - FIB_STRIDE, &to))
		return false;
	if (!draw_in(fib, &from, &to, like)) {
		for (uint32_t i = 0; i < fib_array_size(&to); i++)
			drop(fib, &from, i, fib_array_get(&to, i) & FIB_HANGING);
		fib_array_free(fib, &to);
		return false;
	}
	fib_array_pack_new(fib, &to);
	fib_place_hang(&step->place, fib_array_word(&to));
	fib_array_retire(fib, &from);
	step->array = to;
	return true;
}

bool fib_shrink_if_empty(struct fib *fib, struct fib_step *step, const struct fib_prefix *like)
{
	unsigned limit = fib_array_size(&step->array) / EMPTY;
	unsigned things = fib_array_things(&step->array);

	/* Not with each thing that goes: there may be no memory. */
	return things <= limit && things % RTE_MAX(limit / 8, 1U) == 0 &&
	       fib_shrink(fib, step, like);
}
