// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/frames.h"

#include <errno.h>
#include <stdlib.h>

#define ETHER_LEN   14
#define TAG_LEN     4
#define IP_LEN      20
#define UDP_LEN     8
#define VLAN_LAST   4094
#define TYPE_IPV4   0x0800
#define TYPE_VLAN   0x8100
#define PROTO_UDP   17
#define TTL         64
#define IMIX_SMALL  64
#define IMIX_MIDDLE 594

/* Seven small, four of middle size, one large, spread out. */
static const uint8_t imix_pattern[FRAME_PATTERN_MAX] = {0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 1, 0};

static void put_ether(uint8_t *data, const struct frame_header *header)
{
	memcpy(data, header->mac_dst, 6);
	memcpy(data + 6, header->mac_src, 6);
	if (header->vlan) {
		frame_put16(data + 12, TYPE_VLAN);
		frame_put16(data + 14, header->vlan);
		data += TAG_LEN;
	}
	frame_put16(data + 12, TYPE_IPV4);
}

static void put_ip(uint8_t *ip, const struct frame_header *header, uint16_t len)
{
	memset(ip, 0, IP_LEN);
	ip[0] = 0x45;
	frame_put16(ip + 2, len);
	ip[8] = TTL;
	ip[9] = PROTO_UDP;
	frame_put32(ip + 12, header->ip_src);
	frame_put32(ip + 16, header->ip_dst);
}

/* Without a checksum, as IPv4 allows: ports and payload can change at no cost. */
static void put_udp(uint8_t *udp, const struct frame_header *header, uint16_t len)
{
	frame_put16(udp, header->port_src);
	frame_put16(udp + 2, header->port_dst);
	frame_put16(udp + 4, len);
	frame_put16(udp + 6, 0);
}

static uint32_t sum_without_addresses(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (int i = 0; i < 10; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	return sum;
}

static int build_class(struct frames *frames, const struct frame_header *header, unsigned size)
{
	struct frame_class *class = &frames->classes[frames->n_classes];
	uint16_t tag = header->vlan ? TAG_LEN : 0;

	if (size < FRAME_SIZE_MIN || size > FRAME_SIZE_MAX)
		return -EINVAL;
	class->len = (uint16_t)(size - FRAME_CRC);
	class->bytes = calloc(1, class->len);
	if (!class->bytes)
		return -ENOMEM;
	frames->ip = ETHER_LEN + tag;
	uint8_t *ip = class->bytes + frames->ip;
	uint16_t ip_len = (uint16_t)(class->len - frames->ip);
	put_ether(class->bytes, header);
	put_ip(ip, header, ip_len);
	put_udp(ip + IP_LEN, header, ip_len - IP_LEN);
	class->ip_sum = sum_without_addresses(ip);
	frame_sum_ip(ip, class->ip_sum, header->ip_src, header->ip_dst);
	frames->n_classes++;
	return 0;
}

int frames_build(struct frames *frames, const struct frame_header *header, unsigned size)
{
	static const unsigned imix[] = {IMIX_SMALL, IMIX_MIDDLE, FRAME_SIZE_IMIX_MAX};
	const unsigned *sizes = size ? &size : imix;
	unsigned n = size ? 1 : 3;

	memset(frames, 0, sizeof(*frames));
	frames->ip_src = header->ip_src;
	frames->ip_dst = header->ip_dst;
	for (unsigned i = 0; i < n; i++) {
		int r = build_class(frames, header, sizes[i]);
		if (r < 0) {
			frames_fini(frames);
			return r;
		}
	}
	frames->n_pattern = size ? 1 : FRAME_PATTERN_MAX;
	if (!size)
		memcpy(frames->pattern, imix_pattern, sizeof(imix_pattern));
	return 0;
}

void frames_fini(struct frames *frames)
{
	for (unsigned i = 0; i < frames->n_classes; i++)
		free(frames->classes[i].bytes);
	frames->n_classes = 0;
}

static bool has_tag(const struct frames *frames)
{
	return frames->ip > ETHER_LEN;
}

/* Where a field is, and how wide: of MAC addresses the lower four bytes. */
static struct frame_field place_of(const struct frames *frames, enum frame_field_kind kind)
{
	uint16_t ip = frames->ip;
	const struct frame_field places[N_FIELDS] = {
		[FIELD_MAC_DST] = {.offset = 2, .width = 4},
		[FIELD_MAC_SRC] = {.offset = 8, .width = 4},
		[FIELD_VLAN] = {.offset = 14, .width = 2},
		[FIELD_IP_SRC] = {.offset = ip + 12, .width = 4},
		[FIELD_IP_DST] = {.offset = ip + 16, .width = 4},
		[FIELD_PORT_SRC] = {.offset = ip + 20, .width = 2},
		[FIELD_PORT_DST] = {.offset = ip + 22, .width = 2},
	};
	struct frame_field field = places[kind];
	const uint8_t *at = frames->classes[0].bytes + field.offset;
	uint32_t base = 0;

	for (unsigned i = 0; i < field.width; i++)
		base = base << 8 | at[i];
	field.kind = kind;
	field.base = base;
	return field;
}

uint32_t frames_field_range(const struct frames *frames, enum frame_field_kind kind)
{
	struct frame_field field = place_of(frames, kind);

	if (kind == FIELD_VLAN)
		return has_tag(frames) && field.base <= VLAN_LAST ? VLAN_LAST - field.base + 1 : 0;
	return field.width == 2 ? 65536 - field.base : UINT32_MAX - field.base;
}

int frames_add_field(struct frames *frames, enum frame_field_kind kind, uint32_t n)
{
	struct frame_field *field = &frames->fields[frames->n_fields];

	if (frames->n_fields == FRAME_FIELDS_MAX || n == 0 || n > frames_field_range(frames, kind))
		return -EINVAL;
	*field = place_of(frames, kind);
	field->n = n;
	frames->n_fields++;
	frames->ip_changes |= kind == FIELD_IP_SRC || kind == FIELD_IP_DST;
	return 0;
}

void frame_turn(uint8_t *data)
{
	uint8_t dst[6];

	memcpy(dst, data, 6);
	memcpy(data, data + 6, 6);
	memcpy(data + 6, dst, 6);
}
