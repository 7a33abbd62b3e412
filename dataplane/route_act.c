// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a next hop says, where that is not simply to forward: to look in
 * another VRF, to pass a lost next hop by, to give the packet to ourselves, to drop it or to tell
 * somebody.
 */
#include <string.h>

#include "dataplane/l3_detour.h"
#include "dataplane/punt_ring.h"
#include "dataplane/route.h"
#include "dataplane/route_hash.h"

static void forward(struct burst *burst, uint8_t pos, const struct l3_nexthop *hop)
{
	burst->pkts[pos].hop = hop;
	lane_push(burst, STAGE_REWRITE, pos);
}

/* Control is told of a packet that it may want to know of, and that goes on all the same. */
static void tell(struct worker *worker, struct burst *burst, uint8_t pos, enum punt_class class,
		 enum punt_why why)
{
	struct pkt *pkt = &burst->pkts[pos];

	pkt->punt = class;
	pkt->why = why;
	punt_copy(worker, burst, pos);
}

/* Forwarding with something to be looked at first. */
static void forward_odd(struct worker *worker, struct burst *burst, uint8_t pos,
			const struct l3_nexthop *hop)
{
	struct pkt *pkt = &burst->pkts[pos];

	if (pkt->flags & PKT_GROUP) { /* RFC 1812, 5.3.4 */
		route_drop(burst, pos, DROP_group_mac);
		return;
	}
	if (pkt->flags & PKT_LINK_LOCAL) { /* RFC 4291, 2.5.6 */
		route_error(burst, pos, DROP_link_local, PUNT_SCOPE);
		return;
	}
	if ((pkt->flags & (PKT_LAST_HOP | PKT_OWN)) == PKT_LAST_HOP) {
		route_error(burst, pos, DROP_ttl, PUNT_TTL);
		return;
	}
	if (l3_act(hop) == L3_GLEAN) {
		route_punt(burst, pos, PUNT_GLEAN, PUNT_FOR_US);
		return;
	}
	if (pkt->flags & PKT_ALERT)
		tell(worker, burst, pos, PUNT_LOCAL, PUNT_OPTIONS);
	if (pkt->iface == hop->iface && l3_iface(hop->iface)->redirects)
		tell(worker, burst, pos, PUNT_ERROR, PUNT_REDIRECT);
	if (pkt->flags & (PKT_RECORD | PKT_CARRY))
		route_record(worker, pkt, (uint8_t *)route_l3(burst, pos), hop);
	forward(burst, pos, hop);
}

/* The subnet's broadcast address: ours if it came as a broadcast on that subnet (RFC 2644). */
static void broadcast(struct burst *burst, uint8_t pos, const struct l3_nexthop *hop)
{
	const struct pkt *pkt = &burst->pkts[pos];

	if ((pkt->flags & PKT_GROUP) && pkt->iface == hop->iface)
		route_local(burst, pos);
	else
		route_drop(burst, pos, DROP_directed_broadcast);
}

/* The group that a VRF has for the packet. */
static uint32_t look_up(const struct burst *burst, uint8_t pos, bool is_v4, uint16_t vrf)
{
	const uint8_t *header = route_l3(burst, pos);
	uint32_t group;

	if (is_v4) {
		rte_be32_t dst;

		memcpy(&dst, header + 16, sizeof(dst));
		fib4_lookup(l3_vrf(vrf)->fib4, (uint32_t[]){rte_be_to_cpu_32(dst)}, &group, 1);
	} else {
		rte_be64_t dst[2];

		memcpy(dst, header + 24, sizeof(dst));
		fib6_lookup(l3_vrf(vrf)->fib6,
			    &(struct fib_key6){rte_be_to_cpu_64(dst[0]), rte_be_to_cpu_64(dst[1])},
			    &group, 1);
	}
	return group;
}

/* The next hop is lost, and control may not have changed the group yet: another one's of the
 * group, or this one where all are lost. */
static const struct l3_nexthop *pass_by(const struct burst *burst, uint8_t pos, bool is_v4,
					l3_group_ref group, const struct l3_nexthop *lost)
{
	uint32_t mask = l3_group_mask(group), n = l3_detours(mask);
	uint32_t bucket = route_bucket(burst, pos, is_v4, group) - l3_group_at(group, 0);
	uint32_t last = lost->id;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t id = l3_group_nexthop(group, l3_detour(bucket, i, mask));
		const struct l3_nexthop *hop;

		if (id == last)
			continue;
		hop = l3_nexthop(id);
		if (hop->act != L3_AWAY)
			return hop;
		last = id;
	}
	return lost;
}

/* The next hop that counts in the end. One that leads into another VRF may lead to a third from
 * there. */
static const struct l3_nexthop *follow(const struct burst *burst, uint8_t pos, bool is_v4,
				       uint32_t group, const struct l3_nexthop *hop)
{
	for (int depth = 0;; depth++) {
		l3_group_ref ref;

		if (hop->act == L3_AWAY)
			hop = pass_by(burst, pos, is_v4, l3_group(group), hop);
		if (hop->act != L3_VRF || depth == L3_VRF_DEPTH)
			return hop;
		group = look_up(burst, pos, is_v4, hop->vrf);
		ref = l3_group(group);
		hop = l3_nexthop(*route_bucket(burst, pos, is_v4, ref));
	}
}

/* On the wire of an interface that is in another VRF: who has the address is known there alone. */
static const struct l3_nexthop *neighbour_there(const struct burst *burst, uint8_t pos, bool is_v4,
						const struct l3_nexthop *wire)
{
	uint16_t vrf = l3_iface(wire->iface)->vrf;
	const struct l3_nexthop *hop;

	if (vrf == burst->pkts[pos].vrf)
		return wire;
	hop = l3_nexthop(
		*route_bucket(burst, pos, is_v4, l3_group(look_up(burst, pos, is_v4, vrf))));
	return hop->iface == wire->iface ? hop : wire;
}

void route_act(struct worker *worker, struct burst *burst, uint8_t pos, bool is_v4, uint32_t group,
	       const struct l3_nexthop *hop)
{
	struct pkt *pkt = &burst->pkts[pos];

	hop = follow(burst, pos, is_v4, group, hop);
	if (hop->act == L3_GLEAN)
		hop = neighbour_there(burst, pos, is_v4, hop);
	pkt->nexthop = hop->id;
	pkt->mtu = 0;
	switch (l3_act(hop)) {
	case L3_FORWARD:
	case L3_GLEAN:
		forward_odd(worker, burst, pos, hop);
		return;
	case L3_BROADCAST:
		broadcast(burst, pos, hop);
		return;
	}
	if (pkt->flags & PKT_GROUP) { /* RFC 1122, 3.3.6 */
		route_drop(burst, pos, DROP_group_mac);
		return;
	}
	switch (l3_act(hop)) {
	case L3_LOCAL:
		route_local(burst, pos);
		break;
	case L3_BLACKHOLE:
		route_drop(burst, pos, DROP_blackhole);
		break;
	case L3_UNREACHABLE:
		route_error(burst, pos, DROP_unreachable, PUNT_UNREACHABLE);
		break;
	case L3_PROHIBIT:
		route_error(burst, pos, DROP_prohibited, PUNT_PROHIBITED);
		break;
	case L3_NO_ROUTE:
		route_error(burst, pos, DROP_no_route, PUNT_NO_ROUTE);
		break;
	case L3_VRF:
		route_drop(burst, pos, DROP_vrf_loop);
		break;
	default:
		route_drop(burst, pos, DROP_nexthop_down);
	}
}
