// SPDX-License-Identifier: BSD-3-Clause
/*
 * Inside RIP. An instance has interfaces, an interface has the neighbours that
 * it heard, and the table has routes, each with what neighbours said of it (its
 * hops, of one metric) and what the RIB says of it (redistribution): the
 * latter is told where there is both.
 */
#ifndef WEFT_ROUTING_RIP_ENGINE_H
#define WEFT_ROUTING_RIP_ENGINE_H

#include "routing/core/bucket.h"
#include "routing/core/cursor.h"
#include "routing/core/list.h"
#include "routing/core/pool.h"
#include "routing/core/trie.h"
#include "routing/rip/auth.h"
#include "routing/rip/packet.h"

#define RIP_ANSWERS_MAX 4    /* whole tables on their way from one interface at once */
#define RIP_PACKET_MAX  2048 /* bytes of UDP's data */

struct rip;
struct rip_iface;
struct udp_view;
struct rip_route;

struct rip_neighbor {
	struct list_link link; /* of its interface */
	struct rip_iface *iface;
	struct addr addr;
	struct env_watch *watch; /* NULL: not watched */
	bool is_deaf;            /* BFD: it does not hear us, or we not it */
	uint32_t n_hops;         /* routes that lead there */
	struct moment seen;
	uint8_t version;
	struct bucket pace; /* of its packets */
	uint64_t packets;   /* none: a stranger so far, who is known for what was refused of him */
	struct rip_key key; /* that its last good packet was authenticated with */
	uint64_t bad_packets, bad_routes;
	struct rip_refusals refused;
	uint8_t n_sequences;
	struct rip_sequence {
		uint8_t key_id;
		uint32_t sequence;
	} sequences[RIP_KEYS_MAX];
};

LIST_DEFINE(rip_neighbors, struct rip_neighbor, link);

/* One gateway of a route, as a neighbour told it. */
struct rip_hop {
	struct timer timeout;
	struct rip_hop *next;
	struct rip_neighbor *from;
	uint32_t route;
	struct addr gateway;
};

struct rip_route {
	struct list_link changed; /* of the instance's, while it waits to be told */
	struct timer garbage;
	struct rip *rip;
	uint32_t number;
	struct prefix prefix;
	/* Learned. */
	struct rip_hop *hops; /* none: unreachable, or never learned */
	uint8_t metric;       /* RIP_INFINITY without hops */
	uint16_t tag;
	/* Redistributed. */
	bool is_own;
	uint8_t own_metric;
	uint16_t own_tag;
	const struct nexthop_set *own_hops;
};

LIST_DEFINE(rip_changed, struct rip_route, changed);

/* A packet in the making, or its like for all who get it. */
struct rip_out {
	struct writer w;
	const struct rip_key *key;
	struct addr next_hop; /* RIPng: of the last entries */
	uint32_t n;           /* entries in it */
	uint8_t version;
	uint8_t data[RIP_PACKET_MAX];
};

/* A table on its way, a slice at a time: to all on the wire, or to one who asked. */
struct rip_job {
	bool is_running, has_begun;
	struct prefix at; /* the last one sent */
	uint8_t version;
	struct addr to; /* NONE: everybody */
	uint16_t port;
};

struct rip_iface {
	struct list_link link;
	struct rip *rip;
	uint32_t id;
	const struct iface *iface; /* NULL while there is none of that number */
	struct rip_iface_conf conf;
	bool is_active;
	bool is_telling; /* since its updates began, there is somebody to be told */
	struct timer update_timer, work_timer;
	struct rip_job update, answers[RIP_ANSWERS_MAX];
	struct rip_neighbors neighbors;
	struct bucket pace; /* of those who found no room among them */
	uint32_t sequence;
	bool has_no_key; /* and that was logged */
	struct rip_out out;
};

LIST_DEFINE(rip_ifaces, struct rip_iface, link);

struct rip {
	struct instance instance;
	uint8_t family;
	struct rip_conf conf; /* arrays: copies of its own */
	bool is_running;
	bool originates; /* a default route, on some interface */
	struct rip_ifaces ifaces;
	struct pool nodes, routes;
	struct trie table;
	uint32_t n_learned;
	struct rip_changed changed;
	struct timer triggered_timer;
	struct moment triggered_next; /* not before */
	uint64_t refused[RIP_REFUSALS];
};

