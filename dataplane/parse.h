// SPDX-License-Identifier: BSD-3-Clause
/*
 * What parse finds out about a frame. Headers are looked for in the first segment only: every port
 * puts them there; an L4 header that is not there whole is none for later stages.
 *
 * parse_any looks at any frame. parse_plain knows the commonest kind alone, by a few compares, and
 * says the same of it (tests/unit/dataplane/test_parse.c). Worker.
 */
#ifndef WEFT_DATAPLANE_PARSE_H
#define WEFT_DATAPLANE_PARSE_H

#include <netinet/in.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "dataplane/burst.h"

#define PARSE_GOOD DROP_COUNT

/* Fills pkt but for out and to; returns PARSE_GOOD or why the frame is dropped. */
unsigned parse_any(struct pkt *pkt, const struct rte_mbuf *m, uint32_t max_frame);

/* The same of what begins with its network header, for its ether_type, at l3, which pkt has. */
unsigned parse_packet(struct pkt *pkt, const struct rte_mbuf *m);

/* The first byte highest. Reads two bytes beyond the address: within the Ethernet header for both.
 */
static inline uint64_t parse_mac(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return rte_be_to_cpu_64(v) >> 16;
}

static inline uint16_t parse_16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return rte_be_to_cpu_16(v);
}

/* Whether the bits of mask, in the first four bytes, are those of value; both first byte highest.
 */
static inline bool parse_match(const uint8_t *p, uint32_t mask, uint32_t value)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return (v & rte_cpu_to_be_32(mask)) == rte_cpu_to_be_32(value);
}

/* 802.1Q table 8-1 */
static inline bool parse_reserved(uint64_t mac)
{
	return mac >> 4 == UINT64_C(0x0180c2000000) >> 4;
}

enum {
	PLAIN_L3 = RTE_ETHER_HDR_LEN,
	PLAIN_IP4 = 20,
	PLAIN_IP6 = 40,
	PLAIN_L4 = 20, /* as much as any L4 header that parse asks for */
};

/* IPv4 without options, and not a later fragment. */
static inline bool parse_plain_ip4(const uint8_t *ip, uint32_t room)
{
	uint32_t total = parse_16(ip + 2);

	return total - (PLAIN_IP4 + PLAIN_L4) <= room - (PLAIN_IP4 + PLAIN_L4) &&
	       parse_match(ip + 4, 0x1fff, 0);
}

/* IPv6 without extension headers. */
static inline bool parse_plain_ip6(const uint8_t *ip, uint32_t room)
{
	uint32_t payload = parse_16(ip + 4);

	return room >= PLAIN_IP6 + PLAIN_L4 &&
	       payload - PLAIN_L4 <= room - (PLAIN_IP6 + PLAIN_L4) &&
	       (ip[6] == IPPROTO_TCP || ip[6] == IPPROTO_UDP || ip[6] == IPPROTO_ICMPV6);
}

/* An untagged frame of sound addresses and length, with plain IP in it. False: it is something
 * else, for parse_any, and pkt is not to be read. */
static inline bool parse_plain(struct pkt *pkt, const struct rte_mbuf *m, uint32_t max_frame)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *), *ip = data + PLAIN_L3;
	uint32_t len = m->pkt_len;

	if (unlikely(m->data_len < PLAIN_L3 + PLAIN_IP4 + PLAIN_L4 || len > max_frame))
		return false;
	pkt->dst = parse_mac(data);
	pkt->src = parse_mac(data + RTE_ETHER_ADDR_LEN);
	if (unlikely(mac_is_group(pkt->src) || !pkt->src || parse_reserved(pkt->dst)))
		return false;
	/* The type, and the first bytes of the IP header. */
	if (likely(parse_match(data + 12, 0xffffff00, RTE_ETHER_TYPE_IPV4 << 16 | 0x4500))) {
		pkt->iface = 0;
		pkt->l4_proto = ip[9];
		pkt->flags = 0;
		pkt->ether_type = RTE_ETHER_TYPE_IPV4;
		pkt->vlan = 0;
		pkt->l3 = PLAIN_L3;
		pkt->l4 = PLAIN_L3 + PLAIN_IP4;
		return likely(parse_plain_ip4(ip, len - PLAIN_L3));
	}
	if (!parse_match(data + 12, 0xfffff000, (uint32_t)RTE_ETHER_TYPE_IPV6 << 16 | 0x6000))
		return false;
	pkt->iface = 0;
	pkt->l4_proto = ip[6];
	pkt->flags = 0;
	pkt->ether_type = RTE_ETHER_TYPE_IPV6;
	pkt->vlan = 0;
	pkt->l3 = PLAIN_L3;
	pkt->l4 = PLAIN_L3 + PLAIN_IP6;
	return m->data_len >= PLAIN_L3 + PLAIN_IP6 + PLAIN_L4 &&
	       parse_plain_ip6(ip, len - PLAIN_L3);
}

#endif
