// SPDX-License-Identifier: BSD-3-Clause
/*
 * arrive: a port that is in no bridge is routed. The interface is that of the
 * packet's VLAN; what is sent to it, or to a group, goes on to route.
 */
#include "dataplane/route.h"

/* Not to the interface's own address. */
static void arrive_other(struct burst *burst, uint8_t pos, const struct l3_vlans *vlans,
			 const struct l3_iface *iface)
{
	struct pkt *pkt = &burst->pkts[pos];

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
		pkt->flags |= PKT_GROUP;
		route_enter(burst, pos, iface);
	}
}

void stage_arrive(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	const struct l3_vlans *vlans = atomic_load_explicit(&burst->in->l3, memory_order_acquire);
	const struct l3_iface *iface = l3_iface(0);
	uint32_t last = UINT32_MAX;

	for (int i = 0; i < lane->n; i++) {
		uint8_t pos = lane->pos[i];
		const struct pkt *pkt = &burst->pkts[pos];

		if (unlikely(pkt->vlan != last))
			iface = l3_iface(l3_vlans_iface(vlans, last = pkt->vlan));
		if (likely(pkt->dst == iface->mac && iface->up && route_tags_fit(pkt)))
			route_enter(burst, pos, iface);
		else
			arrive_other(burst, pos, vlans, iface);
	}
}
