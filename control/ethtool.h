// SPDX-License-Identifier: BSD-3-Clause
/*
 * What only ethtool's ioctl tells and sets of a network device. Control thread;
 * results are 0 or -errno.
 */
#ifndef WEFT_CONTROL_ETHTOOL_H
#define WEFT_CONTROL_ETHTOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "control/netns.h"

/* What was switched off on a device, to be switched on again; zeros: nothing. */
struct ethtool_rx {
	uint32_t flags; /* ETH_FLAG_… */
	bool gro;
};

/* Has frames arrive with their VLAN tags in them, and not put together by the device (LRO). What
 * the device cannot switch is left; what was on is noted in was. */
int ethtool_rx_tagged(struct netns *ns, const char *device, struct ethtool_rx *was);
/* Has them arrive one by one: not put together by the host (GRO). Likewise. */
int ethtool_rx_single(struct netns *ns, const char *device, struct ethtool_rx *was);
/* Switches on what was on. */
void ethtool_rx_restore(struct netns *ns, const char *device, const struct ethtool_rx *was);

/* Receive queues in use now; 1 where the device does not say. */
int ethtool_n_rx_queues(struct netns *ns, const char *device);
/* Bits a second; 0: unknown. */
int64_t ethtool_speed_bps(struct netns *ns, const char *device);
/* "veth", "virtio_net"…; "" where the device does not say. */
int ethtool_driver(struct netns *ns, const char *device, char out[32]);
/* Its bus address ("0000:00:03.0"); "" likewise. */
int ethtool_bus(struct netns *ns, const char *device, char out[32]);

#endif
