// SPDX-License-Identifier: BSD-3-Clause
/*
 * Networks of routers that speak RIP and have connected networks to tell of:
 * stubs. Every router's instances are connected (0) and RIP (1).
 */
#ifndef WEFT_TESTS_SIM_RIP_NET_H
#define WEFT_TESTS_SIM_RIP_NET_H

#include "routing/connected/connected.h"
#include "routing/rip/rip.h"
#include "tests/sim/world.h"

#define RIP_NET_ROUTERS 16
#define RIP_NET_IFACES  24

struct rip_net_router {
	struct router *router;
	uint32_t n_ifaces, n_neighbors;
	struct rip_iface_conf ifaces[RIP_NET_IFACES];
	struct rip_neighbor_conf neighbors[8];
};

struct rip_net {
	struct world *world;
	uint8_t family;
	bool redistributes;
	uint32_t tag, routes_max;
	int64_t update_us;    /* 0: as rip_conf_default has it, and timeouts with it */
	int64_t triggered_us; /* likewise */
	uint32_t neighbor_routes_max, packets_max,
		neighbors_max;      /* 0: as rip_conf_default has it */
	uint8_t paths;              /* next hops of a route */
	struct link_conf link_conf; /* of the links to come */
	struct rip_iface_conf all;  /* what interfaces have unless rip_net_conf changes it */
	uint32_t n_routers, n_links;
	struct rip_net_router routers[RIP_NET_ROUTERS];
};

void rip_net_start(struct rip_net *net, uint64_t seed, uint8_t family);
void rip_net_stop(struct rip_net *net);

/* stub: the address of the network that it tells of; NULL: none. */
struct router *rip_net_router(struct rip_net *net, const char *name, const char *stub);
struct link *rip_net_link(struct rip_net *net, struct router *a, const char *at_a, struct router *b,
			  const char *at_b);
void rip_net_use_bfd(struct rip_net *net, const struct bfd_conf *conf);

/* What interfaces are configured as; rip_net_configure makes it so. */
struct rip_iface_conf *rip_net_all(struct rip_net *net);
struct rip_iface_conf *rip_net_conf(struct router *router, const struct link *link);
void rip_net_neighbor(struct router *router, const struct link *link, const char *addr);
void rip_net_forget_neighbors(struct router *router);
void rip_net_configure(struct rip_net *net);
void rip_net_configure_one(struct rip_net *net, const struct router *router);

struct end *rip_net_stub(struct router *router);
struct end *rip_net_end(struct router *router, const struct link *link);
struct instance *rip_net_instance(struct router *router);

/* What the RIB has from RIP: its metric, or -1. */
int rip_net_metric(struct router *router, const char *prefix);
bool rip_net_leads_to(struct router *router, const char *prefix, const char *gateway);
uint32_t rip_net_n_hops(struct router *router, const char *prefix);
uint32_t rip_net_count(struct router *router);
bool rip_net_row(struct router *router, const char *prefix, struct rip_route_row *out);

#endif
