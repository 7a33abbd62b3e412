// SPDX-License-Identifier: BSD-3-Clause
/*
 * flood: one packet to every other member that takes its VLAN. Members that
 * send it in the same form share one buffer by reference; at most one copy is
 * made, for those that want the other form (with or without a tag).
 *
 * A large TCP packet is cut anew for each member that cannot take it whole,
 * before the others get it: what is shared is only read.
 *
 * Ports that are down are passed over: they are no targets. So are those that
 * the packet is too long for, but that is a counted drop.
 *
 * What the router sends has no port that it came from, and no limit of one.
 */
#include <string.h>

#include "dataplane/egress.h"
#include "dataplane/gso.h"
#include "dataplane/tx.h"

/* Who gets the packet, by form. */
struct targets {
	uint16_t n[2];         /* untagged, tagged */
	uint32_t n_done;       /* packets that m has become already: cut and sent, or dropped */
	struct port *csum_for; /* one of them needs the checksum finished */
	struct port *ports[2][PORT_MAX];
};

enum { UNTAGGED, TAGGED };

/* A packet that is to be cut counts as all that it will be. */
static uint32_t storm_cost(const struct rte_mbuf *m)
{
	if (likely(!(m->ol_flags & RTE_MBUF_F_TX_TCP_SEG)))
		return 1;
	return 1 + m->pkt_len / m->tso_segsz;
}

/* A second's worth of tokens is never saved up: a tenth bounds the burst. */
static bool storm_passes(struct worker *worker, const struct member *member,
			 const struct rte_mbuf *m)
{
	struct storm *storm = &worker->storm[member->port->index];
	uint16_t pollers = atomic_load_explicit(&member->port->n_pollers, memory_order_relaxed);
	double rate, most;

	if (likely(!member->conf.storm_pps))
		return true;
	rate = (double)member->conf.storm_pps / (pollers ? pollers : 1);
	most = rate / 10 > 1 ? rate / 10 : 1;
	storm->tokens += (double)(worker->now - storm->last_tsc) / worker->tsc_hz * rate;
	storm->last_tsc = worker->now;
	if (storm->tokens > most)
		storm->tokens = most;
	if (storm->tokens < 1)
		return false;
	storm->tokens -= storm_cost(m); /* what is overdrawn has to come in first */
	return true;
}

/* A copy that is dropped before it is made. */
static void drop_too_big(struct worker *worker, const struct port *port, struct targets *targets)
{
	drop_count(worker, port->index, DROP_too_big, 1);
	targets->n_done++;
}

/* A large packet and a port that may be unable to take it. Returns whether the port is a target. */
static bool add_large(struct worker *worker, const struct pkt *pkt, const struct rte_mbuf *m,
		      struct port *port, enum egress_form form, struct targets *targets)
{
	uint16_t mss = egress_mss(port, pkt, m);

	if (mss == EGRESS_WHOLE) {
		count_add(&worker->count[port->index].tx_whole, 1);
		return true;
	}
	if (mss == 0) {
		drop_too_big(worker, port, targets);
	} else {
		targets->n_done += egress_cut(worker, port, pkt, m, form, mss);
	}
	return false;
}

/* Not back to where it came from, nor from one protected port to another. */
static bool is_kept_from(const struct burst *burst, const struct member *to)
{
	return to->port == burst->in || (to->conf.is_protected && burst->member->conf.is_protected);
}

static void add_target(struct worker *worker, const struct burst *burst, const struct pkt *pkt,
		       const struct rte_mbuf *m, const struct member *to, struct targets *targets)
{
	enum egress_form form = egress_form(&to->conf, pkt->vlan);
	int kind = form == EGRESS_TAGGED ? TAGGED : UNTAGGED;

	if (form == EGRESS_NOT || (!(pkt->flags & PKT_ROUTED) && is_kept_from(burst, to)) ||
	    !atomic_load_explicit(&to->port->up, memory_order_relaxed))
		return;
	if (unlikely(m->ol_flags & RTE_MBUF_F_TX_TCP_SEG)) {
		if (!add_large(worker, pkt, m, to->port, form, targets))
			return;
	} else if (egress_too_big(to->port, pkt, m)) {
		drop_too_big(worker, to->port, targets);
		return;
	} else if (egress_needs_csum(to->port, m)) {
		targets->csum_for = to->port;
	}
	targets->ports[kind][targets->n[kind]++] = to->port;
}

