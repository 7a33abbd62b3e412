// SPDX-License-Identifier: BSD-3-Clause
/*
 * The XDP program of an af_xdp port (bpf/nic.bpf.c), and its tables. It hangs
 * on a BPF link, which is a descriptor: it vanishes with weftd, whatever end
 * weftd comes to.
 *
 *   xdp_prog_load     in the kernel, with empty tables; sees no packet yet
 *   xdp_prog_mac …    fill the tables, now and at any time later
 *   xdp_prog_attach   from here on it sees each packet
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_XDP_PROG_H
#define WEFT_CONTROL_XDP_PROG_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/types.h>

#include "bpf/nic.h"
#include "control/netns.h"

struct xdp_prog;

/* is_shared: only what the tables name goes to the sockets; else everything does, and there are no
 * tables. fds are the sockets of queues 0 to n - 1. NULL with errno: EPERM, ENOMEM, EINVAL (the
 * kernel is too old for it), EOPNOTSUPP. */
struct xdp_prog *xdp_prog_load(bool is_shared, const int *fds, uint16_t n);
/* To the device, in its namespace: to the driver where that can, else before the network stack.
 * 0 or -errno: -EBUSY (another XDP program is there), -EPERM, -ENODEV, -EOPNOTSUPP. */
int xdp_prog_attach(struct xdp_prog *prog, struct netns *ns, int ifindex);
/* Detaches it first. NULL is legal. */
void xdp_prog_destroy(struct xdp_prog *prog);

bool xdp_prog_is_native(const struct xdp_prog *prog); /* run by the driver */
int xdp_prog_fd(const struct xdp_prog *prog);         /* for tests that have the kernel run it */

/* One entry in, or out: 0 or -errno. What is in already, or not there, is 0. */
int xdp_prog_mac(struct xdp_prog *prog, nic_mac_key key, bool in);
int xdp_prog_addr(struct xdp_prog *prog, const struct nic_addr_key *key, enum nic_owner owner,
		  bool in);
int xdp_prog_proto(struct xdp_prog *prog, const struct nic_proto_key *key, bool in);
/* The NIC's MAC address, where weft has it too; 0: it does not. */
void xdp_prog_by_address(struct xdp_prog *prog, uint64_t mac);

/* Since it was loaded, over all processors. 0 or -errno. */
int xdp_prog_counts(const struct xdp_prog *prog, struct nic_count out[NIC_CLASSES]);

#endif
