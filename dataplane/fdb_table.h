// SPDX-License-Identifier: BSD-3-Clause
/*
 * The memory behind fdb.h, for those who look up: workers in line, control in
 * fdb.c. A table is published in bridge->fdb; control alone writes it.
 *
 * A key lives in its first bucket or, where that was full, in its second; the
 * first bucket then says so, so that the usual miss reads one line. A slot is
 * written port first, key last; a slot that was emptied is not used for
 * another key before a grace period has passed (FDB_DEAD until then), so a
 * worker never pairs a key with another key's port.
 */
#ifndef WEFT_DATAPLANE_FDB_TABLE_H
#define WEFT_DATAPLANE_FDB_TABLE_H

#include <stdatomic.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_prefetch.h>
#include <rte_vect.h>

#include "dataplane/fdb.h"
#include "dataplane/worker_max.h"

#define FDB_SLOTS   6
#define FDB_EMPTY   ((fdb_key)0)
#define FDB_DEAD    UINT64_MAX /* no MAC and VLAN give this: keys have 60 bits */
#define FDB_SPILLED (1U << 15)

struct fdb_bucket {
	_Atomic fdb_key key[FDB_SLOTS];
	_Atomic uint16_t port[FDB_SLOTS];
	_Atomic uint16_t flags; /* bit i: slot i is static; FDB_SPILLED */
	uint16_t unused;
} __rte_cache_aligned;

_Static_assert(sizeof(struct fdb_bucket) == 64, "a bucket is one cache line");

/* What control keeps of a slot; workers do not read it. */
struct fdb_slot_info {
	uint32_t seen_s; /* when a packet from it was last seen, as far as control knows */
	uint32_t moves;
};

#define FDB_DEAD_MAX 1024 /* emptied slots that are remembered; more are searched for */

struct fdb {
	struct fdb_bucket *buckets;
	uint64_t multiplier[2]; /* odd, random: nobody outside can aim at a bucket */
	unsigned shift;         /* 64 - log2(number of buckets) */

	/* [worker's slot][slot], written by that worker, cleared by control. A worker's array is
	 * there before the worker is. */
	uint8_t *seen[WORKER_SLOTS];

	/* Control only. */
	uint32_t n_buckets;
	uint16_t n_seen;            /* workers' slots that have an array */
	struct fdb_slot_info *info; /* [slot] */
	uint32_t n_dead;
	uint32_t dead[FDB_DEAD_MAX]; /* the first of them */
};

static inline uint32_t fdb_first(const struct fdb *fdb, fdb_key key)
{
	return (key * fdb->multiplier[0]) >> fdb->shift;
}

static inline uint32_t fdb_second(const struct fdb *fdb, fdb_key key)
{
	return ((key ^ key >> 29) * fdb->multiplier[1]) >> fdb->shift;
}

/* Has the first bucket of a key fetched, and returns it. */
static inline const struct fdb_bucket *fdb_prefetch(const struct fdb *fdb, fdb_key key)
{
	const struct fdb_bucket *first = &fdb->buckets[fdb_first(fdb, key)];

	rte_prefetch0(first);
	return first;
}

/* Bit i: slot i holds the key. All slots are looked at, without a branch: which one holds a key is
 * chance, and guessing wrong costs more than six compares. */
static inline unsigned fdb_match_scalar(const struct fdb_bucket *bucket, fdb_key key)
{
	unsigned mask = 0;

	for (int i = 0; i < FDB_SLOTS; i++)
		mask |= (atomic_load_explicit(&bucket->key[i], memory_order_acquire) == key) << i;
	return mask;
}

/* ThreadSanitizer cannot know what vectors may do; gcc and clang tell of it each in its own way. */
#if defined(__SSE4_1__) && !defined(__SANITIZE_THREAD__)
#define FDB_VECTORS
#endif
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#undef FDB_VECTORS
#endif
#endif

#ifdef FDB_VECTORS
/* The same, two keys at once. Each half of an aligned load is one access on every x86 that has
 * SSE4.1, and loads stay in order. */
