// SPDX-License-Identifier: BSD-3-Clause
/* Networks by chance, within themselves: random_topo.c writes the network, random_script.c what
 * befalls it. */
#ifndef WEFT_TESTS_SIM_RANDOM_INSIDE_H
#define WEFT_TESTS_SIM_RANDOM_INSIDE_H

#include "tests/sim/random_topo.h"
#include "tests/sim/topo.h"

enum { LINKS_MAX = 4 * TOPO_ROUTERS_MAX };

struct link_names {
	uint32_t a, b, twin;
};

struct maker {
	struct random_conf conf;
	uint64_t random;
	FILE *out;
	bool has_ng, has_bfd, has_filters;
	uint32_t n, n_links;
	struct link_names links[LINKS_MAX];
	uint32_t degree[TOPO_ROUTERS_MAX];
	bool has_watched; /* a gateway by BFD, over that link */
	struct link_names watched;
	uint32_t named;            /* a router of which some are told by name, from 1; 0: none */
	uint32_t lan_first, n_lan; /* routers on the LAN, one behind another; 0: there is none */
};

uint32_t random_pick(struct maker *m, uint32_t below);
bool random_one_in(struct maker *m, uint32_t n);
/* The interface of a link's first end, or by its name the link. */
void random_names(struct maker *m, struct link_names names);
/* A router, or one of its interfaces. */
void random_speaker(struct maker *m, bool may_be_router);
extern const char *const random_filters[2]; /* their names */

void random_script(struct maker *m);

#endif
