// SPDX-License-Identifier: BSD-3-Clause
/*
 * Big-endian numbers: as types of their own where they are kept as they were on
 * the wire, and read from and written to bytes at any alignment.
 */
#ifndef WEFT_ROUTING_CORE_BE_H
#define WEFT_ROUTING_CORE_BE_H

#include <stdint.h>

/* What the wire has; the only way to a number is be*_to. */
typedef struct {
	uint8_t bytes[2];
} be16;

typedef struct {
	uint8_t bytes[4];
} be32;

static inline uint16_t load_be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t load_be32(const uint8_t *bytes)
{
	return (uint32_t)load_be16(bytes) << 16 | load_be16(bytes + 2);
}

static inline uint64_t load_be64(const uint8_t *bytes)
{
	return (uint64_t)load_be32(bytes) << 32 | load_be32(bytes + 4);
}

static inline void store_be16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static inline void store_be32(uint8_t *bytes, uint32_t value)
{
	store_be16(bytes, (uint16_t)(value >> 16));
	store_be16(bytes + 2, (uint16_t)value);
}

static inline void store_be64(uint8_t *bytes, uint64_t value)
{
	store_be32(bytes, (uint32_t)(value >> 32));
	store_be32(bytes + 4, (uint32_t)value);
}

static inline uint16_t be16_to(be16 value)
{
	return load_be16(value.bytes);
}

static inline uint32_t be32_to(be32 value)
{
	return load_be32(value.bytes);
}

static inline be16 be16_of(uint16_t value)
{
	be16 out;

	store_be16(out.bytes, value);
	return out;
}

static inline be32 be32_of(uint32_t value)
{
	be32 out;

	store_be32(out.bytes, value);
	return out;
}

#endif
