// SPDX-License-Identifier: BSD-3-Clause
/* A thread that shows on a terminal, each second, how a run goes. */
#ifndef WEFT_TOOLS_PKTGEN_WATCHER_H
#define WEFT_TOOLS_PKTGEN_WATCHER_H

#include "tools/pktgen/engine.h"

/* Nothing happens where standard error is no terminal. Call it before DPDK pins the caller. */
void watcher_start(void);
/* What to show from now on; NULL: nothing. */
void watcher_show(const struct engine *engine);
void watcher_stop(void);

#endif
