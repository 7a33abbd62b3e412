// SPDX-License-Identifier: BSD-3-Clause
/*
 * The XDP program of an af_xdp port: hands every packet of a receive queue to
 * the socket of that queue. It hangs on a BPF link, which is a descriptor: it
 * vanishes with weftd, whatever end weftd comes to.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_XDP_PROG_H
#define WEFT_CONTROL_XDP_PROG_H

#include <stdbool.h>
#include <stdint.h>

#include "control/netns.h"

struct xdp_prog;

/* Loads the program and attaches it to the device in its namespace: to the driver where that can,
 * else before the network stack. fds are the sockets of queues 0 to n - 1. NULL with errno: EBUSY
 * (another XDP program is there), EPERM, ENOMEM, ENODEV, EOPNOTSUPP. */
struct xdp_prog *xdp_prog_attach(struct netns *ns, int ifindex, const int *fds, uint16_t n);
/* NULL is legal. */
void xdp_prog_detach(struct xdp_prog *prog);

bool xdp_prog_is_native(const struct xdp_prog *prog); /* run by the driver */

#endif
