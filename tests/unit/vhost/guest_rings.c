// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/vhost/guest_rings.h"

#include <string.h>

#define AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define USED  (1u << VRING_PACKED_DESC_F_USED)

void guest_init(struct guest *guest, bool is_packed, uint8_t header)
{
	memset(guest, 0, sizeof(*guest));
	guest->is_packed = is_packed;
	guest->avail = (void *)guest->avail_room;
	guest->used = (void *)guest->used_room;
	guest->map.n = 1;
	guest->map.regions[0] = (struct vhost_map_region){.guest = GUEST_BASE,
							  .size = sizeof(guest->memory),
							  .host = guest->memory[0]};
	guest->ring = (struct vhost_ring){.is_ours = true,
					  .is_packed = is_packed,
					  .takes_csum = true,
					  .header = header,
					  .size = GUEST_SIZE,
					  .lap = true,
					  .call_fd = -1,
					  .map = &guest->map};
	if (is_packed) {
		guest->ring.packed = guest->packed;
		guest->ring.event = &guest->event;
	} else {
		guest->ring.split = guest->split;
		guest->ring.avail = guest->avail;
		guest->ring.used = guest->used;
	}
}

/* The first lap's bits are set. */
static bool lap_of(unsigned n)
{
	return n / GUEST_SIZE % 2 == 0;
}

uint8_t *guest_memory(struct guest *guest, unsigned n)
{
	return guest->memory[n % GUEST_SIZE];
}

uint64_t guest_address(const struct guest *guest, unsigned n)
{
	return GUEST_BASE + n % GUEST_SIZE * GUEST_BUFFER;
}

void guest_move(struct guest *guest, unsigned n, uint64_t address)
{
	guest->packed[n % GUEST_SIZE].addr = address;
	guest->split[n % GUEST_SIZE].addr = address;
}

void guest_fill(struct guest *guest, uint32_t len, uint16_t flags)
{
	unsigned n = guest->filled++, at = n % GUEST_SIZE;

	if (guest->is_packed) {
		guest->packed[at] =
			(struct vring_packed_desc){.addr = guest_address(guest, n),
						   .len = len,
						   .id = (uint16_t)(100 + at),
						   .flags = (uint16_t)(flags |
								       (lap_of(n) ? AVAIL : USED))};
		return;
	}
	guest->split[at] =
		(struct vring_desc){.addr = guest_address(guest, n), .len = len, .flags = flags};
	guest->avail->ring[at] = (uint16_t)at;
	guest->avail->idx = (uint16_t)guest->filled;
}

static bool reap_packed(struct guest *guest, unsigned n, uint32_t *len)
{
	const struct vring_packed_desc *desc = &guest->packed[n % GUEST_SIZE];
	uint16_t both = desc->flags & (AVAIL | USED);

	if (both != (lap_of(n) ? AVAIL | USED : 0) || desc->id != 100 + n % GUEST_SIZE)
		return false;
	*len = desc->flags & VRING_DESC_F_WRITE ? desc->len : 0;
	return true;
}

bool guest_reap(struct guest *guest, uint32_t *len)
{
	unsigned n = guest->reaped;

	if (n == guest->filled)
		return false;
	if (guest->is_packed) {
		if (!reap_packed(guest, n, len))
			return false;
	} else {
		if (guest->used->idx == (uint16_t)n ||
		    guest->used->ring[n % GUEST_SIZE].id != n % GUEST_SIZE)
			return false;
		*len = guest->used->ring[n % GUEST_SIZE].len;
	}
	guest->reaped++;
	return true;
}
