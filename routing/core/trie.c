// SPDX-License-Identifier: BSD-3-Clause
/* A node without a value has two children, so whatever is reached by going left has a value. */
#include "routing/core/trie.h"

#include <string.h>

#include "routing/core/be.h"

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

uint32_t trie_find(const struct trie *trie, const struct trie_key *key)
{
	uint32_t i = trie->root;

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

static uint32_t new_node(struct trie *trie, const uint32_t *words, unsigned length, uint32_t value)
{
	uint32_t i = pool_get(trie->nodes);
	struct trie_node *node;

	if (i == 0)
		return 0;
	node = trie_node_at(trie, i);
	node->value = value;
	node->length = (uint8_t)length;
	for (unsigned w = 0; w < trie->words && 32 * w < length; w++)
		node->key[w] = length >= 32 * (w + 1)
				       ? words[w]
				       : words[w] & ~(UINT32_MAX >> (length - 32 * w));
	return i;
}

/* A new node above the one at *link, with which it has `common` bits in common. */
static uint32_t put_above(struct trie *trie, uint32_t *link, unsigned common,
			  const struct trie_key *key, uint32_t value)
{
	uint32_t below = *link, i = new_node(trie, key->word, key->length, value), fork;
	const struct trie_node *at = trie_node_at(trie, below);

	if (i == 0 || common == key->length) {
		if (i != 0) {
			trie_node_at(trie, i)->child[bit_at(at->key, common)] = below;
			*link = i;
		}
		return i;
	}
	fork = new_node(trie, key->word, common, 0);
	if (fork == 0) {
		pool_put(trie->nodes, i);
		return 0;
	}
	trie_node_at(trie, fork)->child[bit_at(at->key, common)] = below;
	trie_node_at(trie, fork)->child[bit_at(key->word, common)] = i;
	*link = fork;
	return i;
}

uint32_t trie_get(struct trie *trie, const struct trie_key *key, uint32_t value)
{
	uint32_t *link = &trie->root, i;

	while (*link != 0) {
		struct trie_node *node = trie_node_at(trie, *link);
		unsigned common = common_bits(node->key, key->word, min(node->length, key->length));

		if (common < node->length) {
			i = put_above(trie, link, common, key, value);
			trie->n += i != 0;
			return i;
		}
		if (node->length == key->length) {
			if (node->value == 0) {
				node->value = value;
				trie->n++;
			}
			return *link;
		}
		link = &node->child[bit_at(key->word, node->length)];
	}
	i = *link = new_node(trie, key->word, key->length, value);
	trie->n += i != 0;
	return i;
}

/* Takes a node with at most one child out of the tree. */
static void unlink_node(struct trie *trie, uint32_t *link)
{
	uint32_t i = *link;
	struct trie_node *node = trie_node_at(trie, i);

	*link = node->child[0] ? node->child[0] : node->child[1];
	pool_put(trie->nodes, i);
}

void trie_del(struct trie *trie, const struct trie_key *key)
{
	uint32_t *link = &trie->root, *above = NULL;
	struct trie_node *node = trie_node_at(trie, *link);

	while (node->length < key->length) {
		above = link;
		link = &node->child[bit_at(key->word, node->length)];
		node = trie_node_at(trie, *link);
	}
	node->value = 0;
	node->mark = 0;
	trie->n--;
	if (node->child[0] && node->child[1])
		return;
	unlink_node(trie, link);
	if (*link == 0 && above && trie_node_at(trie, *above)->value == 0)
		unlink_node(trie, above); /* a fork no more */
}

uint32_t trie_lookup(const struct trie *trie, const struct trie_key *key, bool strictly)
{
	uint32_t i = trie->root, best = 0;

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
