// SPDX-License-Identifier: BSD-3-Clause
/*
 * What was unpublished and may still be read, on its way back to where it came
 * from: kept until a grace period is over, which nobody waits for. Control.
 */
#ifndef WEFT_DATAPLANE_RETIRE_H
#define WEFT_DATAPLANE_RETIRE_H

#include <stdint.h>

/* Gives back what. */
typedef void retire_fn(void *what, uint32_t arg);

/* Calls release(what, arg) once no worker can see it any more. Never fails: without memory to
 * remember it, it waits for the grace period. */
void retire(retire_fn *release, void *what, uint32_t arg);
/* The same for what free() takes; NULL is legal. */
void retire_free(const void *what);

/* Gives back what can be; how many are left. */
uint32_t retire_sweep(void);
/* Waits, and gives back all. */
void retire_drain(void);

#endif
