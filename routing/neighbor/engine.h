// SPDX-License-Identifier: BSD-3-Clause
/*
 * The neighbour engine from within. An engine has wires, one for each
 * interface it was told of; a wire has neighbours, addresses of our own, and
 * what it advertises.
 *
 *   engine.c    from create to destroy; configuration; packets in
 *   conf.c      what holds where nothing is configured
 *   ask.c       what the host asks for: resolving, keeping, static entries, flushing, showing
 *   table.c     finding, entering, listing, removing
 *   room.c      whose place is given to another one
 *   nud.c       the states of a neighbour: events, timers; nud_table.c has the transitions
 *   hold.c      packets that wait
 *   settle.c    telling the host
 *   arp.c       ARP in and out
 *   nd.c        neighbour discovery in: RFC 4861 7.1's checks, then who said what
 *   nd_out.c    solicitations and advertisements out
 *   own.c       our own addresses: which there are, and what becomes of them
 *   dad.c       whether somebody else has them
 *   announce.c  telling everybody that we have them, and defending them
 *   ra.c        router advertisements: when; ra_out.c what
 *   wire.c      interfaces that come, change and go
 *
 * Whatever happens only changes the engine and marks what the host has to hear
 * of; settle, the last thing of every entry from outside, compares what the host
 * was told with what is, and tells it the difference. So the host may call back:
 * nobody holds a pointer to a neighbour meanwhile.
 */
#ifndef WEFT_ROUTING_NEIGHBOR_ENGINE_H
#define WEFT_ROUTING_NEIGHBOR_ENGINE_H

#include "routing/core/bucket.h"
#include "routing/core/cursor.h"
#include "routing/core/ip.h"
#include "routing/core/list.h"
#include "routing/core/timer.h"
#include "routing/neighbor/nd_wire.h"
#include "routing/neighbor/neighbor.h"
#include "routing/neighbor/nud.h"

#define HELD_MAX      3 /* packets that wait for one neighbour; the newest stay */
#define RESOLVE_TRIES 3 /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT */
#define DELAY_FIRST   SPAN_S(5)
#define WIRE_CHAINS   64

/* Where a neighbour is listed, in the order in which its place is given to another one. */
enum listing {
	LIST_FAILED,
	LIST_INCOMPLETE,
	LIST_STALE,
	LIST_LIVE,   /* reachable, or being looked after: never evicted */
	LIST_PINNED, /* static or kept: never evicted, and in no budget */
	LISTS
};

struct neighbor {
	struct neighbor *chain; /* the next in its hash bucket */
	struct wire *wire;      /* NULL: removed, and the host has not been told */
	const struct iface *iface;
	struct list_link listed; /* of its wire, the longest unused first */
	struct list_link ageing; /* of the engine: likewise, stale and unresolved ones only */
	struct list_link unsettled;
	struct timer timer;
	struct moment heard;   /* last news of it, or when it was entered */
	struct moment entered; /* its state */
	void *held[HELD_MAX];  /* the oldest first */
	struct addr addr;
	uint32_t hash, slot;
	uint32_t kept;   /* neighbor_keep that were not undone */
	uint8_t state;   /* enum neighbor_state */
	uint8_t listing; /* enum listing */
	uint8_t why;     /* enum neighbor_lost, for when it has no MAC address any more */
	uint8_t fate;    /* enum neighbor_fate of held packets, once it is removed */
	uint8_t tries;   /* solicitations sent in this state */
	uint8_t n_held;
	uint8_t mac[6];
	uint8_t told_mac[6]; /* what the host was told, if was_told */
	bool was_told;
	bool has_mac;
	bool is_router;
	bool is_used; /* since it became reachable or stale */
};

LIST_DEFINE(listed, struct neighbor, listed);
LIST_DEFINE(ageing, struct neighbor, ageing);
LIST_DEFINE(unsettled, struct neighbor, unsettled);

/* One of our own addresses. */
struct own {
	struct list_link link; /* of its wire */
	struct list_link unsettled;
	struct wire *wire;
	struct timer timer;
	struct prefix prefix;   /* with host bits */
	struct moment defended; /* last; has_defended */
	uint8_t state;          /* enum neighbor_address */
	uint8_t told;           /* likewise: what the host heard */
	uint8_t probes;         /* sent, while tentative */
	uint8_t announcements;  /* still to be sent */
	uint8_t conflicts;      /* in a row, while others had it */
	uint8_t nonce[6];       /* of the last probe: RFC 7527 */
	uint8_t claimant[6];    /* who has it or used it last, though it is ours; has_claimant */
	bool has_claimant;
	bool is_conflict_untold; /* to the host */
	bool is_probed;          /* somebody may be about to say that he has it */
	bool has_defended;
	bool is_wanted; /* while addresses are compared */
};

