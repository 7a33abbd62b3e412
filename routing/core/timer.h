// SPDX-License-Identifier: BSD-3-Clause
/*
 * Timers of engines: a heap of moments. Whoever hosts the engines (weftd's
 * loop, the simulator, a test) says what time it is and runs what is due; a
 * timer never fires by itself. At equal moments the first set fires first, so
 * that a run can be repeated.
 *
 * A struct timer lives in its owner, who stops it before it frees itself. Not
 * thread-safe: one thread hosts.
 */
#ifndef WEFT_ROUTING_CORE_TIMER_H
#define WEFT_ROUTING_CORE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/core/moment.h"

struct timer {
	void (*fn)(struct timer *timer); /* finds its owner with container_of */
	struct moment at;
	uint64_t serial; /* order among equals; set by timers */
	uint32_t slot;   /* 1 + place in the heap; 0: not running */
};

struct timers {
	struct timer **heap;
	uint32_t n, room;
	uint64_t serial;
	struct moment now; /* never goes back; what engines read as the time */
};

void timers_init(struct timers *timers, struct moment now);
void timers_fini(struct timers *timers); /* none may be running */

/* Before the first start; a timer of zeros with fn set is one too. */
void timer_init(struct timer *timer, void (*fn)(struct timer *timer));
/* Starts it, or moves it when it runs. 0 or -ENOMEM (then it does not run). */
int timer_start(struct timers *timers, struct timer *timer, struct moment at);
/* Nothing where it does not run. */
void timer_stop(struct timers *timers, struct timer *timer);
static inline bool timer_runs(const struct timer *timer)
{
	return timer->slot != 0;
}

/* The moment at which something is due; false: none is running. */
bool timers_next(const struct timers *timers, struct moment *at);
/* Sets the time and runs what is due by then, at most max of them; how many ran. */
uint32_t timers_run(struct timers *timers, struct moment now, uint32_t max);

#endif
