// SPDX-License-Identifier: BSD-3-Clause
/*
 * rewrite: what differs from packet to packet on its way out of the router.
 * One hop less, the checksum to match (RFC 1624), an Ethernet header right in
 * front of the IP header in place of whatever was there; what is longer than the
 * interface's MTU is cut where it may be. Then a port is where it leaves, or a
 * bridge that knows the next hop's address or floods.
 */
#include "dataplane/egress.h"
#include "dataplane/fdb_table.h"
#include "dataplane/gso.h"
#include "dataplane/ip_frag.h"
#include "dataplane/route.h"
#include "dataplane/tx.h"

enum { MSS_MIN = 8 }; /* bytes of payload that make a segment worth sending */

/* Packets for bridges, until their ports are looked up. */
struct waiting {
	uint16_t n;
	uint8_t pos[BURST_MAX];
};

/* The checksum grows by what TTL, the high byte of its word, loses; never to 0xffff, which no
 * header has (RFC 1624). */
static inline void age4(uint8_t *header)
{
	uint16_t old, new;
	uint32_t sum;

	memcpy(&old, header + 10, sizeof(old));
	sum = old + RTE_BE16(0x100);
	new = sum + (sum >= 0xffff);
	memcpy(header + 10, &new, sizeof(new));
	header[8]--;
}

static inline void age(const struct pkt *pkt, uint8_t *header)
{
	if (unlikely(pkt->flags & PKT_OWN))
		return;
	if (likely(pkt->ether_type == RTE_ETHER_TYPE_IPV4))
		age4(header);
	else
		header[7]--;
}

/* Makes the frame begin with an Ethernet header right in front of the IP header. False: no room. */
static inline bool frame(struct pkt *pkt, struct rte_mbuf *m, const struct l3_nexthop *hop)
{
	int cut = pkt->l3 - RTE_ETHER_HDR_LEN;
	uint16_t type = rte_cpu_to_be_16(pkt->ether_type);
	uint8_t *to;

	if (unlikely(m->data_off + cut < 0))
		return false;
	m->data_off += cut;
	m->data_len -= cut;
	m->pkt_len -= cut;
	if (unlikely(m->ol_flags & EGRESS_OFFLOADS))
		m->l2_len = RTE_ETHER_HDR_LEN;
	to = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(to, hop->header, sizeof(hop->header));
	memcpy(to + sizeof(hop->header), &type, sizeof(type));
	pkt->l3 = RTE_ETHER_HDR_LEN;
	pkt->vlan = hop->vlan;
	pkt->flags = (pkt->flags & ~PKT_TAGGED) | PKT_ROUTED;
	return true;
}

/* The packet has its next hop and fits. */
static inline void leave(struct burst *burst, uint8_t pos, const struct l3_nexthop *hop,
			 struct waiting *waiting)
{
	struct pkt *pkt = &burst->pkts[pos];

	if (unlikely(!frame(pkt, burst->mbufs[pos], hop))) {
		lane_drop(burst, pos, DROP_no_headroom);
	} else if (likely(hop->port)) {
		pkt->out = hop->port;
		pkt->to = hop->wire;
		lane_push(burst, STAGE_EGRESS, pos);
	} else if (hop->bridge) {
		fdb_prefetch(atomic_load_explicit(&hop->bridge->fdb, memory_order_acquire),
			     hop->key);
		waiting->pos[waiting->n++] = pos;
	} else { /* a loopback */
		lane_drop(burst, pos, DROP_nexthop_down);
	}
}

/* The member behind the next hop's address, or NULL: to be flooded. */
static const struct member *find_member(const struct worker *worker, const struct l3_nexthop *hop)
{
	struct fdb *fdb = atomic_load_explicit(&hop->bridge->fdb, memory_order_acquire);
	int64_t slot = mac_is_group(hop->key >> 12) ? -1 : fdb_lookup(fdb, hop->key);
	const struct member *to;
	struct port *out;

	if (slot < 0)
		return NULL;
	out = __atomic_load_n(&worker->ports[fdb_slot_port(fdb, slot)], __ATOMIC_ACQUIRE);
	to = out ? atomic_load_explicit(&out->member, memory_order_acquire) : NULL;
	return to && to->bridge == hop->bridge ? to : NULL;
}

