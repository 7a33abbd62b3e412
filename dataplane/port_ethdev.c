// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port_ethdev.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_log.h>

#include "dataplane/grace.h"
#include "dataplane/pool.h"

#define RX_DESCS 1024
#define TX_DESCS 1024
#define CSUMS    (RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)

struct ethdev {
	struct port port; /* first */
	uint16_t id;      /* DPDK's */
	bool is_started;
	atomic_bool is_ready; /* workers may use it; control */
	atomic_bool is_gone;  /* DPDK's interrupt thread */
	struct rte_device *device;
	struct rte_mempool *pool;
	uint32_t n_kept; /* of the pool's buffers, set aside for its rings */
	/* An epoll descriptor around the interrupt of each queue: it can be slept on, and DPDK
	 * knows how to drain what lies in it. -1: the driver has none. */
	int epoll[PORT_QUEUES_MAX];
};

static bool is_ready(const struct ethdev *self)
{
	return atomic_load_explicit(&self->is_ready, memory_order_acquire);
}

static uint16_t ethdev_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	const struct ethdev *self = (const struct ethdev *)port;

	return is_ready(self) ? rte_eth_rx_burst(self->id, queue, pkts, max) : 0;
}

static uint16_t ethdev_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	const struct ethdev *self = (const struct ethdev *)port;

	return is_ready(self) ? rte_eth_tx_burst(self->id, queue, pkts, n) : 0;
}

static int ethdev_sleep(struct port *port, uint16_t queue)
{
	const struct ethdev *self = (const struct ethdev *)port;

	if (!is_ready(self))
		return -ENODEV;
	if (self->epoll[queue] < 0 || rte_eth_dev_rx_intr_enable(self->id, queue) < 0)
		return -ENOTSUP;
	/* What came in before the interrupt was on tells nobody. */
	if (rte_eth_rx_queue_count(self->id, queue) > 0) {
		rte_eth_dev_rx_intr_disable(self->id, queue);
		return -EAGAIN;
	}
	return self->epoll[queue];
}

static void ethdev_wake(struct port *port, uint16_t queue)
{
	const struct ethdev *self = (const struct ethdev *)port;
	struct rte_epoll_event event;

	if (!is_ready(self) || self->epoll[queue] < 0)
		return;
	rte_eth_dev_rx_intr_disable(self->id, queue);
	rte_epoll_wait(self->epoll[queue], &event, 1, 0);
}

static const struct port_ops ethdev_ops = {
	.rx = ethdev_rx,
	.tx = ethdev_tx,
	.sleep = ethdev_sleep,
	.wake = ethdev_wake,
};

static int fail(char *why, size_t size, int rc, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static int fail(char *why, size_t size, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return rc < 0 ? rc : -EIO;
}

/* Its name: what stands before the first comma. */
static void make_name(const char *device, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)strcspn(device, ","), device);
}

static int plug_in(struct ethdev *self, const char *device, char *why, size_t size)
{
	struct rte_eth_dev_info info;
	char name[RTE_ETH_NAME_MAX_LEN];
	int rc;

	make_name(device, name, sizeof(name));
	if (rte_eth_dev_get_port_by_name(name, &self->id) == 0)
		return fail(why, size, -EEXIST, "%s is in use already", name);
	rc = rte_dev_probe(device);
	if (rc == -EFAULT) /* how DPDK says that it cannot make sense of the name */
		return fail(why, size, rc, "DPDK has no driver for %s", device);
	if (rc < 0)
		return fail(why, size, rc, "DPDK cannot open %s: %s", device, strerror(-rc));
	if (rte_eth_dev_get_port_by_name(name, &self->id) < 0) {
		rte_eal_hotplug_remove("vdev", name);
		return fail(why, size, -ENODEV, "%s is no network device", name);
	}
	rc = rte_eth_dev_info_get(self->id, &info);
	if (rc < 0)
		return fail(why, size, rc, "%s tells nothing of itself", name);
	self->device = info.device;
	return 0;
}

static int check_limits(const struct port_ethdev_conf *conf, const struct rte_eth_dev_info *info,
			char *why, size_t size)
{
	uint16_t max = RTE_MIN(info->max_rx_queues, info->max_tx_queues);

	if (conf->n_queues > max)
		return fail(why, size, -ERANGE, "%s has at most %u queues, not %u", conf->device,
			    max, conf->n_queues);
	if (conf->mtu < info->min_mtu || (info->max_mtu && conf->mtu > info->max_mtu))
		return fail(why, size, -ERANGE, "%s takes an MTU from %u to %u, not %u",
			    conf->device, info->min_mtu, info->max_mtu, conf->mtu);
	return 0;
}

