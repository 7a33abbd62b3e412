// SPDX-License-Identifier: BSD-3-Clause
#include "routing/neighbor/engine.h"

#include <string.h>

#include "routing/core/memory.h"

void settle_later(struct neighbor *neighbor)
{
	if (!list_is_linked(&neighbor->unsettled))
		unsettled_add(&neighbor->wire->engine->unsettled, neighbor);
}

void settle_own_later(struct own *own)
{
	if (!list_is_linked(&own->unsettled))
		unsettled_owns_add(&own->wire->engine->unsettled_owns, own);
}

static void tell_mac(struct neighbors *engine, const struct neighbor *now)
{
	if (!now->has_mac) {
		if (now->was_told)
			engine->ops->lost(engine->ctx, now->iface, &now->addr, now->why);
	} else if (!now->was_told || memcmp(now->told_mac, now->mac, sizeof(now->mac)) != 0) {
		engine->ops->resolved(engine->ctx, now->iface, &now->addr, now->mac);
	}
}

static void release(struct neighbors *engine, const struct neighbor *now, enum neighbor_fate fate)
{
	const uint8_t *mac = fate == NEIGHBOR_SEND ? now->mac : NULL;

	for (uint8_t i = 0; i < now->n_held; i++)
		engine->ops->release(engine->ctx, now->iface, &now->addr, now->held[i], fate, mac);
}

/* Nothing but the copy is looked at once the host is called: the neighbour may be gone then. */
static void settle_neighbor(struct neighbors *engine, struct neighbor *neighbor)
{
	struct neighbor now = *neighbor;
	enum neighbor_fate fate = now.has_mac ? NEIGHBOR_SEND
				  : now.wire  ? NEIGHBOR_UNREACHABLE
					      : now.fate;
	bool waits = now.wire && now.state == NEIGHBOR_INCOMPLETE;

	neighbor->was_told = now.has_mac;
	memcpy(neighbor->told_mac, now.mac, sizeof(now.mac));
	if (waits)
		now.n_held = 0;
	else
		neighbor->n_held = 0;
	engine->stats.held -= now.n_held;
	if (now.wire)
		now.wire->n_held -= now.n_held;
	else
		memory_free(neighbor);
	tell_mac(engine, &now);
	release(engine, &now, fate);
}

static void settle_own(struct neighbors *engine, struct own *own)
{
	const struct neighbor_ops *ops = engine->ops;
	struct addr addr = own->prefix.addr;
	bool is_new = own->told != own->state, is_conflict = own->is_conflict_untold;

	own->told = own->state;
	own->is_conflict_untold = false;
	if (is_new && ops->address)
		ops->address(engine->ctx, own->wire->iface, &addr, own->told);
	if (is_conflict && ops->conflict)
		ops->conflict(engine->ctx, own->wire->iface, &addr);
}

void settle(struct neighbors *engine)
{
	struct neighbor *neighbor;
	struct own *own;

	if (engine->is_settling)
		return; /* the call that is settling goes on with what was added */
	engine->is_settling = true;
	do {
		while ((neighbor = unsettled_take(&engine->unsettled)) != NULL)
			settle_neighbor(engine, neighbor);
		own = unsettled_owns_take(&engine->unsettled_owns);
		if (own)
			settle_own(engine, own);
	} while (own || !unsettled_is_empty(&engine->unsettled));
	engine->is_settling = false;
}