/* Into their bridges. A packet may leave by the port it came from. Packets in a row for one next
 * hop go one way: what is flooded leaves before what is not, and a flow stays in order. */
static void look_up(const struct worker *worker, struct burst *burst, struct waiting *waiting)
{
	const struct l3_nexthop *last = NULL;
	const struct member *to = NULL;

	for (int i = 0; i < waiting->n; i++) {
		uint8_t pos = waiting->pos[i];
		struct pkt *pkt = &burst->pkts[pos];
		const struct l3_nexthop *hop = pkt->hop;

		if (hop != last)
			to = find_member(worker, last = hop);
		if (likely(to)) {
			pkt->out = to->port;
			pkt->to = to;
			lane_push(burst, STAGE_EGRESS, pos);
		} else {
			pkt->bridge = hop->bridge;
			lane_push(burst, STAGE_FLOOD, pos);
		}
	}
	waiting->n = 0;
}

/* Takes off what lies behind the IP packet. */
static void trim(struct rte_mbuf *m, uint32_t len)
{
	struct rte_mbuf *seg = m;
	uint32_t left = len;

	m->pkt_len = len;
	for (m->nb_segs = 1; left > seg->data_len; m->nb_segs++, seg = seg->next)
		left -= seg->data_len;
	seg->data_len = left;
	rte_pktmbuf_free(seg->next);
	seg->next = NULL;
}

static uint32_t ip_len(const struct pkt *pkt, const uint8_t *header)
{
	switch (pkt->ether_type) {
	case RTE_ETHER_TYPE_IPV4:
		return header[2] << 8 | header[3];
	case RTE_ETHER_TYPE_IPV6:
		return sizeof(struct rte_ipv6_hdr) + (header[4] << 8 | header[5]);
	default:
		return UINT32_MAX;
	}
}

/* A packet that is to be cut into segments on its way out: they shall fit. */
static bool fit_segments(struct rte_mbuf *m, uint16_t mtu)
{
	uint32_t headers = m->l3_len + m->l4_len;

	if (mtu < headers + MSS_MIN)
		return false;
	if (m->tso_segsz > mtu - headers)
		m->tso_segsz = mtu - headers;
	return true;
}

/* A frame longer than the MTU may hold a packet that is not, or be due to be cut in any case. */
static bool fit(const struct pkt *pkt, struct rte_mbuf *m, const uint8_t *header, uint16_t mtu)
{
	uint32_t len = ip_len(pkt, header);

	if (len <= mtu) {
		trim(m, pkt->l3 + len);
		return true;
	}
	return m->ol_flags & RTE_MBUF_F_TX_TCP_SEG ? fit_segments(m, mtu) : false;
}

/* Fills a burst with fragments, in their lanes. Returns whether the last was there. */
static bool next_fragments(const struct burst *burst, uint8_t pos, const struct l3_nexthop *hop,
			   struct ip_frag *frag, struct burst *parts, struct waiting *waiting)
{
	for (uint8_t i = 0; i < BURST_MAX && frag->next < frag->n; i++) {
		parts->mbufs[i] = ip_frag_next(frag, burst->mbufs[pos]->pool);
		if (!parts->mbufs[i])
			return false;
		parts->pkts[i] = burst->pkts[pos];
		parts->pkts[i].l3 = parts->pkts[i].l4 = 0;
		leave(parts, i, hop, waiting);
	}
	return true;
}