static inline unsigned fdb_match(const struct fdb_bucket *bucket, fdb_key key)
{
	const __m128i *keys = (const __m128i *)(const void *)bucket->key;
	const __m128i wanted = _mm_set1_epi64x((long long)key);
	__m128d a = _mm_castsi128_pd(_mm_cmpeq_epi64(_mm_load_si128(keys), wanted));
	__m128d b = _mm_castsi128_pd(_mm_cmpeq_epi64(_mm_load_si128(keys + 1), wanted));
	__m128d c = _mm_castsi128_pd(_mm_cmpeq_epi64(_mm_load_si128(keys + 2), wanted));

	atomic_signal_fence(memory_order_acquire);
	return (unsigned)(_mm_movemask_pd(a) | _mm_movemask_pd(b) << 2 | _mm_movemask_pd(c) << 4);
}
#else
static inline unsigned fdb_match(const struct fdb_bucket *bucket, fdb_key key)
{
	return fdb_match_scalar(bucket, key);
}
#endif

static inline int fdb_find_in(const struct fdb_bucket *bucket, fdb_key key)
{
	unsigned mask = fdb_match(bucket, key);

	return mask ? __builtin_ctz(mask) : -1;
}

/* Where a key is; bucket is NULL where it is nowhere. */
struct fdb_place {
	const struct fdb_bucket *bucket;
	unsigned i;
};

/* first: its first bucket, which is on its way to the cache since fdb_prefetch. */
static inline struct fdb_place fdb_search(const struct fdb *fdb, const struct fdb_bucket *first,
					  fdb_key key)
{
	unsigned mask = fdb_match(first, key);

	if (likely(mask))
		return (struct fdb_place){first, (unsigned)__builtin_ctz(mask)};
	if (likely(!(atomic_load_explicit(&first->flags, memory_order_acquire) & FDB_SPILLED)))
		return (struct fdb_place){NULL, 0};
	first = &fdb->buckets[fdb_second(fdb, key)];
	mask = fdb_match(first, key);
	return mask ? (struct fdb_place){first, (unsigned)__builtin_ctz(mask)}
		    : (struct fdb_place){NULL, 0};
}

/* A place as a number: that of all slots before it. */
static inline int64_t fdb_slot(const struct fdb *fdb, struct fdb_place place)
{
	return (place.bucket - fdb->buckets) * FDB_SLOTS + place.i;
}

/* The slot of a key, or -1. */
static inline int64_t fdb_lookup(const struct fdb *fdb, fdb_key key)
{
	struct fdb_place place = fdb_search(fdb, &fdb->buckets[fdb_first(fdb, key)], key);

	return place.bucket ? fdb_slot(fdb, place) : -1;
}

static inline uint16_t fdb_place_port(struct fdb_place place)
{
	return atomic_load_explicit(&place.bucket->port[place.i], memory_order_relaxed);
}

static inline bool fdb_place_static(struct fdb_place place)
{
	return atomic_load_explicit(&place.bucket->flags, memory_order_relaxed) >> place.i & 1;
}

static inline uint16_t fdb_slot_port(const struct fdb *fdb, int64_t slot)
{
	return atomic_load_explicit(&fdb->buckets[slot / FDB_SLOTS].port[slot % FDB_SLOTS],
				    memory_order_relaxed);
}

static inline bool fdb_slot_static(const struct fdb *fdb, int64_t slot)
{
	return atomic_load_explicit(&fdb->buckets[slot / FDB_SLOTS].flags, memory_order_relaxed) >>
		       (slot % FDB_SLOTS) &
	       1;
}

/* Worker: notes that a packet came from the slot's address. */
static inline void fdb_slot_seen(struct fdb *fdb, unsigned worker, int64_t slot)
{
	uint8_t *seen = &fdb->seen[worker][slot];

	if (!__atomic_load_n(seen, __ATOMIC_RELAXED))
		__atomic_store_n(seen, 1, __ATOMIC_RELAXED);
}

/* Control. NULL with errno. n_buckets is a power of two, 2 or more. */
struct fdb *fdb_table_create(uint32_t n_buckets, uint16_t n_workers);
void fdb_table_destroy(struct fdb *fdb);
/* Control: arrays of seen flags for n slots of workers. 0 or -ENOMEM. */
int fdb_table_workers(struct fdb *fdb, uint16_t n);

#endif
