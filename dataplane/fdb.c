// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/fdb.h"

#include <errno.h>

#include "dataplane/fdb_table.h"
#include "dataplane/grace.h"

/* A table grows when so much of it is used, and by so much: seldom, as control does nothing else
 * meanwhile. */
enum { FULL_PERCENT = 60, GROWTH = 4 };

static uint32_t n_slots(const struct fdb *fdb)
{
	return fdb->n_buckets * FDB_SLOTS;
}

static struct fdb_bucket *bucket_of(const struct fdb *fdb, int64_t slot)
{
	return &fdb->buckets[slot / FDB_SLOTS];
}

static fdb_key slot_key(const struct fdb *fdb, int64_t slot)
{
	return atomic_load_explicit(&bucket_of(fdb, slot)->key[slot % FDB_SLOTS],
				    memory_order_relaxed);
}

static bool slot_live(const struct fdb *fdb, int64_t slot)
{
	fdb_key key = slot_key(fdb, slot);

	return key != FDB_EMPTY && key != FDB_DEAD;
}

static void slot_set_static(struct fdb *fdb, int64_t slot, bool is_static)
{
	uint16_t bit = 1U << (slot % FDB_SLOTS);

	if (is_static)
		atomic_fetch_or_explicit(&bucket_of(fdb, slot)->flags, bit, memory_order_relaxed);
	else
		atomic_fetch_and_explicit(&bucket_of(fdb, slot)->flags, (uint16_t)~bit,
					  memory_order_relaxed);
}

static void slot_set_port(struct fdb *fdb, int64_t slot, uint16_t port)
{
	atomic_store_explicit(&bucket_of(fdb, slot)->port[slot % FDB_SLOTS], port,
			      memory_order_relaxed);
}

/* Writes a slot nobody reads yet: the key last. */
static void slot_fill(struct fdb *fdb, int64_t slot, fdb_key key, uint16_t port, bool is_static)
{
	slot_set_port(fdb, slot, port);
	slot_set_static(fdb, slot, is_static);
	atomic_store_explicit(&bucket_of(fdb, slot)->key[slot % FDB_SLOTS], key,
			      memory_order_release);
}

/* Has any worker seen a packet from the slot since the last call? Clears the flags. */
static bool slot_take_seen(struct fdb *fdb, int64_t slot)
{
	bool any = false;

	for (int w = 0; w < fdb->n_seen; w++) {
		if (!__atomic_load_n(&fdb->seen[w][slot], __ATOMIC_RELAXED))
			continue;
		__atomic_store_n(&fdb->seen[w][slot], 0, __ATOMIC_RELAXED);
		any = true;
	}
	return any;
}

/* An empty slot for a key that is not in the table, or -1. */
static int64_t slot_for(struct fdb *fdb, fdb_key key)
{
	uint32_t first = fdb_first(fdb, key), second = fdb_second(fdb, key);
	int i = fdb_find_in(&fdb->buckets[first], FDB_EMPTY);

	if (i >= 0)
		return (int64_t)first * FDB_SLOTS + i;
	i = fdb_find_in(&fdb->buckets[second], FDB_EMPTY);
	if (i < 0)
		return -1;
	atomic_fetch_or_explicit(&fdb->buckets[first].flags, FDB_SPILLED, memory_order_release);
	return (int64_t)second * FDB_SLOTS + i;
}

static struct fdb *table(const struct bridge *bridge)
{
	return atomic_load_explicit(&bridge->fdb, memory_order_relaxed);
}

static void revive(struct fdb *fdb, int64_t slot)
{
	slot_take_seen(fdb, slot);
	slot_fill(fdb, slot, FDB_EMPTY, PORT_NONE, false);
}

/* Makes the slots that were emptied usable for other keys. */
static void reclaim(struct fdb *fdb)
{
	if (!fdb->n_dead)
		return;
	grace_wait();
	if (fdb->n_dead <= FDB_DEAD_MAX) {
		for (uint32_t i = 0; i < fdb->n_dead; i++)
			revive(fdb, fdb->dead[i]);
	} else {
		for (int64_t slot = 0; slot < n_slots(fdb); slot++)
			if (slot_key(fdb, slot) == FDB_DEAD)
				revive(fdb, slot);
	}
	fdb->n_dead = 0;
}

