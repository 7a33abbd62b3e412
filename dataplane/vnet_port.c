// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/vnet_port.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/grace.h"

/* Makes a queue for each descriptor. On failure none of them is closed. */
static int make_queues(struct vnet_port *self, const int *fds, uint16_t n, struct vnet_queue **out)
{
	const struct vnet_kind *kind = self->kind;
	bool is_large = kind->always_large || self->port.caps & PORT_CAN_TSO;

	for (uint16_t i = 0; i < n; i++) {
		out[i] =
			vnet_queue_create(fds[i], kind->n_slots, is_large, &self->port, self->pool);
		if (out[i])
			continue;
		while (i-- > 0) {
			out[i]->fd = -1;
			vnet_queue_destroy(out[i]);
		}
		return -ENOMEM;
	}
	return 0;
}

struct port *vnet_port_create(const char *name, const struct vnet_kind *kind, const int *fds,
			      uint16_t n, uint16_t mtu, uint32_t caps, struct rte_mempool *pool)
{
	struct vnet_queue *queues[PORT_QUEUES_MAX];
	struct vnet_port *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	port_init(&self->port, name, &kind->ops, n, n, mtu);
	self->port.caps = caps;
	self->kind = kind;
	self->pool = pool;
	if (make_queues(self, fds, n, queues) < 0) {
		free(self);
		errno = ENOMEM;
		return NULL;
	}
	for (uint16_t i = 0; i < n; i++)
		atomic_init(&self->queues[i], queues[i]);
	return &self->port;
}

void vnet_port_destroy(struct port *port)
{
	struct vnet_port *self = (struct vnet_port *)port;

	if (!self)
		return;
	for (uint16_t i = 0; i < port->n_rxq; i++)
		vnet_queue_destroy(atomic_load(&self->queues[i]));
	free(self);
}

int vnet_port_reopen(struct port *port, const int *fds)
{
	struct vnet_port *self = (struct vnet_port *)port;
	struct vnet_queue *queues[PORT_QUEUES_MAX];
	int rc = make_queues(self, fds, port->n_rxq, queues);

	if (rc < 0)
		return rc;
	for (uint16_t i = 0; i < port->n_rxq; i++)
		queues[i] = atomic_exchange(&self->queues[i], queues[i]);
	grace_wait();
	for (uint16_t i = 0; i < port->n_rxq; i++)
		vnet_queue_destroy(queues[i]);
	return 0;
}

int vnet_port_sleep(struct port *port, uint16_t queue)
{
	struct vnet_queue *q = vnet_port_queue(port, queue);

	if (!q || q->is_gone)
		return -ENODEV;
	return vnet_is_waiting(q) ? -EAGAIN : q->fd;
}
