// SPDX-License-Identifier: BSD-3-Clause
/*
 * The header fields that can differ from flow to flow or be given a value, and where each is: some
 * bits of a word of two or four bytes. Lengths, versions and checksums are none of them: they say
 * how the rest is read, and are right in every packet.
 */
#ifndef WEFT_TOOLS_PKTGEN_FIELDS_H
#define WEFT_TOOLS_PKTGEN_FIELDS_H

#include <stdint.h>

enum frame_field_kind {
	FIELD_MAC_DST,
	FIELD_MAC_SRC,
	FIELD_OUTER_TPID,
	FIELD_OUTER_PCP,
	FIELD_OUTER_DEI,
	FIELD_OUTER_VLAN,
	FIELD_VLAN_TPID,
	FIELD_VLAN_PCP,
	FIELD_VLAN_DEI,
	FIELD_VLAN,
	FIELD_ETHER_TYPE,
	FIELD_DSCP,
	FIELD_ECN,
	FIELD_FLOW_LABEL,
	FIELD_IP_ID,
	FIELD_IP_FLAGS,
	FIELD_FRAGMENT,
	FIELD_TTL,
	FIELD_PROTOCOL,
	FIELD_IP_SRC,
	FIELD_IP_DST,
	FIELD_PORT_SRC,
	FIELD_PORT_DST,
	FIELD_TCP_SEQ,
	FIELD_TCP_ACK,
	FIELD_TCP_FLAGS,
	FIELD_TCP_WINDOW,
	FIELD_TCP_URGENT,
	N_FIELDS
};

/* What fields are parts of; where it begins depends on the frame. */
enum field_layer {
	LAYER_MACS,
	LAYER_OUTER_TAG, /* from its type on, as the next */
	LAYER_TAG,
	LAYER_TYPE, /* the type of what follows */
	LAYER_IP,
	LAYER_PORTS, /* UDP and TCP alike */
	LAYER_TCP,
	N_LAYERS
};

#define FIELD_IN_IP_SUM 1 /* of the IPv4 header */
#define FIELD_IN_L4_SUM 2 /* of UDP or TCP */

struct field_place {
	enum field_layer layer;
	uint8_t offset;      /* bytes of its word from where the layer begins */
	uint8_t width;       /* of the word, 2 or 4 bytes */
	uint8_t shift, bits; /* bits 0: these packets have no such field */
	uint8_t sums;
};

struct field_kind {
	const char *name;
	enum frame_field_kind opposite; /* what packets that come back have in its place */
	const char *option;             /* that gives it a value; NULL: --set does */
	struct field_place ip4, ip6;
};

extern const struct field_kind field_kinds[N_FIELDS];

/* The largest value it can take. */
uint32_t field_max(enum frame_field_kind kind);

/* The field of this name, n bytes long, or N_FIELDS. */
enum frame_field_kind field_find(const char *name, unsigned n);

#endif
