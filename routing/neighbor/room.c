// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whose place is given to another one. What has no MAC address makes room only
 * for its like, so a scan pushes out nobody who has answered; what has one, only
 * if it has not been used for the longest time. A wire that is over its own limit
 * pays for itself; only where all wires together are over theirs, the oldest of all pays.
 */
#include "routing/neighbor/engine.h"

static void evict(struct neighbors *engine, struct neighbor *neighbor)
{
	if (neighbor->listing == LIST_STALE)
		engine->stats.evicted_stale++;
	else
		engine->stats.evicted++;
	table_remove(neighbor, NEIGHBOR_EVICTED, NEIGHBOR_DROPPED);
}

bool room_for_unresolved(struct wire *wire)
{
	struct neighbors *engine = wire->engine;

	if (wire->n_unresolved >= wire->conf.unresolved) {
		struct neighbor *first = listed_first(&wire->lists[LIST_FAILED]);

		evict(engine, first ? first : listed_first(&wire->lists[LIST_INCOMPLETE]));
	}
	if (engine->stats.unresolved >= engine->limits.unresolved)
		evict(engine, ageing_first(&engine->unresolved));
	return wire->n_unresolved < wire->conf.unresolved &&
	       engine->stats.unresolved < engine->limits.unresolved;
}

bool room_for_resolved(struct wire *wire)
{
	struct neighbors *engine = wire->engine;
	struct neighbor *first = listed_first(&wire->lists[LIST_STALE]);

	if (wire->n_resolved >= wire->conf.resolved && first)
		evict(engine, first);
	if (engine->stats.resolved >= engine->limits.resolved && ageing_first(&engine->stale))
		evict(engine, ageing_first(&engine->stale));
	return wire->n_resolved < wire->conf.resolved &&
	       engine->stats.resolved < engine->limits.resolved;
}
