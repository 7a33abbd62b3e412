// SPDX-License-Identifier: BSD-3-Clause
#include "control/flap.h"

bool flap_moved(struct flap *flap, uint64_t key, uint16_t bridge, int64_t now_ms)
{
	uint64_t hash = (key ^ (uint64_t)bridge << 52) * UINT64_C(0x9e3779b97f4a7c15);
	struct flap_slot *slot = &flap->slots[hash >> 54 & (FLAP_SLOTS - 1)];

	if (slot->key != key || slot->bridge != bridge)
		*slot = (struct flap_slot){.key = key, .bridge = bridge, .window_ms = now_ms};
	if (now_ms - slot->window_ms >= FLAP_WINDOW_MS) {
		slot->window_ms = now_ms;
		slot->moves = 0;
	}
	if (++slot->moves <= FLAP_MOVES)
		return false;
	if (slot->reported_ms && now_ms - slot->reported_ms < FLAP_QUIET_MS)
		return false;
	slot->reported_ms = now_ms;
	return true;
}
