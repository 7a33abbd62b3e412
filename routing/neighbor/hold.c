// SPDX-License-Identifier: BSD-3-Clause
/* Packets that wait for a neighbour: a few each, and not too many in all (RFC 1122 2.3.2.2). */
#include "routing/neighbor/engine.h"

#include <string.h>

#define LOOK_FOR_VICTIM 8 /* of the oldest incomplete ones */

void hold_refuse(struct neighbors *engine, const struct iface *iface, const struct addr *addr,
		 void *packet, enum neighbor_fate fate)
{
	if (packet)
		engine->ops->release(engine->ctx, iface, addr, packet, fate, NULL);
}

static void *take_oldest(struct neighbor *neighbor)
{
	void *packet = neighbor->held[0];

	neighbor->n_held--;
	memmove(&neighbor->held[0], &neighbor->held[1], neighbor->n_held * sizeof(packet));
	neighbor->wire->n_held--;
	neighbor->wire->engine->stats.held--;
	return packet;
}

/* Who gives up its oldest packet: one that has waited for long already, and so is the least likely
 * to be answered. */
static struct neighbor *find_victim(struct wire *wire)
{
	int looked = 0;

	list_foreach(listed, &wire->lists[LIST_INCOMPLETE], neighbor) {
		if (neighbor->n_held > 0)
			return neighbor;
		if (++looked == LOOK_FOR_VICTIM)
			break;
	}
	return NULL;
}

static bool is_full(const struct wire *wire)
{
	const struct neighbors *engine = wire->engine;

	return wire->n_held >= wire->conf.held || engine->stats.held >= engine->limits.held;
}

void hold_packet(struct neighbor *neighbor, void *packet)
{
	struct wire *wire = neighbor->wire;
	struct neighbors *engine = wire->engine;
	struct neighbor *victim = NULL;
	struct addr addr = neighbor->addr;
	void *dropped = packet;

	if (neighbor->n_held == HELD_MAX)
		victim = neighbor;
	else if (is_full(wire))
		victim = find_victim(wire);
	if (victim) {
		addr = victim->addr;
		dropped = take_oldest(victim);
	}
	if (victim || !is_full(wire)) {
		neighbor->held[neighbor->n_held++] = packet;
		wire->n_held++;
		engine->stats.held++;
		if (!victim)
			return;
	}
	engine->stats.held_dropped++;
	engine->ops->release(engine->ctx, wire->iface, &addr, dropped, NEIGHBOR_DROPPED, NULL);
}
