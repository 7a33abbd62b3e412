// SPDX-License-Identifier: BSD-3-Clause
/*
 * How weft's interfaces and the host's devices go together, and what a route
 * of the one is to the other. Pure functions.
 *
 *  - An interface on a device that the host uses as well (an af_packet port, an
 *    af_xdp port that is shared): the two reach the same neighbours by it, so a
 *    hop there is a hop here.
 *  - The link: an interface with the host itself on its wire, by a tap. What only
 *    weft can reach, the host sends there; what only the host can reach, weft does.
 *  - Any other tap into the host's namespace: the host is on that wire and needs no
 *    route to it.
 */
#ifndef WEFT_CONTROL_KERNEL_MAP_H
#define WEFT_CONTROL_KERNEL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/kernel_route.h"
#include "routing/nexthop_set.h"

struct kernel_pair {
	uint32_t iface; /* its id */
	int32_t device; /* in the host's namespace */
	bool is_tap;    /* the host is at the other end; else both are on one wire */
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
	struct kernel_link link;
};

/* What the host is told of a prefix that leads to hops: type and hops of out. 0, or -ENOENT: the
 * host cannot reach any of it by way of weft. */
int kernel_map_out(const struct kernel_map *map, uint8_t family, const struct nexthop_set *hops,
		   struct kernel_route *out);

/* What weft makes of a route of the host's; how many hops, 0: nothing that weft could reach. */
uint32_t kernel_map_in(const struct kernel_map *map, const struct kernel_route *route,
		       struct nexthop out[NEXTHOP_SET_MAX]);

#endif
