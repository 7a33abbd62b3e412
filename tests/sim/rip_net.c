// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/rip_net.h"

#include <stdlib.h>
#include <string.h>

static struct rip_net *the_net; /* the one that runs: routers find their configuration by it */

void rip_net_start(struct rip_net *net, uint64_t seed, uint8_t family)
{
	*net = (struct rip_net){
		.world = world_create(seed, NULL),
		.family = family,
		.redistributes = true,
		.routes_max = 100000,
		.paths = 8,
		.link_conf = {.delay_us = 1000},
		.all = {.metric = 1, .split = RIP_SPLIT_POISONED},
	};
	the_net = net;
}

void rip_net_stop(struct rip_net *net)
{
	world_destroy(net->world);
	net->world = NULL;
}

static struct rip_net_router *mine(const struct router *router)
{
	for (uint32_t i = 0; i < the_net->n_routers; i++)
		if (the_net->routers[i].router == router)
			return &the_net->routers[i];
	abort();
}

struct router *rip_net_router(struct rip_net *net, const char *name, const char *stub)
{
	struct rip_net_router *self = &net->routers[net->n_routers++];

	self->router = world_router(net->world, name);
	router_add(self->router, &protocol_connected);
	router_add(self->router, net->family == ADDR_IP4 ? &protocol_rip : &protocol_ripng);
	if (stub)
		router_attach(self->router, NULL, stub);
	return self->router;
}

static void speak(struct rip_net_router *self, const struct end *end)
{
	if (self->n_ifaces == RIP_NET_IFACES)
		abort();
	self->ifaces[self->n_ifaces] = the_net->all;
	self->ifaces[self->n_ifaces++].iface = end->iface.id;
}

struct link *rip_net_link(struct rip_net *net, struct router *a, const char *at_a, struct router *b,
			  const char *at_b)
{
	char name[32];
	struct link *link;

	snprintf(name, sizeof(name), "l%u", net->n_links++);
	link = world_link(net->world, name, &net->link_conf);
	speak(mine(a), router_attach(a, link, at_a));
	speak(mine(b), router_attach(b, link, at_b));
	return link;
}

void rip_net_use_bfd(struct rip_net *net, const struct bfd_conf *conf)
{
	for (uint32_t i = 0; i < net->n_routers; i++) {
		router_use_bfd(net->routers[i].router);
		bfd_configure(net->routers[i].router->bfd, conf);
	}
}

struct rip_iface_conf *rip_net_all(struct rip_net *net)
{
	return &net->all;
}

struct end *rip_net_end(struct router *router, const struct link *link)
{
	for (uint32_t i = 0; i < router->n_ends; i++)
		if (router->ends[i]->link == link)
			return router->ends[i];
	abort();
}

struct end *rip_net_stub(struct router *router)
{
	return rip_net_end(router, NULL);
}

struct rip_iface_conf *rip_net_conf(struct router *router, const struct link *link)
{
	struct rip_net_router *self = mine(router);
	uint32_t id = rip_net_end(router, link)->iface.id;

	for (uint32_t i = 0; i < self->n_ifaces; i++)
		if (self->ifaces[i].iface == id)
			return &self->ifaces[i];
	abort();
}

void rip_net_neighbor(struct router *router, const struct link *link, const char *addr)
{
	struct rip_net_router *self = mine(router);
	struct rip_neighbor_conf *neighbor = &self->neighbors[self->n_neighbors++];

	neighbor->iface = rip_net_end(router, link)->iface.id;
	if (addr_parse(addr, &neighbor->addr) < 0)
		abort();
}

void rip_net_forget_neighbors(struct router *router)
{
	mine(router)->n_neighbors = 0;
}

struct instance *rip_net_instance(struct router *router)
{
	return router->instances[1];
}

/* What all have where an interface was not given something else. */
static struct rip_iface_conf merged(const struct rip_iface_conf *own)
{
	struct rip_iface_conf out = *own;

	out.split = the_net->all.split;
	out.bfd = the_net->all.bfd;
	return out;
}

static void configure(struct rip_net *net, struct rip_net_router *self)
{
	struct rip_iface_conf ifaces[RIP_NET_IFACES];
	struct rib_rule connected = {.protocols = 1 << RIB_CONNECTED,
				     .set_tag = true,
				     .new_tag = net->tag};
	struct rip_conf conf;

	memset(ifaces, 0, sizeof(ifaces));
	for (uint32_t i = 0; i < self->n_ifaces; i++)
		ifaces[i] = merged(&self->ifaces[i]);
	rip_conf_default(&conf, net->family);
	conf.routes_max = net->routes_max;
	if (net->triggered_us)
		conf.triggered_us = net->triggered_us;
	if (net->update_us) {
		conf.update_us = net->update_us;
		conf.timeout_us = 6 * net->update_us;
	}
	if (net->neighbor_routes_max)
		conf.neighbor_routes_max = net->neighbor_routes_max;
	if (net->packets_max)
		conf.packets_max = net->packets_max;
	if (net->neighbors_max)
		conf.neighbors_max = net->neighbors_max;
	conf.paths = net->paths;
	conf.n_ifaces = self->n_ifaces;
	conf.ifaces = ifaces;
	conf.n_neighbors = self->n_neighbors;
	conf.neighbors = self->neighbors;
	if (net->redistributes)
		conf.redistribute = (struct rib_filter){1, &connected};
	if (protocol_connected.reconfigure(self->router->instances[0], NULL) < 0 ||
	    self->router->instances[1]->protocol->reconfigure(self->router->instances[1], &conf) <
		    0)
		abort();
}

void rip_net_configure(struct rip_net *net)
{
	for (uint32_t i = 0; i < net->n_routers; i++)
		configure(net, &net->routers[i]);
}

void rip_net_configure_one(struct rip_net *net, const struct router *router)
{
	configure(net, mine(router));
}

static struct prefix parsed(const char *text)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix) < 0)
		abort();
	return prefix;
}

static bool find(struct router *router, const char *text, struct rib_best *out)
{
	struct prefix prefix = parsed(text);

	return rib_find(router->env.rib, 0, &prefix, out) && out->protocol == RIB_RIP;
}

int rip_net_metric(struct router *router, const char *prefix)
{
	struct rib_best best;

	return find(router, prefix, &best) ? (int)best.metric : -1;
}

bool rip_net_leads_to(struct router *router, const char *prefix, const char *gateway)
{
	struct rib_best best;
	struct addr addr;

	return addr_parse(gateway, &addr) == 0 && find(router, prefix, &best) &&
	       best.hops->n == 1 && addr_compare(&best.hops->hops[0].gateway, &addr) == 0;
}

uint32_t rip_net_n_hops(struct router *router, const char *prefix)
{
	struct rib_best best;

	return find(router, prefix, &best) ? best.hops->n : 0;
}

uint32_t rip_net_count(struct router *router)
{
	struct rip_route_row row = {0};
	uint32_t n = 0;

	while (rip_next_route(rip_net_instance(router), &row))
		n += !row.is_own && !row.is_deleted;
	return n;
}

bool rip_net_row(struct router *router, const char *prefix, struct rip_route_row *out)
{
	struct prefix wanted = parsed(prefix);

	*out = (struct rip_route_row){0};
	while (rip_next_route(rip_net_instance(router), out))
		if (prefix_compare(&out->prefix, &wanted) == 0)
			return true;
	return false;
}
