// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/vhost/port_under_test.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/eal.h"

static char folder[] = "/tmp/weft-vhost-XXXXXX";
char path[64];
atomic_uint n_wakes;
unsigned n_changes;

static void count_wake(void)
{
	n_wakes++;
}

void count_change(void *arg, struct port *port)
{
	n_changes++;
}

int make_folder(void **state)
{
	test_eal_init();
	signal(SIGPIPE, SIG_IGN); /* the guest's driver writes to a port that went away */
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/s", folder);
	return 0;
}

int remove_folder(void **state)
{
	return rmdir(folder);
}

struct port *port_make(bool server, uint16_t n_queues)
{
	struct vhost_conf conf = {
		.name = "vm1",
		.socket = path,
		.server = server,
		.n_queues = n_queues,
		.mtu = 9000,
		.pool = test_pool(),
		.wake = count_wake,
	};
	return vhost_create(&conf);
}

enum vhost_reason wait_for(struct port *port, enum vhost_reason reason)
{
	struct pollfd fd = {.fd = vhost_event_fd(), .events = POLLIN};

	for (int waited = 0; waited < PATIENCE_MS; waited += 20) {
		vhost_poll(count_change, NULL);
		if (vhost_reason(port) == reason)
			break;
		poll(&fd, 1, 20);
	}
	return vhost_reason(port);
}

/* After a test that failed: the next one finds nothing of it. */
int clear_away(void **state)
{
	vhost_destroy((struct port *)vhost_find(path));
	unlink(path);
	return 0;
}

int is_readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms);
}
