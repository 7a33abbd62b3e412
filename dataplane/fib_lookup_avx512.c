// SPDX-License-Identifier: BSD-3-Clause
/*
 * fib_lookup_scalar.c with eight addresses at a time, for processors with AVX-512: the same
 * steps in the same order. Each vector has a lane for an address.
 */
#include "dataplane/fib_lookup.h"

#ifdef FIB_LOOKUP_AVX512

#include <immintrin.h>
#include <rte_prefetch.h>

#define WIDE __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,bmi2")))

enum { LANES = 8, VECTORS = FIB_BULK_MAX / LANES };

/* Eight addresses: where each is (bytes from buddy_mem), and which are at a word, those of packed
 * arrays at their group; or at a record. */
struct eight {
	__m512i hi, lo, at, best;
	__mmask8 words, packed, records;
};

WIDE static inline __m512i number(uint64_t n)
{
	return _mm512_set1_epi64(n);
}

/* Lanes that are at a word or record: what is i bytes behind that. */
WIDE static inline __m512i gather(__mmask8 lanes, __m512i at, int i)
{
	return _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), lanes, at, buddy_mem + i, 1);
}

WIDE static inline void prefetch(__m512i at)
{
	uint64_t places[LANES];

	_mm512_storeu_si512(places, at);
	for (int lane = 0; lane < LANES; lane++)
		rte_prefetch0(buddy_mem + places[lane]);
}

/* Lanes whose bits of x from the shift on are all zero. */
WIDE static inline __mmask8 is_zero_from(__m512i x, __m512i shift)
{
	return _mm512_testn_epi64_mask(_mm512_srlv_epi64(x, shift), _mm512_srlv_epi64(x, shift));
}

/* The half of their addresses in which bits from a depth on are: bit `at` of the word says lo. */
WIDE static inline __m512i half(const struct eight *e, __m512i word, int at, bool is6)
{
	if (!is6)
		return e->hi;
	return _mm512_mask_mov_epi64(e->hi, _mm512_test_epi64_mask(word, number(UINT64_C(1) << at)),
				     e->lo);
}

/* Of those at a leaf, the ones that it has. */
WIDE static inline __mmask8 in_leaf(const struct eight *e, __mmask8 leaves, __m512i word, bool is6)
{
	__m512i from = _mm512_and_si512(_mm512_srli_epi64(word, 23), number(60));
	__m512i bits = _mm512_and_si512(word, number((2U << FIB_LEAF_BITS) - 1));
	__m512i one = _mm512_and_si512(bits, _mm512_sub_epi64(_mm512_setzero_si512(), bits));
	__m512i addr = _mm512_srli_epi64(_mm512_sllv_epi64(half(e, word, 29, is6), from),
					 63 - FIB_LEAF_BITS);

	return _mm512_mask_cmplt_epu64_mask(leaves, _mm512_xor_si512(addr, bits),
					    _mm512_add_epi64(one, one));
}

/* A step of all eight from these words on; words of lanes that have arrived are 0. */
WIDE static inline void step(struct eight *e, __m512i word, bool is6)
{
	__m512i kind = _mm512_and_si512(_mm512_srli_epi64(word, 46), number(3));
	__m512i group = _mm512_srli_epi64(word, 48), offset;
	__mmask8 leaves = _mm512_cmpeq_epi64_mask(kind, number(FIB_LEAF));

	if (leaves)
		group = _mm512_mask_and_epi64(group, in_leaf(e, leaves, word, is6),
					      _mm512_srli_epi64(word, 30), number(0xffff));
	e->best = _mm512_mask_mov_epi64(e->best, _mm512_test_epi64_mask(group, group), group);
	e->words = _mm512_cmpeq_epi64_mask(kind, number(FIB_ARRAY));
	e->packed = _mm512_mask_test_epi64_mask(e->words, word, number(UINT64_C(1) << 39));
	e->records = _mm512_cmpeq_epi64_mask(kind, number(FIB_RECORD));
	if (!(e->words | e->records))
		return;
	offset = _mm512_sllv_epi64(half(e, word, 38, is6),
				   _mm512_and_si512(_mm512_srli_epi64(word, 32), number(63)));
	offset = _mm512_srlv_epi64(_mm512_srli_epi64(offset, 1),
				   _mm512_andnot_si512(_mm512_srli_epi64(word, 40), number(63)));
	e->at = _mm512_slli_epi64(_mm512_and_si512(word, number(0xffffffff)), 5);
	e->at = _mm512_add_epi64(e->at, offset);
	e->at = _mm512_maskz_mov_epi64(e->words | e->records, e->at);
	prefetch(e->at);
}

/* The words of arrays; a group of a packed one as a word with nothing but that. */
WIDE static inline __m512i array_words(const struct eight *e)
{
	__m512i word = gather(e->words, _mm512_andnot_si512(number(7), e->at), 0), shift;

	if (!e->packed)
		return word;
	/* Whichever of the four it is comes to the top, and the others fall out. */
	shift = _mm512_sub_epi64(number(48),
				 _mm512_slli_epi64(_mm512_and_si512(e->at, number(6)), 3));
	return _mm512_mask_and_epi64(word, e->packed, _mm512_sllv_epi64(word, shift),
				     number(UINT64_C(0xffff) << 48));
}

