// SPDX-License-Identifier: BSD-3-Clause
/*
 * switch: which VLAN a packet belongs to, where its source is (learning), and
 * which port its destination is behind. First all keys, so that the table's
 * lines are on their way; then the lookups, one for each run of equal keys.
 */
#include <rte_cycles.h>

#include "dataplane/fdb_table.h"
#include "dataplane/worker.h"

static bool vlan_in(const uint64_t *set, uint16_t vlan)
{
	return set[vlan / 64] >> (vlan % 64) & 1;
}

/* 802.1Q 8.6.1 and 8.6.2: the VLAN, or 0 when the member does not take it. A tag with VLAN 0 only
 * carries priority. */
static uint16_t classify(const struct member_conf *conf, const struct pkt *pkt)
{
	if (!pkt->vlan)
		return conf->untagged;
	return vlan_in(conf->tagged, pkt->vlan) && pkt->vlan != VLAN_COUNT - 1 ? pkt->vlan : 0;
}

/* Tells control of an address that is new or has moved: seldom the same one again, however often it
 * is seen and between how many ports it jumps. */
static void report(struct worker *worker, const struct member *member, fdb_key key)
{
	struct recent *recent =
		&worker->recent[key * UINT64_C(0x9e3779b97f4a7c15) >> 54 & (LEARN_RECENT - 1)];
	struct dp_learned event = {.key = key,
				   .port = member->port->index,
				   .bridge = member->bridge->id,
				   .serial = member->serial};
	uint64_t pause = recent->serial == member->serial ? worker->recent_tsc : worker->moved_tsc;

	if (recent->key == key && worker->now - recent->tsc < pause)
		return;
	if (rte_ring_sp_enqueue_elem(worker->learned, &event, sizeof(event))) {
		count_add(&worker->learn_lost, 1);
		return;
	}
	*recent = (struct recent){key, event.serial, worker->now};
	worker->learn_news = true;
}

/* Notes where the source is. false: it is pinned to another port. */
static bool learn(struct worker *worker, struct fdb *fdb, const struct member *member, fdb_key src)
{
	int64_t slot = fdb_lookup(fdb, src);

	if (likely(slot >= 0)) {
		if (likely(fdb_slot_port(fdb, slot) == member->port->index)) {
			fdb_slot_seen(fdb, worker->id, slot);
			return true;
		}
		if (fdb_slot_static(fdb, slot))
			return false;
	}
	/* A port at its limit learns nothing new; what is known may move to it all the same. */
	if (slot >= 0 || atomic_load_explicit(&member->learn, memory_order_relaxed))
		report(worker, member, src);
	return true;
}

/* The port behind a destination, or NULL for a group, an unknown address, or a port that is gone.
 */
static struct port *find_out(const struct worker *worker, const struct fdb *fdb, fdb_key dst)
{
	int64_t slot;

	if (mac_is_group(dst >> 12))
		return NULL;
	slot = fdb_lookup(fdb, dst);
	return slot < 0 ? NULL
			: __atomic_load_n(&worker->ports[fdb_slot_port(fdb, slot)],
					  __ATOMIC_ACQUIRE);
}

static void forward(struct burst *burst, uint8_t pos, struct port *out)
{
	const struct member *to;

	if (!out) {
		lane_push(burst, STAGE_FLOOD, pos);
		return;
	}
	to = atomic_load_explicit(&out->member, memory_order_acquire);
	if (unlikely(out == burst->in)) {
		lane_drop(burst, pos, DROP_same_port);
	} else if (unlikely(!to || to->bridge != burst->member->bridge)) {
		lane_push(burst, STAGE_FLOOD,
			  pos); /* it has just left: its addresses are about to go */
	} else if (unlikely(to->conf.is_protected && burst->member->conf.is_protected)) {
		lane_drop(burst, pos, DROP_protected);
	} else {
		burst->pkts[pos].out = out;
		burst->pkts[pos].to = to;
		lane_push(burst, STAGE_EGRESS, pos);
	}
}

/* Makes the keys; returns how many positions are left in todo. */
static int make_keys(struct burst *burst, const struct lane *lane, const struct fdb *fdb,
		     uint8_t *todo)
{
	fdb_key last_src = 0, last_dst = 0;
	int n = 0;

	for (int i = 0; i < lane->n; i++) {
		uint8_t pos = lane->pos[i];
		struct pkt *pkt = &burst->pkts[pos];
		uint16_t vlan = classify(&burst->member->conf, pkt);

		if (unlikely(!vlan)) {
			lane_drop(burst, pos, DROP_vlan_not_allowed);
			continue;
		}
		pkt->vlan = vlan;
		pkt->src = pkt->src << 12 | vlan;
		pkt->dst = pkt->dst << 12 | vlan;
		if (pkt->src != last_src)
			fdb_prefetch(fdb, last_src = pkt->src);
		if (pkt->dst != last_dst)
			fdb_prefetch(fdb, last_dst = pkt->dst);
		todo[n++] = pos;
	}
	return n;
}

void stage_switch(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	const struct member *member = burst->member;
	fdb_key last_src = 0, last_dst = 0;
	struct port *out = NULL;
	uint8_t todo[BURST_MAX];
	bool allowed = true;
	struct fdb *fdb;
	int n;

	if (unlikely(!member)) {
		for (int i = 0; i < lane->n; i++)
			lane_drop(burst, lane->pos[i], DROP_no_bridge);
		return;
	}
	fdb = atomic_load_explicit(&member->bridge->fdb, memory_order_acquire);
	n = make_keys(burst, lane, fdb, todo);
	for (int i = 0; i < n; i++) {
		const struct pkt *pkt = &burst->pkts[todo[i]];

		if (pkt->src != last_src)
			allowed = learn(worker, fdb, member, last_src = pkt->src);
		if (unlikely(!allowed)) {
			lane_drop(burst, todo[i], DROP_static_elsewhere);
			continue;
		}
		if (pkt->dst != last_dst)
			out = find_out(worker, fdb, last_dst = pkt->dst);
		forward(burst, todo[i], out);
	}
}
