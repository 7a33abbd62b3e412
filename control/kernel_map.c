// SPDX-License-Identifier: BSD-3-Clause
#include "control/kernel_map.h"

#include <errno.h>

static const struct kernel_pair *pair_of_iface(const struct kernel_map *map, uint32_t iface)
{
	for (size_t i = 0; i < map->n_pairs; i++)
		if (map->pairs[i].iface == iface)
			return &map->pairs[i];
	return NULL;
}

static const struct kernel_pair *pair_of_device(const struct kernel_map *map, int32_t device)
{
	for (size_t i = 0; i < map->n_pairs; i++)
		if (map->pairs[i].device == device)
			return &map->pairs[i];
	return NULL;
}

static int family_index(uint8_t family)
{
	return family == ADDR_IP4 ? 0 : 1;
}

/* --- to the host --- */

static uint8_t closed_type(enum nexthop_kind kind)
{
	return kind == NEXTHOP_BLACKHOLE  ? RTN_BLACKHOLE
	       : kind == NEXTHOP_PROHIBIT ? RTN_PROHIBIT
					  : RTN_UNREACHABLE;
}

static bool is_closed(enum nexthop_kind kind)
{
	return kind == NEXTHOP_BLACKHOLE || kind == NEXTHOP_UNREACHABLE || kind == NEXTHOP_PROHIBIT;
}

static bool is_one_of(const struct addr *list, size_t n, const struct addr *addr)
{
	for (size_t i = 0; i < n; i++)
		if (addr_compare(&list[i], addr) == 0)
			return true;
	return false;
}

/* The host knows who is on its wires, and itself. */
static bool is_near(const struct kernel_map *map, const struct kernel_pair *pair,
		    const struct nexthop *hop)
{
	if (hop->kind == NEXTHOP_BROADCAST || (pair && pair->wire == KERNEL_TAP))
		return true;
	if (hop->kind == NEXTHOP_LOCAL)
		return pair && pair->wire == KERNEL_BRIDGED;
	return hop->kind == NEXTHOP_GATEWAY && is_one_of(map->host, map->n_host, &hop->gateway);
}

/* As kernel_map_out. */
static int hop_out(const struct kernel_map *map, uint8_t family, const struct nexthop *hop,
		   struct kernel_hop *out)
{
	const struct kernel_pair *pair = pair_of_iface(map, hop->iface);
	const struct addr *weft = &map->link.weft[family_index(family)];

	if (is_near(map, pair, hop))
		return 1;
	*out = (struct kernel_hop){.weight = hop->weight ? hop->weight : 1};
	if (pair && (hop->kind == NEXTHOP_GATEWAY || hop->kind == NEXTHOP_IFACE)) {
		out->device = pair->device;
		if (hop->kind == NEXTHOP_GATEWAY)
			out->gateway = hop->gateway;
		return 0;
	}
	/* Addresses of weft's own too: a NIC that both use does not carry what one says to the
	 * other. */
	if (map->link.iface == 0 || weft->family == ADDR_NONE)
		return -ENOENT;
	out->device = map->link.device;
	out->gateway = *weft;
	return 0;
}

int kernel_map_out(const struct kernel_map *map, uint8_t family, const struct nexthop_set *hops,
		   struct kernel_route *out)
{
	int rc = 1;

	out->n = 0;
	out->type = RTN_UNICAST;
	for (uint32_t i = 0; i < hops->n; i++) {
		int r;
		if (is_closed(hops->hops[i].kind)) {
			out->type = closed_type(hops->hops[i].kind);
			out->n = 0;
			return 0;
		}
		r = hop_out(map, family, &hops->hops[i], &out->hops[out->n]);
		out->n += r == 0;
		rc = r < 0 ? r : rc;
	}
	kernel_route_tidy(out);
	return out->n > 0 ? 0 : rc;
}

/* --- from the host --- */

static bool hop_in(const struct kernel_map *map, uint8_t family, const struct kernel_hop *hop,
		   struct nexthop *out)
{
	const struct kernel_pair *pair = pair_of_device(map, hop->device);
	const struct addr *host = &map->link.host[family_index(family)];

	*out = (struct nexthop){.kind = NEXTHOP_GATEWAY, .weight = hop->weight};
	/* Where the host would come to weft, weft must not go to the host. */
	if (hop->gateway.family != ADDR_NONE && is_one_of(map->own, map->n_own, &hop->gateway))
		return false;
	if (pair) {
		if (pair->wire == KERNEL_TAP)
			return false; /* only weft is there */
		out->iface = pair->iface;
		out->gateway = hop->gateway;
		if (hop->gateway.family == ADDR_NONE)
			out->kind = NEXTHOP_IFACE;
		return true;
	}
	if (map->link.iface == 0 || host->family == ADDR_NONE)
		return false;
	out->iface = map->link.iface;
	out->gateway = *host;
	return true;
}

uint32_t kernel_map_in(const struct kernel_map *map, const struct kernel_route *route,
		       struct nexthop out[NEXTHOP_SET_MAX])
{
	uint32_t n = 0;

	if (route->type != RTN_UNICAST) {
		out[0] = (struct nexthop){.kind = route->type == RTN_BLACKHOLE ? NEXTHOP_BLACKHOLE
						  : route->type == RTN_PROHIBIT
							  ? NEXTHOP_PROHIBIT
							  : NEXTHOP_UNREACHABLE,
					  .weight = 1};
		return 1;
	}
	for (uint16_t i = 0; i < route->n; i++)
		n += hop_in(map, route->prefix.addr.family, &route->hops[i], &out[n]);
	return n;
}
