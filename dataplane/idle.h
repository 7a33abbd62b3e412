// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a worker does when there is nothing to do: it spins for a moment, then
 * sleeps on the descriptors of its queues. The one place where a worker meets
 * the kernel (ports of the kernel's own aside).
 */
#ifndef WEFT_DATAPLANE_IDLE_H
#define WEFT_DATAPLANE_IDLE_H

#include "dataplane/worker.h"

/* After a round that found nothing; it may sleep. The worker holds no pointer to shared memory. */
void idle_step(struct worker *worker);

/* At the first round with a plan: no queue of it wakes anybody until the worker sleeps again. */
void idle_take_over(struct worker *worker, const struct plan *plan);

/* Makes a descriptor readable that somebody sleeps on. Any thread. */
void idle_kick(int fd);

#endif
