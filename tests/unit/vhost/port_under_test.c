// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/vhost/port_under_test.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include "tests/support/eal.h"

static char folder[] = "/tmp/weft-vhost-XXXXXX";
char path[64];
atomic_uint n_wakes;
unsigned n_changes;

void count_wake(void)
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
		.features = vhost_features_pinnable() & ~vhost_feature_bits("iommu"),
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

int connect_peer(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

int listen_peer(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

uint16_t guest_start(const char *options, uint16_t n_queues)
{
	bool merges = !strstr(options, "mrg_rxbuf=0");
	struct rte_eth_conf conf = {.rxmode.mtu = merges ? 9000 : 1500,
				    .rxmode.offloads = merges ? RTE_ETH_RX_OFFLOAD_SCATTER : 0,
				    .txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS};
	uint16_t id;
	char args[256];

	snprintf(args, sizeof(args), "path=%s,queues=%u,%s", path, n_queues, options);
	assert_int_equal(rte_eal_hotplug_add("vdev", "net_virtio_user0", args), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name("net_virtio_user0", &id), 0);
	assert_int_equal(rte_eth_dev_configure(id, n_queues, n_queues, &conf), 0);
	for (uint16_t i = 0; i < n_queues; i++) {
		assert_int_equal(rte_eth_rx_queue_setup(id, i, 256, 0, NULL, test_pool()), 0);
		assert_int_equal(rte_eth_tx_queue_setup(id, i, 256, 0, NULL), 0);
	}
	assert_int_equal(rte_eth_dev_start(id), 0);
	return id;
}

void guest_stop(uint16_t id)
{
	rte_eth_dev_stop(id);
	rte_eth_dev_close(id);
	rte_eal_hotplug_remove("vdev", "net_virtio_user0");
}

/* A test that failed leaves its guest to nobody. */
int clear_guest_away(void **state)
{
	uint16_t id;

	if (rte_eth_dev_get_port_by_name("net_virtio_user0", &id) == 0)
		guest_stop(id);
	return clear_away(state);
}
