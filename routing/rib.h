// SPDX-License-Identifier: BSD-3-Clause
/*
 * The RIB: every route that some source knows, in every VRF and both families;
 * which of them is used; and where it leads in the end.
 *
 *   rib_set(rib, source, vrf, &prefix, &route)   a source has, or changes, a route
 *   rib_del(rib, source, vrf, &prefix)           it has it no more
 *   rib_work(rib, budget)                        decides and tells, a slice at a time
 *
 * For a prefix the least distance wins, then the least metric, then the source
 * that came first. A source has one route for a prefix: equal costs are one
 * set. A gateway that lies on no wire of ours (NEXTHOP_GATEWAY without iface) is
 * looked up in the RIB itself, and again whenever what it was found with
 * changes. A route is active when at least one of its hops leads somewhere; an
 * inactive one says why, and the next best is used in its place.
 *
 * Listeners hear of a prefix only when what is used, or where it leads,
 * really differs from what they heard last.
 *
 * One thread. Nothing but rib_work takes longer than one prefix does.
 */
#ifndef WEFT_ROUTING_RIB_H
#define WEFT_ROUTING_RIB_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/core/addr.h"
#include "routing/nexthop_set.h"

enum rib_protocol { RIB_CONNECTED, RIB_STATIC, RIB_KERNEL, RIB_OSPF, RIB_RIP, RIB_PROTOCOLS };

/* What a source says of a prefix. */
struct rib_route {
	const struct nexthop_set *set; /* the RIB takes a reference of its own */
	uint32_t metric;
	uint32_t tag;
	uint8_t distance; /* 255: never used */
};

/* Why a route is not active. */
enum rib_inactive {
	RIB_ACTIVE,
	RIB_NO_IFACE,   /* the interface is down or gone */
	RIB_NO_GATEWAY, /* nothing leads to the gateway */
	RIB_ENDS,       /* what does ends here: a blackhole, an address of ours, another VRF */
	RIB_LOOP,       /* the gateway is reached by way of the route itself */
	RIB_TOO_DEEP,   /* more than RIB_DEPTH_MAX steps */
	RIB_BFD_DOWN,   /* its gateway does not answer */
};

#define RIB_DEPTH_MAX 8

struct env;
struct iface;
struct rib;

/* NULL with errno. env may have no rib yet. */
struct rib *rib_create(struct env *env);
/* No source may have a route left, listeners hear nothing. NULL is legal. */
void rib_destroy(struct rib *rib);

/* VRF 0 is always there. 0 or -errno: -EEXIST, -ENOMEM, -ENOENT, -EBUSY (it has routes, or is 0).
 */
int rib_vrf_add(struct rib *rib, uint16_t vrf);
int rib_vrf_del(struct rib *rib, uint16_t vrf);
/* How many routes it may have; without a limit at first. Routes beyond a lower one stay. 0 or
 * -ENOENT. */
int rib_vrf_limit(struct rib *rib, uint16_t vrf, uint32_t routes);

/* A source of routes; what it is called by afterwards, or 0 with errno. */
uint32_t rib_source_add(struct rib *rib, enum rib_protocol protocol);
/* Withdraws all that it has left, in slices of rib_work; its number is not used again before. */
void rib_source_del(struct rib *rib, uint32_t source);

struct nexthop_sets *rib_sets(struct rib *rib);

/* 0 or -errno: -ENOENT (no such VRF, source or, to be deleted, route), -EINVAL (host bits set),
 * -ENOMEM, -ENOSPC (the VRF's limit). Decided on by rib_work, in the order in which they came. */
int rib_set(struct rib *rib, uint32_t source, uint16_t vrf, const struct prefix *prefix,
	    const struct rib_route *route);
int rib_del(struct rib *rib, uint32_t source, uint16_t vrf, const struct prefix *prefix);

