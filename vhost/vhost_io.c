// SPDX-License-Identifier: BSD-3-Clause
/* What workers do with a guest's rings. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_vhost.h>

#include "dataplane/offload.h"
#include "vhost/vhost_port.h"
#include "vhost/vhost_rings.h"

#define ONE_BUFFER 1518 /* the longest frame of MTU 1500, with a VLAN tag */

static int device_of(struct vhost_port *vp)
{
	if (unlikely(vp->late) && atomic_load_explicit(&vp->is_paused, memory_order_acquire))
		return VHOST_NO_DEVICE;
	return atomic_load_explicit(&vp->vid, memory_order_acquire);
}

static uint16_t take_stash(struct vhost_queue *q, struct rte_mbuf **pkts, uint16_t max)
{
	uint16_t n = RTE_MIN(max, q->n_stash);

	for (uint16_t i = 0; i < n; i++)
		pkts[i] = q->stash[q->stash_at + i];
	q->stash_at += n;
	q->n_stash -= n;
	return n;
}

/* What the guest says of each packet is rewritten as port.h wants it, as far as it is true. */
static uint16_t take_packets(struct vhost_port *vp, int vid, uint16_t ring, struct rte_mbuf **pkts,
			     uint16_t max)
{
	uint32_t max_frame;
	uint16_t n;

	vhost_bus_watch(true);
	n = rte_vhost_dequeue_burst(vid, ring, vp->pool, pkts, max);
	vhost_bus_watch(false);
	if (!vp->offers)
		return n;
	max_frame = atomic_load_explicit(&vp->port.max_frame, memory_order_relaxed);
	for (uint16_t i = 0; i < n; i++) {
		if (unlikely(pkts[i]->ol_flags))
			offload_from_guest(pkts[i], vp->offers & PORT_CAN_TSO, max_frame);
		else if (unlikely(offload_is_odd(pkts[i])))
			offload_guess(pkts[i]);
	}
	return n;
}

/* Has the ring locked and ours; false: it is the library's. */
static bool enter(struct vhost_port *vp, int vid, uint16_t index)
{
	struct vhost_ring *ring = &vp->rings[index];

	if (likely(ring->is_ours) || vhost_ring_adopt(vp, vid, index)) {
		vhost_bus_watch(true);
		return true;
	}
	vhost_ring_unlock(ring);
	return false;
}

static void leave(struct vhost_ring *ring)
{
	vhost_bus_watch(false);
	vhost_ring_unlock(ring);
}

/* Takes packets by our own loop; false, and none: the library has to be asked. */
static bool take_plain(struct vhost_port *vp, int vid, uint16_t index, struct rte_mbuf **pkts,
		       uint16_t max, uint16_t *n)
{
	struct vhost_ring *ring = &vp->rings[index];
	bool odd;

	*n = 0;
	if (unlikely(!vhost_ring_trylock(ring)))
		return true; /* a message is being dealt with */
	if (unlikely(!enter(vp, vid, index)))
		return false;
	*n = vhost_ring_take(ring, vp->pool, pkts, max, &odd);
	leave(ring);
	if (likely(*n || !odd))
		return true;
	vhost_ring_return(vp, vid, index);
	return false;
}

static uint16_t take_announcement(struct vhost_port *vp, int vid, uint16_t index,
				  struct rte_mbuf **pkts, uint16_t max)
{
	uint16_t n;

	vhost_ring_return(vp, vid, index);
	n = take_packets(vp, vid, index, pkts, max);
	if (n)
		atomic_store_explicit(&vp->has_announce, false, memory_order_relaxed);
	return n;
}

static uint16_t vhost_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	struct vhost_port *vp = vhost_of(port);
	struct vhost_queue *q = &vp->queues[queue];
	uint16_t ring = VHOST_RING_RX(queue), n;
	int vid = device_of(vp);

	if (unlikely(vp->late))
		vhost_late_look(vp);
	if (unlikely(q->n_stash))
		return take_stash(q, pkts, max);
	if (unlikely(vid < 0) || !atomic_load_explicit(&vp->ring_on[ring], memory_order_relaxed))
		return 0;
	if (unlikely(atomic_load_explicit(&vp->has_announce, memory_order_relaxed)))
		return take_announcement(vp, vid, ring, pkts, max);
	if (likely(take_plain(vp, vid, ring, pkts, max, &n)))
		return n;
	return take_packets(vp, vid, ring, pkts, max);
}

/* A guest may use fewer queues than the port has: the others' packets go to its first. */
static uint16_t tx_ring(struct vhost_port *vp, uint16_t queue)
{
	uint16_t ring = VHOST_RING_TX(queue);

	return atomic_load_explicit(&vp->ring_on[ring], memory_order_relaxed) ? ring : 0;
}

/*
 * The library writes the pseudo header's sum of an unfinished packet anew before it copies the
 * packet to the guest: into data that others may share, without the length where the packet is
 * large (then a guest that passes it on sends nonsense), and wrong behind IPv6 extension headers.
 * It leaves packets alone whose first segment does not hold all headers.
 */
