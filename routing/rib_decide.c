// SPDX-License-Identifier: BSD-3-Clause
/*
 * Deciding a prefix: the best route that leads somewhere, told to listeners
 * where it differs from what they were told last.
 */
#include "routing/rib_inside.h"

int dest_value(struct rib *rib, uint32_t d, uint32_t r, struct rib_value *out)
{
	const struct way *way = way_at(rib, route_at(rib, r)->way);

	if (dest_at(rib, d)->flags & DEST_LOOPED && way->recursive)
		return way_resolve(rib, way, d, out);
	*out = (struct rib_value){.inactive = way->inactive, .depth = way->depth};
	if (way->hops)
		out->hops = nexthop_set_ref(way->hops);
	return 0;
}

/* The route to be used, and where it leads; 0: none. -ENOMEM: nothing is known. */
static int choose(struct rib *rib, uint32_t d, uint32_t *chosen, struct rib_value *value)
{
	*value = (struct rib_value){0};
	for (uint32_t r = dest_at(rib, d)->routes; r != 0; r = route_at(rib, r)->next) {
		int err;

		if (route_at(rib, r)->distance == 255)
			break;
		err = dest_value(rib, d, r, value);
		if (err < 0)
			return err;
		*chosen = r;
		if (value->hops)
			return 0;
	}
	*chosen = 0;
	return 0;
}

static bool says_the_same(const struct route *a, const struct route *b)
{
	return a->source == b->source && a->way == b->way && a->distance == b->distance &&
	       a->metric == b->metric && a->tag == b->tag;
}

/* Takes out a dest that has no routes and that nobody believes in. */
static void drop_if_empty(struct rib *rib, uint32_t d)
{
	struct dest *dest = dest_at(rib, d);
	struct trie *dests = &dest_table(rib, dest)->dests;
	struct trie_key key;

	if (dest->routes != 0 || dest->told != 0 || dest->flags & DEST_DIRTY)
		return;
	if (dest->flags & DEST_PIVOT)
		loops_drop_dest(rib, d);
	key = trie_key_at(dests, dest->node);
	trie_del(dests, &key);
	pool_put(&rib->dests, d);
}

/* Makes r what is used; what was used before is gone if it was withdrawn. */
static void use(struct rib *rib, uint32_t d, uint32_t r, const struct rib_value *value)
{
	struct dest *dest = dest_at(rib, d);
	struct rib_table *table = dest_table(rib, dest);
	struct trie_node *node = trie_node_at(&table->dests, dest->node);
	bool leads_elsewhere = (r != 0) != node->mark ||
			       dest->hops != (value->hops ? value->hops->id : 0) ||
			       dest->depth != value->depth;
	struct trie_key key;

	rib->vrfs[dest->vrf]->n_active += (r != 0) - (uint32_t)node->mark;
	rib->n_told += (r != 0) - (uint32_t)node->mark;
	node->mark = r != 0;
	dest->told = r;
	dest->hops = value->hops ? value->hops->id : 0;
	dest->depth = value->depth;
	if (!leads_elsewhere)
		return;
	key = trie_key_at(&table->dests, dest->node);
	gateways_changed(rib, table, &key);
}

/* A listener may change routes of its own: their sets must outlive the call. */
static void tell(struct rib *rib, const struct dest *dest, const struct rib_best *was,
		 const struct rib_best *now)
{
	if (was)
		nexthop_set_ref(was->set);
	if (now)
		nexthop_set_ref(now->set);
	rib->changes++;
	listeners_tell(rib, dest, was, now);
	if (was)
		nexthop_set_unref(rib->sets, was->set);
	if (now)
		nexthop_set_unref(rib->sets, now->set);
}

void dest_decide(struct rib *rib, uint32_t d)
{
	struct dest *dest = dest_at(rib, d);
	const struct nexthop_set *old_hops = NULL;
	uint32_t old = dest->told, r;
	bool old_is_gone = old != 0 && route_at(rib, old)->gone, differs;
	struct rib_best was, now;
	struct rib_value value;

	if (choose(rib, d, &r, &value) < 0) {
		dest_mark(rib, d);
		return;
	}
	if (old != 0) {
		old_hops = nexthop_sets_at(rib->sets, dest->hops);
		rib_best_of(rib, dest, route_at(rib, old), old_hops, &was);
	}
	if (r != 0)
		rib_best_of(rib, dest, route_at(rib, r), value.hops, &now);
	differs = old_hops != value.hops ||
		  (old != r && !says_the_same(route_at(rib, old), route_at(rib, r)));
	use(rib, d, r, &value);
	if (differs)
		tell(rib, dest, old ? &was : NULL, r ? &now : NULL);
	if (old_is_gone)
		route_release(rib, old);
	nexthop_set_unref(rib->sets, old_hops);
	drop_if_empty(rib, d);
}
