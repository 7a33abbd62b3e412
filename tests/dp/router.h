// SPDX-License-Identifier: BSD-3-Clause
/*
 * The world of most tests of routing: a router with an interface on each of
 * two ports, routes of every kind, and what is to become of one packet from the left.
 */
#ifndef WEFT_TESTS_DP_ROUTER_H
#define WEFT_TESTS_DP_ROUTER_H

#include "tests/dp/l3net.h"

#define A     UINT64_C(0x020000000001) /* hosts */
#define B     UINT64_C(0x020000000002)
#define R1    UINT64_C(0x020000000101) /* the router's addresses */
#define R2    UINT64_C(0x020000000102)
#define ALL   UINT64_C(0xffffffffffff)
#define GROUP UINT64_C(0x01005e000005)
#define HOST  "10.1.0.2" /* addresses on the left, ours there, and behind B */
#define OURS  "10.1.0.1"
#define FAR   "10.2.0.2"
#define HOST6 "2001:db8:1::2"
#define OURS6 "2001:db8:1::1"
#define FAR6  "2001:db8:2::2"

extern struct fake *lp, *rp;
extern uint16_t left, right;

int router_setup(void **state);
int router_teardown(void **state);

/* What is to become of a packet from lp. */
enum fate {
	FORWARDED, /* to B, by rp */
	DROPPED,
	PUNTED,
	REFUSED /* dropped, and control is told */
};

struct ends {
	enum fate fate;
	enum drop drop;
	enum punt_class class;
	enum punt_why why;
};

#define GOES                      \
	{                         \
		.fate = FORWARDED \
	}
#define DROP_FOR(r)                               \
	{                                         \
		.fate = DROPPED, .drop = DROP_##r \
	}
#define PUNT_AS(c)                                                    \
	{                                                             \
		.fate = PUNTED, .class = PUNT_##c, .why = PUNT_FOR_US \
	}
#define DROP_AND_TELL(r, w)                                                             \
	{                                                                               \
		.fate = REFUSED, .drop = DROP_##r, .class = PUNT_ERROR, .why = PUNT_##w \
	}

/* Sends it and sees that nothing else comes of it. */
void check_end(const struct frame *f, const struct ends *ends);

#endif
