// SPDX-License-Identifier: BSD-3-Clause
/*
 * The forwarding database of one bridge: which port a MAC address in a VLAN
 * is behind. Workers look up, control writes.
 *
 * Lookups read one cache line, two at worst: a bucket is a line of slots, and
 * a key lives in one of its two buckets. Learning stores nothing that workers
 * share: a worker that sees an unknown or moved source tells control through
 * its own ring, and notes "seen" in a byte array of its own, from which
 * control computes ages. Control grows the table by building a larger one
 * and publishing it.
 */
#ifndef WEFT_DATAPLANE_FDB_H
#define WEFT_DATAPLANE_FDB_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/bridge.h"

/* A MAC address and a VLAN in one word: mac << 12 | vlan, never 0 for a valid address. */
typedef uint64_t fdb_key;

static inline fdb_key fdb_key_make(const uint8_t mac[6], uint16_t vlan)
{
	uint64_t m = 0;
	for (int i = 0; i < 6; i++)
		m = m << 8 | mac[i];
	return m << 12 | vlan;
}

static inline void fdb_key_mac(fdb_key key, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++)
		mac[i] = key >> (12 + 8 * (5 - i));
}

struct fdb_entry {
	uint8_t mac[6];
	uint16_t vlan;
	uint16_t port; /* index */
	bool is_static;
	uint32_t age_s; /* seconds since a packet from it was last seen */
	uint32_t moves; /* how often it changed its port */
};

/* All for the control thread. Times are seconds of a monotonic clock. */

/* Before workers start: every bridge is ready for those of the first n slots. 0 or -ENOMEM. */
int fdb_workers_set(uint16_t n);
/* Adds or updates. A learned address never displaces a static one. Returns
 * FDB_ADDED, FDB_MOVED or FDB_SAME, or -ENOSPC (table at its limit),
 * -EEXIST (static, on another port), -ENOMEM. */
enum { FDB_SAME, FDB_ADDED, FDB_MOVED };
int fdb_set(struct bridge *bridge, fdb_key key, uint16_t port, bool is_static, uint32_t now_s);
/* The index of the port it is behind, or -ENOENT. */
int fdb_find(const struct bridge *bridge, fdb_key key);
/* 0 or -ENOENT. */
int fdb_del(struct bridge *bridge, fdb_key key);
/* Forgets what was learned (with statics: everything) on one port, or PORT_NONE for
 * all, and in one VLAN, or 0 for all. Returns how many. */
uint32_t fdb_flush(struct bridge *bridge, uint16_t port, uint16_t vlan, bool statics);
/* Looks at up to budget slots from *cursor on: refreshes the ages from what the workers
 * saw, forgets what was silent for aging_s (0: never), calls gone for each one forgotten.
 * The cursor is 0 again when the pass is complete. */
void fdb_sweep(struct bridge *bridge, uint32_t now_s, uint32_t aging_s, uint32_t *cursor,
	       uint32_t budget, void (*gone)(void *arg, const struct fdb_entry *entry), void *arg);
void fdb_each(struct bridge *bridge, uint32_t now_s,
	      void (*fn)(void *arg, const struct fdb_entry *entry), void *arg);
uint32_t fdb_count(const struct bridge *bridge);
/* How many addresses were learned on the port. */
uint32_t fdb_count_port(const struct bridge *bridge, uint16_t port);
void fdb_limit(struct bridge *bridge, uint32_t max_macs);

#endif
