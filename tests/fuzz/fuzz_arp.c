// SPDX-License-Identifier: BSD-3-Clause
/* ARP packets, between resolutions and time that passes. */
#include "tests/fuzz/neighbors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Mostly of the right length. */
static struct packet_in arp(struct steps *steps, uint8_t kind)
{
	uint32_t n = kind < 0x20 ? 28 : kind;
	struct packet_in in = {.ether_type = 0x0806, .src_mac = {2, 0, 0, 0, 0xaa, 1}};

	in.data = steps_bytes(steps, &n);
	in.len = n;
	return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	neighbors_fuzz(data, size, arp);
	return 0;
}
