// SPDX-License-Identifier: BSD-3-Clause
/* Reading the RIB: look-ups, covers, rows in order, counts. */
#include <string.h>

#include "routing/rib_inside.h"

int trie_key_compare(const struct trie_key *a, const struct trie_key *b)
{
	for (int i = 0; i < 4; i++)
		if (a->word[i] != b->word[i])
			return a->word[i] < b->word[i] ? -1 : 1;
	return (int)a->length - (int)b->length;
}

uint32_t rib_place_next(const struct rib *rib, struct rib_place *place)
{
	for (; place->vrf < rib->n_vrfs; place->vrf++, place->table = 0) {
		struct rib_vrf *vrf = rib->vrfs[place->vrf];

		for (; vrf && place->table < 2; place->table++) {
			const struct trie *dests = &vrf->tables[place->table].dests;
			uint32_t node = trie_next(dests, &place->key, !place->started);

			if (node != 0) {
				place->started = true;
				place->key = trie_key_at(dests, node);
				return trie_node_at(dests, node)->value;
			}
			place->started = false;
			place->key = (struct trie_key){0};
		}
	}
	return 0;
}

void rib_best_of(const struct rib *rib, const struct dest *dest, const struct route *route,
		 const struct nexthop_set *hops, struct rib_best *out)
{
	const struct rib_source *source = &rib->sources[route->source];

	*out = (struct rib_best){
		.vrf = dest->vrf,
		.prefix = trie_prefix_of(&dest_table(rib, dest)->dests, dest->node),
		.protocol = source->protocol,
		.distance = route->distance,
		.metric = route->metric,
		.tag = route->tag,
		.source = source->number,
		.set = way_at(rib, route->way)->set,
		.hops = hops,
	};
}

/* The used one of the longest prefix that holds key. */
static bool look_up(struct rib *rib, uint16_t vrf, uint8_t family, const struct trie_key *key,
		    bool strictly, struct rib_best *out)
{
	struct rib_vrf *in = vrf_find(rib, vrf);
	const struct trie *dests;
	const struct dest *dest;
	uint32_t node;

	if (!in)
		return false;
	dests = &table_of(in, family)->dests;
	node = trie_lookup(dests, key, strictly);
	if (node == 0)
		return false;
	dest = dest_at(rib, trie_node_at(dests, node)->value);
	rib_best_of(rib, dest, route_at(rib, dest->told), nexthop_sets_at(rib->sets, dest->hops),
		    out);
	return true;
}

bool rib_find(struct rib *rib, uint16_t vrf, const struct prefix *prefix, struct rib_best *out)
{
	struct trie_key key = trie_key_of(prefix);

	return look_up(rib, vrf, prefix->addr.family, &key, false, out) &&
	       out->prefix.length == prefix->length;
}

bool rib_lookup(struct rib *rib, uint16_t vrf, const struct addr *addr, struct rib_best *out)
{
	struct trie_key key = trie_key_of_addr(addr);

	return look_up(rib, vrf, addr->family, &key, false, out);
}

bool rib_cover(struct rib *rib, uint16_t vrf, const struct prefix *prefix, struct rib_best *out)
{
	struct trie_key key = trie_key_of(prefix);

	return look_up(rib, vrf, prefix->addr.family, &key, true, out);
}

/* Whether a route ranks behind the cursor's last row of the same prefix. */
static bool is_behind(const struct rib *rib, const struct route *route,
		      const struct rib_cursor *cursor)
{
	if (route->distance != cursor->distance)
		return route->distance > cursor->distance;
	if (route->metric != cursor->metric)
		return route->metric > cursor->metric;
	return rib->sources[route->source].number > cursor->source;
}

/* The best route of a dest, or the best behind the cursor; 0: none. */
static uint32_t route_from(const struct rib *rib, const struct dest *dest,
			   const struct rib_cursor *cursor)
{
	uint32_t r = dest->routes;

	while (cursor && r != 0 && !is_behind(rib, route_at(rib, r), cursor))
		r = route_at(rib, r)->next;
	return r;
}

