// SPDX-License-Identifier: BSD-3-Clause
/*
 * parse: checks lengths once and fills the scratch, so that no later stage has
 * to. A frame that says it carries IP and does not is dropped here, also where it would only be
 * switched: no guest needs to see it.
 */
#include "dataplane/parse.h"
#include "dataplane/worker.h"

/* Frames that are not of the commonest kind. Returns whether it goes on. */
static __rte_noinline bool parse_rest(struct burst *burst, uint8_t pos, uint32_t max_frame)
{
	unsigned drop = parse_any(&burst->pkts[pos], burst->mbufs[pos], max_frame);

	if (likely(drop == PARSE_GOOD))
		return true;
	lane_drop(burst, pos, drop);
	return false;
}

void stage_parse(struct worker *worker, struct burst *burst, const struct lane *lane)
{
	uint32_t max_frame = atomic_load_explicit(&burst->in->max_frame, memory_order_relaxed);
	struct lane *next = &burst->lanes[burst->member ? STAGE_SWITCH : STAGE_ARRIVE];
	int n = next->n, n_all = lane->n;

	/* Its lane is the burst. */
	for (int pos = 0; pos < n_all; pos++) {
		next->pos[n] = pos;
		if (likely(parse_plain(&burst->pkts[pos], burst->mbufs[pos], max_frame)) ||
		    parse_rest(burst, pos, max_frame))
			n++;
	}
	next->n = n;
}
