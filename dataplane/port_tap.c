// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port_tap.h"

#include <errno.h>
#include <sys/uio.h>

#include "dataplane/vnet_port.h"

static uint16_t tap_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	struct vnet_queue *q = vnet_port_queue(port, queue);
	struct rte_mbuf *m;
	uint16_t n;

	if (!q)
		return 0;
	n = vnet_parts(q, pkts, max);
	while (n < max && vnet_slot_fill(q, &q->slots[0])) {
		ssize_t len = readv(q->fd, q->slots[0].iov, q->slots[0].n_iov);
		if (len < (ssize_t)sizeof(struct virtio_net_hdr)) {
			/* EBADFD: the device was deleted. Its descriptor would be readable for
			 * ever. */
			if (len < 0 && errno == EBADFD)
				q->is_gone = true;
			break;
		}
		m = vnet_slot_take(q, &q->slots[0], (uint32_t)len - sizeof(struct virtio_net_hdr),
				   0);
		if (m)
			pkts[n++] = m;
		else
			n += vnet_parts(q, pkts + n, max - n);
	}
	return n;
}

static uint16_t tap_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct vnet_queue *q = vnet_port_queue(port, queue);
	struct iovec iov[VNET_TX_SEGS + 1];
	struct virtio_net_hdr hdr;
	uint16_t sent = 0, n_iov;

	if (!q)
		return 0;
	while (sent < n) {
		n_iov = vnet_tx_iov(pkts[sent], &hdr, iov, VNET_TX_SEGS + 1);
		if (n_iov == 0 || writev(q->fd, iov, n_iov) < 0)
			break;
		sent++;
	}
	rte_pktmbuf_free_bulk(pkts, sent);
	return sent;
}

static const struct vnet_kind tap_kind = {
	.ops = {.rx = tap_rx, .tx = tap_tx, .sleep = vnet_port_sleep},
	.n_slots = 1,
};

struct port *port_tap_create(const char *name, const int *fds, uint16_t n, uint16_t mtu,
			     uint32_t caps, struct rte_mempool *pool)
{
	return vnet_port_create(name, &tap_kind, fds, n, mtu, caps, pool);
}

void port_tap_destroy(struct port *port)
{
	vnet_port_destroy(port);
}
