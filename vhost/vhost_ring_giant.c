// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets that are longer than any packet can be. The library copies as much as
 * a chain of descriptors says, into as many buffers as that takes: a guest that
 * says it of all its memory, again and again, would have all of weft's buffers
 * and the worker's time.
 *
 * A guest that makes a chain longer after it was measured, and before the
 * library looks at it, still has its way; once for each time that it hits that
 * moment.
 */
#include "vhost/vhost_ring_look.h"

#define LONGEST  (14u + 2 * 4 + 65535) /* Ethernet, two tags, IP */
#define PIECES   256                   /* the library takes no longer chains */
#define LEADS_ON VRING_DESC_F_NEXT

struct chain {
	uint64_t bytes;
	uint16_t id;
	uint16_t n; /* descriptors of a packed ring */
};

/* Of either kind: their lengths are in one place. A guest may have its table at any address, odd
 * ones included. */
static uint64_t table_bytes(const struct vhost_ring *ring, uint64_t address, uint32_t len)
{
	const uint8_t *table = vhost_map_find(ring->map, address, len);
	uint32_t n = len / sizeof(struct vring_desc);
	uint64_t bytes = 0;

	for (uint32_t i = 0; table && i < RTE_MIN(n, PIECES); i++) {
		uint32_t piece;

		memcpy(&piece,
		       table + i * sizeof(struct vring_desc) + offsetof(struct vring_desc, len),
		       sizeof(piece));
		bytes += piece;
	}
	return bytes;
}

static bool measure_split(const struct vhost_ring *ring, struct chain *chain)
{
	uint16_t mask = ring->size - 1, at, there;

	there = (uint16_t)(__atomic_load_n(&ring->avail->idx, __ATOMIC_ACQUIRE) - ring->at);
	if (there == 0 || there > ring->size)
		return false;
	chain->id = at = ONCE(ring->avail->ring[ring->at & mask]);
	for (chain->n = 1; chain->n <= PIECES && at < ring->size; chain->n++) {
		const struct vring_desc *desc = &ring->split[at];
		uint16_t flags = ONCE(desc->flags);

		chain->bytes += flags & VRING_DESC_F_INDIRECT
					? table_bytes(ring, ONCE(desc->addr), ONCE(desc->len))
					: ONCE(desc->len);
		if (!(flags & LEADS_ON))
			return true;
		at = ONCE(desc->next);
	}
	return false;
}

static bool measure_packed(const struct vhost_ring *ring, struct chain *chain)
{
	uint32_t at = ring->at;

	for (chain->n = 1; chain->n <= RTE_MIN(PIECES, ring->size); chain->n++, at++) {
		const struct vring_packed_desc *desc = &ring->packed[at % ring->size];
		uint16_t flags = ONCE(desc->flags);

		chain->bytes += flags & VRING_DESC_F_INDIRECT
					? table_bytes(ring, ONCE(desc->addr), ONCE(desc->len))
					: ONCE(desc->len);
		chain->id = ONCE(desc->id);
		if (!(flags & LEADS_ON))
			return true;
	}
	return false;
}

static void skip_packed(struct vhost_ring *ring, const struct chain *chain)
{
	struct chunk chunk = {.id = chain->id};

	mark(&ring->packed[ring->at], &chunk, ring->lap ? PACKED_AVAIL | PACKED_USED : 0);
	ring->at += chain->n;
	if (ring->at >= ring->size) {
		ring->at -= ring->size;
		ring->lap = !ring->lap;
	}
}

bool vhost_ring_skip_giant(struct vhost_ring *ring)
{
	struct chain chain = {0};
	struct chunk chunk;

	if (!(ring->is_packed ? measure_packed(ring, &chain) : measure_split(ring, &chain)) ||
	    chain.bytes <= LONGEST + ring->header)
		return false;
	chunk = (struct chunk){.id = chain.id};
	if (ring->is_packed)
		skip_packed(ring, &chain);
	else
		done_split(ring, &chunk, 1, false);
	return true;
}
