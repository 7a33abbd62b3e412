// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ways: a set of a VRF, and where it leads. Found again when what it depends on
 * changes; its routes' prefixes are decided anew, some at a time, only where
 * it really leads elsewhere.
 */
#include <string.h>

#include "routing/core/memory.h"
#include "routing/rib_inside.h"

enum { WAY_BUCKETS_MIN = 64 };

static uint32_t *bucket_of(const struct rib *rib, uint16_t vrf, const struct nexthop_set *set)
{
	uint32_t hash = (set->id ^ (uint32_t)vrf << 16) * UINT32_C(0x9e3779b1);

	return &rib->way_buckets[(hash ^ hash >> 15) & (rib->n_way_buckets - 1)];
}

/* Without memory for more buckets chains only grow, unless there are none yet. */
static int make_room(struct rib *rib)
{
	uint32_t n = rib->n_way_buckets ? 2 * rib->n_way_buckets : WAY_BUCKETS_MIN;
	uint32_t *old = rib->way_buckets, n_old = rib->n_way_buckets, *buckets;

	if (rib->n_ways < n_old)
		return 0;
	buckets = memory_zalloc(n * sizeof(*buckets));
	if (!buckets)
		return n_old > 0 ? 0 : -1;
	rib->way_buckets = buckets;
	rib->n_way_buckets = n;
	for (uint32_t i = 0; i < n_old; i++)
		for (uint32_t w = old[i], next; w != 0; w = next) {
			uint32_t *bucket = bucket_of(rib, way_at(rib, w)->vrf, way_at(rib, w)->set);

			next = way_at(rib, w)->next;
			way_at(rib, w)->next = *bucket;
			*bucket = w;
		}
	memory_free(old);
	return 0;
}

/* What one hop depends on; 0 with *fine false: no memory. */
static uint32_t watch_for(struct rib *rib, uint16_t vrf, const struct nexthop *hop, bool *fine)
{
	uint32_t w;

	switch ((enum nexthop_kind)hop->kind) {
	case NEXTHOP_GATEWAY:
		if (hop->iface == 0)
			w = watch_get_gateway(rib, vrf, &hop->gateway);
		else
			w = watch_get_iface(rib, hop->iface,
					    hop->flags & NEXTHOP_BFD ? &hop->gateway : NULL);
		break;
	case NEXTHOP_IFACE:
	case NEXTHOP_LOCAL:
	case NEXTHOP_BROADCAST:
		w = watch_get_iface(rib, hop->iface, NULL);
		break;
	default:
		return 0;
	}
	*fine = w != 0;
	return w;
}

static bool add_use(struct rib *rib, uint32_t w, uint32_t hop, uint32_t **end)
{
	struct way *way = way_at(rib, w);
	bool fine = true;
	uint32_t watch = watch_for(rib, way->vrf, &way->set->hops[hop], &fine), u;

	if (watch == 0)
		return fine;
	u = pool_get(&rib->uses);
	if (u == 0) {
		watch_put(rib, watch);
		return false;
	}
	*use_at(rib, u) = (struct use){.way = w,
				       .watch = watch,
				       .hop = (uint16_t)hop,
				       .must_answer = way->set->hops[hop].flags & NEXTHOP_BFD};
	way->recursive |= watch_at(rib, watch)->iface == 0;
	watch_add_use(rib, watch, u);
	**end = u;
	*end = &use_at(rib, u)->way_next;
	return true;
}

static void way_free(struct rib *rib, uint32_t w)
{
	struct way *way = way_at(rib, w);

	for (uint32_t u = way->uses, next; u != 0; u = next) {
		uint32_t watch = use_at(rib, u)->watch;

		next = use_at(rib, u)->way_next;
		watch_del_use(rib, u);
		pool_put(&rib->uses, u);
		watch_put(rib, watch);
	}
	nexthop_set_unref(rib->sets, way->hops);
	nexthop_set_unref(rib->sets, way->set);
	pool_put(&rib->ways, w);
}

static uint32_t way_make(struct rib *rib, uint16_t vrf, const struct nexthop_set *set)
{
	uint32_t w = pool_get(&rib->ways), *end;
	struct rib_value value;
	struct way *way;
	bool fine = true;

	if (w == 0)
		return 0;
	way = way_at(rib, w);
	way->set = nexthop_set_ref(set);
	way->vrf = vrf;
	end = &way->uses;
	for (uint32_t i = 0; fine && i < set->n; i++)
		fine = add_use(rib, w, i, &end);
	if (!fine || way_resolve(rib, way, 0, &value) < 0) {
		way_free(rib, w);
		return 0;
	}
	way->hops = value.hops;
	way->inactive = value.inactive;
	way->depth = value.depth;
	return w;
}

