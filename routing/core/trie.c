// SPDX-License-Identifier: BSD-3-Clause
/* A node without a value has two children, so whatever is reached by going left has a value. */
#include "routing/core/trie.h"

#include <string.h>

#include "routing/core/be.h"
#include "routing/core/memory.h"

enum {
	AREAS_MIN = 1024, /* of a trie that has half as many prefixes */
};

static unsigned bit_at(const uint32_t *words, unsigned i)
{
	return words[i / 32] >> (31 - i % 32) & 1;
}

/* How many bits two keys have in common, at most max. */
static inline unsigned common_bits(const uint32_t *a, const uint32_t *b, unsigned max)
{
	for (unsigned i = 0; 32 * i < max; i++)
		if (a[i] != b[i]) {
			unsigned n = 32 * i + (unsigned)__builtin_clz(a[i] ^ b[i]);

			return n < max ? n : max;
		}
	return max;
}

static inline unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static inline bool holds(const struct trie_node *node, const struct trie_key *key)
{
	return node->length <= key->length &&
	       common_bits(node->key, key->word, node->length) == node->length;
}

struct trie_key trie_key_of(const struct prefix *prefix)
{
	struct trie_key key = {.length = prefix->length};

	for (int i = 0; i < 4; i++)
		key.word[i] = load_be32(prefix->addr.bytes + 4 * i);
	return key;
}

struct trie_key trie_key_of_addr(const struct addr *addr)
{
	struct prefix prefix = {*addr, (uint8_t)addr_bits(addr)};

	return trie_key_of(&prefix);
}

struct prefix trie_prefix_of(const struct trie *trie, uint32_t node)
{
	const struct trie_node *at = trie_node_at(trie, node);
	struct prefix prefix = {.addr.family = trie->words == 1 ? ADDR_IP4 : ADDR_IP6,
				.length = at->length};

	for (uint32_t i = 0; i < trie->words; i++)
		store_be32(prefix.addr.bytes + 4 * i, at->key[i]);
	return prefix;
}

struct trie_key trie_key_at(const struct trie *trie, uint32_t node)
{
	const struct trie_node *at = trie_node_at(trie, node);
	struct trie_key key = {.length = at->length};

	memcpy(key.word, at->key, trie->words * sizeof(uint32_t));
	return key;
}

bool trie_key_holds(const struct trie_key *a, const struct trie_key *b)
{
	return a->length <= b->length && common_bits(a->word, b->word, a->length) == a->length;
}

void trie_fini(struct trie *trie)
{
	memory_free(trie->areas);
	trie->areas = NULL;
	trie->n_areas = 0;
}

static unsigned area_bits(const struct trie *trie)
{
	return trie->words == 1 ? 16 : 32;
}

static uint32_t *area_slot(const struct trie *trie, const uint32_t *words)
{
	uint32_t area = words[0] >> (32 - area_bits(trie));

	if (trie->words > 1)
		area = area * UINT32_C(0x9e3779b1) >> 12;
	return &trie->areas[area & (trie->n_areas - 1)];
}

/* The first node of the key's area where it is remembered, and has its nodes below it; 0: begin at
 * the root. */
static uint32_t area_first(const struct trie *trie, const struct trie_key *key)
{
	unsigned bits = area_bits(trie);
	uint32_t i = trie->n_areas > 0 && key->length >= bits ? *area_slot(trie, key->word) : 0;

	if (i == 0 || (trie_node_at(trie, i)->key[0] ^ key->word[0]) >> (32 - bits) != 0)
		return 0;
	return i;
}

/* Finds the first node of the key's area from the root, and remembers it. */
static void area_learn(struct trie *trie, const struct trie_key *key)
{
	uint32_t i = trie->root;

	if (trie->n_areas == 0 || key->length < area_bits(trie))
		return;
	while (i != 0 && trie_node_at(trie, i)->length < area_bits(trie))
		i = trie_node_at(trie, i)->child[bit_at(key->word, trie_node_at(trie, i)->length)];
	*area_slot(trie, key->word) = i;
}

