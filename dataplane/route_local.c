// SPDX-License-Identifier: BSD-3-Clause
/* What is not forwarded: addresses and options that are not plain, packets for ourselves, and the
 * ways out of the router that are not the usual one. */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>

#include "dataplane/parse.h"
#include "dataplane/punt_ring.h"
#include "dataplane/route.h"
#include "dataplane/route_hash.h"

enum {
	OPT_LOOSE_SOURCE_ROUTE = 131,
	OPT_STRICT_SOURCE_ROUTE = 137,
	OPT_ROUTER_ALERT = 148, /* RFC 2113 */
	OPT6_PAD1 = 0,
	OPT6_ROUTER_ALERT = 5, /* RFC 2711 */
};

uint64_t route_seed;

struct ip6 {
	uint64_t hi, lo;
};

static struct ip6 load_ip6(const uint8_t *p)
{
	struct ip6 a;

	memcpy(&a, p, sizeof(a));
	return (struct ip6){rte_be_to_cpu_64(a.hi), rte_be_to_cpu_64(a.lo)};
}

static bool is_link_local(struct ip6 a)
{
	return a.hi >> 54 == 0xfe80 >> 6;
}

void route_drop(struct burst *burst, uint8_t pos, enum drop reason)
{
	if (burst->pkts[pos].flags & PKT_BRIDGED)
		lane_push(burst, STAGE_FLOOD, pos);
	else
		lane_drop(burst, pos, reason);
}

void route_punt(struct burst *burst, uint8_t pos, enum punt_class class, enum punt_why why)
{
	struct pkt *pkt = &burst->pkts[pos];

	pkt->punt = class;
	pkt->why = why;
	if (pkt->flags & PKT_BRIDGED) {
		pkt->flags |= PKT_TO_PUNT;
		lane_push(burst, STAGE_FLOOD, pos);
	} else {
		lane_push(burst, STAGE_PUNT, pos);
	}
}

void route_error(struct burst *burst, uint8_t pos, enum drop reason, enum punt_why why)
{
	burst->pkts[pos].drop = reason;
	route_punt(burst, pos, PUNT_ERROR, why);
}

/* A flood of BFD from whoever shares the neighbour's wire does not carry the session's number. */
static enum punt_class class_of_bfd(const struct rte_mbuf *m, uint16_t bfd)
{
	enum { YOUR_DISCRIMINATOR = 8, LEN = 24 };
	const uint8_t *at = rte_pktmbuf_mtod_offset(m, const uint8_t *, bfd + YOUR_DISCRIMINATOR);

	if (m->data_len < bfd + LEN)
		return PUNT_PROTOCOL;
	return punt_is_session((uint32_t)parse_16(at) << 16 | parse_16(at + 2)) ? PUNT_BFD
										: PUNT_PROTOCOL;
}

static enum punt_class class_of_udp(const struct rte_mbuf *m, uint16_t udp)
{
	enum { DESTINATION = 2, HEADER = 8 };

	switch (parse_16(rte_pktmbuf_mtod_offset(m, const uint8_t *, udp + DESTINATION))) {
	case 3784: /* BFD, RFC 5881 */
		return class_of_bfd(m, udp + HEADER);
	case 520:  /* RIP */
	case 521:  /* RIPng */
	case 4784: /* BFD over several hops, RFC 5883 */
		return PUNT_PROTOCOL;
	default:
		return PUNT_LOCAL;
	}
}

static enum punt_class class_of(const struct burst *burst, uint8_t pos)
{
	const struct pkt *pkt = &burst->pkts[pos];
	const uint8_t *l4 = rte_pktmbuf_mtod_offset(burst->mbufs[pos], const uint8_t *, pkt->l4);

	switch (pkt->l4_proto) {
	case 89:  /* OSPF */
	case 112: /* VRRP */
		return PUNT_PROTOCOL;
	case IPPROTO_UDP:
		return pkt->l4 ? class_of_udp(burst->mbufs[pos], pkt->l4) : PUNT_LOCAL;
	case IPPROTO_ICMPV6:
		return pkt->l4 && l4[0] >= ND_ROUTER_SOLICIT && l4[0] <= ND_REDIRECT ? PUNT_NEIGHBOR
										     : PUNT_LOCAL;
	default:
		return PUNT_LOCAL;
	}
}

