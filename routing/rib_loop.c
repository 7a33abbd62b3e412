// SPDX-License-Identifier: BSD-3-Clause
/*
 * Gateways that are reached by way of the route itself.
 *
 * What can take part in a loop is a prefix that holds somebody's gateway and has a
 * route with a gateway to be looked up itself: a pivot. There is an edge
 * from one pivot to another where the first may come to use a gateway that may
 * be found with the second. Pivots that reach one another make a loop, and a
 * hop that leads on within its own loop leads nowhere. All of that follows from
 * which routes there are and which interfaces are up, never from what was used
 * before, so that the result does not depend on the order of events.
 *
 * Where no prefix is a pivot, which is the rule, nothing of this costs anything.
 */
#include <errno.h>
#include <stdlib.h>

#include "routing/core/memory.h"
#include "routing/core/scc.h"
#include "routing/rib_inside.h"

int loops_reserve(struct rib *rib, uint32_t n)
{
	struct rib_pivot *pivots;
	uint32_t room = rib->pivot_room ? 2 * rib->pivot_room : 16;

	if (rib->n_pivots + n <= rib->pivot_room)
		return 0;
	room = room < rib->n_pivots + n ? rib->n_pivots + n : room;
	pivots = memory_resize(rib->pivots, room, sizeof(*pivots));
	if (!pivots)
		return -ENOMEM;
	rib->pivots = pivots;
	rib->pivot_room = room;
	return 0;
}

static bool holds_a_gateway(const struct rib_table *table, const struct dest *dest)
{
	struct trie_key key, at;
	uint32_t node;

	if (table->gateways.n == 0)
		return false;
	key = trie_key_at(&table->dests, dest->node);
	node = trie_next(&table->gateways, &key, true);
	if (node == 0)
		return false;
	at = trie_key_at(&table->gateways, node);
	return trie_key_holds(&key, &at);
}

static bool is_recursive(const struct rib *rib, const struct dest *dest)
{
	uint32_t r = dest->routes;

	while (r != 0 && !way_at(rib, route_at(rib, r)->way)->recursive)
		r = route_at(rib, r)->next;
	return r != 0;
}

static void add_pivot(struct rib *rib, uint32_t d)
{
	struct dest *dest = dest_at(rib, d);

	if (dest->flags & DEST_PIVOT || !is_recursive(rib, dest))
		return;
	dest->flags |= DEST_PIVOT;
	rib->pivots[rib->n_pivots++] = (struct rib_pivot){.dest = d};
}

void loops_dest_changed(struct rib *rib, uint32_t d)
{
	const struct dest *dest = dest_at(rib, d);

	if (!holds_a_gateway(dest_table(rib, dest), dest))
		return;
	add_pivot(rib, d);
	loops_changed(rib);
}

int loops_add_gateway(struct rib *rib, struct rib_table *table, const struct trie_key *key)
{
	uint32_t nodes[TRIE_DEPTH_MAX], n = trie_holders(&table->dests, key, nodes);

	if (loops_reserve(rib, n + 1) < 0) /* one is the caller's, who has it from loops_reserve */
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		add_pivot(rib, trie_node_at(&table->dests, nodes[i])->value);
	loops_changed(rib);
	return 0;
}

void loops_drop_dest(struct rib *rib, uint32_t d)
{
	uint32_t i = 0;

	while (rib->pivots[i].dest != d)
		i++;
	rib->n_sorted_pivots -= i < rib->n_sorted_pivots;
	for (rib->n_pivots--; i < rib->n_pivots; i++)
		rib->pivots[i] = rib->pivots[i + 1];
	rib->n_looped -= (dest_at(rib, d)->flags & DEST_LOOPED) != 0;
	rib->graph_is_stale = true;
}

void loops_decide_anew(struct rib *rib)
{
	for (uint32_t i = 0; rib->n_looped > 0 && i < rib->n_pivots; i++)
		if (dest_at(rib, rib->pivots[i].dest)->flags & DEST_LOOPED)
			dest_mark(rib, rib->pivots[i].dest);
}

static int compare(const void *a, const void *b)
{
	uint32_t x = ((const struct rib_pivot *)a)->dest, y = ((const struct rib_pivot *)b)->dest;

	return (x > y) - (x < y);
}

/* Of one that the graph had when it was looked at last. */
static const struct rib_pivot *pivot_of(const struct rib *rib, uint32_t d)
{
	struct rib_pivot key = {.dest = d};

	return bsearch(&key, rib->pivots, rib->n_sorted_pivots, sizeof(key), compare);
}

/* Leaves out those that are none any more, and sorts the rest. */
static void tidy(struct rib *rib)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rib->n_pivots; i++) {
		uint32_t d = rib->pivots[i].dest;
		struct dest *dest = dest_at(rib, d);

		if (is_recursive(rib, dest) && holds_a_gateway(dest_table(rib, dest), dest)) {
			rib->pivots[n++] = rib->pivots[i];
			continue;
		}
		if (dest->flags & DEST_LOOPED)
			dest_mark(rib, d);
		rib->n_looped -= (dest->flags & DEST_LOOPED) != 0;
		dest->flags &= (uint8_t) ~(DEST_PIVOT | DEST_LOOPED);
	}
	rib->n_pivots = rib->n_sorted_pivots = n;
	if (n > 0)
		qsort(rib->pivots, n, sizeof(*rib->pivots), compare);
}

/* A route that leads somewhere, whatever gateways are found with: behind it no other is ever used.
 */
