// SPDX-License-Identifier: BSD-3-Clause
/*
 * The watching half of netdev.h. All that is watched in one namespace shares
 * one socket, its feed: a thousand ports hear of a new link by one message.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "control/loop.h"
#include "control/netdev.h"

#define READ_MAX    64           /* times in one turn of the loop */
#define BUFFER_SIZE (512 * 1024) /* of messages not yet read */

struct feed {
	struct netns_id ns;
	struct nl_sock *sock;
	struct event *event;
	struct netdev_watch *watches;
	bool has_lost; /* messages, and what is left has not been read yet */
	struct feed *next;
};

struct netdev_watch {
	struct feed *feed;
	char name[IFNAMSIZ];
	int index; /* of the device when it was last seen, 0: never; renames are found by it */
	bool is_changed;
	void (*fn)(void *arg);
	void *arg;
	struct netdev_watch *next;
};

static struct feed *feeds;

/* --- reading --- */

static void note(struct netdev_watch *watch, int index, const char *name)
{
	bool is_ours = name && strcmp(name, watch->name) == 0;

	if (is_ours || index == watch->index)
		watch->is_changed = true;
	if (is_ours)
		watch->index = index;
}

static int look_at_link(struct nl_msg *msg, void *arg)
{
	struct feed *feed = arg;
	struct nlmsghdr *head = nlmsg_hdr(msg);
	struct ifinfomsg *info;
	struct nlattr *name;

	if ((head->nlmsg_type != RTM_NEWLINK && head->nlmsg_type != RTM_DELLINK) ||
	    !nlmsg_valid_hdr(head, sizeof(*info)))
		return NL_OK;
	info = nlmsg_data(head);
	name = nlmsg_find_attr(head, sizeof(*info), IFLA_IFNAME);
	for (struct netdev_watch *w = feed->watches; w; w = w->next)
		note(w, info->ifi_index, name ? nla_get_string(name) : NULL);
	return NL_OK;
}

static struct netdev_watch *next_changed(const struct feed *feed)
{
	struct netdev_watch *watch = feed->watches;

	while (watch && !watch->is_changed)
		watch = watch->next;
	return watch;
}

static bool is_alive(const struct feed *feed)
{
	struct feed *f = feeds;

	while (f && f != feed)
		f = f->next;
	return f != NULL;
}

/* Those who hear of it may begin and end watches, the last of this feed too. */
static void tell(struct feed *feed)
{
	struct netdev_watch *watch;

	while (is_alive(feed) && (watch = next_changed(feed))) {
		watch->is_changed = false;
		watch->fn(watch->arg);
	}
}

static void news(void *arg)
{
	struct feed *feed = arg;
	int rc = 0;

	/* A namespace that makes news faster than we read them holds nobody: the rest is for the
	 * loop's next turn. */
	for (int i = 0; rc != -NLE_AGAIN && i < READ_MAX; i++) {
		rc = nl_recvmsgs_default(feed->sock);
		feed->has_lost |= rc < 0 && rc != -NLE_AGAIN;
	}
	/* Messages were lost: whatever happened, everybody looks. Once all is read, for until then
	 * the kernel drops others without saying so again. */
	if (feed->has_lost && rc == -NLE_AGAIN) {
		feed->has_lost = false;
		for (struct netdev_watch *w = feed->watches; w; w = w->next)
			w->is_changed = true;
	}
	tell(feed);
}

/* --- life --- */

static int open_sock(void *arg)
{
	struct feed *feed = arg;

	feed->sock = nl_socket_alloc();
	if (!feed->sock)
		return -ENOMEM;
	nl_socket_disable_seq_check(feed->sock);
	nl_socket_modify_cb(feed->sock, NL_CB_VALID, NL_CB_CUSTOM, look_at_link, feed);
	if (nl_connect(feed->sock, NETLINK_ROUTE) < 0)
		return -EMFILE;
	nl_socket_set_buffer_size(feed->sock, BUFFER_SIZE, 0); /* or what the system allows */
	if (nl_socket_add_membership(feed->sock, RTNLGRP_LINK) < 0 ||
	    nl_socket_set_nonblocking(feed->sock) < 0)
		return -EIO;
	return 0;
}

static void feed_close(struct feed *feed)
{
	struct feed **at = &feeds;

	while (*at && *at != feed)
		at = &(*at)->next;
	if (*at)
		*at = feed->next;
	loop_cancel(feed->event);
	nl_socket_free(feed->sock);
	free(feed);
}

static struct feed *feed_open(struct netns *ns)
{
	struct feed *feed = calloc(1, sizeof(*feed));
	int rc;

	if (!feed)
		return NULL;
	feed->ns = netns_id(ns);
	rc = netns_run(ns, open_sock, feed);
	if (rc == 0) {
		feed->event = loop_watch(nl_socket_get_fd(feed->sock), news, feed);
		rc = feed->event ? 0 : -errno;
	}
	if (rc < 0) {
		feed_close(feed);
		errno = -rc;
		return NULL;
	}
	feed->next = feeds;
	feeds = feed;
	return feed;
}

static struct feed *feed_of(struct netns *ns)
{
	struct netns_id id = netns_id(ns);

	for (struct feed *f = feeds; f; f = f->next)
		if (f->ns.device == id.device && f->ns.inode == id.inode)
			return f;
	return feed_open(ns);
}

struct netdev_watch *netdev_watch(struct netns *ns, const char *name, void (*fn)(void *arg),
				  void *arg)
{
	struct netdev_watch *watch = calloc(1, sizeof(*watch));
	struct netdev dev;

	if (!watch)
		return NULL;
	snprintf(watch->name, sizeof(watch->name), "%s", name);
	watch->fn = fn;
	watch->arg = arg;
	watch->feed = feed_of(ns);
	if (!watch->feed) {
		free(watch);
		return NULL;
	}
	watch->next = watch->feed->watches;
	watch->feed->watches = watch;
	/* Heard from here on: what it was before is asked for now. */
	if (netdev_get(ns, name, &dev) == 0)
		watch->index = dev.index;
	return watch;
}

void netdev_unwatch(struct netdev_watch *watch)
{
	struct netdev_watch **at;

	if (!watch)
		return;
	at = &watch->feed->watches;
	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	if (!watch->feed->watches)
		feed_close(watch->feed);
	free(watch);
}