bool route_is_ours4(const struct pkt *pkt, const uint8_t *address)
{
	uint32_t group, addr = (uint32_t)parse_16(address) << 16 | parse_16(address + 2);

	fib4_lookup(l3_vrf(pkt->vrf)->fib4, &addr, &group, 1);
	return l3_nexthop(l3_group_nexthop(l3_group(group), 0))->act == L3_LOCAL;
}

/* Does the address lead to ourselves? */
static bool is_ours6(const struct pkt *pkt, struct ip6 address)
{
	struct fib_key6 addr = {address.hi, address.lo};
	uint32_t group;

	fib6_lookup(l3_vrf(pkt->vrf)->fib6, &addr, &group, 1);
	return l3_nexthop(l3_group_nexthop(l3_group(group), 0))->act == L3_LOCAL;
}

/* What neighbours ask one another is no business of ours: a scan between guests shall not use up
 * what control can look at. Who asks for us, says that he has what is ours, tells of himself or
 * answers is heard. */
static bool arp_concerns_us(const struct burst *burst, uint8_t pos)
{
	enum { OPERATION = 6, SENDER = 14, TARGET = 24, LEN = 28, REQUEST = 1 };
	const struct pkt *pkt = &burst->pkts[pos];
	const uint8_t *arp = route_l3(burst, pos);

	return !(pkt->flags & PKT_GROUP) || burst->mbufs[pos]->data_len - pkt->l3 < LEN ||
	       parse_16(arp + OPERATION) != REQUEST || !memcmp(arp + SENDER, arp + TARGET, 4) ||
	       route_is_ours4(pkt, arp + TARGET) || route_is_ours4(pkt, arp + SENDER);
}

/* The same for neighbour solicitations. One from nobody asks whether an address is free: ours may
 * not be in the tables yet; and those of the link are in none. */
static bool solicitation_concerns_us(const struct burst *burst, uint8_t pos)
{
	enum { TARGET = 8, LEN = 24 };
	const struct pkt *pkt = &burst->pkts[pos];
	const uint8_t *header = route_l3(burst, pos);
	const uint8_t *target = header + (pkt->l4 - pkt->l3) + TARGET;
	struct ip6 src = load_ip6(header + 8);

	if (!(pkt->flags & PKT_GROUP) || burst->mbufs[pos]->data_len - pkt->l4 < LEN)
		return true;
	return (src.hi == 0 && src.lo == 0) || is_link_local(load_ip6(target)) ||
	       is_ours6(pkt, load_ip6(target));
}

static bool is_solicitation(const struct burst *burst, uint8_t pos)
{
	const struct pkt *pkt = &burst->pkts[pos];

	return pkt->ether_type == RTE_ETHER_TYPE_IPV6 && pkt->l4_proto == IPPROTO_ICMPV6 &&
	       pkt->l4 &&
	       *rte_pktmbuf_mtod_offset(burst->mbufs[pos], const uint8_t *, pkt->l4) ==
		       ND_NEIGHBOR_SOLICIT;
}

void route_local(struct burst *burst, uint8_t pos)
{
	if (is_solicitation(burst, pos) && !solicitation_concerns_us(burst, pos))
		route_drop(burst, pos, DROP_neighbors);
	else
		route_punt(burst, pos, class_of(burst, pos), PUNT_FOR_US);
}

void route_other(struct burst *burst, uint8_t pos)
{
	if (burst->pkts[pos].ether_type != RTE_ETHER_TYPE_ARP)
		route_drop(burst, pos, DROP_not_ip);
	else if (!arp_concerns_us(burst, pos))
		route_drop(burst, pos, DROP_neighbors);
	else
		route_punt(burst, pos, PUNT_NEIGHBOR, PUNT_FOR_US);
}

/* RFC 7126: source routes are not followed. What routers write into is written later; the rest is
 * carried, not acted on. */
