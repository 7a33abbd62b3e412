// SPDX-License-Identifier: BSD-3-Clause
/*
 * The packets that are sent: headers (headers.h) and a payload of zeros, in one size or the IMIX
 * of seven 64, four 594 and one 1,518 B; or frames recorded by others. They are built once; what
 * differs from packet to packet (the fields that make flows, and the stamp) is patched.
 *
 * Sizes are counted as RFC 2544 does, with the four bytes of checksum that no virtual port
 * carries. The stamp is the last 14 bytes of a frame: so it is found again after a switch has
 * added or taken a tag.
 */
#ifndef WEFT_TOOLS_PKTGEN_FRAMES_H
#define WEFT_TOOLS_PKTGEN_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tools/pktgen/bytes.h"
#include "tools/pktgen/fields.h"
#include "tools/pktgen/headers.h"

#define FRAME_CRC           4
#define FRAME_SIZE_MIN      64
#define FRAME_SIZE_MAX      9018
#define FRAME_SIZE_IMIX_MAX 1518u
#define FRAME_CLASSES_MAX   3  /* sizes in one mix */
#define FRAME_PATTERN_MAX   12 /* the mix repeats after so many packets */
#define STAMP_SIZE          14
#define STAMP_TIME_BITS     48
#define STAMP_TIME_MASK     ((UINT64_C(1) << STAMP_TIME_BITS) - 1)

/*
 * A field that takes n values, base, base + 1 and so on, in turn or as the flow's number says; of
 * a field that turns only every so many flows, as a digit of that number.
 */
struct frame_field {
	enum frame_field_kind kind;
	uint16_t offset; /* of the word it is in */
	uint8_t width;   /* 2 or 4 bytes */
	uint8_t shift;
	uint32_t base; /* of the lower bytes, where the field has more than four */
	uint32_t n, every;
	uint32_t mask;                 /* its bits in the word */
	uint32_t in_ip_sum, in_l4_sum; /* all ones where it is part of it, else 0 */
};

/* All frames of one size. */
struct frame_class {
	uint16_t len;    /* without the checksum */
	uint32_t ip_sum; /* of the IPv4 header's other words, those of its addresses left out */
	uint8_t *bytes;
};

/* What does not differ from packet to packet in the sums of a class: no field, no stamp. */
struct frame_sums {
	uint32_t ip, l4;
};

struct frames {
	struct frame_class classes[FRAME_CLASSES_MAX];
	unsigned n_classes;
	uint8_t pattern[FRAME_PATTERN_MAX]; /* the class of each packet in turn */
	unsigned n_pattern;
	struct frame_field fields[N_FIELDS];
	unsigned n_fields;
	uint16_t ip;             /* where the IP header begins */
	uint32_t ip_src, ip_dst; /* where no field changes them */
	bool ip_changes;         /* some field does */
	/* More is wanted than frame_patch can: narrow fields, digits, a checksum over the stamp. */
	bool rich;
	uint16_t l4_check; /* where the checksum of UDP or TCP is; 0: there is none */
	struct frame_sums sums[FRAME_CLASSES_MAX];
	struct frame_header header;
};

/* size 0: IMIX, whose smallest frames are as large as they must be. Returns 0, -EINVAL (a size that
 * cannot be), or -ENOMEM. */
int frames_build(struct frames *frames, const struct frame_header *header, unsigned size);
void frames_fini(struct frames *frames);

/* The least size that has room for these headers and the stamp. */
unsigned frames_least(const struct frame_header *header);

/*
 * Adds n values of a field that turns every so many flows, 1: with each. -EINVAL: it has not as
 * many, or there is no such field in the frame. Each field once.
 */
int frames_add_field(struct frames *frames, enum frame_field_kind kind, uint32_t n, uint32_t every);

/* How many values a field can take from its base on; 0: there is no such field. */
uint32_t frames_field_range(const struct frames *frames, enum frame_field_kind kind);

/* As its receiver would send it back: the MAC addresses change places. */
void frame_turn(uint8_t *data);

static inline uint16_t frame_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* sum: of the header's other words. The addresses come from the caller: read from the frame they
 * were just written to, they would have to wait until the line has come from the switch's core. */
