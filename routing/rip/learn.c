// SPDX-License-Identifier: BSD-3-Clause
/* What a neighbour's word does to the table: RFC 2453 3.9.2, RFC 2080 2.4.2. */
#include <errno.h>

#include "routing/core/memory.h"
#include "routing/rip/engine.h"

static uint32_t count_hops(const struct rip_route *route)
{
	uint32_t n = 0;

	for (const struct rip_hop *hop = route->hops; hop; hop = hop->next)
		n++;
	return n;
}

/* The RIB hears of the route as it is now. */
static void publish(struct rip_route *route)
{
	struct rip *rip = route->rip;
	struct rib *rib = rip_env(rip)->rib;
	struct nexthop hops[NEXTHOP_SET_MAX];
	struct rib_route told = {.metric = route->metric,
				 .tag = route->tag,
				 .distance = rip->conf.distance};
	uint32_t n = 0;
	int rc;

	for (const struct rip_hop *hop = route->hops; hop && n < NEXTHOP_SET_MAX; hop = hop->next)
		hops[n++] = (struct nexthop){.kind = NEXTHOP_GATEWAY,
					     .gateway = hop->gateway,
					     .iface = hop->from->iface->id,
					     .weight = 1};
	if (!n) {
		rib_del(rib, rip->instance.source, rip->conf.vrf, &route->prefix);
		return;
	}
	told.set = nexthop_set_get(rib_sets(rib), hops, n);
	rc = told.set ? rib_set(rib, rip->instance.source, rip->conf.vrf, &route->prefix, &told)
		      : -errno;
	nexthop_set_unref(rib_sets(rib), told.set);
	if (rc < 0)
		env_log(rip_env(rip), ENV_ERROR, "a route is not taken over: error %d", -rc);
}

static void drop_hop(struct rip_route *route, struct rip_hop **at)
{
	struct rip_hop *hop = *at;

	timer_stop(rip_env(route->rip)->timers, &hop->timeout);
	hop->from->n_hops--;
	*at = hop->next;
	memory_free(hop);
}

static void drop_hops(struct rip_route *route)
{
	while (route->hops)
		drop_hop(route, &route->hops);
}

static struct rip_hop **find_hop(struct rip_route *route, const struct rip_neighbor *from)
{
	struct rip_hop **at = &route->hops;

	while (*at && (*at)->from != from)
		at = &(*at)->next;
	return at;
}

/* Its last way is gone: told as unreachable until the garbage is taken out (3.8). */
static void start_deletion(struct rip_route *route)
{
	struct rip *rip = route->rip;
	struct env *env = rip_env(rip);

	route->metric = RIP_INFINITY;
	rip->n_learned--;
	timer_start(env->timers, &route->garbage, moment_add(env_now(env), rip->conf.garbage_us));
}

/* What neighbours were told of a route. */
struct told {
	uint8_t metric;
	uint16_t tag;
};

static struct told told_of(const struct rip_route *route)
{
	return (struct told){rip_route_metric(route), rip_route_tag(route)};
}

/* Something about it differs; what neighbours hear may not. */
static void after_change(struct rip_route *route, struct told before)
{
	struct told now = told_of(route);

	publish(route);
	if (now.metric != before.metric || now.tag != before.tag)
		rip_route_changed(route);
}

static void lose_hop(struct rip_route *route, struct rip_hop **at)
{
	struct told before = told_of(route);

	drop_hop(route, at);
	if (!route->hops)
		start_deletion(route);
	after_change(route, before);
}

static struct rip_route *route_of(const struct rip_hop *hop)
{
	struct rip *rip = hop->from->iface->rip;

	return pool_at(&rip->routes, hop->route, sizeof(struct rip_route));
}

static void on_timeout(struct timer *timer)
{
	struct rip_hop *hop = container_of(timer, struct rip_hop, timeout);
	struct rip_route *route = route_of(hop);

	lose_hop(route, find_hop(route, hop->from));
}

static void refresh(struct rip_hop *hop)
{
	struct rip *rip = hop->from->iface->rip;
	struct env *env = rip_env(rip);

	timer_start(env->timers, &hop->timeout, moment_add(env_now(env), rip->conf.timeout_us));
}

/* 0 or -ENOMEM. */
static int add_hop(struct rip_route *route, struct rip_neighbor *from, const struct addr *gateway)
{
	struct rip_hop *hop = memory_zalloc(sizeof(*hop));

	if (!hop)
		return -ENOMEM;
	*hop = (struct rip_hop){.next = route->hops,
				.from = from,
				.route = route->number,
				.gateway = *gateway};
	timer_init(&hop->timeout, on_timeout);
	route->hops = hop;
	from->n_hops++;
	refresh(hop);
	return 0;
}

/* A route that had no way, or a worse one. */
static void take(struct rip_route *route, struct rip_neighbor *from, const struct addr *gateway,
		 const struct rip_entry *entry)
{
	struct rip *rip = route->rip;
	struct told before = told_of(route);

	if (!route->hops)
		rip->n_learned++;
	drop_hops(route);
	if (add_hop(route, from, gateway) < 0) {
		start_deletion(route);
		after_change(route, before);
		return;
	}
	timer_stop(rip_env(rip)->timers, &route->garbage);
	route->metric = entry->metric;
	route->tag = entry->tag;
	after_change(route, before);
}

