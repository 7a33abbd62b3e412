// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/vnet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>

#include <rte_tcp.h>
#include <rte_udp.h>

#include "dataplane/gso.h"
#include "dataplane/offload.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4 /* newer than Debian 12's headers */
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define TAG_LEN   4
#define MACS_LEN  12
#define TAGS_ROOM 8 /* what a frame of the MTU may have beyond max_frame */

struct vnet_queue *vnet_queue_create(int fd, uint16_t n_slots, bool is_large,
				     const struct port *port, struct rte_mempool *pool)
{
	const size_t size =
		RTE_ALIGN(sizeof(struct vnet_queue) + n_slots * sizeof(struct vnet_slot),
			  RTE_CACHE_LINE_SIZE);
	struct vnet_queue *q = aligned_alloc(RTE_CACHE_LINE_SIZE, size);

	if (!q)
		return NULL;
	memset(q, 0, size);
	q->pool = pool;
	q->port = port;
	q->n_slots = n_slots;
	q->is_large = is_large;
	q->fd = fd;
	return q;
}

void vnet_queue_destroy(struct vnet_queue *q)
{
	if (!q)
		return;
	if (q->fd >= 0)
		close(q->fd);
	for (uint16_t i = 0; i < q->n_slots; i++)
		for (uint16_t n = 0; n < VNET_SEGS; n++)
			rte_pktmbuf_free(q->slots[i].segs[n]);
	rte_pktmbuf_free(q->large);
	free(q);
}

static uint32_t max_frame(const struct vnet_queue *q)
{
	return atomic_load_explicit(&q->port->max_frame, memory_order_relaxed);
}

/* Has an empty segment at position n. */
static bool fill_segment(struct vnet_queue *q, struct vnet_slot *slot, uint16_t n)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(q->pool);

	if (!m)
		return false;
	/* Only the first segment is ever prepended to. */
	if (n > 0)
		m->data_off = 0;
	m->data_len = rte_pktmbuf_tailroom(m);
	slot->segs[n] = m;
	slot->iov[1 + n] = (struct iovec){rte_pktmbuf_mtod(m, void *), m->data_len};
	return true;
}

bool vnet_slot_fill(struct vnet_queue *q, struct vnet_slot *slot)
{
	/* One byte more than is allowed shows those that are longer. */
	const uint32_t want = q->is_large ? VNET_LARGE : max_frame(q) + TAGS_ROOM + 1;

	for (; slot->n_taken > 0; slot->n_taken--)
		if (!fill_segment(q, slot, slot->n_taken - 1))
			return false;
	for (; slot->room < want && slot->n_segs < VNET_SEGS; slot->n_segs++) {
		if (!fill_segment(q, slot, slot->n_segs))
			return false;
		slot->room += slot->segs[slot->n_segs]->data_len;
	}
	slot->iov[0] = (struct iovec){&slot->hdr, sizeof(slot->hdr)};
	slot->n_iov = 1 + slot->n_segs;
	return true;
}

/* A packet of those of the slot's segments that len bytes fill. */
static struct rte_mbuf *take_segments(struct vnet_slot *slot, uint32_t len)
{
	struct rte_mbuf *head = slot->segs[0], *last = head;

	head->pkt_len = len;
	for (slot->n_taken = 0;;) {
		struct rte_mbuf *m = slot->segs[slot->n_taken];

		slot->segs[slot->n_taken++] = NULL;
		if (m != head)
			last->next = m;
		last = m;
		if (len <= m->data_len)
			break;
		len -= m->data_len;
	}
	last->data_len = (uint16_t)len;
	head->nb_segs = slot->n_taken;
	return head;
}

static void put_tag(struct rte_mbuf *m, uint32_t tag)
{
	const uint8_t bytes[TAG_LEN] = {(uint8_t)(tag >> 24), (uint8_t)(tag >> 16),
					(uint8_t)(tag >> 8), (uint8_t)tag};
	/* Never fails: an mbuf just allocated has its whole headroom. */
	uint8_t *frame = (uint8_t *)rte_pktmbuf_prepend(m, TAG_LEN);

	if (!frame)
		return;
	memmove(frame, frame + TAG_LEN, MACS_LEN);
	memcpy(frame + MACS_LEN, bytes, TAG_LEN);
}

