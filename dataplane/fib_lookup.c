// SPDX-License-Identifier: BSD-3-Clause
/*
 * What workers run of fib.h. Each step is taken for the whole burst before the
 * next, so that all addresses wait for memory together; and which of them go on where is
 * kept as sets of bits, as it is chance, and a branch for each would often be guessed wrong.
 */
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "dataplane/fib_lookup.h"

/* The burst: the word that each address last met, and where it goes from there. */
struct way {
	uint64_t arrays, records; /* bit: address i met one; both: a leaf */
	uint64_t packed;          /* which of the arrays are */
	uint64_t word[FIB_BULK_MAX];
	const void *at[FIB_BULK_MAX];
};

static inline uint64_t load(const fib_word *word)
{
	return atomic_load_explicit(word, memory_order_acquire);
}

static inline void meet(struct way *way, unsigned i, uint64_t word, uint32_t *best)
{
	uint32_t group = fib_word_group(word);

	*best = group ? group : *best;
	way->word[i] = word;
	way->arrays |= (word >> 46 & 1) << i;
	way->records |= (word >> 47 & 1) << i;
	way->packed |= (uint64_t)fib_word_is_packed(word) << i;
}

static inline void go_on(struct way *way, unsigned i, const char *mem, uint64_t hi, uint64_t lo)
{
	uint64_t word = way->word[i];

	way->at[i] = mem + (uint32_t)word * (uint64_t)BUDDY_UNIT + fib_word_offset(word, hi, lo);
	rte_prefetch0(way->at[i]);
}

static inline void at_record(struct way *way, unsigned i, uint64_t hi, uint64_t lo, uint32_t *best)
{
	const struct fib_record *record = way->at[i];
	uint64_t word = load(&record->word);

	meet(way, i, word & -(uint64_t)fib_record_holds(record, word, hi, lo), best);
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

static __rte_always_inline void walk(const struct fib *fib, const void *addrs, half_fn hi,
				     half_fn lo, uint32_t *groups, unsigned n)
{
	const char *mem = buddy_mem;
	uint64_t leaves = 0, packed = 0;
	struct way way;

	way.arrays = way.records = way.packed = 0;
	for (unsigned i = 0; i < n; i++) {
		groups[i] = FIB_NONE;
		meet(&way, i, load(&fib->root[hi(addrs, i) >> (64 - FIB_ROOT_BITS)]), &groups[i]);
	}
	while (way.arrays | way.records) {
		uint64_t arrays = way.arrays & ~way.records, records = way.records & ~way.arrays;

		leaves |= way.arrays & way.records;
		packed |= arrays & way.packed;
		way.arrays = way.records = way.packed = 0;
		for (uint64_t set = arrays | records; set;) {
			unsigned i = take(&set);

			go_on(&way, i, mem, hi(addrs, i), lo(addrs, i));
		}
		arrays &= ~packed;
		while (arrays) {
			unsigned i = take(&arrays);

			meet(&way, i, load(FIB_WORD_AT(way.at[i])), &groups[i]);
		}
		while (records) {
			unsigned i = take(&records);

			at_record(&way, i, hi(addrs, i), lo(addrs, i), &groups[i]);
		}
	}
	while (packed) {
		unsigned i = take(&packed);
		uint32_t last = atomic_load_explicit(FIB_GROUP_AT(way.at[i]), memory_order_relaxed);

		groups[i] = last ? last : groups[i];
	}
	while (leaves) {
		unsigned i = take(&leaves);

		if (fib_leaf_holds(way.word[i], hi(addrs, i), lo(addrs, i)))
			groups[i] = fib_leaf_group(way.word[i]);
	}
}

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

void fib4_lookup_scalar(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n)
{
	walk(fib, addrs, hi4, lo4, groups, n);
}

void fib6_lookup_scalar(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups,
			unsigned n)
{
	walk(fib, addrs, hi6, lo6, groups, n);
}

/* --- the best way here --- */

#ifdef FIB_LOOKUP_AVX512

static atomic_bool use_avx512;

void fib_lookup_init(void)
{
	atomic_store_explicit(&use_avx512, fib_lookup_avx512_works(), memory_order_relaxed);
}

void fib4_lookup(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n)
{
	if (atomic_load_explicit(&use_avx512, memory_order_relaxed))
		fib4_lookup_avx512(fib, addrs, groups, n);
	else
		fib4_lookup_scalar(fib, addrs, groups, n);
}

void fib6_lookup(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups, unsigned n)
{
	if (atomic_load_explicit(&use_avx512, memory_order_relaxed))
		fib6_lookup_avx512(fib, addrs, groups, n);
	else
		fib6_lookup_scalar(fib, addrs, groups, n);
}

#else

void fib_lookup_init(void)
{
}

void fib4_lookup(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n)
{
	fib4_lookup_scalar(fib, addrs, groups, n);
}

void fib6_lookup(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups, unsigned n)
{
	fib6_lookup_scalar(fib, addrs, groups, n);
}

#endif

/* --- one address --- */

static uint64_t number(const uint8_t *bytes, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

uint32_t fib_find(const struct fib *fib, const uint8_t *bytes)
{
	struct fib_key6 key6;
	uint32_t key4, group;

	if (fib->family == FIB_IP4) {
		key4 = number(bytes, 4);
		fib4_lookup_scalar(fib, &key4, &group, 1);
	} else {
		key6 = (struct fib_key6){number(bytes, 8), number(bytes + 8, 8)};
		fib6_lookup_scalar(fib, &key6, &group, 1);
	}
	return group;
}
