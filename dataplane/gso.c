// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/gso.h"

#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#define L2_MIN 14
#define L3_MIN 20

static uint16_t sum_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* rte_raw_cksum_mbuf loses carries of segments that begin at an odd offset. */
uint16_t gso_sum(const struct rte_mbuf *m, uint32_t off, uint32_t len)
{
	uint64_t sum = 0;
	uint32_t done = 0;

	for (; m && done < len; m = m->next) {
		uint32_t n = rte_pktmbuf_data_len(m);
		if (off >= n) {
			off -= n;
			continue;
		}
		n = RTE_MIN(n - off, len - done);
		uint16_t part = rte_raw_cksum(rte_pktmbuf_mtod_offset(m, void *, off), n);
		sum += done & 1 ? rte_bswap16(part) : part;
		done += n;
		off = 0;
	}
	return sum_fold(sum);
}

void gso_write(struct rte_mbuf *m, uint32_t off, const void *data, uint32_t len)
{
	const uint8_t *from = data;

	for (; m && len > 0; m = m->next) {
		uint32_t n = rte_pktmbuf_data_len(m);
		if (off >= n) {
			off -= n;
			continue;
		}
		n = RTE_MIN(n - off, len);
		memcpy(rte_pktmbuf_mtod_offset(m, void *, off), from, n);
		from += n;
		len -= n;
		off = 0;
	}
}

/* A UDP checksum of zero would mean "none": 0xffff is the same number. */
static uint16_t csum_final(uint16_t sum, bool is_udp)
{
	uint16_t csum = (uint16_t)~sum;

	return csum == 0 && is_udp ? 0xffff : csum;
}

int gso_finish_csum(struct rte_mbuf *m)
{
	uint64_t flags = m->ol_flags & RTE_MBUF_F_TX_L4_MASK;
	uint32_t off = m->l2_len + m->l3_len, field, header;
	uint16_t csum;

	if (flags == RTE_MBUF_F_TX_TCP_CKSUM) {
		field = offsetof(struct rte_tcp_hdr, cksum);
		header = sizeof(struct rte_tcp_hdr);
	} else if (flags == RTE_MBUF_F_TX_UDP_CKSUM) {
		field = offsetof(struct rte_udp_hdr, dgram_cksum);
		header = sizeof(struct rte_udp_hdr);
	} else if (flags == 0) {
		return 0;
	} else {
		return -EINVAL;
	}
	if (m->l2_len < L2_MIN || m->l3_len < L3_MIN || off + header > m->pkt_len)
		return -EINVAL;
	/* To the end of the packet, as hardware does: the field holds the pseudo header's part. */
	csum = csum_final(gso_sum(m, off, m->pkt_len - off), flags == RTE_MBUF_F_TX_UDP_CKSUM);
	gso_write(m, off + field, &csum, sizeof(csum));
	m->ol_flags &= ~(RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6);
	return 0;
}

struct rte_mbuf *gso_alloc(struct rte_mempool *pool, uint32_t len)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(pool), *last = head;

	if (!head)
		return NULL;
	head->pkt_len = len;
	for (;;) {
		uint16_t room = rte_pktmbuf_tailroom(last);
		last->data_len = (uint16_t)RTE_MIN(len, room);
		len -= last->data_len;
		if (len == 0)
			return head;
		last->next = rte_pktmbuf_alloc(pool);
		last = last->next;
		if (!last || head->nb_segs == RTE_MBUF_MAX_NB_SEGS)
			break;
		/* Only the first segment is ever prepended to. */
		last->data_off = 0;
		head->nb_segs++;
	}
	rte_pktmbuf_free(head);
	return NULL;
}

/* Lengths and identification of packet i, the IPv4 header's own checksum; in a copy of the headers.
 * Returns the sum of the pseudo header. */
static uint16_t cut_fix_l3(const struct gso_cut *cut, uint8_t *hdr, uint32_t payload)
{
	uint32_t l4_total = cut->hdr_len - cut->m->l2_len - cut->m->l3_len + payload;
	uint64_t sum =
		(uint64_t)rte_cpu_to_be_16(cut->proto) + rte_cpu_to_be_16((uint16_t)l4_total);

	if (cut->is_v4) {
		struct rte_ipv4_hdr *ip = (void *)(hdr + cut->m->l2_len);
		ip->total_length = rte_cpu_to_be_16((uint16_t)(cut->m->l3_len + l4_total));
		ip->packet_id =
			rte_cpu_to_be_16((uint16_t)(rte_be_to_cpu_16(ip->packet_id) + cut->next));
		ip->hdr_checksum = 0;
		ip->hdr_checksum = (uint16_t)~rte_raw_cksum(ip, cut->m->l3_len);
		return sum_fold(sum + rte_raw_cksum(&ip->src_addr, 8));
	}
	struct rte_ipv6_hdr *ip6 = (void *)(hdr + cut->m->l2_len);
	ip6->payload_len = rte_cpu_to_be_16((uint16_t)(cut->m->l3_len - sizeof(*ip6) + l4_total));
	return sum_fold(sum + rte_raw_cksum(&ip6->src_addr, 32));
}

