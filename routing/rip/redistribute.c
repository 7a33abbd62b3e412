// SPDX-License-Identifier: BSD-3-Clause
/* Routes of others that the filter lets through are told as our own. */
#include "routing/rip/engine.h"

/* An address of ours is told where it is all there is (a loopback's /32), not where its subnet is
 * told already. */
static bool is_told_with_its_subnet(const struct rip *rip, const struct rib_best *best)
{
	struct rib_best cover;

	return best->hops->hops[0].kind == NEXTHOP_LOCAL &&
	       rib_cover(rip_env(rip)->rib, best->vrf, &best->prefix, &cover) &&
	       cover.protocol == RIB_CONNECTED;
}

static bool wanted(const struct rip *rip, const struct rib_best *best, uint32_t *metric,
		   uint32_t *tag)
{
	*metric = rip->conf.default_metric;
	*tag = best->tag;
	return best->vrf == rip->conf.vrf && best->prefix.addr.family == rip->family &&
	       best->source != rip->instance.source &&
	       best->hops->hops[0].kind != NEXTHOP_BROADCAST &&
	       !addr_is_link_local(&best->prefix.addr) && !is_told_with_its_subnet(rip, best) &&
	       rib_filter_passes(&rip->conf.redistribute, best, metric, tag);
}

static void set_own(struct rip_route *route, const struct nexthop_set *hops, uint32_t metric,
		    uint32_t tag)
{
	struct nexthop_sets *sets = rib_sets(rip_env(route->rip)->rib);
	uint8_t capped = metric > RIP_INFINITY ? RIP_INFINITY : metric ? (uint8_t)metric : 1;
	bool same = route->is_own && route->own_hops == hops && route->own_metric == capped &&
		    route->own_tag == (uint16_t)tag;

	if (same)
		return;
	nexthop_set_ref(hops);
	nexthop_set_unref(sets, route->own_hops);
	route->is_own = true;
	route->own_hops = hops;
	route->own_metric = capped;
	route->own_tag = (uint16_t)tag;
	timer_stop(rip_env(route->rip)->timers, &route->garbage);
	rip_route_changed(route);
}

/* Nobody else has it any more: what neighbours know of it is told, or that there is no way. */
static void clear_own(struct rip_route *route)
{
	struct rip *rip = route->rip;
	struct env *env = rip_env(rip);

	nexthop_set_unref(rib_sets(env->rib), route->own_hops);
	route->own_hops = NULL;
	route->is_own = false;
	if (!route->hops)
		timer_start(env->timers, &route->garbage,
			    moment_add(env_now(env), rip->conf.garbage_us));
	rip_route_changed(route);
}

static void on_best(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	struct rip *rip = arg;
	const struct prefix *prefix = now ? &now->prefix : &was->prefix;
	uint32_t metric, tag;
	struct rip_route *route;

	if (now && wanted(rip, now, &metric, &tag)) {
		route = rip_route_get(rip, prefix);
		if (route)
			set_own(route, now->hops, metric, tag);
		return;
	}
	if (prefix->addr.family != rip->family || (now ? now->vrf : was->vrf) != rip->conf.vrf)
		return;
	route = rip_route_find(rip, prefix);
	if (route && route->is_own)
		clear_own(route);
}

/* What the filter no longer lets through. */
static void withdraw_unwanted(struct rip *rip)
{
	struct rip_route *route = rip_route_next(rip, NULL);

	while (route) {
		struct prefix at = route->prefix;
		struct rib_best best;
		uint32_t metric, tag;

		if (route->is_own && !(rib_find(rip_env(rip)->rib, rip->conf.vrf, &at, &best) &&
				       wanted(rip, &best, &metric, &tag)))
			clear_own(route);
		route = rip_route_next(rip, &at);
	}
}

int rip_redistribute_start(struct rip *rip)
{
	return rib_listen(rip_env(rip)->rib, on_best, rip);
}

void rip_redistribute_again(struct rip *rip)
{
	withdraw_unwanted(rip);
	rib_tell_again(rip_env(rip)->rib, on_best, rip);
}

void rip_redistribute_stop(struct rip *rip)
{
	rib_unlisten(rip_env(rip)->rib, on_best, rip);
}
