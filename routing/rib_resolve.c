// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where the hops of a set lead. A hop that is on the wire of an interface, or
 * ends here, leads there itself; a gateway leads wherever its own route does,
 * and its weight is shared among that route's hops in proportion to theirs.
 */
#include <errno.h>
#include <string.h>

#include "routing/rib_inside.h"

/* A hop that leads somewhere. */
struct lead {
	const struct nexthop *hop;
	const struct nexthop_set *via; /* what the gateway was found with; NULL: hop itself */
	uint32_t via_weight;           /* of those of them that can be used */
};

struct leads {
	struct lead lead[NEXTHOP_SET_MAX];
	uint32_t n;
	uint8_t depth;
	bool is_looked_up; /* one of them */
	bool has_flags;    /* likewise: the set itself is not where it leads */
};

/* Packets for a gateway must leave by an interface: what ends here, or is looked up in another VRF,
 * does not lead to it. */
static bool leads_out(const struct nexthop *hop)
{
	return hop->kind == NEXTHOP_GATEWAY || hop->kind == NEXTHOP_IFACE ||
	       hop->kind == NEXTHOP_UPLINKS;
}

static bool must_answer(const struct nexthop *hop)
{
	return hop->flags & NEXTHOP_BFD;
}

static enum rib_inactive find_gateway(const struct watch *watch, struct leads *leads,
				      struct lead *lead)
{
	if (!watch->hops)
		return RIB_NO_GATEWAY;
	for (uint32_t i = 0; i < watch->hops->n; i++)
		if (leads_out(&watch->hops->hops[i]))
			lead->via_weight += watch->hops->hops[i].weight;
	if (lead->via_weight == 0)
		return RIB_ENDS;
	if (watch->depth + 1 > RIB_DEPTH_MAX)
		return RIB_TOO_DEEP;
	if (must_answer(lead->hop) && watch->session.is_silent)
		return RIB_BFD_DOWN;
	lead->via = watch->hops;
	leads->is_looked_up = true;
	if (leads->depth < watch->depth + 1)
		leads->depth = (uint8_t)(watch->depth + 1);
	return RIB_ACTIVE;
}

/* watch: what the hop depends on, or NULL. Our own addresses are ours while the interface is down,
 * too. */
static enum rib_inactive find_lead(const struct rib *rib, uint32_t dest, const struct nexthop *hop,
				   const struct watch *watch, struct leads *leads)
{
	struct lead *lead = &leads->lead[leads->n];
	enum rib_inactive inactive = RIB_ACTIVE;

	*lead = (struct lead){.hop = hop};
	if (watch && watch->iface != 0) {
		if (!watch->is_there || (!watch->is_up && hop->kind != NEXTHOP_LOCAL))
			inactive = RIB_NO_IFACE;
		else if (must_answer(hop) && watch->session.is_silent)
			inactive = RIB_BFD_DOWN;
	} else if (watch && dest != 0 && loops_close(rib, dest, watch)) {
		inactive = RIB_LOOP;
	} else if (watch) {
		inactive = find_gateway(watch, leads, lead);
	}
	leads->has_flags |= hop->flags != 0;
	leads->n += inactive == RIB_ACTIVE;
	return inactive;
}

/* Finds all; why the first of those that do not lead anywhere does not. */
static enum rib_inactive find_leads(const struct rib *rib, const struct way *way, uint32_t dest,
				    struct leads *leads)
{
	enum rib_inactive first = RIB_ACTIVE;
	uint32_t u = way->uses;

