// SPDX-License-Identifier: BSD-3-Clause
/*
 * The RIB's inside, for rib*.c and nobody else.
 *
 *   dest    a prefix that somebody has a route for; its routes, best first, and
 *           what listeners were told of it
 *   route   what one source says of one prefix
 *   way     a set of a VRF and where it leads: routes with the same set share it,
 *           so what leads there is found out once, not once a route
 *   watch   what a way depends on: an interface, a gateway that is looked up, or
 *           one on an interface's wire that must answer
 *   use     that a way depends on a watch, for one of its hops
 *
 * A change travels watch -> ways -> dests -> (gateways that lie in the prefix)
 * -> watch …, each step only where something really differs, and each as a queue
 * that rib_work takes a bit of. All of them are named by their numbers in pools.
 */
#ifndef WEFT_ROUTING_RIB_INSIDE_H
#define WEFT_ROUTING_RIB_INSIDE_H

#include "routing/core/pool.h"
#include "routing/core/trie.h"
#include "routing/env.h"
#include "routing/nexthop_set.h"
#include "routing/rib.h"

struct route {
	uint32_t next; /* of its dest, the next best */
	uint32_t dest;
	uint32_t way;
	uint32_t way_next, way_prev; /* routes of the same way */
	uint32_t metric, tag;
	uint16_t source; /* slot in rib->sources */
	uint8_t distance;
	bool gone; /* withdrawn; only listeners do not know yet */
	int64_t since_us;
};

enum dest_flag {
	DEST_DIRTY = 1 << 0, /* in the queue */
	DEST_IP6 = 1 << 1,
	DEST_PIVOT = 1 << 2,  /* rib_loop.c */
	DEST_LOOPED = 1 << 3, /* a pivot in a loop */
};

struct dest {
	uint32_t node;   /* in the trie: its prefix */
	uint32_t routes; /* best first */
	uint32_t told;   /* what listeners believe in; 0: nothing */
	uint32_t hops;   /* the id of the set that they were told with it, a reference of ours */
	uint32_t next_dirty;
	uint16_t vrf;
	uint8_t depth; /* of told: how many gateways were looked up in a row */
	uint8_t flags;
};

enum way_flag {
	WAY_QUEUED = 1 << 0,
	WAY_STALE = 1 << 1, /* there was no memory to find out where it leads */
};

struct way {
	const struct nexthop_set *set;
	const struct nexthop_set *hops; /* where it leads; NULL: nowhere */
	uint32_t next;                  /* in its bucket */
	uint32_t next_queued;
	uint32_t routes, sweep; /* sweep: the next one to be decided anew */
	uint32_t uses;          /* in the order of the hops */
	uint16_t vrf;
	uint8_t inactive, depth;
	uint8_t flags;
	bool recursive; /* has a gateway that is looked up */
};

struct use {
	uint32_t way, watch;
	uint32_t way_next;
	uint32_t watch_next, watch_prev;
	uint16_t hop;     /* which of the way's set */
	bool must_answer; /* the gateway */
};

/* A gateway that must answer, as far as the host tells. */
struct rib_session {
	struct rib *rib;
	uint32_t watch;
	uint32_t iface;           /* 0: there is no session */
	struct env_watch *handle; /* NULL: the host cannot watch it */
	bool is_silent;
};

struct watch {
	uint32_t uses, sweep; /* sweep: the next one whose way is to be looked at */
	uint32_t next_queued;
	uint32_t iface;      /* 0: a gateway that is looked up */
	uint32_t next;       /* interfaces: in its bucket */
	uint32_t n_sessions; /* uses that ask whether the gateway answers */
	struct rib_session session;
	bool queued;
	bool is_there, is_up; /* interfaces */
	uint8_t depth;        /* gateways: of what it was found with */
	int16_t length;       /* gateways: of the prefix it was found with; -1: of none */
	uint16_t vrf;
	struct addr gateway; /* of an interface: the one that must answer, or ADDR_NONE */
	const struct nexthop_set *hops; /* gateways: what leads there; NULL: nothing */
};

/* One family of a VRF. */
struct rib_table {
	struct trie dests;    /* marked: those that are used */
	struct trie gateways; /* watches, as host prefixes */
	struct rib_table *next_pending;
	/* Gateways in `range` after `at` are to be looked up anew, but for those found with a
	 * prefix longer than `longest`. at is included where it is range itself. */
	bool pending;
	int16_t longest;
	struct trie_key range, at;
};

