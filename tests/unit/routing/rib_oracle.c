// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/routing/rib_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLACE(i) ((places)1 << (i))

void oracle_route_gone(struct oracle *oracle, struct oracle_route *route)
{
	if (route->is_there)
		nexthop_set_unref(rib_sets(oracle->net->rib), route->set);
	*route = (struct oracle_route){.is_there = false};
}

static bool is_better(const struct oracle *oracle, const struct oracle_place *place, int a, int b)
{
	const struct oracle_route *x = &place->routes[a], *y = &place->routes[b];

	if (x->distance != y->distance)
		return x->distance < y->distance;
	if (x->metric != y->metric)
		return x->metric < y->metric;
	return oracle->numbers[a] < oracle->numbers[b];
}

int oracle_order(const struct oracle *oracle, const struct oracle_place *place,
		 int out[ORACLE_SOURCES])
{
	int n = 0;

	for (int s = 0; s < ORACLE_SOURCES; s++) {
		int i = n;

		if (!place->routes[s].is_there)
			continue;
		for (; i > 0 && is_better(oracle, place, s, out[i - 1]); i--)
			out[i] = out[i - 1];
		out[i] = s;
		n++;
	}
	return n;
}

static bool is_recursive_hop(const struct nexthop *hop)
{
	return hop->kind == NEXTHOP_GATEWAY && hop->iface == 0;
}

static bool is_recursive(const struct oracle_route *route)
{
	for (uint32_t i = 0; i < route->set->n; i++)
		if (is_recursive_hop(&route->set->hops[i]))
			return true;
	return false;
}

/* Of a hop that is not looked up. */
static enum rib_inactive state_of(const struct oracle *oracle, const struct nexthop *hop)
{
	const struct iface *iface = &oracle->net->ifaces[hop->iface];

	if (hop->kind > NEXTHOP_BROADCAST)
		return RIB_ACTIVE;
	if (iface->id == 0)
		return RIB_NO_IFACE;
	if (hop->kind != NEXTHOP_LOCAL && !(iface->flags & IFACE_UP))
		return RIB_NO_IFACE;
	return hop->flags && net_is_silent(oracle->net, hop->iface, &hop->gateway) ? RIB_BFD_DOWN
										   : RIB_ACTIVE;
}

/* Leads somewhere whatever gateways are found with. */
static bool is_sure(const struct oracle *oracle, const struct oracle_route *route)
{
	if (!route->is_there || route->distance == 255 || is_recursive(route))
		return false;
	for (uint32_t i = 0; i < route->set->n; i++)
		if (state_of(oracle, &route->set->hops[i]) == RIB_ACTIVE)
			return true;
	return false;
}

/* The longest place shorter than `below` that holds an address; -1: none. */
static int holder(const struct oracle *oracle, uint16_t vrf, const struct addr *addr, int below)
{
	int best = -1;

	for (int i = 0; i < oracle->n; i++) {
		const struct oracle_place *place = &oracle->places[i];

		if (place->vrf == vrf && place->prefix.length < below &&
		    prefix_contains(&place->prefix, addr) &&
		    (best < 0 || place->prefix.length > oracle->places[best].prefix.length))
			best = i;
	}
	return best;
}

/* Only routes that can come to be used count: up to the first sure one. */
static int relevant(const struct oracle *oracle, const struct oracle_place *place,
		    int out[ORACLE_SOURCES])
{
	int n = oracle_order(oracle, place, out);

	for (int i = 0; i < n; i++) {
		if (place->routes[out[i]].distance == 255)
			return i;
		if (is_sure(oracle, &place->routes[out[i]]))
			return i + 1;
	}
	return n;
}

static bool is_sure_place(const struct oracle *oracle, const struct oracle_place *place)
{
	for (int s = 0; s < ORACLE_SOURCES; s++)
		if (is_sure(oracle, &place->routes[s]))
			return true;
	return false;
}

static bool has_recursive_route(const struct oracle_place *place)
{
	for (int s = 0; s < ORACLE_SOURCES; s++)
		if (place->routes[s].is_there && is_recursive(&place->routes[s]))
			return true;
	return false;
}

static void find_leads_of_hop(const struct oracle *oracle, struct oracle_place *place,
			      const struct nexthop *hop)
{
	int length = 129;

	if (!is_recursive_hop(hop))
		return;
	for (int h; (h = holder(oracle, place->vrf, &hop->gateway, length)) >= 0;) {
		length = oracle->places[h].prefix.length;
		if (has_recursive_route(&oracle->places[h]))
			place->leads_to |= PLACE(h);
		if (is_sure_place(oracle, &oracle->places[h]))
			return;
	}
}

