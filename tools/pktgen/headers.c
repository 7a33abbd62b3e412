// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/headers.h"

#include <string.h>

#include "tools/pktgen/bytes.h"

#define MACS_LEN   12
#define TAG_LEN    4
#define TYPE_LEN   2
#define IP4_LEN    20
#define IP6_LEN    40
#define UDP_LEN    8
#define TCP_LEN    20
#define TYPE_IPV4  0x0800
#define TYPE_IPV6  0x86dd
#define TYPE_VLAN  0x8100
#define TYPE_OUTER 0x88a8
#define PROTO_TCP  6
#define PROTO_UDP  17
#define TTL        64
#define TCP_ACK    0x10
#define TCP_WINDOW 65535

struct header_places header_places(const struct frame_header *h)
{
	struct header_places p = {0};
	uint16_t next = MACS_LEN;

	if (h->outer_vlan) {
		p.at[LAYER_OUTER_TAG] = next;
		next += TAG_LEN;
	}
	if (h->vlan) {
		p.at[LAYER_TAG] = next;
		next += TAG_LEN;
	}
	p.at[LAYER_TYPE] = next;
	p.at[LAYER_IP] = next + TYPE_LEN;
	next = p.at[LAYER_IP] + (h->ip6 ? IP6_LEN : IP4_LEN);
	p.at[LAYER_PORTS] = p.at[LAYER_TCP] = next;
	p.payload = next + (h->tcp ? TCP_LEN : UDP_LEN);
	if (h->tcp)
		p.check = next + 16;
	else if (h->ip6 || h->udp_checksum)
		p.check = next + 6;
	return p;
}

/* --- fields --- */

struct field_place header_field_place(const struct frame_header *h, enum frame_field_kind kind)
{
	return h->ip6 ? field_kinds[kind].ip6 : field_kinds[kind].ip4;
}

/* Whether a field was given another value than packets of this kind have. */
static bool is_changed(const struct frame_header *h, enum frame_field_kind kind, uint32_t from)
{
	for (unsigned i = 0; i < h->n_values; i++)
		if (h->values[i].kind == kind && h->values[i].value != from)
			return true;
	return false;
}

const char *header_lacks(const struct frame_header *h, enum frame_field_kind kind)
{
	struct field_place place = header_field_place(h, kind);

	if (place.bits == 0)
		return h->ip6 ? "is a field of IPv4: not with --ipv6" : "needs --ipv6";
	if (place.layer == LAYER_TAG && !h->vlan)
		return "needs --vlan: the frames have no tag";
	if (place.layer == LAYER_OUTER_TAG && !h->outer_vlan)
		return "needs --outer-vlan: the frames have no second tag";
	if (place.layer == LAYER_TCP && !h->tcp)
		return "needs --tcp";
	if (place.layer >= LAYER_IP &&
	    is_changed(h, FIELD_ETHER_TYPE, h->ip6 ? TYPE_IPV6 : TYPE_IPV4))
		return "is a field of IP, which frames with this ether-type do not carry";
	if (place.layer >= LAYER_PORTS &&
	    is_changed(h, FIELD_PROTOCOL, h->tcp ? PROTO_TCP : PROTO_UDP))
		return "is a field of UDP and TCP, which packets of this protocol do not carry";
	return NULL;
}

static uint32_t mask_of(struct field_place place)
{
	return (uint32_t)((UINT64_C(1) << place.bits) - 1) << place.shift;
}

static uint32_t get_word(const uint8_t *at, unsigned width)
{
	return width == 4 ? bytes_get32(at) : bytes_get16(at);
}

uint32_t header_field_get(const struct frame_header *h, enum frame_field_kind kind,
			  const uint8_t *frame)
{
	struct field_place place = header_field_place(h, kind);
	const uint8_t *at = frame + header_places(h).at[place.layer] + place.offset;

	return (get_word(at, place.width) & mask_of(place)) >> place.shift;
}