struct rib_vrf {
	uint16_t number;
	bool leaving; /* deleted, until listeners know of the last route */
	uint32_t limit;
	uint32_t n_routes, n_prefixes, n_active;
	struct rib_table tables[2]; /* IPv4, IPv6 */
};

/* A place in the whole of the RIB, for walks that go on later. */
struct rib_place {
	uint32_t vrf;
	uint32_t table; /* 0 or 1 */
	bool started;
	struct trie_key key;
};

struct rib_source {
	uint32_t number; /* 0: the slot is free */
	uint8_t protocol;
	bool leaving;
	uint32_t n_routes;      /* with those gone */
	struct rib_place place; /* how far it is withdrawn, while it leaves */
};

struct rib_listening {
	rib_listener *fn;
	void *arg;
	bool is_behind; /* has not heard of everything yet: */
	struct rib_place place;
	bool is_again; /* behind, but has heard of it all before: changes anywhere are news to it */
};

/* A prefix that may be part of a loop. */
struct rib_pivot {
	uint32_t dest;
	uint32_t component; /* those with the same reach each other */
};

#define RIB_IFACE_BUCKETS 256

struct rib {
	struct env *env;
	struct nexthop_sets *sets;
	struct pool nodes[2]; /* of tries, IPv4 and IPv6 */
	struct pool routes, dests, ways, watches, uses;
	struct rib_vrf **vrfs; /* by number; NULL: none */
	uint32_t n_vrfs, n_leaving_vrfs;
	struct rib_source *sources;
	uint32_t n_sources, last_source, n_leaving_sources;
	uint32_t last_number; /* given to a source */
	struct rib_listening *listeners;
	uint32_t n_listeners, n_behind;

	uint32_t *way_buckets, n_way_buckets, n_ways;
	uint32_t iface_buckets[RIB_IFACE_BUCKETS];

	struct pool_queue dirty_dests, changed_ways, changed_watches;
	struct rib_table *pending_tables;

	struct rib_pivot *pivots;
	uint32_t n_pivots, pivot_room;
	uint32_t n_sorted_pivots; /* the first of them, by dest; the others are new */
	uint32_t n_looped;        /* of the pivots */
	bool graph_is_stale;
	uint32_t loops_wait; /* pieces of work before it is looked at again */

	const struct nexthop_set *shown; /* what the last row lent out */
	uint32_t n_told;                 /* prefixes that listeners believe in */
	uint64_t changes;
};

static inline struct route *route_at(const struct rib *rib, uint32_t i)
{
	return pool_at(&rib->routes, i, sizeof(struct route));
}

static inline struct dest *dest_at(const struct rib *rib, uint32_t i)
{
	return pool_at(&rib->dests, i, sizeof(struct dest));
}

static inline struct way *way_at(const struct rib *rib, uint32_t i)
{
	return pool_at(&rib->ways, i, sizeof(struct way));
}

static inline struct watch *watch_at(const struct rib *rib, uint32_t i)
{
	return pool_at(&rib->watches, i, sizeof(struct watch));
}

static inline struct use *use_at(const struct rib *rib, uint32_t i)
{
	return pool_at(&rib->uses, i, sizeof(struct use));
}

/* NULL: there is no such VRF, or it is leaving. */
static inline struct rib_vrf *vrf_find(const struct rib *rib, uint16_t number)
{
	struct rib_vrf *vrf = number < rib->n_vrfs ? rib->vrfs[number] : NULL;

	return vrf && !vrf->leaving ? vrf : NULL;
}

static inline struct rib_table *table_of(struct rib_vrf *vrf, uint8_t family)
{
	return &vrf->tables[family == ADDR_IP6];
}

static inline struct rib_table *dest_table(const struct rib *rib, const struct dest *dest)
{
	return &rib->vrfs[dest->vrf]->tables[(dest->flags & DEST_IP6) != 0];
}

/* Where a way or one route leads; hops is a reference of the holder's. */
struct rib_value {
	const struct nexthop_set *hops; /* NULL: nowhere */
	uint8_t inactive, depth;
};

/* rib.c */
void vrf_free(struct rib *rib, uint32_t number); /* none: nothing */