static void find_leads(struct oracle *oracle)
{
	for (int i = 0; i < oracle->n; i++) {
		struct oracle_place *place = &oracle->places[i];
		int order[ORACLE_SOURCES], n = relevant(oracle, place, order);

		place->leads_to = 0;
		for (int k = 0; k < n; k++)
			for (uint32_t h = 0; h < place->routes[order[k]].set->n; h++)
				find_leads_of_hop(oracle, place,
						  &place->routes[order[k]].set->hops[h]);
	}
	for (int k = 0; k < oracle->n; k++)
		for (int i = 0; i < oracle->n; i++)
			if (oracle->places[i].leads_to & PLACE(k))
				oracle->places[i].leads_to |= oracle->places[k].leads_to;
}

static bool reach_each_other(const struct oracle *oracle, int a, int b)
{
	return oracle->places[a].leads_to & PLACE(b) && oracle->places[b].leads_to & PLACE(a);
}

/* Hops with their weights as fractions of a common denominator. */
struct shares {
	struct nexthop hops[256];
	unsigned __int128 weights[256];
	unsigned __int128 denominator;
	uint32_t n;
};

static void add_share(struct shares *shares, const struct nexthop *hop, uint64_t over,
		      uint64_t under)
{
	uint32_t i = 0;

	for (uint32_t k = 0; k < shares->n; k++)
		shares->weights[k] *= under;
	while (i < shares->n &&
	       (shares->hops[i].kind != hop->kind || shares->hops[i].iface != hop->iface ||
		shares->hops[i].vrf != hop->vrf ||
		addr_compare(&shares->hops[i].gateway, &hop->gateway) != 0))
		i++;
	if (i == shares->n) {
		shares->hops[shares->n] = *hop;
		shares->hops[shares->n].flags = 0;
		shares->weights[shares->n++] = 0;
	}
	shares->weights[i] += over * shares->denominator;
	shares->denominator *= under;
}

static unsigned __int128 divisor_of(unsigned __int128 a, unsigned __int128 b)
{
	return b == 0 ? a : divisor_of(b, a % b);
}

/* The shares in least whole numbers, so that the next sum does not overflow. */
static void shorten(struct shares *shares)
{
	unsigned __int128 divisor = shares->denominator;

	for (uint32_t i = 0; i < shares->n; i++)
		divisor = divisor_of(divisor, shares->weights[i]);
	for (uint32_t i = 0; i < shares->n; i++)
		shares->weights[i] /= divisor;
	shares->denominator /= divisor;
}

static const struct nexthop_set *set_of_shares(const struct oracle *oracle, struct shares *shares)
{
	unsigned __int128 divisor = 0, max = 0;
	const struct nexthop_set *set;

	for (uint32_t i = 0; i < shares->n; i++)
		divisor = divisor_of(shares->weights[i], divisor);
	for (uint32_t i = 0; i < shares->n; i++) {
		shares->weights[i] /= divisor;
		max = shares->weights[i] > max ? shares->weights[i] : max;
	}
	for (uint32_t i = 0; i < shares->n; i++) {
		uint64_t weight = (uint64_t)shares->weights[i];

		if (max > 255)
			weight = (weight * 255 + (uint64_t)max / 2) / (uint64_t)max;
		shares->hops[i].weight = (uint8_t)(weight > 0 ? weight : 1);
	}
	set = nexthop_set_get(rib_sets(oracle->net->rib), shares->hops, shares->n);
	assert_non_null(set);
	return set;
}

static bool leads_out(const struct nexthop *hop)
{
	return hop->kind == NEXTHOP_GATEWAY || hop->kind == NEXTHOP_IFACE ||
	       hop->kind == NEXTHOP_UPLINKS;
}

/* A gateway that must answer and does not, on the first wire that it is found on. */
static bool is_silent(const struct oracle *oracle, const struct nexthop *hop,
		      const struct nexthop_set *via)
{
	uint32_t i = 0;

	while (i < via->n && via->hops[i].kind != NEXTHOP_IFACE)
		i++;
	return hop->flags && i < via->n &&
	       net_is_silent(oracle->net, via->hops[i].iface, &hop->gateway);
}

static void find_place(struct oracle *oracle, int p);

/* The value of what a gateway is found with; NULL with why not. */
static const struct oracle_value *find_gateway(struct oracle *oracle, int p,
					       const struct nexthop *hop,
					       enum rib_inactive *inactive)
{
	int length = 129;

