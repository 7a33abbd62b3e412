// SPDX-License-Identifier: BSD-3-Clause
/* drop: counts each packet by reason and port, and frees it. */
#include "dataplane/tx.h"

void drop_count(struct worker *worker, uint16_t port, enum drop reason, uint32_t n)
{
	count_add(&worker->drops[port][reason], n);
	count_add(&worker->dropped, n);
}

void stage_drop(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	struct rte_mbuf *gone[BURST_MAX];

	for (int i = 0; i < lane->n; i++) {
		const struct pkt *pkt = &burst->pkts[lane->pos[i]];

		const struct port *port = drop_is_egress(pkt->drop) ? pkt->out : burst->in;

		drop_count(worker, port->index, pkt->drop, 1);
		gone[i] = burst->mbufs[lane->pos[i]];
	}
	rte_pktmbuf_free_bulk(gone, lane->n);
}
