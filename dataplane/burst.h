// SPDX-License-Identifier: BSD-3-Clause
/*
 * A burst on its way through the stages: packets that came from one queue,
 * what the stages found out about each, and which stage each waits for.
 * Lives in its worker and in its worker's first-level cache.
 *
 * A stage takes the positions in its own lane and appends each to the lane of
 * a later stage. Lanes run in the order of the table in stages.c, so a burst
 * goes through once.
 */
#ifndef WEFT_DATAPLANE_BURST_H
#define WEFT_DATAPLANE_BURST_H

#include <stdint.h>

#include <rte_mbuf.h>

#include "dataplane/bridge.h"
#include "dataplane/drop.h"
#include "dataplane/port.h"

#define BURST_MAX 32

struct l3_nexthop;
struct worker;

enum stage_id {
	STAGE_PARSE,
	STAGE_ARRIVE,
	STAGE_SWITCH,
	STAGE_ROUTE,
	STAGE_REWRITE,
	STAGE_FLOOD,
	STAGE_EGRESS,
	STAGE_PUNT,
	STAGE_DROP,
	STAGE_COUNT
};

enum pkt_flag {
	PKT_TAGGED = 1 << 0,   /* an 802.1Q tag follows the addresses (VLAN 0 too) */
	PKT_FRAGMENT = 1 << 1, /* not the first one: no L4 header */
	PKT_CUT = 1 << 2,      /* an IPv6 fragment, the first one too */
	/* The router's. */
	PKT_GROUP = 1 << 3,      /* came in a frame to a group address */
	PKT_BRIDGED = 1 << 4,    /* is to be flooded in its bridge whatever the router does */
	PKT_TO_PUNT = 1 << 5,    /* and control is to see it then */
	PKT_OWN = 1 << 6,        /* ours: begins here, and loses no hop */
	PKT_ALERT = 1 << 7,      /* with the router alert option */
	PKT_LINK_LOCAL = 1 << 8, /* from an address that is good on its link alone */
	PKT_LAST_HOP = 1 << 9,   /* goes no further than to ourselves */
	PKT_ROUTED = 1 << 10,    /* has been through rewrite: into pkt->bridge, if it is flooded */
	PKT_RECORD = 1 << 11,    /* has an option that says which routers it met */
	PKT_CARRY = 1 << 12,     /* has one that is left as it is */
};

/* What the stages know of one packet. */
struct pkt {
	union {
		struct { /* MAC addresses, first byte highest; fdb keys from switch on */
			uint64_t dst, src;
		};
		struct { /* in the router; for control as in struct punt */
			uint32_t nexthop;
			uint16_t mtu;
			uint8_t punt; /* enum punt_class */
			uint8_t why;
		};
	};
	struct port *out; /* the port it is for; looked up once, valid for the round */
	union {
		const struct member *to;      /* and that port's place in the bridge, or its wire */
		const struct l3_nexthop *hop; /* from route to rewrite */
		const struct bridge *bridge;  /* from rewrite to flood */
	};
	uint16_t ether_type; /* host order, behind the tags */
	uint16_t vlan;       /* parse: the tag's VLAN or 0; switch: the VLAN it belongs to */
	uint16_t l3, l4;     /* offsets from the start of the frame; 0: none */
	/* In the router: the interface of ours it came in on, or 0, and that one's VRF. */
	uint16_t iface, vrf;
	uint16_t flags;   /* enum pkt_flag */
	uint8_t l4_proto; /* valid where l4 is */
	uint8_t drop;     /* enum drop, for packets in the drop and error lanes */
};

struct lane {
	uint16_t n;
	uint8_t pos[BURST_MAX]; /* positions in the burst */
};

struct burst {
	struct port *in;
	const struct member *member; /* of in, as it was when the burst began */
	struct rte_mbuf *mbufs[BURST_MAX];
	struct pkt pkts[BURST_MAX];
	struct lane lanes[STAGE_COUNT];
};

/* One step. Consumes the whole of its lane. Worker. */
typedef void stage_fn(struct worker *worker, struct burst *burst, const struct lane *lane);

struct stage {
	const char *name;
	stage_fn *run;
};

extern const struct stage stages[STAGE_COUNT];

/* Takes n packets that came from in through all stages. Worker. */
void stages_run(struct worker *worker, struct port *in, uint16_t n);

/* The same in steps, for packets that begin elsewhere. An empty burst; the stages from one on; and
 * for what waits in the lanes between rewrite and punt, to leave now. Worker. */
void stages_begin(struct burst *burst, struct port *in, const struct member *member);
void stages_from(struct worker *worker, struct burst *burst, enum stage_id first);
void stages_catch_up(struct worker *worker, struct burst *burst);

stage_fn stage_parse, stage_arrive, stage_switch, stage_route, stage_rewrite, stage_flood;
stage_fn stage_egress, stage_punt, stage_drop;

static inline void lane_push(struct burst *burst, enum stage_id stage, uint8_t pos)
{
	struct lane *lane = &burst->lanes[stage];

	lane->pos[lane->n++] = pos;
}

static inline void lane_drop(struct burst *burst, uint8_t pos, enum drop reason)
{
	burst->pkts[pos].drop = reason;
	lane_push(burst, STAGE_DROP, pos);
}

/* A group address in a pkt's dst, before it is a key. */
static inline bool mac_is_group(uint64_t mac)
{
	return mac >> 40 & 1;
}

#endif
