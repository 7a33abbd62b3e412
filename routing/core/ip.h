// SPDX-License-Identifier: BSD-3-Clause
/*
 * IP headers of both families as values: read from a packet that nobody has
 * looked at yet, and written. Reading checks every length and walks IPv6's
 * extension headers; it judges nothing else.
 */
#ifndef WEFT_ROUTING_CORE_IP_H
#define WEFT_ROUTING_CORE_IP_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/core/addr.h"

#define IP4_HEADER      20
#define IP6_HEADER      40

#define IP4_OPTIONS_MAX 40

enum ip_proto {
	IP_HOP_BY_HOP = 0,
	IP_ICMP = 1,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_AUTH = 51,
	IP_ICMP6 = 58,
	IP_NO_NEXT = 59,
	IP_DEST_OPTIONS = 60,
	IP_MOBILITY = 135,
};

/* Points into the packet it was read from. Lengths and offsets in bytes. */
struct ip_view {
	struct addr src, dst;
	const uint8_t *packet; /* from the IP header on */
	uint32_t len;          /* of it, as its header says; of a partial one what is there */
	const uint8_t *payload;
	uint32_t payload_len;
	uint32_t proto_at; /* offset of the byte that says proto */
	uint16_t fragment_offset;
	uint32_t id; /* of a datagram that may be cut: IPv4's, or that of IPv6's fragment header */
	uint8_t tos, ttl;
	uint8_t proto; /* of the payload: behind IPv6's extension headers */
	bool dont_fragment;
	bool more_fragments;
	bool fragment_header; /* IPv6: there is one, be it of an unfragmented packet (RFC 6946) */
	uint32_t fragment_at; /* its offset, and that of the byte that names it */
	uint32_t fragment_named_at;
};

/* 0, or -EBADMSG: no IP, or it does not fit into len. What follows the packet (padding) is left
 * out. partial: the packet may go on beyond len, as those that ICMP errors quote do. */
int ip_read(const uint8_t *data, uint32_t len, bool partial, struct ip_view *out);

static inline bool ip_is_fragment(const struct ip_view *view)
{
	return view->more_fragments || view->fragment_offset > 0;
}

struct ip_out {
	struct addr src, dst; /* of one family */
	uint8_t proto, ttl, tos;
	bool dont_fragment;     /* IPv4 */
	uint16_t id;            /* IPv4 */
	const uint8_t *options; /* IPv4; a multiple of four bytes, IP4_OPTIONS_MAX at most */
	uint8_t options_len;
};

/* With its options. */
uint32_t ip_header_len(const struct ip_out *header);
/* Writes the header of a packet with payload_len bytes after it, checksum and all. Returns its
 * length.
 */
uint32_t ip_write(uint8_t *out, const struct ip_out *header, uint32_t payload_len);

#endif
