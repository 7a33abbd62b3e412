// SPDX-License-Identifier: BSD-3-Clause
/* Where a prefix goes, and what becomes of its place without it. */
#include "dataplane/fib_edit.h"

#include <errno.h>

void fib_place_hang(const struct fib_place *place, uint64_t hanging)
{
	fib_word *word;

	if (!place->record) {
		fib_array_hang(&place->array, place->slot, hanging);
		return;
	}
	word = &place->record->word;
	atomic_store_explicit(word, (fib_load(word) & ~FIB_HANGING) | hanging,
			      memory_order_release);
}

/* --- the way down --- */

/* Where the way to a prefix ends: in step's array, and in its word `slot` if the prefix does not
 * lie in the array itself. */
struct end {
	struct fib_step step;
	uint32_t slot;
	uint64_t word;
	struct fib_edge edge; /* the leaf or record in word, if there is one */
};

static bool lies_in(const struct fib_array *a, const struct fib_prefix *prefix)
{
	return prefix->length <= fib_array_end(a);
}

static bool leads_to(const struct fib_edge *edge, const struct fib_prefix *prefix)
{
	return edge->prefix.length <= prefix->length &&
	       fib_common(&edge->prefix, prefix) >= edge->prefix.length;
}

static bool is_same(const struct fib_edge *edge, const struct fib_prefix *prefix)
{
	return edge->prefix.length == prefix->length && leads_to(edge, prefix);
}

static void go_down(struct fib *fib, const struct fib_prefix *prefix, struct end *end)
{
	struct fib_step *step = &end->step;

	*step = (struct fib_step){fib_array_root(fib)};
	while (!lies_in(&step->array, prefix)) {
		struct fib_record *record = NULL;
		uint64_t next;

		end->slot = fib_bits_of(prefix, step->array.depth, step->array.bits);
		end->word = fib_array_get(&step->array, end->slot);
		switch (fib_word_kind(end->word)) {
		case FIB_NOTHING:
			return;
		case FIB_ARRAY:
			next = end->word;
			break;
		default:
			end->edge = fib_edge_of(end->word, prefix);
			if (!end->edge.array || is_same(&end->edge, prefix) ||
			    !leads_to(&end->edge, prefix))
				return;
			record = fib_word_mem(end->word);
			next = end->edge.array;
		}
		step->place = (struct fib_place){step->array, end->slot, record};
		step->array = fib_array_of(next);
	}
}

/* --- in --- */

/* The new array, and what leads to it and hangs from it. */
struct branch {
	struct fib_array array;
	uint64_t leaf, way; /* words, or 0 where they are not needed */
};

static bool make_branch(struct fib *fib, unsigned depth, unsigned from,
			const struct fib_edge *added, struct branch *out)
{
	bool needs_leaf = added->prefix.length > depth + FIB_STRIDE, needs_way = depth > from;
	struct fib_edge way = {.prefix = fib_first_bits(&added->prefix, depth)};

	*out = (struct branch){.leaf = 0};
	if (!fib_array_make(fib, depth, FIB_STRIDE, &out->array))
		return false;
	way.array = fib_array_word(&out->array);
	if (needs_leaf)
		out->leaf = fib_edge_make(fib, added, depth + FIB_STRIDE);
	if (needs_way)
		out->way = fib_edge_make(fib, &way, from);
	if ((out->leaf || !needs_leaf) && (out->way || !needs_way))
		return true;
	fib_edge_free(fib, out->leaf);
	fib_edge_free(fib, out->way);
	fib_array_free(fib, &out->array);
	return false;
}

/* What to hang to have the way lead to the array as it is now. */
static uint64_t lead(const struct branch *branch)
{
	struct fib_record *record = fib_word_mem(branch->way);

	if (!branch->way)
		return fib_array_word(&branch->array);
	atomic_init(&record->word, fib_array_word(&branch->array));
	return branch->way;
}

/* Puts an array where a leaf or record is, for that one and a prefix that parts from it. */
static int part(struct fib *fib, const struct end *end, const struct fib_edge *added)
{
	const struct fib_array *above = &end->step.array;
	const struct fib_edge *old = &end->edge;
	unsigned depth = fib_common(&old->prefix, &added->prefix) & ~(FIB_STRIDE - 1);
	struct branch branch;
	bool is_settled;

	depth = RTE_MIN(depth, fib_home(added->prefix.length));
	depth = RTE_MIN(depth, fib_home(old->prefix.length));
	if (!make_branch(fib, depth, fib_array_end(above), added, &branch))
		return -ENOMEM;
	fib_edge_settle(fib, &branch.array, added, branch.leaf);
	is_settled = fib_edge_settle(fib, &branch.array, old, end->word);
	fib_array_pack_new(fib, &branch.array);
	fib_array_hang(above, end->slot, lead(&branch));
	if (is_settled)
		fib_edge_retire(fib, end->word);
	if (!branch.way)
		fib_grow(fib, &end->step, &added->prefix);
	return 1;
}