static inline void frame_sum_ip(uint8_t *ip, uint32_t sum, uint32_t src, uint32_t dst)
{
	sum += (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	bytes_put16(ip + 10, ~sum);
}

/* Makes a frame of its class one of the given flow; not of frames that are rich. */
static inline void frame_patch(const struct frames *frames, unsigned class, uint8_t *data,
			       uint32_t flow)
{
	uint32_t src = frames->ip_src, dst = frames->ip_dst;

	for (unsigned i = 0; i < frames->n_fields; i++) {
		const struct frame_field *field = &frames->fields[i];
		uint32_t value = field->base + (flow < field->n ? flow : flow % field->n);
		if (__builtin_expect(field->width == 4, 1))
			bytes_put32(data + field->offset, value);
		else
			bytes_put16(data + field->offset, value);
		if (field->kind == FIELD_IP_SRC)
			src = value;
		else if (field->kind == FIELD_IP_DST)
			dst = value;
	}
	if (frames->ip_changes)
		frame_sum_ip(data + frames->ip, frames->classes[class].ip_sum, src, dst);
}

/*
 * A stamp: 24 bits that tell this run's packets from others, the stream, the number in the
 * stream, and 48 bits of the sender's clock. Both sides are this process: no byte order.
 */
struct stamp {
	uint32_t mark; /* lower 8 bits: the stream */
	uint32_t number;
	uint64_t time; /* 48 bits */
};

static inline void stamp_write(uint8_t *end, uint32_t mark, uint32_t number, uint64_t time)
{
	uint64_t head = (uint64_t)number << 32 | mark;

	memcpy(end - STAMP_SIZE, &head, 8);
	memcpy(end - 6, &time, 4);
	uint16_t upper = (uint16_t)(time >> 32);
	memcpy(end - 2, &upper, 2);
}

static inline struct stamp stamp_read(const uint8_t *end)
{
	uint64_t head;
	uint32_t lower;
	uint16_t upper;

	memcpy(&head, end - STAMP_SIZE, 8);
	memcpy(&lower, end - 6, 4);
	memcpy(&upper, end - 2, 2);
	return (struct stamp){(uint32_t)head, (uint32_t)(head >> 32),
			      (uint64_t)upper << 32 | lower};
}

/* Of the stamp's 16-bit words as they are in the frame; odd: behind an odd number of bytes. */
static inline uint32_t stamp_sum(struct stamp stamp, bool odd)
{
	uint64_t head = (uint64_t)stamp.number << 32 | stamp.mark;
	uint32_t sum = (uint32_t)((head & 0xffff) + (head >> 16 & 0xffff) + (head >> 32 & 0xffff) +
				  (head >> 48));

	sum += (uint32_t)((stamp.time & 0xffff) + (stamp.time >> 16 & 0xffff) +
			  (stamp.time >> 32 & 0xffff));
	uint16_t folded = frame_fold(sum);
	return odd ? folded : __builtin_bswap16(folded);
}

/* Writes a field's bits into their word, leaves the others; returns what it adds to a sum. */
static inline uint32_t frame_put_field(const struct frame_field *field, uint8_t *data,
				       uint32_t flow)
{
	uint32_t turn = field->every == 1 ? flow : flow / field->every;
	uint32_t bits = (field->base + (turn < field->n ? turn : turn % field->n)) << field->shift;
	uint8_t *at = data + field->offset;

	if (field->width == 4)
		bytes_put32(at, (bytes_get32(at) & ~field->mask) | bits);
	else
		bytes_put16(at, (bytes_get16(at) & ~field->mask) | bits);
	return (bits >> 16) + (bits & 0xffff);
}

/* The same for all frames: any field, the stamp, and the sums that these are in. */
static inline void frame_patch_rich(const struct frames *frames, unsigned class, uint8_t *data,
				    uint32_t flow, struct stamp stamp)
{
	uint16_t len = frames->classes[class].len;
	uint32_t ip = frames->sums[class].ip, l4 = frames->sums[class].l4;

	for (unsigned i = 0; i < frames->n_fields; i++) {
		const struct frame_field *field = &frames->fields[i];
		uint32_t sum = frame_put_field(field, data, flow);
		ip += sum & field->in_ip_sum;
		l4 += sum & field->in_l4_sum;
	}
	stamp_write(data + len, stamp.mark, stamp.number, stamp.time);
	if (!frames->header.ip6)
		bytes_put16(data + frames->ip + 10, ~(uint32_t)frame_fold(ip));
	if (frames->l4_check) {
		uint16_t check = (uint16_t)~frame_fold(l4 + stamp_sum(stamp, len & 1));
		/* 0 would say that there is none. */
		bytes_put16(data + frames->l4_check, check ? check : 0xffff);
	}
}

#endif