LIST_DEFINE(owns, struct own, link);
LIST_DEFINE(unsettled_owns, struct own, unsettled);

/* What a wire advertises: ra.c. */
struct advertiser {
	struct timer timer;
	struct moment last, warned;
	bool is_active;
	bool has_sent, has_warned;
	uint8_t initial; /* first ones that are still to be sent soon */
};

/* An interface. */
struct wire {
	struct wire *chain;
	struct neighbors *engine;
	const struct iface *iface;
	uint32_t id;
	bool is_up;
	bool is_going; /* nothing is entered any more */
	uint8_t mac[6];
	struct neighbor_conf conf; /* without zeros */
	struct listed lists[LISTS];
	uint32_t n_resolved, n_unresolved, n_held; /* pinned ones are in neither */
	struct owns owns;
	struct bucket attempts;
	struct advertiser ra;
};

struct slot {
	struct neighbor *neighbor; /* NULL: free */
	uint32_t next_free;
};

struct neighbors {
	struct env *env;
	const struct neighbor_ops *ops;
	void *ctx;
	struct neighbor_limits limits; /* without zeros */
	struct neighbor_stats stats;
	struct wire *wires[WIRE_CHAINS];
	struct neighbor **chains;                /* hash buckets */
	uint32_t n_chains;                       /* a power of two */
	struct slot *slots;                      /* for walking */
	uint32_t n_slots, room_slots, free_slot; /* free_slot: 1 and up; 0: none */
	uint32_t n_neighbors;
	struct ageing unresolved, stale; /* all there are, the oldest first; pinned ones aside */
	struct unsettled unsettled;
	struct unsettled_owns unsettled_owns;
	bool is_settling;
	uint64_t seed[2]; /* of the hash: strangers choose addresses */
};

static inline struct moment now_of(const struct neighbors *engine)
{
	return env_now(engine->env);
}

/* conf.c: zeros become what is normal */
void conf_fill_in_limits(struct neighbor_limits *limits);
void conf_fill_in(struct neighbor_conf *conf);

/* table.c */
int table_init(struct neighbors *engine);
void table_fini(struct neighbors *engine);
struct neighbor *table_find(struct neighbors *engine, const struct wire *wire,
			    const struct addr *addr);
/* Enters one in a state; room was made (room.c), nothing runs yet. NULL: no memory. */
struct neighbor *table_add(struct wire *wire, const struct addr *addr, enum neighbor_state state);
/* Lists it anew, as the last: its state, or whether it is kept, may have changed. */
void table_relist(struct neighbor *neighbor);
/* Takes it out. settle tells the host and frees it. */
void table_remove(struct neighbor *neighbor, enum neighbor_lost why, enum neighbor_fate fate);

/* room.c */
/* Whether there is room for one more that has a MAC address, or that has none; others are evicted
 * for it. */
bool room_for_resolved(struct wire *wire);
bool room_for_unresolved(struct wire *wire);

/* nud.c */
void nud_init(struct neighbor *neighbor);
/* mac: what came with it, or NULL. false: it is removed. */
bool nud_event(struct neighbor *neighbor, enum nud_event event, const uint8_t *mac);
/* Begins, or begins anew, in a state; mac (may be NULL) is what it has. */
void nud_begin(struct neighbor *neighbor, enum neighbor_state state, const uint8_t *mac);
/* What was learned of it holds no longer: it is removed, or (a kept one) asked for anew. */
void nud_forget(struct neighbor *neighbor);
/* It is not kept any more: from here on it needs room like any other. */
void nud_unpin(struct neighbor *neighbor);
/* Its interface went down, or is up again: for those that stay. */
void nud_suspend(struct neighbor *neighbor);
void nud_resume(struct neighbor *neighbor);
/* Somebody said that addr has mac (NULL: as before). A known one hears of it as `same` or `other`;
 * where may_add is true, an unknown one is entered as stale. Returns it, if it is there afterwards.
 */
struct neighbor *nud_learn(struct wire *wire, const struct addr *addr, const uint8_t *mac,
			   enum nud_event same, enum nud_event other, bool may_add);

/* hold.c */
/* Takes the packet; what has to go for it is released at once, as the last thing. */
void hold_packet(struct neighbor *neighbor, void *packet);
void hold_refuse(struct neighbors *engine, const struct iface *iface, const struct addr *addr,
		 void *packet, enum neighbor_fate fate);

/* settle.c */
void settle_later(struct neighbor *neighbor);
void settle_own_later(struct own *own);
void settle(struct neighbors *engine);

