// SPDX-License-Identifier: BSD-3-Clause
/*
 * Neighbours: who is behind an address on a wire of ours. One engine for both
 * families: ARP (RFC 826, 1122 2.3.2, 1812 3.3.2, 5227) and neighbour
 * discovery (RFC 4861, 4862, 6583, 6980, 7527, 8106). It also looks after our
 * own addresses: whether somebody else has them, telling the wire about them,
 * and router advertisements where they are configured.
 *
 *   neighbor_resolve(engine, iface, &addr, packet)   who is it? hold the packet meanwhile
 *   neighbor_input(engine, &in)                      ARP and neighbour discovery that came in
 *
 * Every packet that is given to the engine comes back through ops.release
 * exactly once: to be sent, to be answered as unreachable, or to be dropped.
 *
 * Limits keep a scan of a /8 or a /64 to itself: what is not resolved has a
 * budget of its own for each interface and makes room only for its like, new
 * attempts are rationed, and who does not answer is not asked again for a
 * while. What has answered is pushed out by nothing but what has answered,
 * the longest unused first, and never while it is known to be reachable.
 *
 * One thread. The host may call neighbor_resolve, neighbor_find and the
 * env's send from within its ops, and nothing else that changes the engine.
 */
#ifndef WEFT_ROUTING_NEIGHBOR_NEIGHBOR_H
#define WEFT_ROUTING_NEIGHBOR_NEIGHBOR_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/env.h"
#include "routing/neighbor/ra.h"

struct neighbors;

enum neighbor_state {
	NEIGHBOR_INCOMPLETE, /* asked for, no answer yet */
	NEIGHBOR_REACHABLE,  /* answered a short while ago */
	NEIGHBOR_STALE,      /* was there; not used since, or not asked again */
	NEIGHBOR_DELAY,      /* used again; asked soon unless it speaks before */
	NEIGHBOR_PROBE,      /* being asked whether it is still there */
	NEIGHBOR_FAILED,     /* did not answer; packets to it are refused for a while */
	NEIGHBOR_STATIC,     /* configured */
	NEIGHBOR_STATES
};

/* As users see it: reachable, stale (DELAY and PROBE too), incomplete, failed, static. */
const char *neighbor_state_name(enum neighbor_state state);

enum neighbor_lost {
	NEIGHBOR_SILENT,   /* it did not answer any more */
	NEIGHBOR_EVICTED,  /* others needed its place */
	NEIGHBOR_FLUSHED,  /* the user said so, or a static entry was taken away */
	NEIGHBOR_NO_IFACE, /* the interface went down or is gone */
};

/* What becomes of a held packet. */
enum neighbor_fate {
	NEIGHBOR_SEND,        /* to mac */
	NEIGHBOR_UNREACHABLE, /* its sender is owed host unreachable (address unreachable) */
	NEIGHBOR_DROPPED,     /* nothing is owed: no room, too many, interface down */
};

/* One of our own addresses. */
enum neighbor_address {
	NEIGHBOR_ADDRESS_UNKNOWN,   /* not ours */
	NEIGHBOR_ADDRESS_DOWN,      /* its interface is */
	NEIGHBOR_ADDRESS_TENTATIVE, /* not to be used: it is being found out whether it is free */
	NEIGHBOR_ADDRESS_USABLE,
	NEIGHBOR_ADDRESS_DUPLICATE, /* not to be used while somebody else has it; tried again */
};

/* What the engine asks of its host. All but `used` are called as the last thing of a change: the
 * engine is whole, and may be asked. */
struct neighbor_ops {
	/* It can be reached at mac: new, or by another address than before. */
	void (*resolved)(void *ctx, const struct iface *iface, const struct addr *addr,
			 const uint8_t mac[6]);
	/* What `resolved` said holds no longer. */
	void (*lost)(void *ctx, const struct iface *iface, const struct addr *addr,
		     enum neighbor_lost why);
	/* The packet is the host's again. mac is NULL unless fate is NEIGHBOR_SEND. */
	void (*release)(void *ctx, const struct iface *iface, const struct addr *addr, void *packet,
			enum neighbor_fate fate, const uint8_t *mac);
	/* An address of ours may be used, or may not. NULL is legal. */
	void (*address)(void *ctx, const struct iface *iface, const struct addr *addr,
			enum neighbor_address state);
	/* Whether workers sent something there since they were asked last. Called once in about
	 * 30 s a neighbour; does not call back. NULL is legal: then only neighbor_used and
	 * neighbor_resolve tell. */
	bool (*used)(void *ctx, const struct iface *iface, const struct addr *addr);
	/* Somebody else used an address that is ours, and was answered: neighbor_address_claimant.
	 * Once in 10 s at most. NULL is legal. */
	void (*conflict)(void *ctx, const struct iface *iface, const struct addr *addr);
};

/* Over all interfaces. What is 0 takes the default. */
struct neighbor_limits {
	uint32_t resolved;   /* neighbours that have a MAC address: 65536 */
	uint32_t unresolved; /* incomplete and failed ones: 16384 */
	uint32_t held;       /* packets held at a time: 1024 */
};

