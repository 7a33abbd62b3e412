// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routing as workers see it: interfaces, next hops, groups and VRFs.
 *
 * Control names each by a small number and publishes immutable values under
 * it; a change is another value, and the old one is freed once a grace period
 * is over, without anybody waiting (l3_reclaim). So a next hop whose MAC
 * address changes, or a group whose member is lost, is one pointer stored, whatever the
 * number of routes that lead there.
 *
 *   VRF -> FIB -> group -> bucket[hash & mask] -> next hop -> interface -> port or bridge
 *
 * One next hop is a group of one bucket. Everything here is the control
 * thread's; what workers read is in l3_table.h.
 */
#ifndef WEFT_DATAPLANE_L3_H
#define WEFT_DATAPLANE_L3_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/bridge.h"
#include "dataplane/port.h"

#define L3_VRF_MAX     4096
#define L3_IFACE_MAX   4096  /* numbers below it; 0 is none */
#define L3_NEXTHOP_MAX 65536 /* likewise */
#define L3_GROUP_MAX   65535 /* likewise: FIB_NONE is 0 */
#define L3_MEMBER_MAX  64    /* next hops of a group */
#define L3_VRF_DEPTH   4     /* how often a packet may be led into another VRF */

/* What becomes of packets with options that routers write into: record route and timestamp. */
enum l3_record {
	L3_RECORD_FILL,
	L3_RECORD_CARRY, /* they go on as if they had none */
	L3_RECORD_DROP,
};

/* Where an interface is: on a port (untagged or one VLAN of it), or in a bridge's VLAN. */
struct l3_iface_conf {
	uint16_t vrf;
	uint16_t mtu;  /* bytes of an IP packet */
	uint16_t vlan; /* of a port: its tag, or 0; of a bridge: always */
	uint8_t mac[6];
	uint8_t ip4[4]; /* its address in record route and timestamp options; zeros: none */
	bool up;
	uint8_t record;    /* enum l3_record, of packets that come in here */
	bool redirects;    /* tells senders of a better way on their own wire (RFC 1812, 5.2.7.2) */
	struct port *port; /* or NULL; in no bridge */
	struct bridge *bridge; /* or NULL; both NULL: a loopback */
};

enum l3_act {
	L3_FORWARD,   /* to mac, by iface */
	L3_GLEAN,     /* on the wire of iface, but nobody knows where: control resolves it */
	L3_LOCAL,     /* to ourselves */
	L3_BROADCAST, /* the subnet's broadcast address: to ourselves, if it came as a broadcast */
	L3_BLACKHOLE, /* dropped in silence */
	L3_UNREACHABLE, /* dropped, and answered */
	L3_PROHIBIT,    /* likewise */
	L3_VRF,         /* looked up again in vrf */
};

struct l3_nexthop_conf {
	uint8_t act; /* enum l3_act */
	uint16_t iface;
	uint16_t vrf;
	uint8_t mac[6];
	/* It is lost, and its groups are about to be changed: packets take others of its group, if
	 * there are any. Whose interface goes down is passed by until it is set again. */
	bool away;
};

struct l3_member {
	uint32_t nexthop;
	uint16_t weight; /* 1 to 255 */
};

/* 0 or -errno. */
int l3_start(void);
void l3_stop(void); /* no worker runs any more */

int l3_vrf_add(uint16_t vrf); /* with empty tables */
/* No interface is in it any more. Waits for a grace period. */
void l3_vrf_del(uint16_t vrf);

/* Makes or replaces it. Its MAC address is put into its bridge's table (it goes on to route), or
 * its port's VLANs. -EADDRINUSE: another interface has that VLAN of the port or bridge. */
int l3_iface_set(uint16_t id, const struct l3_iface_conf *conf);
/* Nothing leads there any more. */
void l3_iface_del(uint16_t id);
/* The same for all that are on a port or a bridge which is about to go. */
void l3_port_gone(const struct port *port);
void l3_bridge_gone(const struct bridge *bridge);

int l3_nexthop_set(uint32_t id, const struct l3_nexthop_conf *conf);
void l3_nexthop_del(uint32_t id);

/* Makes or changes a group: buckets in proportion to the weights, the fewest moved; n at least 1.
 */
int l3_group_set(uint32_t id, const struct l3_member *members, uint16_t n);
/* For a group that is about to take another's place: l3_group_set starts from that one's buckets,
 * so that flows stay where they were. Nothing where it has members already. 0 or -ENOMEM. */
int l3_group_like(uint32_t id, uint32_t from);
void l3_group_del(uint32_t id);
/* Which next hop a bucket has, for shows; -ENOENT beyond the last. */
int64_t l3_group_bucket(uint32_t id, uint32_t bucket);

/* family: 4 or 6; bytes in network order, host bits zero. As fib_set and fib_del. */
int l3_route_set(uint16_t vrf, uint8_t family, const uint8_t *bytes, uint8_t length,
		 uint32_t group);
void l3_route_del(uint16_t vrf, uint8_t family, const uint8_t *bytes, uint8_t length,
		  uint32_t cover_group);
/* The group for an address, as workers see it; FIB_NONE. */
uint32_t l3_route_find(uint16_t vrf, uint8_t family, const uint8_t *bytes);

/* What time it is, in milliseconds since midnight UT, for timestamp options: told anew from time to
 * time. */
void l3_clock(uint32_t day_ms);

/* Frees what no worker can see any more; what is left. Never waits. Call it from a timer. */
uint32_t l3_reclaim(void);
uint64_t l3_bytes(void);

#endif
