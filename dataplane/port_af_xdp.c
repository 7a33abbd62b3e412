// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port_af_xdp.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_ether.h>

#include "dataplane/grace.h"
#include "dataplane/offload.h"
#include "dataplane/packet_rx.h"
#include "dataplane/xsk.h"

#define TAGS_LEN 8

_Static_assert(PORT_AF_XDP_MTU_MAX + RTE_ETHER_HDR_LEN + TAGS_LEN == XSK_FRAME_MAX,
	       "the largest MTU fills a frame");

struct af_xdp {
	struct port port; /* first */
	struct rte_mempool *pool;
	uint16_t n_sockets; /* queues 0 and up; the one behind them, if there is one, is the side */
	_Atomic(struct xsk *) sockets[PORT_QUEUES_MAX]; /* control; NULL: no device now */
	_Atomic(struct vnet_queue *) side;              /* likewise */
};

static struct xsk *af_xdp_socket(const struct port *port, uint16_t queue)
{
	const struct af_xdp *self = (const struct af_xdp *)port;

	return atomic_load_explicit(&self->sockets[queue], memory_order_acquire);
}

static struct vnet_queue *af_xdp_side(const struct port *port)
{
	const struct af_xdp *self = (const struct af_xdp *)port;

	return atomic_load_explicit(&self->side, memory_order_acquire);
}

static bool is_side(const struct port *port, uint16_t queue)
{
	return queue == ((const struct af_xdp *)port)->n_sockets;
}

static uint16_t side_rx(struct port *port, struct rte_mbuf **pkts, uint16_t max)
{
	struct vnet_queue *side = af_xdp_side(port);

	return side ? packet_rx(side, pkts, max) : 0;
}

static uint16_t af_xdp_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	struct af_xdp *self = (struct af_xdp *)port;
	struct xsk *xsk;
	uint16_t n;

	if (is_side(port, queue))
		return side_rx(port, pkts, max);
	xsk = af_xdp_socket(port, queue);
	if (!xsk)
		return 0;
	n = xsk_rx(xsk, self->pool, pkts, max);
	for (uint16_t i = 0; i < n; i++)
		offload_guess(
			pkts[i]); /* a veth's peer leaves checksums out and XDP does not say */
	return n;
}

static uint16_t af_xdp_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct xsk *xsk = af_xdp_socket(port, queue);

	if (!xsk)
		return 0;
	n = xsk_tx(xsk, pkts, n);
	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

static int side_sleep(const struct port *port)
{
	const struct vnet_queue *side = af_xdp_side(port);

	if (!side || side->is_gone)
		return -ENODEV;
	return vnet_is_waiting(side) ? -EAGAIN : side->fd;
}

static int af_xdp_sleep(struct port *port, uint16_t queue)
{
	struct xsk *xsk;

	if (is_side(port, queue))
		return side_sleep(port);
	xsk = af_xdp_socket(port, queue);
	if (!xsk)
		return -ENODEV;
	xsk_tx_kick(xsk); /* what an earlier kick left over */
	return xsk_rx_is_empty(xsk) ? xsk_fd(xsk) : -EAGAIN;
}

static const struct port_ops af_xdp_ops = {
	.rx = af_xdp_rx,
	.tx = af_xdp_tx,
	.sleep = af_xdp_sleep,
};

static int open_sockets(struct af_xdp *self, uint32_t ifindex, uint16_t mtu)
{
	for (uint16_t i = 0; i < self->n_sockets; i++) {
		struct xsk *xsk = xsk_open(ifindex, i, mtu + RTE_ETHER_HDR_LEN + TAGS_LEN);
		if (!xsk) {
			int rc = -errno;
			port_af_xdp_close(&self->port);
			return rc;
		}
		atomic_store_explicit(&self->sockets[i], xsk, memory_order_release);
	}
	return 0;
}

/* Frames larger than the MTU come this way too: the host's side may have put them together. */
static int open_side(struct af_xdp *self, int fd)
{
	struct vnet_queue *side;

	if (fd < 0)
		return 0;
	side = vnet_queue_create(fd, PACKET_RX_BURST, true, &self->port, self->pool);
	if (!side)
		return -errno;
	atomic_store_explicit(&self->side, side, memory_order_release);
	return 0;
}

static int open_all(struct af_xdp *self, uint32_t ifindex, uint16_t mtu, int side_fd)
{
	int rc = open_sockets(self, ifindex, mtu);

	if (rc < 0)
		return rc;
	rc = open_side(self, side_fd);
	if (rc < 0)
		port_af_xdp_close(&self->port);
	return rc;
}

struct port *port_af_xdp_create(const char *name, uint32_t ifindex, uint16_t n, uint16_t mtu,
				int side_fd, struct rte_mempool *pool)
{
	struct af_xdp *self = calloc(1, sizeof(*self));
	int rc;

	if (!self)
		return NULL;
	port_init(&self->port, name, &af_xdp_ops, side_fd < 0 ? n : n + 1, n, mtu);
	self->pool = pool;
	self->n_sockets = n;
	rc = open_all(self, ifindex, mtu, side_fd);
	if (rc < 0) {
		free(self);
		errno = -rc;
		return NULL;
	}
	return &self->port;
}

void port_af_xdp_destroy(struct port *port)
{
	struct af_xdp *self = (struct af_xdp *)port;

	if (!port)
		return;
	for (uint16_t i = 0; i < self->n_sockets; i++)
		xsk_close(af_xdp_socket(port, i));
	vnet_queue_destroy(af_xdp_side(port));
	free(self);
}

uint16_t port_af_xdp_fds(const struct port *port, int fds[PORT_QUEUES_MAX])
{
	const struct af_xdp *self = (const struct af_xdp *)port;
	uint16_t n = 0;

	for (; n < self->n_sockets && af_xdp_socket(port, n); n++)
		fds[n] = xsk_fd(af_xdp_socket(port, n));
	return n;
}

void port_af_xdp_close(struct port *port)
{
	struct af_xdp *self = (struct af_xdp *)port;
	struct xsk *old[PORT_QUEUES_MAX];
	struct vnet_queue *side;

	for (uint16_t i = 0; i < self->n_sockets; i++)
		old[i] = atomic_exchange(&self->sockets[i], NULL);
	side = atomic_exchange(&self->side, NULL);
	grace_wait();
	for (uint16_t i = 0; i < self->n_sockets; i++)
		xsk_close(old[i]);
	vnet_queue_destroy(side);
}

int port_af_xdp_reopen(struct port *port, uint32_t ifindex, uint16_t mtu, int side_fd)
{
	port_af_xdp_close(port);
	return open_all((struct af_xdp *)port, ifindex, mtu, side_fd);
}