/* table.c */
struct rip_route *rip_route_find(struct rip *rip, const struct prefix *prefix);
struct rip_route *rip_route_get(struct rip *rip, const struct prefix *prefix); /* NULL: no memory */
/* The one behind prefix, or the first; NULL: the end. */
struct rip_route *rip_route_next(struct rip *rip, const struct prefix *prefix);
/* It differs from what was told: neighbours hear of it soon. */
void rip_route_changed(struct rip_route *route);
/* Frees it unless somebody still speaks of it. */
void rip_route_settle(struct rip_route *route);
void rip_route_free(struct rip_route *route);
/* As it is told. */
uint8_t rip_route_metric(const struct rip_route *route);
uint16_t rip_route_tag(const struct rip_route *route);

/* learn.c */
/* RIP_REFUSALS, or why its word is not taken. */
enum rip_refused rip_learn(struct rip_neighbor *from, const struct rip_entry *entry);
void rip_forget_neighbor(struct rip_neighbor *neighbor); /* its routes are lost */
void rip_limit_paths(struct rip *rip);                   /* as it is configured now */
void rip_forget_default(struct rip *rip);                /* as neighbours told it */

/* neighbor.c */
struct rip_neighbor *rip_neighbor_find(struct rip_iface *iface, const struct addr *addr);
/* Whoever sent a packet from there, be it a good one; NULL: there is no room for one more. */
struct rip_neighbor *rip_neighbor_add(struct rip_iface *iface, const struct addr *addr,
				      bool is_good);
/* A good packet of his: he is a stranger no more. */
void rip_neighbor_heard(struct rip_neighbor *neighbor, uint8_t version, const struct rip_key *key);
/* Frees those who spoke with a key that is none of these any more. */
void rip_neighbors_rekey(struct rip_iface *iface, const struct rip_iface_conf *conf);
/* Counts it, and keeps the packet. */
void rip_neighbor_refused(struct rip_neighbor *neighbor, enum rip_refused why,
			  const struct udp_view *udp);
void rip_neighbor_free(struct rip_neighbor *neighbor);
/* Whether a packet with that sequence may come now; notes it. */
bool rip_neighbor_sequence(struct rip_neighbor *neighbor, const struct rip_auth_seen *seen);

/* output.c */
void rip_out_begin(struct rip_iface *iface, enum rip_command command, uint8_t version);
bool rip_out_is_full(const struct rip_iface *iface);
void rip_out_add(struct rip_iface *iface, const struct rip_entry *entry);
/* To everybody on the wire, or to one. */
void rip_out_send(struct rip_iface *iface, const struct addr *to, uint16_t port);
/* The sequence for what is sent from now on. */
void rip_out_renumber(struct rip_iface *iface);

/* update.c */
void rip_updates_start(struct rip_iface *iface);
void rip_updates_stop(struct rip_iface *iface);
/* For everything, from all on the wire or from one. */
void rip_send_request(struct rip_iface *iface, const struct addr *to);
void rip_answer_all(struct rip_iface *iface, const struct addr *to, uint16_t port, uint8_t version);
void rip_triggered_run(struct timer *timer);
/* What is told of a route there; false: nothing. */
bool rip_entry_of(const struct rip_route *route, const struct rip_iface *iface,
		  struct rip_entry *out);
/* Every route, as unreachable, once and now: to all (to NULL) or one, who is told no more. */
void rip_say_goodbye(struct rip_iface *iface, const struct addr *to);
/* That we are no longer the way to everywhere, where no other default route is told instead. */
void rip_withdraw_default(struct rip_iface *iface);
/* The intervals are others: they hold from now on, not from the next update on. */
void rip_updates_pace(struct rip *rip);

/* input.c */
void rip_input(struct instance *instance, const struct packet_in *in);

/* iface.c */
/* As rip->conf says, where it said old. */
int rip_ifaces_configure(struct rip *rip, const struct rip_conf *old);
struct rip_iface *rip_iface_find(const struct rip *rip, uint32_t id);
void rip_iface_look(struct rip_iface *iface); /* is it up, has it an address? */
/* The address that packets come from: IPv4 the first, IPv6 the link-local one; NULL: none. */
const struct addr *rip_iface_source(const struct rip_iface *iface);
bool rip_iface_is_own(const struct rip_iface *iface, const struct addr *addr);
bool rip_iface_is_on_link(const struct rip_iface *iface, const struct addr *addr);
/* Whether who has this address there is sent to. */
bool rip_iface_tells(const struct rip_iface *iface, const struct addr *addr);
void rip_iface_free(struct rip_iface *iface);

/* redistribute.c */
int rip_redistribute_start(struct rip *rip);
void rip_redistribute_again(struct rip *rip); /* the filter is another one */
void rip_redistribute_stop(struct rip *rip);

static inline struct env *rip_env(const struct rip *rip)
{
	return rip->instance.env;
}

#endif
