// SPDX-License-Identifier: BSD-3-Clause
/*
 * How control hears of news: one epoll descriptor over an eventfd that
 * rte_vhost's thread writes, and an inotify descriptor that tells when QEMU
 * makes its socket, so that a client port without a peer costs nothing, and when
 * somebody takes a server's away.
 */
#include <errno.h>
#include <libgen.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "vhost/vhost_port.h"

#define COMES (IN_CREATE | IN_MOVED_TO)
#define GOES  (IN_DELETE | IN_MOVED_FROM | IN_MOVE_SELF)

static struct {
	int epoll, event, inotify; /* set once; 0: not yet, or -errno in epoll */
} news;
static pthread_once_t news_once = PTHREAD_ONCE_INIT;

static int poll_add(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	return fd < 0 ? -1 : epoll_ctl(news.epoll, EPOLL_CTL_ADD, fd, &event);
}

static void news_start(void)
{
	news.epoll = epoll_create1(EPOLL_CLOEXEC);
	news.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	news.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* Without inotify, sockets are found by looking from time to time. */
	(void)!poll_add(news.inotify);
	if (news.epoll >= 0 && poll_add(news.event) == 0)
		return;
	news.epoll = -errno;
}

int vhost_news_fd(void)
{
	pthread_once(&news_once, news_start);
	return news.epoll;
}

void vhost_news_send(void)
{
	uint64_t one = 1;

	if (vhost_news_fd() >= 0)
		(void)!write(news.event, &one, sizeof(one));
}

bool vhost_news_take(void)
{
	char events[4096];
	uint64_t count;
	bool made = false;

	if (vhost_news_fd() < 0)
		return false;
	(void)!read(news.event, &count, sizeof(count));
	while (news.inotify >= 0 && read(news.inotify, events, sizeof(events)) > 0)
		made = true;
	return made;
}

int vhost_news_watch(const char *path)
{
	char folder[VHOST_SOCKET_MAX];

	if (vhost_news_fd() < 0 || news.inotify < 0)
		return -ENOTSUP;
	snprintf(folder, sizeof(folder), "%s", path);
	/* The same folder again is the same watch. */
	if (inotify_add_watch(news.inotify, dirname(folder), COMES | GOES | IN_ONLYDIR) < 0)
		return -errno;
	return 0;
}
