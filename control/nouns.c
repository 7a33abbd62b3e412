// SPDX-License-Identifier: BSD-3-Clause
/* The table of nouns, in the order in which their objects are added: what others refer to first. */
#include "control/daemon.h"

/* clang-format off */
#define NOUNS(NOUN) \
	NOUN(system) \
	NOUN(port) \
	NOUN(bridge) \
	NOUN(fdb) \
	NOUN(vrf) \
	NOUN(interface) \
	NOUN(neighbor) \
	NOUN(route) \
	NOUN(route_file) \
	NOUN(kernel) \
	NOUN(fib) \
	NOUN(bfd) \
	NOUN(rip) \
	NOUN(ripng) \
	NOUN(rip_neighbor) \
	NOUN(rip_route) \
	NOUN(convergence) \
	NOUN(ping) \
	NOUN(traceroute) \
	NOUN(worker) \
	NOUN(drops) \
	NOUN(punt) \
	NOUN(stats) \
	NOUN(config)
/* clang-format on */

#define DECLARED(name) extern const struct noun noun_##name;
#define ADDRESS(name)  &noun_##name,

NOUNS(DECLARED)

static const struct noun *const list[] = {NOUNS(ADDRESS)};

const struct registry nouns = {.list = list, .n = sizeof(list) / sizeof(list[0])};
