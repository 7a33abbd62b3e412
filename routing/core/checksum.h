// SPDX-License-Identifier: BSD-3-Clause
/*
 * The Internet checksum (RFC 1071): add pieces, then finish. Sums are of
 * big-endian words held as the host's numbers; what checksum_finish returns is
 * written with write_u16.
 *
 *   sum = checksum_pseudo(&src, &dst, 17, size);
 *   sum = checksum_add(sum, data, size);
 *   write_u16_at(&out, 6, checksum_udp(checksum_finish(sum)));
 *
 * Over data that has its checksum in it, checksum_finish returns 0 where it is right.
 */
#ifndef WEFT_ROUTING_CORE_CHECKSUM_H
#define WEFT_ROUTING_CORE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "routing/core/addr.h"
#include "routing/core/be.h"

/* Adds n bytes. All pieces but the last have an even length; an odd last byte counts as if a zero
 * followed. 64 bits take 2^48 words without losing a carry. */
static inline uint64_t checksum_add(uint64_t sum, const void *data, size_t n)
{
	const uint8_t *bytes = data;

	for (; n > 1; n -= 2, bytes += 2)
		sum += load_be16(bytes);
	return n > 0 ? sum + ((uint64_t)*bytes << 8) : sum;
}

static inline uint16_t checksum_finish(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* The pseudo header of the addresses' family (RFC 768, RFC 8200 8.1); size: from the transport
 * header on. */
static inline uint64_t checksum_pseudo(const struct addr *src, const struct addr *dst,
				       uint8_t protocol, uint32_t size)
{
	size_t n = addr_bits(src) / 8;
	uint64_t sum = (uint64_t)protocol + (size >> 16) + (size & 0xffff);

	return checksum_add(checksum_add(sum, src->bytes, n), dst->bytes, n);
}

/* UDP writes a sum of zero as all ones: zero says that there is none (RFC 768). */
static inline uint16_t checksum_udp(uint16_t finished)
{
	return finished != 0 ? finished : 0xffff;
}

/* The checksum after one word that it covers changed (RFC 1624, equation 3). */
static inline uint16_t checksum_update(uint16_t checksum, uint16_t was, uint16_t now)
{
	return checksum_finish((uint64_t)(uint16_t)~checksum + (uint16_t)~was + now);
}

#endif
