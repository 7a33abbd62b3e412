// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest's ring, driven by our own loop: packets that lie in one buffer each, which is nearly all
 * of them, cost less here than in the library (docs/decisions/008). What is odd is left to the
 * library: chains and tables of descriptors, packets to be cut, a migration that logs what is
 * written, an IOMMU.
 *
 * A ring's positions are the library's until a worker adopts it, and ours until it is given back;
 * nothing is in flight between two calls, on either side. The event thread closes a port's rings
 * before the library acts on a message, and opens them when it has done: memory and rings stay as
 * they are while a ring is open. A worker that finds it closed asks the library, as ever.
 *
 * Everything that a guest can write is read once, checked, and then used.
 */
#ifndef WEFT_VHOST_VHOST_RING_H
#define WEFT_VHOST_VHOST_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/virtio_ring.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include "vhost/vhost_wire.h"

#define VHOST_RING_BURST 32 /* packets at once */

/* Where a guest's memory is in ours. Written while all rings that use it are closed. */
struct vhost_map {
	uint32_t n;
	struct vhost_map_region {
		uint64_t guest, size;
		uint8_t *host;
	} regions[VHOST_WIRE_REGIONS_MAX];
};

struct vhost_ring {
	atomic_flag lock; /* held by whoever reads or writes what follows; for a burst at most */
	bool is_open;     /* a worker may adopt it; event thread */
	bool is_ours;     /* the library's positions are old ones */

	/* While it is ours. */
	bool is_packed, has_event;
	bool takes_csum; /* what the guest says of checksums is to be believed */
	uint8_t header;  /* bytes of struct virtio_net_hdr, with its number of buffers or not */
	uint16_t size;   /* a power of two, where it is split */
	uint16_t at;     /* packed: index of the next descriptor; split: buffers used, ever */
	bool lap;        /* packed: alternates each time around */
	bool told;       /* the guest was called since the ring began */
	int call_fd;     /* the library's, or -1 */
	union {
		struct vring_packed_desc *packed;
		struct vring_desc *split;
	};
	union {
		const struct vring_packed_desc_event *event;
		struct vring_avail *avail;
	};
	struct vring_used *used;
	const struct vhost_map *map;
} __rte_cache_aligned;

/* Takes up to max packets that a guest sent; fewer, and *odd, where what comes next is for the
 * library. Worker, with the ring ours and locked. */
uint16_t vhost_ring_take(struct vhost_ring *ring, struct rte_mempool *pool, struct rte_mbuf **pkts,
			 uint16_t max, bool *odd);
/* Copies the first packets of pkts to the guest, at most VHOST_RING_BURST; returns how many, or
 * fewer and *odd, as above. They stay the caller's. Worker, likewise. */
uint16_t vhost_ring_give(struct vhost_ring *ring, struct rte_mbuf *const *pkts, uint16_t n,
			 bool *odd);

/* Gives the next packet back unread where it is said to be longer than a packet can be. The guest
 * has made one available. Worker, likewise. */
bool vhost_ring_skip_giant(struct vhost_ring *ring);

static inline bool vhost_ring_trylock(struct vhost_ring *ring)
{
	return !atomic_flag_test_and_set_explicit(&ring->lock, memory_order_acquire);
}

static inline void vhost_ring_lock(struct vhost_ring *ring)
{
	while (!vhost_ring_trylock(ring))
		rte_pause();
}

static inline void vhost_ring_unlock(struct vhost_ring *ring)
{
	atomic_flag_clear_explicit(&ring->lock, memory_order_release);
}

/* So many bytes of a guest's memory, or NULL where they are not all in one region. */
static inline uint8_t *vhost_map_find(const struct vhost_map *map, uint64_t address, uint32_t len)
{
	for (uint32_t i = 0; i < map->n; i++) {
		const struct vhost_map_region *region = &map->regions[i];
		uint64_t offset = address - region->guest;

		if (likely(offset < region->size && len <= region->size - offset))
			return region->host + offset;
	}
	return NULL;
}

#endif
