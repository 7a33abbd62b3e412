// SPDX-License-Identifier: BSD-3-Clause
/*
 * Queues of the kernel that speak with a virtio-net header before each frame
 * (tap, AF_PACKET): reading frames straight into mbufs, with room for a
 * sender's unsegmented 64 kB, and what the header says about checksums and
 * segments, both ways.
 *
 * A queue is made and freed by control. Reading belongs to the worker that
 * polls it; writing uses nothing of it but the descriptor.
 */
#ifndef WEFT_DATAPLANE_VNET_H
#define WEFT_DATAPLANE_VNET_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include <linux/virtio_net.h>
#include <rte_mbuf.h>

#include "dataplane/gso.h"
#include "dataplane/port.h"

#define VNET_LARGE   (65536 + 256)   /* bytes of the largest frame a kernel hands over */
#define VNET_SEGS    34              /* buffers that hold it */
#define VNET_IOV_MAX (1 + VNET_SEGS) /* with the header */
#define VNET_TX_SEGS 64              /* segments of a packet that is written */

/* Where the next frame goes. */
struct vnet_slot {
	struct virtio_net_hdr hdr;
	struct rte_mbuf *segs[VNET_SEGS]; /* empty, all their room is in iov */
	uint16_t n_segs, n_taken;         /* those there are; the first that a frame took away */
	uint32_t room;                    /* bytes in all of them */
	struct iovec iov[VNET_IOV_MAX];   /* the header, then a segment each */
	uint16_t n_iov;
	uint32_t len, tag; /* of a frame that was read but not yet taken */
};

struct vnet_queue {
	/* Fixed: the sending worker reads it too. */
	int fd;
	uint16_t n_slots;
	bool is_large; /* frames beyond the MTU can come, from senders that leave cutting to us */
	struct rte_mempool *pool;
	const struct port *port;
	/* The polling worker's, in cache lines of its own. */
	alignas(RTE_CACHE_LINE_SIZE) bool is_gone; /* its device has vanished: nothing will arrive
						    */
	uint16_t next_slot, n_read; /* frames read but not yet looked at: AF_PACKET */
	struct rte_mbuf *large;     /* being cut, the rest not yet handed on; or NULL */
	struct gso_cut cut;
	struct vnet_slot slots[];
};

/* A queue that owns fd from here on. NULL with errno (then fd stays the caller's). Control. */
struct vnet_queue *vnet_queue_create(int fd, uint16_t n_slots, bool is_large,
				     const struct port *port, struct rte_mempool *pool);
/* Closes the descriptor. NULL is legal. Control, when no worker knows it. */
void vnet_queue_destroy(struct vnet_queue *q);

/* Has the slot ready for a frame; false: no packet buffers now. */
bool vnet_slot_fill(struct vnet_queue *q, struct vnet_slot *slot);

/* A frame of len bytes (without the header) lies in the slot. tag is a VLAN tag that the kernel
 * took off (TPID << 16 | TCI), 0 for none. Returns the packet; NULL: it has to be cut, and its
 * parts come from vnet_parts. What the port's caps allow goes on unfinished, with marks as port.h
 * wants them. */
struct rte_mbuf *vnet_slot_take(struct vnet_queue *q, struct vnet_slot *slot, uint32_t len,
				uint32_t tag);

/* Hands on up to max waiting parts; returns how many. */
uint16_t vnet_parts(struct vnet_queue *q, struct rte_mbuf **pkts, uint16_t max);

/* Are there frames or parts that a worker has not yet got? */
static inline bool vnet_is_waiting(const struct vnet_queue *q)
{
	return q->large || q->next_slot < q->n_read;
}

/* The header to send before m. */
void vnet_tx_hdr(const struct rte_mbuf *m, struct virtio_net_hdr *hdr);
/* Header and segments of m as an iovec; returns its length, 0: m has more than max - 1 segments. */
uint16_t vnet_tx_iov(struct rte_mbuf *m, struct virtio_net_hdr *hdr, struct iovec *iov,
		     uint16_t max);

#endif
