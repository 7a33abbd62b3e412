// SPDX-License-Identifier: BSD-3-Clause
/* egress: VLAN tag, length and checksum as the port wants them. */
#include <string.h>

#include <rte_ether.h>

#include "dataplane/egress.h"
#include "dataplane/gso.h"

static int push_tag(struct rte_mbuf *m, uint16_t vlan)
{
	uint8_t *data = (uint8_t *)rte_pktmbuf_prepend(m, RTE_VLAN_HLEN);

	if (!data)
		return -1;
	memmove(data, data + RTE_VLAN_HLEN, 2 * RTE_ETHER_ADDR_LEN);
	data[12] = RTE_ETHER_TYPE_VLAN >> 8;
	data[13] = RTE_ETHER_TYPE_VLAN & 0xff;
	data[14] = vlan >> 8;
	data[15] = vlan & 0xff;
	m->l2_len += m->l2_len ? RTE_VLAN_HLEN : 0;
	return 0;
}

static void pop_tag(struct rte_mbuf *m)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(data + RTE_VLAN_HLEN, data, 2 * RTE_ETHER_ADDR_LEN);
	rte_pktmbuf_adj(m, RTE_VLAN_HLEN);
	m->l2_len -= m->l2_len ? RTE_VLAN_HLEN : 0;
}

/* The VLAN of a tag that is there; its priority stays. */
static void set_tag(struct rte_mbuf *m, uint16_t vlan)
{
	uint8_t *tci = rte_pktmbuf_mtod_offset(m, uint8_t *, RTE_ETHER_HDR_LEN);

	tci[0] = (tci[0] & 0xf0) | vlan >> 8;
	tci[1] = vlan & 0xff;
}

int egress_retag(struct rte_mbuf *m, const struct pkt *pkt, enum egress_form form)
{
	bool tagged = pkt->flags & PKT_TAGGED;

	if (form == EGRESS_TAGGED && !tagged)
		return push_tag(m, pkt->vlan);
	if (form == EGRESS_TAGGED)
		set_tag(m, pkt->vlan);
	else if (tagged)
		pop_tag(m);
	return 0;
}

/* The drop reason, or DROP_COUNT. */
static unsigned egress(struct pkt *pkt, struct rte_mbuf *m)
{
	enum egress_form form = egress_form(&pkt->to->conf, pkt->vlan);
	bool tagged = pkt->flags & PKT_TAGGED;

	if (unlikely(form == EGRESS_NOT))
		return DROP_vlan_egress;
	if (unlikely(!atomic_load_explicit(&pkt->out->up, memory_order_relaxed)))
		return DROP_port_down;
	if (unlikely(egress_too_big(pkt->out, m, tagged)))
		return DROP_too_big;
	if (egress_needs_csum(pkt->out, m) && gso_finish_csum(m))
		return DROP_bad_offload;
	if (unlikely(tagged || form == EGRESS_TAGGED) && egress_retag(m, pkt, form))
		return DROP_no_room;
	return DROP_COUNT;
}

void stage_egress(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	for (int i = 0; i < lane->n; i++) {
		uint8_t pos = lane->pos[i];
		unsigned drop = egress(&burst->pkts[pos], burst->mbufs[pos]);

		if (likely(drop == DROP_COUNT))
			lane_push(burst, STAGE_TX, pos);
		else
			lane_drop(burst, pos, drop);
	}
}
