// SPDX-License-Identifier: BSD-3-Clause
/*
 * Counters as users see them: since the last `stats clear`. What dp counts
 * only grows; a clear notes where it was.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_STATS_H
#define WEFT_CONTROL_STATS_H

#include "dataplane/dp.h"

/* Of the worker at a position of the crew. */
void stats_worker(uint16_t worker, struct dp_worker_stats *out);
/* Of all ports, workers, and the loop. */
void stats_clear(void);
/* Seconds since then, or since the start. */
int64_t stats_age_s(void);

/* To three digits behind the point, which is what people can use of a share. */
double stats_round(double value);

#endif
