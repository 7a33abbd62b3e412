// SPDX-License-Identifier: BSD-3-Clause
/*
 * A port on a network device of the kernel, through AF_XDP sockets: one for
 * each of the device's receive queues. Control loads the XDP program that
 * hands them the packets.
 *
 * A device that is the host's too may have a packet socket as a further
 * queue, the side: the program leaves group packets to the host, and a copy
 * of each comes in there.
 */
#ifndef WEFT_DATAPLANE_PORT_AF_XDP_H
#define WEFT_DATAPLANE_PORT_AF_XDP_H

#include "dataplane/port.h"

#define PORT_AF_XDP_MTU_MAX 3818 /* a page less the kernel's 256 bytes, Ethernet and two tags */

/* Sockets on queues 0 to n - 1 of the device, in the caller's network namespace. side_fd: as
 * packet_rx.h has it, the port's from here on, and queue n; -1: none. NULL with errno as xsk_open's
 * (EMSGSIZE: mtu is above PORT_AF_XDP_MTU_MAX); then side_fd stays the caller's. Control. */
struct port *port_af_xdp_create(const char *name, uint32_t ifindex, uint16_t n, uint16_t mtu,
				int side_fd, struct rte_mempool *pool);
/* After dp_port_detach. NULL is legal. Control. */
void port_af_xdp_destroy(struct port *port);

/* The sockets, for the program's map; valid until the next reopen or close. Returns how many. */
uint16_t port_af_xdp_fds(const struct port *port, int fds[PORT_QUEUES_MAX]);

/* Closes the sockets: the device has vanished. Waits for a grace period. Control. */
void port_af_xdp_close(struct port *port);
/* Closes them, and opens others on a device that has come back, or for another MTU, side_fd as
 * before. 0 or -errno (then the port has none, and side_fd stays the caller's). Control. */
int port_af_xdp_reopen(struct port *port, uint32_t ifindex, uint16_t mtu, int side_fd);

#endif