/* Of one interface. What is 0 takes the default, but where it says otherwise. */
struct neighbor_conf {
	uint32_t resolved;     /* as above, of this interface: 16384 */
	uint32_t unresolved;   /* 1024 */
	uint32_t held;         /* packets held at a time: 256 */
	uint32_t attempts;     /* new resolutions a second: 256, so that each lasts its time */
	uint32_t reachable_ms; /* 30000; each time 0.5 to 1.5 of it */
	uint32_t retrans_ms;   /* between solicitations: 1000, and at least that for ARP */
	uint32_t stale_ms;     /* unused for so long: asked, then removed: 60000 */
	uint32_t failed_ms;    /* who did not answer is not asked again before: 3000 */
	uint8_t dad_transmits; /* for IPv6 addresses, RFC 4862: 1 */
	bool dad_off;          /* they are used at once */
	bool arp_probe;        /* IPv4 addresses: probed for some 6 s before use, RFC 5227 2.1 */
	struct ra_conf ra;
};

struct neighbor_row {
	const struct iface *iface;
	struct addr addr;
	bool has_mac;
	uint8_t mac[6];
	bool is_router; /* IPv6: it says so */
	bool is_kept;
	enum neighbor_state state;
	int64_t age_us; /* since it was last heard of, or entered */
	uint32_t held;  /* packets */
};

struct neighbor_cursor {
	uint32_t slot; /* 0: the beginning */
};

struct neighbor_stats {
#define COUNTER(name, help) uint64_t name;
#include "routing/neighbor/counter.def"
#undef COUNTER
	uint32_t resolved, unresolved, held; /* now */
};

/* NULL with errno. limits may be NULL; ops stays the caller's. Interfaces are told by
 * neighbor_iface_changed. */
struct neighbors *neighbor_create(struct env *env, const struct neighbor_limits *limits,
				  const struct neighbor_ops *ops, void *ctx);
/* Advertising ceases (a last advertisement says so), held packets are released. NULL is legal. */
void neighbor_destroy(struct neighbors *engine);

/* An interface is new, went up or down, or has other addresses or another MAC address: what is new
 * is checked for duplicates and announced, what is no more is forgotten. 0 or -ENOMEM. */
int neighbor_iface_changed(struct neighbors *engine, const struct iface *iface);
void neighbor_iface_gone(struct neighbors *engine, const struct iface *iface);
/* An interface is about to go, or all of us: its hosts are told that we are no gateway any more. */
void neighbor_goodbye(struct neighbors *engine, const struct iface *iface);
/* Copied; NULL: the defaults. An interface that is not known yet is, afterwards, and down: so its
 * first addresses are treated as configured. 0 or -errno: -ENOMEM, -EINVAL (ra_check). Live:
 * nothing is forgotten. */
int neighbor_configure(struct neighbors *engine, const struct iface *iface,
		       const struct neighbor_conf *conf);

/* A packet waits for addr on iface (packet NULL: nothing waits, but it should be known soon).
 * Released at once where the answer is known. */
void neighbor_resolve(struct neighbors *engine, const struct iface *iface, const struct addr *addr,
		      void *packet);
/* Its MAC address, if it has one now. */
bool neighbor_find(struct neighbors *engine, const struct iface *iface, const struct addr *addr,
		   uint8_t mac[6]);
/* Traffic went there: it has to be seen whether it is still there. */
void neighbor_used(struct neighbors *engine, const struct iface *iface, const struct addr *addr);
/* A gateway: resolved now, asked again as long as it does not answer, never evicted. Calls nest.
 * 0 or -errno: -ENOENT (no such interface), -EINVAL (nobody can have this address), -ENOMEM,
 * -ENOSPC. */
int neighbor_keep(struct neighbors *engine, const struct iface *iface, const struct addr *addr);
void neighbor_unkeep(struct neighbors *engine, const struct iface *iface, const struct addr *addr);

/* ARP or neighbour discovery (ICMPv6 133 to 137). false: it is neither, and nothing was done. */
bool neighbor_input(struct neighbors *engine, const struct packet_in *in);

/* 0 or -errno: -ENOENT (no such interface), -EINVAL (an address or MAC address that nobody can
 * have), -ENOMEM. */
int neighbor_static_set(struct neighbors *engine, const struct iface *iface,
			const struct addr *addr, const uint8_t mac[6]);
/* 0 or -ENOENT (it is not static). */
int neighbor_static_del(struct neighbors *engine, const struct iface *iface,
			const struct addr *addr);
/* Forgets what was learned: everywhere (iface NULL), of an interface (addr NULL), or one. Static
 * ones stay, kept ones are asked again. How many. */
uint32_t neighbor_flush(struct neighbors *engine, const struct iface *iface,
			const struct addr *addr);

/* The next row, in no order; false: the end. Neighbours may come and go between two calls: none
 * that stays is missed or seen twice. */
bool neighbor_next(struct neighbors *engine, struct neighbor_cursor *cursor,
		   struct neighbor_row *out);
void neighbor_stats(const struct neighbors *engine, struct neighbor_stats *out);

/* Of one of our addresses. */
enum neighbor_address neighbor_address_state(struct neighbors *engine, const struct iface *iface,
					     const struct addr *addr);
/* Who has it though it is configured here, or used it last; false: nobody since it came up. */
bool neighbor_address_claimant(struct neighbors *engine, const struct iface *iface,
			       const struct addr *addr, uint8_t mac[6]);

#endif