/* The packet's header is as it shall be sent. */
static void fragment(struct worker *worker, struct burst *burst, uint8_t pos,
		     const struct l3_nexthop *hop)
{
	struct burst *parts = &worker->parts;
	struct waiting waiting = {.n = 0};
	struct ip_frag frag;
	bool whole = true;

	if (ip_frag_start(&frag, burst->mbufs[pos], burst->pkts[pos].l3, hop->mtu)) {
		lane_drop(burst, pos, DROP_fragment_failed);
		return;
	}
	/* What waits ahead of it leaves first: a flow's packets stay in order. */
	stages_catch_up(worker, burst);
	while (whole && frag.next < frag.n) {
		stages_begin(parts, burst->in, burst->member);
		whole = next_fragments(burst, pos, hop, &frag, parts, &waiting);
		look_up(worker, parts, &waiting);
		stages_from(worker, parts, STAGE_FLOOD);
	}
	if (!whole)
		drop_count(worker, burst->in->index, DROP_fragment_failed, frag.n - frag.next);
	count_add(&worker->generated, frag.n - 1);
	rte_pktmbuf_free(burst->mbufs[pos]);
}

/* Longer than its interface's MTU. */
static void cut_or_refuse(struct worker *worker, struct burst *burst, uint8_t pos,
			  const struct l3_nexthop *hop)
{
	struct pkt *pkt = &burst->pkts[pos];
	struct rte_mbuf *m = burst->mbufs[pos];
	uint8_t *header = rte_pktmbuf_mtod_offset(m, uint8_t *, pkt->l3);

	if (pkt->ether_type == RTE_ETHER_TYPE_IPV4 && !(header[6] & RTE_IPV4_HDR_DF_FLAG >> 8)) {
		if ((m->ol_flags & RTE_MBUF_F_TX_L4_MASK) && gso_finish_csum(m)) {
			lane_drop(burst, pos, DROP_fragment_failed);
			return;
		}
		age(pkt, header);
		fragment(worker, burst, pos, hop);
		return;
	}
	pkt->nexthop = hop->id;
	pkt->mtu = hop->mtu;
	route_error(burst, pos, DROP_needs_fragments, PUNT_TOO_BIG);
}

/* Any packet. */
static __rte_noinline void rewrite_any(struct worker *worker, struct burst *burst, uint8_t pos,
				       struct waiting *waiting)
{
	struct pkt *pkt = &burst->pkts[pos];
	struct rte_mbuf *m = burst->mbufs[pos];
	const struct l3_nexthop *hop = pkt->hop;
	uint8_t *header = rte_pktmbuf_mtod_offset(m, uint8_t *, pkt->l3);

	if (unlikely(m->pkt_len - pkt->l3 > hop->mtu) && !fit(pkt, m, header, hop->mtu)) {
		look_up(worker, burst, waiting);
		cut_or_refuse(worker, burst, pos, hop);
		return;
	}
	age(pkt, header);
	leave(burst, pos, hop, waiting);
}

/* A packet in an untagged frame that fits, to a port: its Ethernet header is in its place, and so
 * is its type. Ours have none. */
static inline bool is_plain(const struct pkt *pkt, const struct rte_mbuf *m,
			    const struct l3_nexthop *hop)
{
	return likely(pkt->l3 == RTE_ETHER_HDR_LEN && m->pkt_len <= hop->plain &&
		      !(m->ol_flags & EGRESS_OFFLOADS));
}

void stage_rewrite(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	struct lane *next = &burst->lanes[STAGE_EGRESS];
	struct waiting waiting = {.n = 0};
	size_t n_all = lane->n, n = next->n;

	for (size_t i = 0; i < n_all; i++) {
		uint8_t pos = lane->pos[i];
		struct pkt *pkt = &burst->pkts[pos];
		const struct l3_nexthop *hop = pkt->hop;
		uint8_t *frame_at = rte_pktmbuf_mtod(burst->mbufs[pos], uint8_t *);

		if (unlikely(!is_plain(pkt, burst->mbufs[pos], hop))) {
			next->n = n;
			rewrite_any(worker, burst, pos, &waiting);
			n = next->n;
			continue;
		}
		memcpy(frame_at, hop->header, sizeof(hop->header));
		if (likely(pkt->ether_type == RTE_ETHER_TYPE_IPV4))
			age4(frame_at + RTE_ETHER_HDR_LEN);
		else
			frame_at[RTE_ETHER_HDR_LEN + 7]--;
		pkt->vlan = hop->vlan;
		pkt->out = hop->port;
		pkt->to = hop->wire;
		next->pos[n++] = pos;
	}
	next->n = n;
	look_up(worker, burst, &waiting);
}
