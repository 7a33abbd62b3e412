// SPDX-License-Identifier: BSD-3-Clause
/*
 * Host routes: one for each neighbour whose MAC address is known. One is in use
 * only where the RIB leads to the neighbour's own wire: a longer route within
 * the subnet, or one for the address itself, goes before it.
 */
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/fib_own.h"
#include "control/interfaces.h"

#define BUCKETS 16384
#define NEAR    65536

struct host {
	const struct nexthop_set *set;
	uint32_t iface; /* id */
	uint16_t vrf;
	struct addr addr;
	bool used;                               /* workers have it */
	struct host *same_bucket, *next, **back; /* the latter two: of the same interface */
};

static struct {
	struct host *buckets[BUCKETS];
	struct host *by_l3[L3_IFACE_MAX];
	/* How many have these first bits: a million routes elsewhere cost one look each. */
	uint32_t near4[NEAR], near6[NEAR];
	uint32_t n;
} hosts;

/* Of the first 16 bits of an IPv4 address, and 32 of an IPv6 address. */
static uint32_t *near(const struct addr *addr)
{
	const uint8_t *b = addr->bytes;
	uint32_t first = (uint32_t)b[0] << 8 | b[1];

	if (addr->family == ADDR_IP4)
		return &hosts.near4[first];
	return &hosts.near6[(first * 40503U ^ ((uint32_t)b[2] << 8 | b[3])) % NEAR];
}

static bool has_near(const struct prefix *prefix)
{
	if (hosts.n == 0 || prefix->length < (prefix->addr.family == ADDR_IP4 ? 16 : 32))
		return hosts.n > 0;
	return *near(&prefix->addr) > 0;
}

static struct host **find(uint16_t vrf, const struct addr *addr)
{
	uint32_t hash = vrf * 2654435761U;
	struct host **at;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ addr->bytes[i]) * 16777619U;
	at = &hosts.buckets[(hash ^ hash >> 15) % BUCKETS];
	while (*at && ((*at)->vrf != vrf || addr_compare(&(*at)->addr, addr) != 0))
		at = &(*at)->same_bucket;
	return at;
}

/* Does the RIB lead for this address to the wire that the host is on? */
static bool is_wanted(const struct host *host)
{
	struct rib_best best;

	if (!rib_lookup(engines_env()->rib, host->vrf, &host->addr, &best))
		return false;
	for (uint32_t i = 0; i < best.hops->n; i++)
		if (best.hops->hops[i].kind == NEXTHOP_IFACE &&
		    best.hops->hops[i].iface == host->iface)
			return true;
	return false;
}

static struct prefix prefix_of(const struct host *host)
{
	return (struct prefix){host->addr, (uint8_t)addr_bits(&host->addr)};
}

/* What the RIB has for exactly this address, or a shorter prefix; 0: nothing. */
static uint32_t rib_group(const struct host *host, const struct prefix *prefix)
{
	struct rib_best best;

	if (!rib_lookup(engines_env()->rib, host->vrf, &host->addr, &best) ||
	    best.prefix.length != prefix->length)
		return 0;
	return fib_sync_group_of(best.hops);
}

static void reconsider(struct host *host)
{
	struct prefix prefix = prefix_of(host);
	bool wanted = is_wanted(host);

	if (wanted == host->used)
		return;
	host->used = wanted;
	fib_put(host->vrf, &prefix,
		wanted ? fib_sync_group_of(host->set) : rib_group(host, &prefix));
}

static struct host *make(const struct iface *iface, const struct addr *addr)
{
	struct nexthop hop = {.kind = NEXTHOP_GATEWAY,
			      .gateway = *addr,
			      .iface = iface->id,
			      .weight = 1};
	struct host *host = calloc(1, sizeof(*host));

	if (!host)
		return NULL;
	host->set = nexthop_set_get(rib_sets(engines_env()->rib), &hop, 1);
	if (!host->set) {
		free(host);
		return NULL;
	}
	host->iface = iface->id;
	host->vrf = iface->vrf;
	host->addr = *addr;
	fib_group_use(host->set, FIB_HOST, NULL);
	return host;
}

static void link_host(struct host *host, struct host **at, uint16_t l3)
{
	host->same_bucket = *at;
	*at = host;
	host->next = hosts.by_l3[l3];
	host->back = &hosts.by_l3[l3];
	if (host->next)
		host->next->back = &host->next;
	hosts.by_l3[l3] = host;
	++*near(&host->addr);
	hosts.n++;
}

static void drop(struct host **at)
{
	struct host *host = *at;
	struct prefix prefix = prefix_of(host);

	*at = host->same_bucket;
	*host->back = host->next;
	if (host->next)
		host->next->back = host->back;
	--*near(&host->addr);
	hosts.n--;
	if (host->used)
		fib_put(host->vrf, &prefix, rib_group(host, &prefix));
	fib_group_unuse(host->set, FIB_HOST);
	nexthop_set_unref(rib_sets(engines_env()->rib), host->set);
	free(host);
}

void fib_host_add(const struct iface *iface, const struct addr *addr)
{
	struct host **at = find(iface->vrf, addr), *host;

	/* Link-local addresses mean something on their own wire only: no route leads to them. */
	if (addr->family == ADDR_IP6 && addr_is_link_local(addr))
		return;
	if (*at && (*at)->iface != iface->id)
		drop(at);
	if (!*at) {
		host = make(iface, addr);
		if (!host)
			return; /* found by way of the subnet's route, packet by packet */
		link_host(host, at, interfaces_of(iface)->l3);
	}
	reconsider(*at);
}

void fib_host_del(const struct iface *iface, const struct addr *addr)
{
	struct host **at = find(iface->vrf, addr);

	if (*at && (*at)->iface == iface->id)
		drop(at);
}

uint32_t fib_host_group(uint16_t vrf, const struct addr *addr)
{
	struct host *host = *find(vrf, addr);

	return host && host->used ? fib_sync_group_of(host->set) : 0;
}

/* Whose subnet holds the prefix, or lies within it. */
static bool concerns(const struct iface *iface, uint16_t vrf, const struct prefix *prefix)
{
	if (iface->vrf != vrf)
		return false;
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		const struct prefix *subnet = &iface->addresses[i];

		if (prefix_contains(subnet, &prefix->addr) ||
		    prefix_contains(prefix, &subnet->addr))
			return true;
	}
	return false;
}

void fib_hosts_reconsider(uint16_t vrf, const struct prefix *prefix)
{
	if (!has_near(prefix))
		return;
	if (prefix->length == addr_bits(&prefix->addr)) {
		struct host *host = *find(vrf, &prefix->addr);

		if (host)
			reconsider(host);
		return;
	}
	for (struct iface_entry *e = interfaces_first(); e; e = e->next) {
		if (!hosts.by_l3[e->l3] || !concerns(&e->iface, vrf, prefix))
			continue;
		for (struct host *host = hosts.by_l3[e->l3]; host; host = host->next)
			if (prefix_contains(prefix, &host->addr))
				reconsider(host);
	}
}

uint32_t fib_hosts_count(void)
{
	return hosts.n;
}

void fib_hosts_fini(void)
{
	for (uint32_t i = 0; i < BUCKETS; i++)
		while (hosts.buckets[i])
			drop(&hosts.buckets[i]);
}