uint32_t way_get(struct rib *rib, uint16_t vrf, const struct nexthop_set *set)
{
	uint32_t w;

	if (make_room(rib) < 0)
		return 0;
	for (w = *bucket_of(rib, vrf, set); w != 0; w = way_at(rib, w)->next)
		if (way_at(rib, w)->set == set && way_at(rib, w)->vrf == vrf)
			return w;
	w = way_make(rib, vrf, set);
	if (w == 0)
		return 0;
	way_at(rib, w)->next = *bucket_of(rib, vrf, set);
	*bucket_of(rib, vrf, set) = w;
	rib->n_ways++;
	return w;
}

void way_put(struct rib *rib, uint32_t w)
{
	const struct way *way = way_at(rib, w);
	uint32_t *link;

	if (way->routes != 0 || way->flags & WAY_QUEUED)
		return;
	link = bucket_of(rib, way->vrf, way->set);
	while (*link != w)
		link = &way_at(rib, *link)->next;
	*link = way->next;
	rib->n_ways--;
	way_free(rib, w);
}

void way_add_route(struct rib *rib, uint32_t w, uint32_t r)
{
	struct way *way = way_at(rib, w);
	struct route *route = route_at(rib, r);

	route->way_next = way->routes;
	route->way_prev = 0;
	if (way->routes != 0)
		route_at(rib, way->routes)->way_prev = r;
	way->routes = r;
}

void way_del_route(struct rib *rib, uint32_t r)
{
	const struct route *route = route_at(rib, r);
	struct way *way = way_at(rib, route->way);

	if (way->sweep == r)
		way->sweep = route->way_next;
	if (route->way_next != 0)
		route_at(rib, route->way_next)->way_prev = route->way_prev;
	if (route->way_prev != 0)
		route_at(rib, route->way_prev)->way_next = route->way_next;
	else
		way->routes = route->way_next;
}

static void way_queue(struct rib *rib, uint32_t w)
{
	struct way *way = way_at(rib, w);

	if (way->flags & WAY_QUEUED)
		return;
	way->flags |= WAY_QUEUED;
	pool_queue_add(&rib->changed_ways, w);
}

void way_changed(struct rib *rib, uint32_t w)
{
	struct way *way = way_at(rib, w);
	struct rib_value value;

	if (way_resolve(rib, way, 0, &value) < 0) {
		way->flags |= WAY_STALE;
		way_queue(rib, w);
		return;
	}
	way->flags &= (uint8_t)~WAY_STALE;
	if (way->recursive)
		loops_decide_anew(rib);
	else if ((value.hops != NULL) != (way->hops != NULL))
		loops_changed(rib);
	if (value.hops != way->hops || value.depth != way->depth) {
		way->sweep = way->routes;
		way_queue(rib, w);
	}
	nexthop_set_unref(rib->sets, way->hops);
	way->hops = value.hops;
	way->inactive = value.inactive;
	way->depth = value.depth;
}

/* One route of the first in the queue. */
void way_step(struct rib *rib)
{
	uint32_t w = rib->changed_ways.head, d;
	struct way *way = way_at(rib, w);

	if (way->flags & WAY_STALE)
		way_changed(rib, w);
	if (way->sweep != 0) {
		d = route_at(rib, way->sweep)->dest;
		way->sweep = route_at(rib, way->sweep)->way_next;
		if (!(dest_at(rib, d)->flags & DEST_DIRTY))
			dest_decide(rib, d);
	}
	if (way->sweep != 0)
		return;
	pool_queue_take(&rib->changed_ways);
	way->flags &= (uint8_t)~WAY_QUEUED;
	if (way->flags & WAY_STALE)
		way_queue(rib, w);
	else
		way_put(rib, w);
}

void ways_fini(struct rib *rib)
{
	for (uint32_t i = 0; i < rib->n_way_buckets; i++)
		for (uint32_t w = rib->way_buckets[i]; w != 0; w = way_at(rib, w)->next) {
			nexthop_set_unref(rib->sets, way_at(rib, w)->hops);
			nexthop_set_unref(rib->sets, way_at(rib, w)->set);
		}
	memory_free(rib->way_buckets);
}
