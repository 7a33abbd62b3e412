// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/cursor.h"

#include <string.h>

#include "routing/core/be.h"

const uint8_t *read_raw(struct reader *reader, size_t n)
{
	const uint8_t *at = reader->at;

	if (reader->bad || n > (size_t)(reader->end - at)) {
		reader->bad = true;
		return NULL;
	}
	reader->at += n;
	return at;
}

uint8_t read_u8(struct reader *reader)
{
	const uint8_t *at = read_raw(reader, 1);

	return at ? *at : 0;
}

uint16_t read_u16(struct reader *reader)
{
	const uint8_t *at = read_raw(reader, 2);

	return at ? load_be16(at) : 0;
}

uint32_t read_u24(struct reader *reader)
{
	const uint8_t *at = read_raw(reader, 3);

	return at ? (uint32_t)at[0] << 16 | load_be16(at + 1) : 0;
}

uint32_t read_u32(struct reader *reader)
{
	const uint8_t *at = read_raw(reader, 4);

	return at ? load_be32(at) : 0;
}

uint64_t read_u64(struct reader *reader)
{
	const uint8_t *at = read_raw(reader, 8);

	return at ? load_be64(at) : 0;
}

void read_bytes(struct reader *reader, void *out, size_t n)
{
	const uint8_t *at = read_raw(reader, n);

	if (at && n > 0)
		memcpy(out, at, n);
	else if (n > 0)
		memset(out, 0, n);
}

void read_skip(struct reader *reader, size_t n)
{
	read_raw(reader, n);
}

struct addr read_addr(struct reader *reader, enum addr_family family)
{
	struct addr addr = {.family = (uint8_t)family};

	read_bytes(reader, addr.bytes, addr_bits(&addr) / 8);
	return addr;
}

struct reader read_part(struct reader *reader, size_t n)
{
	const uint8_t *at = read_raw(reader, n);

	if (!at)
		return (struct reader){.at = reader->at, .end = reader->at, .bad = true};
	return (struct reader){.at = at, .end = at + n};
}

uint8_t *write_raw(struct writer *writer, size_t n)
{
	uint8_t *at = writer->at;

	if (writer->bad || n > (size_t)(writer->end - at)) {
		writer->bad = true;
		return NULL;
	}
	writer->at += n;
	return at;
}

void write_u8(struct writer *writer, uint8_t value)
{
	uint8_t *at = write_raw(writer, 1);

	if (at)
		*at = value;
}

void write_u16(struct writer *writer, uint16_t value)
{
	uint8_t *at = write_raw(writer, 2);

	if (at)
		store_be16(at, value);
}

void write_u24(struct writer *writer, uint32_t value)
{
	uint8_t *at = write_raw(writer, 3);

	if (!at)
		return;
	at[0] = (uint8_t)(value >> 16);
	store_be16(at + 1, (uint16_t)value);
}

void write_u32(struct writer *writer, uint32_t value)
{
	uint8_t *at = write_raw(writer, 4);

	if (at)
		store_be32(at, value);
}

void write_u64(struct writer *writer, uint64_t value)
{
	uint8_t *at = write_raw(writer, 8);

	if (at)
		store_be64(at, value);
}

void write_bytes(struct writer *writer, const void *bytes, size_t n)
{
	uint8_t *at = write_raw(writer, n);

	if (at && n > 0)
		memcpy(at, bytes, n);
}

void write_zeros(struct writer *writer, size_t n)
{
	uint8_t *at = write_raw(writer, n);

	if (at && n > 0)
		memset(at, 0, n);
}

void write_addr(struct writer *writer, const struct addr *addr)
{
	if (addr_bits(addr) == 0)
		writer->bad = true;
	write_bytes(writer, addr->bytes, addr_bits(addr) / 8);
}

/* Where n bytes at an offset were written; NULL (and bad) where they were not. */
static uint8_t *written(struct writer *writer, size_t offset, size_t n)
{
	size_t size = write_size(writer);

	if (n > size || offset > size - n) {
		writer->bad = true;
		return NULL;
	}
	return writer->begin + offset;
}

void write_u16_at(struct writer *writer, size_t offset, uint16_t value)
{
	uint8_t *at = written(writer, offset, 2);

	if (at)
		store_be16(at, value);
}

void write_u32_at(struct writer *writer, size_t offset, uint32_t value)
{
	uint8_t *at = written(writer, offset, 4);

	if (at)
		store_be32(at, value);
}
