// SPDX-License-Identifier: BSD-3-Clause
/*
 * One AF_XDP socket in copy mode, with packet memory (UMEM) and rings of its
 * own. Packets are copied between its frames and mbufs.
 *
 * Receiving belongs to one thread at a time, sending to one thread at a time;
 * the two may differ.
 */
#ifndef WEFT_DATAPLANE_XSK_H
#define WEFT_DATAPLANE_XSK_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

/* A frame is one page at most, and 256 bytes of it are the kernel's. */
#define XSK_FRAME_MAX (4096 - 256)

struct xsk;

/* Opens a socket in the caller's network namespace and binds it to a queue of the device, with
 * frames for max_len bytes. NULL with errno: EMSGSIZE (max_len is above XSK_FRAME_MAX), EBUSY (the
 * queue is taken), ENODEV, EINVAL (no such queue), EPERM, ENOMEM, ENOBUFS (memory lock limit).
 * Control. */
struct xsk *xsk_open(uint32_t ifindex, uint32_t queue, uint32_t max_len);
/* NULL is legal. Control. */
void xsk_close(struct xsk *xsk);
int xsk_fd(const struct xsk *xsk);

/* Copies up to max packets out. Stops where the pool is empty. */
uint16_t xsk_rx(struct xsk *xsk, struct rte_mempool *pool, struct rte_mbuf **pkts, uint16_t max);
bool xsk_rx_is_empty(const struct xsk *xsk);

/* Copies the first packets of pkts in; returns how many. They stay the caller's. */
uint16_t xsk_tx(struct xsk *xsk, struct rte_mbuf *const *pkts, uint16_t n);
/* Has the kernel send what lies in the ring. Any thread. */
void xsk_tx_kick(struct xsk *xsk);

#endif
