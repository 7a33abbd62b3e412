// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/offload.h"

#include <string.h>

#include <netinet/in.h>

#include <rte_ether.h>
#include <rte_hash_crc.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "dataplane/gso.h"

#define TAGS_MAX       2
#define EXTENSIONS_MAX 8
#define L3_LEN_MAX     511 /* what an mbuf's l3_len can hold */

#define TCP_FIELD      offsetof(struct rte_tcp_hdr, cksum)
#define UDP_FIELD      offsetof(struct rte_udp_hdr, dgram_cksum)
#define SCTP_FIELD     8

static uint16_t get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool find_v4(const uint8_t *ip, uint32_t len, struct l4_place *out)
{
	if (len < sizeof(struct rte_ipv4_hdr) || ip[0] >> 4 != 4)
		return false;
	out->l3_len = (ip[0] & 0xf) * 4;
	out->proto = ip[9];
	out->is_v4 = true;
	out->is_fragment = get_be16(ip + 6) & 0x3fff; /* MF or an offset */
	return out->l3_len >= sizeof(struct rte_ipv4_hdr) && out->l3_len <= len;
}

static bool find_v6(const uint8_t *ip, uint32_t len, struct l4_place *out)
{
	uint32_t at = sizeof(struct rte_ipv6_hdr);
	uint8_t next;

	if (len < at || ip[0] >> 4 != 6)
		return false;
	next = ip[6];
	out->is_v4 = false;
	out->is_fragment = false;
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS &&
		    next != IPPROTO_FRAGMENT)
			break;
		if (at + 8 > len)
			return false;
		if (next == IPPROTO_FRAGMENT)
			out->is_fragment = true;
		next = ip[at];
		at += out->is_fragment ? 8 : ((uint32_t)ip[at + 1] + 1) * 8;
		if (out->is_fragment || at > L3_LEN_MAX)
			break;
	}
	out->l3_len = (uint16_t)at;
	out->proto = next;
	return at <= len && at <= L3_LEN_MAX;
}

bool offload_find_l4(const uint8_t *frame, uint32_t len, struct l4_place *out)
{
	uint32_t at = 12;
	uint16_t type;

	if (len < RTE_ETHER_HDR_LEN)
		return false;
	type = get_be16(frame + at);
	for (int i = 0; i < TAGS_MAX; i++) {
		if (type != RTE_ETHER_TYPE_VLAN && type != RTE_ETHER_TYPE_QINQ)
			break;
		at += sizeof(struct rte_vlan_hdr);
		if (at + 2 > len)
			return false;
		type = get_be16(frame + at);
	}
	at += 2;
	out->l2_len = (uint16_t)at;
	if (type == RTE_ETHER_TYPE_IPV4)
		return find_v4(frame + at, len - at, out);
	return type == RTE_ETHER_TYPE_IPV6 && find_v6(frame + at, len - at, out);
}

static void mark(struct rte_mbuf *m, const struct l4_place *l4)
{
	m->l2_len = l4->l2_len;
	m->l3_len = l4->l3_len;
	m->ol_flags |= l4->proto == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
	m->ol_flags |= l4->is_v4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
}

/* rte_hash_crc wants its data aligned, and a frame's are not. */
static uint32_t crc32c(const uint8_t *p, uint32_t n, uint32_t crc)
{
	uint64_t word;

	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		crc = rte_hash_crc_8byte(word, crc);
	}
	for (; n > 0; n--, p++)
		crc = rte_hash_crc_1byte(*p, crc);
	return crc;
}

/* SCTP's checksum is a CRC32c: RFC 9260, appendix A. Its field is zero while unfinished. */
static void finish_sctp(struct rte_mbuf *m, uint32_t start)
{
	uint32_t off = start, crc = UINT32_MAX;

	for (const struct rte_mbuf *seg = m; seg; seg = seg->next) {
		if (off >= seg->data_len) {
			off -= seg->data_len;
			continue;
		}
		crc = crc32c(rte_pktmbuf_mtod_offset(seg, const uint8_t *, off),
			     seg->data_len - off, crc);
		off = 0;
	}
	crc = rte_cpu_to_le_32(~crc);
	gso_write(m, start + SCTP_FIELD, &crc, sizeof(crc));
}

static void finish_at(struct rte_mbuf *m, uint32_t start, uint32_t field)
{
	uint16_t csum = (uint16_t)~gso_sum(m, start, m->pkt_len - start);

	if (csum == 0 && field == UDP_FIELD)
		csum = 0xffff;
	gso_write(m, start + field, &csum, sizeof(csum));
}

void offload_mark(struct rte_mbuf *m, uint32_t start, uint32_t field)
{
	struct l4_place l4;

	if (start + field + sizeof(uint16_t) > m->pkt_len)
		return; /* nonsense: the packet goes on as it is, for its receiver to judge */
	if (offload_find_l4(rte_pktmbuf_mtod(m, uint8_t *), m->data_len, &l4) &&
	    start == (uint32_t)l4.l2_len + l4.l3_len && !l4.is_fragment) {
		if ((l4.proto == IPPROTO_TCP && field == TCP_FIELD) ||
		    (l4.proto == IPPROTO_UDP && field == UDP_FIELD)) {
			mark(m, &l4);
			return;
		}
		if (l4.proto == IPPROTO_SCTP && start + SCTP_FIELD + 4 <= m->pkt_len) {
			finish_sctp(m, start);
			return;
		}
	}
	finish_at(m, start, field);
}

/* The bytes that the IP header says there are, from its own beginning on. */
static uint32_t ip_len(const uint8_t *ip, const struct l4_place *l4)
{
	return l4->is_v4 ? get_be16(ip + 2)
			 : get_be16(ip + 4) + (uint32_t)sizeof(struct rte_ipv6_hdr);
}

