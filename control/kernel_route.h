// SPDX-License-Identifier: BSD-3-Clause
/*
 * A route of the Linux kernel as a value, and as a netlink message.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_KERNEL_ROUTE_H
#define WEFT_CONTROL_KERNEL_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/rtnetlink.h>

#include "routing/core/addr.h"
#include "routing/nexthop_set.h"

/* What weft writes into the kernel has this origin, by which it finds it again: `ip route show
 * proto 87`. None of iproute2's. */
#define KERNEL_PROTOCOL 87

struct kernel_hop {
	struct addr gateway; /* ADDR_NONE: what the route leads to is on the wire itself */
	int32_t device;      /* its number */
	uint8_t weight;      /* 1 and up */
};

struct kernel_route {
	struct prefix prefix;
	uint32_t table, metric; /* the least metric is used */
	uint8_t type;     /* RTN_UNICAST; RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT: no hops */
	uint8_t protocol; /* who made it: RTPROT_… */
	uint16_t n;
	struct kernel_hop hops[NEXTHOP_SET_MAX]; /* in order, without doubles */
};

/* Puts the hops in order. */
void kernel_route_tidy(struct kernel_route *route);
/* Of type and hops; never 0. Equal ones lead to the same. */
uint64_t kernel_route_hash(const struct kernel_route *route);

/* What an RTM_NEWROUTE or RTM_DELROUTE is about. 0, or -EINVAL: no route that another machine could
 * be reached by (another family, a kind for the kernel's own use, a clone, a choice by source or
 * type of service), or more hops than we have room for; -EBADMSG: malformed. */
int kernel_route_parse(const struct nlmsghdr *head, struct kernel_route *out);

/* A request about the route (RTM_NEWROUTE, RTM_DELROUTE; flags: NLM_F_…). NULL: no memory. */
struct nl_msg;
struct nl_msg *kernel_route_message(uint16_t type, uint16_t flags,
				    const struct kernel_route *route);

/* "254", "main" or another name of iproute2's as a table's number. 0 or -EINVAL. */
int kernel_table_parse(const char *text, uint32_t *out);

#endif
