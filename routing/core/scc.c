// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/scc.h"

#include <errno.h>
#include <stdbool.h>

#include "routing/core/memory.h"

struct node {
	uint32_t index; /* 1 and up, in the order of the visits; 0: not visited */
	uint32_t low;   /* the least index that it is known to reach */
	uint32_t edge;  /* the next to be followed */
	uint32_t below; /* in the path: who led here */
	bool is_open;   /* its component is not known yet */
};

struct search {
	const uint32_t *first, *to;
	struct node *nodes;
	uint32_t *open; /* nodes without a component yet, a stack */
	uint32_t n_open, n_visited, n_components;
	uint32_t *component;
};

static const uint32_t nobody = UINT32_MAX;

static void visit(struct search *search, uint32_t i, uint32_t below)
{
	search->nodes[i] = (struct node){
		.index = ++search->n_visited,
		.low = search->n_visited,
		.edge = search->first[i],
		.below = below,
		.is_open = true,
	};
	search->open[search->n_open++] = i;
}

/* All that was opened since i is one component. */
static void close_component(struct search *search, uint32_t i)
{
	uint32_t k;

	do {
		k = search->open[--search->n_open];
		search->nodes[k].is_open = false;
		search->component[k] = search->n_components;
	} while (k != i);
	search->n_components++;
}

/* Follows one edge of i, or leaves it; where to go on. */
static uint32_t step(struct search *search, uint32_t i)
{
	struct node *node = &search->nodes[i], *other;
	uint32_t below = node->below, next;

	if (node->edge < search->first[i + 1]) {
		next = search->to[node->edge++];
		other = &search->nodes[next];
		if (other->index == 0) {
			visit(search, next, i);
			return next;
		}
		if (other->is_open && other->index < node->low)
			node->low = other->index;
		return i;
	}
	if (node->low == node->index)
		close_component(search, i);
	if (below != nobody && search->nodes[below].low > node->low)
		search->nodes[below].low = node->low;
	return below;
}

int scc_find(uint32_t n, const uint32_t *first, const uint32_t *to, uint32_t *component)
{
	struct search search = {.first = first, .to = to, .component = component};

	if (n == 0)
		return 0;
	search.nodes = memory_zalloc(n * sizeof(*search.nodes));
	search.open = memory_zalloc(n * sizeof(*search.open));
	if (!search.nodes || !search.open) {
		memory_free(search.nodes);
		memory_free(search.open);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (search.nodes[i].index == 0)
			visit(&search, i, nobody);
		else
			continue;
		for (uint32_t at = i; at != nobody;)
			at = step(&search, at);
	}
	memory_free(search.nodes);
	memory_free(search.open);
	return 0;
}
