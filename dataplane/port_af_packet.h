// SPDX-License-Identifier: BSD-3-Clause
/*
 * A port on a network device of the kernel, through AF_PACKET sockets. Control
 * opens and binds them, one for each queue.
 */
#ifndef WEFT_DATAPLANE_PORT_AF_PACKET_H
#define WEFT_DATAPLANE_PORT_AF_PACKET_H

#include "dataplane/port.h"

/* fds: n sockets bound to the device, with PACKET_VNET_HDR, PACKET_AUXDATA,
 * PACKET_IGNORE_OUTGOING and PACKET_QDISC_BYPASS, in one fanout group where there are several.
 * caps: enum port_cap; without PORT_CAN_TSO large packets are cut as they come in. The port owns
 * the sockets from here on. NULL with errno (then they stay the caller's). Control. */
struct port *port_af_packet_create(const char *name, const int *fds, uint16_t n, uint16_t mtu,
				   uint32_t caps, struct rte_mempool *pool);
/* After dp_port_detach. NULL is legal. Control. */
void port_af_packet_destroy(struct port *port);

/* Puts other sockets in place of those whose device vanished. Waits for a grace period. 0 or
 * -errno (then fds stay the caller's). Control. */
int port_af_packet_reopen(struct port *port, const int *fds);

#endif
