// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port_af_xdp.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_ether.h>

#include "dataplane/grace.h"
#include "dataplane/offload.h"
#include "dataplane/xsk.h"

#define TAGS_LEN 8

_Static_assert(PORT_AF_XDP_MTU_MAX + RTE_ETHER_HDR_LEN + TAGS_LEN == XSK_FRAME_MAX,
	       "the largest MTU fills a frame");

struct af_xdp {
	struct port port; /* first */
	struct rte_mempool *pool;
	_Atomic(struct xsk *) sockets[PORT_QUEUES_MAX]; /* control; NULL: no device now */
};

static struct xsk *af_xdp_socket(const struct port *port, uint16_t queue)
{
	const struct af_xdp *self = (const struct af_xdp *)port;

	return atomic_load_explicit(&self->sockets[queue], memory_order_acquire);
}

static uint16_t af_xdp_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	struct af_xdp *self = (struct af_xdp *)port;
	struct xsk *xsk = af_xdp_socket(port, queue);
	uint16_t n;

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

static int af_xdp_sleep(struct port *port, uint16_t queue)
{
	struct xsk *xsk = af_xdp_socket(port, queue);

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
	for (uint16_t i = 0; i < self->port.n_rxq; i++) {
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

struct port *port_af_xdp_create(const char *name, uint32_t ifindex, uint16_t n, uint16_t mtu,
				struct rte_mempool *pool)
{
	struct af_xdp *self = calloc(1, sizeof(*self));
	int rc;

	if (!self)
		return NULL;
	port_init(&self->port, name, &af_xdp_ops, n, n, mtu);
	self->pool = pool;
	rc = open_sockets(self, ifindex, mtu);
	if (rc < 0) {
		free(self);
		errno = -rc;
		return NULL;
	}
	return &self->port;
}

void port_af_xdp_destroy(struct port *port)
{
	if (!port)
		return;
	for (uint16_t i = 0; i < port->n_rxq; i++)
		xsk_close(af_xdp_socket(port, i));
	free(port);
}

uint16_t port_af_xdp_fds(const struct port *port, int fds[PORT_QUEUES_MAX])
{
	uint16_t n = 0;

	for (; n < port->n_rxq && af_xdp_socket(port, n); n++)
		fds[n] = xsk_fd(af_xdp_socket(port, n));
	return n;
}

void port_af_xdp_close(struct port *port)
{
	struct af_xdp *self = (struct af_xdp *)port;
	struct xsk *old[PORT_QUEUES_MAX];

	for (uint16_t i = 0; i < port->n_rxq; i++)
		old[i] = atomic_exchange(&self->sockets[i], NULL);
	grace_wait();
	for (uint16_t i = 0; i < port->n_rxq; i++)
		xsk_close(old[i]);
}

int port_af_xdp_reopen(struct port *port, uint32_t ifindex, uint16_t mtu)
{
	port_af_xdp_close(port);
	return open_sockets((struct af_xdp *)port, ifindex, mtu);
}