/* More slots for as many prefixes; they fill by and by. Without memory it only stays slower. */
static void areas_grow(struct trie *trie)
{
	uint32_t n = trie->n_areas ? 4 * trie->n_areas : AREAS_MIN, *areas;

	if (2 * trie->n < n || n > 1U << (trie->words == 1 ? 16 : 20))
		return;
	areas = memory_zalloc(n * sizeof(*areas));
	if (!areas)
		return;
	memory_free(trie->areas);
	trie->areas = areas;
	trie->n_areas = n;
}

uint32_t trie_find(const struct trie *trie, const struct trie_key *key)
{
	uint32_t i = area_first(trie, key);

	if (i == 0)
		i = trie->root;
	while (i != 0) {
		const struct trie_node *node = trie_node_at(trie, i);

		if (!holds(node, key))
			return 0;
		if (node->length == key->length)
			return node->value ? i : 0;
		i = node->child[bit_at(key->word, node->length)];
	}
	return 0;
}

/* Without a value. */
static uint32_t new_node(struct trie *trie, const uint32_t *words, unsigned length)
{
	uint32_t i = pool_get(trie->nodes);
	struct trie_node *node;

	if (i == 0)
		return 0;
	node = trie_node_at(trie, i);
	node->length = (uint8_t)length;
	for (unsigned w = 0; w < trie->words && 32 * w < length; w++)
		node->key[w] = length >= 32 * (w + 1)
				       ? words[w]
				       : words[w] & ~(UINT32_MAX >> (length - 32 * w));
	return i;
}

/* A new node above the one at *link, with which it has `common` bits in common. */
static uint32_t put_above(struct trie *trie, uint32_t *link, unsigned common,
			  const struct trie_key *key)
{
	uint32_t below = *link, i = new_node(trie, key->word, key->length), fork;
	const struct trie_node *at = trie_node_at(trie, below);

	if (i == 0 || common == key->length) {
		if (i != 0) {
			trie_node_at(trie, i)->child[bit_at(at->key, common)] = below;
			*link = i;
		}
		return i;
	}
	fork = new_node(trie, key->word, common);
	if (fork == 0) {
		pool_put(trie->nodes, i);
		return 0;
	}
	trie_node_at(trie, fork)->child[bit_at(at->key, common)] = below;
	trie_node_at(trie, fork)->child[bit_at(key->word, common)] = i;
	*link = fork;
	return i;
}

/* The node of a key below *link, found or made; 0: no memory. *link stays as it is where it holds
 * the key. */
static uint32_t get_below(struct trie *trie, uint32_t *link, const struct trie_key *key)
{
	while (*link != 0) {
		struct trie_node *node = trie_node_at(trie, *link);
		unsigned common = common_bits(node->key, key->word, min(node->length, key->length));

		if (common < node->length)
			return put_above(trie, link, common, key);
		if (node->length == key->length)
			return *link;
		link = &node->child[bit_at(key->word, node->length)];
	}
	return *link = new_node(trie, key->word, key->length);
}

uint32_t trie_get(struct trie *trie, const struct trie_key *key, uint32_t value)
{
	uint32_t first = area_first(trie, key), i;

	if (first != 0 && holds(trie_node_at(trie, first), key)) {
		i = get_below(trie, &first, key);
	} else {
		i = get_below(trie, &trie->root, key);
		area_learn(trie, key);
	}
	if (i != 0 && trie_node_at(trie, i)->value == 0) {
		trie_node_at(trie, i)->value = value;
		trie->n++;
		areas_grow(trie);
	}
	return i;
}

/* Takes a node with at most one child out of the tree. */
static void unlink_node(struct trie *trie, uint32_t *link)
{
	uint32_t i = *link;
	struct trie_node *node = trie_node_at(trie, i);

	*link = node->child[0] ? node->child[0] : node->child[1];
	if (trie->n_areas > 0 && *area_slot(trie, node->key) == i)
		*area_slot(trie, node->key) = 0;
	pool_put(trie->nodes, i);
}

