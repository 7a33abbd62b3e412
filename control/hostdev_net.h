// SPDX-License-Identifier: BSD-3-Clause
/* What a device's end of a port is given in its namespace: addresses, gateways, routes. Control
 * thread. */
#ifndef WEFT_CONTROL_HOSTDEV_NET_H
#define WEFT_CONTROL_HOSTDEV_NET_H

#include "control/hostdev.h"

/* The fields addresses, gateway and routes of conf in place of those of old (NULL: none). What is
 * in both stays untouched. 0, or -1 with an error (errors NULL: as many as can be). */
int hostdev_set_net(const struct hostdev *h, const json_t *old, const json_t *conf,
		    struct errors *errors);

#endif
