// SPDX-License-Identifier: BSD-3-Clause
/* The workers' end of inject (punt.h). */
#ifndef WEFT_DATAPLANE_INJECT_H
#define WEFT_DATAPLANE_INJECT_H

#include "dataplane/worker.h"

/* Takes up to a burst of what waits in the worker's ring through the stages; how many. Worker. */
uint32_t inject_run(struct worker *worker);

static inline bool inject_is_waiting(const struct worker *worker)
{
	return atomic_load_explicit(&worker->injected, memory_order_acquire);
}

#endif