/* Hangs a leaf or record for a prefix where nothing hangs yet. */
static int hang(struct fib *fib, struct end *end, const struct fib_edge *added)
{
	struct fib_array *a = &end->step.array, packed;
	uint64_t word = fib_edge_make(fib, added, fib_array_end(a));

	if (!word)
		return -ENOMEM;
	if (a->packed) {
		if (!fib_array_unpack(fib, a, &packed)) {
			fib_edge_free(fib, word);
			return -ENOMEM;
		}
		fib_array_hang(a, end->slot, word);
		fib_place_hang(&end->step.place, fib_array_word(a));
		fib_array_retire(fib, &packed);
	} else {
		fib_array_hang(a, end->slot, word);
	}
	return 1;
}

/* Changes the group of a leaf or record that is there. */
static int regroup(struct fib *fib, const struct end *end, const struct fib_prefix *prefix,
		   uint32_t group)
{
	struct fib_record *record = fib_word_mem(end->word);
	struct fib_edge edge = {*prefix, group, 0};

	if (fib_word_kind(end->word) == FIB_LEAF)
		fib_array_hang(&end->step.array, end->slot,
			       fib_edge_make(fib, &edge, fib_leaf_from(end->word)));
	else
		atomic_store_explicit(&record->word,
				      (uint64_t)group << 48 |
					      (fib_load(&record->word) & FIB_HANGING),
				      memory_order_release);
	return !end->edge.group;
}

int fib_edit_set(struct fib *fib, const struct fib_prefix *prefix, uint32_t group)
{
	struct fib_edge added = {*prefix, group, 0};
	const struct fib_array *a;
	struct end end;

	go_down(fib, prefix, &end);
	a = &end.step.array;
	if (lies_in(a, prefix))
		return fib_array_own(a, fib_array_at(a, prefix), group);
	if (fib_word_kind(end.word) == FIB_NOTHING)
		return hang(fib, &end, &added);
	if (is_same(&end.edge, prefix))
		return regroup(fib, &end, prefix, group);
	return part(fib, &end, &added);
}

/* --- out --- */

/* The only thing in an array, as an edge. word: it hangs there as that already, or 0. like: any
 * prefix that leads there. */
static struct fib_edge only_thing(const struct fib_array *a, const struct fib_prefix *like,
				  uint64_t *word)
{
	struct fib_edge edge = {.array = 0};

	*word = 0;
	for (uint32_t at = 2; at < 2 * FIB_SMALL; at++) {
		unsigned l = 31 - __builtin_clz(at);

		if (!fib_array_owns(a, at))
			continue;
		edge.group = fib_array_group(a, at);
		edge.prefix = fib_more_bits(like, a->depth, at - (1U << l), l);
	}
	for (uint32_t slot = 0; slot < FIB_SMALL; slot++) {
		uint64_t hanging = fib_array_get(a, slot) & FIB_HANGING;
		struct fib_prefix in = fib_more_bits(like, a->depth, slot, a->bits);

		if (fib_word_kind(hanging) == FIB_ARRAY)
			edge = (struct fib_edge){.prefix = in, .array = hanging};
		else if (fib_word_kind(hanging) == FIB_LEAF)
			edge = fib_edge_of(hanging, &in);
		else if (hanging)
			*word = hanging;
	}
	return edge;
}

/* A small array with a single thing left in it gives way to that. False: it stays, for want of
 * memory or as there is more in it. */
static bool collapse(struct fib *fib, const struct fib_step *step, const struct fib_prefix *like)
{
	const struct fib_array *a = &step->array;
	struct fib_place place = step->place;
	uint64_t old = fib_array_get(&place.array, place.slot), word = 0;
	unsigned n = fib_array_things(a);
	struct fib_edge edge = {.array = 0};

	/* The record that leads there may be a prefix itself. */
	if (place.record && fib_word_group(fib_load(&place.record->word))) {
		n++;
		edge = fib_edge_of(old, like);
		edge.array = 0;
	}
	if (n > 1)
		return false;
	if (n && !edge.group)
		edge = only_thing(a, like, &word);
	if (n && !word)
		word = fib_edge_make(fib, &edge, fib_array_end(&place.array));
	if (n && !word)
		return false;
	place.record = NULL;
	fib_place_hang(&place, word);
	fib_array_retire(fib, a);
	fib_edge_retire(fib, old);
	return true;
}

/* After something was taken out of step's array. */
static void tidy(struct fib *fib, struct fib_step *step, const struct fib_prefix *like)
{
	struct fib_array old;

	if (!step->array.depth)
		return;
	while (step->array.large && fib_shrink_if_empty(fib, step, like))
		;
	if (!step->array.large && collapse(fib, step, like))
		return;
	if (fib_array_pack(fib, &step->array, &old)) {
		fib_place_hang(&step->place, fib_array_word(&step->array));
		fib_array_retire(fib, &old);
	}
}

bool fib_edit_del(struct fib *fib, const struct fib_prefix *prefix, uint32_t cover_group)
{
	const struct fib_array *a;
	struct end end;

	go_down(fib, prefix, &end);
	a = &end.step.array;
	if (lies_in(a, prefix)) {
		if (!fib_array_disown(a, fib_array_at(a, prefix), cover_group))
			return false;
	} else {
		if (fib_word_kind(end.word) == FIB_NOTHING || !is_same(&end.edge, prefix) ||
		    !end.edge.group)
			return false;
		if (end.edge.array) {
			regroup(fib, &end, prefix, FIB_NONE);
			return true;
		}
		fib_array_hang(a, end.slot, 0);
		fib_edge_retire(fib, end.word);
	}
	tidy(fib, &end.step, prefix);
	return true;
}
