// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/oracle.h"

#include <stdlib.h>
#include <string.h>

#define FAR UINT32_MAX

const char *const oracle_protocol_names[RIB_PROTOCOLS] = {
	[RIB_CONNECTED] = "connected", [RIB_STATIC] = "static", [RIB_KERNEL] = "kernel",
	[RIB_OSPF] = "ospf",           [RIB_RIP] = "rip",
};

/* --- prefixes --- */

static int by_prefix(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

struct prefix *oracle_prefixes(const struct topo *topo, uint32_t *n)
{
	uint32_t all = topo->n_links + topo->n_networks + topo->n_statics, kept = 0, at = 0;
	struct prefix *list = calloc(all + 1, sizeof(*list));

	if (!list)
		abort();
	for (uint32_t i = 0; i < topo->n_links; i++) {
		struct prefix own = topo_address4(topo, &topo->links[i], 0);

		list[at++] = prefix_network(&own);
	}
	for (uint32_t i = 0; i < topo->n_networks; i++)
		list[at++] = topo->networks[i].prefix;
	for (uint32_t i = 0; i < topo->n_statics; i++)
		list[at++] = topo->statics[i].prefix;
	qsort(list, all, sizeof(*list), by_prefix);
	for (uint32_t i = 0; i < all; i++)
		if (kept == 0 || prefix_compare(&list[kept - 1], &list[i]) != 0)
			list[kept++] = list[i];
	*n = kept;
	return list;
}

/* --- what a router has by itself --- */

static bool is_connected(const struct topo *topo, uint32_t router, const struct prefix *prefix)
{
	for (uint32_t i = 0; i < topo->n_networks; i++)
		if (topo->networks[i].router == router &&
		    prefix_compare(&topo->networks[i].prefix, prefix) == 0)
			return true;
	for (uint32_t i = 0; i < topo->n_links; i++) {
		const struct topo_link *link = &topo->links[i];
		struct prefix own;

		if (link->is_down || topo_end_of(link, router) < 0)
			continue;
		own = topo_address4(topo, link, 0);
		own = prefix_network(&own);
		if (prefix_compare(&own, prefix) == 0)
			return true;
	}
	return false;
}

/* A static route that leads somewhere: its interface is up. */
static const struct topo_static *static_of(const struct topo *topo, uint32_t router,
					   const struct prefix *prefix)
{
	for (uint32_t i = 0; i < topo->n_statics; i++) {
		const struct topo_static *route = &topo->statics[i];

		if (route->router == router && prefix_compare(&route->prefix, prefix) == 0 &&
		    (route->is_blackhole || !topo->links[route->link].is_down))
			return route;
	}
	return NULL;
}

static void own_route(const struct topo *topo, uint32_t router, const struct prefix *prefix,
		      struct wanted *out)
{
	const struct topo_static *route;

	memset(out, 0, sizeof(*out));
	if (!topo->routers[router].is_up)
		return;
	if (is_connected(topo, router, prefix)) {
		*out = (struct wanted){.exists = true, .protocol = RIB_CONNECTED};
		return;
	}
	route = static_of(topo, router, prefix);
	if (!route)
		return;
	*out = (struct wanted){.exists = true, .protocol = RIB_STATIC};
	if (route->is_blackhole)
		return;
	out->n = out->n_least = out->n_most = 1;
	out->hops[0].link = route->link;
	out->hops[0].gateway = (prefix->addr.family == ADDR_IP4 ? topo_address4 : topo_address6)(
				       topo, &topo->links[route->link],
				       (uint32_t)topo_end_of(&topo->links[route->link], route->via))
				       .addr;
}

/* --- shortest paths --- */

struct paths {
	const struct topo *topo;
	const struct speaker *speaker;
	uint32_t number; /* of the speaker */
	const struct prefix *prefix;
	const struct wanted *own;
	uint32_t *told; /* what each router tells of the prefix; FAR: nothing */
};

static bool speaks(const struct paths *p, uint32_t router)
{
	return p->topo->routers[router].is_up && p->topo->routers[router].speaks[p->number];
}

static bool hears(const struct paths *p, uint32_t a, uint32_t b)
{
	return speaks(p, a) && speaks(p, b) &&
	       p->speaker->agree(&p->topo->routers[a].settings[p->number],
				 &p->topo->routers[b].settings[p->number]);
}

static bool originates(const struct paths *p, uint32_t router)
{
	const struct wanted *own = &p->own[router];

	return speaks(p, router) && own->exists &&
	       p->speaker->tells(&p->topo->routers[router].settings[p->number], own->protocol,
				 p->prefix);
}

/* The metric of what `from` tells `to` over a link; FAR: too far. */
static uint32_t over(const struct paths *p, uint32_t from, uint32_t to,
		     const struct topo_link *link)
{
	uint32_t metric;

	if (from == to || p->told[from] == FAR || !hears(p, from, to))
		return FAR;
	metric = p->told[from] + (uint32_t)link->wire.cost;
	return p->speaker->infinity && metric >= p->speaker->infinity ? FAR : metric;
}

static bool carries(const struct topo_link *link)
{
	return !link->is_down && !link->is_silent;
}

static bool relax(struct paths *p, const struct topo_link *link)
{
	bool is_better = false;

	for (uint32_t i = 0; i < link->n_ends; i++)
		for (uint32_t j = 0; j < link->n_ends; j++) {
			uint32_t to = link->ends[j], metric = over(p, link->ends[i], to, link);

			if (metric == FAR || originates(p, to) || metric >= p->told[to])
				continue;
			p->told[to] = metric;
			is_better = true;
		}
	return is_better;
}

/* Bellman and Ford. */
static void find_paths(struct paths *p)
{
	bool again = true;

	for (uint32_t i = 0; i < p->topo->n_routers; i++)
		p->told[i] = originates(p, i) ? p->speaker->origin : FAR;
	while (again) {
		again = false;
		for (uint32_t i = 0; i < p->topo->n_links; i++)
			if (carries(&p->topo->links[i]))
				again |= relax(p, &p->topo->links[i]);
	}
}

/* Who tells of a route of others names the gateway on the wire, unless it is the listener itself.
 */
static struct addr gateway_of(const struct paths *p, uint32_t link, uint32_t from_end,
			      uint32_t to_end)
{
	const struct topo_link *at = &p->topo->links[link];
	const struct wanted *own = &p->own[at->ends[from_end]];
	bool is_4 = p->prefix->addr.family == ADDR_IP4;
	struct addr listener = (is_4 ? topo_address4 : topo_address6)(p->topo, at, to_end).addr;

	if (own->exists && own->n && own->hops[0].link == link &&
	    addr_compare(&own->hops[0].gateway, &listener) != 0)
		return own->hops[0].gateway;
	return (is_4 ? topo_address4 : topo_address6)(p->topo, at, from_end).addr;
}

static void add_hop(struct wanted *out, uint32_t link, const struct addr *gateway)
{
	for (uint32_t i = 0; i < out->n; i++)
		if (out->hops[i].link == link && addr_compare(&out->hops[i].gateway, gateway) == 0)
			return;
	if (out->n < TOPO_IFACES_MAX)
		out->hops[out->n++] = (struct wanted_hop){link, *gateway};
}

static void add_hops(const struct paths *p, uint32_t link, uint32_t router, struct wanted *out)
{
	const struct topo_link *at = &p->topo->links[link];
	int end = topo_end_of(at, router);

	for (uint32_t i = 0; end >= 0 && carries(at) && i < at->n_ends; i++) {
		struct addr gateway;

		if (over(p, at->ends[i], router, at) != out->metric)
			continue;
		out->n_heard++;
		gateway = gateway_of(p, link, i, (uint32_t)end);
		add_hop(out, link, &gateway);
	}
}

static void learned_route(const struct paths *p, uint32_t router, struct wanted *out)
{
	uint32_t most = p->speaker->paths(&p->topo->routers[router].settings[p->number]);

	*out = (struct wanted){.exists = true,
			       .protocol = p->speaker->protocol,
			       .metric = p->told[router]};
	for (uint32_t i = 0; i < p->topo->n_links; i++)
		add_hops(p, i, router, out);
	out->n_least = out->n_most = out->n < most ? out->n : most;
	if (out->n_heard > most) {
		uint32_t twice = out->n_heard - out->n;

		out->n_least = most > twice ? most - twice : 1;
	}
	if (out->n_least > out->n_most)
		out->n_least = out->n_most;
}

void oracle_wants(const struct topo *topo, const struct prefix *prefix, struct wanted *out)
{
	struct wanted *own = calloc(topo->n_routers, sizeof(*own));
	struct paths p = {.topo = topo, .prefix = prefix, .own = own};

	p.told = calloc(topo->n_routers, sizeof(*p.told));
	if (!own || !p.told)
		abort();
	for (uint32_t i = 0; i < topo->n_routers; i++)
		own_route(topo, i, prefix, &own[i]);
	memcpy(out, own, topo->n_routers * sizeof(*own));
	for (; speakers[p.number]; p.number++) {
		p.speaker = speakers[p.number];
		if (p.speaker->family != prefix->addr.family)
			continue;
		find_paths(&p);
		for (uint32_t i = 0; i < topo->n_routers; i++)
			if (!out[i].exists && p.told[i] != FAR)
				learned_route(&p, i, &out[i]);
	}
	free(own);
	free(p.told);
}

void oracle_print(const struct topo *topo, uint32_t router, const struct prefix *prefix,
		  const struct wanted *wanted, char *text, size_t size)
{
	char address[ADDR_TEXT_MAX], own[PREFIX_TEXT_MAX], name[TOPO_IFNAME_MAX];
	size_t n;

	prefix_print(prefix, own);
	if (!wanted->exists) {
		snprintf(text, size, "%s none", own);
		return;
	}
	n = (size_t)snprintf(text, size, "%s %s %u", own, oracle_protocol_names[wanted->protocol],
			     wanted->metric);
	for (uint32_t i = 0; i < wanted->n && n < size; i++) {
		const struct topo_link *link = &topo->links[wanted->hops[i].link];

		topo_ifname(topo, link, (uint32_t)topo_end_of(link, router), name);
		n += (size_t)snprintf(text + n, size - n, "%s %s on %s", i ? "," : " via",
				      addr_print(&wanted->hops[i].gateway, address), name);
	}
}
