// SPDX-License-Identifier: BSD-3-Clause
/*
 * Tables of routes, drawn from a seed: uniformly random ones, and ones that lie
 * as those of the Internet do (lengths as in public tables of 2024;
 * clustered: few blocks hold most prefixes).
 */
#ifndef WEFT_TESTS_SUPPORT_ROUTES_H
#define WEFT_TESTS_SUPPORT_ROUTES_H

#include <stdint.h>

struct drawn_route {
	uint8_t bytes[16]; /* network order; IPv4: the first 4 */
	uint8_t length;
	uint16_t group; /* 1 to ROUTES_GROUPS */
};

#define ROUTES_GROUPS 64

enum drawn_table {
	TABLE_RANDOM4,   /* /24, uniformly over 1.0.0.0 to 223.255.255.255 */
	TABLE_INTERNET4, /* /8 to /24 */
	TABLE_HOSTS4,    /* /32 within 10.0.0.0/8, a few hundred in each /24 that is used */
	TABLE_RANDOM6,   /* /48, uniformly over 2000::/3 */
	TABLE_INTERNET6, /* /19 to /64 in the registries' blocks */
	TABLE_COUNT
};

extern const char *const table_names[TABLE_COUNT];

/* n different routes in random order; a table must have so many. */
void routes_draw(enum drawn_table table, struct drawn_route *out, uint32_t n, uint64_t seed);

/* A random address within the route. */
void routes_address(const struct drawn_route *route, uint8_t bytes[16]);

uint64_t routes_random(void); /* of the same generator */

#endif