void header_field_set(const struct frame_header *h, enum frame_field_kind kind, uint8_t *frame,
		      uint32_t value)
{
	struct field_place place = header_field_place(h, kind);
	uint8_t *at = frame + header_places(h).at[place.layer] + place.offset;
	uint32_t word = get_word(at, place.width) & ~mask_of(place);

	word |= value << place.shift & mask_of(place);
	if (place.width == 4)
		bytes_put32(at, word);
	else
		bytes_put16(at, word);
}

/* --- the whole --- */

static void write_ip4(const struct frame_header *h, uint8_t *ip, uint16_t len)
{
	ip[0] = 0x45;
	bytes_put16(ip + 2, len);
	ip[8] = TTL;
	ip[9] = h->tcp ? PROTO_TCP : PROTO_UDP;
	bytes_put32(ip + 12, h->ip_src);
	bytes_put32(ip + 16, h->ip_dst);
}

static void write_ip6(const struct frame_header *h, uint8_t *ip, uint16_t len)
{
	ip[0] = 0x60;
	bytes_put16(ip + 4, len - IP6_LEN);
	ip[6] = h->tcp ? PROTO_TCP : PROTO_UDP;
	ip[7] = TTL;
	memcpy(ip + 8, h->ip6_src, 16);
	memcpy(ip + 24, h->ip6_dst, 16);
}

static void write_l4(const struct frame_header *h, uint8_t *l4, uint16_t len)
{
	bytes_put16(l4, h->port_src);
	bytes_put16(l4 + 2, h->port_dst);
	if (!h->tcp) {
		bytes_put16(l4 + 4, len);
		return;
	}
	l4[12] = TCP_LEN / 4 << 4;
	l4[13] = TCP_ACK;
	bytes_put16(l4 + 14, TCP_WINDOW);
}

void header_write(const struct frame_header *h, uint8_t *frame, uint16_t len)
{
	struct header_places p = header_places(h);
	uint8_t *ip = frame + p.at[LAYER_IP];

	memcpy(frame, h->mac_dst, 6);
	memcpy(frame + 6, h->mac_src, 6);
	if (h->outer_vlan) {
		bytes_put16(frame + p.at[LAYER_OUTER_TAG], TYPE_OUTER);
		bytes_put16(frame + p.at[LAYER_OUTER_TAG] + 2, h->outer_vlan);
	}
	if (h->vlan) {
		bytes_put16(frame + p.at[LAYER_TAG], TYPE_VLAN);
		bytes_put16(frame + p.at[LAYER_TAG] + 2, h->vlan);
	}
	bytes_put16(frame + p.at[LAYER_TYPE], h->ip6 ? TYPE_IPV6 : TYPE_IPV4);
	if (h->ip6)
		write_ip6(h, ip, len - p.at[LAYER_IP]);
	else
		write_ip4(h, ip, len - p.at[LAYER_IP]);
	write_l4(h, frame + p.at[LAYER_PORTS], len - p.at[LAYER_PORTS]);
	for (unsigned i = 0; i < h->n_values; i++)
		header_field_set(h, h->values[i].kind, frame, h->values[i].value);
}

/* --- sums --- */

/* A last byte alone is the upper half of a word. */
static uint32_t sum_bytes(const uint8_t *at, unsigned n)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i + 1 < n; i += 2)
		sum += bytes_get16(at + i);
	return n % 2 ? sum + (uint32_t)(at[n - 1] << 8) : sum;
}

uint32_t header_sum_ip(const struct frame_header *h, const uint8_t *frame)
{
	const uint8_t *ip = frame + header_places(h).at[LAYER_IP];

	return h->ip6 ? 0 : sum_bytes(ip, IP4_LEN) - bytes_get16(ip + 10);
}

uint32_t header_sum_l4(const struct frame_header *h, const uint8_t *frame, uint16_t len)
{
	struct header_places p = header_places(h);
	const uint8_t *ip = frame + p.at[LAYER_IP], *l4 = frame + p.at[LAYER_PORTS];
	uint16_t l4_len = len - p.at[LAYER_PORTS];
	uint32_t sum = l4_len + sum_bytes(l4, l4_len);

	if (p.check)
		sum -= bytes_get16(frame + p.check);
	return sum + (h->ip6 ? ip[6] + sum_bytes(ip + 8, 32) : ip[9] + sum_bytes(ip + 12, 8));
}