bool offload_mark_tso(struct rte_mbuf *m, uint32_t mss, uint32_t max_frame)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t at, l4_len, headers;
	struct l4_place l4;

	if (mss < OFFLOAD_MSS_MIN || !offload_find_l4(frame, m->data_len, &l4) ||
	    l4.proto != IPPROTO_TCP || l4.is_fragment ||
	    ip_len(frame + l4.l2_len, &l4) != m->pkt_len - l4.l2_len)
		return false;
	at = (uint32_t)l4.l2_len + l4.l3_len;
	if (at + sizeof(struct rte_tcp_hdr) > m->data_len)
		return false;
	l4_len = (frame[at + 12] >> 4) * 4u;
	headers = RTE_ETHER_HDR_LEN + l4.l3_len + l4_len;
	if (l4_len < sizeof(struct rte_tcp_hdr) || at + l4_len > m->data_len ||
	    headers + OFFLOAD_MSS_MIN > max_frame)
		return false;
	mark(m, &l4);
	m->l4_len = l4_len;
	m->tso_segsz = (uint16_t)RTE_MIN(mss, max_frame - headers);
	if (m->pkt_len - at - l4_len > m->tso_segsz)
		m->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
	return true;
}

bool offload_mark_uso(struct rte_mbuf *m)
{
	struct l4_place l4;

	if (!offload_find_l4(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &l4) ||
	    l4.proto != IPPROTO_UDP || l4.is_fragment ||
	    l4.l2_len + l4.l3_len + sizeof(struct rte_udp_hdr) > m->data_len)
		return false;
	mark(m, &l4);
	return true;
}

void offload_from_guest(struct rte_mbuf *m, bool can_tso, uint32_t max_frame)
{
	const uint64_t flags = m->ol_flags;
	const uint16_t mss = m->tso_segsz;
	struct l4_place l4;

	m->ol_flags &= ~(RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG |
			 RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6);
	m->tx_offload = 0;
	if (flags & RTE_MBUF_F_TX_TCP_SEG && can_tso && offload_mark_tso(m, mss, max_frame))
		return;
	if (!(flags & RTE_MBUF_F_TX_L4_MASK) ||
	    !offload_find_l4(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &l4))
		return;
	const uint32_t start = (uint32_t)l4.l2_len + l4.l3_len;
	if (l4.proto == IPPROTO_SCTP)
		offload_mark(m, start, SCTP_FIELD);
	else if (l4.proto == IPPROTO_TCP || l4.proto == IPPROTO_UDP)
		offload_mark(m, start, l4.proto == IPPROTO_TCP ? TCP_FIELD : UDP_FIELD);
}

static bool is_odd_v6(const uint8_t *ip)
{
	return ip[6] != IPPROTO_TCP && ip[6] != IPPROTO_UDP && ip[6] != IPPROTO_ICMPV6;
}

bool offload_is_odd(const struct rte_mbuf *m)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	uint16_t type, at = RTE_ETHER_HDR_LEN;

	if (m->data_len <
	    RTE_ETHER_HDR_LEN + sizeof(struct rte_vlan_hdr) + sizeof(struct rte_ipv6_hdr))
		return false;
	type = get_be16(frame + 12);
	if (likely(type == RTE_ETHER_TYPE_IPV4))
		return false;
	if (type == RTE_ETHER_TYPE_VLAN) {
		type = get_be16(frame + 16);
		at += sizeof(struct rte_vlan_hdr);
	}
	if (type == RTE_ETHER_TYPE_IPV6)
		return is_odd_v6(frame + at);
	return type == RTE_ETHER_TYPE_VLAN || type == RTE_ETHER_TYPE_QINQ;
}

/*
 * A finished checksum is c = ~(P + S), P being the pseudo header's sum and S
 * that of everything else; an unfinished field holds P. Should a finished
 * packet happen to have c = P (one in 65536), marking it does no harm: finishing
 * computes ~(field + S) = ~(P + S) = c, the value that is there. The mark is
 * wrong only for a packet that was damaged on its way to just that value.
 */
void offload_guess(struct rte_mbuf *m)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	uint32_t l4_len, addresses, sum;
	struct l4_place l4;
	uint16_t value;

	if (!offload_find_l4(frame, m->data_len, &l4) || l4.is_fragment ||
	    (l4.proto != IPPROTO_TCP && l4.proto != IPPROTO_UDP))
		return;
	addresses = l4.l2_len + (l4.is_v4 ? offsetof(struct rte_ipv4_hdr, src_addr)
					  : offsetof(struct rte_ipv6_hdr, src_addr));
	/* The IP header's length counts, not the frame's: short frames are padded. */
	if (l4.is_v4)
		l4_len = (uint32_t)get_be16(frame + l4.l2_len + 2) - l4.l3_len;
	else
		l4_len = get_be16(frame + l4.l2_len + 4) + (uint32_t)sizeof(struct rte_ipv6_hdr) -
			 l4.l3_len;
	const uint32_t l4_at = l4.l2_len + l4.l3_len;
	const uint32_t field = l4_at + (l4.proto == IPPROTO_TCP ? TCP_FIELD : UDP_FIELD);
	if (field + sizeof(value) > m->data_len || l4_at + l4_len > m->pkt_len ||
	    l4_len > UINT16_MAX)
		return;
	sum = rte_raw_cksum(frame + addresses, l4.is_v4 ? 8 : 32);
	sum += rte_cpu_to_be_16(l4.proto);
	sum += rte_cpu_to_be_16((uint16_t)l4_len);
	sum = (sum >> 16) + (sum & 0xffff);
	sum = (sum >> 16) + (sum & 0xffff);
	memcpy(&value, frame + field, sizeof(value));
	if (value == (uint16_t)sum)
		mark(m, &l4);
}
