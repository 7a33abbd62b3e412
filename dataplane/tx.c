// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/tx.h"

static uint64_t bytes_of(struct rte_mbuf *const *pkts, uint16_t n)
{
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < n; i++)
		bytes += pkts[i]->pkt_len;
	return bytes;
}

/* A port with fewer queues than there are workers shares them, a burst at a time. */
static uint16_t send(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t sent;

	if (!port->tx_shared)
		return port->ops->tx(port, queue, pkts, n);
	rte_spinlock_lock(&port->tx_lock[queue]);
	sent = port->ops->tx(port, queue, pkts, n);
	rte_spinlock_unlock(&port->tx_lock[queue]);
	return sent;
}

void tx_flush(struct worker *worker, struct txbuf *buf)
{
	struct port *port = buf->port;
	struct port_count *count = &worker->count[port->index];
	uint64_t bytes = buf->bytes;
	uint16_t sent =
		send(port,
		     atomic_load_explicit(&worker->position, memory_order_relaxed) % port->n_txq,
		     buf->pkts, buf->n);

	if (unlikely(sent < buf->n)) {
		uint16_t left = buf->n - sent;

		bytes -= bytes_of(buf->pkts + sent, left);
		drop_count(worker, port->index, DROP_tx_full, left);
		rte_pktmbuf_free_bulk(buf->pkts + sent, left);
	}
	count_add(&count->tx_packets, sent);
	count_add(&count->tx_bytes, bytes);
	count_add(&worker->sent, sent);
	buf->n = 0;
	buf->bytes = 0;
}

void tx_flush_all(struct worker *worker)
{
	for (uint16_t i = 0; i < worker->n_dirty; i++) {
		struct txbuf *buf = &worker->tx[worker->dirty[i]];

		if (buf->n)
			tx_flush(worker, buf);
		buf->dirty = false;
	}
	worker->n_dirty = 0;
}
