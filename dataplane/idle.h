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

/* After a round that began then, found packets and took so long. */
static inline void idle_end(struct worker *worker, uint64_t begin, uint64_t worked)
{
	patience_work(&worker->patience, worker->idle_since ? begin - worker->idle_since : 0,
		      worked);
	worker->idle_since = 0;
	worker->nap_us = 0;
}

/* At the first round with a plan: no queue of it wakes anybody until the worker sleeps again. */
void idle_take_over(struct worker *worker, const struct plan *plan);

/* Makes a descriptor readable that somebody sleeps on. Any thread. */
void idle_kick(int fd);

#endif
