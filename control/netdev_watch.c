// SPDX-License-Identifier: BSD-3-Clause
/* The watching half of netdev.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "control/netdev.h"

#define READ_MAX 64 /* times at once */

struct netdev_watch {
	struct nl_sock *sock;
	char name[IFNAMSIZ];
	int index; /* of the device when it was last seen, 0: never; renames are found by it */
	bool is_changed;
};

static int look_at_link(struct nl_msg *msg, void *arg)
{
	struct netdev_watch *watch = arg;
	struct nlmsghdr *head = nlmsg_hdr(msg);
	struct ifinfomsg *info;
	struct nlattr *name;
	bool is_ours;

	if ((head->nlmsg_type != RTM_NEWLINK && head->nlmsg_type != RTM_DELLINK) ||
	    !nlmsg_valid_hdr(head, sizeof(*info)))
		return NL_OK;
	info = nlmsg_data(head);
	name = nlmsg_find_attr(head, sizeof(*info), IFLA_IFNAME);
	is_ours = name && strcmp(nla_get_string(name), watch->name) == 0;
	if (is_ours)
		watch->index = info->ifi_index;
	if (is_ours || info->ifi_index == watch->index)
		watch->is_changed = true;
	return NL_OK;
}

static int open_sock(void *arg)
{
	struct netdev_watch *watch = arg;

	watch->sock = nl_socket_alloc();
	if (!watch->sock)
		return -ENOMEM;
	nl_socket_disable_seq_check(watch->sock);
	nl_socket_modify_cb(watch->sock, NL_CB_VALID, NL_CB_CUSTOM, look_at_link, watch);
	if (nl_connect(watch->sock, NETLINK_ROUTE) < 0)
		return -EMFILE;
	if (nl_socket_add_membership(watch->sock, RTNLGRP_LINK) < 0 ||
	    nl_socket_set_nonblocking(watch->sock) < 0)
		return -EIO;
	return 0;
}

struct netdev_watch *netdev_watch_open(struct netns *ns, const char *name)
{
	struct netdev_watch *watch = calloc(1, sizeof(*watch));
	struct netdev dev;
	int rc;

	if (!watch)
		return NULL;
	snprintf(watch->name, sizeof(watch->name), "%s", name);
	rc = netns_run(ns, open_sock, watch);
	if (rc < 0) {
		netdev_watch_close(watch);
		errno = -rc;
		return NULL;
	}
	if (netdev_get(ns, name, &dev) == 0)
		watch->index = dev.index;
	return watch;
}

void netdev_watch_close(struct netdev_watch *watch)
{
	if (!watch)
		return;
	nl_socket_free(watch->sock);
	free(watch);
}

int netdev_watch_fd(const struct netdev_watch *watch)
{
	return nl_socket_get_fd(watch->sock);
}

bool netdev_watch_read(struct netdev_watch *watch)
{
	int rc = 0;

	watch->is_changed = false;
	/* A namespace that makes news faster than we read them holds nobody: the rest is for the
	 * loop's next turn. */
	for (int i = 0; rc >= 0 && i < READ_MAX; i++)
		rc = nl_recvmsgs_default(watch->sock);
	/* Messages were lost: whatever happened, look. */
	if (rc < 0 && rc != -NLE_AGAIN)
		watch->is_changed = true;
	return watch->is_changed;
}
