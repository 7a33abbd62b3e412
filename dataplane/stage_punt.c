// SPDX-License-Identifier: BSD-3-Clause
/* punt: hands packets to control, class by class, within the rate of each. */
#include "dataplane/gso.h"
#include "dataplane/punt_ring.h"
#include "dataplane/tx.h"

enum {
	BURST_LEAST = 16, /* packets that may come at once, however low the rate */
	PARTS = 4,        /* the last one of which is for ports that do not flood */
};

static void fill(struct punt_bucket *bucket, const struct worker *worker, double rate, double most)
{
	bucket->tokens += (double)(worker->now - bucket->last_tsc) / worker->tsc_hz * rate;
	bucket->last_tsc = worker->now;
	if (bucket->tokens > most)
		bucket->tokens = most;
}

static bool take(struct punt_bucket *bucket)
{
	if (bucket->tokens < 1)
		return false;
	bucket->tokens -= 1;
	return true;
}

bool punt_passes(struct worker *worker, enum punt_class class, uint16_t port)
{
	struct punt_gate *gate = &worker->punt[class];
	struct punt_bucket *share = &gate->share[port % PUNT_SHARES];
	uint32_t rate = atomic_load_explicit(&punt_rates[class], memory_order_relaxed);
	double most = RTE_MAX(rate / 10, RTE_MIN(rate, (uint32_t)BURST_LEAST)), part = most / PARTS;

	fill(&gate->all, worker, rate, most);
	if (gate->all.tokens <= part) {
		fill(share, worker, (double)rate / PARTS, part);
		if (!take(share)) {
			count_add(&gate->stats.policed, 1);
			return false;
		}
	}
	if (take(&gate->all))
		return true;
	count_add(&gate->stats.policed, 1);
	return false;
}

/* One that is to be cut has no checksum as a whole. */
static bool is_unfinished(const struct rte_mbuf *m)
{
	return (m->ol_flags & RTE_MBUF_F_TX_L4_MASK) && !(m->ol_flags & RTE_MBUF_F_TX_TCP_SEG);
}

/* false: the ring is full, and m still the caller's, its checksum finished: a sender on this
 * machine leaves that to a NIC, and control would find it wrong. */
static bool hand_over(struct worker *worker, const struct pkt *pkt, struct rte_mbuf *m)
{
	struct punt_gate *gate = &worker->punt[pkt->punt];
	struct punt punt = {.m = m,
			    .nexthop = pkt->nexthop,
			    .iface = pkt->iface,
			    .l3 = pkt->l3,
			    .ether_type = pkt->ether_type,
			    .mtu = pkt->mtu,
			    .class = pkt->punt,
			    .why = pkt->why};

	if (unlikely(is_unfinished(m)))
		(void)gso_finish_csum(m); /* one that cannot be finished is wrong, as it came */
	if (rte_ring_sp_enqueue_elem(gate->ring, &punt, sizeof(punt))) {
		count_add(&gate->stats.full, 1);
		return false;
	}
	count_add(&gate->stats.punted, 1);
	count_add(&worker->consumed, 1);
	worker->punt_news = true;
	return true;
}

void punt_copy(struct worker *worker, const struct burst *burst, uint8_t pos)
{
	const struct pkt *pkt = &burst->pkts[pos];
	struct rte_mbuf *copy;

	if (!punt_passes(worker, pkt->punt, burst->in->index))
		return;
	/* No reference: on its way out the packet gets other headers, and control reads later. */
	copy = rte_pktmbuf_copy(burst->mbufs[pos], burst->mbufs[pos]->pool, 0, UINT32_MAX);
	if (!copy)
		return;
	if (hand_over(worker, pkt, copy))
		count_add(&worker->generated, 1);
	else
		rte_pktmbuf_free(copy);
}

void stage_punt(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	for (int i = 0; i < lane->n; i++) {
		uint8_t pos = lane->pos[i];
		struct pkt *pkt = &burst->pkts[pos];
		bool is_error = pkt->punt == PUNT_ERROR;

		if (!punt_passes(worker, pkt->punt, burst->in->index)) {
			lane_drop(burst, pos, is_error ? pkt->drop : DROP_punt_policed);
		} else if (!hand_over(worker, pkt, burst->mbufs[pos])) {
			lane_drop(burst, pos, is_error ? pkt->drop : DROP_punt_full);
		} else if (is_error) {
			drop_count(worker, burst->in->index, pkt->drop, 1);
			count_add(&worker->generated, 1);
		}
	}
}
