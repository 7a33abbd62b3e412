// SPDX-License-Identifier: BSD-3-Clause
/*
 * From the RIB to the FIB: what the RIB says is used, workers use.
 *
 * Each set of next hops that some route leads to becomes one group, each
 * gateway one next hop of the dataplane. A gateway is resolved as soon as a
 * route needs it, and takes part in its groups while its MAC address is known
 * and its interface up; where none of a group's members can be reached, all
 * take part, so that packets to them have them asked for. So a dead gateway or
 * interface costs one pointer stored for each of its next hops, whereupon workers pass them by,
 * and then a change of the groups that it is in, whatever the number of routes.
 *
 * Each neighbour whose MAC address is known has a host route of its own,
 * unless the RIB leads elsewhere for it.
 *
 * A slow pass over the RIB compares what workers would do with what they
 * should, repairs, and counts.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_FIB_SYNC_H
#define WEFT_CONTROL_FIB_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/env.h"
#include "routing/nexthop_set.h"
#include "routing/rib.h"

/* Listens to the RIB of engines.h. 0 or -errno. */
int fib_sync_start(void);
/* The RIB is empty. */
void fib_sync_stop(void);

/* --- news --- */

/* An interface went up or down, or is gone (not up then). */
void fib_sync_iface_changed(const struct iface *iface);
/* As the neighbour engine says. */
void fib_sync_resolved(const struct iface *iface, const struct addr *addr, const uint8_t mac[6]);
void fib_sync_lost(const struct iface *iface, const struct addr *addr);
/* BFD: a gateway does not answer, or does again. It leaves its groups before any protocol, or the
 * RIB, has drawn its own conclusions. */
void fib_sync_answers(uint32_t iface, const struct addr *addr, bool answers);

/* Changes groups of next hops that became alive or dead, about max of them; is any left? Call
 * engines_kick for that. */
bool fib_regroup_work(uint32_t max);

/* --- what there is --- */

/* Does anything in the dataplane lead to the interface of this number? */
bool fib_sync_leads_to(uint16_t l3);

/* A next hop of the dataplane. */
struct fib_target {
	uint32_t iface;   /* id; 0: none */
	struct addr addr; /* the gateway or neighbour; ADDR_NONE: whoever a packet is for */
	uint8_t kind;     /* enum nexthop_kind */
	uint16_t vrf;     /* NEXTHOP_VRF */
	bool resolved;
	uint8_t mac[6];
};
/* What a number in a punted packet or a bucket means. False: nothing any more. */
bool fib_sync_target(uint32_t nexthop, struct fib_target *out);

/* What workers are to do with an address: the group, and the prefix that says so. 0: nothing. */
uint32_t fib_sync_group(uint16_t vrf, const struct addr *addr, struct prefix *prefix);
/* Does some route lead to this address as a gateway? */
bool fib_sync_is_gateway(const struct iface *iface, const struct addr *addr);
/* Can packets be sent to this next hop of some route now? */
bool fib_sync_takes_part(const struct nexthop *nexthop);
/* The group that a set of next hops has; 0: none. */
uint32_t fib_sync_group_of(const struct nexthop_set *set);

struct fib_sync_stats {
	uint64_t changes;  /* prefixes set and taken out so far: the epoch */
	uint64_t wrong;    /* prefixes that workers have not as they should, as far as is known */
	uint64_t checked;  /* addresses that were compared */
	uint64_t passes;   /* over the whole RIB */
	uint64_t repaired; /* that workers had wrong */
	uint32_t groups, nexthops, hosts; /* now */
};
void fib_sync_stats(struct fib_sync_stats *out);

#endif
