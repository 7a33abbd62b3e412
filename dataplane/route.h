// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the router's stages share: where a packet for the router comes from,
 * and what becomes of one that does not simply go on. Worker.
 */
#ifndef WEFT_DATAPLANE_ROUTE_H
#define WEFT_DATAPLANE_ROUTE_H

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>

#include "dataplane/l3_table.h"
#include "dataplane/worker.h"

/* What checks say beside a drop reason. */
enum {
	ROUTE_GO = DROP_COUNT, /* to be looked up */
	ROUTE_LOCAL,           /* for ourselves, whatever the FIB says */
};

/* Options of IPv4 that several look at. */
enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_RECORD_ROUTE = 7,
	OPT_TIMESTAMP = 68,
};

/* Nothing but what the interface's VLAN asks for is in front of the packet. */
static inline bool route_tags_fit(const struct pkt *pkt)
{
	return pkt->l3 == RTE_ETHER_HDR_LEN + (pkt->flags & PKT_TAGGED ? RTE_VLAN_HLEN : 0);
}

/* A packet for the router enters by an interface that is up. Its MAC addresses are not looked at
 * again. */
static inline void route_enter(struct burst *burst, uint8_t pos, const struct l3_iface *iface)
{
	struct pkt *pkt = &burst->pkts[pos];

	pkt->iface = iface->id;
	pkt->vrf = iface->vrf;
	lane_push(burst, STAGE_ROUTE, pos);
}

static inline const uint8_t *route_l3(const struct burst *burst, uint8_t pos)
{
	return rte_pktmbuf_mtod_offset(burst->mbufs[pos], const uint8_t *, burst->pkts[pos].l3);
}

/* What the next hop says, of the group that it was found in, where that is not simply to forward.
 */
void route_act(struct worker *worker, struct burst *burst, uint8_t pos, bool is_v4, uint32_t group,
	       const struct l3_nexthop *hop);
/* The router has no use for it: dropped, but for one that its bridge floods all the same. */
void route_drop(struct burst *burst, uint8_t pos, enum drop reason);
/* For ourselves, in the class that fits it. Own packets that lead back to us are welcome. */
void route_local(struct burst *burst, uint8_t pos);
/* To control; of one that its bridge floods, a copy. */
void route_punt(struct burst *burst, uint8_t pos, enum punt_class class, enum punt_why why);
/* Could not be forwarded, for a reason that its sender may be told. */
void route_error(struct burst *burst, uint8_t pos, enum drop reason, enum punt_why why);

/* What the fast checks leave over: an address that is not plain unicast, or options. A drop reason,
 * ROUTE_GO or ROUTE_LOCAL. The header is whole and its checksum right. */
unsigned route_odd4(struct pkt *pkt, const uint8_t *header);
unsigned route_odd6(struct pkt *pkt, const uint8_t *header, uint32_t seg);

/* A malformed option; where, from the IP header on. */
static inline unsigned route_malformed(struct pkt *pkt, unsigned at)
{
	pkt->mtu = at;
	return DROP_bad_options;
}

/* An option that routers write into, or any other: ROUTE_GO, with PKT_RECORD where something is to
 * be written and PKT_CARRY where it is not wanted, or a drop reason. */
unsigned route_check_record(struct pkt *pkt, const uint8_t *header, unsigned at);
/* Writes into the options of a packet with PKT_RECORD that leaves by hop; one with PKT_CARRY is
 * counted. */
void route_record(struct worker *worker, const struct pkt *pkt, uint8_t *header,
		  const struct l3_nexthop *hop);

/* Does the address lead to ourselves? */
bool route_is_ours4(const struct pkt *pkt, const uint8_t *address);

/* ARP and all that is not IP. */
void route_other(struct burst *burst, uint8_t pos);

#endif
