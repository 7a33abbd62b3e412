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

#define TAG_LEN    4
#define MACS_LEN   12
#define TAGS_ROOM  8 /* what a frame of the MTU may have beyond max_frame */
#define OVER_FRONT (VNET_FRAME_MAX + TAG_LEN)

struct vnet_queue *vnet_queue_create(int fd, uint16_t n_slots, const atomic_uint *max_frame,
				     struct rte_mempool *pool)
{
	const size_t size =
		RTE_ALIGN(sizeof(struct vnet_queue) + n_slots * sizeof(struct vnet_slot),
			  RTE_CACHE_LINE_SIZE);
	struct vnet_queue *q = aligned_alloc(RTE_CACHE_LINE_SIZE, size);

	if (!q)
		return NULL;
	memset(q, 0, size);
	q->pool = pool;
	q->max_frame = max_frame;
	q->n_slots = n_slots;
	q->parts = calloc(VNET_PARTS_MAX, sizeof(struct rte_mbuf *));
	if (!q->parts)
		goto fail;
	for (uint16_t i = 0; i < n_slots; i++) {
		uint8_t *over = malloc(OVER_FRONT + VNET_OVER_MAX);
		if (!over)
			goto fail;
		q->slots[i].over = over + OVER_FRONT;
	}
	q->fd = fd;
	return q;
fail:
	q->fd = -1;
	vnet_queue_destroy(q);
	errno = ENOMEM;
	return NULL;
}

void vnet_queue_destroy(struct vnet_queue *q)
{
	if (!q)
		return;
	if (q->fd >= 0)
		close(q->fd);
	for (uint16_t i = 0; i < q->n_slots; i++) {
		rte_pktmbuf_free(q->slots[i].m);
		if (q->slots[i].over)
			free(q->slots[i].over - OVER_FRONT);
	}
	if (q->parts)
		rte_pktmbuf_free_bulk(q->parts + q->next_part, q->n_parts - q->next_part);
	free(q->parts);
	free(q);
}

bool vnet_slot_fill(struct vnet_queue *q, struct vnet_slot *slot)
{
	uint32_t want;
	uint16_t n = 0;

	if (slot->m)
		return true;
	want = RTE_MIN(atomic_load_explicit(q->max_frame, memory_order_relaxed) + TAGS_ROOM,
		       (unsigned)VNET_FRAME_MAX);
	slot->m = gso_alloc(q->pool, want);
	if (!slot->m)
		return false;
	slot->iov[n++] = (struct iovec){&slot->hdr, sizeof(slot->hdr)};
	for (struct rte_mbuf *m = slot->m; m && n <= VNET_CHAIN_MAX; m = m->next) {
		slot->iov[n++] = (struct iovec){rte_pktmbuf_mtod(m, void *), m->data_len};
	}
	slot->iov[n++] = (struct iovec){slot->over, VNET_OVER_MAX};
	slot->n_iov = n;
	slot->room = want;
	return true;
}

/* Cuts the chain to the frame's length. */
static void trim(struct rte_mbuf *m, uint32_t len)
{
	struct rte_mbuf *last = m;

	m->pkt_len = len;
	m->nb_segs = 1;
	while (len > last->data_len) {
		len -= last->data_len;
		last = last->next;
		m->nb_segs++;
	}
	last->data_len = (uint16_t)len;
	rte_pktmbuf_free(last->next);
	last->next = NULL;
}

static void put_tag(uint8_t *frame, uint32_t tag)
{
	const uint8_t bytes[TAG_LEN] = {(uint8_t)(tag >> 24), (uint8_t)(tag >> 16),
					(uint8_t)(tag >> 8), (uint8_t)tag};

	memmove(frame, frame + TAG_LEN, MACS_LEN);
	memcpy(frame + MACS_LEN, bytes, TAG_LEN);
}

/* The frame in one piece before and in the overflow. */
static uint8_t *make_flat(struct vnet_slot *slot, uint32_t len, uint32_t tag)
{
	uint8_t *frame = slot->over - slot->room, *to = frame;
	uint32_t left = RTE_MIN(len, slot->room);

	for (struct rte_mbuf *m = slot->m; m && left > 0; m = m->next) {
		uint32_t n = RTE_MIN(left, (uint32_t)m->data_len);
		memcpy(to, rte_pktmbuf_mtod(m, void *), n);
		to += n;
		left -= n;
	}
	if (tag && len >= MACS_LEN) {
		frame -= TAG_LEN;
		put_tag(frame, tag);
	}
	return frame;
}

