// SPDX-License-Identifier: BSD-3-Clause
/*
 * What ways depend on: interfaces, and gateways that are looked up in the RIB.
 * One watch for each, however many ways and routes there are; ways are looked
 * at again only when it changed.
 */
#include "routing/rib_inside.h"

enum { GATEWAYS_AT_ONCE = 8 }; /* looked up within one decision; more of them in slices */

static uint32_t *iface_bucket(struct rib *rib, uint32_t iface)
{
	return &rib->iface_buckets[iface % RIB_IFACE_BUCKETS];
}

static uint32_t iface_find(struct rib *rib, uint32_t iface, const struct addr *gateway)
{
	uint32_t w = *iface_bucket(rib, iface);

	while (w != 0 && (watch_at(rib, w)->iface != iface ||
			  addr_compare(&watch_at(rib, w)->gateway, gateway) != 0))
		w = watch_at(rib, w)->next;
	return w;
}

/* Asks env; true: it is not as it was. */
static bool iface_update(struct rib *rib, struct watch *watch)
{
	const struct iface *iface = rib->env->ops->iface_next(rib->env, watch->iface - 1);
	bool is_there = iface && iface->id == watch->iface;
	bool is_up = is_there && iface->flags & IFACE_UP;

	if (is_there == watch->is_there && is_up == watch->is_up)
		return false;
	watch->is_there = is_there;
	watch->is_up = is_up;
	return true;
}

uint32_t watch_get_iface(struct rib *rib, uint32_t iface, const struct addr *gateway)
{
	static const struct addr none;
	uint32_t w;

	gateway = gateway ? gateway : &none;
	w = iface_find(rib, iface, gateway);
	if (w != 0)
		return w;
	w = pool_get(&rib->watches);
	if (w == 0)
		return 0;
	watch_at(rib, w)->iface = iface;
	watch_at(rib, w)->gateway = *gateway;
	watch_at(rib, w)->next = *iface_bucket(rib, iface);
	*iface_bucket(rib, iface) = w;
	iface_update(rib, watch_at(rib, w));
	return w;
}

void watch_changed(struct rib *rib, uint32_t w)
{
	struct watch *watch = watch_at(rib, w);

	watch->sweep = watch->uses; /* from the first on */
	if (watch->queued)
		return;
	watch->queued = true;
	pool_queue_add(&rib->changed_watches, w);
}

void rib_iface_changed(struct rib *rib, const struct iface *iface)
{
	for (uint32_t w = *iface_bucket(rib, iface->id); w != 0; w = watch_at(rib, w)->next) {
		if (watch_at(rib, w)->iface != iface->id || !iface_update(rib, watch_at(rib, w)))
			continue;
		session_update(rib, w);
		watch_changed(rib, w);
	}
}

/* Finds what leads to a gateway now; true: not what did before. */
static bool gateway_update(struct rib *rib, uint32_t w)
{
	struct watch *watch = watch_at(rib, w);
	const struct trie *dests = &table_of(rib->vrfs[watch->vrf], watch->gateway.family)->dests;
	struct trie_key key = trie_key_of_addr(&watch->gateway);
	uint32_t node = trie_lookup(dests, &key, false);
	const struct nexthop_set *hops = NULL;
	int16_t length = -1;
	uint8_t depth = 0;
	bool differs;

	if (node != 0) {
		const struct dest *dest = dest_at(rib, trie_node_at(dests, node)->value);

		length = trie_node_at(dests, node)->length;
		hops = nexthop_set_ref(nexthop_sets_at(rib->sets, dest->hops));
		depth = dest->depth;
	}
	if (length != watch->length)
		loops_decide_anew(rib);
	differs = hops != watch->hops || depth != watch->depth;
	watch->length = length;
	nexthop_set_unref(rib->sets, watch->hops);
	watch->hops = hops;
	watch->depth = depth;
	session_update(rib, w);
	return differs;
}

uint32_t watch_get_gateway(struct rib *rib, uint16_t vrf, const struct addr *gateway)
{
	struct rib_table *table = table_of(rib->vrfs[vrf], gateway->family);
	struct trie_key key = trie_key_of_addr(gateway);
	uint32_t node = trie_find(&table->gateways, &key), w;

	if (node != 0)
		return trie_node_at(&table->gateways, node)->value;
	w = pool_get(&rib->watches);
	if (w == 0)
		return 0;
	if (loops_add_gateway(rib, table, &key) < 0 || trie_get(&table->gateways, &key, w) == 0) {
		pool_put(&rib->watches, w);
		return 0;
	}
	watch_at(rib, w)->vrf = vrf;
	watch_at(rib, w)->gateway = *gateway;
	gateway_update(rib, w);
	return w;
}

void watch_add_use(struct rib *rib, uint32_t w, uint32_t u)
{
	struct watch *watch = watch_at(rib, w);

	use_at(rib, u)->watch_next = watch->uses;
	if (watch->uses != 0)
		use_at(rib, watch->uses)->watch_prev = u;
	watch->uses = u;
	watch->n_sessions += use_at(rib, u)->must_answer;
	session_update(rib, w);
}

