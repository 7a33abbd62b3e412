// SPDX-License-Identifier: BSD-3-Clause
/*
 * How weft's interfaces and the host's devices go together, and what a route
 * of the one is to the other. Pure functions.
 *
 *  - A NIC that both use (af_packet, or af_xdp that is shared): the two reach the
 *    same neighbours by it, but not one another.
 *  - A tap into a bridge in which weft has an interface: both are on that wire
 *    with others, and reach one another too.
 *  - A tap that is an interface's own port: nobody else is on that wire.
 *
 * One of the last two may be named the link: what only weft can reach, the host
 * sends there; what only the host can reach, weft does.
 */
#ifndef WEFT_CONTROL_KERNEL_MAP_H
#define WEFT_CONTROL_KERNEL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/kernel_route.h"
#include "routing/nexthop_set.h"

enum kernel_wire { KERNEL_NIC, KERNEL_BRIDGED, KERNEL_TAP };

struct kernel_pair {
	uint32_t iface; /* its id */
	int32_t device; /* in the host's namespace */
	enum kernel_wire wire;
};

struct kernel_link {
	uint32_t iface; /* 0: there is none */
	int32_t device;
	struct addr weft[2]; /* weft's address there, IPv4 and IPv6; ADDR_NONE: none */
	struct addr host[2]; /* the host's */
};

struct kernel_map {
	const struct kernel_pair *pairs;
	size_t n_pairs;
	const struct addr *own; /* weft's addresses, on all interfaces */
	size_t n_own;
	const struct addr *host; /* the host's, on all devices */
	size_t n_host;
	struct kernel_link link;
};

/* What the host is told of a prefix that leads to hops: type and hops of out. 0; 1: nothing, for it
 * leads to the host, or to a wire that the host is on; -ENOENT: nothing, for the host cannot reach
 * weft. */
int kernel_map_out(const struct kernel_map *map, uint8_t family, const struct nexthop_set *hops,
		   struct kernel_route *out);

/* What weft makes of a route of the host's; how many hops, 0: nothing that weft could reach. */
uint32_t kernel_map_in(const struct kernel_map *map, const struct kernel_route *route,
		       struct nexthop out[NEXTHOP_SET_MAX]);

#endif
