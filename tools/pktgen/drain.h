// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for what is under way. Silence alone does not say that nothing more comes: the core of
 * the switch may be busy with something else for longer. So each sender's queue gets a packet that
 * marks its end, again and again until one came through: what was sent before it has come, or is
 * lost. Main thread.
 */
#ifndef WEFT_TOOLS_PKTGEN_DRAIN_H
#define WEFT_TOOLS_PKTGEN_DRAIN_H

#include "tools/pktgen/engine.h"

#define DRAIN_LONGEST 2.0 /* seconds; as RFC 2544 has it */

/* After a trial. receive: nobody else does. */
void drain_trial(struct engine *engine, bool receive);

/* After a warm-up: its packets would be strangers in the first trial. */
void drain_warmup(struct engine *engine);

#endif
