// SPDX-License-Identifier: BSD-3-Clause
/*
 * The set of workers: created, given plans, counted and ended. Control thread,
 * unless a function says otherwise; dp.h is what the rest of control uses.
 */
#ifndef WEFT_DATAPLANE_WORKERS_H
#define WEFT_DATAPLANE_WORKERS_H

#include "dataplane/worker.h"

/* 0 or -errno. threads: false has workers run only when worker_round is called (tests). */
int workers_init(struct port *const *ports, bool threads);
/* Ends all. */
void workers_fini(void);

int workers_set(const uint16_t *cores, uint16_t n);
uint16_t workers_n(void);
/* The worker at a position of workers_set's array. */
struct worker *workers_at(uint16_t position);
/* Whose counters add up to the whole, for i from 0 to WORKER_SLOTS: NULL for a slot that is free;
 * the last one stands for all that have ended. */
const struct worker *workers_counting(uint16_t i);
/* By slot (worker->id): or NULL. One more than the highest slot in use, at least 1. */
struct worker *workers_slot(uint16_t slot);
uint16_t workers_limit(void);
void workers_poll_set(bool poll);
void workers_kick(void); /* any thread */

/* The table of attached ports. */
struct port *const *workers_ports(void);

/* Learning events. Worker: there is something in a ring. */
void workers_tell_control(void);
int workers_learned_fd(void);
/* Control is about to wait on that descriptor: from now on it becomes readable with the next event.
 */
void workers_learned_arm(void);

#endif