/* rib_set.c */
void route_release(struct rib *rib, uint32_t route);
void dest_mark(struct rib *rib, uint32_t dest); /* to be decided */
int route_rank(const struct rib *rib, const struct route *a, const struct route *b);
/* Withdraws a route from its dest. */
void route_withdraw(struct rib *rib, uint32_t route);

/* The route of a source (its slot) in a dest; 0: none. */
uint32_t route_find(const struct rib *rib, const struct dest *dest, uint32_t source);

/* rib_source.c */
/* The slot of a living source; UINT32_MAX: none. */
uint32_t source_find(struct rib *rib, uint32_t number);
void sources_step(struct rib *rib);

/* rib_way.c */
/* The way of a set in a VRF, found or made; 0: no memory. It is kept while routes are on it. */
uint32_t way_get(struct rib *rib, uint16_t vrf, const struct nexthop_set *set);
void way_add_route(struct rib *rib, uint32_t way, uint32_t route);
void way_del_route(struct rib *rib, uint32_t route);
void way_put(struct rib *rib, uint32_t way); /* frees it where it has no routes */
/* Looks at it again, after something that it depends on changed. */
void way_changed(struct rib *rib, uint32_t way);
void way_step(struct rib *rib); /* the first of the queue */
void ways_fini(struct rib *rib);

/* rib_resolve.c */
/* Where its hops lead, now; for one dest that is in a loop, or (0) for all others. 0 or -ENOMEM. */
int way_resolve(struct rib *rib, const struct way *way, uint32_t dest, struct rib_value *out);

/* rib_watch.c */
/* The interface, and the gateway on its wire that must answer, or NULL; 0: no memory. */
uint32_t watch_get_iface(struct rib *rib, uint32_t iface, const struct addr *gateway);
uint32_t watch_get_gateway(struct rib *rib, uint16_t vrf, const struct addr *gateway);
void watch_add_use(struct rib *rib, uint32_t watch, uint32_t use);
void watch_del_use(struct rib *rib, uint32_t use);
void watch_put(struct rib *rib, uint32_t watch);     /* frees it where nothing uses it */
void watch_changed(struct rib *rib, uint32_t watch); /* all that use it are to be looked at */
void watch_step(struct rib *rib);
/* What is used for a prefix changed: gateways that lie in it are looked up again. */
void gateways_changed(struct rib *rib, struct rib_table *table, const struct trie_key *range);
void gateways_step(struct rib *rib);
void watches_fini(struct rib *rib);

/* rib_session.c */
/* Keeps the session that a watch needs now, or none. */
void session_update(struct rib *rib, uint32_t watch);
void session_end(struct rib *rib, struct watch *watch);

/* rib_loop.c */
/* Room for so many more pivots: 0 or -ENOMEM. */
int loops_reserve(struct rib *rib, uint32_t n);
/* A dest has other routes; there is room for a pivot. */
void loops_dest_changed(struct rib *rib, uint32_t dest);
/* A gateway is to be looked up that was not before. 0 or -ENOMEM. */
int loops_add_gateway(struct rib *rib, struct rib_table *table, const struct trie_key *key);
void loops_drop_dest(struct rib *rib, uint32_t dest); /* a pivot is freed */
/* Something else changed that loops depend on. */
static inline void loops_changed(struct rib *rib)
{
	rib->graph_is_stale |= rib->n_pivots > 0;
}
void loops_step(struct rib *rib); /* looks at the graph */
/* Something changed that decisions in loops depend on. */
void loops_decide_anew(struct rib *rib);
/* Whether a gateway leads a dest that is in a loop back to that loop. */
bool loops_close(const struct rib *rib, uint32_t dest, const struct watch *watch);

/* rib_decide.c */
void dest_decide(struct rib *rib, uint32_t dest);
int dest_value(struct rib *rib, uint32_t dest, uint32_t route, struct rib_value *out);
void rib_best_of(const struct rib *rib, const struct dest *dest, const struct route *route,
		 const struct nexthop_set *hops, struct rib_best *out);

/* rib_listen.c */
void listeners_tell(struct rib *rib, const struct dest *dest, const struct rib_best *was,
		    const struct rib_best *now);
void listeners_step(struct rib *rib);

/* rib_work.c */
uint64_t rib_work_left(const struct rib *rib);

/* rib_walk.c */
/* The next dest after a place, which moves on to it; 0: the end. */
uint32_t rib_place_next(const struct rib *rib, struct rib_place *place);
int trie_key_compare(const struct trie_key *a, const struct trie_key *b);

#endif
