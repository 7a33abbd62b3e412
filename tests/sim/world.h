// SPDX-License-Identifier: BSD-3-Clause
/*
 * A world for engines: routers on links, in virtual time, in one process.
 * The engines are the real ones; what carries their packets is not. Links
 * delay, lose, double and reorder as they are told, all by one seed: the same
 * seed gives the same run, packet for packet.
 *
 *   struct world *world = world_create(seed, stderr);
 *   struct router *a = world_router(world, "a"), *b = world_router(world, "b");
 *   struct link *link = world_link(world, "ab", &(struct link_conf){.delay_us = 500});
 *   router_attach(a, link, "10.0.0.1/30");
 *   router_attach(b, link, "10.0.0.2/30");
 *   …
 *   world_run(world, SPAN_S(30));
 */
#ifndef WEFT_TESTS_SIM_WORLD_H
#define WEFT_TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "routing/bfd/bfd.h"
#include "routing/env.h"
#include "routing/protocol.h"
#include "routing/rib.h"

#define ROUTER_IFACES_MAX    128
#define ROUTER_INSTANCES_MAX 8
#define IFACE_ADDRESSES_MAX  8
#define LINK_ENDS_MAX        64

struct world;
struct router;

struct link_conf {
	int64_t delay_us;       /* of every packet */
	int64_t jitter_us;      /* up to this much more: what is sent later may come first */
	uint32_t loss, doubled; /* of a million packets */
};

/* One router's place on a link; its interface. */
struct end {
	struct router *router;
	struct link *link; /* NULL: a loopback */
	struct iface iface;
	struct prefix addresses[IFACE_ADDRESSES_MAX];
	bool is_up, is_deaf; /* deaf: gets nothing, and its carrier does not tell */
};

struct link {
	char name[32];
	struct link_conf conf;
	bool is_cut;    /* carrier is lost at both ends */
	bool is_silent; /* packets vanish, carrier stays */
	uint32_t n_ends;
	struct end *ends[LINK_ENDS_MAX];
	uint64_t sent, lost, delivered;
	struct link *next;
};

struct router {
	struct env env; /* first: engines find their router by it */
	struct world *world;
	char name[32];
	uint32_t number; /* in the order of making, from 0 */
	uint64_t random;
	bool is_stopped; /* neither sends nor gets anything */
	bool has_ended;  /* its engines are gone, or going: whatever they still send is a mistake */
	struct bfd *bfd; /* NULL: none */
	struct env_watch *watches;
	uint32_t n_ends;
	struct end *ends[ROUTER_IFACES_MAX];
	uint32_t n_instances;
	struct instance *instances[ROUTER_INSTANCES_MAX];
	struct router *next;
};

struct world {
	struct timers timers;
	uint64_t random;
	FILE *transcript; /* NULL: none */
	uint32_t in_flight;
	uint64_t sent, delivered; /* packets, of all */
	uint32_t n_failures;
	char failure[256]; /* the first one */
	struct router *routers;
	struct link *links;
	struct packet *packets; /* in flight */
	/* Sees every packet before it is sent; false: it is lost. NULL: all pass. */
	bool (*watch)(struct world *world, const struct end *from, const struct packet_out *out);
	/* What a packet says, for the transcript; false: nothing worth a line. NULL: its size. */
	bool (*describe)(const struct iface *iface, const uint8_t *data, uint32_t len, char *text,
			 size_t size);
	/* After everything that happened, when no RIB has work left. NULL: nothing. */
	void (*settled)(struct world *world);
	void *user; /* of these */
};

struct world *world_create(uint64_t seed, FILE *transcript);
/* Ends all routers; one that leaves a timer behind is a failure. */
void world_stop(struct world *world);
/* The same where it was not done, and frees all; a failure that nobody asked for aborts. */
void world_destroy(struct world *world);
/* Something that must not be: noted, counted, and the first one kept. */
__attribute__((format(printf, 3, 4))) void world_fail(struct world *world,
						      const struct router *router,
						      const char *format, ...);

struct router *world_router(struct world *world, const char *name);
struct link *world_link(struct world *world, const char *name, const struct link_conf *conf);
/* link NULL: a loopback. addresses: with spaces between them. */
struct end *router_attach(struct router *router, struct link *link, const char *addresses);
struct end *router_attach_as(struct router *router, struct link *link, const char *name,
			     const char *addresses);
/* An instance of a protocol; it is reconfigured by the caller. */
struct instance *router_add(struct router *router, const struct protocol *protocol);
void router_use_bfd(struct router *router);

/* Carrier of a link, of one end; each is an event to the routers concerned. */
void link_cut(struct link *link, bool is_cut);
void end_set_up(struct end *end, bool is_up);
/* Frozen: neither sends nor hears nor runs its timers' effects; a crash seen from outside. */
void router_stop(struct router *router);
/* Its engines and its RIB end: in good order, or without a word (a crash). */
void router_end(struct router *router, bool says_so);
/* A router that has ended has a RIB again, and no engines yet. */
void router_begin(struct router *router);

/* Virtual time passes. */
void world_run(struct world *world, int64_t span_us);
/* At most span_us, until the condition holds. Whether it does. */
bool world_run_until(struct world *world, int64_t span_us, bool (*holds)(void *arg), void *arg);

/* A line of the transcript, with the time and the router. */
__attribute__((format(printf, 3, 4))) void world_note(struct world *world,
						      const struct router *router,
						      const char *format, ...);

#endif