static bool copy_all(struct fdb *to, struct fdb *from)
{
	for (int64_t slot = 0; slot < n_slots(from); slot++) {
		int64_t place;

		if (!slot_live(from, slot))
			continue;
		place = slot_for(to, slot_key(from, slot));
		if (place < 0)
			return false;
		slot_fill(to, place, slot_key(from, slot), fdb_slot_port(from, slot),
			  fdb_slot_static(from, slot));
		to->info[place] = from->info[slot];
		/* That it was seen stays a note, for the next sweep to take. */
		if (slot_take_seen(from, slot))
			fdb_slot_seen(to, 0, place);
	}
	return true;
}

/* Publishes a table of at least n_buckets with the same content. */
static int rebuild(struct bridge *bridge, uint32_t n_buckets, uint16_t n_workers)
{
	struct fdb *old = table(bridge), *new;

	for (;; n_buckets *= 2) {
		/* Random multipliers make a table that is far from full and has no place for a key
		 * a matter of bad luck; more than a few times in a row it is a mistake. */
		if (n_buckets > old->n_buckets * 16U * GROWTH)
			return -ENOSPC;
		new = fdb_table_create(n_buckets, n_workers);
		if (!new)
			return -ENOMEM;
		if (copy_all(new, old))
			break;
		fdb_table_destroy(new);
	}
	atomic_store_explicit(&bridge->fdb, new, memory_order_release);
	grace_wait();
	fdb_table_destroy(old);
	return 0;
}

int fdb_workers_set(uint16_t n)
{
	for (uint16_t id = 0; id < BRIDGE_MAX; id++) {
		struct bridge *bridge = bridge_by_id(id);
		int err = bridge ? fdb_table_workers(table(bridge), n) : 0;

		if (err)
			return err;
	}
	return 0;
}

/* A slot for a new key: among what was emptied, then in a larger table. Or -errno. */
static int64_t make_room(struct bridge *bridge, fdb_key key)
{
	struct fdb *fdb = table(bridge);
	bool full = (uint64_t)bridge->n_macs * 100 >= (uint64_t)n_slots(fdb) * FULL_PERCENT;
	int64_t slot = full ? -1 : slot_for(fdb, key);
	int err;

	if (slot < 0 && !full && fdb->n_dead) {
		reclaim(fdb);
		slot = slot_for(fdb, key);
	}
	if (slot >= 0)
		return slot;
	err = rebuild(bridge, fdb->n_buckets * GROWTH, fdb->n_seen);
	if (err)
		return err;
	slot = slot_for(table(bridge), key);
	return slot < 0 ? -ENOSPC : slot;
}

static int insert(struct bridge *bridge, fdb_key key, uint16_t port, bool is_static, uint32_t now_s)
{
	int64_t slot = make_room(bridge, key);
	struct fdb *fdb = table(bridge);

	if (slot < 0)
		return slot;
	fdb->info[slot] = (struct fdb_slot_info){.seen_s = now_s};
	slot_fill(fdb, slot, key, port, is_static);
	bridge->n_macs++;
	bridge->n_of[port]++;
	bridge->n_learned[port] += !is_static;
	return FDB_ADDED;
}

int fdb_set(struct bridge *bridge, fdb_key key, uint16_t port, bool is_static, uint32_t now_s)
{
	struct fdb *fdb = table(bridge);
	int64_t slot = fdb_lookup(fdb, key);
	bool was_static;
	uint16_t was;

	if (slot < 0) {
		/* What an operator pins has its place also when what was learned fills the table.
		 */
		if (!is_static && bridge->n_macs >= bridge->max_macs)
			return -ENOSPC;
		return insert(bridge, key, port, is_static, now_s);
	}
	was = fdb_slot_port(fdb, slot);
	was_static = fdb_slot_static(fdb, slot);
	fdb->info[slot].seen_s = now_s;
	if (was_static && !is_static)
		return was == port ? FDB_SAME : -EEXIST;
	bridge->n_learned[was] -= !was_static;
	bridge->n_learned[port] += !is_static;
	slot_set_static(fdb, slot, is_static);
	if (was == port)
		return FDB_SAME;
	bridge->n_of[was]--;
	bridge->n_of[port]++;
	slot_set_port(fdb, slot, port);
	fdb->info[slot].moves++;
	return FDB_MOVED;
}