/* wire.c */
struct wire *wire_find(struct neighbors *engine, const struct iface *iface);
/* Enters it where it is not known. NULL: no memory. */
struct wire *wire_get(struct neighbors *engine, const struct iface *iface);
void wire_remove(struct wire *wire);
/* Whether an address lies in a subnet of the wire, or is link-local. */
bool wire_has_subnet(const struct wire *wire, const struct addr *addr);
/* Whether somebody on the wire can have it: unicast, no subnet's broadcast address, not ours. */
bool wire_can_have(const struct wire *wire, const struct addr *addr);
/* A MAC address that somebody else can have. */
bool wire_can_have_mac(const struct wire *wire, const uint8_t mac[6]);
/* Sends; false and counted where that failed. */
bool wire_send(struct wire *wire, uint16_t ether_type, const uint8_t dst_mac[6],
	       const uint8_t *data, uint32_t len, uint64_t *counter);

/* own.c */
int own_update(struct wire *wire); /* after iface->addresses changed; 0 or -ENOMEM */
void own_up(struct wire *wire);    /* starts those that are down */
void own_down(struct wire *wire);
void own_remove_all(struct wire *wire);
struct own *own_find(const struct wire *wire, const struct addr *addr);
/* Likewise, unless it is somebody else's, a duplicate. */
struct own *own_held(const struct wire *wire, const struct addr *addr);
/* A usable one whose subnet has addr as its routers' anycast address (RFC 4291 2.6.1). */
struct own *own_anycast(const struct wire *wire, const struct addr *addr);
/* Somebody else says that he has it: it is not used, or it is defended. */
void own_claimed(struct own *own, const uint8_t mac[6]);
bool own_is_claimed_by(const struct own *own, const uint8_t mac[6]);
void own_set_claimant(struct own *own, const uint8_t mac[6]);
/* The interface's configuration is another: what need not be probed any more is used. */
void own_reconfigured(struct wire *wire);
void own_set(struct own *own, enum neighbor_address state);
/* Its timer, so long from now. */
void own_arm(struct own *own, int64_t span);
void own_announce_all(struct wire *wire);
/* The usable address to speak from on behalf of dst: in its subnet, else any. NULL: none. IPv6
 * takes a link-local one. */
const struct own *own_source(const struct wire *wire, const struct addr *dst);

/* dad.c */
void dad_start(struct own *own);
void dad_wait(struct own *own); /* it is a duplicate: until it is tried again */
void dad_timeout(struct own *own);
/* A duplicate that is being tried again, or NULL. */
struct own *dad_retried(const struct wire *wire, const struct addr *addr);
/* Somebody else has it, or wants it as well. */
void dad_conflict(struct own *own, const uint8_t mac[6]);

/* announce.c */
void announce_start(struct own *own);
void announce_timeout(struct own *own);
/* Somebody else uses it though we do. */
void announce_defend(struct own *own, const uint8_t mac[6]);

/* arp.c */
void arp_input(struct wire *wire, const struct packet_in *in);
void arp_solicit(struct wire *wire, const struct addr *target, const uint8_t *mac);
void arp_probe(const struct own *own);
void arp_announce(const struct own *own);

/* nd.c */
void nd_input(struct wire *wire, const struct ip_view *ip, const struct packet_in *in);

/* nd_out.c: mac NULL multicasts it */
/* The message lies behind room for the IPv6 header; both get their checksum here. */
void nd_send(struct wire *wire, const struct addr *src, const struct addr *dst, const uint8_t *mac,
	     uint8_t *packet, uint32_t len, uint64_t *counter);
void nd_write_mac(struct writer *to, enum nd_option type, const struct wire *wire);
void nd_solicit(struct wire *wire, const struct addr *target, const uint8_t *mac);
void nd_probe(struct own *own);
void nd_announce(const struct own *own);
/* Answers a solicitation for one of our own, or for the anycast address of its subnet. dst and mac
 * NULL: all nodes. */
void nd_advertise(const struct own *own, const struct addr *target, const struct addr *dst,
		  const uint8_t *mac);

/* ra.c */
void ra_init(struct wire *wire);
/* Something that it depends on changed: configuration, the wire, our link-local address. */
void ra_update(struct wire *wire);
/* What it says did: told soon. */
void ra_changed(struct wire *wire);
/* Its end is told to everybody. */
void ra_stop(struct wire *wire);
void ra_solicited(struct wire *wire);
/* Another router's, checked: whether it contradicts ours. */
void ra_heard(struct wire *wire, const struct addr *from, const uint8_t *data, uint32_t len);

/* ra_out.c */
void ra_send(struct wire *wire, const struct own *from, bool is_last);

#endif
