// SPDX-License-Identifier: BSD-3-Clause
/* Numbers in frames: the byte that counts most comes first. */
#ifndef WEFT_TOOLS_PKTGEN_BYTES_H
#define WEFT_TOOLS_PKTGEN_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t bytes_get16(const uint8_t *at)
{
	uint16_t be;

	memcpy(&be, at, 2);
	return __builtin_bswap16(be);
}

static inline uint32_t bytes_get32(const uint8_t *at)
{
	uint32_t be;

	memcpy(&be, at, 4);
	return __builtin_bswap32(be);
}

static inline void bytes_put16(uint8_t *at, uint32_t value)
{
	uint16_t be = __builtin_bswap16((uint16_t)value);
	memcpy(at, &be, 2);
}

static inline void bytes_put32(uint8_t *at, uint32_t value)
{
	uint32_t be = __builtin_bswap32(value);
	memcpy(at, &be, 4);
}

#endif
