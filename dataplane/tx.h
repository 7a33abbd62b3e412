// SPDX-License-Identifier: BSD-3-Clause
/*
 * The way out: what egress and flood share, and the buffers that gather
 * packets for each port until its queue is worth a call. What a full queue
 * refuses is a counted drop. Worker.
 */
#ifndef WEFT_DATAPLANE_TX_H
#define WEFT_DATAPLANE_TX_H

#include "dataplane/worker.h"

/* Counts n packets as dropped at a port, without freeing anything. */
void drop_count(struct worker *worker, uint16_t port, enum drop reason, uint32_t n);

/* Sends what is gathered for one port, or for all. */
void tx_flush(struct worker *worker, struct txbuf *buf);
void tx_flush_all(struct worker *worker);

/* The buffer of a port, which is sent at the end of the round at the latest. */
static inline struct txbuf *tx_buf(struct worker *worker, struct port *port)
{
	struct txbuf *buf = &worker->tx[port->index];

	if (!buf->dirty) {
		buf->dirty = true;
		buf->port = port;
		worker->dirty[worker->n_dirty++] = port->index;
	}
	return buf;
}

static inline void tx_push(struct worker *worker, struct port *port, struct rte_mbuf *m)
{
	struct txbuf *buf = tx_buf(worker, port);

	buf->pkts[buf->n++] = m;
	buf->bytes += m->pkt_len;
	if (unlikely(buf->n == TX_BUF))
		tx_flush(worker, buf);
}

#endif
