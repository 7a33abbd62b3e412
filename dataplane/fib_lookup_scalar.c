// SPDX-License-Identifier: BSD-3-Clause
/*
 * A burst's lookup for any processor. Each step is taken for the whole burst before the
 * next, so that all addresses wait for memory together; and which of them go on where is
 * kept as sets of bits, as it is chance, and a branch for each would often be guessed wrong.
 */
#include <string.h>

#include <rte_prefetch.h>

#include "dataplane/fib_lookup.h"

/* Addresses of the burst, a bit for each. */
struct sets {
	uint64_t arrays, records; /* met one; both: a leaf */
	uint64_t packed;          /* which of the arrays are */
};

/* The word that each address last met, and where it goes from there. */
struct walk {
	const void *addrs;
	bool is6;
	unsigned n;
	struct sets met;
	uint64_t in_leaf, in_packed; /* have ended in one, and are still to look what it says */
	uint64_t word[FIB_BULK_MAX];
	const void *at[FIB_BULK_MAX];
	uint32_t group[FIB_BULK_MAX];
};

_Static_assert(sizeof(struct walk) <= sizeof(struct fib_walk), "a walk has room");

static inline uint64_t load(const fib_word *word)
{
	return atomic_load_explicit(word, memory_order_acquire);
}

static inline void meet(struct walk *walk, struct sets *met, unsigned i, uint64_t word)
{
	uint32_t group = fib_word_group(word);

	walk->group[i] = group ? group : walk->group[i];
	walk->word[i] = word;
	met->arrays |= (word >> 46 & 1) << i;
	met->records |= (word >> 47 & 1) << i;
	met->packed |= (uint64_t)fib_word_is_packed(word) << i;
}

static inline void go_on(struct walk *walk, unsigned i, uint64_t hi, uint64_t lo)
{
	uint64_t word = walk->word[i];

	walk->at[i] = (const char *)fib_word_mem(word) + fib_word_offset(word, hi, lo);
	rte_prefetch0(walk->at[i]);
}

/* The word of a record, or nothing where it does not have the address. */
static inline uint64_t record_word(const struct fib_record *record, uint64_t hi, uint64_t lo)
{
	uint64_t word = load(&record->word);

	return word & -(uint64_t)fib_record_holds(record, word, hi, lo);
}

/* One of the addresses of a set, which it leaves. */
static inline unsigned take(uint64_t *set)
{
	uint64_t i;

	/* tzcnt, and bsf on processors without: the same for what is not zero. Compilers take bsf
	 * for the oldest processor that DPDK is built for, and that is slow on many. */
#ifdef __x86_64__
	__asm__("rep bsf %1, %0" : "=r"(i) : "r"(*set) : "cc");
#else
	i = __builtin_ctzl(*set);
#endif
	*set &= *set - 1;
	return i;
}

/* The halves of an address, in an array of either family's. */
typedef uint64_t half_fn(const void *addrs, unsigned i);

static inline uint64_t hi4(const void *addrs, unsigned i)
{
	return (uint64_t)((const uint32_t *)addrs)[i] << 32;
}

static inline uint64_t lo4(const void *addrs, unsigned i)
{
	return 0;
}

static inline uint64_t hi6(const void *addrs, unsigned i)
{
	return ((const struct fib_key6 *)addrs)[i].hi;
}

static inline uint64_t lo6(const void *addrs, unsigned i)
{
	return ((const struct fib_key6 *)addrs)[i].lo;
}

static __rte_always_inline void start(struct walk *walk, const struct fib *fib, const void *addrs,
				      half_fn hi, unsigned n)
{
	struct sets met = {.arrays = 0};

	walk->addrs = addrs;
	walk->is6 = fib->family == FIB_IP6;
	walk->n = n;
	walk->in_leaf = walk->in_packed = 0;
	for (unsigned i = 0; i < n; i++) {
		walk->group[i] = FIB_NONE;
		meet(walk, &met, i, load(&fib->root[hi(addrs, i) >> (64 - FIB_ROOT_BITS)]));
	}
	walk->met = met;
}

/* One step of all; whether there are more to take. */
static __rte_always_inline bool advance(struct walk *walk, half_fn hi, half_fn lo)
{
	struct sets from = walk->met, met = {.arrays = 0};
	uint64_t arrays = from.arrays & ~from.records, records = from.records & ~from.arrays;
	const void *addrs = walk->addrs;

	walk->in_leaf |= from.arrays & from.records;
	walk->in_packed |= arrays & from.packed;
	for (uint64_t set = arrays | records; set;) {
		unsigned i = take(&set);

		go_on(walk, i, hi(addrs, i), lo(addrs, i));
	}
	arrays &= ~from.packed;
	while (arrays) {
		unsigned i = take(&arrays);

		meet(walk, &met, i, load(FIB_WORD_AT(walk->at[i])));
	}
	while (records) {
		unsigned i = take(&records);

		meet(walk, &met, i, record_word(walk->at[i], hi(addrs, i), lo(addrs, i)));
	}
	walk->met = met;
	return met.arrays | met.records;
}

/* Those who ended at a group of a packed array, or at a leaf. */
static __rte_always_inline void end(struct walk *walk, half_fn hi, half_fn lo)
{
	while (walk->in_packed) {
		unsigned i = take(&walk->in_packed);
		uint32_t group =
			atomic_load_explicit(FIB_GROUP_AT(walk->at[i]), memory_order_relaxed);

		walk->group[i] = group ? group : walk->group[i];
	}
	while (walk->in_leaf) {
		unsigned i = take(&walk->in_leaf);

		if (fib_leaf_holds(walk->word[i], hi(walk->addrs, i), lo(walk->addrs, i)))
			walk->group[i] = fib_leaf_group(walk->word[i]);
	}
}

static void scalar_start4(struct fib_walk *walk, const struct fib *fib, const uint32_t *addrs,
			  unsigned n)
{
	start((struct walk *)walk, fib, addrs, hi4, n);
}

static void scalar_start6(struct fib_walk *walk, const struct fib *fib,
			  const struct fib_key6 *addrs, unsigned n)
{
	start((struct walk *)walk, fib, addrs, hi6, n);
}

static void scalar_step(struct fib_walk *opaque)
{
	struct walk *walk = (struct walk *)opaque;

	if (walk->is6)
		advance(walk, hi6, lo6);
	else
		advance(walk, hi4, lo4);
}

static void scalar_finish(struct fib_walk *opaque, uint32_t *groups)
{
	struct walk *walk = (struct walk *)opaque;

	if (walk->is6) {
		while (advance(walk, hi6, lo6))
			;
		end(walk, hi6, lo6);
	} else {
		while (advance(walk, hi4, lo4))
			;
		end(walk, hi4, lo4);
	}
	memcpy(groups, walk->group, walk->n * sizeof(*groups));
}

const struct fib_way fib_scalar = {scalar_start4, scalar_start6, scalar_step, scalar_finish};
