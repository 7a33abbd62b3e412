// SPDX-License-Identifier: BSD-3-Clause
/* The table of stages, in the order in which a burst meets them. */
#include "dataplane/burst.h"
#include "dataplane/worker.h"

const struct stage stages[STAGE_COUNT] = {
	[STAGE_PARSE] = {"parse", stage_parse}, [STAGE_SWITCH] = {"switch", stage_switch},
	[STAGE_FLOOD] = {"flood", stage_flood}, [STAGE_EGRESS] = {"egress", stage_egress},
	[STAGE_PUNT] = {"punt", stage_punt},    [STAGE_DROP] = {"drop", stage_drop},
};

void stages_run(struct worker *worker, struct port *in, uint16_t n)
{
	struct burst *burst = &worker->burst;

	burst->in = in;
	burst->member = atomic_load_explicit(&in->member, memory_order_acquire);
	for (int s = 0; s < STAGE_COUNT; s++)
		burst->lanes[s].n = 0;
	for (uint16_t i = 0; i < n; i++)
		lane_push(burst, STAGE_PARSE, i);
	for (int s = 0; s < STAGE_COUNT; s++)
		if (burst->lanes[s].n)
			stages[s].run(worker, burst, &burst->lanes[s]);
}
