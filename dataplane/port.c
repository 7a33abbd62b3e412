// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/port.h"

#include <stdio.h>
#include <string.h>

#include <rte_ether.h>

void port_init(struct port *port, const char *name, const struct port_ops *ops, uint16_t n_rxq,
	       uint16_t n_txq, uint16_t mtu)
{
	memset(port, 0, sizeof(*port));
	snprintf(port->name, sizeof(port->name), "%s", name);
	port->ops = ops;
	port->index = PORT_NONE;
	port->n_rxq = n_rxq;
	port->n_txq = n_txq;
	port_set_mtu(port, mtu);
	for (int i = 0; i < PORT_QUEUES_MAX; i++)
		rte_spinlock_init(&port->tx_lock[i]);
}

void port_set_mtu(struct port *port, uint16_t mtu)
{
	atomic_store_explicit(&port->max_frame, (unsigned)mtu + RTE_ETHER_HDR_LEN,
			      memory_order_relaxed);
}
