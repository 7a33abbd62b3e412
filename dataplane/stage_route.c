// SPDX-License-Identifier: BSD-3-Clause
/*
 * route: the FIB for all packets of a family at once; while its memory answers,
 * what RFC 1812 and RFC 4291 ask of a header before it is forwarded; then from the group
 * to its bucket and the next hop, each step for all so that they wait for memory together.
 * What is not simply forwarded then is route_act.c's.
 */
#include "dataplane/route.h"
#include "dataplane/route_hash.h"

/* Packets of one family on their way through the tables. */
struct batch {
	int n;
	bool many_vrfs;
	uint8_t pos[BURST_MAX];
	const uint8_t *header[BURST_MAX]; /* until some are sent away */
	uint32_t group[BURST_MAX];
	union {
		uint32_t addr4[BURST_MAX];
		struct fib_key6 addr6[BURST_MAX];
	};
};

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Of the 20 bytes of a header without options: its one's complement sum is all ones, which is to
 * say that it is a multiple of 0xffff. The order of bytes does not matter for that. */
static inline bool sum_is_right(const uint8_t *header)
{
	uint64_t a = load64(header), b = load64(header + 8), c = load32(header + 16);

	a += b;
	a += a < b;
	a += c;
	a += a < c;
	return a % 0xffff == 0; /* never all zero: it has a version */
}

static bool sum_is_right_with_options(const uint8_t *header)
{
	return rte_raw_cksum(header, (header[0] & 0xf) * 4) == 0xffff;
}

/* First bytes of addresses that are nowhere plain unicast: 0/8, 127/8, and from 224/4 on. */
static const uint8_t odd4[256] = {[0] = 1, [127] = 1, [224 ... 255] = 1};

/* Likewise ::/8, fe00::/7 with link-local addresses, and groups. */
static inline bool is_odd6(uint64_t hi)
{
	uint32_t first = hi >> 56;

	return first - 1 >= 0xfd;
}

/* Commonest first: no options, a right sum, plain addresses, and hops to go. */
static inline bool is_plain4(const uint8_t *header)
{
	return likely(header[0] == 0x45 && header[8] > 1 && !odd4[header[12]] &&
		      !odd4[header[16]] && sum_is_right(header));
}

static inline bool is_plain6(const uint8_t *header, const struct fib_key6 *dst)
{
	uint64_t src = rte_be_to_cpu_64(load64(header + 8));

	return likely(!is_odd6(src) && !is_odd6(dst->hi) && header[6] != IPPROTO_HOPOPTS &&
		      header[7] > 1);
}

static __rte_noinline unsigned check4(struct pkt *pkt, const struct rte_mbuf *m,
				      const uint8_t *header)
{
	bool has_options = header[0] != 0x45;

	/* What a NIC found right is right. */
	if (!(m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_GOOD) &&
	    !(has_options ? sum_is_right_with_options(header) : sum_is_right(header)))
		return DROP_bad_ip_checksum;
	if (header[8] <= 1)
		pkt->flags |= PKT_LAST_HOP;
	if (!has_options && !odd4[header[12]] && !odd4[header[16]])
		return ROUTE_GO;
	return route_odd4(pkt, header);
}

static __rte_noinline unsigned check6(struct pkt *pkt, const struct rte_mbuf *m,
				      const uint8_t *header)
{
	if (header[7] <= 1)
		pkt->flags |= PKT_LAST_HOP;
	return route_odd6(pkt, header, m->data_len - pkt->l3);
}

static void leave(struct burst *burst, uint8_t pos, unsigned verdict)
{
	if (verdict == ROUTE_LOCAL)
		route_local(burst, pos);
	else if (verdict == DROP_bad_options) /* RFC 1812, 4.3.3.5 */
		route_error(burst, pos, verdict, PUNT_PARAMETER);
	else
		route_drop(burst, pos, verdict);
}

