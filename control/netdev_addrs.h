// SPDX-License-Identifier: BSD-3-Clause
/*
 * The IP addresses of a namespace: which there are, and news of changes.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_NETDEV_ADDRS_H
#define WEFT_CONTROL_NETDEV_ADDRS_H

#include <stddef.h>

#include "control/netns.h"
#include "routing/core/addr.h"

/* The addresses of a device, or of all (0), in a list that the caller frees. 0 or -errno. */
int netdev_addrs_get(struct netns *ns, int device, struct addr **out, size_t *n);

/* Calls fn from the loop after addresses came or went. NULL with errno. */
struct netdev_addrs_watch;
struct netdev_addrs_watch *netdev_addrs_watch(struct netns *ns, void (*fn)(void *arg), void *arg);
void netdev_addrs_unwatch(struct netdev_addrs_watch *watch); /* NULL is legal */

#endif
