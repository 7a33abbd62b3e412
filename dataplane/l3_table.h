// SPDX-License-Identifier: BSD-3-Clause
/*
 * What workers read of l3.h: immutable values under small numbers. A number
 * that nothing was published under leads to a value that drops, so that
 * a worker needs no test, and a group may outlive its next hop for a moment.
 *
 * Pointers are good until the end of the round, as everything that is
 * published.
 */
#ifndef WEFT_DATAPLANE_L3_TABLE_H
#define WEFT_DATAPLANE_L3_TABLE_H

#include <stdatomic.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_prefetch.h>

#include "dataplane/fdb.h"
#include "dataplane/fib_table.h"
#include "dataplane/l3.h"

/* What a next hop also may say, beyond enum l3_act; control cannot set these. */
enum {
	L3_NO_ROUTE = L3_VRF + 1, /* that of FIB_NONE: nothing matched */
	L3_DEAD,                  /* the number is free, or the interface is down or gone */
	L3_AWAY,                  /* lost a moment ago: l3_detour.h */
};

struct l3_vrf {
	struct fib *fib4, *fib6; /* never NULL */
};

struct l3_iface {
	uint64_t mac;          /* in the form of a packet's dst: first byte highest */
	struct port *port;     /* or NULL */
	struct bridge *bridge; /* or NULL */
	uint16_t id;           /* 0: none */
	uint16_t vrf;
	uint16_t mtu;
	uint16_t vlan;  /* of a port: its tag, or 0; of a bridge: always */
	uint8_t record; /* enum l3_record */
	bool up;
	bool redirects;
	rte_be32_t ip4; /* 0: none */
} __rte_cache_aligned;

/* All that rewrite needs, on one line. */
struct l3_nexthop {
	uint8_t act;        /* enum l3_act, or one of those above */
	uint8_t header[12]; /* of the frame: its destination and source addresses */
	uint8_t last_act;   /* of L3_AWAY: what to do where all others of the group are lost, too */
	uint16_t iface;
	uint16_t mtu;
	uint16_t vlan;
	uint16_t vrf;   /* of L3_VRF: where to look again; else of its interface */
	uint16_t plain; /* the longest frame, untagged yet, that fits; 0: not by a port */
	uint32_t id;
	struct port *port;
	const struct member *wire; /* of that port */
	struct bridge *bridge;
	fdb_key key; /* where bridge has its address */
} __rte_cache_aligned;

_Static_assert(sizeof(struct l3_nexthop) == RTE_CACHE_LINE_SIZE, "a next hop is one line");

/* Where the buckets of a group are: number of buckets - 1 16 | address 48. A bucket is the number
 * of a next hop; that of a group of one is a place in l3_self. */
typedef uint64_t l3_group_ref;

/* The interfaces of a port or bridge by VLAN, in struct port and struct bridge. */
#define L3_CHUNK 64
struct l3_vlans {
	uint8_t chunk[VLAN_COUNT / L3_CHUNK]; /* which of the chunks below has these VLANs */
	uint16_t iface[][L3_CHUNK];           /* the first one is empty */
};

/* Written by l3.c and its like alone. */
extern _Atomic(const struct l3_vrf *) l3_vrfs[L3_VRF_MAX];
extern _Atomic(const struct l3_iface *) l3_ifaces[L3_IFACE_MAX];
extern _Atomic(const struct l3_nexthop *) l3_nexthops[L3_NEXTHOP_MAX];
extern _Atomic l3_group_ref l3_groups[L3_GROUP_MAX];
extern uint16_t l3_self[L3_NEXTHOP_MAX]; /* [i] is i */

/* Never NULL. The number is below the table's size: it comes from control. */
static inline const struct l3_vrf *l3_vrf(uint16_t id)
{
	return atomic_load_explicit(&l3_vrfs[id], memory_order_acquire);
}

static inline const struct l3_iface *l3_iface(uint16_t id)
{
	return atomic_load_explicit(&l3_ifaces[id], memory_order_acquire);
}

static inline const struct l3_nexthop *l3_nexthop(uint32_t id)
{
	return atomic_load_explicit(&l3_nexthops[id], memory_order_acquire);
}

/* What it says once no detour is left. */
static inline unsigned l3_act(const struct l3_nexthop *hop)
{
	return hop->act == L3_AWAY ? hop->last_act : hop->act;
}

static inline l3_group_ref l3_group(uint32_t id)
{
	return atomic_load_explicit(&l3_groups[id], memory_order_acquire);
}

/* The number of the interface in that VLAN (of a port: 0 is untagged), or 0. vlans may be NULL. */
static inline uint16_t l3_vlans_iface(const struct l3_vlans *vlans, uint16_t vlan)
{
	if (!vlans)
		return 0;
	return __atomic_load_n(&vlans->iface[vlans->chunk[vlan / L3_CHUNK]][vlan % L3_CHUNK],
			       __ATOMIC_ACQUIRE);
}

/* 0: it has one next hop, and no hash is needed. */
static inline uint32_t l3_group_mask(l3_group_ref group)
{
	return group >> 48;
}

/* The bucket for a hash, still to be read. */
static inline const uint16_t *l3_group_at(l3_group_ref group, uint32_t hash)
{
	const uint16_t *buckets = (const uint16_t *)(group & ((UINT64_C(1) << 48) - 1));

	return buckets + (hash & l3_group_mask(group));
}

static inline uint32_t l3_group_nexthop(l3_group_ref group, uint32_t hash)
{
	return *l3_group_at(group, hash);
}

#endif
