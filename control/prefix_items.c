// SPDX-License-Identifier: BSD-3-Clause
#include "control/prefix_items.h"

#include <stddef.h>

static int family_index(const struct prefix *prefix)
{
	return prefix->addr.family == ADDR_IP4 ? 0 : 1;
}

void prefix_items_init(struct prefix_items *items, uint32_t size)
{
	static const uint8_t families[] = {ADDR_IP4, ADDR_IP6};

	pool_init(&items->items, size);
	for (int i = 0; i < 2; i++) {
		pool_init(&items->nodes[i], trie_node_size(families[i]));
		trie_init(&items->tries[i], families[i], &items->nodes[i]);
	}
	items->waiting = (struct pool_queue){.pool = &items->items,
					     .link = offsetof(struct prefix_item, next)};
}

void prefix_items_fini(struct prefix_items *items)
{
	for (int i = 0; i < 2; i++) {
		trie_fini(&items->tries[i]);
		pool_fini(&items->nodes[i]);
	}
	pool_fini(&items->items);
}

uint32_t prefix_items_count(const struct prefix_items *items)
{
	return items->tries[0].n + items->tries[1].n;
}

uint32_t prefix_items_find(const struct prefix_items *items, const struct prefix *prefix)
{
	const struct trie *trie = &items->tries[family_index(prefix)];
	struct trie_key key = trie_key_of(prefix);
	uint32_t node = trie_find(trie, &key);

	return node ? trie_node_at(trie, node)->value : 0;
}

uint32_t prefix_items_get(struct prefix_items *items, const struct prefix *prefix)
{
	struct trie *trie = &items->tries[family_index(prefix)];
	struct trie_key key = trie_key_of(prefix);
	uint32_t number = prefix_items_find(items, prefix);
	struct prefix_item *item;

	if (number)
		return number;
	number = pool_get(&items->items);
	if (!number)
		return 0;
	if (!trie_get(trie, &key, number)) {
		pool_put(&items->items, number);
		return 0;
	}
	item = prefix_items_at(items, number);
	item->prefix = *prefix;
	return number;
}

void prefix_items_del(struct prefix_items *items, uint32_t number)
{
	const struct prefix_item *item = prefix_items_at(items, number);
	struct trie_key key = trie_key_of(&item->prefix);

	trie_del(&items->tries[family_index(&item->prefix)], &key);
	pool_put(&items->items, number);
}

void prefix_items_wait(struct prefix_items *items, uint32_t number)
{
	struct prefix_item *item = prefix_items_at(items, number);

	if (item->is_waiting)
		return;
	item->is_waiting = true;
	pool_queue_add(&items->waiting, number);
}

uint32_t prefix_items_take(struct prefix_items *items)
{
	struct prefix_item *item;
	uint32_t number;

	if (items->waiting.n == 0)
		return 0;
	number = pool_queue_take(&items->waiting);
	item = prefix_items_at(items, number);
	item->is_waiting = false;
	return number;
}

uint32_t prefix_items_next(const struct prefix_items *items, struct prefix_walk *walk)
{
	for (; walk->family < 2; walk->family++) {
		const struct trie *trie = &items->tries[walk->family];
		uint32_t node = trie_next(trie, &walk->key, !walk->started);
		if (node) {
			walk->started = true;
			walk->key = trie_key_at(trie, node);
			return trie_node_at(trie, node)->value;
		}
		walk->started = false;
		walk->key = (struct trie_key){0};
	}
	return 0;
}
