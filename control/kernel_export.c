// SPDX-License-Identifier: BSD-3-Clause
#include "control/kernel_export.h"

#include <errno.h>
#include <string.h>

#include "control/spine/log.h"

#define WALK_MAX 256 /* items that one step of a walk looks at */

/* A prefix that is to be in the kernel, or is. */
struct export_item {
	struct prefix_item item;        /* first */
	bool has_failed, is_unmapped;   /* counted so */
	uint32_t dump;                  /* in which the kernel had it, or later */
	const struct nexthop_set *want; /* NULL: it is not to be there; a reference */
	uint64_t have;                  /* kernel_route_hash of what the kernel has, 0: nothing */
};

#define HAVE_UNKNOWN 1 /* something that is to be replaced */

static struct export_item *item_at(const struct kernel_export *self, uint32_t number)
{
	return prefix_items_at(&self->items, number);
}

static void want(struct kernel_export *self, const struct prefix *prefix,
		 const struct nexthop_set *hops)
{
	uint32_t number = hops ? prefix_items_get(&self->items, prefix)
			       : prefix_items_find(&self->items, prefix);
	struct export_item *item;

	if (!number) {
		if (hops)
			log_error("no memory for the kernel's routes: one is missing there");
		return;
	}
	item = item_at(self, number);
	nexthop_set_unref(rib_sets(self->rib), item->want);
	item->want = hops ? nexthop_set_ref(hops) : NULL;
	prefix_items_wait(&self->items, number);
	self->kick(self->kick_arg);
}

static void listen(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	struct kernel_export *self = arg;
	const struct rib_best *any = now ? now : was;
	/* A link-local address is of one wire, and may be on the host's as well. */
	bool is_ours = now && self->conf.protocols >> now->protocol & 1 &&
		       !addr_is_link_local(&any->prefix.addr);

	if (any->vrf == self->conf.vrf)
		want(self, &any->prefix, is_ours ? now->hops : NULL);
}

/* --- what the kernel is told --- */

static void note_unmapped(struct kernel_export *self, struct export_item *item, bool is_unmapped)
{
	self->n_unmapped += is_unmapped - item->is_unmapped;
	item->is_unmapped = is_unmapped;
}

static void note_result(struct kernel_export *self, struct export_item *item, int rc)
{
	bool has_failed = rc < 0;

	self->n_failed += has_failed - item->has_failed;
	item->has_failed = has_failed;
	if (has_failed) {
		self->error = rc;
		self->error_prefix = item->item.prefix;
	} else if (self->n_failed == 0) {
		self->error = 0;
	}
}

static void set_have(struct kernel_export *self, struct export_item *item, uint64_t have)
{
	self->n_installed += (have != 0) - (item->have != 0);
	item->have = have;
	item->dump = self->dump;
}

/* What is to be in the kernel; its hash, 0: nothing. */
static uint64_t wanted(struct kernel_export *self, struct export_item *item,
		       struct kernel_route *out)
{
	const struct prefix *prefix = &item->item.prefix;
	int rc = 0;

	memset(out, 0, offsetof(struct kernel_route, hops));
	out->prefix = *prefix;
	out->table = self->conf.table;
	out->metric = self->conf.metric;
	out->protocol = KERNEL_PROTOCOL;
	if (item->want)
		rc = kernel_map_out(self->map, prefix->addr.family, item->want, out);
	note_unmapped(self, item, rc < 0);
	return item->want && rc == 0 ? kernel_route_hash(out) : 0;
}

static void forget(struct kernel_export *self, uint32_t number)
{
	struct export_item *item = item_at(self, number);

	note_unmapped(self, item, false);
	note_result(self, item, 0);
	prefix_items_del(&self->items, number);
}

/* Makes the request that brings the kernel there; false: nothing is to be done. */
static bool ask(struct kernel_export *self, uint32_t number, struct kernel_request *out,
		uint64_t *hash)
{
	struct export_item *item = item_at(self, number);

	*hash = wanted(self, item, &out->route);
	if (*hash == item->have) {
		if (!item->want && !item->have)
			forget(self, number);
		return false;
	}
	out->type = *hash ? RTM_NEWROUTE : RTM_DELROUTE;
	/* What is not weft's already is never replaced. */
	out->flags = !*hash ? 0 : NLM_F_CREATE | (item->have ? NLM_F_REPLACE : NLM_F_EXCL);
	return true;
}

static void answered(struct kernel_export *self, uint32_t number,
		     const struct kernel_request *request, uint64_t hash)
{
	struct export_item *item = item_at(self, number);
	int rc = request->result;

	if (rc == 0 || (!hash && (rc == -ESRCH || rc == -ENODEV)))
		set_have(self, item, hash);
	note_result(self, item, rc == 0 || !hash ? 0 : rc);
	if (!item->want && !item->have && !item->item.is_waiting)
		forget(self, number);
}

