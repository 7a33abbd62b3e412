// SPDX-License-Identifier: BSD-3-Clause
/*
 * A start in a hurry: where weftd died under its guests, they are without
 * network until it is there again. Control.
 */
#ifndef WEFT_CONTROL_HURRY_H
#define WEFT_CONTROL_HURRY_H

#include <stdbool.h>

/* Goes before other programs on the same processors, where weftd may, until hurry_end has been
 * called: then all of its threads are what the first was before. */
void hurry_begin(void);
void hurry_end(void);

/* While on, sleeps of this thread take a moment: DPDK's start measures the rate of the
 * processor's clock, where the processor does not tell it, over a tenth of a second of sleep. */
void hurry_sleep(bool on);

#endif
