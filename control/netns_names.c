// SPDX-License-Identifier: BSD-3-Clause
#include "control/netns_names.h"

#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "control/loop.h"

static struct {
	unsigned n; /* that matter */
	int fd;
	struct event *event;
	void (*fn)(void);
} names = {.fd = -1};

static void news(void *arg)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (read(names.fd, events, sizeof(events)) > 0)
		;
	names.fn();
}

static void begin(void (*fn)(void))
{
	names.fn = fn;
	names.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (names.fd >= 0)
		names.event = loop_watch(names.fd, news, NULL);
}

/* A folder stays watched until nobody watches any: there are one or two of them. */
void netns_names_watch(const struct netns *ns, void (*fn)(void))
{
	char folder[PATH_MAX];

	if (names.n++ == 0)
		begin(fn);
	if (names.fd >= 0 && netns_folder(ns, folder, sizeof(folder)))
		inotify_add_watch(names.fd, folder,
				  IN_DELETE | IN_MOVE | IN_DELETE_SELF | IN_ONLYDIR);
}

void netns_names_unwatch(void)
{
	if (--names.n > 0)
		return;
	loop_cancel(names.event);
	if (names.fd >= 0)
		close(names.fd);
	names.event = NULL;
	names.fd = -1;
}
