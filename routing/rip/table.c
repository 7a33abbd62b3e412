// SPDX-License-Identifier: BSD-3-Clause
#include "routing/rip/engine.h"

static struct rip_route *route_at(struct rip *rip, uint32_t number)
{
	return number ? pool_at(&rip->routes, number, sizeof(struct rip_route)) : NULL;
}

struct rip_route *rip_route_find(struct rip *rip, const struct prefix *prefix)
{
	struct trie_key key = trie_key_of(prefix);
	uint32_t node = trie_find(&rip->table, &key);

	return node ? route_at(rip, trie_node_at(&rip->table, node)->value) : NULL;
}

static void on_garbage(struct timer *timer)
{
	rip_route_settle(container_of(timer, struct rip_route, garbage));
}

struct rip_route *rip_route_get(struct rip *rip, const struct prefix *prefix)
{
	struct trie_key key = trie_key_of(prefix);
	struct rip_route *route = rip_route_find(rip, prefix);
	uint32_t number;

	if (route)
		return route;
	number = pool_get(&rip->routes);
	if (!number)
		return NULL;
	if (!trie_get(&rip->table, &key, number)) {
		pool_put(&rip->routes, number);
		return NULL;
	}
	route = route_at(rip, number);
	route->rip = rip;
	route->number = number;
	route->prefix = *prefix;
	route->metric = RIP_INFINITY;
	timer_init(&route->garbage, on_garbage);
	return route;
}

struct rip_route *rip_route_next(struct rip *rip, const struct prefix *prefix)
{
	struct trie_key key = {0};
	uint32_t node;

	if (prefix)
		key = trie_key_of(prefix);
	node = trie_next(&rip->table, &key, !prefix);
	return node ? route_at(rip, trie_node_at(&rip->table, node)->value) : NULL;
}

uint8_t rip_route_metric(const struct rip_route *route)
{
	return route->is_own ? route->own_metric : route->metric;
}

uint16_t rip_route_tag(const struct rip_route *route)
{
	return route->is_own ? route->own_tag : route->tag;
}

/* RFC 2453 3.10.1: at once after a quiet time, else when the time since the last one is over. */
void rip_route_changed(struct rip_route *route)
{
	struct rip *rip = route->rip;
	struct env *env = rip_env(rip);
	struct moment at = rip->triggered_next;

	if (!list_is_linked(&route->changed))
		rip_changed_add(&rip->changed, route);
	if (timer_runs(&rip->triggered_timer))
		return;
	if (moment_reached(at, env_now(env)))
		at = env_now(env);
	timer_start(env->timers, &rip->triggered_timer, at);
}

/* What nobody knows a way to is still told as unreachable for a while. */
void rip_route_settle(struct rip_route *route)
{
	if (!route->is_own && !route->hops && !timer_runs(&route->garbage))
		rip_route_free(route);
}

void rip_route_free(struct rip_route *route)
{
	struct rip *rip = route->rip;
	struct trie_key key = trie_key_of(&route->prefix);

	timer_stop(rip_env(rip)->timers, &route->garbage);
	if (list_is_linked(&route->changed))
		rip_changed_del(&rip->changed, route);
	nexthop_set_unref(rib_sets(rip_env(rip)->rib), route->own_hops);
	trie_del(&rip->table, &key);
	pool_put(&rip->routes, route->number);
}
