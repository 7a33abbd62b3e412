// SPDX-License-Identifier: BSD-3-Clause
#include "vhost/vhost_ring.h"

#include <string.h>
#include <sys/eventfd.h>

#include <linux/virtio_net.h>
#include <rte_byteorder.h>
#include <rte_mempool.h>

#include "dataplane/offload.h"
#include "vhost/vhost_ring_look.h"

#define AHEAD       2   /* packets: while one is copied, those behind it are on their way */
#define COPY_INLINE 256 /* bytes; more are the C library's to copy, which knows this processor */

/* In steps of 16, the last of which overlaps: neither side is touched beyond its end. */
static __rte_always_inline void copy(uint8_t *to, const uint8_t *from, uint32_t n)
{
	if (unlikely(n < 16) || n > COPY_INLINE) {
		memcpy(to, from, n);
		return;
	}
	for (uint32_t i = 0; i < n - 16; i += 16)
		memcpy(to + i, from + i, 16);
	memcpy(to + n - 16, from + n - 16, 16);
}

/* The lines of a long packet beyond those that look() asked for. */
static __rte_always_inline void fetch_rest(const struct chunk *chunk)
{
	for (uint32_t i = 2 * RTE_CACHE_LINE_SIZE; i < chunk->len; i += RTE_CACHE_LINE_SIZE)
		rte_prefetch0(chunk->at + i);
}

/* Buffers as they come from the pool, without what rte_pktmbuf_reset does once more. */
static __rte_always_inline void set_up(struct rte_mbuf *m, uint32_t len)
{
	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->port = RTE_MBUF_PORT_INVALID;
	m->ol_flags = 0;
	m->packet_type = 0;
	m->vlan_tci = 0;
	m->data_len = (uint16_t)len;
	m->pkt_len = len;
}

/* A guest's packet; false: it is odd. */
static __rte_always_inline bool copy_in(const struct vhost_ring *ring, const struct chunk *chunk,
					struct rte_mbuf *m)
{
	const uint32_t len = chunk->len - ring->header;
	struct virtio_net_hdr hdr;

