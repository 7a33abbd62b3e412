// SPDX-License-Identifier: BSD-3-Clause
/*
 * A port on a tap device of the kernel. Control opens the device; the port
 * reads and writes its descriptors, one for each queue.
 */
#ifndef WEFT_DATAPLANE_PORT_TAP_H
#define WEFT_DATAPLANE_PORT_TAP_H

#include "dataplane/port.h"

/* fds: n descriptors of /dev/net/tun, attached with IFF_TAP | IFF_NO_PI | IFF_VNET_HDR and
 * non-blocking, and told by TUNSETOFFLOAD what caps (enum port_cap) say. The port owns them from
 * here on. NULL with errno (then they stay the caller's). Control. */
struct port *port_tap_create(const char *name, const int *fds, uint16_t n, uint16_t mtu,
			     uint32_t caps, struct rte_mempool *pool);
/* After dp_port_detach. NULL is legal. Control. */
void port_tap_destroy(struct port *port);

#endif
