// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which worker polls which queue. Pure: no state, no clock.
 *
 * Pinned queues stay where their user put them. The others stay where they
 * are as long as no worker has two queues more than another one; what has to
 * move is as little as possible, and the queues of one port are kept apart
 * where that costs nothing.
 */
#ifndef WEFT_CONTROL_PLACEMENT_H
#define WEFT_CONTROL_PLACEMENT_H

#include <stdbool.h>
#include <stdint.h>

#define PLACEMENT_NONE UINT16_MAX

struct placement_queue {
	uint32_t port;   /* queues of one port have the same number here */
	uint16_t worker; /* in: where it is, or PLACEMENT_NONE; out: where it belongs */
	bool pinned;     /* worker is an order */
};

/* 0; -EINVAL: no workers, or a queue is pinned to a worker that is not there; -ENOMEM. */
int placement_spread(struct placement_queue *queues, uint32_t n, uint16_t n_workers);

#endif
