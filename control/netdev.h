// SPDX-License-Identifier: BSD-3-Clause
/*
 * Network devices of the kernel, in any namespace, through libnl: reading and
 * setting what a port needs of them, and watching them.
 *
 * Control thread. Each call is one exchange with the kernel, which answers at
 * once; none waits for anything else. Results are 0 or -errno; -ENODEV where
 * there is no such device.
 */
#ifndef WEFT_CONTROL_NETDEV_H
#define WEFT_CONTROL_NETDEV_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/netns.h"

struct netdev {
	int index;
	char name[IFNAMSIZ];
	uint8_t mac[6];
	uint32_t mtu;
	bool is_up;       /* IFF_UP: somebody set it up */
	bool has_carrier; /* and the line is there */
	bool is_ethernet;
	bool is_promisc;
};

int netdev_get(struct netns *ns, const char *name, struct netdev *out);

int netdev_set_up(struct netns *ns, const char *name, bool up);
int netdev_set_mtu(struct netns *ns, const char *name, uint32_t mtu);
int netdev_set_mac(struct netns *ns, const char *name, const uint8_t mac[6]);

/* address: "10.0.0.1/24"; IPv6 ones are usable at once (no duplicate detection). Adding one
 * that is there, or removing one that is not, is 0. -EINVAL: not an address. */
int netdev_addr_add(struct netns *ns, const char *name, const char *address);
int netdev_addr_del(struct netns *ns, const char *name, const char *address);
/* A route to prefix (NULL: the default route of via's family) through the gateway via (NULL: what
 * it leads to is on the device's own network). Likewise 0 where there is nothing to do;
 * -ENETUNREACH: the gateway is not on any of the device's networks. */
int netdev_route_add(struct netns *ns, const char *name, const char *prefix, const char *via);
int netdev_route_del(struct netns *ns, const char *name, const char *prefix, const char *via);

/* Groups of devices: how many are in one, one more by its index, and all of them deleted. That
 * takes the kernel hardly longer than to delete one, for which it waits until no processor looks at
 * it any more. What cannot be deleted keeps the whole group. */
int netdev_group_size(struct netns *ns, uint32_t group);
int netdev_group_add(struct netns *ns, uint32_t group, int index);
int netdev_group_delete(struct netns *ns, uint32_t group);

/* libnl's error numbers as errno's; 0 of what is none. */
int netdev_errno(int rc);

/* Watching one device, which may not be there: fn is called from the loop when it came, went or
 * changed (by its name before or after), or may have (messages were lost). NULL with errno. */
struct netdev_watch;
struct netdev_watch *netdev_watch(struct netns *ns, const char *name, void (*fn)(void *arg),
				  void *arg);
void netdev_unwatch(struct netdev_watch *watch); /* NULL is legal; fn may call it */

#endif