/* The words of records, of those that hold their lane's address. */
WIDE static inline __m512i record_words(const struct eight *e, bool is6)
{
	__m512i word = gather(e->records, e->at, offsetof(struct fib_record, word));
	__m512i hi = gather(e->records, e->at, offsetof(struct fib_record, hi)), lo;
	__mmask8 arrays = _mm512_test_epi64_mask(word, number(UINT64_C(1) << 46));
	__m512i length = _mm512_mask_mov_epi64(number(255), arrays, number(127));
	__mmask8 long_ones, held;

	length = _mm512_and_si512(_mm512_srli_epi64(word, 32), length);
	long_ones = _mm512_cmpgt_epi64_mask(length, number(64));
	/* Saturated: a longer one has to have all of hi. */
	held = is_zero_from(_mm512_xor_si512(hi, e->hi), _mm512_subs_epu16(number(64), length));
	if (is6 && long_ones) {
		lo = gather(long_ones, e->at, offsetof(struct fib_record, lo));
		held &= ~long_ones | is_zero_from(_mm512_xor_si512(lo, e->lo),
						  _mm512_sub_epi64(number(128), length));
	}
	return _mm512_maskz_mov_epi64(held, word);
}

/* A step of all eight from where they are on. */
WIDE static inline void go_on(struct eight *e, bool is6)
{
	__mmask8 active = e->words | e->records;
	__m512i word = array_words(e);

	if (e->packed == active) { /* often the last one is */
		__m512i group = _mm512_srli_epi64(word, 48);

		e->best =
			_mm512_mask_mov_epi64(e->best, _mm512_test_epi64_mask(group, group), group);
		e->words = 0;
		return;
	}
	if (e->records)
		word = _mm512_or_si512(word, record_words(e, is6));
	step(e, word, is6);
}

/* The burst, and room for its last vector's lanes that no address has. */
struct walk {
	struct eight eights[VECTORS];
	unsigned n; /* vectors */
	unsigned n_addrs;
	bool is6;
};

_Static_assert(sizeof(struct walk) <= sizeof(struct fib_walk), "a walk has room");

WIDE static inline void start(struct walk *walk, const struct fib *fib, unsigned n, bool is6)
{
	walk->n = (n + LANES - 1) / LANES;
	walk->n_addrs = n;
	walk->is6 = is6;
	for (unsigned v = 0; v < walk->n; v++) {
		struct eight *e = &walk->eights[v];
		__m512i first = _mm512_srli_epi64(e->hi, 64 - FIB_ROOT_BITS);

		e->best = _mm512_setzero_si512();
		step(e, _mm512_i64gather_epi64(first, fib->root, 8), is6);
	}
}

/* One step of all; whether there are more to take. */
WIDE static inline bool advance(struct walk *walk, bool is6)
{
	uint32_t any = 0;

	for (unsigned v = 0; v < walk->n; v++) {
		struct eight *e = &walk->eights[v];

		if (e->words | e->records)
			go_on(e, is6);
		any |= e->words | e->records;
	}
	return any;
}

/* The lanes that have addresses, if n are left. */
static __mmask8 lanes_of(unsigned n)
{
	return n >= LANES ? 0xff : (1U << n) - 1;
}

WIDE static void avx512_start4(struct fib_walk *opaque, const struct fib *fib,
			       const uint32_t *addrs, unsigned n)
{
	struct walk *walk = (struct walk *)opaque;

	for (unsigned i = 0; i < n; i += LANES)
		walk->eights[i / LANES].hi = _mm512_slli_epi64(
			_mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(lanes_of(n - i), addrs + i)),
			32);
	start(walk, fib, n, false);
}

WIDE static void avx512_start6(struct fib_walk *opaque, const struct fib *fib,
			       const struct fib_key6 *addrs, unsigned n)
{
	const __m512i evens = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
	const __m512i odds = _mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
	struct walk *walk = (struct walk *)opaque;

	for (unsigned i = 0; i < n; i += LANES) {
		unsigned halves = RTE_MIN(n - i, (unsigned)LANES) * 2;
		__m512i a = _mm512_maskz_loadu_epi64(lanes_of(halves), addrs + i);
		__m512i b = _mm512_maskz_loadu_epi64(halves > 8 ? lanes_of(halves - 8) : 0,
						     addrs + i + LANES / 2);

		walk->eights[i / LANES].hi = _mm512_permutex2var_epi64(a, evens, b);
		walk->eights[i / LANES].lo = _mm512_permutex2var_epi64(a, odds, b);
	}
	start(walk, fib, n, true);
}

WIDE static void avx512_step(struct fib_walk *opaque)
{
	struct walk *walk = (struct walk *)opaque;

	if (walk->is6)
		advance(walk, true);
	else
		advance(walk, false);
}

WIDE static void avx512_finish(struct fib_walk *opaque, uint32_t *groups)
{
	struct walk *walk = (struct walk *)opaque;

	if (walk->is6)
		while (advance(walk, true))
			;
	else
		while (advance(walk, false))
			;
	for (unsigned v = 0; v < walk->n; v++)
		_mm512_mask_cvtepi64_storeu_epi32(groups + v * LANES,
						  lanes_of(walk->n_addrs - v * LANES),
						  walk->eights[v].best);
}

const struct fib_way fib_avx512 = {avx512_start4, avx512_start6, avx512_step, avx512_finish};

bool fib_avx512_works(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("bmi2");
}

#endif
