// SPDX-License-Identifier: BSD-3-Clause
/*
 * Before anything is measured: waits until the switch is there and lets a packet through, then
 * lets every address speak once, the sink's too, so that the switch need not flood. Main thread.
 */
#ifndef WEFT_TOOLS_PKTGEN_WARMUP_H
#define WEFT_TOOLS_PKTGEN_WARMUP_H

#include "tools/pktgen/engine.h"

struct warmup {
	bool came_through;  /* a packet, in each direction */
	uint64_t addresses; /* that spoke */
};

/* 0; -ETIMEDOUT with a sentence in error where no switch came; -EINTR. */
int warmup_wait_for_ports(struct engine *engine, char *error, size_t size);

/* Ends with the rest that options want. */
void warmup_run(struct engine *engine, struct warmup *warmup);

/* A signal's handler: the rest ends. */
void warmup_end_rest(int signal);

#endif
