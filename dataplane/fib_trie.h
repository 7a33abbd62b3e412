// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory behind fib.h: a trie of arrays. A lookup goes down from the root
 * and keeps the last group that it met.
 *
 *   array   2^bits words, by these bits of the address from depth on
 *   word    a group, and what hangs there: nothing, an array for the bits that follow, a record,
 *           or a leaf
 *   record  the first `length` bits of an address, and a word for what has them: a single
 *           prefix, or an array that lies deeper, after bits that all below it share
 *   leaf    a single prefix that ends within the next 24 bits: it fits into the word itself
 *
 * A prefix lies in the array that has its last bit. There its group stands in
 * each word that it covers and no longer one of the same array does; 0 in a word
 * means that what was met above holds. A record's word has the group of the prefix
 * that is exactly the record.
 *
 * An array in whose words nothing hangs may be packed: only the groups, of 16 bits each.
 *
 * An array has 4 bits, and more where it pays: fib_grow.c. Depths are multiples of 4, and counted
 * in bits from the first; an IPv4 address is the first 32 of 64 bits.
 *
 * Readers follow words; each is one atomic, so that an array is seen with its depth and size.
 * Control builds what is new, publishes it with one store, and what a reader may still hold keeps
 * its content until a grace period is over.
 */
#ifndef WEFT_DATAPLANE_FIB_TRIE_H
#define WEFT_DATAPLANE_FIB_TRIE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "dataplane/buddy.h"
#include "dataplane/fib_table.h"

#define FIB_ROOT_BITS 8
#define FIB_STRIDE    4 /* bits of a small array */
#define FIB_SMALL     (1 << FIB_STRIDE)

typedef _Atomic uint64_t fib_word;

/* --- words: group 16 | kind 2 | what the kind needs 46 --- */

enum fib_kind { FIB_NOTHING, FIB_ARRAY, FIB_RECORD, FIB_LEAF };

#define FIB_HANGING ((UINT64_C(1) << 48) - 1) /* kind and the rest */

static inline uint32_t fib_word_group(uint64_t word)
{
	return word >> 48;
}

static inline enum fib_kind fib_word_kind(uint64_t word)
{
	return word >> 46 & 3;
}

/* Of an array or a record. */
static inline void *fib_word_mem(uint64_t word)
{
	return buddy_at(word);
}

/* FIB_ARRAY: size 5 | packed 1 | depth 7 | block 32. The size is that of the whole, in bytes, as a
 * power of two. */
static inline uint64_t fib_word_array(uint32_t block, unsigned depth, unsigned bits, bool packed)
{
	unsigned size = bits + (packed ? 1 : 3);

	return (uint64_t)FIB_ARRAY << 46 | (uint64_t)size << 40 | (uint64_t)packed << 39 |
	       (uint64_t)depth << 32 | block;
}

static inline bool fib_word_is_packed(uint64_t word)
{
	return word >> 39 & 1;
}

static inline unsigned fib_word_depth(uint64_t word)
{
	return word >> 32 & 127;
}

static inline unsigned fib_word_bits(uint64_t word)
{
	return (word >> 40 & 31) - (fib_word_is_packed(word) ? 1 : 3);
}

/* How many bytes behind the beginning of an array's block the word, or the group, for an address
 * is; but for the lowest bits (FIB_WORD_AT, FIB_GROUP_AT). Of a record, and of nothing, it is 0. */
static inline uint64_t fib_word_offset(uint64_t word, uint64_t hi, uint64_t lo)
{
	uint64_t in_lo = -(word >> 38 & 1); /* depth 64 or more */
	uint64_t from = (hi & ~in_lo) | (lo & in_lo);

	return from << (word >> 32 & 63) >> 1 >> (~(word >> 40) & 63);
}

#define FIB_WORD_AT(p)  ((const fib_word *)((uintptr_t)(p) & ~(uintptr_t)7))
#define FIB_GROUP_AT(p) ((const _Atomic uint16_t *)((uintptr_t)(p) & ~(uintptr_t)1))

/* FIB_RECORD: block 32. */
static inline uint64_t fib_word_record(uint32_t block)
{
	return (uint64_t)FIB_RECORD << 46 | block;
}

/* FIB_LEAF: group 16 | from / 4 5 | bits 25: those of the prefix from there on, then a one, then
 * zeros. The bits before from are those of the way to the word. */
#define FIB_LEAF_BITS 24

static inline bool fib_leaf_fits(unsigned length, unsigned from)
{
	return length - from <= FIB_LEAF_BITS && (from >= 64 || length <= 64);
}

/* bits: the l bits of the prefix from there on. */
static inline uint64_t fib_word_leaf(unsigned from, uint32_t bits, unsigned l, uint32_t group)
{
	return (uint64_t)FIB_LEAF << 46 | (uint64_t)group << 30 | (uint64_t)from << 23 |
	       (2 * bits + 1) << (FIB_LEAF_BITS - l);
}

static inline uint32_t fib_leaf_group(uint64_t word)
{
	return word >> 30 & 0xffff;
}

static inline unsigned fib_leaf_from(uint64_t word)
{
	return word >> 23 & 124;
}

static inline uint32_t fib_leaf_bits(uint64_t word)
{
	return word & ((2U << FIB_LEAF_BITS) - 1);
}

static inline bool fib_leaf_holds(uint64_t word, uint64_t hi, uint64_t lo)
{
	uint64_t in_lo = -(word >> 29 & 1); /* from is 64 or more */
	uint64_t addr = (hi & ~in_lo) | (lo & in_lo), bits = fib_leaf_bits(word);

	/* They differ at or behind the one: two of it is more than that. */
	return ((addr << (word >> 23 & 60) >> (63 - FIB_LEAF_BITS)) ^ bits) < 2 * (bits & -bits);
}

/* --- records --- */

struct fib_record {
	uint64_t hi, lo; /* zero behind length; these never change */
	fib_word word;   /* FIB_ARRAY with depth = length, or FIB_NOTHING with length 8 | 0 32 */
} __rte_aligned(BUDDY_UNIT);

_Static_assert(sizeof(struct fib_record) == BUDDY_UNIT, "a record is a unit");

static inline unsigned fib_record_length(uint64_t word)
{
	return word >> 32 & 255 >> (word >> 46 & 1); /* an array's is its depth */
}

/* Whether the record with that word has the address. */
static inline bool fib_record_holds(const struct fib_record *record, uint64_t word, uint64_t hi,
				    uint64_t lo)
{
	unsigned length = fib_record_length(word);

	if (length <= 64)
		return (hi ^ record->hi) >> (64 - length) == 0;
	return hi == record->hi && (lo ^ record->lo) >> (128 - length) == 0;
}

/* Control's knowledge of an array with more than 4 bits. In a heap the prefix of l bits behind
 * depth is at 1 << l | these bits. */
struct fib_large {
	uint16_t *heap; /* [2 << bits] groups, hidden by longer prefixes or not; 0: no prefix */
	uint32_t n_owned, n_hanging; /* prefixes that lie here, words with something hanging */
	uint32_t n_arrays;           /* words with an array right behind this one */
};

struct fib {
	fib_word root[1 << FIB_ROOT_BITS];

	/* Control only. */
	enum fib_family family;
	uint32_t n_prefixes;
	uint64_t bytes;
	struct fib_large large;
	uint16_t heap[2 << FIB_ROOT_BITS];
} __rte_cache_aligned;

#endif
