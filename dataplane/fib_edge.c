// SPDX-License-Identifier: BSD-3-Clause
/* Leaves and records, and the bits of addresses. */
#include "dataplane/fib_array.h"

struct fib_prefix fib_first_bits(const struct fib_prefix *prefix, uint8_t length)
{
	return (struct fib_prefix){
		.hi = length >= 64 ? prefix->hi : prefix->hi & ~(~UINT64_C(0) >> length),
		.lo = length >= 128  ? prefix->lo
		      : length <= 64 ? 0
				     : prefix->lo & ~(~UINT64_C(0) >> (length - 64)),
		.length = length,
	};
}

struct fib_prefix fib_more_bits(const struct fib_prefix *prefix, uint8_t length, uint32_t bits,
				unsigned l)
{
	struct fib_prefix more = fib_first_bits(prefix, length);

	if (l && length < 64)
		more.hi |= (uint64_t)bits << (64 - length - l);
	else if (l)
		more.lo |= (uint64_t)bits << (128 - length - l);
	more.length = length + l;
	return more;
}

unsigned fib_common(const struct fib_prefix *a, const struct fib_prefix *b)
{
	if (a->hi != b->hi)
		return __builtin_clzl(a->hi ^ b->hi);
	return a->lo != b->lo ? 64 + __builtin_clzl(a->lo ^ b->lo) : 128;
}

static struct fib_edge leaf_of(uint64_t word, const struct fib_prefix *like)
{
	uint32_t bits = fib_leaf_bits(word);
	unsigned one = __builtin_ctz(bits), l = FIB_LEAF_BITS - one;

	return (struct fib_edge){
		.prefix = fib_more_bits(like, fib_leaf_from(word), bits >> (one + 1), l),
		.group = fib_leaf_group(word),
	};
}

struct fib_edge fib_edge_of(uint64_t word, const struct fib_prefix *like)
{
	const struct fib_record *record = fib_word_mem(word);
	uint64_t behind;

	if (fib_word_kind(word) == FIB_LEAF)
		return leaf_of(word, like);
	behind = fib_load(&record->word);
	return (struct fib_edge){
		.prefix = {record->hi, record->lo, fib_record_length(behind)},
		.group = fib_word_group(behind),
		.array = fib_word_kind(behind) == FIB_ARRAY ? behind & FIB_HANGING : 0,
	};
}

uint64_t fib_edge_make(struct fib *fib, const struct fib_edge *edge, unsigned from)
{
	const struct fib_prefix *prefix = &edge->prefix;
	unsigned l = prefix->length - from;
	struct fib_record *record;
	uint32_t block;

	if (!edge->array && fib_leaf_fits(prefix->length, from))
		return fib_word_leaf(from, fib_bits_of(prefix, from, l), l, edge->group);
	block = buddy_alloc(sizeof(*record));
	if (!block)
		return 0;
	record = buddy_at(block);
	record->hi = prefix->hi;
	record->lo = prefix->lo;
	atomic_init(&record->word,
		    (uint64_t)edge->group << 48 |
			    (edge->array ? edge->array : (uint64_t)prefix->length << 32));
	fib->bytes += buddy_cost(BUDDY_UNIT);
	return fib_word_record(block);
}

/* A record that need not be one further down. */
static bool can_be_leaf(const struct fib_array *a, const struct fib_edge *edge, uint64_t word)
{
	return fib_word_kind(word) == FIB_RECORD && !edge->array &&
	       fib_leaf_fits(edge->prefix.length, fib_array_end(a));
}

bool fib_edge_settles(const struct fib_array *a, const struct fib_edge *edge, uint64_t word)
{
	return edge->prefix.length <= fib_array_end(a) || can_be_leaf(a, edge, word);
}

bool fib_edge_settle(struct fib *fib, const struct fib_array *a, const struct fib_edge *edge,
		     uint64_t word)
{
	uint32_t slot = fib_bits_of(&edge->prefix, a->depth, a->bits);

	if (edge->prefix.length > fib_array_end(a)) {
		if (can_be_leaf(a, edge, word))
			fib_array_hang(a, slot, fib_edge_make(fib, edge, fib_array_end(a)));
		else
			fib_array_hang(a, slot, word & FIB_HANGING);
	} else {
		if (edge->group)
			fib_array_own(a, fib_array_at(a, &edge->prefix), edge->group);
		if (edge->array)
			fib_array_hang(a, slot, edge->array);
	}
	return fib_edge_settles(a, edge, word);
}

void fib_edge_free(struct fib *fib, uint64_t word)
{
	if (fib_word_kind(word) != FIB_RECORD)
		return;
	fib->bytes -= buddy_cost(BUDDY_UNIT);
	buddy_free(word, BUDDY_UNIT);
}

void fib_edge_retire(struct fib *fib, uint64_t word)
{
	if (fib_word_kind(word) != FIB_RECORD)
		return;
	fib->bytes -= buddy_cost(BUDDY_UNIT);
	buddy_retire(word, BUDDY_UNIT);
}
