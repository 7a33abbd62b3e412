// SPDX-License-Identifier: BSD-3-Clause
/*
 * Wire bytes, read and written within bounds. What does not fit sets `bad` for
 * good: a read then yields zeros, a write nothing, and neither moves. So a
 * decoder reads all that it wants and asks once; an encoder likewise.
 *
 *   struct reader in = reader_of(data, size);
 *   uint8_t version = read_u8(&in), type = read_u8(&in);
 *   struct reader body = read_part(&in, read_u16(&in));
 *   if (in.bad || version != 1) …
 *
 * Numbers are big-endian on the wire and the host's here.
 */
#ifndef WEFT_ROUTING_CORE_CURSOR_H
#define WEFT_ROUTING_CORE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/core/addr.h"

struct reader {
	const uint8_t *at, *end;
	bool bad;
};

static inline struct reader reader_of(const void *data, size_t size)
{
	return (struct reader){.at = data, .end = (const uint8_t *)data + size};
}

/* Bytes left; none once it is bad. */
static inline size_t read_left(const struct reader *reader)
{
	return reader->bad ? 0 : (size_t)(reader->end - reader->at);
}

/* The next n bytes where they are, and on; NULL (and bad) where there are fewer. */
const uint8_t *read_raw(struct reader *reader, size_t n);

uint8_t read_u8(struct reader *reader);
uint16_t read_u16(struct reader *reader);
uint32_t read_u24(struct reader *reader);
uint32_t read_u32(struct reader *reader);
uint64_t read_u64(struct reader *reader);
/* Zeros where there are fewer than n. */
void read_bytes(struct reader *reader, void *out, size_t n);
void read_skip(struct reader *reader, size_t n);
/* family: ADDR_IP4 or ADDR_IP6. */
struct addr read_addr(struct reader *reader, enum addr_family family);
/* A reader of the next n bytes, which this one skips; an empty bad one where there are fewer. */
struct reader read_part(struct reader *reader, size_t n);

struct writer {
	uint8_t *begin, *at, *end;
	bool bad;
};

static inline struct writer writer_of(void *room, size_t size)
{
	return (struct writer){.begin = room, .at = room, .end = (uint8_t *)room + size};
}

/* Bytes written so far; 0 once it is bad, so that nothing broken is sent. */
static inline size_t write_size(const struct writer *writer)
{
	return writer->bad ? 0 : (size_t)(writer->at - writer->begin);
}

static inline size_t write_room(const struct writer *writer)
{
	return writer->bad ? 0 : (size_t)(writer->end - writer->at);
}

/* The next n bytes, to be filled by the caller; NULL (and bad) where there is no room. */
uint8_t *write_raw(struct writer *writer, size_t n);

void write_u8(struct writer *writer, uint8_t value);
void write_u16(struct writer *writer, uint16_t value);
void write_u24(struct writer *writer, uint32_t value);
void write_u32(struct writer *writer, uint32_t value);
void write_u64(struct writer *writer, uint64_t value);
void write_bytes(struct writer *writer, const void *bytes, size_t n);
void write_zeros(struct writer *writer, size_t n);
/* 4 or 16 bytes, by its family; ADDR_NONE is bad. */
void write_addr(struct writer *writer, const struct addr *addr);

/* Writes over what was written at this offset: lengths and checksums known at the end. Beyond what
 * was written it is bad. */
void write_u16_at(struct writer *writer, size_t offset, uint16_t value);
void write_u32_at(struct writer *writer, size_t offset, uint32_t value);

#endif
