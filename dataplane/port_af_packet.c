// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port_af_packet.h"

#include <sys/socket.h>

#include "dataplane/packet_rx.h"
#include "dataplane/vnet_port.h"

#define TX_BURST 32  /* packets one sendmmsg writes */
#define TX_IOV   256 /* segments of them all, with their headers */

static uint16_t af_packet_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts,
			     uint16_t max)
{
	struct vnet_queue *q = vnet_port_queue(port, queue);

	return q ? packet_rx(q, pkts, max) : 0;
}

/* One call of the kernel for the first packets of pkts; returns how many it took. */
static uint16_t send_some(int fd, struct rte_mbuf **pkts, uint16_t n)
{
	struct virtio_net_hdr hdrs[TX_BURST];
	struct mmsghdr msgs[TX_BURST];
	struct iovec iov[TX_IOV];
	uint16_t used = 0, i, n_iov;
	int sent;

	for (i = 0; i < n && i < TX_BURST; i++) {
		n_iov = vnet_tx_iov(pkts[i], &hdrs[i], iov + used, (uint16_t)(TX_IOV - used));
		if (n_iov == 0)
			break;
		msgs[i].msg_hdr = (struct msghdr){.msg_iov = iov + used, .msg_iovlen = n_iov};
		used += n_iov;
	}
	sent = i == 0 ? 0 : sendmmsg(fd, msgs, i, MSG_DONTWAIT);
	return (uint16_t)RTE_MAX(sent, 0);
}

static uint16_t af_packet_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct vnet_queue *q = vnet_port_queue(port, queue);
	uint16_t sent = 0, some;

	if (!q)
		return 0;
	do {
		some = send_some(q->fd, pkts + sent, n - sent);
		rte_pktmbuf_free_bulk(pkts + sent, some);
		sent += some;
	} while (some > 0 && sent < n);
	return sent;
}

static const struct vnet_kind af_packet_kind = {
	.ops = {.rx = af_packet_rx, .tx = af_packet_tx, .sleep = vnet_port_sleep},
	.n_slots = PACKET_RX_BURST,
	.always_large = true,
};

struct port *port_af_packet_create(const char *name, const int *fds, uint16_t n, uint16_t mtu,
				   uint32_t caps, struct rte_mempool *pool)
{
	return vnet_port_create(name, &af_packet_kind, fds, n, mtu, caps, pool);
}

void port_af_packet_destroy(struct port *port)
{
	vnet_port_destroy(port);
}

int port_af_packet_reopen(struct port *port, const int *fds)
{
	return vnet_port_reopen(port, fds);
}
