// SPDX-License-Identifier: BSD-3-Clause
/*
 * A RIB with a world around it, for tests: interfaces that go up and down, a
 * clock that is set, and a listener that keeps what it was told. Routes and hops
 * are written as text:
 *
 *   192.0.2.1      a gateway to be looked up      192.0.2.1@3  on the wire of interface 3
 *   @3             the wire of interface 3        local@3, broadcast@3
 *   blackhole, unreachable, prohibit              vrf:7, uplinks:4
 *   …!             the gateway must answer
 *   …*5            with weight 5; several hops are separated by blanks
 */
#ifndef WEFT_TESTS_UNIT_ROUTING_NET_H
#define WEFT_TESTS_UNIT_ROUTING_NET_H

#include "routing/env.h"
#include "routing/rib.h"

#define NET_IFACES 16
#define NET_TEXT   4096

/* What the listener believes of one prefix. */
struct belief {
	uint16_t vrf;
	struct prefix prefix;
	struct rib_best best; /* best.hops is a reference */
};

/* A gateway that the RIB wants to be told of. */
struct env_watch {
	struct env_watch *next;
	uint32_t iface;
	struct addr peer;
	env_watched *fn;
	void *arg;
};

/* One that does not answer. */
struct silent {
	struct silent *next;
	uint32_t iface;
	struct addr peer;
};

struct net {
	struct env env;
	struct timers timers;
	struct rib *rib;
	struct iface ifaces[NET_IFACES + 1]; /* by id; id 0: not there */
	struct belief *beliefs;
	uint32_t n_beliefs, room;
	uint32_t n_told; /* calls of the listener */
	struct env_watch *watches;
	uint32_t n_watches;
	struct silent *silent;
};

/* A cmocka setup and teardown; *state is the net. */
int net_setup(void **state);
int net_teardown(void **state);

void net_iface(struct net *net, uint32_t id, bool is_up); /* makes it, too; tells the RIB */
void net_iface_gone(struct net *net, uint32_t id);

/* Lets a gateway fall silent, or answer again. */
void net_answers(struct net *net, uint32_t iface, const struct addr *peer, bool is_alive);
bool net_is_silent(const struct net *net, uint32_t iface, const struct addr *peer);
/* The n-th gateway of those that are watched, counted round and round; none: both stay. */
void net_watched(const struct net *net, uint32_t n, uint32_t *iface, struct addr *peer);

/* In place of realloc: refuses now and then, while memory is scarce. */
extern bool net_is_scarce;
extern unsigned net_scarce_seed;
void *net_resize_or_not(void *block, size_t size);

struct prefix net_prefix(const char *text);
/* A reference to be given back. */
const struct nexthop_set *net_hops(struct net *net, const char *text);
const char *net_print_hops(const struct nexthop_set *set, char out[NET_TEXT]);

/* rib_set with distance, metric and the hops; what it returned. */
int net_try_set(struct net *net, uint32_t source, uint16_t vrf, const char *prefix,
		const char *hops, uint8_t distance, uint32_t metric);
/* It must succeed, in VRF 0, with metric 0. */
void net_set(struct net *net, uint32_t source, const char *prefix, const char *hops,
	     uint8_t distance);
void net_del(struct net *net, uint32_t source, const char *prefix);
void net_settle(struct net *net); /* works until nothing is left */

/* The listener's, or NULL. */
const struct belief *net_belief(const struct net *net, uint16_t vrf, const struct prefix *prefix);
/* What the listener believes of a prefix of VRF 0, after net_settle: where it leads, "" for
 * nowhere. */
void net_expect(struct net *net, const char *prefix, const char *hops);
/* What the only row of a route says, "" for an active one. */
void net_expect_inactive(struct net *net, const char *prefix, uint32_t source,
			 enum rib_inactive inactive);

#endif