void watch_del_use(struct rib *rib, uint32_t u)
{
	const struct use *use = use_at(rib, u);
	struct watch *watch = watch_at(rib, use->watch);

	if (watch->sweep == u)
		watch->sweep = use->watch_next;
	if (use->watch_next != 0)
		use_at(rib, use->watch_next)->watch_prev = use->watch_prev;
	if (use->watch_prev != 0)
		use_at(rib, use->watch_prev)->watch_next = use->watch_next;
	else
		watch->uses = use->watch_next;
	watch->n_sessions -= use->must_answer;
	session_update(rib, use->watch);
}

void watch_put(struct rib *rib, uint32_t w)
{
	struct watch *watch = watch_at(rib, w);
	uint32_t *link;
	struct trie_key key;

	if (watch->uses != 0 || watch->queued)
		return;
	if (watch->iface != 0) {
		for (link = iface_bucket(rib, watch->iface); *link != w;)
			link = &watch_at(rib, *link)->next;
		*link = watch->next;
	} else {
		key = trie_key_of_addr(&watch->gateway);
		trie_del(&table_of(rib->vrfs[watch->vrf], watch->gateway.family)->gateways, &key);
		nexthop_set_unref(rib->sets, watch->hops);
		loops_changed(rib);
	}
	pool_put(&rib->watches, w);
}

/* One way of the first in the queue. */
void watch_step(struct rib *rib)
{
	uint32_t w = rib->changed_watches.head, u;
	struct watch *watch = watch_at(rib, w);

	u = watch->sweep;
	if (u != 0) {
		watch->sweep = use_at(rib, u)->watch_next;
		way_changed(rib, use_at(rib, u)->way);
	}
	if (watch->sweep != 0)
		return;
	pool_queue_take(&rib->changed_watches);
	watch->queued = false;
	watch_put(rib, w);
}

/* Looks the next gateway of a range up; false: there is none. The key moves on to it. A gateway
 * that was found with a prefix longer than `longest` does not care. */
static bool gateway_next(struct rib *rib, struct rib_table *table, const struct trie_key *range,
			 int longest, struct trie_key *at, bool inclusive)
{
	uint32_t node = trie_next(&table->gateways, at, inclusive), w;
	struct watch *watch;

	if (node == 0)
		return false;
	*at = trie_key_at(&table->gateways, node);
	if (!trie_key_holds(range, at))
		return false;
	w = trie_node_at(&table->gateways, node)->value;
	watch = watch_at(rib, w);
	if (watch->length <= longest && gateway_update(rib, w))
		watch_changed(rib, w);
	return true;
}

/* What does not fit into one decision is left to gateways_step; with two such changes at once all
 * gateways of the table are looked up. */
static void leave_for_later(struct rib *rib, struct rib_table *table, const struct trie_key *range)
{
	static const struct trie_key all;

	if (table->pending) {
		table->range = table->at = all;
		table->longest = INT16_MAX;
		return;
	}
	table->pending = true;
	table->range = table->at = *range;
	table->longest = range->length;
	table->next_pending = rib->pending_tables;
	rib->pending_tables = table;
}

void gateways_changed(struct rib *rib, struct rib_table *table, const struct trie_key *range)
{
	struct trie_key at = *range;
	int n = 0;

	if (table->gateways.n == 0)
		return;
	while (gateway_next(rib, table, range, range->length, &at, n == 0))
		if (++n == GATEWAYS_AT_ONCE) {
			leave_for_later(rib, table, range);
			return;
		}
}

void gateways_step(struct rib *rib)
{
	struct rib_table *table = rib->pending_tables;
	bool is_first = trie_key_compare(&table->at, &table->range) == 0;

	if (gateway_next(rib, table, &table->range, table->longest, &table->at, is_first))
		return;
	table->pending = false;
	rib->pending_tables = table->next_pending;
}

void watches_fini(struct rib *rib)
{
	for (int i = 0; i < RIB_IFACE_BUCKETS; i++)
		for (uint32_t w = rib->iface_buckets[i]; w != 0; w = watch_at(rib, w)->next)
			session_end(rib, watch_at(rib, w));
	for (uint32_t v = 0; v < rib->n_vrfs; v++)
		for (int t = 0; rib->vrfs[v] && t < 2; t++) {
			const struct trie *trie = &rib->vrfs[v]->tables[t].gateways;
			struct trie_key key = {0};

			for (uint32_t n = trie_next(trie, &key, true); n != 0;
			     n = trie_next(trie, &key, false)) {
				struct watch *watch = watch_at(rib, trie_node_at(trie, n)->value);

				nexthop_set_unref(rib->sets, watch->hops);
				session_end(rib, watch);
				key = trie_key_at(trie, n);
			}
		}
}