/* An interface went up or down, or is gone: what leads over it is looked at again. Which of these
 * it is the RIB asks env, so call it when iface_next tells the new state. */
void rib_iface_changed(struct rib *rib, const struct iface *iface);

/* Decides at most `budget` prefixes; returns 0 when all is done, else about how many are left. */
uint32_t rib_work(struct rib *rib, uint32_t budget);

/* One prefix, as a listener or a user sees it. The sets are valid during the call, or until the RIB
 * is changed or works; who keeps one takes a reference. */
struct rib_best {
	uint16_t vrf;
	struct prefix prefix;
	enum rib_protocol protocol;
	uint8_t distance;
	uint32_t metric, tag, source;
	const struct nexthop_set *set;  /* as its source gave it */
	const struct nexthop_set *hops; /* where it leads: every hop with an interface, or one that
					 * ends here */
};

/* was is NULL where there was none, now where there is none any more. A listener may not change the
 * RIB within the call, but for routes of its own sources (they are decided later). */
typedef void rib_listener(void *arg, const struct rib_best *was, const struct rib_best *now);

/* Hears of everything used now (in slices of rib_work), then of changes. 0 or -ENOMEM. */
int rib_listen(struct rib *rib, rib_listener *fn, void *arg);
void rib_unlisten(struct rib *rib, rib_listener *fn, void *arg);
/* Hears of everything used now once more, since what it makes of it is different now. Meanwhile it
 * goes on hearing of every change, of routes too that it is not told of again yet. */
void rib_tell_again(struct rib *rib, rib_listener *fn, void *arg);

/* What is used for an address. false: nothing. */
bool rib_lookup(struct rib *rib, uint16_t vrf, const struct addr *addr, struct rib_best *out);
/* What is used for exactly this prefix. false: nothing. */
bool rib_find(struct rib *rib, uint16_t vrf, const struct prefix *prefix, struct rib_best *out);
/* The used route of the longest prefix that is shorter than this one and holds it. */
bool rib_cover(struct rib *rib, uint16_t vrf, const struct prefix *prefix, struct rib_best *out);

/* Every route of a VRF in the order of prefix_compare, those of one prefix best first. */
struct rib_row {
	struct rib_best best; /* hops is NULL where it is not active */
	bool selected;
	enum rib_inactive inactive;
	int64_t since_us; /* when its source last changed it */
};

/* Zeros but for vrf to begin with. */
struct rib_cursor {
	uint16_t vrf;
	bool started;
	uint8_t distance; /* of the last row, and so on: how it ranks among those of prefix */
	struct prefix prefix;
	uint32_t metric, source;
};

/* The next row; false: the end. The RIB may change between two calls: nothing that stays is
 * missed or seen twice. The row's sets are valid until the RIB or a cursor is used again. */
bool rib_next(struct rib *rib, struct rib_cursor *cursor, struct rib_row *out);

/* What of the RIB another protocol is told (redistribution): the first rule that fits decides, and
 * where none does, nothing is. */
struct rib_rule {
	uint32_t protocols;   /* 1 << enum rib_protocol, together; 0: all */
	struct prefix prefix; /* and those within it, of the lengths below; ADDR_NONE: all */
	uint8_t ge, le;       /* both 0: this prefix alone */
	bool deny;
	bool match_tag, match_metric, set_tag, set_metric;
	uint32_t tag, metric, new_tag, new_metric;
};

struct rib_filter {
	uint32_t n;
	const struct rib_rule *rules;
};

/* Whether it passes; *metric and *tag are overwritten where the rule sets them. */
bool rib_filter_passes(const struct rib_filter *filter, const struct rib_best *best,
		       uint32_t *metric, uint32_t *tag);

struct rib_counts {
	uint64_t prefixes, routes, active;
	uint64_t bytes; /* memory of all of it */
	uint64_t changes, work_left;
};
void rib_counts(const struct rib *rib, uint16_t vrf, struct rib_counts *out);

#endif
