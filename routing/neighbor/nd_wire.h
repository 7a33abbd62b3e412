// SPDX-License-Identifier: BSD-3-Clause
/* Neighbour discovery as it is on the wire: numbers of RFC 4861, 7527 and 8106. */
#ifndef WEFT_ROUTING_NEIGHBOR_ND_WIRE_H
#define WEFT_ROUTING_NEIGHBOR_ND_WIRE_H

#define ETHER_IP6    0x86dd
#define ND_HOP_LIMIT 255 /* so that no router can have forwarded it */

enum nd_type {
	ND_ROUTER_SOLICIT = 133,
	ND_ROUTER_ADVERT = 134,
	ND_NEIGHBOR_SOLICIT = 135,
	ND_NEIGHBOR_ADVERT = 136,
	ND_REDIRECT = 137,
};

enum nd_option {
	ND_SOURCE_MAC = 1,
	ND_TARGET_MAC = 2,
	ND_PREFIX = 3,
	ND_MTU = 5,
	ND_NONCE = 14,
	ND_RDNSS = 25,
};

/* Flags of a neighbour advertisement, in its first word. */
#define ND_ROUTER    0x80000000u
#define ND_SOLICITED 0x40000000u
#define ND_OVERRIDE  0x20000000u

/* Of a router advertisement's second byte; RFC 4191 has the preference. */
#define RA_MANAGED          0x80
#define RA_OTHER            0x40
#define RA_PREFERENCE_SHIFT 3

/* Of a prefix option. */
#define RA_ON_LINK    0x80
#define RA_AUTONOMOUS 0x40

#endif
