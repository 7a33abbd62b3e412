// SPDX-License-Identifier: BSD-3-Clause
/* Routes, as sources set and delete them. */
#include <errno.h>

#include "routing/rib_inside.h"

void dest_mark(struct rib *rib, uint32_t d)
{
	struct dest *dest = dest_at(rib, d);

	if (dest->flags & DEST_DIRTY)
		return;
	dest->flags |= DEST_DIRTY;
	pool_queue_add(&rib->dirty_dests, d);
}

/* The lesser rank is the better route. */
int route_rank(const struct rib *rib, const struct route *a, const struct route *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	if (a->metric != b->metric)
		return a->metric < b->metric ? -1 : 1;
	return rib->sources[a->source].number < rib->sources[b->source].number ? -1 : 1;
}

void route_release(struct rib *rib, uint32_t r)
{
	uint32_t way = route_at(rib, r)->way;

	way_del_route(rib, r);
	way_put(rib, way);
	rib->sources[route_at(rib, r)->source].n_routes--;
	pool_put(&rib->routes, r);
}

uint32_t route_find(const struct rib *rib, const struct dest *dest, uint32_t source)
{
	uint32_t r = dest->routes;

	while (r != 0 && route_at(rib, r)->source != source)
		r = route_at(rib, r)->next;
	return r;
}

static void route_insert(struct rib *rib, struct dest *dest, uint32_t r)
{
	struct route *route = route_at(rib, r);
	uint32_t *link = &dest->routes;

	while (*link != 0 && route_rank(rib, route_at(rib, *link), route) < 0)
		link = &route_at(rib, *link)->next;
	route->next = *link;
	*link = r;
}

void route_withdraw(struct rib *rib, uint32_t r)
{
	struct route *route = route_at(rib, r);
	struct dest *dest = dest_at(rib, route->dest);
	struct rib_vrf *vrf = rib->vrfs[dest->vrf];
	uint32_t *link = &dest->routes;

	while (*link != r)
		link = &route_at(rib, *link)->next;
	*link = route->next;
	vrf->n_routes--;
	vrf->n_prefixes -= dest->routes == 0;
	dest_mark(rib, route->dest);
	loops_dest_changed(rib, route->dest);
	if (dest->told == r)
		route->gone = true;
	else
		route_release(rib, r);
}

/* What a call of a source names. */
struct subject {
	struct rib_vrf *vrf;
	struct rib_table *table;
	uint32_t source;
	struct trie_key key;
};

static int find_subject(struct rib *rib, uint32_t source, uint16_t vrf, const struct prefix *prefix,
			struct subject *out)
{
	out->vrf = vrf_find(rib, vrf);
	out->source = source_find(rib, source);
	if (!out->vrf || out->source == UINT32_MAX)
		return -ENOENT;
	if (addr_bits(&prefix->addr) == 0 || prefix->length > addr_bits(&prefix->addr) ||
	    !prefix_is_network(prefix))
		return -EINVAL;
	out->table = table_of(out->vrf, prefix->addr.family);
	out->key = trie_key_of(prefix);
	return 0;
}

/* Its dest, found or made; 0: no memory. */
static uint32_t dest_get(struct rib *rib, const struct subject *subject)
{
	struct trie *trie = &subject->table->dests;
	uint32_t node = trie_get(trie, &subject->key, UINT32_MAX), d;
	struct dest *dest;

	if (node == 0)
		return 0;
	d = trie_node_at(trie, node)->value;
	if (d != UINT32_MAX)
		return d;
	d = pool_get(&rib->dests);
	if (d == 0) {
		trie_del(trie, &subject->key);
		return 0;
	}
	trie_node_at(trie, node)->value = d;
	dest = dest_at(rib, d);
	dest->node = node;
	dest->vrf = subject->vrf->number;
	dest->flags = trie->words > 1 ? DEST_IP6 : 0;
	return d;
}

static uint32_t route_make(struct rib *rib, uint32_t source, uint32_t d,
			   const struct rib_route *said)
{
	uint32_t way = way_get(rib, dest_at(rib, d)->vrf, said->set), r;
	struct route *route;

	if (way == 0)
		return 0;
	r = pool_get(&rib->routes);
	if (r == 0) {
		way_put(rib, way);
		return 0;
	}
	route = route_at(rib, r);
	route->dest = d;
	route->way = way;
	route->metric = said->metric;
	route->tag = said->tag;
	route->distance = said->distance;
	route->source = (uint16_t)source;
	route->since_us = env_now(rib->env).us;
	way_add_route(rib, way, r);
	rib->sources[source].n_routes++;
	return r;
}

static bool says_the_same(const struct rib *rib, const struct route *route,
			  const struct rib_route *said)
{
	return way_at(rib, route->way)->set == said->set && route->metric == said->metric &&
	       route->tag == said->tag && route->distance == said->distance;
}

int rib_set(struct rib *rib, uint32_t source, uint16_t vrf, const struct prefix *prefix,
	    const struct rib_route *said)
{
	struct subject subject;
	uint32_t d, old, r;
	struct dest *dest;
	int err = find_subject(rib, source, vrf, prefix, &subject);

	if (err < 0)
		return err;
	d = loops_reserve(rib, 1) == 0 ? dest_get(rib, &subject) : 0;
	if (d == 0)
		return -ENOMEM;
	dest = dest_at(rib, d);
	old = route_find(rib, dest, subject.source);
	if (old != 0 && says_the_same(rib, route_at(rib, old), said))
		return 0;
	err = old == 0 && subject.vrf->n_routes >= subject.vrf->limit ? -ENOSPC : -ENOMEM;
	r = err == -ENOSPC ? 0 : route_make(rib, subject.source, d, said);
	dest_mark(rib, d); /* also a new one that stays empty, to be taken out again */
	if (r == 0)
		return err;
	if (old != 0)
		route_withdraw(rib, old);
	subject.vrf->n_prefixes += dest->routes == 0;
	subject.vrf->n_routes++;
	route_insert(rib, dest, r);
	loops_dest_changed(rib, d);
	return 0;
}

int rib_del(struct rib *rib, uint32_t source, uint16_t vrf, const struct prefix *prefix)
{
	struct subject subject;
	uint32_t node, r = 0;
	int err = find_subject(rib, source, vrf, prefix, &subject);

	if (err < 0)
		return err;
	node = trie_find(&subject.table->dests, &subject.key);
	if (node != 0)
		r = route_find(rib, dest_at(rib, trie_node_at(&subject.table->dests, node)->value),
			       subject.source);
	if (r == 0)
		return -ENOENT;
	route_withdraw(rib, r);
	return 0;
}
