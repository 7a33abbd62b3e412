// SPDX-License-Identifier: BSD-3-Clause
/* A frame with the virtio header that came before it, as tap and AF_PACKET give them: what comes
 * out are whole packets, whose checksums can be finished or are refused, whatever a sender says
 * about where they are; what is sent on as it is has a header that is borne out; and no packet
 * buffer is lost, also where there are too few. */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "dataplane/gso.h"
#include "dataplane/vnet.h"
#include "tests/fuzz/buffers.h"
#include "tests/support/eal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input's head. */
struct told {
	struct virtio_net_hdr hdr;
	uint16_t len;     /* of the frame; what the input does not give is zeros */
	uint16_t vlan;    /* 0: none was taken out by the kernel */
	uint16_t l2, l3;  /* to be believed instead of what was found, */
	uint8_t override; /* where this is odd; 8: jumbo frames, 16: takes large TCP; FEW */
} __attribute__((packed));

enum {
	FEW = 0xe0,   /* of override: how few buffers are left once the slot has its own; all of
		       * these bits: before */
	NARROW = 0x80 /* of l2: nobody sends anything beyond the MTU */
};

static struct port port;

static void put(struct vnet_slot *slot, const uint8_t *data, size_t size, uint32_t len)
{
	for (uint16_t i = 1; i < slot->n_iov && len > 0; i++) {
		size_t n = slot->iov[i].iov_len < len ? slot->iov[i].iov_len : len;
		size_t given = n < size ? n : size;

		memcpy(slot->iov[i].iov_base, data, given);
		memset((uint8_t *)slot->iov[i].iov_base + given, 0, n - given);
		data += given;
		size -= given;
		len -= (uint32_t)n;
	}
}

/* As a port sends it on. */
static void check_tx(struct rte_mbuf *m)
{
	struct iovec iov[VNET_TX_SEGS + 1];
	struct virtio_net_hdr hdr;
	size_t sum = 0;
	uint16_t n = vnet_tx_iov(m, &hdr, iov, VNET_TX_SEGS + 1);

	if (n != m->nb_segs + 1 || vnet_tx_iov(m, &hdr, iov, m->nb_segs) != 0)
		abort();
	for (uint16_t i = 0; i < n; i++)
		sum += iov[i].iov_len;
	if (sum != m->pkt_len + sizeof(hdr))
		abort();
	if (hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
	    hdr.csum_start + hdr.csum_offset + 2u > m->pkt_len)
		abort();
	if (hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE &&
	    (!hdr.gso_size || !(hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) ||
	     hdr.hdr_len + hdr.gso_size >= m->pkt_len))
		abort();
}

static void check(struct rte_mbuf *m, const struct told *told)
{
	uint32_t sum = 0, n = 0;

	for (struct rte_mbuf *s = m; s; s = s->next, n++)
		sum += s->data_len;
	if (sum != m->pkt_len || n != m->nb_segs)
		abort();
	check_tx(m);
	if (told->override & 1) {
		m->l2_len = told->l2 & 0x7f;
		m->l3_len = told->l3 & 0x1ff;
		m->ol_flags |=
			told->override & 2 ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
		m->ol_flags |= told->override & 4 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
	}
	if (gso_finish_csum(m) == 0 && m->ol_flags & RTE_MBUF_F_TX_L4_MASK)
		abort();
	rte_pktmbuf_free(m);
}

static void take(struct vnet_queue *q, const struct told *told)
{
	struct rte_mbuf *m = vnet_slot_take(q, &q->slots[0], told->len,
					    told->vlan ? 0x81000000 | told->vlan : 0);
	struct rte_mbuf *parts[32];
	uint16_t n;

	if (m)
		check(m, told);
	while ((n = vnet_parts(q, parts, 32)) > 0)
		for (uint16_t i = 0; i < n; i++)
			check(parts[i], told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rte_mempool *pool = test_pool();
	struct vnet_queue *q;
	struct told told;

	if (size < sizeof(told))
		return 0;
	memcpy(&told, data, sizeof(told));
	port_init(&port, "p", NULL, 1, 1, told.override & 8 ? 9000 : 1500);
	port.caps = PORT_CAN_CSUM | (told.override & 16 ? PORT_CAN_TSO : 0);
	q = vnet_queue_create(eventfd(0, 0), 1, !(told.l2 & NARROW), &port, pool);
	if (!q)
		abort();
	if ((told.override & FEW) == FEW)
		buffers_leave(0);
	if (vnet_slot_fill(q, &q->slots[0])) {
		q->slots[0].hdr = told.hdr;
		put(&q->slots[0], data + sizeof(told), size - sizeof(told), told.len);
		if (told.override & FEW)
			buffers_leave((told.override & FEW) / 32u);
		take(q, &told);
	} else if ((told.override & FEW) != FEW) {
		abort();
	}
	buffers_return();
	if (!vnet_slot_fill(q, &q->slots[0])) /* what was taken away, or what was not there */
		abort();
	vnet_queue_destroy(q);
	if (rte_mempool_avail_count(pool) != TEST_POOL_SIZE)
		abort();
	return 0;
}
