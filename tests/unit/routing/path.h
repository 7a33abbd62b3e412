// SPDX-License-Identifier: BSD-3-Clause
/*
 * A made-up path from a bench (packets.h) to a destination, for ping and
 * traceroute: routers that lower the TTL and tell when it is over, some silent.
 * What is reported becomes lines in text.
 */
#ifndef WEFT_TESTS_UNIT_ROUTING_PATH_H
#define WEFT_TESTS_UNIT_ROUTING_PATH_H

#include "routing/host/ping.h"
#include "routing/host/trace.h"
#include "tests/unit/routing/packets.h"

struct path {
	struct bench bench;
	uint32_t routers,
		silent; /* hops before the destination; a bit for each that says nothing */
	bool is_dead;   /* the destination says nothing */
	bool spoils;    /* its answers have another first byte */
	uint8_t unreachable_at, unreachable_code; /* a router that says so; 0: none */
	uint32_t n_sent, n_flying;
	int64_t sent_at[8];
	uint8_t last_tos, last_ttl;
	bool last_dont_fragment;
	const struct iface *last_iface;
	char text[4096];
	size_t size;
	struct ping *ping;
	struct trace *trace;
	int refusal;         /* what sending ends with; 0: it is sent */
	uint32_t stop_after; /* reports; 0: never */
	bool is_over;
};

void path_begin(struct path *path, uint32_t routers);
void path_end(struct path *path); /* after all that is on its way has arrived */
void path_write(struct path *path, const char *line);

#endif
