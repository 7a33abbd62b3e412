// SPDX-License-Identifier: BSD-3-Clause
/*
 * A file of routes, a line each, for as many as the Internet has:
 *
 *   # prefix          by way of
 *   10.0.0.0/8        192.0.2.1
 *   10.1.0.0/16       192.0.2.1*3,192.0.2.5     weights
 *   10.2.0.0/16       wan0                      an interface
 *   2001:db8::/32     fe80::1%wan0
 *   198.51.100.0/24   blackhole                 or unreachable, prohibit
 *
 * What was read is a value: sorted by prefix, without doubles, shared by
 * reference. A million lines take a third of a second, and longer where they
 * stand in no order: route_reader.h has a thread for that.
 *
 * Any thread may read; a value belongs to one thread at a time.
 */
#ifndef WEFT_CONTROL_ROUTE_TEXT_H
#define WEFT_CONTROL_ROUTE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "control/route_conf.h"
#include "control/spine/error.h"

#define ROUTE_TEXT_BYTES_MAX (1 << 30)
#define ROUTE_TEXT_VIAS_MAX  65535 /* different next hops in a file */

struct route_line {
	uint8_t bytes[16]; /* as struct addr has them */
	uint8_t family, length;
	uint16_t via; /* place in vias */
};

/* What stands behind the prefix of some lines. Texts are the file's. */
struct route_via {
	uint32_t first; /* line of the file */
	uint8_t type;   /* NEXTHOP_GATEWAY, or NEXTHOP_BLACKHOLE and its like */
	uint8_t n;
	struct route_hop hops[];
};

struct route_text {
	unsigned refs;
	struct route_line *lines;
	size_t n;
	struct route_via **vias;
	size_t n_vias;
};

/* Asked now and then while a file is read: false ends it without a result. */
struct route_text_want {
	bool (*still)(void *arg);
	void *arg;
};

/* NULL with errors at where in the configuration, each "FILE:LINE: what is wrong"; or without,
 * where nobody wants it any more (want may be NULL). The caller's reference. */
struct route_text *route_text_read(const char *path, const char *where,
				   const struct route_text_want *want, struct errors *errors);
/* The same of a text; path is for messages. For tests and fuzzing as well. */
struct route_text *route_text_parse(const char *path, const char *text, size_t size,
				    const char *where, const struct route_text_want *want,
				    struct errors *errors);
struct route_text *route_text_ref(struct route_text *text);
void route_text_unref(struct route_text *text); /* NULL is legal */

/* As prefix_compare. */
int route_line_compare(const struct route_line *a, const struct route_line *b);
void route_line_prefix(const struct route_line *line, struct prefix *out);
/* A via as an item of `routes` would say it, but for its prefix. */
void route_via_conf(const struct route_via *via, struct route_conf *out);

struct hop_check;
/* Have its next hops sense beside a candidate configuration? at: where in that the file is named. 0
 * or -1 with errors. */
int route_text_check(const struct route_text *text, const char *vrf, const struct hop_check *check,
		     const char *at, const char *path, struct errors *errors);

#endif
