// SPDX-License-Identifier: BSD-3-Clause
#include "control/kernel_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "control/spine/log.h"

/* A route of the kernel's. There are several for a prefix when their metrics differ. */
struct known_route {
	struct known_route *next; /* of a greater metric */
	uint32_t dump;            /* in which it was seen, or later */
	bool is_gone;             /* it went during the dump that is under way, which may have it */
	struct kernel_route route; /* hops beyond n are not there */
};

struct import_item {
	struct prefix_item item;    /* first */
	bool is_imported;           /* the RIB has a route */
	struct known_route *routes; /* the least metric first */
};

static struct import_item *item_at(const struct kernel_import *self, uint32_t number)
{
	return prefix_items_at(&self->items, number);
}

static bool is_asked_for(const struct kernel_import *self, const struct prefix *prefix)
{
	for (size_t i = 0; i < self->conf.n_exactly; i++)
		if (prefix_compare(&self->conf.exactly[i], prefix) == 0)
			return true;
	for (size_t i = 0; i < self->conf.n_within; i++) {
		const struct prefix *within = &self->conf.within[i];
		if (within->length <= prefix->length && prefix_contains(within, &prefix->addr))
			return true;
	}
	return false;
}

/* --- what the kernel has --- */

static struct known_route **find(struct import_item *item, uint32_t metric)
{
	struct known_route **at = &item->routes;

	while (*at && (*at)->route.metric < metric)
		at = &(*at)->next;
	return at;
}

static size_t size_of(const struct kernel_route *route)
{
	return offsetof(struct kernel_route, hops) + route->n * sizeof(route->hops[0]);
}

static struct known_route *make(const struct kernel_route *route)
{
	struct known_route *known = calloc(1, offsetof(struct known_route, route) + size_of(route));

	if (!known)
		log_error("no memory for a route of the kernel's: it is not imported");
	else
		memcpy(&known->route, route, size_of(route));
	return known;
}

static void drop(struct kernel_import *self, struct known_route **at)
{
	struct known_route *known = *at;

	*at = known->next;
	self->n_routes -= !known->is_gone;
	free(known);
}

/* In place of one of the same metric, if there is one. */
static void put(struct kernel_import *self, const struct kernel_route *route)
{
	uint32_t number = prefix_items_get(&self->items, &route->prefix);
	struct known_route **at, *known;
	struct import_item *item;

	if (!number || !(known = make(route)))
		return;
	item = item_at(self, number);
	at = find(item, route->metric);
	if (*at && (*at)->route.metric == route->metric)
		drop(self, at);
	known->dump = self->dump;
	known->next = *at;
	*at = known;
	self->n_routes++;
	prefix_items_wait(&self->items, number);
	self->kick(self->kick_arg);
}

static bool concerns(const struct kernel_import *self, const struct kernel_route *route)
{
	return route->protocol != KERNEL_PROTOCOL && is_asked_for(self, &route->prefix);
}

static const struct known_route *known_of(struct kernel_import *self,
					  const struct kernel_route *route)
{
	uint32_t number = prefix_items_find(&self->items, &route->prefix);
	struct known_route *known = number ? *find(item_at(self, number), route->metric) : NULL;

	return known && known->route.metric == route->metric ? known : NULL;
}

void kernel_import_dump_begins(struct kernel_import *self)
{
	self->dump++;
	self->is_doubtful = false;
}

void kernel_import_dumped(struct kernel_import *self, const struct kernel_route *route)
{
	const struct known_route *known;

	if (!concerns(self, route))
		return;
	/* News are newer than the dump, which may have been made before them. */
	known = known_of(self, route);
	if (!known || known->dump < self->dump)
		put(self, route);
}

/* Of IPv6 the news are hop by hop. */
static bool is_clear(const struct known_route *known, bool is_new, uint16_t flags,
		     const struct kernel_route *route)
{
	if (is_new)
		return !known || known->is_gone || flags & NLM_F_REPLACE ||
		       kernel_route_hash(&known->route) == kernel_route_hash(route);
	return !known || known->route.n <= 1 || route->n == known->route.n;
}

static void forget(struct kernel_import *self, const struct kernel_route *route)
{
	uint32_t number = prefix_items_find(&self->items, &route->prefix);
	struct known_route **at = find(item_at(self, number), route->metric);

	if (self->dump > self->complete) {
		/* Remembered until the dump is complete, so that it does not bring it back. */
		self->n_routes -= !(*at)->is_gone;
		(*at)->is_gone = true;
		(*at)->dump = self->dump;
	} else {
		drop(self, at);
	}
	prefix_items_wait(&self->items, number);
	self->kick(self->kick_arg);
}

