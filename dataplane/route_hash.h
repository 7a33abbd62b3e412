// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which of several next hops a flow takes: a hash of its addresses, protocol
 * and ports, the same for all packets of a flow and on all workers. Fragments
 * have no ports, so no packet of a datagram that was cut counts them, the first
 * one neither. IPv6 counts the flow label as well (RFC 6438). An ICMP error goes
 * the way of the flow that it tells of (route_quoted.c). Worker.
 */
#ifndef WEFT_DATAPLANE_ROUTE_HASH_H
#define WEFT_DATAPLANE_ROUTE_HASH_H

#include <netinet/in.h>
#include <string.h>

#include "dataplane/route.h"

/* Random, so that two routers in a row do not choose alike, and nobody outside can aim. Written at
 * the start. */
extern uint64_t route_seed;

/* Each bit of the result depends on all of the words. */
static inline uint64_t route_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
	return hash ^ hash >> 32;
}

/* The high bits of a product are the best ones. */
static inline uint32_t route_finish(uint64_t hash)
{
	return (hash * UINT64_C(0xc4ceb9fe1a85ec53)) >> 40;
}

/* Both ports, where there are such. */
static inline uint32_t route_ports(const struct burst *burst, uint8_t pos)
{
	const struct pkt *pkt = &burst->pkts[pos];
	uint32_t ports;

	if (!pkt->l4 || (pkt->l4_proto != IPPROTO_TCP && pkt->l4_proto != IPPROTO_UDP))
		return 0;
	memcpy(&ports, rte_pktmbuf_mtod_offset(burst->mbufs[pos], const uint8_t *, pkt->l4),
	       sizeof(ports));
	return ports;
}

/* IPv4: both addresses, both ports, as they lie in the packet. */
static inline uint32_t route_mix4(uint64_t addresses, uint64_t ports, uint8_t proto)
{
	return route_finish(route_mix(route_seed, addresses) ^ ports << 8 ^ proto);
}

/* IPv6: source and destination, two words each. */
static inline uint32_t route_mix6(const uint64_t a[4], uint64_t label, uint32_t ports)
{
	uint64_t hash = route_seed;

	for (int i = 0; i < 4; i++)
		hash = route_mix(hash, a[i]);
	return route_finish(route_mix(hash, label << 32 | ports));
}

/* The hash of the flow that the packet, an ICMP message with its header in its first segment, tells
 * of; false: it tells of none. */
bool route_quoted4(const struct burst *burst, uint8_t pos, uint32_t *hash);
bool route_quoted6(const struct burst *burst, uint8_t pos, uint32_t *hash);

static inline uint32_t route_hash4(const struct burst *burst, uint8_t pos)
{
	const struct rte_ipv4_hdr *ip = (const void *)route_l3(burst, pos);
	bool is_cut =
		ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG);
	uint64_t addresses, ports = is_cut ? 0 : route_ports(burst, pos);
	uint32_t hash;

	if (unlikely(ip->next_proto_id == IPPROTO_ICMP) && !is_cut && burst->pkts[pos].l4 &&
	    route_quoted4(burst, pos, &hash))
		return hash;
	memcpy(&addresses, &ip->src_addr, sizeof(addresses));
	return route_mix4(addresses, ports, ip->next_proto_id);
}

static inline uint32_t route_hash6(const struct burst *burst, uint8_t pos)
{
	const struct rte_ipv6_hdr *ip = (const void *)route_l3(burst, pos);
	const struct pkt *pkt = &burst->pkts[pos];
	uint64_t a[4], label = ip->vtc_flow & RTE_BE32(0xfffff);
	uint32_t ports = pkt->flags & PKT_CUT ? 0 : route_ports(burst, pos), hash;

	if (pkt->l4 && unlikely(pkt->l4_proto == IPPROTO_ICMPV6) && !(pkt->flags & PKT_CUT) &&
	    route_quoted6(burst, pos, &hash))
		return hash;
	memcpy(a, ip->src_addr, sizeof(a));
	return route_mix6(a, label, ports);
}

/* The bucket that has the packet's next hop, still to be read. */
static inline const uint16_t *route_bucket(const struct burst *burst, uint8_t pos, bool is_v4,
					   l3_group_ref group)
{
	uint32_t hash = 0;

	if (l3_group_mask(group))
		hash = is_v4 ? route_hash4(burst, pos) : route_hash6(burst, pos);
	return l3_group_at(group, hash);
}

#endif
