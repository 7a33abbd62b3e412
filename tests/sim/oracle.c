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

/* Whether somebody tells a default route at some time. */
static bool has_default(const struct topo *topo, uint32_t speaker)
{
	const struct speaker *of = speakers[speaker];
	bool found = false;

	for (uint32_t i = 0; i < topo->n_routers; i++)
		found |= topo->routers[i].speaks[speaker] &&
			 of->tells_default(&topo->routers[i].settings[speaker]);
	for (uint32_t i = 0; i < topo->n_links; i++)
		for (uint32_t end = 0; end < topo->links[i].n_ends; end++)
			found |= topo->links[i].own[end][speaker] &&
				 of->tells_default(topo->links[i].own[end][speaker]);
	for (uint32_t i = 0; i < topo->n_events; i++)
		found |= topo->events[i].what == TOPO_SET && topo->events[i].speaker == speaker &&
			 of->tells_default(topo->events[i].settings);
	return found;
}

struct prefix *oracle_prefixes(const struct topo *topo, uint32_t *n)
{
	uint32_t all = topo->n_links + topo->n_networks + topo->n_statics, kept = 0, at = 0;
	struct prefix *list = calloc(all + 1 + SPEAKERS_MAX, sizeof(*list));

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
	for (uint32_t i = 0; speakers[i]; i++)
		if (speakers[i]->family && has_default(topo, i))
			list[at++] = (struct prefix){.addr = {.family = speakers[i]->family}};
	all = at;
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

/* The nearest static route that leads somewhere: its interface is up, and its gateway answers. */
static const struct topo_static *static_of(const struct topo *topo, uint32_t router,
					   const struct prefix *prefix)
{
	const struct topo_static *nearest = NULL;

	for (uint32_t i = 0; i < topo->n_statics; i++) {
		const struct topo_static *route = &topo->statics[i];

		if (route->router == router && prefix_compare(&route->prefix, prefix) == 0 &&
		    (route->is_blackhole ||
		     (!topo->links[route->link].is_down && !route->is_left)) &&
		    (!nearest || route->distance < nearest->distance))
			nearest = route;
	}
	return nearest;
}

static void own_route(const struct topo *topo, uint32_t router, const struct prefix *prefix,
		      struct wanted *out)
{
	const struct topo_static *route;

	memset(out, 0, sizeof(*out));
	if (!topo->routers[router].is_up)
		return;
	if (is_connected(topo, router, prefix)) {
		*out = (struct wanted){.exists = true, .protocol = RIB_CONNECTED, .tags = 1};
		return;
	}
	route = static_of(topo, router, prefix);
	if (!route)
		return;
	*out = (struct wanted){.exists = true,
			       .protocol = RIB_STATIC,
			       .metric = (uint32_t)route->metric,
			       .tags = 1U << route->tag};
	if (route->is_blackhole)
		return;
	out->n = out->n_least = out->n_most = 1;
	out->hops[0].link = route->link;
	out->hops[0].gateway = (prefix->addr.family == ADDR_IP4 ? topo_address4 : topo_address6)(
				       topo, &topo->links[route->link],
				       (uint32_t)topo_end_of(&topo->links[route->link], route->via))
				       .addr;
	out->hops[0].tags = out->tags;
}

/* --- shortest paths --- */

/* What a router tells of the prefix. */
struct telling {
	bool is_origin;  /* a route of its own, whatever it hears */
	uint32_t metric; /* FAR: nothing */
	uint32_t tags;   /* 1 << tag: those that it may be told with */
};

struct paths {
	const struct topo *topo;
	const struct speaker *speaker;
	uint32_t number; /* of the speaker */
	const struct prefix *prefix;
	const struct wanted *own;
	struct telling *told; /* by router */
	/* By link and end: its router's ways go over the link. On a wire where not all hear all it
	 * matters that they are not told there. */
	bool *leads_over;
};

static bool speaks(const struct paths *p, uint32_t router)
{
	return p->topo->routers[router].is_up && p->topo->routers[router].speaks[p->number];
}

static const struct settings *settings_at(const struct paths *p, const struct topo_link *link,
					  uint32_t end)
{
	return topo_settings(p->topo, link, end, p->number);
}

/* What one end hears of the other: *more is added to it on the way out. */
static bool hears(const struct paths *p, const struct topo_link *link, uint32_t from, uint32_t to,
		  uint32_t *more)
{
	const struct settings *a = settings_at(p, link, from), *b = settings_at(p, link, to);

	return from != to && speaks(p, link->ends[from]) && speaks(p, link->ends[to]) &&
	       p->speaker->agree(a, b) &&
	       p->speaker->sends_to(a, p->topo->routers[link->ends[to]].name, more);
}

static bool tells_default(const struct paths *p, const struct topo_link *link, uint32_t end)
{
	return p->prefix->length == 0 && p->speaker->tells_default(settings_at(p, link, end));
}

static bool tells_default_anywhere(const struct paths *p, uint32_t router)
{
	for (uint32_t i = 0; p->prefix->length == 0 && i < p->topo->n_links; i++) {
		int end = topo_end_of(&p->topo->links[i], router);

		if (end >= 0 && tells_default(p, &p->topo->links[i], (uint32_t)end))
			return true;
	}
	return false;
}

static struct telling origin(const struct paths *p, uint32_t router)
{
	const struct wanted *own = &p->own[router];
	struct own_route route = {*p->prefix, own->protocol, own->metric, 0};
	struct telling out = {.metric = FAR};
	uint32_t tag = 0;

