// SPDX-License-Identifier: BSD-3-Clause
/* Turns of sending and receiving until the trial's end. Cycles are counted on the way. */
#ifndef WEFT_TOOLS_PKTGEN_LOOP_H
#define WEFT_TOOLS_PKTGEN_LOOP_H

#include "tools/pktgen/engine.h"

/* Sends and receives in turn, on one core. */
void loop_both(struct engine *engine);

/* Only sends; only receives, until the engine lets it go. For an lcore each. */
void loop_send(struct engine *engine);
int loop_receive(void *engine);

/* One turn of all receivers; how many packets came. */
unsigned loop_step_receivers(struct engine *engine);

#endif
