// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is left to do, a slice at a time: in each round every queue gives one
 * piece, so that no flood of one kind keeps the others waiting. Loops are looked
 * for before anything is decided and again every few pieces: decisions that do
 * not know of a loop chase each other around it. Where very many prefixes may be
 * in one, looking takes long: then that is done after as many pieces.
 */
#include "routing/rib_inside.h"

enum { LOOPS_EVERY = 64 };

uint64_t rib_work_left(const struct rib *rib)
{
	uint64_t n = rib->dirty_dests.n + rib->changed_ways.n + rib->changed_watches.n +
		     rib->n_leaving_sources + rib->n_behind + rib->graph_is_stale;

	for (const struct rib_table *table = rib->pending_tables; table;
	     table = table->next_pending)
		n++;
	return n;
}

static void dests_step(struct rib *rib)
{
	uint32_t d = pool_queue_take(&rib->dirty_dests);

	dest_at(rib, d)->flags &= (uint8_t)~DEST_DIRTY;
	dest_decide(rib, d);
}

static inline uint32_t step_if(struct rib *rib, bool has_work, void (*step)(struct rib *rib))
{
	if (has_work)
		step(rib);
	return has_work;
}

/* One piece of each kind; how many there were. */
static uint32_t work_round(struct rib *rib)
{
	uint32_t n = step_if(rib, rib->changed_watches.n > 0, watch_step);

	n += step_if(rib, rib->pending_tables != NULL, gateways_step);
	n += step_if(rib, rib->changed_ways.n > 0, way_step);
	n += step_if(rib, rib->dirty_dests.n > 0, dests_step);
	n += step_if(rib, rib->n_leaving_sources > 0, sources_step);
	n += step_if(rib, rib->n_behind > 0, listeners_step);
	return n;
}

/* Frees VRFs that were deleted once nothing of them is left. */
static void free_vrfs(struct rib *rib)
{
	for (uint32_t i = 0; i < rib->n_vrfs && rib->n_leaving_vrfs > 0; i++) {
		const struct rib_vrf *vrf = rib->vrfs[i];
		bool is_empty = true;

		if (!vrf || !vrf->leaving)
			continue;
		for (int t = 0; t < 2; t++)
			is_empty &= vrf->tables[t].dests.n == 0 && vrf->tables[t].gateways.n == 0 &&
				    !vrf->tables[t].pending;
		if (!is_empty)
			continue;
		vrf_free(rib, i);
		rib->n_leaving_vrfs--;
	}
}

uint32_t rib_work(struct rib *rib, uint32_t budget)
{
	uint32_t done = 0, n;
	uint64_t left;

	if (rib->n_pivots <= LOOPS_EVERY)
		rib->loops_wait = 0;
	while (done < budget) {
		if (rib->graph_is_stale && rib->loops_wait == 0) {
			loops_step(rib);
			rib->loops_wait = rib->n_pivots > LOOPS_EVERY ? rib->n_pivots : LOOPS_EVERY;
		}
		n = work_round(rib);
		if (n == 0 && !rib->graph_is_stale)
			break;
		done += n > 0 ? n : 1;
		rib->loops_wait -= n > 0 && n < rib->loops_wait ? n : rib->loops_wait;
	}
	if (rib->n_leaving_vrfs > 0)
		free_vrfs(rib);
	left = rib_work_left(rib);
	return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}
