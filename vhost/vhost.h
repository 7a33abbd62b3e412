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
#include <time.h>

#include "dataplane/port.h"

/* Descriptors that the library serves at once, less one of its own: a client's port needs one, for
 * its guest, and a server's another one, for its socket. */
#define VHOST_PLACES 1023

struct vhost_conf {
	const char *name;
	const char *socket;
	bool server;       /* weft owns the socket; otherwise QEMU does */
	uint16_t n_queues; /* pairs, 1 to PORT_QUEUES_MAX */
	uint16_t mtu;
	uint32_t caps; /* enum port_cap: what the guest is offered to leave, and to take, unfinished
			*/
	struct rte_mempool *pool;
	uint64_t features;  /* of vhost_features_pinnable: those that are offered */
	void (*wake)(void); /* has sleeping workers look at their queues; any thread */
};

enum vhost_reason {
	VHOST_UP,
	VHOST_NO_PLACE,    /* client: nothing can listen at the path, vhost_error says why */
	VHOST_NO_SOCKET,   /* client: the path does not exist */
	VHOST_NO_PEER,     /* nobody accepts, or nobody has connected */
	VHOST_CROWDED,     /* client: somebody listens, and accepts no more connections */
	VHOST_SOCKET_LOST, /* server: its socket was removed or replaced, nobody can come */
	VHOST_SILENT,      /* connected, and not a word: not a vhost-user front end */
	VHOST_NEGOTIATING, /* connected, memory or rings not yet set up: no driver has started */
	VHOST_DRIVER_GONE, /* connected, and a driver ran until it was reset or its link was cut */
	VHOST_NOT_SHARED,  /* the guest's memory is not shared, and weft sees none of its packets */
	VHOST_NO_MEMORY,   /* the guest's memory was shown, and could not be mapped */
	VHOST_FEATURES_REFUSED, /* it takes features that the port does not offer */
	VHOST_REFUSED,          /* weft hangs up on each that comes, over what it says */
	VHOST_HANGS_UP, /* peers come and go without ever starting: they want something else */
	VHOST_QUEUE_DISABLED, /* the driver has a ring, but it is off */
	VHOST_PAUSED,         /* the machine's processors do not run */
	VHOST_STOPPED,        /* its process was stopped by a signal or a debugger */
	VHOST_STALLED,        /* the driver gives no buffers back */
	VHOST_BUFFERS_SMALL,  /* packets are longer than the driver's buffers */
	VHOST_REASON_COUNT
};

/* NULL with errno: EADDRINUSE (another port, or another process, has the socket), ENAMETOOLONG,
 * ENOMEM, EMFILE, and for a server, which has to make its socket, what vhost_socket_look has. A
 * client is created whatever is at the path or not, and keeps trying from vhost_poll. */
struct port *vhost_create(const struct vhost_conf *conf);
/* After dp_port_detach. NULL is legal. */
void vhost_destroy(struct port *port);

/* What is at the path: 0 a socket, or -ENOENT, -ENOTDIR (there is no folder to have one), -EISDIR,
 * -ENOTSOCK, -EACCES, -ENAMETOOLONG, or what else the system says. */
int vhost_socket_look(const char *path);

enum vhost_reason vhost_reason(const struct port *port);
int vhost_error(const struct port *port);           /* an errno, for VHOST_NO_PLACE */
const char *vhost_refusal(const struct port *port); /* over what, for VHOST_REFUSED */
const char *vhost_socket(const struct port *port);
bool vhost_is_server(const struct port *port);
/* Since when its guest takes nothing, for VHOST_STALLED. */
time_t vhost_since(const struct port *port);
/* Who is there, and what was agreed, for people: "vm1, qemu-system-x86 1234, 2 rings, packed";
 * "" where nobody is. */
void vhost_describe(const struct port *port, char *out, size_t size);
/* The features that were agreed on, in the words of the port's field, and others: "mergeable packed
 * event-index"; "" without a driver. */
void vhost_features(const struct port *port, char *out, size_t size);
/* The words of features that a port may offer or not, ends with NULL; the bits of one, and of all.
 */
extern const char *const vhost_feature_words[];
uint64_t vhost_feature_bits(const char *word);
uint64_t vhost_features_pinnable(void);
/* The largest packet that the guest was told it may send, 0 where it was told nothing. */
uint16_t vhost_guest_mtu(const struct port *port);
/* The port that has this socket, or NULL. */
const struct port *vhost_find(const char *socket);

/* Readable when a vhost port has news: call vhost_poll then. -errno where there is none. */
int vhost_event_fd(void);
/* Handles news, retries what is due to be connected; changed is called for each port whose
 * reason changed. Returns the milliseconds after which it wants to be called again, -1 for never.
 */
int vhost_poll(void (*changed)(void *arg, struct port *port), void *arg);

#endif
