// SPDX-License-Identifier: BSD-3-Clause
#include "control/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <netlink/netlink.h>
#include <netlink/socket.h>

#define OWN_PATH "/proc/thread-self/ns/net"

struct netns {
	int fd;
	bool is_own;
	struct nl_sock *sock;
	char name[PATH_MAX];
	char where[PATH_MAX + 16];
};

static bool is_process(const char *name)
{
	return strncmp(name, "pid:", 4) == 0;
}

static void make_path(const char *name, char *path, size_t size)
{
	if (!name || !*name)
		snprintf(path, size, "%s", OWN_PATH);
	else if (is_process(name))
		snprintf(path, size, "/proc/%s/ns/net", name + 4);
	else if (*name == '/')
		snprintf(path, size, "%s", name);
	else
		snprintf(path, size, "/run/netns/%s", name);
}

/* Are both descriptors the same namespace? */
static bool is_same(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

static int connect_sock(void *arg)
{
	struct netns *ns = arg;

	ns->sock = nl_socket_alloc();
	if (!ns->sock)
		return -ENOMEM;
	return nl_connect(ns->sock, NETLINK_ROUTE) < 0 ? -EMFILE : 0;
}

struct netns *netns_open(const char *name)
{
	struct netns *ns = calloc(1, sizeof(*ns));
	char path[PATH_MAX];
	int own, rc;

	if (!ns)
		return NULL;
	make_path(name, path, sizeof(path));
	snprintf(ns->name, sizeof(ns->name), "%s", name ? name : "");
	if (*ns->name)
		snprintf(ns->where, sizeof(ns->where), "in namespace %s", ns->name);
	else
		snprintf(ns->where, sizeof(ns->where), "on this host");
	ns->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a FIFO would hold us */
	own = open(OWN_PATH, O_RDONLY | O_CLOEXEC);
	if (ns->fd < 0 || own < 0) {
		rc = -errno;
	} else {
		ns->is_own = is_same(ns->fd, own);
		rc = netns_run(ns, connect_sock, ns);
	}
	if (own >= 0)
		close(own);
	if (rc == 0)
		return ns;
	netns_close(ns);
	errno = -rc;
	return NULL;
}

void netns_close(struct netns *ns)
{
	if (!ns)
		return;
	nl_socket_free(ns->sock);
	if (ns->fd >= 0)
		close(ns->fd);
	free(ns);
}

int netns_run(struct netns *ns, int (*fn)(void *arg), void *arg)
{
	int home, rc;

	if (ns->is_own)
		return fn(arg);
	home = open(OWN_PATH, O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return -errno;
	if (setns(ns->fd, CLONE_NEWNET) < 0) {
		rc = -errno;
	} else {
		rc = fn(arg);
		/* Going on in somebody else's namespace would be worse than not going on. */
		if (setns(home, CLONE_NEWNET) < 0)
			abort();
	}
	close(home);
	return rc;
}

bool netns_is_gone(const struct netns *ns)
{
	char path[PATH_MAX];
	struct stat named, ours;

	/* A process is only the way to its namespace: that it ends means nothing. */
	if (!*ns->name || is_process(ns->name))
		return false;
	make_path(ns->name, path, sizeof(path));
	return stat(path, &named) < 0 || fstat(ns->fd, &ours) < 0 || named.st_dev != ours.st_dev ||
	       named.st_ino != ours.st_ino;
}

bool netns_folder(const struct netns *ns, char *out, size_t size)
{
	char *slash;

	if (!*ns->name || is_process(ns->name))
		return false;
	make_path(ns->name, out, size);
	slash = strrchr(out, '/');
	*(slash == out ? slash + 1 : slash) = 0;
	return true;
}

struct netns_id netns_id(const struct netns *ns)
{
	struct stat st = {0};

	fstat(ns->fd, &st); /* of a descriptor that is open: it does not fail */
	return (struct netns_id){st.st_dev, st.st_ino};
}

bool netns_is_own(const struct netns *ns)
{
	return ns->is_own;
}

const char *netns_name(const struct netns *ns)
{
	return ns->name;
}

const char *netns_where(const struct netns *ns)
{
	return ns->where;
}

struct nl_sock *netns_sock(const struct netns *ns)
{
	return ns->sock;
}
