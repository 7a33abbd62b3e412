// SPDX-License-Identifier: BSD-3-Clause
/*
 * Next-hop sets: where a route leads, as an immutable value. Equal sets are
 * one object (interned), so that a million routes with the same gateways cost
 * one set and compare by pointer. Sorted, without doubles.
 */
#ifndef WEFT_ROUTING_NEXTHOP_SET_H
#define WEFT_ROUTING_NEXTHOP_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/core/addr.h"

#define NEXTHOP_SET_MAX 64 /* members of a set */

enum nexthop_kind {
	NEXTHOP_GATEWAY,     /* via an address: on the wire of iface, or (iface 0) recursive */
	NEXTHOP_IFACE,       /* on the wire of iface itself */
	NEXTHOP_LOCAL,       /* an address of ours, on iface */
	NEXTHOP_BROADCAST,   /* the subnet's broadcast address on iface */
	NEXTHOP_BLACKHOLE,   /* dropped in silence */
	NEXTHOP_UNREACHABLE, /* answered: host unreachable */
	NEXTHOP_PROHIBIT,    /* answered: administratively prohibited */
	NEXTHOP_VRF,         /* looked up again in vrf */
	NEXTHOP_UPLINKS,     /* the members of an uplink group: iface is its id */
};

enum nexthop_flag {
	NEXTHOP_BFD = 1 << 0, /* leads nowhere while the gateway does not answer (env_ops.watch) */
};

struct nexthop {
	struct addr gateway; /* NEXTHOP_GATEWAY */
	uint8_t flags;       /* likewise; enum nexthop_flag. None in where the RIB says it leads */
	uint32_t iface;      /* interface id; 0: none */
	uint16_t vrf;        /* NEXTHOP_VRF */
	uint8_t kind;        /* enum nexthop_kind */
	uint8_t weight;      /* 1 to 255 */
};

struct nexthop_set {
	uint32_t n;
	uint32_t refs; /* nexthop_set_ref, _unref */
	uint32_t id;   /* 1 and up, small, unique among the living; a table can be indexed by it */
	uint32_t hash;
	struct nexthop_set *next; /* in its bucket */
	struct nexthop hops[];
};

/* The living sets; one per RIB. */
struct nexthop_sets;

struct nexthop_sets *nexthop_sets_create(void);       /* NULL with errno */
void nexthop_sets_destroy(struct nexthop_sets *sets); /* NULL is legal; no set may be in use */
uint32_t nexthop_sets_count(const struct nexthop_sets *sets);

/* Which set has this id; it is alive. */
const struct nexthop_set *nexthop_sets_at(const struct nexthop_sets *sets, uint32_t id);
uint64_t nexthop_sets_bytes(const struct nexthop_sets *sets);

/* The set of these hops (in any order; of doubles the greatest weight counts; fields that a kind
 * does not have are ignored; n at least 1): an existing one with another reference, or a new one.
 * NULL with errno: ENOMEM, E2BIG (more than NEXTHOP_SET_MAX), EINVAL (no hop, no weight, no gateway
 * or interface where its kind needs one). */
const struct nexthop_set *nexthop_set_get(struct nexthop_sets *sets, const struct nexthop *hops,
					  uint32_t n);
const struct nexthop_set *nexthop_set_ref(const struct nexthop_set *set);
void nexthop_set_unref(struct nexthop_sets *sets,
		       const struct nexthop_set *set); /* NULL is legal */

#endif
