// SPDX-License-Identifier: BSD-3-Clause
/*
 * Network namespaces: opening one, running a function inside it, and a
 * netlink socket that stays in it.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_NETNS_H
#define WEFT_CONTROL_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct netns;
struct nl_sock;

/* name: one of /run/netns, a path, or pid:N; NULL or "": weftd's own. NULL with errno: ENOENT (no
 * such namespace), EINVAL (a path to something else), EPERM, EMFILE, ENOMEM. */
struct netns *netns_open(const char *name);
/* NULL is legal. */
void netns_close(struct netns *ns);

/* Runs fn in the namespace and comes back, whatever happens. Returns what fn returned, or -errno
 * where the namespace cannot be entered. fn returns 0 or more, or -errno. */
int netns_run(struct netns *ns, int (*fn)(void *arg), void *arg);

/* Has its name been taken away, or given to another namespace? */
bool netns_is_gone(const struct netns *ns);
/* The folder that its name is in. False: it has no name that could be taken away. */
bool netns_folder(const struct netns *ns, char *out, size_t size);

/* Two that are equal are one namespace, by whatever names. */
struct netns_id {
	dev_t device;
	ino_t inode;
};
struct netns_id netns_id(const struct netns *ns);

bool netns_is_own(const struct netns *ns);
const char *netns_name(const struct netns *ns); /* "" for weftd's own */
/* "in namespace red", or "on this host": for messages. */
const char *netns_where(const struct netns *ns);
struct nl_sock *netns_sock(const struct netns *ns); /* NETLINK_ROUTE, requests */

#endif