/* Cuts a sender's unsegmented packet; false where it is not one that can be cut. */
static bool cut(struct vnet_queue *q, const struct virtio_net_hdr *hdr, const uint8_t *frame,
		uint32_t len)
{
	uint32_t type = hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
	uint32_t mtu = atomic_load_explicit(q->max_frame, memory_order_relaxed) - 14;
	uint32_t l4, l4_len, mss = hdr->gso_size;
	struct l4_place at;
	int n;

	if (!offload_find_l4(frame, len, &at) || at.is_fragment)
		return false;
	l4 = at.l2_len + at.l3_len;
	if (type == VIRTIO_NET_HDR_GSO_UDP_L4 && at.proto == IPPROTO_UDP) {
		n = gso_cut_udp(frame, len, at.l2_len, at.l3_len, hdr->gso_size, q->pool, q->parts,
				VNET_PARTS_MAX);
	} else if ((type == VIRTIO_NET_HDR_GSO_TCPV4 || type == VIRTIO_NET_HDR_GSO_TCPV6) &&
		   at.proto == IPPROTO_TCP && l4 + sizeof(struct rte_tcp_hdr) <= len) {
		l4_len = (frame[l4 + 12] >> 4) * 4u;
		/* The sender's MTU may be larger than ours; TCP does not mind smaller pieces. */
		if (at.l3_len + l4_len < mtu)
			mss = RTE_MIN(mss, mtu - at.l3_len - l4_len);
		n = gso_cut_tcp(frame, len, at.l2_len, at.l3_len, (uint16_t)l4_len, (uint16_t)mss,
				q->pool, q->parts, VNET_PARTS_MAX);
	} else {
		return false;
	}
	q->next_part = 0;
	q->n_parts = (uint16_t)RTE_MAX(n, 0);
	return n > 0 || n == -ENOMEM;
}

static void mark_csum(struct rte_mbuf *m, const struct virtio_net_hdr *hdr, uint32_t tag)
{
	if (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		offload_mark(m, hdr->csum_start + (tag ? TAG_LEN : 0), hdr->csum_offset);
}

static struct rte_mbuf *take_large(struct vnet_queue *q, struct vnet_slot *slot, uint32_t len,
				   uint32_t tag)
{
	uint8_t *frame = make_flat(slot, len, tag);
	struct rte_mbuf *m;

	if (tag && len >= MACS_LEN)
		len += TAG_LEN;
	if (slot->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE && cut(q, &slot->hdr, frame, len))
		return NULL;
	/* Larger than the MTU as it stands: the parse stage counts it. */
	m = gso_alloc(q->pool, len);
	if (!m)
		return NULL;
	gso_write(m, 0, frame, len);
	mark_csum(m, &slot->hdr, tag);
	return m;
}

struct rte_mbuf *vnet_slot_take(struct vnet_queue *q, struct vnet_slot *slot, uint32_t len,
				uint32_t tag)
{
	struct rte_mbuf *m = slot->m;

	len = RTE_MIN(len, slot->room + VNET_OVER_MAX);
	if (slot->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE || len > slot->room)
		return take_large(q, slot, len, tag);
	slot->m = NULL;
	trim(m, len);
	if (tag && len >= MACS_LEN) {
		/* Never fails: an mbuf just allocated has its whole headroom. */
		uint8_t *frame = (uint8_t *)rte_pktmbuf_prepend(m, TAG_LEN);
		if (frame)
			put_tag(frame, tag);
	}
	mark_csum(m, &slot->hdr, tag);
	return m;
}

uint16_t vnet_parts(struct vnet_queue *q, struct rte_mbuf **pkts, uint16_t max)
{
	uint16_t n = (uint16_t)RTE_MIN(max, q->n_parts - q->next_part);

	for (uint16_t i = 0; i < n; i++)
		pkts[i] = q->parts[q->next_part++];
	return n;
}

void vnet_tx_hdr(const struct rte_mbuf *m, struct virtio_net_hdr *hdr)
{
	uint64_t flags = m->ol_flags & RTE_MBUF_F_TX_L4_MASK;

	memset(hdr, 0, sizeof(*hdr));
	if (flags != RTE_MBUF_F_TX_TCP_CKSUM && flags != RTE_MBUF_F_TX_UDP_CKSUM)
		return;
	hdr->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	hdr->csum_start = (uint16_t)(m->l2_len + m->l3_len);
	hdr->csum_offset = flags == RTE_MBUF_F_TX_TCP_CKSUM
				   ? offsetof(struct rte_tcp_hdr, cksum)
				   : offsetof(struct rte_udp_hdr, dgram_cksum);
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
