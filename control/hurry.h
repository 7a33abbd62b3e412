// SPDX-License-Identifier: BSD-3-Clause
/*
 * All of weftd's threads go before other programs on the same processors, where
 * weftd may: at a start, because where weftd died under its guests they are
 * without network until it is there again; and while there are BFD sessions, because
 * a router that is expected every 10 ms cannot queue up behind whoever else is
 * busy. Control needs that, and the worker that carries its packets as well.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_HURRY_H
#define WEFT_CONTROL_HURRY_H

#include <stdbool.h>

/* The start begins and ends; then threads are what the first was before, unless they are kept. */
void hurry_begin(void);
void hurry_end(void);

/* From now on, or no more. Threads that are made meanwhile inherit it. */
void hurry_keep(bool on);
bool hurry_is_kept(void);

/* While on, sleeps of this thread take a moment: DPDK's start measures the rate of the
 * processor's clock, where the processor does not tell it, over a tenth of a second of sleep. */
void hurry_sleep(bool on);

#endif