/* What we ask of a device, as far as it can. */
static struct rte_eth_conf make_conf(struct ethdev *self, const struct port_ethdev_conf *conf,
				     const struct rte_eth_dev_info *info)
{
	const uint32_t room = rte_pktmbuf_data_room_size(self->pool) - RTE_PKTMBUF_HEADROOM;
	struct rte_eth_conf eth = {.rxmode.mtu = conf->mtu};

	if (conf->n_queues > 1 && info->flow_type_rss_offloads) {
		eth.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		eth.rx_adv_conf.rss_conf.rss_hf =
			info->flow_type_rss_offloads &
			(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
	}
	if ((info->tx_offload_capa & CSUMS) == CSUMS) {
		eth.txmode.offloads |= CSUMS;
		self->port.caps |= PORT_CAN_CSUM;
	}
	eth.txmode.offloads |= info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (conf->mtu + RTE_ETHER_HDR_LEN + 8u > room)
		eth.rxmode.offloads |= info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
	eth.intr_conf.rxq = 1;
	return eth;
}

/* A device's rings keep buffers for as long as it likes: receive rings are full of them, transmit
 * rings while its link is slow, or paused by its peer. */
static int keep_buffers(struct ethdev *self, uint16_t n_rx, uint16_t n_tx, char *why, size_t size)
{
	uint32_t n = (uint32_t)self->port.n_rxq * n_rx + (uint32_t)self->port.n_txq * n_tx, left;

	pool_keep_no_more(self->n_kept);
	self->n_kept = 0;
	if (pool_keep(self->pool, n, &left) < 0)
		return fail(why, size, -ENOBUFS,
			    "its queues keep up to %u packet buffers, and %u are left for that: "
			    "fewer queues, or more system.memory",
			    n, left);
	self->n_kept = n;
	while (pool_grow(self->pool, n))
		;
	return 0;
}

static int set_queues(struct ethdev *self, char *why, size_t size)
{
	const int socket = rte_eth_dev_socket_id(self->id);
	uint16_t n_rx = RX_DESCS, n_tx = TX_DESCS;
	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(self->id, &n_rx, &n_tx);

	if (rc == 0)
		rc = keep_buffers(self, n_rx, n_tx, why, size);
	for (uint16_t q = 0; rc == 0 && q < self->port.n_rxq; q++)
		rc = rte_eth_rx_queue_setup(self->id, q, n_rx, (unsigned)socket, NULL, self->pool);
	for (uint16_t q = 0; rc == 0 && q < self->port.n_txq; q++)
		rc = rte_eth_tx_queue_setup(self->id, q, n_tx, (unsigned)socket, NULL);
	return rc;
}

static int configure_and_start(struct ethdev *self, const struct rte_eth_conf *eth, char *why,
			       size_t size)
{
	int rc = rte_eth_dev_configure(self->id, self->port.n_rxq, self->port.n_txq, eth);

	if (rc == 0)
		rc = set_queues(self, why, size);
	if (rc == 0)
		rc = rte_eth_dev_start(self->id);
	return rc;
}

static bool open_interrupt(struct ethdev *self, uint16_t q)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return false;
	if (rte_eth_dev_rx_intr_ctl_q(self->id, q, fd, RTE_INTR_EVENT_ADD, NULL) < 0) {
		close(fd);
		return false;
	}
	self->epoll[q] = fd;
	return true;
}

static void open_interrupts(struct ethdev *self)
{
	/* A driver without interrupts is nothing to complain of, and DPDK cannot be asked. */
	const int type = rte_log_register("lib.ethdev"), level = rte_log_get_level((uint32_t)type);

	rte_log_set_level((uint32_t)type, RTE_LOG_CRIT);
	for (uint16_t q = 0; q < self->port.n_rxq; q++)
		if (!open_interrupt(self, q))
			break;
	rte_log_set_level((uint32_t)type, (uint32_t)level);
}

static void close_interrupts(struct ethdev *self)
{
	for (uint16_t q = 0; q < self->port.n_rxq; q++) {
		if (self->epoll[q] < 0)
			continue;
		rte_eth_dev_rx_intr_ctl_q(self->id, q, self->epoll[q], RTE_INTR_EVENT_DEL, NULL);
		close(self->epoll[q]);
		self->epoll[q] = -1;
	}
}

/* In DPDK's interrupt thread. */
static int note_removal(uint16_t id, enum rte_eth_event_type type, void *arg, void *ret)
{
	struct ethdev *self = arg;

	atomic_store(&self->port.up, false);
	atomic_store(&self->is_gone, true);
	return 0;
}

