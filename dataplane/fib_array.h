// SPDX-License-Identifier: BSD-3-Clause
/*
 * Control's side of fib_trie.h: arrays and the prefixes that lie in them, what
 * hangs in their words, and records. What is published changes by one store
 * at a time, each of which shows readers a prefix as it was or as it is.
 *
 * An array remembers which prefixes lie in it by their place in a heap: the l bits behind its depth
 * are at 1 << l | these bits. A large one keeps their groups, too; a small one reads them from the
 * words, which cannot tell that of a prefix that longer ones hide altogether.
 */
#ifndef WEFT_DATAPLANE_FIB_ARRAY_H
#define WEFT_DATAPLANE_FIB_ARRAY_H

#include "dataplane/fib_trie.h"

#define FIB_HIDDEN UINT16_MAX /* in place of a group: it is not known */

struct fib_prefix {
	uint64_t hi, lo; /* zero behind length */
	uint8_t length;
};

struct fib_array {
	void *mem;               /* fib_word[], or groups if it is packed */
	struct fib_large *large; /* NULL: it has FIB_STRIDE bits */
	uint8_t depth, bits;
	bool packed;
};

static inline uint64_t fib_load(const fib_word *word)
{
	return atomic_load_explicit(word, memory_order_relaxed);
}

/* --- addresses --- */

/* The l bits (at most 24) behind from, which 64 does not part. */
static inline uint32_t fib_bits_of(const struct fib_prefix *prefix, unsigned from, unsigned l)
{
	uint64_t bits = from < 64 ? prefix->hi << from : prefix->lo << (from - 64);

	return l ? bits >> (64 - l) : 0;
}

/* The first length bits of an address. */
struct fib_prefix fib_first_bits(const struct fib_prefix *prefix, uint8_t length);
/* These, and l bits behind them. */
struct fib_prefix fib_more_bits(const struct fib_prefix *prefix, uint8_t length, uint32_t bits,
				unsigned l);
/* How many first bits two have in common, at most 128. */
unsigned fib_common(const struct fib_prefix *a, const struct fib_prefix *b);

/* The depth of the small array in which a prefix of that length (1 or more) lies. */
static inline unsigned fib_home(uint8_t length)
{
	return (length - 1) & ~(FIB_STRIDE - 1);
}

/* --- arrays --- */

struct fib_array fib_array_root(struct fib *fib);
struct fib_array fib_array_of(uint64_t word);
/* The word that leads to it. */
uint64_t fib_array_word(const struct fib_array *a);

static inline unsigned fib_array_end(const struct fib_array *a)
{
	return a->depth + a->bits;
}

static inline unsigned fib_array_size(const struct fib_array *a)
{
	return 1U << a->bits;
}

/* An empty one that nobody sees yet, not packed. False: no memory. */
bool fib_array_make(struct fib *fib, unsigned depth, unsigned bits, struct fib_array *out);
/* Makes a copy of a that is packed, or one that is not, and swaps them: old is what a was, to be
 * freed or retired. False, and nothing has changed: there is no memory, or, for packing, it is so
 * already, too large, or something hangs in it. */
bool fib_array_pack(struct fib *fib, struct fib_array *a, struct fib_array *old);
bool fib_array_unpack(struct fib *fib, struct fib_array *a, struct fib_array *old);
/* Packs it if that can be. Nobody sees it yet. */
void fib_array_pack_new(struct fib *fib, struct fib_array *a);
/* Its memory, not what hangs there: at once, or when no reader can see it. */
void fib_array_free(struct fib *fib, const struct fib_array *a);
void fib_array_retire(struct fib *fib, const struct fib_array *a);

/* A word as readers see it; of a packed array it has a group and nothing else. */
uint64_t fib_array_get(const struct fib_array *a, uint32_t slot);

/* --- the prefixes in it, by their place in its heap --- */

static inline uint32_t fib_array_at(const struct fib_array *a, const struct fib_prefix *prefix)
{
	unsigned l = prefix->length - a->depth;

	return 1U << l | fib_bits_of(prefix, a->depth, l);
}

bool fib_array_owns(const struct fib_array *a, uint32_t at);
/* FIB_HIDDEN where it is not known. */
uint32_t fib_array_group(const struct fib_array *a, uint32_t at);
/* The longest that holds all of at; 0: none. */
uint32_t fib_array_cover(const struct fib_array *a, uint32_t at);
/* Adds it, or changes its group, which may be FIB_HIDDEN: then the words stay as they are. Whether
 * it is new. */
bool fib_array_own(const struct fib_array *a, uint32_t at, uint32_t group);
/* Takes it out; whether it was there. cover_group: of the next longest one that holds it, in case
 * it is not known here. */
bool fib_array_disown(const struct fib_array *a, uint32_t at, uint32_t cover_group);

/* --- what hangs in its words: bits of FIB_HANGING --- */

/* It is not packed. */
void fib_array_hang(const struct fib_array *a, uint32_t slot, uint64_t hanging);
/* Prefixes and words with something hanging. */
unsigned fib_array_things(const struct fib_array *a);
/* Words with an array right behind. */
unsigned fib_array_arrays(const struct fib_array *a);

/* --- leaves and records, which hang in words --- */

/* What one says. array: the word of the array behind a record, or 0. */
struct fib_edge {
	struct fib_prefix prefix;
	uint32_t group;
	uint64_t array;
};

/* like: any prefix that leads to the word. */
struct fib_edge fib_edge_of(uint64_t word, const struct fib_prefix *like);
/* What to hang for it in a word of an array that ends at from; 0: no memory. */
uint64_t fib_edge_make(struct fib *fib, const struct fib_edge *edge, unsigned from);
/* Puts what one says into an array that nobody sees yet. word: what it hung as, or is to hang as,
 * above. Whether that is no more needed. */
bool fib_edge_settle(struct fib *fib, const struct fib_array *a, const struct fib_edge *edge,
		     uint64_t word);
/* What that would say. */
bool fib_edge_settles(const struct fib_array *a, const struct fib_edge *edge, uint64_t word);
/* The memory of a record, if the word has one. */
void fib_edge_free(struct fib *fib, uint64_t word);
void fib_edge_retire(struct fib *fib, uint64_t word);

#endif
