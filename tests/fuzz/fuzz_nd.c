// SPDX-License-Identifier: BSD-3-Clause
/* Neighbour discovery, whole packets as they are or messages behind a sound header, between
 * resolutions and time that passes. */
#include <string.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"
#include "routing/core/ip.h"
#include "tests/fuzz/neighbors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t packet[IP6_HEADER + 256];

/* A header from and to one of a few, and a checksum. */
static void make_sound(uint8_t kind, const uint8_t *body, uint32_t n)
{
	static const char *const sources[] = {"fe80::2", "2001:db8::2", "::", "2001:db8::1"};
	static const char *const targets[] = {"fe80::1", "ff02::1:ff00:1", "ff02::1", "ff02::2"};
	struct ip_out header = {.src = fake_addr(sources[kind & 3]),
				.dst = fake_addr(targets[kind >> 2 & 3]),
				.proto = IP_ICMP6,
				.ttl = 255};
	uint8_t *out = packet + IP6_HEADER;

	memcpy(out, body, n);
	ip_write(packet, &header, n);
	if (n < 4)
		return;
	store_be16(out + 2, 0);
	store_be16(out + 2, checksum_finish(checksum_add(checksum_pseudo(&header.src, &header.dst,
									 IP_ICMP6, n),
							 out, n)));
}

static struct packet_in nd(struct steps *steps, uint8_t kind)
{
	struct packet_in in = {.ether_type = 0x86dd, .src_mac = {2, 0, 0, 0, 0xaa, 1}};
	uint32_t n = steps_byte(steps);
	uint8_t *bytes = steps_bytes(steps, &n);

	if (kind & 0x20) {
		in.data = bytes;
		in.len = n;
		return in;
	}
	if (n > 0)
		bytes[0] = (uint8_t)(133 + bytes[0] % 5);
	make_sound(kind, bytes, n);
	in.data = packet;
	in.len = IP6_HEADER + n;
	return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	neighbors_fuzz(data, size, nd);
	return 0;
}
