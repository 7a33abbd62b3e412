// SPDX-License-Identifier: BSD-3-Clause
/*
 * The two kinds of rings: which buffers a guest has made available, and telling it that they are
 * used. In line, for vhost_ring.c and vhost_ring_giant.c.
 */
#ifndef WEFT_VHOST_VHOST_RING_LOOK_H
#define WEFT_VHOST_VHOST_RING_LOOK_H

#include <rte_prefetch.h>

#include "vhost/vhost_ring.h"

#define PACKED_AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define PACKED_USED  (1u << VRING_PACKED_DESC_F_USED)

/* A buffer of a guest. */
struct chunk {
	uint8_t *at;
	uint32_t len;
	uint16_t id;
};

/* A ring's place is read by the guest or the device alone, so a field may change at any time. */
#define ONCE(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)

/* Has a line fetched to be written: it need not be asked for twice. */
static __rte_always_inline void fetch_to_write(const void *at)
{
#ifdef RTE_ARCH_X86_64
	asm volatile("prefetchw %0" : : "m"(*(const char *)at));
#else
	__builtin_prefetch(at, 1);
#endif
}

/* Two lines, with the header and the headers of a packet, are on their way before they are looked
 * at. */
static __rte_always_inline void fetch(const uint8_t *at, bool to_write)
{
	if (to_write) {
		fetch_to_write(at);
		fetch_to_write(at + RTE_CACHE_LINE_SIZE);
	} else {
		rte_prefetch0(at);
		rte_prefetch0(at + RTE_CACHE_LINE_SIZE);
	}
}

/* Notes a buffer of the right kind; false: it is odd. */
static __rte_always_inline bool note(const struct vhost_ring *ring, struct chunk *chunk,
				     uint64_t address, uint32_t len, uint16_t flags, bool to_write)
{
	const uint16_t kind = VRING_DESC_F_NEXT | VRING_DESC_F_WRITE | VRING_DESC_F_INDIRECT;

	if (unlikely((flags & kind) != (to_write ? VRING_DESC_F_WRITE : 0) || len <= ring->header))
		return false;
	chunk->at = vhost_map_find(ring->map, address, len);
	chunk->len = len;
	if (unlikely(!chunk->at))
		return false;
	fetch(chunk->at, to_write);
	return true;
}

static __rte_always_inline uint16_t look_packed(const struct vhost_ring *ring, struct chunk *chunks,
						uint16_t max, bool to_write, bool *odd)
{
	const uint16_t wanted = ring->lap ? PACKED_AVAIL : PACKED_USED;
	uint16_t n = 0;

	/* No further than the end of the ring: the next call goes on at its beginning. */
	max = RTE_MIN(max, (uint16_t)(ring->size - ring->at));
	for (; n < max; n++) {
		struct vring_packed_desc *desc = &ring->packed[ring->at + n];
		uint16_t flags = __atomic_load_n(&desc->flags, __ATOMIC_ACQUIRE);

		if ((flags & (PACKED_AVAIL | PACKED_USED)) != wanted)
			break;
		chunks[n].id = ONCE(desc->id);
		if (unlikely(!note(ring, &chunks[n], ONCE(desc->addr), ONCE(desc->len), flags,
				   to_write))) {
			*odd = true;
			break;
		}
	}
	return n;
}

/* All in one store: who is killed between two would leave a buffer that has become short. */
static __rte_always_inline void mark(struct vring_packed_desc *desc, const struct chunk *chunk,
				     uint16_t flags)
{
	typedef uint64_t __attribute__((may_alias)) half;

	__atomic_store_n((half *)&desc->len, chunk->len | (half)chunk->id << 32 | (half)flags << 48,
			 __ATOMIC_RELEASE);
}

/* From the last to the first: what the guest polls for comes when all is there. */
static __rte_always_inline void done_packed(struct vhost_ring *ring, const struct chunk *chunks,
					    uint16_t n, bool to_write)
{
	const uint16_t flags =
		(ring->lap ? PACKED_AVAIL | PACKED_USED : 0) | (to_write ? VRING_DESC_F_WRITE : 0);

	for (int i = n - 1; i >= 0; i--)
		mark(&ring->packed[ring->at + i], &chunks[i], flags);
	ring->at += n;
	if (unlikely(ring->at == ring->size)) {
		ring->at = 0;
		ring->lap = !ring->lap;
	}
}

static __rte_always_inline uint16_t look_split(const struct vhost_ring *ring, struct chunk *chunks,
					       uint16_t max, bool to_write, bool *odd)
{
	uint16_t mask = ring->size - 1, n = 0, there;

	there = (uint16_t)(__atomic_load_n(&ring->avail->idx, __ATOMIC_ACQUIRE) - ring->at);
	if (unlikely(there > ring->size)) {
		*odd = true; /* nonsense */
		return 0;
	}
	max = RTE_MIN(max, there);
	for (; n < max; n++) {
		uint16_t id = ONCE(ring->avail->ring[(ring->at + n) & mask]);
		struct vring_desc *desc = &ring->split[id & mask];

		chunks[n].id = id;
		if (unlikely(id >= ring->size ||
			     !note(ring, &chunks[n], ONCE(desc->addr), ONCE(desc->len),
				   ONCE(desc->flags), to_write))) {
			*odd = true;
			break;
		}
	}
	return n;
}

static __rte_always_inline void done_split(struct vhost_ring *ring, const struct chunk *chunks,
					   uint16_t n, bool to_write)
{
	uint16_t mask = ring->size - 1;

	for (int i = 0; i < n; i++) {
		struct vring_used_elem *elem = &ring->used->ring[(ring->at + i) & mask];

		elem->id = chunks[i].id;
		elem->len = to_write ? chunks[i].len : 0;
	}
	ring->at += n;
	__atomic_store_n(&ring->used->idx, ring->at, __ATOMIC_RELEASE);
}

#endif
