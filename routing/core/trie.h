// SPDX-License-Identifier: BSD-3-Clause
/*
 * A table of prefixes of one family: a binary trie in which paths without a
 * choice are one step. Each prefix has a value, a number that is not 0, and a
 * mark. Prefixes are in the order of prefix_compare; nodes live in a pool that
 * many tries share. A large trie remembers where the nodes of an area (a /16 or
 * a /32) begin, so that a way down does not begin at the root.
 */
#ifndef WEFT_ROUTING_CORE_TRIE_H
#define WEFT_ROUTING_CORE_TRIE_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/core/addr.h"
#include "routing/core/pool.h"

#define TRIE_DEPTH_MAX 129 /* prefixes that hold one address */

/* A prefix as words of the host; host bits are zero. */
struct trie_key {
	uint32_t word[4];
	uint8_t length;
};

struct trie_node {
	uint32_t child[2];
	uint32_t value; /* 0: only a fork */
	uint8_t length;
	uint8_t mark; /* the caller's, for trie_lookup and trie_cover */
	uint16_t pad;
	uint32_t key[]; /* words of the trie */
};

struct trie {
	struct pool *nodes;
	uint32_t root;
	uint32_t n;     /* values */
	uint32_t words; /* 1: IPv4, 4: IPv6 */
	/* By area: its first node, or that of another area, or 0: not known. */
	uint32_t *areas;
	uint32_t n_areas; /* a power of two, or 0 */
};

static inline uint32_t trie_words(uint8_t family)
{
	return family == ADDR_IP4 ? 1 : 4;
}

/* Bytes of a node, for the pool. */
static inline uint32_t trie_node_size(uint8_t family)
{
	return (uint32_t)(sizeof(struct trie_node) + trie_words(family) * sizeof(uint32_t));
}

static inline void trie_init(struct trie *trie, uint8_t family, struct pool *nodes)
{
	*trie = (struct trie){.nodes = nodes, .words = trie_words(family)};
}

static inline struct trie_node *trie_node_at(const struct trie *trie, uint32_t node)
{
	return trie->words == 1 ? pool_at(trie->nodes, node, trie_node_size(ADDR_IP4))
				: pool_at(trie->nodes, node, trie_node_size(ADDR_IP6));
}

void trie_fini(struct trie *trie); /* the pool keeps its nodes */

static inline uint64_t trie_bytes(const struct trie *trie)
{
	return trie->n_areas * sizeof(*trie->areas);
}

struct trie_key trie_key_of(const struct prefix *prefix);
struct trie_key trie_key_of_addr(const struct addr *addr); /* its /32 or /128 */
struct prefix trie_prefix_of(const struct trie *trie, uint32_t node);
struct trie_key trie_key_at(const struct trie *trie, uint32_t node);
/* Whether b lies in a, or is a. */
bool trie_key_holds(const struct trie_key *a, const struct trie_key *b);

/* The node of exactly this prefix; 0: it has no value. */
uint32_t trie_find(const struct trie *trie, const struct trie_key *key);
/* As trie_find, or a new node: then `value` is its value. 0: no memory, and nothing changed. */
uint32_t trie_get(struct trie *trie, const struct trie_key *key, uint32_t value);
/* Takes out a prefix that is there. */
void trie_del(struct trie *trie, const struct trie_key *key);

/* The longest marked prefix that holds key (strictly: and is shorter); 0: none. */
uint32_t trie_lookup(const struct trie *trie, const struct trie_key *key, bool strictly);
/* All prefixes with a value that hold key, the shortest first; how many. */
uint32_t trie_holders(const struct trie *trie, const struct trie_key *key,
		      uint32_t out[TRIE_DEPTH_MAX]);
/* The first with a value after key in order, or key itself (inclusive); 0: the end. */
uint32_t trie_next(const struct trie *trie, const struct trie_key *key, bool inclusive);

#endif