	memcpy(&hdr, chunk->at, sizeof(hdr)); /* once */
	if (unlikely(hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE))
		return false;
	set_up(m, len);
	copy(rte_pktmbuf_mtod(m, uint8_t *), chunk->at + ring->header, len);
	if (unlikely(hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && ring->takes_csum)
		offload_mark(m, hdr.csum_start, hdr.csum_offset);
	return true;
}

/* Does the guest want to be called for one of the n buffers that were used since it was last
 * asked? */
static bool wants_call_packed(const struct vhost_ring *ring, uint16_t n)
{
	uint16_t flags = ONCE(ring->event->flags), event, place;

	if (flags != VRING_PACKED_EVENT_FLAG_DESC || !ring->has_event)
		return flags != VRING_PACKED_EVENT_FLAG_DISABLE;
	event = ONCE(ring->event->off_wrap);
	place = event & ~(1u << VRING_PACKED_EVENT_F_WRAP_CTR);
	/* In the lap before ours, unless the guest says otherwise. */
	if (event >> VRING_PACKED_EVENT_F_WRAP_CTR != ring->lap)
		place -= ring->size;
	return (uint16_t)(ring->at - place - 1) < n;
}

static bool wants_call_split(const struct vhost_ring *ring, uint16_t n)
{
	if (!ring->has_event)
		return !(ONCE(ring->avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
	return (uint16_t)(ring->at - ONCE(ring->avail->ring[ring->size]) - 1) < n;
}

static void call(struct vhost_ring *ring, uint16_t n)
{
	/* What it sees used, or what it asks for: one of the two has to see the other. */
	atomic_thread_fence(memory_order_seq_cst);
	if (likely(ring->told) &&
	    !(ring->is_packed ? wants_call_packed(ring, n) : wants_call_split(ring, n)))
		return;
	ring->told = true;
	if (ring->call_fd >= 0)
		eventfd_write(ring->call_fd, 1);
}

static __rte_always_inline uint16_t look(struct vhost_ring *ring, struct chunk *chunks,
					 uint16_t max, bool packed, bool to_write, bool *odd)
{
	return packed ? look_packed(ring, chunks, max, to_write, odd)
		      : look_split(ring, chunks, max, to_write, odd);
}

static __rte_always_inline void done(struct vhost_ring *ring, const struct chunk *chunks,
				     uint16_t n, bool packed, bool to_write)
{
	if (packed)
		done_packed(ring, chunks, n, to_write);
	else
		done_split(ring, chunks, n, to_write);
}

static __rte_always_inline uint16_t take(struct vhost_ring *ring, struct rte_mempool *pool,
					 struct rte_mbuf **pkts, uint16_t max, bool packed,
					 bool *odd)
{
	const uint32_t room = rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
	struct chunk chunks[VHOST_RING_BURST];
	uint16_t n = look(ring, chunks, max, packed, false, odd), taken = 0;

	if (n == 0 || rte_mempool_get_bulk(pool, (void **)pkts, n))
		return 0;
	for (; taken < n; taken++) {
		if (taken + AHEAD < n)
			fetch_rest(&chunks[taken + AHEAD]);
		if (unlikely(chunks[taken].len - ring->header > room) ||
		    unlikely(!copy_in(ring, &chunks[taken], pkts[taken]))) {
			*odd = true;
			rte_mempool_put_bulk(pool, (void **)(pkts + taken), n - taken);
			break;
		}
	}
	if (taken)
		done(ring, chunks, taken, packed, false);
	return taken;
}

static __rte_always_inline uint16_t take_both(struct vhost_ring *ring, struct rte_mempool *pool,
					      struct rte_mbuf **pkts, uint16_t max, bool packed,
					      bool *odd)
{
	uint16_t n = take(ring, pool, pkts, max, packed, odd);

	if (packed && unlikely(n && ring->at == 0 && n < max && !*odd))
		n += take(ring, pool, pkts + n, max - n, packed, odd);
	return n;
}

/* In a giant's stead a packet of zeros, as long as a buffer holds: nobody can have sent it, so that
 * it is dropped, and counted. */
static uint16_t take_giant(struct vhost_ring *ring, struct rte_mempool *pool,
			   struct rte_mbuf **pkts)
{
	const uint32_t room = rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM;
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	if (!m || !vhost_ring_skip_giant(ring)) {
		rte_pktmbuf_free(m);
		return 0;
	}
	memset(rte_pktmbuf_append(m, (uint16_t)room), 0, room);
	pkts[0] = m;
	return 1;
}

uint16_t vhost_ring_take(struct vhost_ring *ring, struct rte_mempool *pool, struct rte_mbuf **pkts,
			 uint16_t max, bool *odd)
{
	uint16_t n;

	*odd = false;
	max = RTE_MIN(max, VHOST_RING_BURST);
	n = ring->is_packed ? take_both(ring, pool, pkts, max, true, odd)
			    : take_both(ring, pool, pkts, max, false, odd);
	if (unlikely(*odd && n == 0)) {
		n = take_giant(ring, pool, pkts);
		*odd = n == 0;
	}
	if (n)
		call(ring, n);
	return n;
}

/* What a guest is told of a packet: nothing but where its checksum is missing. */
static __rte_always_inline void put_header(const struct vhost_ring *ring, uint8_t *at,
					   const struct rte_mbuf *m)
{
	struct virtio_net_hdr_mrg_rxbuf header = {.num_buffers = 1};

	if (unlikely(m->ol_flags & RTE_MBUF_F_TX_L4_MASK)) {
		header.hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		header.hdr.csum_start = m->l2_len + m->l3_len;
		header.hdr.csum_offset =
			(m->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_TCP_CKSUM ? 16 : 6;
	}
	if (likely(ring->header == sizeof(header)))
		memcpy(at, &header, sizeof(header));
	else
		memcpy(at, &header, sizeof(header.hdr));
}

static __rte_always_inline uint16_t give(struct vhost_ring *ring, struct rte_mbuf *const *pkts,
					 uint16_t n, bool packed, bool *odd)
{
	struct chunk chunks[VHOST_RING_BURST];
	uint16_t given = 0;

	n = look(ring, chunks, n, packed, true, odd);
	for (; given < n; given++) {
		struct rte_mbuf *m = pkts[given];
		struct chunk *chunk = &chunks[given];

		if (unlikely(m->nb_segs > 1 || m->pkt_len > chunk->len - ring->header ||
			     m->ol_flags & RTE_MBUF_F_TX_TCP_SEG)) {
			*odd = true;
			break;
		}
		put_header(ring, chunk->at, m);
		copy(chunk->at + ring->header, rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len);
		chunk->len = ring->header + m->pkt_len;
	}
	if (given)
		done(ring, chunks, given, packed, true);
	return given;
}

static __rte_always_inline uint16_t give_both(struct vhost_ring *ring, struct rte_mbuf *const *pkts,
					      uint16_t n, bool packed, bool *odd)
{
	uint16_t given = give(ring, pkts, n, packed, odd);

	if (packed && unlikely(given && ring->at == 0 && given < n && !*odd))
		given += give(ring, pkts + given, n - given, packed, odd);
	return given;
}

uint16_t vhost_ring_give(struct vhost_ring *ring, struct rte_mbuf *const *pkts, uint16_t n,
			 bool *odd)
{
	uint16_t given;

	*odd = false;
	n = RTE_MIN(n, VHOST_RING_BURST);
	given = ring->is_packed ? give_both(ring, pkts, n, true, odd)
				: give_both(ring, pkts, n, false, odd);
	if (given)
		call(ring, given);
	return given;
}
