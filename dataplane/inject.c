// SPDX-License-Identifier: BSD-3-Clause
/* The workers' end of inject: packets of control's enter the stages. */
#include "dataplane/inject.h"

#include <string.h>

#include <rte_cycles.h>

#include "dataplane/parse.h"
#include "dataplane/route.h"

static void write_mac(uint8_t *to, uint64_t mac)
{
	for (int i = 0; i < RTE_ETHER_ADDR_LEN; i++)
		to[i] = mac >> 8 * (RTE_ETHER_ADDR_LEN - 1 - i);
}

/* What leads to the address that control gave. */
static struct l3_nexthop make_hop(const struct l3_iface *iface, const uint8_t *dst_mac)
{
	struct l3_nexthop hop = {.act = L3_FORWARD,
				 .iface = iface->id,
				 .mtu = iface->mtu,
				 .vlan = iface->vlan,
				 .vrf = iface->vrf,
				 .port = iface->port,
				 .wire = iface->port ? iface->port->wire : NULL,
				 .bridge = iface->bridge,
				 .key = fdb_key_make(dst_mac, iface->vlan)};

	memcpy(hop.header, dst_mac, RTE_ETHER_ADDR_LEN);
	write_mac(hop.header + RTE_ETHER_ADDR_LEN, iface->mac);
	return hop;
}

static bool is_ip(const struct pkt *pkt)
{
	return pkt->ether_type == RTE_ETHER_TYPE_IPV4 || pkt->ether_type == RTE_ETHER_TYPE_IPV6;
}

/* One packet into its lane. hop is for it to fill, and lives as long as the burst. */
static void enter(struct burst *burst, uint8_t pos, const struct inject *in, struct l3_nexthop *hop)
{
	struct pkt *pkt = &burst->pkts[pos];
	const struct l3_iface *iface = l3_iface(in->iface);
	unsigned drop;

	*pkt = (struct pkt){.ether_type = in->ether_type};
	drop = parse_packet(pkt, in->m);
	pkt->vrf = in->vrf;
	pkt->flags |= in->forwarded && !in->iface ? 0 : PKT_OWN;
	if (drop != PARSE_GOOD) {
		lane_drop(burst, pos, drop);
	} else if (!in->iface && !is_ip(pkt)) {
		lane_drop(burst, pos, DROP_not_ip);
	} else if (!in->iface) {
		pkt->iface = in->from;
		lane_push(burst, STAGE_ROUTE, pos);
	} else if (!iface->up) {
		lane_drop(burst, pos, DROP_nexthop_down);
	} else {
		*hop = make_hop(iface, in->dst_mac);
		pkt->hop = hop;
		lane_push(burst, STAGE_REWRITE, pos);
	}
}

uint32_t inject_run(struct worker *worker)
{
	struct burst *burst = &worker->burst;
	struct l3_nexthop hops[BURST_MAX];
	struct inject list[BURST_MAX];
	uint32_t n;

	/* Taken back first: what comes in after that says so again. */
	(void)atomic_exchange(&worker->injected, false);
	n = rte_ring_sc_dequeue_burst_elem(worker->inject, list, sizeof(list[0]), BURST_MAX, NULL);
	if (n == BURST_MAX)
		atomic_store(&worker->injected, true);
	worker->now = rte_rdtsc();
	count_add(&worker->generated, n);
	stages_begin(burst, worker->ports[PORT_ROUTER], NULL);
	for (uint32_t i = 0; i < n; i++) {
		burst->mbufs[i] = list[i].m;
		enter(burst, i, &list[i], &hops[i]);
	}
	stages_from(worker, burst, STAGE_ROUTE);
	return n;
}
