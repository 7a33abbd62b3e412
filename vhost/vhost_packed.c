// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where a device left off in a packed ring.
 *
 * With split rings QEMU finds that out by itself when weftd was killed: the
 * used index is in shared memory. With packed rings it gives the position of
 * the last orderly stop, and the guest's queue would stand still for good. But
 * the ring tells: the device marks each descriptor that it is done with by its
 * lap, in the used bit, and a driver that fills the descriptor again leaves
 * that bit as it is (it writes the opposite of the next lap). So the used bits
 * are those of this lap up to the position, and of the last one from there on.
 *
 * Only a burst that was cut short makes that untrue: its descriptors are marked
 * from the last to the first, for the driver looks at the first. What is not
 * yet marked is a gap behind which the burst ends. Nothing can be taken back,
 * for how long the buffers were is not known any more; but all of the burst was
 * done before the first mark, so the gap's descriptors are marked as well.
 */
#include "vhost/vhost_port.h"

#include <linux/virtio_ring.h>
#include <rte_byteorder.h>

#define LAP     (1u << 15)
#define BITS    (1u << VRING_PACKED_DESC_F_AVAIL | 1u << VRING_PACKED_DESC_F_USED)
#define CHANGES 3 /* of the used bit along a ring, at most, that mean something */

static bool used_bit(const struct vring_packed_desc *desc)
{
	uint16_t flags = __atomic_load_n(&desc->flags, __ATOMIC_RELAXED);

	return rte_le_to_cpu_16(flags) >> VRING_PACKED_DESC_F_USED & 1;
}

/* Where the used bit changes, and the end of the ring behind that; how often, or CHANGES + 1. */
static unsigned find_changes(const struct vring_packed_desc *ring, uint16_t size, bool first,
			     uint32_t at[CHANGES + 1])
{
	bool last = first;
	unsigned n = 0;

	for (uint32_t i = 1; i < size; i++) {
		bool bit = used_bit(&ring[i]);

		if (bit != last && n == CHANGES)
			return CHANGES + 1;
		if (bit != last)
			at[n++] = i;
		last = bit;
	}
	at[n] = size;
	return n;
}

/* A gap and the end of its burst, which may lie in the next lap. */
struct burst {
	uint32_t gap, n, end;
};

static bool is_short(const struct burst *burst)
{
	return burst->end - burst->gap <= VHOST_BURST;
}

/* The same stretches can mean several bursts, that lie in one lap or go on in the next one; of
 * rings of some size only one of them is short. at: as of find_changes, of 2 or 3. */
static bool find_burst(const uint32_t *at, unsigned n, uint16_t size, struct burst *burst)
{
	const struct burst bursts[] = {
		{at[0], at[1] - at[0], at[2]},
		{at[1], at[2] - at[1], size + at[0]},
		{0, at[0], n == 2 ? at[1] : size},
	};
	unsigned found = 0;

	for (unsigned i = 0; i < 3; i++)
		if (is_short(&bursts[i])) {
			*burst = bursts[i];
			found++;
		}
	return found == 1;
}

bool vhost_packed_find(const struct vring_packed_desc *ring, uint16_t size,
		       struct vhost_packed *found)
{
	bool first = size && used_bit(&ring[0]), lap;
	uint32_t at[CHANGES + 1];
	unsigned n = find_changes(ring, size, first, at);
	struct burst burst;

	*found = (struct vhost_packed){0};
	if (!size || n > CHANGES)
		return false;
	if (n == 0) /* all alike: a lap has just begun */
		found->position = first ? 0 : LAP;
	if (n == 1)
		found->position = (uint16_t)(at[0] | (first ? LAP : 0));
	if (n < 2)
		return true;
	/* Descriptors that were skipped as parts of a chain keep the bit of the last lap, too: of
	 * more than one nothing is sure. */
	if (!find_burst(at, n, size, &burst))
		return false;
	lap = !used_bit(&ring[burst.gap]);
	found->gap = (uint16_t)burst.gap;
	found->n_gap = (uint16_t)burst.n;
	found->position = (uint16_t)(burst.end % size | (lap ^ (burst.end >= size) ? LAP : 0));
	return true;
}

void vhost_packed_close(struct vring_packed_desc *ring, const struct vhost_packed *found)
{
	for (int i = found->n_gap - 1; i >= 0; i--) {
		struct vring_packed_desc *desc = &ring[found->gap + i];
		uint16_t flags = rte_le_to_cpu_16(__atomic_load_n(&desc->flags, __ATOMIC_RELAXED));
		bool lap = flags >> VRING_PACKED_DESC_F_AVAIL & 1;

		flags = (uint16_t)((flags & VRING_DESC_F_WRITE) | (lap ? BITS : 0));
		__atomic_store_n(&desc->flags, rte_cpu_to_le_16(flags), __ATOMIC_RELEASE);
	}
}
