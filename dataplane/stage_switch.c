// SPDX-License-Identifier: BSD-3-Clause
/*
 * switch: which VLAN a packet belongs to, where its source is (learning), and
 * which port its destination is behind. First all keys, so that the table's
 * lines are on their way; then the lookups, one for each run of equal keys.
 */
#include <rte_cycles.h>

#include "dataplane/fdb_table.h"
#include "dataplane/route.h"
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
static __rte_noinline void report(struct worker *worker, const struct member *member, fdb_key key)
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
static inline bool learn(struct worker *worker, struct fdb *fdb, const struct member *member,
			 const struct fdb_bucket *first, fdb_key src)
{
	struct fdb_place place = fdb_search(fdb, first, src);

	if (likely(place.bucket)) {
		if (likely(fdb_place_port(place) == member->port->index)) {
			fdb_slot_seen(fdb, worker->id, fdb_slot(fdb, place));
			return true;
		}
		if (fdb_place_static(place))
			return false;
	}
	/* A port at its limit learns nothing new; what is known may move to it all the same. */
	if (place.bucket || atomic_load_explicit(&member->learn, memory_order_relaxed))
		report(worker, member, src);
	return true;
}

/* What becomes of the packets for a destination that go to no port: a drop reason, or these. */
#define FATE_FLOOD DROP_COUNT
#define FATE_ROUTE (DROP_COUNT + 1)

/* The member behind a destination, or NULL with their fate: a group, an unknown address, a port
 * that is gone. */
static inline const struct member *find_to(const struct worker *worker, const struct burst *burst,
					   const struct fdb *fdb, const struct fdb_bucket *first,
					   fdb_key dst, unsigned *fate)
{
	const struct member *to;
	struct fdb_place place;
	struct port *out;

	*fate = FATE_FLOOD;
	if (mac_is_group(dst >> 12))
		return NULL;
	place = fdb_search(fdb, first, dst);
	if (unlikely(!place.bucket))
		return NULL;
	out = __atomic_load_n(&worker->ports[fdb_place_port(place)], __ATOMIC_ACQUIRE);
	if (unlikely(!out))
		return NULL;
	if (unlikely(out == burst->in)) {
		*fate = DROP_same_port;
		return NULL;
	}
	to = atomic_load_explicit(&out->member, memory_order_acquire);
	if (unlikely(!to || to->bridge != burst->member->bridge)) {
		if (out->index == PORT_ROUTER)
			*fate = FATE_ROUTE;
		return NULL; /* it has just left: its addresses are about to go */
	}
	if (likely(!to->conf.is_protected || !burst->member->conf.is_protected))
		return to;
	*fate = DROP_protected;
	return NULL;
}

/* Packets whose VLAN is known, and the first buckets of their addresses. */
struct todo {
	int n;
	uint8_t pos[BURST_MAX];
	const struct fdb_bucket *src[BURST_MAX], *dst[BURST_MAX];
};

/* Makes the keys, and has their buckets fetched. */
static void make_keys(struct burst *burst, const struct lane *lane, const struct fdb *fdb,
		      struct todo *todo)
{
	const struct member_conf *conf = &burst->member->conf;
	const struct fdb_bucket *src_at = NULL, *dst_at = NULL;
	fdb_key last_src = 0, last_dst = 0;
	int n = 0, n_all = lane->n;

	for (int i = 0; i < n_all; i++) {
		uint8_t pos = lane->pos[i];
		struct pkt *pkt = &burst->pkts[pos];
		uint16_t vlan = classify(conf, pkt);

		if (unlikely(!vlan)) {
			lane_drop(burst, pos, DROP_vlan_not_allowed);
			continue;
		}
		pkt->vlan = vlan;
		pkt->src = pkt->src << 12 | vlan;
		pkt->dst = pkt->dst << 12 | vlan;
		if (pkt->src != last_src)
			src_at = fdb_prefetch(fdb, last_src = pkt->src);
		if (pkt->dst != last_dst)
			dst_at = fdb_prefetch(fdb, last_dst = pkt->dst);
		todo->pos[n] = pos;
		todo->src[n] = src_at;
		todo->dst[n++] = dst_at;
	}
	todo->n = n;
}

/* To the router's own address in this VLAN. */
static void to_router(struct burst *burst, uint8_t pos, const struct l3_iface *iface)
{
	if (!iface->up)
		lane_drop(burst, pos, DROP_interface_down);
	else if (!route_tags_fit(&burst->pkts[pos]))
		lane_drop(burst, pos, DROP_not_ip);
	else
		route_enter(burst, pos, iface);
}

/* To all in this VLAN; what a group gets may be for the router as well. */
static void to_all(struct burst *burst, uint8_t pos, const struct l3_iface *iface)
{
	struct pkt *pkt = &burst->pkts[pos];

	if (!iface->up || !mac_is_group(pkt->dst >> 12) || !route_tags_fit(pkt)) {
		lane_push(burst, STAGE_FLOOD, pos);
		return;
	}
	pkt->flags |= PKT_GROUP | PKT_BRIDGED;
	route_enter(burst, pos, iface);
}

/* Whatever is not on its way to one port. */
static __rte_noinline void leave(struct burst *burst, uint8_t pos, unsigned fate)
{
	const struct l3_vlans *vlans =
		atomic_load_explicit(&burst->member->bridge->l3, memory_order_acquire);
	const struct l3_iface *iface = l3_iface(l3_vlans_iface(vlans, burst->pkts[pos].vlan));

	if (fate == FATE_FLOOD)
		to_all(burst, pos, iface);
	else if (fate == FATE_ROUTE)
		to_router(burst, pos, iface);
	else
		lane_drop(burst, pos, fate);
}

static void switch_all(struct worker *worker, struct burst *burst, struct fdb *fdb,
		       const struct todo *todo)
{
	const struct member *member = burst->member, *to = NULL;
	struct lane *next = &burst->lanes[STAGE_EGRESS];
	fdb_key last_src = 0, last_dst = 0;
	struct port *out = NULL;
	unsigned fate = FATE_FLOOD;
	int n_next = next->n;
	bool allowed = true;

	for (int i = 0; i < todo->n; i++) {
		uint8_t pos = todo->pos[i];
		struct pkt *pkt = &burst->pkts[pos];

		if (pkt->src != last_src)
			allowed = learn(worker, fdb, member, todo->src[i], last_src = pkt->src);
		if (unlikely(!allowed)) {
			leave(burst, pos, DROP_static_elsewhere);
			continue;
		}
		if (pkt->dst != last_dst) {
			to = find_to(worker, burst, fdb, todo->dst[i], last_dst = pkt->dst, &fate);
			out = to ? to->port : NULL;
		}
		if (unlikely(!to)) {
			leave(burst, pos, fate);
			continue;
		}
		pkt->out = out;
		pkt->to = to;
		next->pos[n_next++] = pos;
	}
	next->n = n_next;
}

void stage_switch(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	struct fdb *fdb = atomic_load_explicit(&burst->member->bridge->fdb, memory_order_acquire);
	struct todo todo;

	make_keys(burst, lane, fdb, &todo);
	switch_all(worker, burst, fdb, &todo);
}