/* Whether a way is no longer one of several: the others are better now, or have another tag. */
static bool leaves_others(const struct rip_route *route, const struct rip_hop *hop,
			  const struct rip_entry *entry)
{
	bool has_others = route->hops != hop || hop->next;

	return has_others && (entry->metric > route->metric ||
			      (entry->metric == route->metric && entry->tag != route->tag));
}

/* News of a way that the route has already: always believed, better or worse. */
static void renew(struct rip_route *route, struct rip_hop **at, const struct addr *gateway,
		  const struct rip_entry *entry)
{
	struct rip_hop *hop = *at;
	struct told before = told_of(route);
	bool is_moved = addr_compare(&hop->gateway, gateway) != 0;

	if (entry->metric == RIP_INFINITY || leaves_others(route, hop, entry)) {
		lose_hop(route, at);
		return;
	}
	refresh(hop);
	if (entry->metric == route->metric && entry->tag == route->tag && !is_moved)
		return;
	if (entry->metric < route->metric)
		take(route, hop->from, gateway, entry); /* the others are worse now */
	else {
		hop->gateway = *gateway;
		route->metric = entry->metric;
		route->tag = entry->tag;
		after_change(route, before);
	}
}

static void add_equal(struct rip_route *route, struct rip_neighbor *from,
		      const struct addr *gateway)
{
	if (count_hops(route) < route->rip->conf.paths && add_hop(route, from, gateway) == 0)
		publish(route);
}

/* A route that had a way from another does not count once more. */
static bool may_learn(const struct rip_neighbor *from, bool is_known)
{
	const struct rip *rip = from->iface->rip;

	return from->n_hops < rip->conf.neighbor_routes_max &&
	       (is_known || rip->n_learned < rip->conf.routes_max);
}

/* 4.4: a next hop that is not on this wire, or is we ourselves, means the sender. */
static const struct addr *gateway_of(const struct rip_neighbor *from, const struct rip_entry *entry)
{
	if (entry->next_hop.family != ADDR_NONE &&
	    rip_iface_is_on_link(from->iface, &entry->next_hop) &&
	    !rip_iface_is_own(from->iface, &entry->next_hop))
		return &entry->next_hop;
	return &from->addr;
}

/* Who says that he is the way to everywhere, be it on one interface, believes nobody else who does:
 * he tells it with a metric of his own, so that a loop of such would never count to infinity. */
static bool is_told_by_us(const struct rip *rip, const struct rip_entry *entry)
{
	return rip->originates && entry->prefix.length == 0;
}

enum rip_refused rip_learn(struct rip_neighbor *from, const struct rip_entry *entry)
{
	struct rip *rip = from->iface->rip;
	struct rip_route *route = rip_route_find(rip, &entry->prefix);
	const struct addr *gateway = gateway_of(from, entry);
	struct rip_entry heard = *entry;
	uint32_t metric = entry->metric + from->iface->conf.metric;
	struct rip_hop **at;

	if (is_told_by_us(rip, entry))
		return RIP_REFUSALS;
	heard.metric = metric > RIP_INFINITY ? RIP_INFINITY : (uint8_t)metric;
	at = route ? find_hop(route, from) : NULL;
	if (at && *at) {
		renew(route, at, gateway, &heard);
		return RIP_REFUSALS;
	}
	if (heard.metric == RIP_INFINITY || (route && heard.metric > route->metric))
		return RIP_REFUSALS;
	if (!may_learn(from, route && route->hops))
		return RIP_TOO_MANY;
	if (route && route->hops && heard.metric == route->metric) {
		if (heard.tag == route->tag)
			add_equal(route, from, gateway);
		return RIP_REFUSALS;
	}
	route = rip_route_get(rip, &entry->prefix);
	if (route)
		take(route, from, gateway, &heard);
	return RIP_REFUSALS;
}

/* Fewer next hops than there were: the latest ones go. */
void rip_limit_paths(struct rip *rip)
{
	for (struct rip_route *route = rip_route_next(rip, NULL); route;
	     route = rip_route_next(rip, &route->prefix)) {
		if (count_hops(route) <= rip->conf.paths)
			continue;
		while (count_hops(route) > rip->conf.paths)
			drop_hop(route, &route->hops);
		publish(route);
	}
}

void rip_forget_neighbor(struct rip_neighbor *neighbor)
{
	struct rip *rip = neighbor->iface->rip;
	struct rip_route *route = rip_route_next(rip, NULL);

	while (route && neighbor->n_hops > 0) {
		struct prefix at = route->prefix;
		struct rip_hop **hop = find_hop(route, neighbor);

		if (*hop)
			lose_hop(route, hop);
		route = rip_route_next(rip, &at);
	}
}

void rip_forget_default(struct rip *rip)
{
	struct prefix all = {.addr = {.family = rip->family}};
	struct rip_route *route = rip_route_find(rip, &all);

	while (route && route->hops)
		lose_hop(route, &route->hops);
}
