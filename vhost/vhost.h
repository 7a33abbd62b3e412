// SPDX-License-Identifier: BSD-3-Clause
/*
 * Guests as one kind of port, on the rte_vhost library. Control creates,
 * polls and destroys; rte_vhost's own thread reports through flags of the port
 * and never waits for control.
 */
#ifndef WEFT_VHOST_VHOST_H
#define WEFT_VHOST_VHOST_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/port.h"

struct vhost_conf {
	const char *name;
	const char *socket;
	bool server;       /* weft owns the socket; otherwise QEMU does */
	uint16_t n_queues; /* pairs, 1 to PORT_QUEUES_MAX */
	uint16_t mtu;
	uint32_t caps; /* enum port_cap: what the guest is offered to leave, and to take, unfinished
			*/
	struct rte_mempool *pool;
	void (*wake)(void); /* has sleeping workers look at their queues; any thread */
};

enum vhost_reason {
	VHOST_UP,
	VHOST_NO_SOCKET,   /* client: the path does not exist */
	VHOST_NO_PEER,     /* nobody accepts, or nobody has connected */
	VHOST_NEGOTIATING, /* connected, memory or rings not yet set up: no driver has started */
	VHOST_HANGS_UP,    /* peers come and go without ever starting: they want something else */
	VHOST_QUEUE_DISABLED, /* the driver has a ring, but it is off */
	VHOST_REASON_COUNT
};

/* Text of a reason for people. */
const char *vhost_reason_text(enum vhost_reason reason);

/* NULL with errno: EADDRINUSE (another port, or another process, has the socket), ENAMETOOLONG,
 * EACCES, ENOENT (no such folder, server), ENOTSOCK (path is something else), ENOMEM, EMFILE.
 * A client whose peer is missing is created all the same and keeps trying from vhost_poll. */
struct port *vhost_create(const struct vhost_conf *conf);
/* After dp_port_detach. NULL is legal. */
void vhost_destroy(struct port *port);

enum vhost_reason vhost_reason(const struct port *port);
const char *vhost_socket(const struct port *port);
bool vhost_is_server(const struct port *port);
/* What was agreed with the guest, for people: "2 rings, packed, merged buffers"; "" when down. */
void vhost_describe(const struct port *port, char *out, size_t size);
/* The port that has this socket, or NULL. */
const struct port *vhost_find(const char *socket);

/* Readable when a vhost port has news: call vhost_poll then. -errno where there is none. */
int vhost_event_fd(void);
/* Handles news, retries what is due to be connected; changed is called for each port whose
 * reason changed. Returns the milliseconds after which it wants to be called again, -1 for never.
 */
int vhost_poll(void (*changed)(void *arg, struct port *port), void *arg);

#endif