static bool hurts(const struct rte_mbuf *m)
{
	return m->ol_flags & RTE_MBUF_F_TX_TCP_SEG || rte_mbuf_refcnt_read(m) > 1 ||
	       (m->ol_flags & RTE_MBUF_F_TX_IPV6 && m->l3_len != sizeof(struct rte_ipv6_hdr));
}

/* The same packet with just its Ethernet addresses and type in the first segment; NULL: no buffers,
 * and m is as it was. */
static struct rte_mbuf *split_head(struct rte_mbuf *m, struct rte_mempool *pool)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(pool), *rest = m;

	if (head && rte_mbuf_refcnt_read(m) > 1)
		rest = rte_pktmbuf_clone(m, pool);
	if (!head || !rest) {
		rte_pktmbuf_free(head);
		return NULL;
	}
	memcpy(rte_pktmbuf_append(head, RTE_ETHER_HDR_LEN), rte_pktmbuf_mtod(m, void *),
	       RTE_ETHER_HDR_LEN);
	head->ol_flags |= m->ol_flags & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG |
					 RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6);
	head->tx_offload = m->tx_offload;
	if (rest != m)
		rte_pktmbuf_free(m);
	rte_pktmbuf_adj(rest, RTE_ETHER_HDR_LEN);
	rte_pktmbuf_chain(head, rest);
	return head;
}

/* Makes the first packets of pkts fit to be given to the library; returns how many. */
static uint16_t prepare(struct vhost_port *vp, struct rte_mbuf **pkts, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = pkts[i];

		if (likely(!(m->ol_flags & RTE_MBUF_F_TX_L4_MASK)) || !hurts(m))
			continue;
		m = split_head(m, vp->pool);
		if (!m)
			return i;
		pkts[i] = m;
	}
	return n;
}

static void count(atomic_ulong *counter, uint16_t n)
{
	/* One writer at a time: the queue's senders are serialised. */
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static uint16_t give_packets(int vid, uint16_t ring, struct rte_mbuf **pkts, uint16_t n)
{
	vhost_bus_watch(true);
	n = rte_vhost_enqueue_burst(vid, ring, pkts, n);
	vhost_bus_watch(false);
	return n;
}

static int ask_for_kicks(int vid, uint16_t ring, bool on)
{
	int rc;

	vhost_bus_watch(true);
	rc = rte_vhost_enable_guest_notification(vid, ring, on);
	vhost_bus_watch(false);
	return rc;
}

static bool has_buffers(int vid, uint16_t ring)
{
	bool has;

	vhost_bus_watch(true);
	has = rte_vhost_avail_entries(vid, ring) > 0;
	vhost_bus_watch(false);
	return has;
}

/* A driver without mergeable buffers has one for each packet, of at least ONE_BUFFER bytes; one
 * that takes large TCP has long ones. */
static bool is_too_long(struct vhost_port *vp, int vid, uint16_t ring, const struct rte_mbuf *m)
{
	uint64_t features = atomic_load_explicit(&vp->features, memory_order_relaxed);

	if (m->pkt_len <= ONE_BUFFER || features & 1ULL << VIRTIO_NET_F_MRG_RXBUF ||
	    features & 1ULL << VIRTIO_NET_F_GUEST_TSO4)
		return false;
	/* The library counts the buffers of split rings only. */
	return features & 1ULL << VIRTIO_F_RING_PACKED || has_buffers(vid, ring);
}

/* What the guest cannot take is not to stand in the way of what follows: it goes to the end, which
 * leaves the others in order. */
static void move_last(struct rte_mbuf **pkts, uint16_t n)
{
	struct rte_mbuf *first = pkts[0];

	for (uint16_t i = 1; i < n; i++)
		pkts[i - 1] = pkts[i];
	pkts[n - 1] = first;
}

/* Sends by our own loop; false: the library has to be asked for the rest. */
static bool give_plain(struct vhost_port *vp, int vid, uint16_t index, struct rte_mbuf **pkts,
		       uint16_t n, uint16_t *sent)
{
	struct vhost_ring *ring = &vp->rings[index];
	bool odd = false;

	*sent = 0;
	vhost_ring_lock(ring);
	if (unlikely(!enter(vp, vid, index)))
		return false;
	while (*sent < n) {
		uint16_t done = vhost_ring_give(ring, pkts + *sent, n - *sent, &odd);

		*sent += done;
		if (done == 0 || odd)
			break;
	}
	leave(ring);
	if (unlikely(odd))
		vhost_ring_return(vp, vid, index);
	return likely(!odd);
}

/* Sends from *sent on; returns where the packets begin that the guest has no room for at all. */
static uint16_t give_any(struct vhost_port *vp, int vid, uint16_t ring, struct rte_mbuf **pkts,
			 uint16_t n, uint16_t *sent)
{
	uint16_t end = n;

	while (*sent < end) {
		uint16_t want = prepare(vp, pkts + *sent, RTE_MIN(end - *sent, VHOST_BURST));
		uint16_t done = give_packets(vid, ring, pkts + *sent, want);

		*sent += done;
		if (likely(want && done == want))
			continue;
		if (!want || !is_too_long(vp, vid, ring, pkts[*sent]))
			break;
		move_last(pkts + *sent, end - *sent);
		end--;
	}
	return end;
}

/* Whole packets of one pool, nearly always: then only their first cache lines are looked at. */
static void free_all(struct rte_mempool *pool, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t n_plain = 0;

	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = pkts[i];

		if (likely(m->pool == pool && rte_mbuf_refcnt_read(m) == 1 && m->nb_segs == 1 &&
			   RTE_MBUF_DIRECT(m)))
			pkts[n_plain++] = m;
		else
			rte_pktmbuf_free(m);
	}
	if (likely(n_plain))
		rte_mempool_put_bulk(pool, (void **)pkts, n_plain);
}

