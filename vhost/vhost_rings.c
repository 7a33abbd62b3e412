// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whose a port's rings are. The library calls these hooks with its own locks held, so a worker that
 * has one of ours never waits for one of those: it asks only what the library tells without.
 */
#include "vhost/vhost_rings.h"

#include <stdlib.h>
#include <string.h>

#include <linux/vhost_types.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <rte_vhost.h>

#define BIT(n) (1ULL << (n))
/* With these the library does more than move packets. */
#define FEATURES_ODD (BIT(VHOST_F_LOG_ALL) | BIT(VIRTIO_F_ACCESS_PLATFORM))
/* With one of these the header has a number of buffers. */
#define FEATURES_MRG (BIT(VIRTIO_NET_F_MRG_RXBUF) | BIT(VIRTIO_F_VERSION_1))

#define LAP          (1u << 15) /* in the library's positions of packed rings */

/* Tells the library where we are. With the ring locked. */
static void give_back(struct vhost_ring *ring, int vid, uint16_t index)
{
	uint16_t at = ring->at;

	if (!ring->is_ours)
		return;
	if (ring->is_packed && ring->lap)
		at |= LAP;
	rte_vhost_set_vring_base(vid, index, at, at);
	ring->is_ours = false;
}

bool vhost_ring_adopt(struct vhost_port *vp, int vid, uint16_t index)
{
	uint64_t features = atomic_load_explicit(&vp->features, memory_order_relaxed);
	struct vhost_ring *ring = &vp->rings[index];
	struct rte_vhost_vring vring;
	uint16_t at, used;

	if (!ring->is_open || rte_vhost_get_vhost_vring(vid, index, &vring) < 0 ||
	    rte_vhost_get_vring_base(vid, index, &at, &used) < 0 || at != used || !vring.size ||
	    !vring.desc || !vring.avail || !vring.used)
		return false;
	ring->is_packed = features & BIT(VIRTIO_F_RING_PACKED);
	if (!ring->is_packed && vring.size & (vring.size - 1))
		return false;
	ring->has_event = features & BIT(VIRTIO_RING_F_EVENT_IDX);
	ring->takes_csum = features & BIT(VIRTIO_NET_F_CSUM);
	ring->header = features & FEATURES_MRG ? sizeof(struct virtio_net_hdr_mrg_rxbuf)
					       : sizeof(struct virtio_net_hdr);
	ring->size = vring.size;
	ring->at = ring->is_packed ? at & (LAP - 1) : at;
	ring->lap = at & LAP;
	ring->call_fd = vring.callfd;
	ring->map = &vp->map;
	if (ring->is_packed) {
		ring->packed = vring.desc_packed;
		ring->event = vring.driver_event;
	} else {
		ring->split = vring.desc;
		ring->avail = vring.avail;
		ring->used = vring.used;
	}
	ring->is_ours = !ring->is_packed || ring->at < ring->size;
	return ring->is_ours;
}

void vhost_ring_return(struct vhost_port *vp, int vid, uint16_t index)
{
	struct vhost_ring *ring = &vp->rings[index];

	vhost_ring_lock(ring);
	give_back(ring, vid, index);
	vhost_ring_unlock(ring);
}

void vhost_ring_close(struct vhost_port *vp, int vid, uint16_t index)
{
	struct vhost_ring *ring = &vp->rings[index];

	vhost_ring_lock(ring);
	give_back(ring, vid, index);
	ring->is_open = false;
	vhost_ring_unlock(ring);
}

void vhost_ring_open(struct vhost_port *vp, uint16_t index, bool is_new)
{
	struct vhost_ring *ring = &vp->rings[index];

	vhost_ring_lock(ring);
	ring->is_open = vp->map.n > 0;
	if (is_new)
		ring->told = false;
	vhost_ring_unlock(ring);
}

void vhost_rings_close(struct vhost_port *vp, int vid)
{
	for (uint16_t i = 0; i < 2 * vp->n_queues; i++)
		vhost_ring_close(vp, vid, i);
	vp->map.n = 0;
}

static int larger_first(const void *a, const void *b)
{
	const struct vhost_map_region *x = a, *y = b;

	return (x->size < y->size) - (x->size > y->size);
}

/* Where the guest's memory is; nowhere, where the library has more to do than moving packets. */
static void learn_map(struct vhost_map *map, int vid)
{
	struct rte_vhost_memory *memory;
	uint64_t features;

	if (rte_vhost_get_negotiated_features(vid, &features) < 0 || features & FEATURES_ODD ||
	    rte_vhost_get_mem_table(vid, &memory) < 0)
		return;
	for (uint32_t i = 0; i < memory->nregions && i < VHOST_WIRE_REGIONS_MAX; i++)
		map->regions[map->n++] = (struct vhost_map_region){
			.guest = memory->regions[i].guest_phys_addr,
			.size = memory->regions[i].size,
			.host = (uint8_t *)(uintptr_t)memory->regions[i].host_user_addr,
		};
	free(memory);
	qsort(map->regions, map->n, sizeof(map->regions[0]), larger_first);
}

void vhost_rings_open(struct vhost_port *vp, int vid, int except)
{
	/* Asked for a table that it has not, the library would look where none is. */
	if (vp->has_memory)
		learn_map(&vp->map, vid);
	for (int i = 0; i < 2 * vp->n_queues; i++)
		if (i != except && atomic_load(&vp->ring_on[i]))
			vhost_ring_open(vp, (uint16_t)i, false);
}