void kernel_import_news(struct kernel_import *self, bool is_new, uint16_t flags,
			const struct kernel_route *route)
{
	const struct known_route *known;

	if (!concerns(self, route))
		return;
	known = known_of(self, route);
	if (!is_clear(known, is_new, flags, route))
		self->is_doubtful = true;
	else if (is_new)
		put(self, route);
	else if (known)
		forget(self, route);
}

/* --- what the RIB is told --- */

static void withdraw(struct kernel_import *self, struct import_item *item)
{
	if (!item->is_imported)
		return;
	rib_del(self->rib, self->source, self->conf.vrf, &item->item.prefix);
	self->n_changes++;
	item->is_imported = false;
	self->n_imported--;
}

static int give(struct kernel_import *self, const struct prefix *prefix, const struct nexthop *hops,
		uint32_t n, uint32_t metric)
{
	struct rib_route route = {.metric = metric, .distance = self->conf.distance};
	int rc;

	route.set = nexthop_set_get(rib_sets(self->rib), hops, n);
	if (!route.set)
		return -errno;
	rc = rib_set(self->rib, self->source, self->conf.vrf, prefix, &route);
	nexthop_set_unref(rib_sets(self->rib), route.set);
	return rc;
}

/* The first that weft can follow. */
static void settle(struct kernel_import *self, struct import_item *item)
{
	static struct nexthop hops[NEXTHOP_SET_MAX];
	char text[PREFIX_TEXT_MAX];
	int rc = -ENOENT;

	for (const struct known_route *k = item->routes; k; k = k->next) {
		uint32_t n = k->is_gone ? 0 : kernel_map_in(self->map, &k->route, hops);
		if (n == 0)
			continue;
		rc = give(self, &item->item.prefix, hops, n, k->route.metric);
		if (rc < 0)
			log_warning("the kernel's route to %s is not imported: %s",
				    prefix_print(&item->item.prefix, text), strerror(-rc));
		break;
	}
	if (rc < 0) {
		withdraw(self, item);
		return;
	}
	self->n_changes++;
	self->n_imported += !item->is_imported;
	item->is_imported = true;
}

/* After a dump: what it did not have is not there. */
static void weed(struct kernel_import *self, struct import_item *item)
{
	struct known_route **at = &item->routes;

	while (*at) {
		bool is_stale = (*at)->dump < self->complete;
		if (is_stale || ((*at)->is_gone && (*at)->dump == self->complete))
			drop(self, at);
		else
			at = &(*at)->next;
	}
}

static void walk(struct kernel_import *self)
{
	uint32_t number = prefix_items_next(&self->items, &self->walk);

	if (!number) {
		self->is_walking = self->is_after_dump = false;
		return;
	}
	if (self->is_after_dump)
		weed(self, item_at(self, number));
	prefix_items_wait(&self->items, number);
}

static void work_one(struct kernel_import *self)
{
	uint32_t number = prefix_items_take(&self->items);
	struct import_item *item = item_at(self, number);

	settle(self, item);
	if (!item->routes)
		prefix_items_del(&self->items, number);
}

bool kernel_import_work(struct kernel_import *self, uint32_t prefixes)
{
	for (uint32_t i = 0; i < prefixes; i++) {
		if (prefix_items_waiting(&self->items) > 0)
			work_one(self);
		else if (self->is_walking)
			walk(self);
		else
			return false;
	}
	return true;
}

void kernel_import_remap(struct kernel_import *self)
{
	self->walk = (struct prefix_walk){0};
	self->is_walking = true;
	self->kick(self->kick_arg);
}

void kernel_import_dump_done(struct kernel_import *self)
{
	self->complete = self->dump;
	self->is_after_dump = true;
	kernel_import_remap(self);
}

/* --- life --- */

int kernel_import_start(struct kernel_import *self)
{
	prefix_items_init(&self->items, sizeof(struct import_item));
	if (!kernel_import_is_wanted(self))
		return 0;
	self->source = rib_source_add(self->rib, RIB_KERNEL);
	return self->source ? 0 : -errno;
}

void kernel_import_stop(struct kernel_import *self)
{
	struct prefix_walk all = {0};
	uint32_t number;

	if (self->source)
		rib_source_del(self->rib, self->source);
	while ((number = prefix_items_next(&self->items, &all))) {
		struct import_item *item = item_at(self, number);
		while (item->routes)
			drop(self, &item->routes);
	}
	prefix_items_fini(&self->items);
}
