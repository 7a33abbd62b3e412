// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the RIB must say, computed from nothing each time, without any of its
 * tricks: every prefix that there may be is a place of a small array, each
 * source has or has not a route there, and who reaches whom is Warshall's closure.
 */
#ifndef WEFT_TESTS_UNIT_ROUTING_RIB_ORACLE_H
#define WEFT_TESTS_UNIT_ROUTING_RIB_ORACLE_H

#include "tests/unit/routing/net.h"

#define ORACLE_PLACES  96
#define ORACLE_SOURCES 4

typedef unsigned __int128 places; /* a set of them */

struct oracle_route {
	bool is_there;
	const struct nexthop_set *set; /* a reference */
	uint8_t distance;
	uint32_t metric, tag;
	int64_t since_us;
};

/* Where something leads. */
struct oracle_value {
	const struct nexthop_set *hops; /* a reference, or NULL */
	enum rib_inactive inactive;
	int depth;
};

struct oracle_place {
	uint16_t vrf;
	struct prefix prefix;
	struct oracle_route routes[ORACLE_SOURCES];

	/* What oracle_work found: */
	struct oracle_value values[ORACLE_SOURCES];
	int used; /* a source; -1: none */
	bool is_done;
	places leads_to; /* it may, at once; then also by way of others */
};

struct oracle {
	struct net *net;
	uint32_t numbers[ORACLE_SOURCES]; /* of the sources, in the RIB */
	struct oracle_place places[ORACLE_PLACES];
	int n;
};

/* Finds everything anew. */
void oracle_work(struct oracle *oracle);
/* Gives references back. */
void oracle_forget(struct oracle *oracle);
void oracle_route_gone(struct oracle *oracle, struct oracle_route *route);
/* Sources with a route in a place, the best first; how many. */
int oracle_order(const struct oracle *oracle, const struct oracle_place *place,
		 int out[ORACLE_SOURCES]);
/* The place of the longest used prefix that holds an address; -1: none. */
int oracle_lookup(const struct oracle *oracle, uint16_t vrf, const struct addr *addr);

#endif
