// SPDX-License-Identifier: BSD-3-Clause
/* A guest's driver by the rules of virtio 1.1, for one ring of either kind: it makes buffers
 * available and looks what became of them. Its memory lies elsewhere than the device is told. */
#ifndef WEFT_TESTS_UNIT_VHOST_GUEST_RINGS_H
#define WEFT_TESTS_UNIT_VHOST_GUEST_RINGS_H

#include "vhost/vhost_ring.h"

#define GUEST_SIZE   8    /* of a ring: laps are short */
#define GUEST_BUFFER 2304 /* bytes of each buffer */
#define GUEST_BASE   UINT64_C(0x100000000)

struct guest {
	struct vhost_ring ring; /* the device's side */
	struct vhost_map map;
	bool is_packed;
	unsigned filled, reaped; /* buffers made available, and got back */

	struct vring_packed_desc packed[GUEST_SIZE];
	struct vring_packed_desc_event event;
	struct vring_desc split[GUEST_SIZE];
	struct vring_avail *avail; /* in avail_room, with an event index at its end */
	struct vring_used *used;
	uint32_t avail_room[2 + GUEST_SIZE], used_room[2 + 2 * GUEST_SIZE];
	uint8_t memory[GUEST_SIZE][GUEST_BUFFER];
};

void guest_init(struct guest *guest, bool is_packed, uint8_t header);
/* Makes the next buffer available, of len bytes, with flags of a descriptor. */
void guest_fill(struct guest *guest, uint32_t len, uint16_t flags);
/* The memory of the buffer that will be, or was, the nth of all. */
uint8_t *guest_memory(struct guest *guest, unsigned n);
/* Where that is, as the device is told. */
uint64_t guest_address(const struct guest *guest, unsigned n);
/* Another address in the descriptor of the nth. */
void guest_move(struct guest *guest, unsigned n, uint64_t address);
/* Takes the next used buffer back: true, with the number of bytes written to it. */
bool guest_reap(struct guest *guest, uint32_t *len);

#endif
