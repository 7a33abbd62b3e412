// SPDX-License-Identifier: BSD-3-Clause
#include "tests/guest/hostile/buffers.h"

#include <stdio.h>
#include <string.h>

#include "tests/guest/hostile/ring.h"

void buffers_init(struct buffers *b, struct front *front, unsigned ring)
{
	*b = (struct buffers){.front = front, .ring = ring};
}

unsigned buffers_out(const struct buffers *b)
{
	return b->given - b->returned;
}

void buffers_give(struct buffers *b, uint16_t number, uint64_t at, uint32_t length, uint64_t table)
{
	uint16_t flags = b->ring == RING_TO_GUEST ? WRITE : 0;
	struct link link = {at, length, flags, number}, indirect = {table, 16, INDIRECT, number};

	if (table) {
		ring_table(b->front, table, &link, 1);
		link = indirect;
	}
	b->order[b->given++ % FRONT_RING_SIZE] = number;
	b->is_out[number] = true;
	ring_put(b->front, b->ring, number, &link, 1);
}

static bool take_split(const struct buffers *b, uint32_t *number, uint32_t *length)
{
	const struct vring_used *used = (void *)(b->front->memory + RING_USED(b->ring));

	if (__atomic_load_n(&used->idx, __ATOMIC_ACQUIRE) == (uint16_t)b->returned)
		return false;
	*number = used->ring[b->returned % FRONT_RING_SIZE].id;
	*length = used->ring[b->returned % FRONT_RING_SIZE].len;
	return true;
}

static bool is_used(const struct buffers *b, uint32_t at)
{
	const struct vring_packed_desc *desc = (void *)(b->front->memory + RING_DESC(b->ring));
	bool lap = !(at / FRONT_RING_SIZE & 1);
	uint16_t flags = __atomic_load_n(&desc[at % FRONT_RING_SIZE].flags, __ATOMIC_ACQUIRE);

	return (flags >> VRING_PACKED_DESC_F_USED & 1) == lap &&
	       (flags >> VRING_PACKED_DESC_F_AVAIL & 1) == lap;
}

static bool take_packed(const struct buffers *b, uint32_t *number, uint32_t *length)
{
	const struct vring_packed_desc *desc = (void *)(b->front->memory + RING_DESC(b->ring));

	if (!is_used(b, b->returned))
		return false;
	*number = desc[b->returned % FRONT_RING_SIZE].id;
	*length = desc[b->returned % FRONT_RING_SIZE].len;
	return true;
}

int buffers_take(struct buffers *b, uint32_t *length)
{
	uint32_t number, wanted = b->order[b->returned % FRONT_RING_SIZE];

	if (!(b->front->is_packed ? take_packed(b, &number, length)
				  : take_split(b, &number, length)))
		return -1;
	if (!buffers_out(b) || number >= FRONT_RING_SIZE || !b->is_out[number]) {
		fprintf(stderr, "ring %u: buffer %u was used, which weft has not\n", b->ring,
			number);
		return -2;
	}
	if (number != wanted) {
		fprintf(stderr, "ring %u: buffer %u was used, and %u before it was passed over\n",
			b->ring, number, wanted);
		return -2;
	}
	b->is_out[number] = false;
	b->returned++;
	return (int)number;
}

uint32_t buffers_base(const struct buffers *b)
{
	const struct vring_used *used = (void *)(b->front->memory + RING_USED(b->ring));

	return b->front->is_packed ? 0x80008000u : used->idx;
}

unsigned buffers_cut_short(const struct buffers *b)
{
	uint32_t at = b->returned;
	unsigned n = 0;

	if (!b->front->is_packed)
		return 0;
	while (at != b->given && is_used(b, at))
		at++;
	for (; at != b->given; at++)
		n += is_used(b, at);
	return n;
}

void buffers_cut(struct buffers *b, unsigned n, unsigned gap)
{
	struct vring_packed_desc *desc = (void *)(b->front->memory + RING_DESC(b->ring));
	const uint16_t both = 1u << VRING_PACKED_DESC_F_AVAIL | 1u << VRING_PACKED_DESC_F_USED;

	/* Weft's own loop ends a burst with the ring. */
	if (n > FRONT_RING_SIZE - b->returned % FRONT_RING_SIZE)
		n = FRONT_RING_SIZE - b->returned % FRONT_RING_SIZE;
	if (!b->front->is_packed || n > buffers_out(b) || gap >= n)
		return;
	for (unsigned i = 0; i < n; i++) {
		uint32_t at = b->returned + i;
		struct vring_packed_desc *d = &desc[at % FRONT_RING_SIZE];
		uint16_t flags = d->flags & VRING_DESC_F_WRITE;

		b->is_cut[d->id] = true;
		if (i >= gap)
			d->flags = flags | (at / FRONT_RING_SIZE & 1 ? 0 : both);
	}
}
