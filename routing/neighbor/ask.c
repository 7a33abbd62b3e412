// SPDX-License-Identifier: BSD-3-Clause
/* What the host asks the engine for: resolving, keeping, static entries, flushing, showing. */
#include <errno.h>
#include <string.h>

#include "routing/neighbor/engine.h"

/* One more that is not resolved, if that is let. NULL: it is not, and counted. */
static struct neighbor *begin(struct wire *wire, const struct addr *addr)
{
	struct neighbors *engine = wire->engine;
	struct neighbor *neighbor;

	if (!bucket_take(&wire->attempts, wire->conf.attempts, wire->conf.attempts,
			 now_of(engine))) {
		engine->stats.rationed++;
		return NULL;
	}
	if (!room_for_unresolved(wire)) {
		engine->stats.full++;
		return NULL;
	}
	neighbor = table_add(wire, addr, NEIGHBOR_INCOMPLETE);
	if (neighbor)
		nud_begin(neighbor, NEIGHBOR_INCOMPLETE, NULL);
	return neighbor;
}

/* A packet goes there: it waits, goes on, or is refused; `neighbor` is known. */
static void use(struct neighbor *neighbor, void *packet)
{
	struct wire *wire = neighbor->wire;
	struct neighbors *engine = wire->engine;
	struct addr addr = neighbor->addr;
	uint8_t mac[6];

	if (neighbor->state != NEIGHBOR_STATIC && !timer_runs(&neighbor->timer))
		nud_begin(neighbor, NEIGHBOR_INCOMPLETE, NULL); /* there was no memory for it */
	nud_event(neighbor, NUD_USED, NULL);
	if (!packet)
		return;
	if (neighbor->state == NEIGHBOR_INCOMPLETE) {
		hold_packet(neighbor, packet);
	} else if (!neighbor->has_mac) {
		hold_refuse(engine, wire->iface, &addr, packet, NEIGHBOR_UNREACHABLE);
	} else {
		memcpy(mac, neighbor->mac, sizeof(mac));
		engine->ops->release(engine->ctx, wire->iface, &addr, packet, NEIGHBOR_SEND, mac);
	}
}

void neighbor_resolve(struct neighbors *engine, const struct iface *iface, const struct addr *addr,
		      void *packet)
{
	struct wire *wire = wire_find(engine, iface);
	struct neighbor *neighbor = NULL;

	if (wire && wire->is_up && !wire->is_going && wire_can_have(wire, addr)) {
		neighbor = table_find(engine, wire, addr);
		if (!neighbor)
			neighbor = begin(wire, addr);
	}
	if (neighbor)
		use(neighbor, packet);
	else
		hold_refuse(engine, iface, addr, packet, NEIGHBOR_DROPPED);
	settle(engine);
}

static struct neighbor *find(struct neighbors *engine, const struct iface *iface,
			     const struct addr *addr)
{
	struct wire *wire = wire_find(engine, iface);

	return wire ? table_find(engine, wire, addr) : NULL;
}

bool neighbor_find(struct neighbors *engine, const struct iface *iface, const struct addr *addr,
		   uint8_t mac[6])
{
	const struct neighbor *neighbor = find(engine, iface, addr);

	if (!neighbor || !neighbor->has_mac)
		return false;
	memcpy(mac, neighbor->mac, sizeof(neighbor->mac));
	return true;
}

void neighbor_used(struct neighbors *engine, const struct iface *iface, const struct addr *addr)
{
	struct neighbor *neighbor = find(engine, iface, addr);

	if (!neighbor || !neighbor->has_mac)
		return;
	nud_event(neighbor, NUD_USED, NULL);
	settle(engine);
}

int neighbor_keep(struct neighbors *engine, const struct iface *iface, const struct addr *addr)
{
	struct wire *wire = wire_find(engine, iface);
	struct neighbor *neighbor;

	if (!wire || wire->is_going)
		return -ENOENT;
	if (!wire_can_have(wire, addr))
		return -EINVAL;
	neighbor = table_find(engine, wire, addr);
	if (!neighbor) {
		neighbor = table_add(wire, addr, NEIGHBOR_FAILED);
		if (!neighbor)
			return -ENOMEM;
	}
	neighbor->kept++;
	table_relist(neighbor);
	if (wire->is_up && neighbor->state == NEIGHBOR_FAILED)
		nud_begin(neighbor, NEIGHBOR_INCOMPLETE, NULL);
	settle(engine);
	return 0;
}