	*inactive = RIB_NO_GATEWAY;
	for (int h; (h = holder(oracle, oracle->places[p].vrf, &hop->gateway, length)) >= 0;) {
		struct oracle_place *place = &oracle->places[h];

		length = place->prefix.length;
		if (reach_each_other(oracle, p, h) && oracle->places[p].leads_to & PLACE(p)) {
			*inactive = RIB_LOOP;
			return NULL;
		}
		find_place(oracle, h);
		if (place->used < 0)
			continue;
		for (uint32_t i = 0; i < place->values[place->used].hops->n; i++)
			if (leads_out(&place->values[place->used].hops->hops[i]))
				*inactive = RIB_ACTIVE;
		if (*inactive != RIB_ACTIVE) {
			*inactive = RIB_ENDS;
			return NULL;
		}
		if (place->values[place->used].depth + 1 > RIB_DEPTH_MAX) {
			*inactive = RIB_TOO_DEEP;
			return NULL;
		}
		if (is_silent(oracle, hop, place->values[place->used].hops)) {
			*inactive = RIB_BFD_DOWN;
			return NULL;
		}
		return &place->values[place->used];
	}
	return NULL;
}

static void add_gateway(struct shares *shares, const struct nexthop *hop,
			const struct nexthop_set *via)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < via->n; i++)
		if (leads_out(&via->hops[i]))
			sum += via->hops[i].weight;
	for (uint32_t i = 0; i < via->n; i++) {
		struct nexthop out = via->hops[i];

		if (!leads_out(&out))
			continue;
		if (out.kind == NEXTHOP_IFACE) {
			out.kind = NEXTHOP_GATEWAY;
			out.gateway = hop->gateway;
		}
		add_share(shares, &out, (uint64_t)hop->weight * out.weight, sum);
		shorten(shares);
	}
}

static void find_value(struct oracle *oracle, int p, int s)
{
	struct oracle_place *place = &oracle->places[p];
	const struct nexthop_set *set = place->routes[s].set;
	struct shares shares = {.denominator = 1};
	struct oracle_value *value = &place->values[s];
	bool is_looked_up = false;
	struct nexthop plain[NEXTHOP_SET_MAX];
	uint32_t n_plain = 0;

	*value = (struct oracle_value){.inactive = RIB_ACTIVE};
	for (uint32_t i = 0; i < set->n; i++) {
		const struct nexthop *hop = &set->hops[i];
		const struct oracle_value *via = NULL;
		enum rib_inactive inactive;

		if (is_recursive_hop(hop))
			via = find_gateway(oracle, p, hop, &inactive);
		else
			inactive = state_of(oracle, hop);
		if (value->inactive == RIB_ACTIVE)
			value->inactive = inactive;
		if (inactive != RIB_ACTIVE)
			continue;
		is_looked_up |= via != NULL;
		if (via && via->depth + 1 > value->depth)
			value->depth = via->depth + 1;
		if (via) {
			add_gateway(&shares, hop, via->hops);
		} else {
			add_share(&shares, hop, hop->weight, 1);
			plain[n_plain] = *hop;
			plain[n_plain++].flags = 0;
		}
	}
	if (shares.n == 0)
		return;
	value->inactive = RIB_ACTIVE;
	value->hops = is_looked_up ? set_of_shares(oracle, &shares)
				   : nexthop_set_get(rib_sets(oracle->net->rib), plain, n_plain);
	assert_non_null(value->hops);
}

static void find_place(struct oracle *oracle, int p)
{
	struct oracle_place *place = &oracle->places[p];
	int order[ORACLE_SOURCES], n = relevant(oracle, place, order);

	if (place->is_done)
		return;
	place->is_done = true;
	for (int i = 0; i < n; i++) {
		find_value(oracle, p, order[i]);
		if (place->used < 0 && place->values[order[i]].hops)
			place->used = order[i];
	}
}

/* The others are only shown. */
static void find_others(struct oracle *oracle, int p)
{
	int order[ORACLE_SOURCES], n = oracle_order(oracle, &oracle->places[p], order);

	for (int i = relevant(oracle, &oracle->places[p], order); i < n; i++)
		find_value(oracle, p, order[i]);
}

void oracle_work(struct oracle *oracle)
{
	oracle_forget(oracle);
	find_leads(oracle);
	for (int i = 0; i < oracle->n; i++)
		find_place(oracle, i);
	for (int i = 0; i < oracle->n; i++)
		find_others(oracle, i);
}

void oracle_forget(struct oracle *oracle)
{
	for (int i = 0; i < oracle->n; i++) {
		struct oracle_place *place = &oracle->places[i];

		for (int s = 0; s < ORACLE_SOURCES; s++)
			nexthop_set_unref(rib_sets(oracle->net->rib), place->values[s].hops);
		memset(place->values, 0, sizeof(place->values));
		place->used = -1;
		place->is_done = false;
	}
}

int oracle_lookup(const struct oracle *oracle, uint16_t vrf, const struct addr *addr)
{
	int length = 129, h;

	while ((h = holder(oracle, vrf, addr, length)) >= 0 && oracle->places[h].used < 0)
		length = oracle->places[h].prefix.length;
	return h;
}
