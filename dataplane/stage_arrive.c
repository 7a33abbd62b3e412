// SPDX-License-Identifier: BSD-3-Clause
/*
 * arrive: a port that is in no bridge is routed. The interface is that of the
 * packet's VLAN; what is sent to it, or to a group, goes on to route.
 */
#include "dataplane/route.h"

/* What a frame to an interface looks like, and what is noted of it; as numbers that lie in struct
 * pkt side by side. */
struct entrance {
	uint64_t mac; /* its own, or one that no frame is to */
	union {
		struct {
			uint16_t vlan, l3;
		};
		uint32_t place;
	};
	union {
		struct {
			uint16_t iface, vrf;
		};
		uint32_t noted;
	};
};

_Static_assert(offsetof(struct pkt, l3) == offsetof(struct pkt, vlan) + 2 &&
		       offsetof(struct pkt, vrf) == offsetof(struct pkt, iface) + 2,
	       "each pair is one number");

static struct entrance entrance_to(const struct l3_vlans *vlans, uint16_t vlan)
{
	const struct l3_iface *iface = l3_iface(l3_vlans_iface(vlans, vlan));

	return (struct entrance){.mac = iface->up ? iface->mac : UINT64_MAX,
				 .vlan = vlan,
				 .l3 = RTE_ETHER_HDR_LEN + (vlan ? RTE_VLAN_HLEN : 0),
				 .iface = iface->id,
				 .vrf = iface->vrf};
}

/* Anything else than a plain frame to the interface's own address. */
static __rte_noinline void arrive_odd(struct burst *burst, uint8_t pos,
				      const struct l3_vlans *vlans)
{
	struct pkt *pkt = &burst->pkts[pos];
	const struct l3_iface *iface = l3_iface(l3_vlans_iface(vlans, pkt->vlan));

	if (!vlans) {
		lane_drop(burst, pos, DROP_no_bridge);
	} else if (!iface->id) {
		lane_drop(burst, pos, DROP_no_interface);
	} else if (!iface->up) {
		lane_drop(burst, pos, DROP_interface_down);
	} else if (!mac_is_group(pkt->dst) && pkt->dst != iface->mac) {
		lane_drop(burst, pos, DROP_not_for_us);
	} else if (!route_tags_fit(pkt)) {
		lane_drop(burst, pos, DROP_not_ip);
	} else {
		pkt->flags |= mac_is_group(pkt->dst) ? PKT_GROUP : 0;
		route_enter(burst, pos, iface);
	}
}

void stage_arrive(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	const struct l3_vlans *vlans = atomic_load_explicit(&burst->in->l3, memory_order_acquire);
	struct lane *next = &burst->lanes[STAGE_ROUTE];
	struct entrance at = entrance_to(vlans, burst->pkts[lane->pos[0]].vlan);
	size_t n_all = lane->n, n = next->n;

	for (size_t i = 0; i < n_all; i++) {
		uint8_t pos = lane->pos[i];
		struct pkt *pkt = &burst->pkts[pos];
		uint32_t place;

		memcpy(&place, &pkt->vlan, sizeof(place));
		if (unlikely(place != at.place))
			at = entrance_to(vlans, pkt->vlan);
		if (unlikely(pkt->dst != at.mac || place != at.place)) {
			next->n = n;
			arrive_odd(burst, pos, vlans);
			n = next->n;
			continue;
		}
		memcpy(&pkt->iface, &at.noted, sizeof(at.noted));
		next->pos[n++] = pos;
	}
	next->n = n;
}
