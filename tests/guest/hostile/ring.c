// SPDX-License-Identifier: BSD-3-Clause
#include "tests/guest/hostile/ring.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SETTLE_MS 8 /* for weft to look at what is not to be used */

static void put_split(struct front *f, unsigned ring, uint16_t head, const struct link *links,
		      unsigned n)
{
	struct vring_desc *desc = (void *)(f->memory + RING_DESC(ring));
	struct vring_avail *avail = (void *)(f->memory + RING_AVAIL(ring));

	for (unsigned i = 0; i < n; i++)
		desc[(head + i) % FRONT_RING_SIZE] =
			(struct vring_desc){links[i].address, links[i].length, links[i].flags,
					    links[i].next};
	avail->ring[f->next[ring]++ % FRONT_RING_SIZE] = head;
	__atomic_store_n(&avail->idx, f->next[ring], __ATOMIC_RELEASE);
}

static uint16_t lap_flags(uint16_t at)
{
	bool lap = !(at / FRONT_RING_SIZE & 1);

	return (uint16_t)(lap << VRING_PACKED_DESC_F_AVAIL | !lap << VRING_PACKED_DESC_F_USED);
}

static void put_packed(struct front *f, unsigned ring, const struct link *links, unsigned n)
{
	struct vring_packed_desc *desc = (void *)(f->memory + RING_DESC(ring));
	uint16_t at = f->next[ring];

	/* The first one's flags last: they make all of it available. */
	for (unsigned i = n; i-- > 0;) {
		uint16_t position = (uint16_t)(at + i);
		struct vring_packed_desc *d = &desc[position % FRONT_RING_SIZE];

		d->addr = links[i].address;
		d->len = links[i].length;
		d->id = links[i].next;
		__atomic_store_n(&d->flags, (uint16_t)(links[i].flags | lap_flags(position)),
				 __ATOMIC_RELEASE);
	}
	f->first[ring] = at;
	f->next[ring] = (uint16_t)(at + n);
}

void ring_put(struct front *f, unsigned ring, uint16_t head, const struct link *links, unsigned n)
{
	if (f->is_packed)
		put_packed(f, ring, links, n);
	else
		put_split(f, ring, head, links, n);
}

void ring_kick(struct front *f, unsigned ring)
{
	eventfd_write(f->kick[ring], 1);
}

static bool is_used(struct front *f, unsigned ring)
{
	struct vring_used *used = (void *)(f->memory + RING_USED(ring));
	struct vring_packed_desc *desc = (void *)(f->memory + RING_DESC(ring));
	uint16_t flags, first = f->first[ring];

	if (!f->is_packed)
		return __atomic_load_n(&used->idx, __ATOMIC_ACQUIRE) == f->next[ring];
	flags = __atomic_load_n(&desc[first % FRONT_RING_SIZE].flags, __ATOMIC_ACQUIRE);
	return (flags >> VRING_PACKED_DESC_F_USED & 1) == !(first / FRONT_RING_SIZE & 1);
}

bool ring_is_used(struct front *f, unsigned ring, int ms)
{
	for (int waited = 0; waited < 10 * ms; waited++) {
		if (is_used(f, ring))
			return true;
		usleep(100);
	}
	return is_used(f, ring);
}

void ring_offer(struct front *f, const struct link *links, unsigned n)
{
	ring_put(f, RING_FROM_GUEST, 0, links, n);
	ring_kick(f, RING_FROM_GUEST);
	ring_is_used(f, RING_FROM_GUEST, SETTLE_MS);
}

void ring_table(struct front *f, uint64_t at, const struct link *links, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct vring_desc split = {links[i].address, links[i].length, links[i].flags,
					   links[i].next};
		struct vring_packed_desc packed = {links[i].address, links[i].length, links[i].next,
						   links[i].flags};

		memcpy(f->memory + at + 16 * i, f->is_packed ? (void *)&packed : (void *)&split,
		       16);
	}
}

void ring_fill(struct front *f, unsigned n, uint32_t length)
{
	for (unsigned i = 0; i < n; i++) {
		struct link buffer = {2 * FRONT_BUFFER + i * 4096u, length, WRITE, (uint16_t)i};

		ring_put(f, RING_TO_GUEST, (uint16_t)i, &buffer, 1);
	}
	ring_kick(f, RING_TO_GUEST);
}

void ring_frame(struct front *f, uint64_t at, const struct virtio_net_hdr *header)
{
	static const uint8_t frame[FRAME_LENGTH] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0,  0, 0, 0x66, 8,    0, /* to all, IPv4
										    */
		0x45, 0,    0,    60,   0,    1,    0, 0, 64, 6, 0, 0,    10,   0, 0, 66,
		10,   0,    0,    67, /* TCP */
		0,    7,    0,    7,    0,    0,    0, 1, 0,  0, 0, 1,    0xa0, 2, 0, 64,
	};

	memset(f->memory + at, 0, HEADER);
	if (header)
		memcpy(f->memory + at, header, sizeof(*header));
	memcpy(f->memory + at + HEADER, frame, sizeof(frame));
}

int ring_works(struct front *f)
{
	struct link link = {FRONT_BUFFER, HEADER + FRAME_LENGTH, 0, 0};

	ring_frame(f, FRONT_BUFFER, NULL);
	ring_put(f, RING_FROM_GUEST, 0, &link, 1);
	ring_kick(f, RING_FROM_GUEST);
	if (ring_is_used(f, RING_FROM_GUEST, FRONT_PATIENCE))
		return 0;
	fprintf(stderr, "a good frame was not taken\n");
	return -1;
}