static bool is_sure(const struct rib *rib, const struct route *route)
{
	const struct way *way = way_at(rib, route->way);

	return route->distance < 255 && !way->recursive && way->hops;
}

static bool has_sure_route(const struct rib *rib, const struct dest *dest)
{
	uint32_t r = dest->routes;

	while (r != 0 && !is_sure(rib, route_at(rib, r)))
		r = route_at(rib, r)->next;
	return r != 0;
}

struct graph {
	uint32_t *first, *to, *component, *sizes;
	uint32_t n, room;
	bool has_no_memory;
};

static void add_edge(struct graph *graph, uint32_t to)
{
	uint32_t room = graph->room ? 2 * graph->room : 64, *bigger;

	if (graph->n == graph->room) {
		bigger = memory_resize(graph->to, room, sizeof(*bigger));
		if (!bigger) {
			graph->has_no_memory = true;
			return;
		}
		graph->to = bigger;
		graph->room = room;
	}
	graph->to[graph->n++] = to;
}

/* To the pivots with which a gateway may be found. */
static void add_edges_of_gateway(const struct rib *rib, const struct watch *watch,
				 struct graph *graph)
{
	const struct trie *dests = &table_of(rib->vrfs[watch->vrf], watch->gateway.family)->dests;
	struct trie_key key = trie_key_of_addr(&watch->gateway);
	uint32_t nodes[TRIE_DEPTH_MAX], n = trie_holders(dests, &key, nodes);

	while (n-- > 0) {
		uint32_t d = trie_node_at(dests, nodes[n])->value;

		if (dest_at(rib, d)->flags & DEST_PIVOT)
			add_edge(graph, (uint32_t)(pivot_of(rib, d) - rib->pivots));
		if (has_sure_route(rib, dest_at(rib, d)))
			return;
	}
}

static void add_edges(const struct rib *rib, const struct dest *dest, struct graph *graph)
{
	for (uint32_t r = dest->routes; r != 0; r = route_at(rib, r)->next) {
		const struct route *route = route_at(rib, r);
		const struct way *way = way_at(rib, route->way);

		if (route->distance == 255)
			return;
		for (uint32_t u = way->uses; u != 0; u = use_at(rib, u)->way_next)
			if (watch_at(rib, use_at(rib, u)->watch)->iface == 0)
				add_edges_of_gateway(rib, watch_at(rib, use_at(rib, u)->watch),
						     graph);
		if (is_sure(rib, route))
			return;
	}
}

static bool has_edge_to(const struct graph *graph, uint32_t from, uint32_t to)
{
	uint32_t e = graph->first[from];

	while (e < graph->first[from + 1] && graph->to[e] != to)
		e++;
	return e < graph->first[from + 1];
}

static void take_over(struct rib *rib, struct graph *graph)
{
	rib->n_looped = 0;
	for (uint32_t i = 0; i < rib->n_pivots; i++)
		graph->sizes[graph->component[i]]++;
	for (uint32_t i = 0; i < rib->n_pivots; i++) {
		struct dest *dest = dest_at(rib, rib->pivots[i].dest);
		bool was = dest->flags & DEST_LOOPED;
		bool is = graph->sizes[graph->component[i]] > 1 || has_edge_to(graph, i, i);

		rib->pivots[i].component = graph->component[i];
		dest->flags &= (uint8_t)~DEST_LOOPED;
		dest->flags |= is ? DEST_LOOPED : 0;
		rib->n_looped += is;
		if (was || is)
			dest_mark(rib, rib->pivots[i].dest);
	}
}

static int look_at_graph(struct rib *rib, struct graph *graph)
{
	uint32_t n = rib->n_pivots;

	graph->first = memory_resize(NULL, n + 1, sizeof(*graph->first));
	graph->component = memory_resize(NULL, n, sizeof(*graph->component));
	graph->sizes = memory_zalloc(n * sizeof(*graph->sizes));
	if (!graph->first || !graph->component || !graph->sizes)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		graph->first[i] = graph->n;
		add_edges(rib, dest_at(rib, rib->pivots[i].dest), graph);
	}
	graph->first[n] = graph->n;
	if (graph->has_no_memory)
		return -ENOMEM;
	return scc_find(n, graph->first, graph->to, graph->component);
}

/* Without memory the graph stays stale, and is looked at again the next time. */
void loops_step(struct rib *rib)
{
	struct graph graph = {0};

	tidy(rib);
	if (rib->n_pivots == 0 || look_at_graph(rib, &graph) == 0) {
		rib->graph_is_stale = false;
		if (rib->n_pivots > 0)
			take_over(rib, &graph);
	}
	memory_free(graph.first);
	memory_free(graph.to);
	memory_free(graph.component);
	memory_free(graph.sizes);
}

bool loops_close(const struct rib *rib, uint32_t d, const struct watch *watch)
{
	const struct trie *dests = &table_of(rib->vrfs[watch->vrf], watch->gateway.family)->dests;
	struct trie_key key = trie_key_of_addr(&watch->gateway);
	uint32_t nodes[TRIE_DEPTH_MAX], n = trie_holders(dests, &key, nodes);
	const struct rib_pivot *pivot = pivot_of(rib, d), *other;

	while (n-- > 0) {
		const struct trie_node *node = trie_node_at(dests, nodes[n]);

		other = dest_at(rib, node->value)->flags & DEST_LOOPED ? pivot_of(rib, node->value)
								       : NULL;
		if (other && other->component == pivot->component)
			return true;
		if (node->mark)
			return false;
	}
	return false;
}