/* The first route in a table from a key on; 0: none. */
static uint32_t route_from_key(const struct rib *rib, const struct trie *dests, struct trie_key key,
			       bool inclusive)
{
	uint32_t node, r;

	while ((node = trie_next(dests, &key, inclusive)) != 0) {
		r = route_from(rib, dest_at(rib, trie_node_at(dests, node)->value), NULL);
		if (r != 0)
			return r;
		key = trie_key_at(dests, node); /* only listeners do not know that it is empty */
		inclusive = false;
	}
	return 0;
}

static uint32_t next_route(const struct rib *rib, struct rib_vrf *vrf,
			   const struct rib_cursor *cursor)
{
	static const struct trie_key first;
	const struct trie *dests = &vrf->tables[0].dests;
	struct trie_key key;
	uint32_t node, r = 0;

	if (!cursor->started) {
		r = route_from_key(rib, dests, first, true);
	} else {
		dests = &table_of(vrf, cursor->prefix.addr.family)->dests;
		key = trie_key_of(&cursor->prefix);
		node = trie_find(dests, &key);
		if (node != 0)
			r = route_from(rib, dest_at(rib, trie_node_at(dests, node)->value), cursor);
		if (r == 0)
			r = route_from_key(rib, dests, key, false);
	}
	if (r == 0 && dests == &vrf->tables[0].dests)
		r = route_from_key(rib, &vrf->tables[1].dests, first, true);
	return r;
}

static void fill_row(struct rib *rib, uint32_t r, struct rib_row *out)
{
	const struct route *route = route_at(rib, r);
	const struct dest *dest = dest_at(rib, route->dest);
	struct rib_value value = {0};

	*out = (struct rib_row){.selected = dest->told == r, .since_us = route->since_us};
	if (out->selected)
		value.hops = nexthop_set_ref(nexthop_sets_at(rib->sets, dest->hops));
	else if (dest_value(rib, route->dest, r, &value) < 0)
		value.inactive = RIB_NO_GATEWAY; /* no memory to find out */
	nexthop_set_unref(rib->sets, rib->shown);
	rib->shown = value.hops;
	out->inactive = value.inactive;
	rib_best_of(rib, dest, route, value.hops, &out->best);
}

bool rib_next(struct rib *rib, struct rib_cursor *cursor, struct rib_row *out)
{
	struct rib_vrf *vrf = vrf_find(rib, cursor->vrf);
	uint32_t r = vrf ? next_route(rib, vrf, cursor) : 0;

	if (r == 0)
		return false;
	fill_row(rib, r, out);
	cursor->started = true;
	cursor->prefix = out->best.prefix;
	cursor->distance = out->best.distance;
	cursor->metric = out->best.metric;
	cursor->source = out->best.source;
	return true;
}

static uint64_t bytes_of(const struct rib *rib)
{
	uint64_t tries = 0;

	for (uint32_t i = 0; i < rib->n_vrfs; i++)
		for (int t = 0; rib->vrfs[i] && t < 2; t++)
			tries += trie_bytes(&rib->vrfs[i]->tables[t].dests) +
				 trie_bytes(&rib->vrfs[i]->tables[t].gateways);
	return tries + sizeof(*rib) + nexthop_sets_bytes(rib->sets) + pool_bytes(&rib->nodes[0]) +
	       pool_bytes(&rib->nodes[1]) + pool_bytes(&rib->routes) + pool_bytes(&rib->dests) +
	       pool_bytes(&rib->ways) + pool_bytes(&rib->watches) + pool_bytes(&rib->uses) +
	       rib->n_way_buckets * sizeof(*rib->way_buckets) +
	       rib->n_vrfs * (sizeof(*rib->vrfs) + sizeof(**rib->vrfs));
}

void rib_counts(const struct rib *rib, uint16_t number, struct rib_counts *out)
{
	const struct rib_vrf *vrf = vrf_find(rib, number);

	*out = (struct rib_counts){
		.bytes = bytes_of(rib),
		.changes = rib->changes,
		.work_left = rib_work_left(rib),
	};
	if (!vrf)
		return;
	out->prefixes = vrf->n_prefixes;
	out->routes = vrf->n_routes;
	out->active = vrf->n_active;
}
