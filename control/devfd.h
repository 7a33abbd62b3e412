// SPDX-License-Identifier: BSD-3-Clause
/*
 * Opening what tap and af_packet ports read and write: tap devices and packet
 * sockets, in any namespace.
 *
 * Control thread. Descriptors are close-on-exec and, for taps, non-blocking.
 */
#ifndef WEFT_CONTROL_DEVFD_H
#define WEFT_CONTROL_DEVFD_H

#include <stdbool.h>
#include <stdint.h>

#include "control/netns.h"

/* Makes the tap device, or attaches to a persistent one that nobody uses, with n queues whose
 * kernel's side leaves unfinished what caps (enum port_cap) say the port takes. 0, or
 * -errno: -EBUSY (somebody uses it), -EINVAL (a device of that name is no tap, or has another
 * number of queues), -EPERM, -ENOENT (no /dev/net/tun). */
int devfd_tap(struct netns *ns, const char *device, int *fds, uint16_t n, uint32_t caps);

/* Opens n sockets on the device as port_af_packet.h wants them, promiscuous as long as they are
 * open. 0 or -errno. */
int devfd_packet(struct netns *ns, int ifindex, int *fds, uint16_t n);

/* Opens a socket as packet_rx.h wants it, promiscuous as devfd_packet's, that gets what came in for
 * others than the host itself: group packets and, with unknown, packets for MAC addresses that are
 * not the device's. The descriptor or -errno. */
int devfd_side(struct netns *ns, int ifindex, bool unknown);
/* Changes what it gets; no packet is missed meanwhile. 0 or -errno. */
int devfd_side_filter(int fd, bool unknown);

/* A socket that keeps the device promiscuous as long as it is open, and receives nothing. The
 * descriptor or -errno. */
int devfd_promisc(struct netns *ns, int ifindex);

#endif
