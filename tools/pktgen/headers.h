// SPDX-License-Identifier: BSD-3-Clause
/*
 * What stands before the payload: Ethernet, perhaps a VLAN tag or two, IPv4 or IPv6, UDP or TCP.
 * Addresses and ports are in host order, IPv6 addresses as they are sent.
 */
#ifndef WEFT_TOOLS_PKTGEN_HEADERS_H
#define WEFT_TOOLS_PKTGEN_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/pktgen/fields.h"

struct header_value {
	enum frame_field_kind kind;
	uint32_t value;
};

struct frame_header {
	uint8_t mac_src[6], mac_dst[6];
	uint16_t vlan;       /* 0: no tag */
	uint16_t outer_vlan; /* 0: not a second one before it */
	bool ip6, tcp;
	bool udp_checksum; /* over IPv4; over IPv6, and of TCP, there always is one */
	uint32_t ip_src, ip_dst;
	uint8_t ip6_src[16], ip6_dst[16];
	uint16_t port_src, port_dst;
	struct header_value values[N_FIELDS]; /* of other fields than those above */
	unsigned n_values;
};

/* Where layers begin; 0 also for those there are not. */
struct header_places {
	uint16_t at[N_LAYERS];
	uint16_t check; /* of UDP or TCP; 0: there is none */
	uint16_t payload;
};

struct header_places header_places(const struct frame_header *header);

/* Why frames have no such field, to be read behind its name; or NULL. */
const char *header_lacks(const struct frame_header *header, enum frame_field_kind kind);

/* Into a frame of len bytes that are 0. Its checksums are still to be made. */
void header_write(const struct frame_header *header, uint8_t *frame, uint16_t len);

/* What is in a field, and changing it, in a frame of that kind. */
struct field_place header_field_place(const struct frame_header *header,
				      enum frame_field_kind kind);
uint32_t header_field_get(const struct frame_header *header, enum frame_field_kind kind,
			  const uint8_t *frame);
void header_field_set(const struct frame_header *header, enum frame_field_kind kind, uint8_t *frame,
		      uint32_t value);

/* Sums of 16-bit words: of an IPv4 header (else 0), and of UDP or TCP with the addresses, each
 * without the checksum in it. */
uint32_t header_sum_ip(const struct frame_header *header, const uint8_t *frame);
uint32_t header_sum_l4(const struct frame_header *header, const uint8_t *frame, uint16_t len);

#endif
