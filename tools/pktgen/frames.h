// SPDX-License-Identifier: BSD-3-Clause
/*
 * The packets that are sent: Ethernet, perhaps a VLAN tag, IPv4 and UDP, in one size or the IMIX
 * of seven 64, four 594 and one 1,518 B; or frames recorded by others. They are built once; what
 * differs from packet to packet (the fields that make flows, and the stamp) is patched.
 *
 * Sizes are counted as RFC 2544 does, with the four bytes of checksum that no virtual port
 * carries. The stamp is the last 14 bytes of a frame: so it is found again after a switch has
 * added or taken a tag. Addresses and ports are in host order here.
 */
#ifndef WEFT_TOOLS_PKTGEN_FRAMES_H
#define WEFT_TOOLS_PKTGEN_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FRAME_CRC           4
#define FRAME_SIZE_MIN      64
#define FRAME_SIZE_MAX      9018
#define FRAME_SIZE_IMIX_MAX 1518u
#define FRAME_CLASSES_MAX   3  /* sizes in one mix */
#define FRAME_PATTERN_MAX   12 /* the mix repeats after so many packets */
#define FRAME_FIELDS_MAX    8
#define STAMP_SIZE          14
#define STAMP_TIME_BITS     48

enum frame_field_kind {
	FIELD_MAC_DST,
	FIELD_MAC_SRC,
	FIELD_VLAN,
	FIELD_IP_SRC,
	FIELD_IP_DST,
	FIELD_PORT_SRC,
	FIELD_PORT_DST,
	N_FIELDS
};

/* A field that takes n values, base, base + 1 and so on, in turn or as the flow's number says. */
struct frame_field {
	enum frame_field_kind kind;
	uint16_t offset;
	uint8_t width; /* 2 or 4 bytes */
	uint32_t base; /* of the lower bytes, where the field has more than four */
	uint32_t n;
};

struct frame_header {
	uint8_t mac_src[6], mac_dst[6];
	uint16_t vlan; /* 0: no tag */
	uint32_t ip_src, ip_dst;
	uint16_t port_src, port_dst;
};

/* All frames of one size. */
struct frame_class {
	uint16_t len;    /* without the checksum */
	uint32_t ip_sum; /* of the IP header's other words, those of its addresses left out */
	uint8_t *bytes;
};

struct frames {
	struct frame_class classes[FRAME_CLASSES_MAX];
	unsigned n_classes;
	uint8_t pattern[FRAME_PATTERN_MAX]; /* the class of each packet in turn */
	unsigned n_pattern;
	struct frame_field fields[FRAME_FIELDS_MAX];
	unsigned n_fields;
	uint16_t ip;             /* where the IP header begins */
	uint32_t ip_src, ip_dst; /* where no field changes them */
	bool ip_changes;         /* some field does */
};

/* size 0: IMIX. Returns 0, -EINVAL (a size that cannot be), or -ENOMEM. */
int frames_build(struct frames *frames, const struct frame_header *header, unsigned size);
void frames_fini(struct frames *frames);

/* Adds n values of a field; -EINVAL: it has not as many, or there is no such field in the frame. */
int frames_add_field(struct frames *frames, enum frame_field_kind kind, uint32_t n);

/* How many values a field can take from its base on; VLANs end at 4094. */
uint32_t frames_field_range(const struct frames *frames, enum frame_field_kind kind);

/* As its receiver would send it back: the MAC addresses change places. */
void frame_turn(uint8_t *data);

static inline void frame_put16(uint8_t *at, uint32_t value)
{
	uint16_t be = __builtin_bswap16((uint16_t)value);
	memcpy(at, &be, 2);
}

static inline void frame_put32(uint8_t *at, uint32_t value)
{
	uint32_t be = __builtin_bswap32(value);
	memcpy(at, &be, 4);
}

/* sum: of the header's other words. The addresses come from the caller: read from the frame they
 * were just written to, they would have to wait until the line has come from the switch's core. */
static inline void frame_sum_ip(uint8_t *ip, uint32_t sum, uint32_t src, uint32_t dst)
{
	sum += (src >> 16) + (src & 0xffff) + (dst >> 16) + (dst & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	frame_put16(ip + 10, ~sum);
}

/* Makes a frame of its class one of the given flow. */
static inline void frame_patch(const struct frames *frames, unsigned class, uint8_t *data,
			       uint32_t flow)
{
	uint32_t src = frames->ip_src, dst = frames->ip_dst;

	for (unsigned i = 0; i < frames->n_fields; i++) {
		const struct frame_field *field = &frames->fields[i];
		uint32_t value = field->base + (flow < field->n ? flow : flow % field->n);
		if (field->width == 4)
			frame_put32(data + field->offset, value);
		else
			frame_put16(data + field->offset, value);
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

#endif
