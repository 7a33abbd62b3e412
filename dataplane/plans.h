// SPDX-License-Identifier: BSD-3-Clause
/* Who polls what: the plans of all workers, made and swapped together. Control thread. */
#ifndef WEFT_DATAPLANE_PLANS_H
#define WEFT_DATAPLANE_PLANS_H

#include "dataplane/worker.h"

/* Empty, with room for so many queues and a serial of its own; NULL when out of memory. */
struct plan *plan_create(uint32_t room);
void plan_destroy(struct plan *plan); /* NULL is legal */

/* Publishes a plan for each position, in two steps: first what each worker keeps, then, after a
 * grace period, what it gets from another. Workers for whom nothing changes notice nothing. 0 or
 * -errno (then nothing changed). */
int plans_set(const struct dp_queue *queues, uint32_t n);
/* Takes a port's queues out of all plans and waits until no worker knows them. */
void plans_forget(const struct port *port);

#endif
