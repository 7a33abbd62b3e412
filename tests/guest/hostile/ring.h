// SPDX-License-Identifier: BSD-3-Clause
/* A driver that writes whatever it is told into its rings, split or packed. */
#ifndef WEFT_TESTS_GUEST_HOSTILE_RING_H
#define WEFT_TESTS_GUEST_HOSTILE_RING_H

#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>

#include "tests/guest/hostile/front.h"

#define NEXT     VRING_DESC_F_NEXT
#define WRITE    VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT

#define HEADER   sizeof(struct virtio_net_hdr_mrg_rxbuf)

struct link {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next; /* packed: next is the buffer's id */
};

/* Writes the links, with split rings from descriptor `head` on, and makes them available. */
void ring_put(struct front *f, unsigned ring, uint16_t head, const struct link *links, unsigned n);
void ring_kick(struct front *f, unsigned ring);
/* Whether weft gives the last chain back within so many ms. */
bool ring_is_used(struct front *f, unsigned ring, int ms);
/* ring_put on the ring from the guest, a kick, and some time for weft to look at it. */
void ring_offer(struct front *f, const struct link *links, unsigned n);
/* A table for an indirect descriptor, with the links. */
void ring_table(struct front *f, uint64_t at, const struct link *links, unsigned n);
/* Gives the guest's side n buffers of so many bytes each. */
void ring_fill(struct front *f, unsigned n, uint32_t length);
/* A virtio header of zeros and a broadcast Ethernet frame with a TCP segment at a guest address. */
void ring_frame(struct front *f, uint64_t at, const struct virtio_net_hdr *header);
#define FRAME_LENGTH 74 /* without the virtio header */
/* 0 when a good frame is taken. */
int ring_works(struct front *f);

#endif