static void batch(struct kernel_export *self)
{
	static struct kernel_request requests[KERNEL_BATCH];
	uint32_t numbers[KERNEL_BATCH], n = 0, number;
	uint64_t hashes[KERNEL_BATCH];

	while (n < KERNEL_BATCH && (number = prefix_items_take(&self->items))) {
		if (!ask(self, number, &requests[n], &hashes[n]))
			continue;
		numbers[n++] = number;
	}
	if (n == 0)
		return;
	kernel_nl_send(self->nl, requests, n);
	for (uint32_t i = 0; i < n; i++)
		answered(self, numbers[i], &requests[i], hashes[i]);
}

/* --- walks --- */

/* After a dump: what it did not have is not there, though the kernel once took it. */
static void walk_over(struct kernel_export *self, uint32_t number)
{
	struct export_item *item = item_at(self, number);

	if (self->is_after_dump && item->have && item->dump < self->complete)
		set_have(self, item, 0);
	prefix_items_wait(&self->items, number);
}

static void walk(struct kernel_export *self)
{
	uint32_t number;

	for (int i = 0; i < WALK_MAX; i++) {
		number = prefix_items_next(&self->items, &self->walk);
		if (!number) {
			self->is_walking = self->is_after_dump = false;
			return;
		}
		walk_over(self, number);
	}
}

void kernel_export_remap(struct kernel_export *self)
{
	self->walk = (struct prefix_walk){0};
	self->is_walking = true;
	self->kick(self->kick_arg);
}

bool kernel_export_work(struct kernel_export *self, uint32_t batches)
{
	if (self->complete == 0)
		return false;
	for (uint32_t i = 0; i < batches; i++) {
		if (prefix_items_waiting(&self->items) > 0)
			batch(self);
		else if (self->is_walking)
			walk(self);
		else
			return false;
	}
	return true;
}

/* --- what the kernel has --- */

void kernel_export_dump_begins(struct kernel_export *self)
{
	self->dump++;
}

void kernel_export_dumped(struct kernel_export *self, const struct kernel_route *route)
{
	struct export_item *item;
	uint32_t number;
	uint64_t hash;

	/* One with another metric is of another configuration: it is not ours to compare. */
	if (route->metric != self->conf.metric) {
		static struct kernel_request request;
		request = (struct kernel_request){.type = RTM_DELROUTE, .route = *route};
		kernel_nl_send(self->nl, &request, 1);
		return;
	}
	number = prefix_items_get(&self->items, &route->prefix);
	if (!number)
		return;
	item = item_at(self, number);
	/* What was asked for since the dump began is newer than the dump. */
	if (item->dump == self->dump)
		return;
	hash = kernel_route_hash(route);
	if (item->have != hash || !item->want)
		prefix_items_wait(&self->items, number);
	set_have(self, item, hash);
}

void kernel_export_dump_done(struct kernel_export *self)
{
	self->complete = self->dump;
	self->is_after_dump = true;
	kernel_export_remap(self);
}

void kernel_export_changed(struct kernel_export *self, const struct kernel_route *route)
{
	uint32_t number = prefix_items_find(&self->items, &route->prefix);
	struct export_item *item;

	if (!number || route->metric != self->conf.metric)
		return;
	item = item_at(self, number);
	/* Perhaps only one of its hops went: whatever is left is replaced. */
	if (item->have && route->protocol == KERNEL_PROTOCOL)
		item->have = HAVE_UNKNOWN;
	prefix_items_wait(&self->items, number);
	self->kick(self->kick_arg);
}

/* --- life --- */

int kernel_export_start(struct kernel_export *self)
{
	prefix_items_init(&self->items, sizeof(struct export_item));
	return self->conf.protocols ? rib_listen(self->rib, listen, self) : 0;
}

/* Nothing is wanted any more. */
static void drop_all(struct kernel_export *self)
{
	struct prefix_walk all = {0};
	uint32_t number;

	while ((number = prefix_items_next(&self->items, &all))) {
		struct export_item *item = item_at(self, number);
		nexthop_set_unref(rib_sets(self->rib), item->want);
		item->want = NULL;
		prefix_items_wait(&self->items, number);
	}
}

void kernel_export_stop(struct kernel_export *self)
{
	rib_unlisten(self->rib, listen, self);
	drop_all(self);
	while (prefix_items_waiting(&self->items) > 0)
		batch(self);
	prefix_items_fini(&self->items);
}
