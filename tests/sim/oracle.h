// SPDX-License-Identifier: BSD-3-Clause
/*
 * What every table must be in the end, found without any engine: shortest
 * paths over the graph as it is now, from the links that carry packets, what
 * they cost, who speaks what, and what each tells of.
 */
#ifndef WEFT_TESTS_SIM_ORACLE_H
#define WEFT_TESTS_SIM_ORACLE_H

#include "tests/sim/speaker.h"
#include "tests/sim/topo.h"

struct wanted_hop {
	uint32_t link;
	struct addr gateway;
	uint32_t tags; /* 1 << tag: those that it may be told with */
};

/* What one router must use for one prefix. */
struct wanted {
	bool exists;
	enum rib_protocol protocol;
	uint32_t metric; /* of what a protocol found */
	/* 1 << tag: those that it may have. Of ways of one cost with different tags those of one
	 * tag are used, whichever was heard first. */
	uint32_t tags;
	/* So many of hops are used: all, unless there are more than it may have, of which the same
	 * may be one that several neighbours name. */
	uint32_t n_least, n_most;
	uint32_t n_heard; /* neighbours who tell of them */
	uint32_t n;
	struct wanted_hop hops[TOPO_IFACES_MAX];
};

/* Every prefix that somebody could have a route for, in order; the caller frees it. */
struct prefix *oracle_prefixes(const struct topo *topo, uint32_t *n);
/* out: of every router; none of those that are not up exists. */
void oracle_wants(const struct topo *topo, const struct prefix *prefix, struct wanted *out);
/* A line: "10.1.0.0/16 rip 2 via 172.16.1.2 on r1-r2, …". */
void oracle_print(const struct topo *topo, uint32_t router, const struct prefix *prefix,
		  const struct wanted *wanted, char *text, size_t size);

extern const char *const oracle_protocol_names[RIB_PROTOCOLS];

#endif