/* Takes a key out below *start, unless that changes *start itself and it may not: false. */
static bool del_below(struct trie *trie, uint32_t *start, bool may_change,
		      const struct trie_key *key)
{
	uint32_t *link = start, *above = NULL;
	struct trie_node *node = trie_node_at(trie, *link);
	bool goes, fork_goes;

	while (node->length < key->length) {
		above = link;
		link = &node->child[bit_at(key->word, node->length)];
		node = trie_node_at(trie, *link);
	}
	goes = !node->child[0] || !node->child[1];
	fork_goes = !node->child[0] && !node->child[1] && above &&
		    trie_node_at(trie, *above)->value == 0;
	if (!may_change && ((goes && link == start) || (fork_goes && above == start)))
		return false;
	node->value = 0;
	node->mark = 0;
	if (goes)
		unlink_node(trie, link);
	if (fork_goes)
		unlink_node(trie, above);
	return true;
}

void trie_del(struct trie *trie, const struct trie_key *key)
{
	uint32_t first = area_first(trie, key);

	if (first == 0 || !del_below(trie, &first, false, key))
		del_below(trie, &trie->root, true, key);
	trie->n--;
}

/* The longest marked one below i. */
static uint32_t lookup_below(const struct trie *trie, uint32_t i, const struct trie_key *key,
			     bool strictly)
{
	uint32_t best = 0;

	while (i != 0) {
		const struct trie_node *node = trie_node_at(trie, i);

		if (!holds(node, key) || (strictly && node->length == key->length))
			break;
		if (node->mark)
			best = i;
		if (node->length == key->length)
			break;
		i = node->child[bit_at(key->word, node->length)];
	}
	return best;
}

uint32_t trie_lookup(const struct trie *trie, const struct trie_key *key, bool strictly)
{
	uint32_t first = area_first(trie, key);
	uint32_t best = first != 0 ? lookup_below(trie, first, key, strictly) : 0;

	return best != 0 ? best : lookup_below(trie, trie->root, key, strictly);
}

uint32_t trie_holders(const struct trie *trie, const struct trie_key *key,
		      uint32_t out[TRIE_DEPTH_MAX])
{
	uint32_t i = trie->root, n = 0;

	while (i != 0) {
		const struct trie_node *node = trie_node_at(trie, i);

		if (!holds(node, key))
			break;
		if (node->value != 0)
			out[n++] = i;
		if (node->length == key->length)
			break;
		i = node->child[bit_at(key->word, node->length)];
	}
	return n;
}

/* The first with a value at or below a node; 0 stays 0. */
static uint32_t leftmost(const struct trie *trie, uint32_t i)
{
	while (i != 0 && trie_node_at(trie, i)->value == 0)
		i = trie_node_at(trie, i)->child[0];
	return i;
}

/* Down the path to key; `right` is where to go on when everything below has been before it. */
uint32_t trie_next(const struct trie *trie, const struct trie_key *key, bool inclusive)
{
	uint32_t i = trie->root, right = 0;

	while (i != 0) {
		const struct trie_node *node = trie_node_at(trie, i);
		unsigned shorter = min(node->length, key->length);
		unsigned common = common_bits(node->key, key->word, shorter), bit;

		if (common < shorter)
			return leftmost(trie, bit_at(key->word, common) ? right : i);
		if (node->length > key->length || (node->length == key->length && inclusive))
			return leftmost(trie, i);
		if (node->length == key->length) {
			i = node->child[0] ? node->child[0] : node->child[1];
			return leftmost(trie, i ? i : right);
		}
		bit = bit_at(key->word, node->length);
		if (bit == 0 && node->child[1])
			right = node->child[1];
		i = node->child[bit];
	}
	return leftmost(trie, right);
}
