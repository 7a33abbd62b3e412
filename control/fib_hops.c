// SPDX-License-Identifier: BSD-3-Clause
/* Next hops of the dataplane: one for each gateway or neighbour of an interface, and one for each
 * of the other things that can happen to a packet. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/fib_own.h"
#include "control/interfaces.h"
#include "control/numbers.h"
#include "control/spine/log.h"
#include "dataplane/l3.h"

#define BUCKETS  16384
#define IDLE_MAX 1024

static struct {
	struct numbers numbers;
	struct fib_hop *by_id[L3_NEXTHOP_MAX];
	struct fib_hop *by_target[BUCKETS];
	struct fib_hop *by_iface[L3_IFACE_MAX];
	uint32_t n;
	struct fib_hop *idle, **idle_end; /* without users, the longest first */
	uint32_t n_idle;
} hops = {.numbers = {.max = L3_NEXTHOP_MAX}};

static uint32_t bucket_of(const struct fib_target *target)
{
	uint32_t hash = target->iface * 2654435761U + target->kind * 40503U + target->vrf;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ target->addr.bytes[i]) * 16777619U;
	return (hash ^ hash >> 15) % BUCKETS;
}

static bool same_target(const struct fib_target *a, const struct fib_target *b)
{
	return a->iface == b->iface && a->kind == b->kind && a->vrf == b->vrf &&
	       addr_compare(&a->addr, &b->addr) == 0;
}

static struct fib_hop *find(const struct fib_target *target)
{
	struct fib_hop *hop = hops.by_target[bucket_of(target)];

	while (hop && !same_target(&hop->target, target))
		hop = hop->same_bucket;
	return hop;
}

/* Only what tells one next hop from another. */
static struct fib_target target_of(const struct nexthop *nexthop)
{
	struct fib_target target = {.kind = nexthop->kind};

	switch (nexthop->kind) {
	case NEXTHOP_GATEWAY:
		target.addr = nexthop->gateway;
		target.iface = nexthop->iface;
		break;
	case NEXTHOP_IFACE:
	case NEXTHOP_LOCAL:
	case NEXTHOP_BROADCAST:
		target.iface = nexthop->iface;
		break;
	case NEXTHOP_VRF:
		target.vrf = nexthop->vrf;
		break;
	default:
		break;
	}
	return target;
}

static uint8_t act_of(const struct fib_target *target)
{
	switch (target->kind) {
	case NEXTHOP_GATEWAY:
		return target->resolved ? L3_FORWARD : L3_GLEAN;
	case NEXTHOP_IFACE:
		return L3_GLEAN;
	case NEXTHOP_LOCAL:
		return L3_LOCAL;
	case NEXTHOP_BROADCAST:
		return L3_BROADCAST;
	case NEXTHOP_BLACKHOLE:
		return L3_BLACKHOLE;
	case NEXTHOP_PROHIBIT:
		return L3_PROHIBIT;
	case NEXTHOP_VRF:
		return L3_VRF;
	default:
		return L3_UNREACHABLE;
	}
}

/* Brings the dataplane to what the target says. 0 or -errno. */
static int publish(const struct fib_hop *hop)
{
	struct l3_nexthop_conf conf = {.act = act_of(&hop->target),
				       .iface = hop->l3,
				       .vrf = hop->target.vrf,
				       .away = hop->away};

	memcpy(conf.mac, hop->target.mac, 6);
	return l3_nexthop_set(hop->id, &conf);
}

void fib_hop_publish(const struct fib_hop *hop)
{
	int r = publish(hop);

	if (r < 0)
		log_error("a next hop could not be changed: %s", strerror(-r));
}

static void link_hop(struct fib_hop *hop)
{
	uint32_t bucket = bucket_of(&hop->target);

	hop->same_bucket = hops.by_target[bucket];
	hops.by_target[bucket] = hop;
	hop->same_iface = hops.by_iface[hop->l3];
	hops.by_iface[hop->l3] = hop;
	hops.by_id[hop->id] = hop;
	hops.n++;
}

static void unlink_hop(struct fib_hop *hop)
{
	struct fib_hop **at = &hops.by_target[bucket_of(&hop->target)];

	while (*at != hop)
		at = &(*at)->same_bucket;
	*at = hop->same_bucket;
	for (at = &hops.by_iface[hop->l3]; *at != hop;)
		at = &(*at)->same_iface;
	*at = hop->same_iface;
	hops.by_id[hop->id] = NULL;
	hops.n--;
}

/* --- hops that nobody uses --- */

/*
 * One that shared a group is kept for a while: a gateway that is lost and comes
 * back has its number still, and so its flows.
 */
static void idle_add(struct fib_hop *hop)
{
	if (!hops.idle)
		hops.idle_end = &hops.idle;
	hop->next_idle = NULL;
	hop->back_idle = hops.idle_end;
	*hops.idle_end = hop;
	hops.idle_end = &hop->next_idle;
	hops.n_idle++;
}

static void idle_del(struct fib_hop *hop)
{
	*hop->back_idle = hop->next_idle;
	if (hop->next_idle)
		hop->next_idle->back_idle = hop->back_idle;
	else
		hops.idle_end = hop->back_idle;
	hops.n_idle--;
}

static void drop(struct fib_hop *hop)
{
	fib_regroup_forget(hop);
	unlink_hop(hop);
	l3_nexthop_del(hop->id);
	numbers_give(&hops.numbers, hop->id);
	free(hop);
}

static void drop_idle(struct fib_hop *hop)
{
	idle_del(hop);
	drop(hop);
}

static struct fib_hop *make(const struct fib_target *target)
{
	struct iface_entry *entry = interfaces_by_id(target->iface);
	struct fib_hop *hop = calloc(1, sizeof(*hop));
	int64_t id = hop ? numbers_take(&hops.numbers) : -ENOMEM;
	int r = id < 0 ? (int)id : 0;

