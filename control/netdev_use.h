// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whether the host itself lives on a device: its default route, or TCP
 * connections to its addresses (the user's own, it may be). Control thread.
 */
#ifndef WEFT_CONTROL_NETDEV_USE_H
#define WEFT_CONTROL_NETDEV_USE_H

#include "control/netns.h"
#include "control/spine/error.h"

/* Does a default route of the main table leave through the device? 1, 0 or -errno. */
int netdev_has_default_route(struct netns *ns, const char *device);
/* Does an established TCP connection use one of its addresses? 1, 0 or -errno. */
int netdev_has_connection(struct netns *ns, const char *device);

/* 0, or -1 with an error that says which of these it is and how to take the device all the same.
 * name: of the port. */
int netdev_use_refuse(struct netns *ns, const char *name, const char *device,
		      struct errors *errors);

#endif