/* Whatever is not plain; returns whether it is to be looked up all the same. */
static __rte_noinline bool check_odd(struct burst *burst, uint8_t pos)
{
	struct pkt *pkt = &burst->pkts[pos];
	const struct rte_mbuf *m = burst->mbufs[pos];
	unsigned verdict;

	pkt->nexthop = pkt->mtu = 0;
	switch (pkt->ether_type) {
	case RTE_ETHER_TYPE_IPV4:
		verdict = check4(pkt, m, route_l3(burst, pos));
		break;
	case RTE_ETHER_TYPE_IPV6:
		verdict = check6(pkt, m, route_l3(burst, pos));
		break;
	default:
		route_other(burst, pos);
		return false;
	}
	if (verdict == ROUTE_GO)
		return true;
	leave(burst, pos, verdict);
	return false;
}

/* Sorts the packets by family, with the addresses that they go to. */
static inline void sort(struct burst *burst, const struct lane *lane, struct batch *v4,
			struct batch *v6)
{
	uint16_t any = 0, all = UINT16_MAX; /* bits of their VRFs */
	size_t n = lane->n, n4 = 0, n6 = 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t pos = lane->pos[i];
		const struct pkt *pkt = &burst->pkts[pos];
		const uint8_t *header = route_l3(burst, pos);

		any |= pkt->vrf;
		all &= pkt->vrf;
		if (likely(pkt->ether_type == RTE_ETHER_TYPE_IPV4)) {
			v4->addr4[n4] = rte_be_to_cpu_32(load32(header + 16));
			v4->header[n4] = header;
			v4->pos[n4++] = pos;
		} else if (pkt->ether_type == RTE_ETHER_TYPE_IPV6) {
			v6->addr6[n6].hi = rte_be_to_cpu_64(load64(header + 24));
			v6->addr6[n6].lo = rte_be_to_cpu_64(load64(header + 32));
			v6->header[n6] = header;
			v6->pos[n6++] = pos;
		} else {
			check_odd(burst, pos);
		}
	}
	v4->n = n4;
	v6->n = n6;
	v4->many_vrfs = v6->many_vrfs = any != all;
}

/* Sends away what needs no route of the packets from one on up to another: a bit for each by its
 * place in the batch. */
static inline uint32_t check(struct burst *burst, const struct batch *batch, bool is_v4, int from,
			     int to)
{
	uint32_t gone = 0;

	for (int i = from; i < to; i++) {
		const uint8_t *header = batch->header[i];

		if (!(is_v4 ? is_plain4(header) : is_plain6(header, &batch->addr6[i])) &&
		    !check_odd(burst, batch->pos[i]))
			gone |= UINT32_C(1) << i;
	}
	return gone;
}

/* The groups of the packets from one on up to another, all in one VRF. */
static inline void look_up_part(struct batch *batch, bool is_v4, uint16_t vrf, int from, int to)
{
	if (is_v4)
		fib4_lookup(l3_vrf(vrf)->fib4, batch->addr4 + from, batch->group + from, to - from);
	else
		fib6_lookup(l3_vrf(vrf)->fib6, batch->addr6 + from, batch->group + from, to - from);
}

/* Those of several VRFs: run by run. */
static __rte_noinline void look_up_parts(const struct burst *burst, struct batch *batch, bool is_v4)
{
	int from = 0, to;

	for (; from < batch->n; from = to) {
		uint16_t vrf = burst->pkts[batch->pos[from]].vrf;

		for (to = from + 1; to < batch->n; to++)
			if (burst->pkts[batch->pos[to]].vrf != vrf)
				break;
		look_up_part(batch, is_v4, vrf, from, to);
	}
}

_Static_assert(BURST_MAX <= 32, "a bit for each packet");

/* Closes the gaps in the batch. */
static __rte_noinline void close_gaps(struct batch *batch, uint32_t gone)
{
	int n = 0;

	for (int i = 0; i < batch->n; i++) {
		if (gone >> i & 1)
			continue;
		batch->pos[n] = batch->pos[i];
		batch->group[n++] = batch->group[i];
	}
	batch->n = n;
}

/* The groups of all that are not sent away. */
static inline void look_up(struct burst *burst, struct batch *batch, bool is_v4)
{
	const struct l3_vrf *vrf = l3_vrf(burst->pkts[batch->pos[0]].vrf);
	int n = batch->n, half = n / 2;
	bool together = likely(!batch->many_vrfs);
	struct fib_walk walk;
	uint32_t gone;

	if (together && is_v4)
		fib4_start(&walk, vrf->fib4, batch->addr4, n);
	else if (together)
		fib6_start(&walk, vrf->fib6, batch->addr6, n);
	gone = check(burst, batch, is_v4, 0, half);
	if (together)
		fib_step(&walk);
	gone |= check(burst, batch, is_v4, half, n);
	if (together)
		fib_finish(&walk, batch->group);
	else
		look_up_parts(burst, batch, is_v4);
	if (unlikely(gone))
		close_gaps(batch, gone);
}

