// SPDX-License-Identifier: BSD-3-Clause
/*
 * The pool of packet buffers: one for all ports and workers.
 *
 * It may begin small and grow while packets pass: most of its start is the
 * kernel's giving of pages, and guests whose weftd has just died wait for that.
 *
 * Some ports keep buffers for long: a NIC's rings. What they may keep is set
 * aside when they open, so that no port, however slow its other end, leaves the
 * others without buffers. Who hands every buffer on or back within a round
 * (guests, taps, sockets) sets nothing aside. Control.
 */
#ifndef WEFT_DATAPLANE_POOL_H
#define WEFT_DATAPLANE_POOL_H

#include <stdbool.h>
#include <stdint.h>

struct rte_mempool;

/* n buffers, of which `first` (or more) are there when it returns. NULL with errno. */
struct rte_mempool *pool_create(uint32_t n, uint32_t first);
void pool_destroy(struct rte_mempool *pool);

/* Adds up to n buffers; whether there are more to come. */
bool pool_grow(struct rte_mempool *pool, uint32_t n);
/* Buffers that are not in the pool: in packets, rings, caches. */
uint32_t pool_in_use(const struct rte_mempool *pool);

/* How many buffers ports may keep altogether; the others are for packets on their way. */
uint32_t pool_keep_max(const struct rte_mempool *pool);
/* Sets n buffers aside for a port that keeps them. 0, or -ENOBUFS with *left, what could be. */
int pool_keep(const struct rte_mempool *pool, uint32_t n, uint32_t *left);
void pool_keep_no_more(uint32_t n);

#endif