static int start(struct ethdev *self, const struct port_ethdev_conf *conf, char *why, size_t size)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf eth;
	int rc = rte_eth_dev_info_get(self->id, &info);

	if (rc == 0)
		rc = check_limits(conf, &info, why, size);
	if (rc < 0)
		return rc;
	eth = make_conf(self, conf, &info);
	rc = configure_and_start(self, &eth, why, size);
	/* Not every driver has receive interrupts, and some say so only at the start. */
	if (rc < 0 && rc != -ENOBUFS) {
		eth.intr_conf.rxq = 0;
		rc = configure_and_start(self, &eth, why, size);
	}
	if (rc == -ENOBUFS)
		return rc;
	if (rc < 0)
		return fail(why, size, rc, "%s does not start: %s", conf->device, strerror(-rc));
	self->is_started = true;
	if (eth.intr_conf.rxq)
		open_interrupts(self);
	rc = rte_eth_promiscuous_enable(self->id);
	if (rc < 0 && rc != -ENOTSUP)
		return fail(why, size, rc, "%s cannot be made promiscuous: %s", conf->device,
			    strerror(-rc));
	rte_eth_dev_callback_register(self->id, RTE_ETH_EVENT_INTR_RMV, note_removal, self);
	atomic_store_explicit(&self->is_ready, true, memory_order_release);
	return 0;
}

struct port *port_ethdev_create(const struct port_ethdev_conf *conf, char *why, size_t size)
{
	struct ethdev *self = calloc(1, sizeof(*self));
	int rc;

	if (!self) {
		fail(why, size, -ENOMEM, "no memory");
		return NULL;
	}
	port_init(&self->port, conf->name, &ethdev_ops, conf->n_queues, conf->n_queues, conf->mtu);
	self->pool = conf->pool;
	for (int q = 0; q < PORT_QUEUES_MAX; q++)
		self->epoll[q] = -1;
	rc = plug_in(self, conf->device, why, size);
	if (rc == 0)
		rc = start(self, conf, why, size);
	if (rc == 0)
		return &self->port;
	port_ethdev_destroy(&self->port);
	errno = -rc;
	return NULL;
}

void port_ethdev_destroy(struct port *port)
{
	struct ethdev *self = (struct ethdev *)port;

	if (!self)
		return;
	if (self->device) {
		atomic_store(&self->is_ready, false);
		rte_eth_dev_callback_unregister(self->id, RTE_ETH_EVENT_INTR_RMV, note_removal,
						self);
		close_interrupts(self);
		if (self->is_started)
			rte_eth_dev_stop(self->id);
		rte_eth_dev_close(self->id);
		rte_dev_remove(self->device);
	}
	pool_keep_no_more(self->n_kept);
	free(self);
}

/* Stops the device for the change; workers are kept away meanwhile. */
static int set_mtu_stopped(struct ethdev *self, uint16_t mtu)
{
	int rc, started;

	atomic_store(&self->is_ready, false);
	grace_wait();
	rc = rte_eth_dev_stop(self->id);
	if (rc == 0)
		rc = rte_eth_dev_set_mtu(self->id, mtu);
	started = rte_eth_dev_start(self->id);
	if (started == 0)
		atomic_store_explicit(&self->is_ready, true, memory_order_release);
	return rc < 0 ? rc : started;
}

int port_ethdev_set_mtu(struct port *port, uint16_t mtu)
{
	struct ethdev *self = (struct ethdev *)port;
	uint16_t now;
	int rc;

	if (rte_eth_dev_get_mtu(self->id, &now) == 0 && now == mtu)
		return 0;
	rc = rte_eth_dev_set_mtu(self->id, mtu);
	if (rc == -EBUSY)
		rc = set_mtu_stopped(self, mtu);
	if (rc == -ENOTSUP)
		rc = 0; /* a virtual device that takes any */
	if (rc == 0)
		port_set_mtu(port, mtu);
	return rc;
}

void port_ethdev_look(struct port *port, struct port_ethdev_state *out)
{
	struct ethdev *self = (struct ethdev *)port;
	struct rte_eth_dev_info info;
	struct rte_eth_link link = {0};
	struct rte_ether_addr mac;

	memset(out, 0, sizeof(*out));
	out->is_gone = atomic_load(&self->is_gone);
	if (!out->is_gone && rte_eth_link_get_nowait(self->id, &link) == 0) {
		out->has_link = link.link_status == RTE_ETH_LINK_UP;
		if (link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
			out->speed_bps = (int64_t)link.link_speed * 1000000;
	}
	if (rte_eth_macaddr_get(self->id, &mac) == 0)
		memcpy(out->mac, mac.addr_bytes, sizeof(out->mac));
	if (rte_eth_dev_info_get(self->id, &info) == 0)
		snprintf(out->driver, sizeof(out->driver), "%s", info.driver_name);
	atomic_store(&port->up, is_ready(self) && out->has_link && !atomic_load(&self->is_gone));
}