static void forget(struct bridge *bridge, int64_t slot)
{
	struct fdb *fdb = table(bridge);

	bridge->n_macs--;
	bridge->n_of[fdb_slot_port(fdb, slot)]--;
	bridge->n_learned[fdb_slot_port(fdb, slot)] -= !fdb_slot_static(fdb, slot);
	atomic_store_explicit(&bucket_of(fdb, slot)->key[slot % FDB_SLOTS], FDB_DEAD,
			      memory_order_release);
	if (fdb->n_dead < FDB_DEAD_MAX)
		fdb->dead[fdb->n_dead] = slot;
	fdb->n_dead++;
}

int fdb_find(const struct bridge *bridge, fdb_key key)
{
	int64_t slot = fdb_lookup(table(bridge), key);

	return slot < 0 ? -ENOENT : fdb_slot_port(table(bridge), slot);
}

int fdb_del(struct bridge *bridge, fdb_key key)
{
	int64_t slot = fdb_lookup(table(bridge), key);

	if (slot < 0)
		return -ENOENT;
	forget(bridge, slot);
	return 0;
}

uint32_t fdb_flush(struct bridge *bridge, uint16_t port, uint16_t vlan, bool statics)
{
	struct fdb *fdb = table(bridge);
	uint32_t n = 0;

	if (port != PORT_NONE && !bridge->n_of[port])
		return 0;
	for (int64_t slot = 0; slot < n_slots(fdb); slot++) {
		if (!slot_live(fdb, slot) ||
		    (port != PORT_NONE && fdb_slot_port(fdb, slot) != port) ||
		    (vlan && (slot_key(fdb, slot) & (VLAN_COUNT - 1)) != vlan) ||
		    (!statics && fdb_slot_static(fdb, slot)))
			continue;
		forget(bridge, slot);
		n++;
	}
	reclaim(fdb);
	return n;
}

static void entry_of(const struct fdb *fdb, int64_t slot, uint32_t now_s, struct fdb_entry *out)
{
	fdb_key key = slot_key(fdb, slot);

	fdb_key_mac(key, out->mac);
	out->vlan = key & (VLAN_COUNT - 1);
	out->port = fdb_slot_port(fdb, slot);
	out->is_static = fdb_slot_static(fdb, slot);
	out->age_s = out->is_static ? 0 : now_s - fdb->info[slot].seen_s;
	out->moves = fdb->info[slot].moves;
}

void fdb_sweep(struct bridge *bridge, uint32_t now_s, uint32_t aging_s, uint32_t *cursor,
	       uint32_t budget, void (*gone)(void *arg, const struct fdb_entry *entry), void *arg)
{
	struct fdb *fdb = table(bridge);

	for (; budget && *cursor < n_slots(fdb); budget--, ++*cursor) {
		struct fdb_entry entry;

		if (!slot_live(fdb, *cursor))
			continue;
		if (slot_take_seen(fdb, *cursor))
			fdb->info[*cursor].seen_s = now_s;
		entry_of(fdb, *cursor, now_s, &entry);
		if (!aging_s || entry.is_static || entry.age_s < aging_s)
			continue;
		forget(bridge, *cursor);
		if (gone)
			gone(arg, &entry);
	}
	if (*cursor >= n_slots(fdb)) {
		*cursor = 0;
		reclaim(fdb);
	}
}

void fdb_each(struct bridge *bridge, uint32_t now_s,
	      void (*fn)(void *arg, const struct fdb_entry *entry), void *arg)
{
	struct fdb *fdb = table(bridge);

	for (int64_t slot = 0; slot < n_slots(fdb); slot++) {
		struct fdb_entry entry;

		if (!slot_live(fdb, slot))
			continue;
		if (slot_take_seen(fdb, slot))
			fdb->info[slot].seen_s = now_s;
		entry_of(fdb, slot, now_s, &entry);
		fn(arg, &entry);
	}
}

uint32_t fdb_count(const struct bridge *bridge)
{
	return bridge->n_macs;
}

uint32_t fdb_count_port(const struct bridge *bridge, uint16_t port)
{
	return bridge->n_learned[port];
}

void fdb_limit(struct bridge *bridge, uint32_t max_macs)
{
	bridge->max_macs = max_macs;
}
