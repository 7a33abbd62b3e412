// SPDX-License-Identifier: BSD-3-Clause
/*
 * Items by prefix, of both families, some of which wait to be looked at: what
 * weft and the kernel tell one another, prefix by prefix. An item begins with a
 * struct prefix_item and is named by a number.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_PREFIX_ITEMS_H
#define WEFT_CONTROL_PREFIX_ITEMS_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/core/pool.h"
#include "routing/core/trie.h"

struct prefix_item {
	uint32_t next; /* in the queue */
	struct prefix prefix;
	bool is_waiting;
};

struct prefix_items {
	struct pool nodes[2], items; /* IPv4 and IPv6 */
	struct trie tries[2];
	struct pool_queue waiting;
};

/* size: of an item. */
void prefix_items_init(struct prefix_items *items, uint32_t size);
/* What items hold has been given back. */
void prefix_items_fini(struct prefix_items *items);

static inline void *prefix_items_at(const struct prefix_items *items, uint32_t number)
{
	return pool_at(&items->items, number, items->items.size);
}

uint32_t prefix_items_count(const struct prefix_items *items);
/* 0: there is none. */
uint32_t prefix_items_find(const struct prefix_items *items, const struct prefix *prefix);
/* The one that is there, or a new one of zeros; 0: no memory. */
uint32_t prefix_items_get(struct prefix_items *items, const struct prefix *prefix);
/* One that does not wait. */
void prefix_items_del(struct prefix_items *items, uint32_t number);

/* Puts it at the queue's end, unless it waits already. */
void prefix_items_wait(struct prefix_items *items, uint32_t number);
/* Takes the first of the queue; 0: it is empty. */
uint32_t prefix_items_take(struct prefix_items *items);
static inline uint32_t prefix_items_waiting(const struct prefix_items *items)
{
	return items->waiting.n;
}

/* All items in order, over as many turns as it takes; those that come and go meanwhile may be seen
 * or not. A walk of zeros is at its beginning. */
struct prefix_walk {
	uint8_t family; /* index of tries */
	bool started;   /* key was seen */
	struct trie_key key;
};
/* 0: the end. */
uint32_t prefix_items_next(const struct prefix_items *items, struct prefix_walk *walk);

#endif
