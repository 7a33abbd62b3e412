// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port_af_packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_packet.h>
#include <rte_ether.h>

#include "dataplane/vnet_port.h"

#define RX_BURST    8   /* frames one recvmmsg reads, each up to 64 kB */
#define TX_BURST    32  /* packets one sendmmsg writes */
#define TX_IOV      256 /* segments of them all, with their headers */
#define CONTROL_LEN CMSG_SPACE(sizeof(struct tpacket_auxdata))

union control {
	struct cmsghdr align;
	uint8_t bytes[CONTROL_LEN];
};

/* The VLAN tag that the kernel took off the frame, or 0. */
static uint32_t read_tag(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct tpacket_auxdata aux;
		uint32_t tpid = RTE_ETHER_TYPE_VLAN;
		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA ||
		    c->cmsg_len < CMSG_LEN(sizeof(aux)))
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
			return 0;
		if (aux.tp_status & TP_STATUS_VLAN_TPID_VALID)
			tpid = aux.tp_vlan_tpid;
		return tpid << 16 | aux.tp_vlan_tci;
	}
	return 0;
}

/* Reads up to max frames into the slots. Errors say that the device went down or away, and are
 * told once; control sees to that. */
static void receive(struct vnet_queue *q, uint16_t max)
{
	struct mmsghdr msgs[RX_BURST];
	union control control[RX_BURST];
	uint16_t n = 0;
	int n_read;

	while (n < max && vnet_slot_fill(q, &q->slots[n])) {
		msgs[n].msg_hdr = (struct msghdr){.msg_iov = q->slots[n].iov,
						  .msg_iovlen = q->slots[n].n_iov,
						  .msg_control = &control[n],
						  .msg_controllen = CONTROL_LEN};
		n++;
	}
	n_read = n == 0 ? 0 : recvmmsg(q->fd, msgs, n, MSG_DONTWAIT, NULL);
	q->next_slot = 0;
	q->n_read = (uint16_t)RTE_MAX(n_read, 0);
	for (uint16_t i = 0; i < q->n_read; i++) {
		q->slots[i].len = msgs[i].msg_len;
		q->slots[i].tag = read_tag(&msgs[i].msg_hdr);
	}
}

static uint16_t af_packet_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts,
			     uint16_t max)
{
	struct vnet_queue *q = vnet_port_queue(port, queue);
	bool is_read = false;
	uint16_t n = 0;

	if (!q)
		return 0;
	for (;;) {
		n += vnet_parts(q, pkts + n, max - n);
		if (n == max)
			return n;
		if (q->next_slot == q->n_read) {
			if (is_read)
				return n;
			receive(q, (uint16_t)RTE_MIN(max - n, RX_BURST));
			is_read = true;
			if (q->n_read == 0)
				return n;
		}
		struct vnet_slot *slot = &q->slots[q->next_slot++];
		if (slot->len >= sizeof(slot->hdr)) {
			pkts[n] = vnet_slot_take(q, slot, slot->len - sizeof(slot->hdr), slot->tag);
			n += pkts[n] != NULL;
		}
	}
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
	.n_slots = RX_BURST,
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
