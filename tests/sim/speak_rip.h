// SPDX-License-Identifier: BSD-3-Clause
/* RIP in topologies, within itself: its options, and what the oracle has to know of it. */
#ifndef WEFT_TESTS_SIM_SPEAK_RIP_H
#define WEFT_TESTS_SIM_SPEAK_RIP_H

#include "tests/sim/speaker.h"

/* The places of its options; RIPng has all but the last one. */
enum {
	RIP_UPDATE,
	RIP_TIMEOUT,
	RIP_GARBAGE,
	RIP_TRIGGERED,
	RIP_SPLIT,
	RIP_BFD,
	RIP_REDISTRIBUTE,
	RIP_DENY,
	RIP_PATHS,
	RIP_SET_METRIC,
	RIP_SET_TAG,
	RIP_FILTER,
	RIP_PASSIVE,
	RIP_NEIGHBORS,
	RIP_DEFAULT,
	RIP_OFFSET,
	RIP_AUTH
};

enum { RIP_CONNECTED_FLAG = 1, RIP_STATIC_FLAG = 2 }; /* of redistribute */

/* speak_rip_facts.c: as speaker.h has them. */
bool rip_agree(const struct settings *a, const struct settings *b);
bool rip_sends_to(const struct settings *end, const char *router, uint32_t *more);
bool rip_tells_back(const struct settings *end);
bool rip_tells_default(const struct settings *end);
bool rip_watches(const struct settings *end);
bool rip_tells(const struct topo *topo, const struct settings *settings,
	       const struct own_route *own, uint32_t *metric, uint32_t *tag);
uint32_t rip_paths(const struct settings *settings);
int64_t rip_settles_us(const struct topo *topo, uint32_t speaker);
int64_t rip_loops_us(const struct topo *topo, uint32_t speaker, uint32_t routers);

#endif
