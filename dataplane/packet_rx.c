// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/packet_rx.h"

#include <string.h>
#include <sys/socket.h>

#include <linux/if_packet.h>
#include <rte_ether.h>

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
	struct mmsghdr msgs[PACKET_RX_BURST];
	union control control[PACKET_RX_BURST];
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

uint16_t packet_rx(struct vnet_queue *q, struct rte_mbuf **pkts, uint16_t max)
{
	bool is_read = false;
	uint16_t n = 0;

	for (;;) {
		n += vnet_parts(q, pkts + n, max - n);
		if (n == max)
			return n;
		if (q->next_slot == q->n_read) {
			if (is_read)
				return n;
			receive(q, (uint16_t)RTE_MIN(max - n, PACKET_RX_BURST));
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
