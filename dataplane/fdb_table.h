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

static inline void fdb_prefetch(const struct fdb *fdb, fdb_key key)
{
	rte_prefetch0(&fdb->buckets[fdb_first(fdb, key)]);
}

/* Looks at all slots without a branch: which one holds a key is chance, and guessing wrong costs
 * more than six compares. */
static inline int fdb_find_in(const struct fdb_bucket *bucket, fdb_key key)
{
	unsigned mask = 0;

	for (int i = 0; i < FDB_SLOTS; i++)
		mask |= (atomic_load_explicit(&bucket->key[i], memory_order_acquire) == key) << i;
	return mask ? __builtin_ctz(mask) : -1;
}

/* The slot of a key, or -1. */
static inline int64_t fdb_lookup(const struct fdb *fdb, fdb_key key)
{
	uint32_t b = fdb_first(fdb, key);
	int i = fdb_find_in(&fdb->buckets[b], key);

	if (likely(i >= 0))
		return (int64_t)b * FDB_SLOTS + i;
	if (likely(!(atomic_load_explicit(&fdb->buckets[b].flags, memory_order_acquire) &
		     FDB_SPILLED)))
		return -1;
	b = fdb_second(fdb, key);
	i = fdb_find_in(&fdb->buckets[b], key);
	return i < 0 ? -1 : (int64_t)b * FDB_SLOTS + i;
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
