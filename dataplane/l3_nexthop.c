// SPDX-License-Identifier: BSD-3-Clause
/* Next hops: each one ready for rewrite, and made anew when its interface changes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>

#include "dataplane/buddy.h"
#include "dataplane/l3_own.h"

_Atomic(const struct l3_nexthop *) l3_nexthops[L3_NEXTHOP_MAX];

static const struct l3_nexthop no_route = {.act = L3_NO_ROUTE}, dead = {.act = L3_DEAD},
			       gone = {.act = L3_AWAY, .last_act = L3_DEAD};

/* What control said; each one that is used is in the list of its interface (0: of none). */
static struct known {
	struct l3_nexthop_conf conf;
	bool used;
	uint16_t next, prev; /* 0: the end */
} known[L3_NEXTHOP_MAX];
static uint16_t first_of[L3_IFACE_MAX];
static uint32_t n_over[L3_IFACE_MAX]; /* how long that list is */
static uint32_t n_used;

void l3_nexthops_init(void)
{
	for (int id = 0; id < L3_NEXTHOP_MAX; id++)
		atomic_store_explicit(&l3_nexthops[id], &dead, memory_order_relaxed);
	atomic_store_explicit(&l3_nexthops[0], &no_route, memory_order_relaxed);
}

void l3_nexthops_fini(void)
{
	for (int id = 1; id < L3_NEXTHOP_MAX; id++)
		l3_nexthop_del(id);
}

uint64_t l3_nexthops_bytes(void)
{
	return n_used * (buddy_cost(sizeof(struct l3_nexthop)) + sizeof(struct known));
}

static void link_to(uint16_t id, uint16_t iface)
{
	known[id].prev = 0;
	known[id].next = first_of[iface];
	if (first_of[iface])
		known[first_of[iface]].prev = id;
	first_of[iface] = id;
	n_over[iface]++;
}

static void unlink_from(uint16_t id, uint16_t iface)
{
	if (known[id].prev)
		known[known[id].prev].next = known[id].next;
	else
		first_of[iface] = known[id].next;
	if (known[id].next)
		known[known[id].next].prev = known[id].prev;
	n_over[iface]--;
}

static bool needs_iface(uint8_t act)
{
	return act == L3_FORWARD || act == L3_GLEAN || act == L3_BROADCAST;
}

/* *out is NULL where it leads nowhere. False: no memory. */
static bool make(uint16_t id, const struct l3_nexthop_conf *conf, const struct l3_iface *iface,
		 struct l3_nexthop **out)
{
	struct l3_nexthop *hop;
	uint32_t block;

	*out = NULL;
	if (iface->id != conf->iface || (needs_iface(conf->act) && !iface->up))
		return true;
	block = buddy_alloc(sizeof(*hop));
	if (!block)
		return false;
	hop = buddy_at(block);
	*hop = (struct l3_nexthop){
		.act = conf->away ? L3_AWAY : conf->act,
		.last_act = conf->act,
		.iface = iface->id,
		.mtu = iface->mtu,
		.vlan = iface->vlan,
		.vrf = conf->act == L3_VRF ? conf->vrf : iface->vrf,
		.id = id,
		.plain = iface->port ? RTE_MIN(iface->mtu + RTE_ETHER_HDR_LEN, UINT16_MAX) : 0,
		.port = iface->port,
		.wire = iface->port ? iface->port->wire : NULL,
		.bridge = iface->bridge,
		.key = fdb_key_make(conf->mac, iface->vlan),
	};
	memcpy(hop->header, conf->mac, 6);
	l3_mac_bytes(iface->mac, hop->header + 6);
	*out = hop;
	return true;
}

static void publish(uint16_t id, const struct l3_nexthop *hop)
{
	const struct l3_nexthop *was = l3_nexthop(id);

	atomic_store_explicit(&l3_nexthops[id], hop, memory_order_release);
	if (was != &dead && was != &gone)
		buddy_retire(buddy_block(was), sizeof(*was));
}

/* Its interface went down, or is gone: it is passed by until control has changed its groups. */
static void cut(uint16_t id)
{
	if (l3_nexthop(id) != &dead)
		publish(id, &gone);
}

int l3_nexthop_set(uint32_t id, const struct l3_nexthop_conf *conf)
{
	struct l3_nexthop *hop;

	if (!id || id >= L3_NEXTHOP_MAX || conf->act > L3_VRF || conf->iface >= L3_IFACE_MAX ||
	    conf->vrf >= L3_VRF_MAX || (needs_iface(conf->act) && !conf->iface))
		return -EINVAL;
	if (!make(id, conf, l3_iface(conf->iface), &hop))
		return -ENOMEM;
	if (known[id].used)
		unlink_from(id, known[id].conf.iface);
	n_used += !known[id].used;
	known[id].used = true;
	known[id].conf = *conf;
	link_to(id, conf->iface);
	publish(id, hop ? hop : conf->away ? &gone : &dead);
	return 0;
}

void l3_nexthop_del(uint32_t id)
{
	if (id >= L3_NEXTHOP_MAX || !known[id].used)
		return;
	unlink_from(id, known[id].conf.iface);
	known[id].used = false;
	n_used--;
	publish(id, &dead);
}

int l3_nexthops_rebuild(const struct l3_iface *iface, struct l3_rebuilt *out)
{
	out->n = 0;
	out->made = calloc(n_over[iface->id] + 1, sizeof(*out->made));
	if (!out->made)
		return -ENOMEM;
	for (uint16_t id = first_of[iface->id]; id; id = known[id].next, out->n++) {
		if (make(id, &known[id].conf, iface, &out->made[out->n]))
			continue;
		l3_rebuilt_drop(out);
		return -ENOMEM;
	}
	return 0;
}

void l3_rebuilt_publish(struct l3_rebuilt *rebuilt, uint16_t iface)
{
	uint32_t n = 0;

	for (uint16_t id = first_of[iface]; id; id = known[id].next, n++) {
		if (rebuilt->made[n])
			publish(id, rebuilt->made[n]);
		else
			cut(id);
	}
	free(rebuilt->made);
}

void l3_rebuilt_drop(struct l3_rebuilt *rebuilt)
{
	for (uint32_t i = 0; i < rebuilt->n; i++)
		if (rebuilt->made[i])
			buddy_free(buddy_block(rebuilt->made[i]), sizeof(*rebuilt->made[i]));
	free(rebuilt->made);
}

void l3_nexthops_cut(uint16_t iface)
{
	for (uint16_t id = first_of[iface]; id; id = known[id].next)
		cut(id);
}