uint16_t vhost_give(struct vhost_port *vp, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct vhost_queue *q = &vp->queues[queue];
	uint16_t sent = 0, end = n, ring;
	int vid = device_of(vp);

	if (unlikely(vid < 0) || !atomic_load_explicit(&vp->ring_on[0], memory_order_relaxed))
		return 0;
	ring = tx_ring(vp, queue);
	if (unlikely(!give_plain(vp, vid, ring, pkts, n, &sent)))
		end = give_any(vp, vid, ring, pkts, n, &sent);
	count(&q->n_taken, sent);
	if (unlikely(sent < n)) {
		count(&q->n_too_long, n - end);
		count(&q->n_refused, end - sent);
	}
	/* They were copied into the guest's memory. */
	free_all(vp->pool, pkts, sent);
	return sent;
}

static uint16_t vhost_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct vhost_port *vp = vhost_of(port);

	return likely(!vp->late) ? vhost_give(vp, queue, pkts, n)
				 : vhost_late_tx(vp, queue, pkts, n);
}

/* Asks for a kick, then looks once more: what came before the guest could see the request would
 * wake nobody. Taking the packets is the only look that is right for split and packed rings alike
 * (rte_vhost_rx_queue_count reads split rings only). It gives up when the event thread has the
 * ring's lock; asking for the kick waits for that lock, so a second round settles it. 0: nothing,
 * -EAGAIN: packets; -ENOTSUP: it could not ask, for the ring's place in memory is not known now. */
static int look_once_more(struct vhost_port *vp, struct vhost_queue *q, int vid, uint16_t ring)
{
	vhost_ring_return(vp, vid, ring);
	for (int round = 0; round < 2; round++) {
		if (ask_for_kicks(vid, ring, true) < 0)
			return -ENOTSUP;
		atomic_thread_fence(memory_order_seq_cst);
		q->stash_at = 0;
		q->n_stash = take_packets(vp, vid, ring, q->stash, VHOST_BURST);
		if (q->n_stash)
			return -EAGAIN;
	}
	return 0;
}

static int vhost_sleep(struct port *port, uint16_t queue)
{
	struct vhost_port *vp = vhost_of(port);
	struct vhost_queue *q = &vp->queues[queue];
	uint16_t ring = VHOST_RING_RX(queue);
	int vid = device_of(vp), rc;

	if (q->n_stash)
		return -EAGAIN;
	if (vid < 0 || !atomic_load_explicit(&vp->ring_on[ring], memory_order_acquire))
		return -ENODEV;
	if (!atomic_load_explicit(&q->can_sleep, memory_order_acquire))
		return -ENOTSUP;
	rc = look_once_more(vp, q, vid, ring);
	if (rc == -EAGAIN)
		ask_for_kicks(vid, ring, false);
	return rc < 0 ? rc : q->kick_fd;
}

static void vhost_wake(struct port *port, uint16_t queue)
{
	struct vhost_port *vp = vhost_of(port);
	struct vhost_queue *q = &vp->queues[queue];
	struct iovec count = {.iov_base = &(uint64_t){0}, .iov_len = sizeof(uint64_t)};
	int vid = device_of(vp);

	if (vid >= 0)
		ask_for_kicks(vid, VHOST_RING_RX(queue), false);
	/* The descriptor is the peer's and may be anything, with any flags: a plain read could
	 * block for ever. What cannot be drained without blocking cannot be slept on. */
	if (preadv2(q->kick_fd, &count, 1, -1, RWF_NOWAIT) < 0 && errno != EAGAIN && errno != EINTR)
		atomic_store_explicit(&q->can_sleep, false, memory_order_release);
}

const struct port_ops vhost_ops = {
	.rx = vhost_rx,
	.tx = vhost_tx,
	.sleep = vhost_sleep,
	.wake = vhost_wake,
};
