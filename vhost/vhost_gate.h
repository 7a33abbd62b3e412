// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a guest's front end says, judged before rte_vhost acts on it.
 *
 * The library checks each message by itself. This keeps it from orders of
 * messages, sizes and descriptors that would have it, or a worker, read or
 * write where nothing is, wait for the peer, or lose a descriptor; which ones,
 * and why, is in docs/decisions/004. On rte_vhost's thread.
 */
#ifndef WEFT_VHOST_VHOST_GATE_H
#define WEFT_VHOST_VHOST_GATE_H

#include <stdbool.h>

#include "vhost/vhost_wire.h"

/* What a connection has been through. */
struct vhost_gate {
	unsigned n_rings; /* that the port has; each costs memory */
	uint64_t features;
	struct vhost_gate_ring {
		uint16_t size, base;
		bool is_sized;  /* the library has made what the ring needs for its size */
		bool is_mapped; /* the library may have addresses of the ring, good for its size */
	} rings[VHOST_WIRE_RINGS_MAX];
};

/* A new connection, to a port of so many rings. */
void vhost_gate_reset(struct vhost_gate *gate, unsigned n_rings);
/* NULL when the library may have the message; else why not. */
const char *vhost_gate_check(struct vhost_gate *gate, const struct vhost_wire_message *m,
			     const int *fds, unsigned n_fds);
/* The library has done what the message says. */
void vhost_gate_done(struct vhost_gate *gate, const struct vhost_wire_message *m);

#endif