/* Returns where the checksum lies, as an offset from the packet's start. */
static uint32_t cut_fix_l4(const struct gso_cut *cut, uint8_t *hdr, uint32_t payload,
			   uint16_t pseudo)
{
	uint32_t l4 = cut->m->l2_len + cut->m->l3_len;

	if (cut->proto == IPPROTO_UDP) {
		struct rte_udp_hdr *udp = (void *)(hdr + l4);
		udp->dgram_len = rte_cpu_to_be_16((uint16_t)(sizeof(*udp) + payload));
		udp->dgram_cksum = pseudo;
		return l4 + offsetof(struct rte_udp_hdr, dgram_cksum);
	}
	struct rte_tcp_hdr *tcp = (void *)(hdr + l4);
	tcp->sent_seq = rte_cpu_to_be_32(rte_be_to_cpu_32(tcp->sent_seq) + cut->next * cut->mss);
	if (cut->next + 1 < cut->n)
		tcp->tcp_flags &= (uint8_t) ~(RTE_TCP_FIN_FLAG | RTE_TCP_PSH_FLAG);
	if (cut->next > 0) /* one reduction of the window is told once: RFC 3168, 6.1.2 */
		tcp->tcp_flags &= (uint8_t)~RTE_TCP_CWR_FLAG;
	tcp->cksum = pseudo;
	return l4 + offsetof(struct rte_tcp_hdr, cksum);
}

/* Puts the next len bytes of payload behind the headers of m. */
static void cut_copy(struct gso_cut *cut, struct rte_mbuf *m, uint32_t len)
{
	uint32_t to = cut->hdr_len;

	while (len > 0) {
		uint32_t n = RTE_MIN(cut->seg->data_len - cut->seg_off, len);
		gso_write(m, to, rte_pktmbuf_mtod_offset(cut->seg, const void *, cut->seg_off), n);
		to += n;
		len -= n;
		cut->seg_off += n;
		if (len > 0) {
			cut->seg = cut->seg->next;
			cut->seg_off = 0;
		}
	}
}

struct rte_mbuf *gso_cut_next(struct gso_cut *cut, struct rte_mempool *pool)
{
	uint32_t from = cut->hdr_len + cut->next * cut->mss, l4 = cut->m->l2_len + cut->m->l3_len;
	uint32_t payload = RTE_MIN(cut->m->pkt_len - from, (uint32_t)cut->mss), field;
	struct rte_mbuf *m = gso_alloc(pool, cut->hdr_len + payload);
	uint8_t *hdr;
	uint16_t csum;

	if (!m)
		return NULL;
	hdr = rte_pktmbuf_mtod(m, uint8_t *);
	if (m->data_len < cut->hdr_len) { /* buffers smaller than the headers */
		rte_pktmbuf_free(m);
		return NULL;
	}
	memcpy(hdr, rte_pktmbuf_mtod(cut->m, void *), cut->hdr_len);
	cut_copy(cut, m, payload);
	field = cut_fix_l4(cut, hdr, payload, cut_fix_l3(cut, hdr, payload));
	csum = csum_final(gso_sum(m, l4, m->pkt_len - l4), cut->proto == IPPROTO_UDP);
	memcpy(hdr + field, &csum, sizeof(csum));
	cut->next++;
	return m;
}

/* Are the lengths possible, and do they agree with the packet? */
static bool cut_is_sound(const struct gso_cut *cut, uint32_t l4_len, uint32_t l4_min)
{
	const struct rte_mbuf *m = cut->m;
	uint8_t first;

	if (cut->mss == 0 || m->l2_len < L2_MIN || m->l3_len < L3_MIN || l4_len < l4_min ||
	    m->l2_len + m->l3_len + l4_len > m->data_len)
		return false;
	first = *rte_pktmbuf_mtod_offset(m, const uint8_t *, m->l2_len);
	if (first >> 4 == 4)
		return (first & 0xf) * 4 == m->l3_len;
	return first >> 4 == 6 && m->l3_len >= sizeof(struct rte_ipv6_hdr);
}

int gso_cut_start(struct gso_cut *cut, const struct rte_mbuf *m, uint16_t mss)
{
	bool is_udp = (m->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_UDP_CKSUM;
	uint16_t l4_len = is_udp ? sizeof(struct rte_udp_hdr) : m->l4_len;
	uint32_t payload;

	*cut = (struct gso_cut){.m = m, .seg = m, .mss = mss};
	if (!cut_is_sound(cut, l4_len,
			  is_udp ? sizeof(struct rte_udp_hdr) : sizeof(struct rte_tcp_hdr)))
		return -EINVAL;
	cut->proto = is_udp ? IPPROTO_UDP : IPPROTO_TCP;
	cut->is_v4 = *rte_pktmbuf_mtod_offset(m, const uint8_t *, m->l2_len) >> 4 == 4;
	cut->hdr_len = m->l2_len + m->l3_len + l4_len;
	cut->seg_off = cut->hdr_len;
	payload = m->pkt_len - cut->hdr_len;
	cut->n = payload == 0 ? 1 : (payload + mss - 1) / mss;
	return 0;
}
