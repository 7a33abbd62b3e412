// SPDX-License-Identifier: BSD-3-Clause
/*
 * The grace period: memory that workers may be reading is freed only after
 * each of them has been seen between two bursts (or asleep).
 *
 * A worker reports itself quiescent once a round and goes offline before it
 * sleeps; whoever retires memory unpublishes it first, then waits here.
 */
#ifndef WEFT_DATAPLANE_GRACE_H
#define WEFT_DATAPLANE_GRACE_H

#include <stdbool.h>
#include <stdint.h>

/* Returns when no worker can still hold a pointer that was unpublished before
 * the call. Any thread but a worker; several may wait at once. Yields while it waits. */
void grace_wait(void);

/* The same without waiting: a token now, and later whether its grace period is over. */
uint64_t grace_start(void);
bool grace_over(uint64_t token);

#endif