/* Hands one buffer to n ports. */
static void share(struct worker *worker, struct rte_mbuf *m, struct port **ports, uint16_t n)
{
	if (n > 1)
		for (struct rte_mbuf *seg = m; seg; seg = seg->next)
			rte_mbuf_refcnt_update(seg, n - 1);
	for (uint16_t i = 0; i < n; i++)
		tx_push(worker, ports[i], m);
}

/* Sends to the ports that want the other form than the packet has. m is NULL when a copy could not
 * be had. */
static void share_retagged(struct worker *worker, struct rte_mbuf *m, const struct pkt *pkt,
			   int kind, struct targets *targets)
{
	uint16_t n = targets->n[kind];

	if (m && !egress_retag(m, pkt, kind == TAGGED ? EGRESS_TAGGED : EGRESS_UNTAGGED)) {
		share(worker, m, targets->ports[kind], n);
		return;
	}
	rte_pktmbuf_free(m);
	for (uint16_t i = 0; i < n; i++)
		drop_count(worker, targets->ports[kind][i]->index, DROP_no_room, 1);
}

static void send_all(struct worker *worker, const struct pkt *pkt, struct rte_mbuf *m,
		     struct targets *targets)
{
	bool was_tagged = pkt->flags & PKT_TAGGED;
	int same = was_tagged ? TAGGED : UNTAGGED, other = !same;
	struct rte_mbuf *copy = m;

	count_add(&worker->generated, targets->n[same] + targets->n[other] - 1);
	if (targets->n[other] && targets->n[same])
		copy = rte_pktmbuf_copy(m, m->pool, 0, UINT32_MAX);
	if (targets->n[other])
		share_retagged(worker, copy, pkt, other, targets);
	if (!targets->n[same])
		return;
	if (was_tagged) /* a priority tag gets its VLAN */
		egress_retag(m, pkt, EGRESS_TAGGED);
	share(worker, m, targets->ports[same], targets->n[same]);
}

/* Finishes the checksum for all where one needs that. */
static int finish(struct worker *worker, struct rte_mbuf *m, const struct targets *targets)
{
	if (likely(!targets->csum_for))
		return 0;
	if (gso_finish_csum(m))
		return -1;
	count_add(&worker->count[targets->csum_for->index].tx_csum, 1);
	return 0;
}

/* Control is to see it too: the packet itself where nobody else gets it. */
static void flood_none(struct burst *burst, uint8_t pos)
{
	if (burst->pkts[pos].flags & PKT_TO_PUNT)
		lane_push(burst, STAGE_PUNT, pos);
	else
		lane_drop(burst, pos, DROP_no_target);
}

static void flood(struct worker *worker, struct burst *burst, uint8_t pos,
		  const struct bridge *bridge)
{
	const struct members *members =
		atomic_load_explicit(&bridge->members, memory_order_acquire);
	const struct pkt *pkt = &burst->pkts[pos];
	struct rte_mbuf *m = burst->mbufs[pos];
	struct targets targets;

	targets.n[UNTAGGED] = targets.n[TAGGED] = 0;
	targets.n_done = 0;
	targets.csum_for = NULL;
	for (uint16_t i = 0; i < members->n; i++)
		add_target(worker, burst, pkt, m, members->list[i], &targets);
	if (pkt->flags & PKT_TO_PUNT &&
	    (targets.n[UNTAGGED] || targets.n[TAGGED] || targets.n_done))
		punt_copy(worker, burst, pos);
	if (targets.n[UNTAGGED] || targets.n[TAGGED]) {
		if (finish(worker, m, &targets))
			lane_drop(burst, pos, DROP_bad_checksum);
		else
			send_all(worker, pkt, m, &targets);
		count_add(&worker->generated, targets.n_done);
	} else if (targets.n_done) {
		count_add(&worker->generated, targets.n_done - 1); /* m has become one of them */
		rte_pktmbuf_free(m);
	} else {
		flood_none(burst, pos);
	}
}

void stage_flood(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	for (int i = 0; i < lane->n; i++) {
		uint8_t pos = lane->pos[i];
		const struct pkt *pkt = &burst->pkts[pos];

		if (pkt->flags & PKT_ROUTED)
			flood(worker, burst, pos, pkt->bridge);
		else if (storm_passes(worker, burst->member, burst->mbufs[pos]))
			flood(worker, burst, pos, burst->member->bridge);
		else
			lane_drop(burst, pos, DROP_storm);
	}
}
