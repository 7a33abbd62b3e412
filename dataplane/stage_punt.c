// SPDX-License-Identifier: BSD-3-Clause
/* punt: hands packets to control, class by class, within the rate of each. */
#include "dataplane/punt_ring.h"
#include "dataplane/tx.h"

enum { BURST_LEAST = 16 }; /* packets that may come at once, however low the rate */

static void fill(struct punt_gate *gate, uint64_t now, double tsc_hz, uint32_t rate)
{
	double most = RTE_MAX(rate / 10, RTE_MIN(rate, (uint32_t)BURST_LEAST));

	gate->tokens += (double)(now - gate->last_tsc) / tsc_hz * rate;
	gate->last_tsc = now;
	if (gate->tokens > most)
		gate->tokens = most;
}

bool punt_passes(struct worker *worker, enum punt_class class)
{
	struct punt_gate *gate = &worker->punt[class];

	fill(gate, worker->now, worker->tsc_hz,
	     atomic_load_explicit(&punt_rates[class], memory_order_relaxed));
	if (gate->tokens < 1) {
		count_add(&gate->stats.policed, 1);
		return false;
	}
	gate->tokens -= 1;
	return true;
}

/* false: the ring is full, and m still the caller's. */
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

	if (!punt_passes(worker, pkt->punt))
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

		if (!punt_passes(worker, pkt->punt)) {
			lane_drop(burst, pos, is_error ? pkt->drop : DROP_punt_policed);
		} else if (!hand_over(worker, pkt, burst->mbufs[pos])) {
			lane_drop(burst, pos, is_error ? pkt->drop : DROP_punt_full);
		} else if (is_error) {
			drop_count(worker, burst->in->index, pkt->drop, 1);
			count_add(&worker->generated, 1);
		}
	}
}