/* A sender's unsegmented packet: marked as such where the port may hand it in, else about to be
 * cut, which true says. */
static bool take_large(struct vnet_queue *q, struct rte_mbuf *m, const struct virtio_net_hdr *hdr)
{
	const uint32_t type = hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	uint16_t mss = hdr->gso_size;

	if (type == VIRTIO_NET_HDR_GSO_UDP_L4) {
		if (!offload_mark_uso(m))
			return false;
	} else if (type == VIRTIO_NET_HDR_GSO_TCPV4 || type == VIRTIO_NET_HDR_GSO_TCPV6) {
		if (!offload_mark_tso(m, mss, max_frame(q)) || q->port->caps & PORT_CAN_TSO)
			return false;
		mss = m->tso_segsz;
	} else {
		return false;
	}
	if (gso_cut_start(&q->cut, m, mss) < 0)
		return false;
	q->large = m;
	return true;
}

struct rte_mbuf *vnet_slot_take(struct vnet_queue *q, struct vnet_slot *slot, uint32_t len,
				uint32_t tag)
{
	const struct virtio_net_hdr *hdr = &slot->hdr;
	struct rte_mbuf *m;

	len = RTE_MIN(len, slot->room);
	m = take_segments(slot, len);
	if (tag && len >= MACS_LEN)
		put_tag(m, tag);
	else
		tag = 0;
	if (unlikely(hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE)) {
		if (take_large(q, m, hdr))
			return NULL;
		if (m->ol_flags & RTE_MBUF_F_TX_L4_MASK)
			return m;
	}
	/* Larger than the MTU as it stands: the parse stage counts it. */
	if (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		offload_mark(m, hdr->csum_start + (tag ? TAG_LEN : 0), hdr->csum_offset);
	return m;
}

uint16_t vnet_parts(struct vnet_queue *q, struct rte_mbuf **pkts, uint16_t max)
{
	uint16_t n = 0;

	while (n < max && q->large) {
		struct rte_mbuf *part = gso_cut_next(&q->cut, q->pool);

		if (part)
			pkts[n++] = part;
		if (part && q->cut.next < q->cut.n)
			continue;
		rte_pktmbuf_free(q->large); /* all of it; or no buffers for the rest */
		q->large = NULL;
	}
	return n;
}

void vnet_tx_hdr(const struct rte_mbuf *m, struct virtio_net_hdr *hdr)
{
	const uint64_t flags = m->ol_flags & RTE_MBUF_F_TX_L4_MASK;

	memset(hdr, 0, sizeof(*hdr));
	if (flags != RTE_MBUF_F_TX_TCP_CKSUM && flags != RTE_MBUF_F_TX_UDP_CKSUM)
		return;
	hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->csum_start = (uint16_t)(m->l2_len + m->l3_len);
	hdr->csum_offset = flags == RTE_MBUF_F_TX_TCP_CKSUM
				   ? offsetof(struct rte_tcp_hdr, cksum)
				   : offsetof(struct rte_udp_hdr, dgram_cksum);
	if (!(m->ol_flags & RTE_MBUF_F_TX_TCP_SEG))
		return;
	hdr->gso_type = m->ol_flags & RTE_MBUF_F_TX_IPV4 ? VIRTIO_NET_HDR_GSO_TCPV4
							 : VIRTIO_NET_HDR_GSO_TCPV6;
	hdr->gso_size = m->tso_segsz;
	hdr->hdr_len = (uint16_t)(m->l2_len + m->l3_len + m->l4_len);
}

uint16_t vnet_tx_iov(struct rte_mbuf *m, struct virtio_net_hdr *hdr, struct iovec *iov,
		     uint16_t max)
{
	uint16_t n = 0;

	if (m->nb_segs + 1 > max)
		return 0;
	vnet_tx_hdr(m, hdr);
	iov[n++] = (struct iovec){hdr, sizeof(*hdr)};
	for (; m; m = m->next)
		iov[n++] = (struct iovec){rte_pktmbuf_mtod(m, void *), m->data_len};
	return n;
}
