// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/ports.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "tools/pktgen/eal.h"

#define CACHE          512
#define SPARE          4096 /* mbufs beyond those in rings: caches and bursts */
#define DATA_ROOM      2048
#define ETHER_LEN      18 /* header and checksum */
#define ALARM_AGAIN_US 100000
#define ARGS_SIZE      512

/* Device and arguments of a virtio-user port, into args. */
static void describe_socket(struct port *port, unsigned number, const struct options *options,
			    char *args, size_t size)
{
	snprintf(port->device, sizeof(port->device), "net_virtio_user%u", number);
	snprintf(args, size,
		 "path=%s,queues=%u,queue_size=%u,packed_vq=%d,in_order=1,mrg_rxbuf=0,vectorized=%"
		 "d%s%s%s",
		 port->name, options->queues, options->ring, options->packed, options->packed,
		 options->server ? ",server=1" : "", options->virtio ? "," : "",
		 options->virtio ? options->virtio : "");
}

static volatile sig_atomic_t alarm_rang;

static void on_alarm(int number)
{
	alarm_rang = 1;
}

/* As a server, DPDK's driver waits in accept() for the switch: a signal is what ends that. */
static void set_alarm(double seconds)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval timer = {.it_interval.tv_usec = seconds > 0 ? ALARM_AGAIN_US : 0};

	timer.it_value.tv_sec = (time_t)seconds;
	timer.it_value.tv_usec = (suseconds_t)((seconds - floor(seconds)) * 1e6);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static int add_device(const struct port *port, const char *bus, const char *args,
		      const struct options *options)
{
	bool waits = port->kind == PORT_SOCKET && options->server;

	alarm_rang = 0;
	if (waits)
		set_alarm(options->wait + ALARM_AGAIN_US / 1e6);
	int r = rte_eal_hotplug_add(bus, port->device, args);
	if (waits)
		set_alarm(0);
	return r;
}

static int plug(struct port *port, const char *bus, const char *args, const struct options *options,
		char *error, size_t size)
{
	int r = add_device(port, bus, args, options);

	if (r == 0 && rte_eth_dev_get_port_by_name(port->device, &port->id) == 0) {
		port->open = true;
		return 0;
	}
	const char *why = eal_complaint();
	if (alarm_rang)
		snprintf(error, size, "%s: no switch connected within %g s (--wait)", port->name,
			 options->wait);
	else if (port->kind == PORT_SOCKET && access(port->name, F_OK) == 0)
		port_name_explain_socket(port->name, error, size);
	else
		snprintf(
			error, size,
			"%s: DPDK cannot open it (%s); expected the path of a vhost-user socket, a "
			"device as net_ring0 with its arguments, or a PCI address bound to a "
			"driver for "
			"DPDK",
			port->name, why[0] ? why : rte_strerror(-r));
	return r < 0 ? r : -ENODEV;
}

static int open_port(struct port *port, unsigned number, const struct options *options, char *error,
		     size_t size)
{
	char args[ARGS_SIZE] = "";
	int r;

	port->kind = port_name_kind(port->name);
	switch (port->kind) {
	case PORT_SOCKET:
		r = port_name_check_socket(port->name, options->server, error, size);
		if (r < 0)
			return r;
		describe_socket(port, number, options, args, sizeof(args));
		return plug(port, "vdev", args, options, error, size);
	case PORT_PCI:
		if (!eal_has_hugepages()) {
			snprintf(
				error, size,
				"%s: a PCI device needs 128 MB of free hugepages: "
				"echo 256 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
				port->name);
			return -ENOMEM;
		}
		snprintf(port->device, sizeof(port->device), "%s%s",
			 strlen(port->name) < 12 ? "0000:" : "", port->name);
		return plug(port, "pci", "", options, error, size);
	default:
		break;
	}
	size_t n = strcspn(port->name, ",");
	snprintf(port->device, sizeof(port->device), "%.*s", (int)n, port->name);
	snprintf(args, sizeof(args), "%s", port->name + n + (port->name[n] == ','));
	return plug(port, "vdev", args, options, error, size);
}