void neighbor_unkeep(struct neighbors *engine, const struct iface *iface, const struct addr *addr)
{
	struct neighbor *neighbor = find(engine, iface, addr);

	if (!neighbor || neighbor->kept == 0)
		return;
	if (--neighbor->kept == 0)
		nud_unpin(neighbor);
	settle(engine);
}

int neighbor_static_set(struct neighbors *engine, const struct iface *iface,
			const struct addr *addr, const uint8_t mac[6])
{
	struct wire *wire = wire_find(engine, iface);
	struct neighbor *neighbor;

	if (!wire || wire->is_going)
		return -ENOENT;
	if (!wire_can_have(wire, addr) || !wire_can_have_mac(wire, mac))
		return -EINVAL;
	neighbor = table_find(engine, wire, addr);
	if (!neighbor)
		neighbor = table_add(wire, addr, NEIGHBOR_STATIC);
	if (!neighbor)
		return -ENOMEM;
	nud_begin(neighbor, NEIGHBOR_STATIC, mac);
	neighbor->has_mac = wire->is_up;
	settle(engine);
	return 0;
}

int neighbor_static_del(struct neighbors *engine, const struct iface *iface,
			const struct addr *addr)
{
	struct neighbor *neighbor = find(engine, iface, addr);

	if (!neighbor || neighbor->state != NEIGHBOR_STATIC)
		return -ENOENT;
	nud_forget(neighbor);
	settle(engine);
	return 0;
}

static uint32_t flush_wire(struct wire *wire)
{
	uint32_t n = 0;

	for (int i = 0; i < LISTS; i++)
		list_foreach_safe(listed, &wire->lists[i], neighbor)
			if (neighbor->state != NEIGHBOR_STATIC) {
				nud_forget(neighbor);
				n++;
			}
	return n;
}

uint32_t neighbor_flush(struct neighbors *engine, const struct iface *iface,
			const struct addr *addr)
{
	struct wire *wire = iface ? wire_find(engine, iface) : NULL;
	struct neighbor *neighbor;
	uint32_t n = 0;

	if (!iface) {
		for (uint32_t i = 0; i < WIRE_CHAINS; i++)
			for (wire = engine->wires[i]; wire; wire = wire->chain)
				n += flush_wire(wire);
	} else if (wire && !addr) {
		n = flush_wire(wire);
	} else if (wire) {
		neighbor = table_find(engine, wire, addr);
		if (neighbor && neighbor->state != NEIGHBOR_STATIC) {
			nud_forget(neighbor);
			n = 1;
		}
	}
	settle(engine);
	return n;
}

bool neighbor_next(struct neighbors *engine, struct neighbor_cursor *cursor,
		   struct neighbor_row *out)
{
	const struct neighbor *neighbor = NULL;

	while (!neighbor && cursor->slot < engine->n_slots)
		neighbor = engine->slots[cursor->slot++].neighbor;
	if (!neighbor)
		return false;
	*out = (struct neighbor_row){
		.iface = neighbor->iface,
		.addr = neighbor->addr,
		.has_mac = neighbor->has_mac || neighbor->state == NEIGHBOR_STATIC,
		.is_router = neighbor->is_router,
		.is_kept = neighbor->kept > 0,
		.state = neighbor->state,
		.age_us = moment_span(neighbor->heard, now_of(engine)),
		.held = neighbor->n_held,
	};
	memcpy(out->mac, neighbor->mac, sizeof(out->mac));
	return true;
}

void neighbor_stats(const struct neighbors *engine, struct neighbor_stats *out)
{
	*out = engine->stats;
}

enum neighbor_address neighbor_address_state(struct neighbors *engine, const struct iface *iface,
					     const struct addr *addr)
{
	struct wire *wire = wire_find(engine, iface);
	const struct own *own = wire ? own_find(wire, addr) : NULL;

	return own ? own->state : NEIGHBOR_ADDRESS_UNKNOWN;
}

bool neighbor_address_claimant(struct neighbors *engine, const struct iface *iface,
			       const struct addr *addr, uint8_t mac[6])
{
	struct wire *wire = wire_find(engine, iface);
	const struct own *own = wire ? own_find(wire, addr) : NULL;

	if (!own || !own->has_claimant)
		return false;
	memcpy(mac, own->claimant, sizeof(own->claimant));
	return true;
}