	while (own->exists && route.tag < TOPO_TAGS - 1 && !(own->tags >> route.tag & 1))
		route.tag++;
	out.is_origin = speaks(p, router) && own->exists &&
			p->speaker->tells(p->topo, &p->topo->routers[router].settings[p->number],
					  &route, &out.metric, &tag);
	if (!out.is_origin || (p->speaker->infinity && out.metric >= p->speaker->infinity))
		out.metric = FAR;
	out.tags = 1U << tag;
	return out;
}

/* What is on the wire itself nobody there has to be told. */
static bool is_wires_own(const struct paths *p, const struct topo_link *link, uint32_t from)
{
	struct prefix own = topo_address4(p->topo, link, 0);

	own = prefix_network(&own);
	return p->told[link->ends[from]].is_origin &&
	       p->own[link->ends[from]].protocol == RIB_CONNECTED &&
	       prefix_compare(&own, p->prefix) == 0;
}

static bool *leads_at(const struct paths *p, const struct topo_link *link, uint32_t end)
{
	return &p->leads_over[(size_t)(link - p->topo->links) * TOPO_ENDS_MAX + end];
}

/* As what one end hears it from another of a link; FAR: not, or from too far. */
static struct telling over(const struct paths *p, const struct topo_link *link, uint32_t from,
			   uint32_t to)
{
	static const struct telling nothing = {.metric = FAR};
	struct telling out = p->told[link->ends[from]];
	uint32_t more;

	if (!hears(p, link, from, to, &more) || is_wires_own(p, link, from) ||
	    tells_default_anywhere(p, link->ends[to]))
		return nothing;
	if (tells_default(p, link, from))
		out = (struct telling){.metric = p->speaker->origin, .tags = 1};
	else if (*leads_at(p, link, from) && !p->speaker->tells_back(settings_at(p, link, from)))
		return nothing;
	if (out.metric == FAR)
		return nothing;
	out.is_origin = false;
	out.metric += more + (uint32_t)link->wire.cost;
	return p->speaker->infinity && out.metric >= p->speaker->infinity ? nothing : out;
}

static bool carries(const struct topo_link *link)
{
	return !link->is_down && !link->is_silent;
}

/* A shorter way, or one of the same length that is known by another tag. */
static void hear(struct telling *told, const struct telling *heard)
{
	if (told->is_origin || heard->metric > told->metric || heard->metric == FAR)
		return;
	if (heard->metric == told->metric)
		told->tags |= heard->tags;
	else
		*told = *heard;
}

/* Those at metric (FAR: those who tell a default route by themselves) tell the others on a link. */
static void tell_all(struct paths *p, const struct topo_link *link, uint32_t metric)
{
	for (uint32_t from = 0; carries(link) && from < link->n_ends; from++) {
		bool is_turn = metric == FAR ? tells_default(p, link, from)
					     : p->told[link->ends[from]].metric == metric;

		for (uint32_t to = 0; is_turn && to < link->n_ends; to++) {
			struct telling heard = over(p, link, from, to);

			hear(&p->told[link->ends[to]], &heard);
		}
	}
}

/* Over which links those at this metric have it: they hear it only from who is nearer. */
static void note_leads(struct paths *p, const struct topo_link *link, uint32_t metric)
{
	for (uint32_t to = 0; carries(link) && to < link->n_ends; to++) {
		const struct telling *told = &p->told[link->ends[to]];

		for (uint32_t from = 0; from < link->n_ends; from++)
			if (told->metric == metric && !told->is_origin &&
			    over(p, link, from, to).metric == metric)
				*leads_at(p, link, to) = true;
	}
}

static uint32_t next_metric(const struct paths *p, uint32_t after)
{
	uint32_t next = FAR;

	for (uint32_t i = 0; i < p->topo->n_routers; i++)
		if (p->told[i].metric > after && p->told[i].metric < next)
			next = p->told[i].metric;
	return next;
}

/* Dijkstra, all of one length at once: links cost one at least. */
static void find_paths(struct paths *p)
{
	const struct topo_link *links = p->topo->links;
	uint32_t n = p->topo->n_links;

	memset(p->leads_over, 0, (size_t)n * TOPO_ENDS_MAX);
	for (uint32_t i = 0; i < p->topo->n_routers; i++)
		p->told[i] = origin(p, i);
	for (uint32_t i = 0; p->prefix->length == 0 && i < n; i++)
		tell_all(p, &links[i], FAR);
	for (uint32_t m = next_metric(p, 0); m != FAR; m = next_metric(p, m)) {
		for (uint32_t i = 0; i < n; i++)
			note_leads(p, &links[i], m);
		for (uint32_t i = 0; i < n; i++)
			tell_all(p, &links[i], m);
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

	if (p->told[at->ends[from_end]].is_origin && own->n && own->hops[0].link == link &&
	    addr_compare(&own->hops[0].gateway, &listener) != 0)
		return own->hops[0].gateway;
	return (is_4 ? topo_address4 : topo_address6)(p->topo, at, from_end).addr;
}

static void add_hop(struct wanted *out, uint32_t link, const struct addr *gateway, uint32_t tags)
{
	for (uint32_t i = 0; i < out->n; i++)
		if (out->hops[i].link == link &&
		    addr_compare(&out->hops[i].gateway, gateway) == 0) {
			out->hops[i].tags |= tags;
			return;
		}
	if (out->n < TOPO_IFACES_MAX)
		out->hops[out->n++] = (struct wanted_hop){link, *gateway, tags};
}

static void add_hops(const struct paths *p, uint32_t link, uint32_t router, struct wanted *out)
{
	const struct topo_link *at = &p->topo->links[link];
	int end = topo_end_of(at, router);

	for (uint32_t i = 0; end >= 0 && carries(at) && i < at->n_ends; i++) {
		struct telling heard = over(p, at, i, (uint32_t)end);
		struct addr gateway;

		if (heard.metric != out->metric)
			continue;
		out->n_heard++;
		out->tags |= heard.tags;
		gateway = gateway_of(p, link, i, (uint32_t)end);
		add_hop(out, link, &gateway, heard.tags);
	}
}

static bool has_one(uint32_t tags)
{
	return (tags & (tags - 1)) == 0;
}

static void learned_route(const struct paths *p, uint32_t router, struct wanted *out)
{
	uint32_t most = p->speaker->paths(&p->topo->routers[router].settings[p->number]);

	*out = (struct wanted){.exists = true,
			       .protocol = p->speaker->protocol,
			       .metric = p->told[router].metric};
	for (uint32_t i = 0; i < p->topo->n_links; i++)
		add_hops(p, i, router, out);
	out->n_least = out->n_most = out->n < most ? out->n : most;
	if (out->n_heard > most) {
		uint32_t twice = out->n_heard - out->n;

		out->n_least = most > twice ? most - twice : 1;
	}
	if (!has_one(out->tags))
		out->n_least = 1;
	if (out->n_least > out->n_most)
		out->n_least = out->n_most;
}

/* A default route that one tells by itself it does not have by that. */
static bool is_learned(const struct paths *p, uint32_t router)
{
	return !p->told[router].is_origin && p->told[router].metric != FAR;
}

void oracle_wants(const struct topo *topo, const struct prefix *prefix, struct wanted *out)
{
	struct wanted *own = calloc(topo->n_routers, sizeof(*own));
	struct paths p = {.topo = topo, .prefix = prefix, .own = own};

	p.told = calloc(topo->n_routers, sizeof(*p.told));
	p.leads_over = calloc(topo->n_links + 1, TOPO_ENDS_MAX);
	if (!own || !p.told || !p.leads_over)
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
			if (!out[i].exists && is_learned(&p, i))
				learned_route(&p, i, &out[i]);
	}
	free(own);
	free(p.told);
	free(p.leads_over);
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
	for (uint32_t tag = 1; tag < TOPO_TAGS && n < size; tag++)
		if (wanted->tags >> tag & 1)
			n += (size_t)snprintf(text + n, size - n, " tag %u", tag);
	for (uint32_t i = 0; i < wanted->n && n < size; i++) {
		const struct topo_link *link = &topo->links[wanted->hops[i].link];

		topo_ifname(topo, link, (uint32_t)topo_end_of(link, router), name);
		n += (size_t)snprintf(text + n, size - n, "%s %s on %s", i ? "," : " via",
				      addr_print(&wanted->hops[i].gateway, address), name);
	}
}
