// SPDX-License-Identifier: BSD-3-Clause
/* The table of stages, in the order in which a burst meets them. */
#include "dataplane/burst.h"
#include "dataplane/worker.h"

const struct stage stages[STAGE_COUNT] = {
	[STAGE_PARSE] = {"parse", stage_parse},       [STAGE_ARRIVE] = {"arrive", stage_arrive},
	[STAGE_SWITCH] = {"switch", stage_switch},    [STAGE_ROUTE] = {"route", stage_route},
	[STAGE_REWRITE] = {"rewrite", stage_rewrite}, [STAGE_FLOOD] = {"flood", stage_flood},
	[STAGE_EGRESS] = {"egress", stage_egress},    [STAGE_PUNT] = {"punt", stage_punt},
	[STAGE_DROP] = {"drop", stage_drop},
};

void stages_begin(struct burst *burst, struct port *in, const struct member *member)
{
	burst->in = in;
	burst->member = member;
	for (int s = 0; s < STAGE_COUNT; s++)
		burst->lanes[s].n = 0;
}

void stages_from(struct worker *worker, struct burst *burst, enum stage_id first)
{
	for (int s = first; s < STAGE_COUNT; s++)
		if (burst->lanes[s].n)
			stages[s].run(worker, burst, &burst->lanes[s]);
}

void stages_catch_up(struct worker *worker, struct burst *burst)
{
	for (int s = STAGE_FLOOD; s <= STAGE_EGRESS; s++) {
		if (burst->lanes[s].n)
			stages[s].run(worker, burst, &burst->lanes[s]);
		burst->lanes[s].n = 0;
	}
}

void stages_run(struct worker *worker, struct port *in, uint16_t n)
{
	struct burst *burst = &worker->burst;

	stages_begin(burst, in, atomic_load_explicit(&in->member, memory_order_acquire));
	for (uint16_t i = 0; i < n; i++)
		lane_push(burst, STAGE_PARSE, i);
	stages_from(worker, burst, STAGE_PARSE);
}
