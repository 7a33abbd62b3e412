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
 */
#include "vhost/vhost_port.h"

#include <linux/virtio_ring.h>
#include <rte_byteorder.h>

static bool used_bit(const struct vring_packed_desc *desc)
{
	uint16_t flags = __atomic_load_n(&desc->flags, __ATOMIC_RELAXED);

	return rte_le_to_cpu_16(flags) >> VRING_PACKED_DESC_F_USED & 1;
}

bool vhost_packed_position(const struct vring_packed_desc *ring, uint16_t size, uint16_t *position)
{
	bool first = size && used_bit(&ring[0]), last = first;
	uint16_t at = 0;

	for (uint16_t i = 1; i < size; i++) {
		bool bit = used_bit(&ring[i]);

		/* Descriptors that were skipped as parts of a chain keep the bit of the last lap:
		 * then nothing is sure. */
		if (bit != last && bit == first)
			return false;
		if (bit != last)
			at = i;
		last = bit;
	}
	/* All alike: a lap has just begun. */
	*position = at | (at ? first : !first) << 15;
	return size > 0;
}
