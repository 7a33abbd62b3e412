// SPDX-License-Identifier: BSD-3-Clause
/*
 * A port on a device that DPDK drives itself: a NIC by its PCI address, or one
 * of DPDK's virtual devices. The device is plugged in when the port is created
 * and out when it is destroyed.
 *
 * Control, but for the operations of the port.
 */
#ifndef WEFT_DATAPLANE_PORT_ETHDEV_H
#define WEFT_DATAPLANE_PORT_ETHDEV_H

#include "dataplane/port.h"

struct port_ethdev_conf {
	const char *name;
	const char *device; /* "0000:8a:00.0", or "net_null0,size=64" */
	uint16_t n_queues;
	uint16_t mtu;
	struct rte_mempool *pool;
};

/* NULL with errno, and in why what could not be done. */
struct port *port_ethdev_create(const struct port_ethdev_conf *conf, char *why, size_t size);
/* After dp_port_detach. NULL is legal. */
void port_ethdev_destroy(struct port *port);

/* Where the driver cannot do it on the fly, the device stops for a moment. 0 or -errno, then the
 * MTU is as before. */
int port_ethdev_set_mtu(struct port *port, uint16_t mtu);

struct port_ethdev_state {
	bool has_link;
	bool is_gone; /* plugged out */
	uint8_t mac[6];
	int64_t speed_bps; /* 0: unknown */
	char driver[32];
};

/* Looks at the link, without waiting for it, and keeps port->up. */
void port_ethdev_look(struct port *port, struct port_ethdev_state *out);

#endif