/* More is to be looked at than the next hop. */
#define ROUTE_ODD \
	(PKT_GROUP | PKT_OWN | PKT_ALERT | PKT_LINK_LOCAL | PKT_LAST_HOP | PKT_RECORD | PKT_CARRY)

/* Commonest first: forwarding, and nothing else. */
static inline bool is_plain(const struct pkt *pkt, const struct l3_nexthop *hop)
{
	return likely(hop->act == L3_FORWARD && !(pkt->flags & ROUTE_ODD) &&
		      pkt->iface != hop->iface);
}

/* All have one next hop, which forwards. */
static void route_one(struct worker *worker, struct burst *burst, const struct batch *batch,
		      bool is_v4, const struct l3_nexthop *hop)
{
	struct lane *next = &burst->lanes[STAGE_REWRITE];
	size_t n = batch->n, n_next = next->n;
	uint16_t iface = hop->iface;

	for (size_t i = 0; i < n; i++) {
		uint8_t pos = batch->pos[i];
		struct pkt *pkt = &burst->pkts[pos];

		if (likely(!(pkt->flags & ROUTE_ODD) && pkt->iface != iface)) {
			pkt->hop = hop;
			next->pos[n_next++] = pos;
		} else {
			next->n = n_next;
			route_act(worker, burst, pos, is_v4, batch->group[i], hop);
			n_next = next->n;
		}
	}
	next->n = n_next;
}

static inline void route_many(struct worker *worker, struct burst *burst, const struct batch *batch,
			      bool is_v4)
{
	const uint16_t *bucket[BURST_MAX];
	const struct l3_nexthop *hop[BURST_MAX];
	struct lane *next = &burst->lanes[STAGE_REWRITE];
	int n = batch->n, n_next = next->n;

	for (int i = 0; i < n; i++)
		rte_prefetch0(bucket[i] = route_bucket(burst, batch->pos[i], is_v4,
						       l3_group(batch->group[i])));
	for (int i = 0; i < n; i++)
		rte_prefetch0(hop[i] = l3_nexthop(*bucket[i]));
	for (int i = 0; i < n; i++) {
		uint8_t pos = batch->pos[i];
		struct pkt *pkt = &burst->pkts[pos];

		if (is_plain(pkt, hop[i])) {
			pkt->hop = hop[i];
			next->pos[n_next++] = pos;
		} else {
			next->n = n_next;
			route_act(worker, burst, pos, is_v4, batch->group[i], hop[i]);
			n_next = next->n;
		}
	}
	next->n = n_next;
}

/* The next hop of all, or NULL: they have several, or one that does more than forward. Most bursts
 * come from one guest and go to its default route. */
static inline const struct l3_nexthop *only_hop(const struct batch *batch)
{
	uint32_t first = batch->group[0], other = 0;
	const struct l3_nexthop *hop;

	for (int i = 1; i < batch->n; i++)
		other |= batch->group[i] ^ first;
	if (other || l3_group_mask(l3_group(first)))
		return NULL;
	hop = l3_nexthop(l3_group_nexthop(l3_group(first), 0));
	return hop->act == L3_FORWARD ? hop : NULL;
}

static inline void route(struct worker *worker, struct burst *burst, struct batch *batch,
			 bool is_v4)
{
	const struct l3_nexthop *hop;

	look_up(burst, batch, is_v4);
	if (unlikely(!batch->n))
		return;
	hop = only_hop(batch);
	if (hop)
		route_one(worker, burst, batch, is_v4, hop);
	else
		route_many(worker, burst, batch, is_v4);
}

void stage_route(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	struct batch v4, v6;

	sort(burst, lane, &v4, &v6);
	if (v4.n)
		route(worker, burst, &v4, true);
	if (v6.n)
		route(worker, burst, &v6, false);
}
