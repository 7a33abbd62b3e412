// SPDX-License-Identifier: BSD-3-Clause
#include "routing/neighbor/engine.h"

#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"

#define CHAINS_FIRST 64
#define SLOTS_FIRST  64

static uint64_t rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
	v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 of three words: who can choose addresses shall not be able to choose buckets. */
static uint32_t hash_of(const struct neighbors *engine, uint32_t iface, const struct addr *addr)
{
	uint64_t v[4] = {engine->seed[0] ^ 0x736f6d6570736575, engine->seed[1] ^ 0x646f72616e646f6d,
			 engine->seed[0] ^ 0x6c7967656e657261,
			 engine->seed[1] ^ 0x7465646279746573};
	uint64_t words[3] = {(uint64_t)iface << 8 | addr->family};

	memcpy(&words[1], addr->bytes, sizeof(addr->bytes));
	for (int i = 0; i < 3; i++) {
		v[3] ^= words[i];
		sip_round(v);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

int table_init(struct neighbors *engine)
{
	for (int i = 0; i < 2; i++)
		engine->seed[i] = (uint64_t)env_random(engine->env) << 32 | env_random(engine->env);
	ageing_init(&engine->unresolved);
	ageing_init(&engine->stale);
	engine->chains = memory_zalloc(CHAINS_FIRST * sizeof(engine->chains[0]));
	if (!engine->chains)
		return -ENOMEM;
	engine->n_chains = CHAINS_FIRST;
	return 0;
}

void table_fini(struct neighbors *engine)
{
	memory_free(engine->chains);
	memory_free(engine->slots);
}

struct neighbor *table_find(struct neighbors *engine, const struct wire *wire,
			    const struct addr *addr)
{
	uint32_t hash = hash_of(engine, wire->id, addr);
	struct neighbor *neighbor = engine->chains[hash & (engine->n_chains - 1)];

	while (neighbor && (neighbor->hash != hash || neighbor->wire != wire ||
			    addr_compare(&neighbor->addr, addr) != 0))
		neighbor = neighbor->chain;
	return neighbor;
}

/* Twice as many buckets. Without memory for them, chains are longer. */
static void grow_chains(struct neighbors *engine)
{
	uint32_t n = 2 * engine->n_chains;
	struct neighbor **chains = memory_zalloc(n * sizeof(engine->chains[0]));

	if (!chains)
		return;
	for (uint32_t i = 0; i < engine->n_chains; i++) {
		struct neighbor *neighbor = engine->chains[i], *next;

		for (; neighbor; neighbor = next) {
			next = neighbor->chain;
			neighbor->chain = chains[neighbor->hash & (n - 1)];
			chains[neighbor->hash & (n - 1)] = neighbor;
		}
	}
	memory_free(engine->chains);
	engine->chains = chains;
	engine->n_chains = n;
}

static int take_slot(struct neighbors *engine, struct neighbor *neighbor)
{
	uint32_t slot = engine->free_slot;

	if (slot != 0) {
		engine->free_slot = engine->slots[slot - 1].next_free;
	} else {
		if (engine->n_slots == engine->room_slots) {
			uint32_t room = engine->room_slots ? 2 * engine->room_slots : SLOTS_FIRST;
			struct slot *slots = memory_resize(engine->slots, room, sizeof(*slots));

			if (!slots)
				return -ENOMEM;
			engine->slots = slots;
			engine->room_slots = room;
		}
		slot = ++engine->n_slots;
	}
	engine->slots[slot - 1] = (struct slot){.neighbor = neighbor};
	neighbor->slot = slot;
	return 0;
}

static enum listing listing_of(const struct neighbor *neighbor)
{
	if (neighbor->kept > 0 || neighbor->state == NEIGHBOR_STATIC)
		return LIST_PINNED;
	switch (neighbor->state) {
	case NEIGHBOR_FAILED:
		return LIST_FAILED;
	case NEIGHBOR_INCOMPLETE:
		return LIST_INCOMPLETE;
	case NEIGHBOR_STALE:
		return LIST_STALE;
	default:
		return LIST_LIVE;
	}
}

/* What counts a neighbour that is listed there, by wire and in all. */
static void count(struct neighbor *neighbor, int32_t change)
{
	struct wire *wire = neighbor->wire;
	struct neighbor_stats *stats = &wire->engine->stats;

	if (neighbor->listing == LIST_FAILED || neighbor->listing == LIST_INCOMPLETE) {
		wire->n_unresolved += (uint32_t)change;
		stats->unresolved += (uint32_t)change;
	} else if (neighbor->listing != LIST_PINNED) {
		wire->n_resolved += (uint32_t)change;
		stats->resolved += (uint32_t)change;
	}
}

/* The list of its like over all wires; NULL: there is none. */
static struct ageing *ageing_of(const struct neighbor *neighbor)
{
	struct neighbors *engine = neighbor->wire->engine;

	switch (neighbor->listing) {
	case LIST_FAILED:
	case LIST_INCOMPLETE:
		return &engine->unresolved;
	case LIST_STALE:
		return &engine->stale;
	default:
		return NULL;
	}
}

static void list(struct neighbor *neighbor)
{
	struct ageing *ageing;

	neighbor->listing = (uint8_t)listing_of(neighbor);
	listed_add(&neighbor->wire->lists[neighbor->listing], neighbor);
	ageing = ageing_of(neighbor);
	if (ageing)
		ageing_add(ageing, neighbor);
	count(neighbor, 1);
}

static void unlist(struct neighbor *neighbor)
{
	struct ageing *ageing = ageing_of(neighbor);

	count(neighbor, -1);
	if (ageing)
		ageing_del(ageing, neighbor);
	listed_del(&neighbor->wire->lists[neighbor->listing], neighbor);
}

struct neighbor *table_add(struct wire *wire, const struct addr *addr, enum neighbor_state state)
{
	struct neighbors *engine = wire->engine;
	struct neighbor *neighbor = memory_zalloc(sizeof(*neighbor)), **chain;

	if (!neighbor || take_slot(engine, neighbor) < 0) {
		memory_free(neighbor);
		engine->stats.no_memory++;
		return NULL;
	}
	neighbor->wire = wire;
	neighbor->iface = wire->iface;
	neighbor->addr = *addr;
	neighbor->hash = hash_of(engine, wire->id, addr);
	neighbor->state = (uint8_t)state;
	neighbor->heard = neighbor->entered = now_of(engine);
	nud_init(neighbor);
	if (++engine->n_neighbors > engine->n_chains)
		grow_chains(engine);
	chain = &engine->chains[neighbor->hash & (engine->n_chains - 1)];
	neighbor->chain = *chain;
	*chain = neighbor;
	list(neighbor);
	return neighbor;
}

void table_relist(struct neighbor *neighbor)
{
	if (neighbor->listing == LIST_PINNED && listing_of(neighbor) == LIST_PINNED)
		return; /* of these nobody wants to know which is the oldest */
	unlist(neighbor);
	list(neighbor);
}

void table_remove(struct neighbor *neighbor, enum neighbor_lost why, enum neighbor_fate fate)
{
	struct wire *wire = neighbor->wire;
	struct neighbors *engine = wire->engine;
	struct neighbor **at = &engine->chains[neighbor->hash & (engine->n_chains - 1)];

	while (*at != neighbor)
		at = &(*at)->chain;
	*at = neighbor->chain;
	engine->n_neighbors--;
	engine->slots[neighbor->slot - 1] = (struct slot){.next_free = engine->free_slot};
	engine->free_slot = neighbor->slot;
	timer_stop(engine->env->timers, &neighbor->timer);
	unlist(neighbor);
	settle_later(neighbor);
	wire->n_held -= neighbor->n_held;
	neighbor->wire = NULL;
	neighbor->has_mac = false;
	neighbor->why = (uint8_t)why;
	neighbor->fate = (uint8_t)fate;
}