static unsigned check_options4(struct pkt *pkt, const uint8_t *header)
{
	unsigned end = (header[0] & 0xf) * 4;

	for (unsigned i = sizeof(struct rte_ipv4_hdr), len, verdict; i < end; i += len) {
		if (header[i] == OPT_END)
			break;
		len = 1;
		if (header[i] == OPT_NOP)
			continue;
		if (i + 1 == end || header[i + 1] < 2 || header[i + 1] > end - i)
			return route_malformed(pkt, i);
		len = header[i + 1];
		verdict = route_check_record(pkt, header, i);
		if (verdict != ROUTE_GO)
			return verdict;
		if (header[i] == OPT_LOOSE_SOURCE_ROUTE || header[i] == OPT_STRICT_SOURCE_ROUTE)
			return DROP_source_route;
		if (header[i] == OPT_ROUTER_ALERT)
			pkt->flags |= PKT_ALERT;
	}
	return ROUTE_GO;
}

unsigned route_odd4(struct pkt *pkt, const uint8_t *header)
{
	uint32_t src = (uint32_t)parse_16(header + 12) << 16 | parse_16(header + 14);
	uint32_t dst = (uint32_t)parse_16(header + 16) << 16 | parse_16(header + 18);
	unsigned verdict = check_options4(pkt, header);

	if (verdict != ROUTE_GO)
		return verdict;
	if (src >> 24 == 127 || src >> 28 >= 0xe) /* RFC 1812, 5.3.7 */
		return DROP_martian_source;
	/* Who has no address yet may send to these two all the same. */
	if (dst == UINT32_MAX || dst >> 8 == 0xe00000)
		return ROUTE_LOCAL;
	if (dst >> 28 == 0xe)
		return DROP_multicast;
	if (src >> 24 == 0)
		return DROP_martian_source;
	if (dst >> 24 == 0 || dst >> 24 == 127 || dst >> 28 == 0xf)
		return DROP_martian_destination;
	return ROUTE_GO;
}

/* A hop-by-hop header of which seg bytes, from the IP header on, can be read. RFC 8200, 4.3:
 * routers look for what they were set up to act on. */
static unsigned check_options6(struct pkt *pkt, const uint8_t *header, uint32_t seg)
{
	const unsigned begin = sizeof(struct rte_ipv6_hdr);
	unsigned end = RTE_MIN(begin + 8 * (header[begin + 1] + 1U), seg);

	for (unsigned i = begin + 2, len; i < end; i += len) {
		len = 1;
		if (header[i] == OPT6_PAD1)
			continue;
		if (i + 1 == end || header[i + 1] + 2U > end - i)
			return route_malformed(pkt, i);
		len = header[i + 1] + 2;
		if (header[i] == OPT6_ROUTER_ALERT)
			pkt->flags |= PKT_ALERT;
	}
	return ROUTE_GO;
}

/* ::, ::1, and IPv4 addresses in the form that only sockets use: no packet carries them from one
 * host to another. */
static bool is_martian6(struct ip6 a)
{
	return a.hi == 0 && (a.lo <= 1 || a.lo >> 32 == 0xffff);
}

static unsigned check_multicast6(struct ip6 dst)
{
	switch (dst.hi >> 48 & 0xf) { /* RFC 4291, 2.7: the scope */
	case 0:
	case 1:
		return DROP_martian_destination;
	case 2:
		return ROUTE_LOCAL;
	default:
		return DROP_multicast;
	}
}

unsigned route_odd6(struct pkt *pkt, const uint8_t *header, uint32_t seg)
{
	struct ip6 src = load_ip6(header + 8), dst = load_ip6(header + 24);
	unsigned verdict =
		header[6] == IPPROTO_HOPOPTS ? check_options6(pkt, header, seg) : ROUTE_GO;

	if (verdict != ROUTE_GO)
		return verdict;
	if (src.hi >> 56 == 0xff || (is_martian6(src) && src.lo != 0))
		return DROP_martian_source;
	/* Who has no address yet may send to these all the same. */
	if (dst.hi >> 56 == 0xff)
		return check_multicast6(dst);
	if (is_martian6(src))
		return DROP_martian_source;
	if (is_martian6(dst))
		return DROP_martian_destination;
	if (is_link_local(dst))
		return pkt->flags & PKT_OWN ? DROP_link_local : ROUTE_LOCAL;
	if (is_link_local(src))
		pkt->flags |= PKT_LINK_LOCAL;
	return ROUTE_GO;
}
