// SPDX-License-Identifier: BSD-3-Clause
/*
 * A port's device on the host: what the kinds tap, af_packet and af_xdp have
 * in common. It finds the device in its namespace, watches it come, go and
 * change, keeps port->up, and says why the port carries nothing.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_HOSTDEV_H
#define WEFT_CONTROL_HOSTDEV_H

#include <net/if.h>

#include <jansson.h>

#include "control/netdev.h"
#include "control/port_kind.h"

struct hostdev;

struct hostdev_ops {
	/* The device has come back, as another one of the same name: put the port on it. 0 or
	 * -errno, then it is tried again. NULL: the device is the port's own, and is made anew. */
	int (*open)(struct hostdev *h);
	/* The device has gone. May be NULL. */
	void (*shut)(struct hostdev *h);
	/* The device, which the port is on, has other properties. May be NULL. */
	void (*changed)(struct hostdev *h);
};

struct hostdev {
	const struct hostdev_ops *ops;
	struct port *port; /* from hostdev_watch on */
	void *own;         /* the kind's */
	struct netns *ns;
	char device[IFNAMSIZ];
	uint16_t mtu;      /* configured */
	uint16_t n_queues; /* likewise */
	struct netdev dev; /* as last seen */
	int index;         /* of the device that the port is on, 0: none */
	int error;         /* why it could not be put on it again, -errno */
	bool is_there;
	bool is_ours;      /* it was made for the port, and goes with it */
	bool is_lost;      /* the port is about to be opened anew */
	int64_t speed_bps; /* 0: unknown */
	struct netdev_watch *watch;
	struct event *retry;
	struct hostdev *next;
};

/* Has the device's name a form that the kernel takes? 0 or -1. */
int hostdev_check(const json_t *conf, const char *path, struct errors *errors);

/* Opens the namespace and looks for the device. NULL with an error that begins with the port's
 * name. The device may be missing: is_there says so. */
struct hostdev *hostdev_open(const char *name, const json_t *conf, const struct hostdev_ops *ops,
			     struct errors *errors);
/* The device has to be there, to be Ethernet, and unless conf says force or share not to be the one
 * that the host itself lives on. 0 or -1. */
int hostdev_require(const struct hostdev *h, const char *name, const json_t *conf,
		    struct errors *errors);
/* Begins to watch, for a port that is on the device now. 0 or -errno. */
int hostdev_watch(struct hostdev *h, struct port *port);
/* NULL is legal. */
void hostdev_close(struct hostdev *h);

struct hostdev *hostdev_find(const struct port *port);
/* Has the kernel delete all devices that are ours, together; their ports go on without them. */
void hostdev_delete_ours(void);
/* Looks at the device again; after a change of mtu, say. */
void hostdev_look(struct hostdev *h);
void hostdev_status(struct port *port, struct port_status *out);

#endif
