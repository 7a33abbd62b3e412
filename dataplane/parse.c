// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/parse.h"

#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

enum { IP6_EXT_MAX = 8, ARP_ETHER_IP4_LEN = 28 };

static uint16_t load_be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* How much of an L4 header has to be there. */
static uint16_t l4_min(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return sizeof(struct rte_tcp_hdr);
	case IPPROTO_UDP:
		return sizeof(struct rte_udp_hdr);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 4; /* type, code, checksum */
	default:
		return 0;
	}
}

/* seg, end: offsets behind the first segment and behind the IP packet. */
static unsigned parse_l4(struct pkt *pkt, uint32_t off, uint32_t seg, uint32_t end, uint8_t proto)
{
	pkt->l4_proto = proto;
	if (pkt->flags & PKT_FRAGMENT)
		return PARSE_GOOD;
	if (end - off < l4_min(proto))
		return DROP_l4_truncated;
	if (off + l4_min(proto) <= seg)
		pkt->l4 = off;
	return PARSE_GOOD;
}

static unsigned parse_ip4(struct pkt *pkt, const uint8_t *data, uint32_t seg, uint32_t len)
{
	const struct rte_ipv4_hdr *ip = (const void *)(data + pkt->l3);
	uint32_t header, total;

	if (seg - pkt->l3 < sizeof(*ip))
		return DROP_l3_truncated;
	header = rte_ipv4_hdr_len(ip);
	total = rte_be_to_cpu_16(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || header < sizeof(*ip) || total < header)
		return DROP_l3_malformed;
	if (header > seg - pkt->l3 || total > len - pkt->l3)
		return DROP_l3_truncated;
	if (ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK))
		pkt->flags |= PKT_FRAGMENT;
	return parse_l4(pkt, pkt->l3 + header, seg, pkt->l3 + total, ip->next_proto_id);
}

/* Walks the extension headers; a chain longer than IP6_EXT_MAX has no L4 for us. */
static unsigned parse_ip6_ext(struct pkt *pkt, const uint8_t *data, uint32_t off, uint32_t seg,
			      uint32_t end, uint8_t next)
{
	for (int i = 0; i < IP6_EXT_MAX; i++) {
		uint32_t size;

		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
		case IPPROTO_AH:
		case IPPROTO_FRAGMENT:
			break;
		default:
			return parse_l4(pkt, off, seg, end, next);
		}
		if (seg < off + 8 || end < off + 8)
			return DROP_l3_truncated;
		size = 8 * (data[off + 1] + 1);
		if (next == IPPROTO_AH)
			size = 4 * (data[off + 1] + 2);
		if (next == IPPROTO_FRAGMENT) {
			size = 8;
			if (load_be16(data + off + 2) & 0xfff9)
				pkt->flags |= PKT_CUT;
			if (load_be16(data + off + 2) & 0xfff8)
				pkt->flags |= PKT_FRAGMENT;
		}
		if (size > end - off)
			return DROP_l3_truncated;
		next = data[off];
		off += size;
		if (pkt->flags & PKT_FRAGMENT)
			return parse_l4(pkt, off, seg, end, next);
	}
	return PARSE_GOOD;
}

static unsigned parse_ip6(struct pkt *pkt, const uint8_t *data, uint32_t seg, uint32_t len)
{
	const struct rte_ipv6_hdr *ip = (const void *)(data + pkt->l3);
	uint32_t end;

	if (seg - pkt->l3 < sizeof(*ip))
		return DROP_l3_truncated;
	if (data[pkt->l3] >> 4 != 6)
		return DROP_l3_malformed;
	end = pkt->l3 + sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	if (end > len)
		return DROP_l3_truncated;
	return parse_ip6_ext(pkt, data, pkt->l3 + sizeof(*ip), seg, end, ip->proto);
}

static bool is_tag(uint16_t ether_type)
{
	return ether_type == RTE_ETHER_TYPE_VLAN || ether_type == RTE_ETHER_TYPE_QINQ;
}

/* Up to two tags. Only an outer 802.1Q tag is ours; an 802.1ad one is the customer's own. */
static unsigned parse_tags(struct pkt *pkt, const uint8_t *data, uint32_t seg)
{
	uint16_t type = load_be16(data + 12);
	uint32_t off = RTE_ETHER_HDR_LEN;

	if (type == RTE_ETHER_TYPE_VLAN && seg >= off + RTE_VLAN_HLEN) {
		pkt->flags |= PKT_TAGGED;
		pkt->vlan = load_be16(data + off) & (VLAN_COUNT - 1);
	}
	for (int i = 0; is_tag(type); i++) {
		if (i == 2)
			return DROP_vlan_stack;
		if (seg < off + RTE_VLAN_HLEN)
			return DROP_vlan_truncated;
		type = load_be16(data + off + 2);
		off += RTE_VLAN_HLEN;
	}
	pkt->ether_type = type;
	pkt->l3 = off;
	return PARSE_GOOD;
}

static unsigned parse_addresses(struct pkt *pkt, const uint8_t *data)
{
	pkt->dst = parse_mac(data);
	pkt->src = parse_mac(data + RTE_ETHER_ADDR_LEN);
	if (unlikely(mac_is_group(pkt->src) || !pkt->src))
		return DROP_bad_source;
	if (unlikely(parse_reserved(pkt->dst)))
		return DROP_reserved_mac;
	return PARSE_GOOD;
}

static unsigned parse_l3(struct pkt *pkt, const uint8_t *data, uint32_t seg, uint32_t len)
{
	switch (pkt->ether_type) {
	case RTE_ETHER_TYPE_IPV4:
		return parse_ip4(pkt, data, seg, len);
	case RTE_ETHER_TYPE_IPV6:
		return parse_ip6(pkt, data, seg, len);
	case RTE_ETHER_TYPE_ARP:
		return len - pkt->l3 < ARP_ETHER_IP4_LEN ? DROP_l3_truncated : PARSE_GOOD;
	default:
		return PARSE_GOOD;
	}
}

unsigned parse_packet(struct pkt *pkt, const struct rte_mbuf *m)
{
	return parse_l3(pkt, rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, m->pkt_len);
}

/* Without its tags. Of a packet that is to be cut, and that the port was free to hand in as such,
 * the longest segment counts. */
static uint32_t segment_len(const struct rte_mbuf *m)
{
	if (!(m->ol_flags & RTE_MBUF_F_TX_TCP_SEG))
		return UINT32_MAX;
	return RTE_ETHER_HDR_LEN + m->l3_len + m->l4_len + m->tso_segsz;
}

unsigned parse_any(struct pkt *pkt, const struct rte_mbuf *m, uint32_t max_frame)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t seg = m->data_len, len = m->pkt_len;
	unsigned drop;

	*pkt = (struct pkt){0};
	if (unlikely(seg < RTE_ETHER_HDR_LEN))
		return DROP_runt;
	drop = parse_tags(pkt, data, seg);
	if (unlikely(drop != PARSE_GOOD))
		return drop;
	if (unlikely(len - (pkt->l3 - RTE_ETHER_HDR_LEN) > max_frame) && segment_len(m) > max_frame)
		return DROP_giant;
	drop = parse_addresses(pkt, data);
	if (unlikely(drop != PARSE_GOOD))
		return drop;
	return parse_l3(pkt, data, seg, len);
}