	if (r < 0)
		goto fail;
	hop->id = (uint32_t)id;
	hop->target = *target;
	hop->l3 = entry ? entry->l3 : 0;
	if (target->kind == NEXTHOP_GATEWAY && entry)
		hop->target.resolved = neighbor_find(engines_neighbors(), &entry->iface,
						     &target->addr, hop->target.mac);
	/* An interface that is gone already: the RIB will know in a moment. */
	if (target->iface && !entry)
		hop->target.kind = NEXTHOP_UNREACHABLE;
	r = publish(hop);
	hop->target.kind = target->kind;
	if (r < 0) {
		numbers_give(&hops.numbers, hop->id);
		goto fail;
	}
	link_hop(hop);
	return hop;
fail:
	free(hop);
	log_error("no room for a next hop in the dataplane: %s", strerror(-r));
	return NULL;
}

struct fib_hop *fib_hop_use(const struct nexthop *nexthop)
{
	struct fib_target target = target_of(nexthop);
	struct fib_hop *hop = find(&target);

	if (!hop)
		hop = make(&target);
	else if (hop->n_users == 0)
		idle_del(hop);
	if (hop)
		hop->n_users++;
	return hop;
}

void fib_hop_unuse(struct fib_hop *hop)
{
	if (--hop->n_users > 0)
		return;
	if (!hop->shared || !interfaces_by_id(hop->target.iface)) {
		drop(hop);
		return;
	}
	idle_add(hop);
	if (hops.n_idle > IDLE_MAX)
		drop_idle(hops.idle);
}

void fib_hops_forget(uint16_t l3)
{
	struct fib_hop *next;

	for (struct fib_hop *hop = hops.by_iface[l3]; hop; hop = next) {
		next = hop->same_iface;
		if (hop->n_users == 0)
			drop_idle(hop);
	}
}

static const struct iface *iface_of(const struct fib_hop *hop)
{
	struct iface_entry *entry = interfaces_by_id(hop->target.iface);

	return entry ? &entry->iface : NULL;
}

void fib_hop_keep(struct fib_hop *hop)
{
	const struct iface *iface = iface_of(hop);

	if (hop->n_routed++ > 0 || hop->target.kind != NEXTHOP_GATEWAY || !iface)
		return;
	int r = neighbor_keep(engines_neighbors(), iface, &hop->target.addr);
	hop->kept = r == 0;
	if (r < 0)
		log_warning("a gateway on interface %s is resolved on demand only: %s", iface->name,
			    strerror(-r));
}

void fib_hop_unkeep(struct fib_hop *hop)
{
	const struct iface *iface = iface_of(hop);

	if (--hop->n_routed > 0 || !hop->kept)
		return;
	hop->kept = false;
	if (iface)
		neighbor_unkeep(engines_neighbors(), iface, &hop->target.addr);
}

bool fib_hop_is_alive(const struct fib_hop *hop)
{
	const struct iface *iface;

	if (hop->target.kind != NEXTHOP_GATEWAY && hop->target.kind != NEXTHOP_IFACE)
		return true;
	iface = iface_of(hop);
	return iface && iface->flags & IFACE_UP && !hop->silent &&
	       (hop->target.kind == NEXTHOP_IFACE || hop->target.resolved);
}

struct fib_hop *fib_hop_find(uint32_t iface, const struct addr *addr)
{
	return find(&(struct fib_target){.kind = NEXTHOP_GATEWAY, .iface = iface, .addr = *addr});
}

struct fib_hop *fib_hops_of(uint16_t l3)
{
	return hops.by_iface[l3];
}

bool fib_sync_leads_to(uint16_t l3)
{
	return hops.by_iface[l3] != NULL;
}

bool fib_sync_target(uint32_t nexthop, struct fib_target *out)
{
	const struct fib_hop *hop = nexthop < L3_NEXTHOP_MAX ? hops.by_id[nexthop] : NULL;

	if (hop)
		*out = hop->target;
	return hop != NULL;
}

static void set_resolved(const struct iface *iface, const struct addr *addr, const uint8_t *mac)
{
	struct fib_hop *hop = fib_hop_find(iface->id, addr);

	if (!hop)
		return;
	hop->target.resolved = mac != NULL;
	if (mac)
		memcpy(hop->target.mac, mac, 6);
	fib_hop_publish(hop);
	fib_groups_changed(hop);
}

void fib_sync_resolved(const struct iface *iface, const struct addr *addr, const uint8_t mac[6])
{
	set_resolved(iface, addr, mac);
	fib_host_add(iface, addr);
}

void fib_sync_answers(uint32_t iface, const struct addr *addr, bool answers)
{
	struct fib_hop *hop = fib_hop_find(iface, addr);

	if (!hop || hop->silent == !answers)
		return;
	hop->silent = !answers;
	fib_groups_changed(hop);
}

void fib_sync_lost(const struct iface *iface, const struct addr *addr)
{
	fib_host_del(iface, addr);
	set_resolved(iface, addr, NULL);
}

uint32_t fib_hops_count(void)
{
	return hops.n - hops.n_idle;
}

void fib_hops_fini(void)
{
	while (hops.n_idle > 0)
		drop_idle(hops.idle);
	numbers_fini(&hops.numbers);
}

bool fib_sync_takes_part(const struct nexthop *nexthop)
{
	struct fib_target target = target_of(nexthop);
	const struct fib_hop *hop = find(&target);

	return hop && fib_hop_is_alive(hop);
}

bool fib_sync_is_gateway(const struct iface *iface, const struct addr *addr)
{
	const struct fib_hop *hop = fib_hop_find(iface->id, addr);

	return hop && hop->n_routed > 0;
}