static int set_up(struct port *port, const struct options *options, struct rte_mempool *pool,
		  uint32_t frame_max)
{
	struct rte_eth_conf conf = {0};
	struct rte_eth_dev_info info;
	uint16_t n_queues = (uint16_t)options->queues;
	uint16_t n_rx = (uint16_t)options->ring, n_tx = n_rx;
	int r = rte_eth_dev_info_get(port->id, &info);

	if (r < 0)
		return r;
	snprintf(port->driver, sizeof(port->driver), "%s", info.driver_name);
	if (n_queues > info.max_rx_queues || n_queues > info.max_tx_queues)
		return -EDOM;
	if (frame_max > RTE_ETHER_MAX_LEN)
		conf.rxmode.mtu = frame_max - ETHER_LEN;
	r = rte_eth_dev_configure(port->id, n_queues, n_queues, &conf);
	if (r == 0)
		r = rte_eth_dev_adjust_nb_rx_tx_desc(port->id, &n_rx, &n_tx);
	for (uint16_t q = 0; r == 0 && q < n_queues; q++) {
		r = rte_eth_rx_queue_setup(port->id, q, n_rx, SOCKET_ID_ANY, NULL, pool);
		if (r == 0)
			r = rte_eth_tx_queue_setup(port->id, q, n_tx, SOCKET_ID_ANY, NULL);
	}
	if (r == 0)
		r = rte_eth_dev_start(port->id);
	port->started = r == 0;
	if (r == 0) /* devices without a filter refuse, and need none */
		(void)rte_eth_promiscuous_enable(port->id);
	return r;
}

static int start_port(struct ports *ports, struct port *port, const struct options *options,
		      uint32_t frame_max, char *error, size_t size)
{
	int r = set_up(port, options, ports->pool, frame_max);

	if (r == -EDOM)
		snprintf(error, size, "%s: has not %u queues", port->name, options->queues);
	else if (r < 0) {
		const char *why = eal_complaint();
		snprintf(error, size, "%s: does not start: %s", port->name,
			 why[0] ? why : rte_strerror(-r));
	}
	return r;
}

static struct rte_mempool *create_pool(const struct options *options, uint32_t frame_max)
{
	uint32_t n = 2 * options->queues * options->ring + SPARE;
	uint32_t room = frame_max > DATA_ROOM ? frame_max : DATA_ROOM;

	return rte_pktmbuf_pool_create("rx", n, CACHE, 0, (uint16_t)(room + RTE_PKTMBUF_HEADROOM),
				       SOCKET_ID_ANY);
}

int ports_open(struct ports *ports, const struct options *options, uint32_t frame_max, char *error,
	       size_t size)
{
	int r = 0;

	memset(ports, 0, sizeof(*ports));
	ports->list[0].name = options->tx;
	ports->list[1].name = options->rx;
	ports->n = strcmp(options->tx, options->rx) ? 2 : 1;
	if (port_name_kind(options->tx) == PORT_SOCKET &&
	    port_name_same_socket(options->tx, options->rx)) {
		snprintf(error, size,
			 "%s and %s are the same socket: name it alike twice, or two of them",
			 options->tx, options->rx);
		return -EINVAL;
	}
	ports->pool = create_pool(options, frame_max);
	if (!ports->pool) {
		snprintf(error, size, "no memory for packets: fewer --queues or a smaller --ring");
		return -ENOMEM;
	}
	for (unsigned i = 0; r == 0 && i < ports->n; i++)
		r = open_port(&ports->list[i], i, options, error, size);
	for (unsigned i = 0; r == 0 && i < ports->n; i++)
		r = start_port(ports, &ports->list[i], options, frame_max, error, size);
	return r;
}

bool port_is_up(const struct port *port)
{
	struct rte_eth_link link = {0};

	return rte_eth_link_get_nowait(port->id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

void ports_close(struct ports *ports, const struct options *options)
{
	for (unsigned i = 0; i < ports->n; i++) {
		struct port *port = &ports->list[i];
		if (port->started)
			rte_eth_dev_stop(port->id);
		if (port->open)
			rte_eal_hotplug_remove(port->kind == PORT_PCI ? "pci" : "vdev",
					       port->device);
		if (port->device[0] && port->kind == PORT_SOCKET && options->server)
			unlink(port->name);
	}
	memset(ports->list, 0, sizeof(ports->list));
	ports->n = 0;
}
