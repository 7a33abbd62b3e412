// SPDX-License-Identifier: BSD-3-Clause
/*
 * RIP: version 2 (RFC 2453) with version 1's packets where they are allowed,
 * and RIPng (RFC 2080), by one engine. What differs between the two (what a
 * packet looks like, whom it is sent to, who may send it) is in struct
 * rip_family; the rest, from the table to the timers, is the same.
 *
 * An instance speaks one family in one VRF. Its configuration is a struct
 * rip_conf; what it knows is shown by rip_next_route and rip_next_neighbor.
 */
#ifndef WEFT_ROUTING_RIP_RIP_H
#define WEFT_ROUTING_RIP_RIP_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/protocol.h"

#define RIP_INFINITY 16
#define RIP_KEYS_MAX 8
#define RIP_KEY_MAX  64 /* bytes of a key; a password has 16 at most */
#define RIP_KEPT_MAX \
	544 /* bytes that are kept of a refused packet: of RIP's longest all but digests */

enum rip_auth_type {
	RIP_AUTH_NONE,
	RIP_AUTH_PASSWORD, /* RFC 2453, 4.1 */
	RIP_AUTH_MD5,      /* RFC 2082, and 4822's Keyed-MD5 */
	RIP_AUTH_SHA1,     /* RFC 4822, HMAC */
	RIP_AUTH_SHA256,
	RIP_AUTH_SHA384,
	RIP_AUTH_SHA512,
	RIP_AUTH_TYPES
};

/* Lifetimes are seconds since 1970 by the host's clock (0: always); they overlap while keys are
 * exchanged: we send with the youngest that may be sent with, and accept any that may be
 * accepted. */
struct rip_key {
	uint8_t id;
	uint8_t type; /* enum rip_auth_type */
	uint8_t size; /* bytes */
	uint8_t key[RIP_KEY_MAX];
	int64_t send_from_s, send_until_s, accept_from_s, accept_until_s;
};

enum rip_split {
	RIP_SPLIT_NONE,
	RIP_SPLIT_SIMPLE,   /* routes are not told where they came from */
	RIP_SPLIT_POISONED, /* they are told there as unreachable */
};

struct rip_iface_conf {
	uint32_t iface;
	bool passive;   /* listens, and sends only to neighbors */
	bool accept_1;  /* version 1's packets too; RIPng has none */
	bool bfd;       /* a neighbour that no longer answers loses its routes at once */
	bool originate; /* tells a default route here; the instance then believes no other's */
	uint8_t split;  /* enum rip_split */
	uint8_t metric; /* added to what comes in, 1 to 15 */
	uint8_t offset; /* added to what goes out, 0 to 15 */
	uint8_t n_keys; /* 0: packets with authentication are refused, else those without */
	struct rip_key keys[RIP_KEYS_MAX];
};

struct rip_neighbor_conf {
	uint32_t iface;
	struct addr addr; /* updates are sent to it alone */
};

struct rip_conf {
	uint8_t family; /* ADDR_IP4 or ADDR_IP6; fixed */
	uint16_t vrf;   /* fixed */
	uint8_t distance;
	int64_t update_us, timeout_us, garbage_us; /* RFC: 30 s, 180 s, 120 s */
	int64_t triggered_us; /* least time between two triggered updates; jittered up to five times
			       */
	uint8_t default_metric;       /* of what is redistributed and whose filter sets none */
	uint8_t paths;                /* equal-cost next hops of a route, 1 to NEXTHOP_SET_MAX */
	uint32_t routes_max;          /* learned at once; more are refused and counted */
	uint32_t neighbor_routes_max; /* likewise, from one neighbour */
	uint32_t packets_max;         /* of one neighbour in a second; likewise */
	uint32_t neighbors_max;       /* on one interface; likewise */
	uint32_t n_ifaces;
	const struct rip_iface_conf *ifaces; /* by iface, ascending */
	uint32_t n_neighbors;
	const struct rip_neighbor_conf *neighbors;
	struct rib_filter redistribute; /* what of the RIB is told; no rules: nothing */
};

void rip_conf_default(struct rip_conf *conf, uint8_t family);

/* Why a packet, or one of its entries, was refused. Packets: */
enum rip_refused {
	RIP_BAD_PACKET, /* no UDP, truncated, a length that is no whole number of entries */
	RIP_BAD_VERSION,
	RIP_BAD_COMMAND,
	RIP_BAD_PORT,   /* a response that does not come from RIP's own port */
	RIP_BAD_SOURCE, /* from no address of the wire, from ourselves, or (RIPng) not link-local */
	RIP_BAD_TTL,    /* RIPng: not 255 */
	RIP_BAD_AUTH,   /* missing, unexpected, wrong */
	RIP_REPLAYED,   /* its sequence is older than one that we had */
	RIP_NOT_ALLOWED, /* on an interface that does not speak it, or one neighbour too many */
	RIP_BFD_DOWN,    /* from a neighbour that does not hear us: BFD says so */
	RIP_TOO_FAST,    /* beyond packets_max */
	/* entries: */
	RIP_BAD_FAMILY,
	RIP_BAD_PREFIX, /* a class D or E address, a loopback, 0/8, a mask with holes, host bits */
	RIP_BAD_METRIC,
	RIP_TOO_MANY, /* beyond routes_max or neighbor_routes_max */
	RIP_REFUSALS
};

extern const char *const rip_refused_names[RIP_REFUSALS];

struct rip_route_row {
	struct prefix prefix;
	struct addr next_hop; /* the first; NONE: redistributed */
	uint32_t iface;
	uint8_t metric;
	uint8_t n_hops;
	uint16_t tag;
	bool is_own, is_deleted; /* redistributed; waits to be forgotten */
	int64_t left_us;         /* until it times out, or is forgotten */
};

struct rip_neighbor_row {
	struct addr addr;
	uint32_t iface;
	uint8_t version;
	int64_t seen_us; /* when its last good packet came; 0: it never did */
	uint32_t routes; /* that lead there */
	uint64_t packets, bad_packets, bad_routes;
	const struct rip_refusals *refused; /* until the engine runs again */
};

/* What was refused of somebody, and the last such packet. */
struct rip_refusals {
	uint64_t counts[RIP_REFUSALS];
	enum rip_refused last; /* RIP_REFUSALS: none yet */
	struct moment at;
	uint32_t size;              /* of the packet's UDP data; RIP_KEPT_MAX at most are kept */
	uint8_t data[RIP_KEPT_MAX]; /* a password in it blanked */
};

struct rip_summary {
	uint16_t vrf;
	uint32_t neighbors, routes, learned;
	int64_t update_us, timeout_us, garbage_us;
};

void rip_summary(const struct instance *instance, struct rip_summary *out);
/* The interface behind `after` where it is spoken now; 0: none. */
uint32_t rip_next_iface(const struct instance *instance, uint32_t after);

/* The row behind the one whose prefix (neighbour) is in row, the first where it is NONE. */
bool rip_next_route(const struct instance *instance, struct rip_route_row *row);
bool rip_next_neighbor(const struct instance *instance, struct rip_neighbor_row *row);
uint64_t rip_refused(const struct instance *instance, enum rip_refused why);

extern const struct protocol protocol_rip, protocol_ripng;

#endif
