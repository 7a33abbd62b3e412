// SPDX-License-Identifier: BSD-3-Clause
/*
 * Addresses that flap: that move between ports too often, because of a loop
 * or because somebody pretends to be somebody else. A small table of recent
 * movers; pure.
 */
#ifndef WEFT_CONTROL_FLAP_H
#define WEFT_CONTROL_FLAP_H

#include <stdbool.h>
#include <stdint.h>

#define FLAP_SLOTS     1024
#define FLAP_MOVES     10 /* moves within FLAP_WINDOW_MS that are still no flapping */
#define FLAP_WINDOW_MS 1000
#define FLAP_QUIET_MS  60000 /* reported at most once in so long */

struct flap_slot {
	uint64_t key;
	uint16_t bridge;
	unsigned moves;
	int64_t window_ms;   /* since when moves are counted */
	int64_t reported_ms; /* 0: never */
};

struct flap {
	struct flap_slot slots[FLAP_SLOTS];
};

/* Notes a move. true: it is flapping, and that is news. */
bool flap_moved(struct flap *flap, uint64_t key, uint16_t bridge, int64_t now_ms);

#endif