	for (uint32_t i = 0; i < way->set->n; i++) {
		const struct use *use = u ? use_at(rib, u) : NULL;
		const struct watch *watch = NULL;
		enum rib_inactive inactive;

		if (use && use->hop == i) {
			watch = watch_at(rib, use->watch);
			u = use->way_next;
		}
		inactive = find_lead(rib, dest, &way->set->hops[i], watch, leads);
		if (first == RIB_ACTIVE)
			first = inactive;
	}
	return first;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Hops with their weights in full. */
struct mix {
	struct nexthop hops[NEXTHOP_SET_MAX];
	uint64_t weights[NEXTHOP_SET_MAX];
	uint32_t n;
};

/* Weights of the same way add up; beyond the greatest set there is no room. */
static void mix_add(struct mix *mix, const struct nexthop *hop, uint64_t weight)
{
	uint32_t i = 0;

	while (i < mix->n && (mix->hops[i].kind != hop->kind || mix->hops[i].iface != hop->iface ||
			      mix->hops[i].vrf != hop->vrf ||
			      addr_compare(&mix->hops[i].gateway, &hop->gateway) != 0))
		i++;
	if (i == NEXTHOP_SET_MAX)
		return;
	if (i == mix->n) {
		mix->hops[mix->n] = *hop;
		mix->hops[mix->n].flags = 0;
		mix->weights[mix->n++] = 0;
	}
	mix->weights[i] += weight;
}

static void mix_add_gateway(struct mix *mix, const struct lead *lead, uint64_t unit)
{
	for (uint32_t i = 0; i < lead->via->n; i++) {
		struct nexthop hop = lead->via->hops[i];

		if (!leads_out(&hop))
			continue;
		if (hop.kind == NEXTHOP_IFACE) {
			hop.kind = NEXTHOP_GATEWAY;
			hop.gateway = lead->hop->gateway;
		}
		mix_add(mix, &hop, (uint64_t)lead->hop->weight * hop.weight * unit);
	}
}

/* The least whole numbers in proportion, or nearly so where they would not fit into a weight. */
static void mix_scale(struct mix *mix)
{
	uint64_t divisor = 0, max = 0;

	for (uint32_t i = 0; i < mix->n; i++) {
		divisor = greatest_divisor(mix->weights[i], divisor);
		max = max < mix->weights[i] ? mix->weights[i] : max;
	}
	max /= divisor;
	for (uint32_t i = 0; i < mix->n; i++) {
		uint64_t weight = mix->weights[i] / divisor;

		if (max > UINT8_MAX)
			weight = (weight * UINT8_MAX + max / 2) / max;
		mix->hops[i].weight = (uint8_t)(weight ? weight : 1);
	}
}

/* Shares are weight × weight / via_weight: in units of a common multiple of the via_weights they
 * are whole numbers. A multiple too great to be kept is left out, and the shares are rounded. */
static void mix_leads(const struct leads *leads, struct mix *mix)
{
	uint64_t multiple = 1;

	for (uint32_t i = 0; i < leads->n; i++) {
		uint64_t weight = leads->lead[i].via ? leads->lead[i].via_weight : 1;
		uint64_t next = multiple / greatest_divisor(multiple, weight) * weight;

		if (next < UINT64_C(1) << 36)
			multiple = next;
	}
	for (uint32_t i = 0; i < leads->n; i++) {
		const struct lead *lead = &leads->lead[i];

		if (lead->via)
			mix_add_gateway(mix, lead, multiple / lead->via_weight);
		else
			mix_add(mix, lead->hop, lead->hop->weight * multiple);
	}
	mix_scale(mix);
}

static const struct nexthop_set *set_of(struct rib *rib, const struct way *way,
					const struct leads *leads)
{
	struct mix mix = {.n = 0};

	if (leads->is_looked_up) {
		mix_leads(leads, &mix);
		return nexthop_set_get(rib->sets, mix.hops, mix.n);
	}
	if (leads->n == way->set->n && !leads->has_flags)
		return nexthop_set_ref(way->set);
	for (uint32_t i = 0; i < leads->n; i++) {
		mix.hops[i] = *leads->lead[i].hop;
		mix.hops[i].flags = 0;
	}
	return nexthop_set_get(rib->sets, mix.hops, leads->n);
}

int way_resolve(struct rib *rib, const struct way *way, uint32_t dest, struct rib_value *out)
{
	struct leads leads = {.n = 0};
	enum rib_inactive inactive = find_leads(rib, way, dest, &leads);

	*out = (struct rib_value){.inactive = (uint8_t)inactive};
	if (leads.n == 0)
		return 0;
	out->inactive = RIB_ACTIVE;
	out->depth = leads.depth;
	out->hops = set_of(rib, way, &leads);
	return out->hops ? 0 : -ENOMEM;
}
