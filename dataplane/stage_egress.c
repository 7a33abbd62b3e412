// SPDX-License-Identifier: BSD-3-Clause
/* egress: VLAN tag, length, checksum and segments as the port wants them. */
#include <string.h>

#include <rte_ether.h>

#include "dataplane/egress.h"
#include "dataplane/gso.h"
#include "dataplane/tx.h"

#define EGRESS_MSS_MIN 8 /* bytes of payload that make a segment worth sending */

static int push_tag(struct rte_mbuf *m, uint16_t vlan)
{
	uint8_t *data = (uint8_t *)rte_pktmbuf_prepend(m, RTE_VLAN_HLEN);

	if (!data)
		return -1;
	memmove(data, data + RTE_VLAN_HLEN, 2 * RTE_ETHER_ADDR_LEN);
	data[12] = RTE_ETHER_TYPE_VLAN >> 8;
	data[13] = RTE_ETHER_TYPE_VLAN & 0xff;
	data[14] = vlan >> 8;
	data[15] = vlan & 0xff;
	m->l2_len += m->l2_len ? RTE_VLAN_HLEN : 0;
	return 0;
}

static void pop_tag(struct rte_mbuf *m)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(data + RTE_VLAN_HLEN, data, 2 * RTE_ETHER_ADDR_LEN);
	rte_pktmbuf_adj(m, RTE_VLAN_HLEN);
	m->l2_len -= m->l2_len ? RTE_VLAN_HLEN : 0;
}

/* The VLAN of a tag that is there; its priority stays. */
static void set_tag(struct rte_mbuf *m, uint16_t vlan)
{
	uint8_t *tci = rte_pktmbuf_mtod_offset(m, uint8_t *, RTE_ETHER_HDR_LEN);

	tci[0] = (tci[0] & 0xf0) | vlan >> 8;
	tci[1] = vlan & 0xff;
}

int egress_retag(struct rte_mbuf *m, const struct pkt *pkt, enum egress_form form)
{
	bool tagged = pkt->flags & PKT_TAGGED;

	if (form == EGRESS_TAGGED && !tagged)
		return push_tag(m, pkt->vlan);
	if (form == EGRESS_TAGGED)
		set_tag(m, pkt->vlan);
	else if (tagged)
		pop_tag(m);
	return 0;
}

uint16_t egress_mss(const struct port *port, const struct pkt *pkt, const struct rte_mbuf *m)
{
	uint32_t most = egress_most(port, pkt);
	uint32_t headers = m->l2_len + m->l3_len + m->l4_len;

	if (most < headers + EGRESS_MSS_MIN)
		return 0;
	if (m->tso_segsz > most - headers)
		return (uint16_t)(most - headers);
	return egress_caps(port) & PORT_CAN_TSO ? EGRESS_WHOLE : m->tso_segsz;
}

uint32_t egress_cut(struct worker *worker, struct port *port, const struct pkt *pkt,
		    const struct rte_mbuf *m, enum egress_form form, uint16_t mss)
{
	struct port_count *count = &worker->count[port->index];
	struct gso_cut cut;

	if (gso_cut_start(&cut, m, mss) < 0) {
		drop_count(worker, port->index, DROP_bad_offload, 1);
		return 1;
	}
	while (cut.next < cut.n) {
		struct rte_mbuf *part = gso_cut_next(&cut, m->pool);

		if (unlikely(!part)) {
			drop_count(worker, port->index, DROP_no_room, cut.n - cut.next);
			break;
		}
		if (unlikely(egress_retag(part, pkt, form))) {
			drop_count(worker, port->index, DROP_no_room, 1);
			rte_pktmbuf_free(part);
			continue;
		}
		tx_push(worker, port, part);
	}
	count_add(&count->tx_cut, 1);
	count_add(&count->tx_segments, cut.next);
	return cut.n;
}

/* Not a drop reason: the packet is to be cut first. */
#define EGRESS_CUT (DROP_COUNT + 1)

