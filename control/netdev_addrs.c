// SPDX-License-Identifier: BSD-3-Clause
#include "control/netdev_addrs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/socket.h>

#include "control/loop.h"

#define READ_MAX 64 /* times at once */

/* --- which there are --- */

struct gathering {
	int device; /* 0: all */
	struct addr *list;
	size_t n, room;
};

static void gather(struct nl_object *object, void *arg)
{
	struct nl_addr *local = rtnl_addr_get_local((struct rtnl_addr *)object);
	struct gathering *g = arg;
	struct addr addr = {0};

	if (!local || g->n == g->room ||
	    (g->device && rtnl_addr_get_ifindex((struct rtnl_addr *)object) != g->device))
		return;
	addr.family = nl_addr_get_family(local) == AF_INET    ? ADDR_IP4
		      : nl_addr_get_family(local) == AF_INET6 ? ADDR_IP6
							      : ADDR_NONE;
	if (addr.family == ADDR_NONE || nl_addr_get_len(local) * 8 != addr_bits(&addr))
		return;
	memcpy(addr.bytes, nl_addr_get_binary_addr(local), nl_addr_get_len(local));
	g->list[g->n++] = addr;
}

int netdev_addrs_get(struct netns *ns, int device, struct addr **out, size_t *n)
{
	struct gathering g = {.device = device};
	struct nl_cache *addrs;

	if (rtnl_addr_alloc_cache(netns_sock(ns), &addrs) < 0)
		return -EIO;
	g.room = (size_t)nl_cache_nitems(addrs);
	g.list = calloc(g.room + 1, sizeof(*g.list));
	if (g.list)
		nl_cache_foreach(addrs, gather, &g);
	nl_cache_free(addrs);
	if (!g.list)
		return -ENOMEM;
	*out = g.list;
	*n = g.n;
	return 0;
}

/* --- news --- */

struct netdev_addrs_watch {
	struct nl_sock *sock;
	struct event *event;
	void (*fn)(void *arg);
	void *arg;
};

/* What it says is not looked at: whoever asked reads all of them. */
static int ignore(struct nl_msg *msg, void *arg)
{
	return NL_OK;
}

static int open_sock(void *arg)
{
	struct netdev_addrs_watch *watch = arg;

	watch->sock = nl_socket_alloc();
	if (!watch->sock)
		return -ENOMEM;
	nl_socket_disable_seq_check(watch->sock);
	nl_socket_modify_cb(watch->sock, NL_CB_VALID, NL_CB_CUSTOM, ignore, NULL);
	if (nl_connect(watch->sock, NETLINK_ROUTE) < 0)
		return -EMFILE;
	if (nl_socket_add_memberships(watch->sock, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0) <
		    0 ||
	    nl_socket_set_nonblocking(watch->sock) < 0)
		return -EIO;
	return 0;
}

static void news(void *arg)
{
	struct netdev_addrs_watch *watch = arg;
	int rc = 0;

	/* An error that is not "nothing more" is a message lost: news all the same. */
	for (int i = 0; rc >= 0 && i < READ_MAX; i++)
		rc = nl_recvmsgs_default(watch->sock);
	watch->fn(watch->arg);
}

struct netdev_addrs_watch *netdev_addrs_watch(struct netns *ns, void (*fn)(void *arg), void *arg)
{
	struct netdev_addrs_watch *watch = calloc(1, sizeof(*watch));
	int rc;

	if (!watch)
		return NULL;
	watch->fn = fn;
	watch->arg = arg;
	rc = netns_run(ns, open_sock, watch);
	if (rc == 0) {
		watch->event = loop_watch(nl_socket_get_fd(watch->sock), news, watch);
		if (watch->event)
			return watch;
		rc = -errno;
	}
	netdev_addrs_unwatch(watch);
	errno = -rc;
	return NULL;
}

void netdev_addrs_unwatch(struct netdev_addrs_watch *watch)
{
	if (!watch)
		return;
	loop_cancel(watch->event);
	nl_socket_free(watch->sock);
	free(watch);
}
