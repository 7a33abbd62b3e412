// SPDX-License-Identifier: BSD-3-Clause
/*
 * What ports made of vnet queues have in common: their life. Queues are
 * published to the workers by a pointer each, so that control can put others
 * in their place when a device comes back.
 */
#ifndef WEFT_DATAPLANE_VNET_PORT_H
#define WEFT_DATAPLANE_VNET_PORT_H

#include "dataplane/port.h"
#include "dataplane/vnet.h"

/* What a kind of such ports is. */
struct vnet_kind {
	struct port_ops ops;
	uint16_t n_slots;  /* frames that one call of the kernel reads */
	bool always_large; /* frames beyond the MTU come whether the port can pass them on or not */
};

struct vnet_port {
	struct port port;
	const struct vnet_kind *kind;
	struct rte_mempool *pool;
	_Atomic(struct vnet_queue *) queues[PORT_QUEUES_MAX]; /* control; NULL: no device now */
};

/* caps: what its kernel's side takes and sends. NULL with errno (then the descriptors stay the
 * caller's). Control. */
struct port *vnet_port_create(const char *name, const struct vnet_kind *kind, const int *fds,
			      uint16_t n, uint16_t mtu, uint32_t caps, struct rte_mempool *pool);
/* NULL is legal. Control. */
void vnet_port_destroy(struct port *port);
/* Other descriptors in place of those that it has; waits for a grace period. 0 or -errno (then
 * they stay the caller's and nothing changed). Control. */
int vnet_port_reopen(struct port *port, const int *fds);

static inline struct vnet_queue *vnet_port_queue(struct port *port, uint16_t queue)
{
	struct vnet_port *self = (struct vnet_port *)port; /* its first member */

	return atomic_load_explicit(&self->queues[queue], memory_order_acquire);
}

/* The sleep operation of such a port: the descriptor is readable when a frame waits. Worker. */
int vnet_port_sleep(struct port *port, uint16_t queue);

#endif
