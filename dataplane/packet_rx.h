// SPDX-License-Identifier: BSD-3-Clause
/*
 * Reading frames from a packet socket (AF_PACKET with PACKET_VNET_HDR and
 * PACKET_AUXDATA): what af_packet ports receive with, and a shared af_xdp
 * port its copies of what stays with the host. Worker.
 */
#ifndef WEFT_DATAPLANE_PACKET_RX_H
#define WEFT_DATAPLANE_PACKET_RX_H

#include "dataplane/vnet.h"

#define PACKET_RX_BURST 8 /* frames that one call of the kernel reads, each up to 64 kB */

/* Takes up to max packets, without blocking; the queue has PACKET_RX_BURST slots. VLAN tags that
 * the kernel took off are put back. */
uint16_t packet_rx(struct vnet_queue *q, struct rte_mbuf **pkts, uint16_t max);

#endif
