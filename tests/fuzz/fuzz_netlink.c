// SPDX-License-Identifier: BSD-3-Clause
/*
 * A route as the kernel tells it: nothing beyond the message is read; what is
 * understood is a network with hops that weft has room for, and, told back to the
 * kernel, the same route. Or (first byte 2) the name of a table.
 */
#include <stdlib.h>
#include <string.h>

#include <netlink/msg.h>

#include "control/kernel_route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct kernel_route *route)
{
	struct kernel_route again;
	struct nl_msg *msg;

	if (!prefix_is_network(&route->prefix) || route->n > NEXTHOP_SET_MAX ||
	    (route->type == RTN_UNICAST) != (route->n > 0))
		abort();
	msg = kernel_route_message(RTM_NEWROUTE, 0, route);
	if (!msg || kernel_route_parse(nlmsg_hdr(msg), &again) < 0 ||
	    prefix_compare(&again.prefix, &route->prefix) != 0 || again.metric != route->metric ||
	    again.table != route->table || again.protocol != route->protocol ||
	    kernel_route_hash(&again) != kernel_route_hash(route))
		abort();
	nlmsg_free(msg);
}

/* Digits are that number. */
static void check_table(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	uint32_t table = 0;

	if (!text)
		abort();
	if (kernel_table_parse(text, &table) == 0 &&
	    (table == 0 || (*text >= '0' && *text <= '9' && strtoul(text, NULL, 10) != table)))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_route route;
	struct nlmsghdr *head;

	if (size < 1 || size > 8192)
		return 0;
	if (data[0] == 2) {
		check_table(data + 1, size - 1);
		return 0;
	}
	/* A copy at the very end of its memory, so that a read beyond it is seen. */
	head = malloc(sizeof(*head) + size - 1);
	if (!head)
		abort();
	*head = (struct nlmsghdr){.nlmsg_len = (uint32_t)(sizeof(*head) + size - 1),
				  .nlmsg_type = data[0] & 1 ? RTM_NEWROUTE : RTM_DELROUTE};
	memcpy(head + 1, data + 1, size - 1);
	if (kernel_route_parse(head, &route) == 0)
		check(&route);
	free(head);
	return 0;
}
