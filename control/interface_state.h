// SPDX-License-Identifier: BSD-3-Clause
/* Whether an interface carries traffic, with which MTU and MAC address: from its configuration and
 * the port or bridge that it is on. */
#ifndef WEFT_CONTROL_INTERFACE_STATE_H
#define WEFT_CONTROL_INTERFACE_STATE_H

#include "control/interfaces.h"
#include "dataplane/l3.h"

struct interface_state {
	struct l3_iface_conf l3;
	char reason[IFACE_REASON_MAX]; /* why it is down; "" */
};

/* without: a port, or NULL, that does not count any more; likewise a bridge. */
void interface_state(const char *name, const json_t *conf, const struct port_entry *without,
		     const struct bridge_entry *without_bridge, struct interface_state *out);

#endif