/* What its sender left to be done, as far as the port's peer cannot. Returns as egress does. */
static unsigned egress_finish(struct worker *worker, const struct pkt *pkt, struct rte_mbuf *m)
{
	struct port_count *count = &worker->count[pkt->out->index];

	if (m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) {
		uint16_t mss = egress_mss(pkt->out, pkt, m);

		if (mss == 0)
			return DROP_too_big;
		if (mss != EGRESS_WHOLE)
			return EGRESS_CUT;
		count_add(&count->tx_whole, 1);
		return DROP_COUNT;
	}
	if (egress_too_big(pkt->out, pkt, m))
		return DROP_too_big;
	if (!egress_needs_csum(pkt->out, m))
		return DROP_COUNT;
	if (gso_finish_csum(m))
		return DROP_bad_offload;
	count_add(&count->tx_csum, 1);
	return DROP_COUNT;
}

/* The drop reason, DROP_COUNT, or EGRESS_CUT. */
static unsigned egress(struct worker *worker, struct pkt *pkt, struct rte_mbuf *m)
{
	enum egress_form form = egress_form(&pkt->to->conf, pkt->vlan);
	bool tagged = pkt->flags & PKT_TAGGED;

	if (unlikely(form == EGRESS_NOT))
		return DROP_vlan_egress;
	if (unlikely(!atomic_load_explicit(&pkt->out->up, memory_order_relaxed)))
		return DROP_port_down;
	if (unlikely(m->ol_flags & EGRESS_OFFLOADS)) {
		unsigned result = egress_finish(worker, pkt, m);

		if (result != DROP_COUNT)
			return result;
	} else if (unlikely(egress_too_big(pkt->out, pkt, m))) {
		return DROP_too_big;
	}
	if (unlikely(tagged || form == EGRESS_TAGGED) && egress_retag(m, pkt, form))
		return DROP_no_room;
	return DROP_COUNT;
}

static void cut(struct worker *worker, const struct pkt *pkt, struct rte_mbuf *m)
{
	enum egress_form form = egress_form(&pkt->to->conf, pkt->vlan);
	uint16_t mss = egress_mss(pkt->out, pkt, m);

	count_add(&worker->generated, egress_cut(worker, pkt->out, pkt, m, form, mss) - 1);
	rte_pktmbuf_free(m);
}

/* Any packet. */
static __rte_noinline void egress_any(struct worker *worker, struct burst *burst, uint8_t pos)
{
	struct pkt *pkt = &burst->pkts[pos];
	struct rte_mbuf *m = burst->mbufs[pos];
	unsigned result = egress(worker, pkt, m);

	if (likely(result == DROP_COUNT))
		tx_push(worker, pkt->out, m);
	else if (result == EGRESS_CUT)
		cut(worker, pkt, m);
	else
		lane_drop(burst, pos, result);
}

/* The longest packet that leaves by the member as it is, unless it has a tag or is unfinished; 0:
 * none does. */
static uint32_t plain_most(const struct member *to, uint16_t vlan)
{
	if (vlan != to->conf.untagged || !atomic_load_explicit(&to->port->up, memory_order_relaxed))
		return 0;
	return atomic_load_explicit(&to->port->max_frame, memory_order_relaxed);
}

/* Packets in a row that leave by the same member, from lane's i on; returns where the next begin.
 */
static int egress_run(struct worker *worker, struct burst *burst, const struct lane *lane, int i)
{
	const struct pkt *first = &burst->pkts[lane->pos[i]];
	const struct member *to = first->to;
	uint32_t most = plain_most(to, first->vlan);
	struct txbuf *buf = tx_buf(worker, first->out);
	uint16_t vlan = first->vlan;
	uint64_t bytes = 0;
	int n = lane->n, filled = buf->n;

	for (; i < n; i++) {
		uint8_t pos = lane->pos[i];
		const struct pkt *pkt = &burst->pkts[pos];
		struct rte_mbuf *m = burst->mbufs[pos];

		if (pkt->to != to || pkt->vlan != vlan)
			break;
		if (likely(!(m->ol_flags & EGRESS_OFFLOADS) && !(pkt->flags & PKT_TAGGED) &&
			   m->pkt_len <= most && filled < TX_BUF - 1)) {
			buf->pkts[filled++] = m;
			bytes += m->pkt_len;
			continue;
		}
		buf->n = filled;
		buf->bytes += bytes;
		egress_any(worker, burst, pos);
		filled = buf->n;
		bytes = 0;
	}
	buf->n = filled;
	buf->bytes += bytes;
	return i;
}

void stage_egress(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	for (int i = 0; i < lane->n;)
		i = egress_run(worker, burst, lane, i);
}
