// SPDX-License-Identifier: BSD-3-Clause
/* What a packet needs before it leaves by a certain member of its bridge. Worker. */
#ifndef WEFT_DATAPLANE_EGRESS_H
#define WEFT_DATAPLANE_EGRESS_H

#include <rte_ether.h>

#include "dataplane/worker.h"

/* How a member sends a VLAN's frames. */
enum egress_form { EGRESS_NOT, EGRESS_UNTAGGED, EGRESS_TAGGED };

static inline enum egress_form egress_form(const struct member_conf *conf, uint16_t vlan)
{
	if (vlan == conf->untagged)
		return EGRESS_UNTAGGED;
	return conf->tagged[vlan / 64] >> (vlan % 64) & 1 ? EGRESS_TAGGED : EGRESS_NOT;
}

/* Gives m, which belongs to nobody else, the form; pkt tells how it is now. 0, or -1: no room for a
 * tag. */
int egress_retag(struct rte_mbuf *m, const struct pkt *pkt, enum egress_form form);

/* What a sender may have left to be done. */
#define EGRESS_OFFLOADS (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG)

static inline uint32_t egress_caps(const struct port *port)
{
	return atomic_load_explicit(&port->caps, memory_order_relaxed);
}

/* Is there a checksum to finish because the port's peer cannot? */
static inline bool egress_needs_csum(const struct port *port, const struct rte_mbuf *m)
{
	return unlikely(m->ol_flags & RTE_MBUF_F_TX_L4_MASK) &&
	       !(egress_caps(port) & PORT_CAN_CSUM);
}

/* The longest m may be with its tags, which do not count against the MTU. */
static inline uint32_t egress_most(const struct port *port, const struct pkt *pkt)
{
	return atomic_load_explicit(&port->max_frame, memory_order_relaxed) + pkt->l3 -
	       RTE_ETHER_HDR_LEN;
}

static inline bool egress_too_big(const struct port *port, const struct pkt *pkt,
				  const struct rte_mbuf *m)
{
	return m->pkt_len > egress_most(port, pkt);
}

/* For m with RTE_MBUF_F_TX_TCP_SEG: the payload of each segment that it is to be cut into for the
 * port. EGRESS_WHOLE: the port takes it as it is; 0: not even small segments fit. */
#define EGRESS_WHOLE UINT16_MAX
uint16_t egress_mss(const struct port *port, const struct pkt *pkt, const struct rte_mbuf *m);

/* Cuts m, which stays as it is and the caller's, and sends the packets in the form to the port.
 * Counts what it drops; returns how many packets m has become, sent or dropped. */
uint32_t egress_cut(struct worker *worker, struct port *port, const struct pkt *pkt,
		    const struct rte_mbuf *m, enum egress_form form, uint16_t mss);

#endif
