// SPDX-License-Identifier: BSD-3-Clause
#include "control/pin.h"

#include <errno.h>

#include "control/engines.h"
#include "control/interfaces.h"
#include "control/vrfs.h"

/* What an item's hop is to the RIB. False: what it names is not there. */
static bool hop_of(const struct route_hop *conf, bool bfd, struct nexthop *out)
{
	struct iface_entry *entry = conf->interface ? interfaces_find(conf->interface) : NULL;
	int vrf = vrfs_id(conf->vrf);

	*out = (struct nexthop){.gateway = conf->gateway, .weight = conf->weight};
	if (conf->interface && !entry)
		return false;
	if (entry)
		out->iface = entry->iface.id;
	if (conf->gateway.family != ADDR_NONE)
		out->kind = NEXTHOP_GATEWAY;
	else if (conf->interface)
		out->kind = NEXTHOP_IFACE;
	else
		out->kind = NEXTHOP_VRF;
	if (out->kind == NEXTHOP_VRF)
		out->vrf = vrf < 0 ? 0 : (uint16_t)vrf;
	if (bfd && out->kind == NEXTHOP_GATEWAY)
		out->flags = NEXTHOP_BFD;
	return vrf >= 0;
}

const struct nexthop_set *pin_set_of(const struct route_conf *conf)
{
	struct nexthop hops[NEXTHOP_SET_MAX] = {{.kind = conf->type, .weight = 1}};
	uint32_t n = conf->n ? conf->n : 1;

	for (uint32_t i = 0; i < conf->n; i++)
		if (!hop_of(&conf->hops[i], conf->terms.bfd, &hops[i])) {
			errno = ENOENT;
			return NULL;
		}
	return nexthop_set_get(rib_sets(engines_env()->rib), hops, n);
}

/* The interface in whose subnet a gateway is; 0: none. */
static uint32_t iface_of(uint16_t vrf, const struct addr *gateway)
{
	for (struct iface_entry *e = interfaces_first(); e; e = e->next)
		for (uint16_t i = 0; e->iface.vrf == vrf && i < e->iface.n_addresses; i++)
			if (!(e->iface.flags & IFACE_LOOPBACK) &&
			    prefix_contains(&e->iface.addresses[i], gateway))
				return e->iface.id;
	return 0;
}

const struct nexthop_set *pin_gateways(uint16_t vrf, const struct nexthop_set *set)
{
	struct nexthop hops[NEXTHOP_SET_MAX];

	for (uint32_t i = 0; i < set->n; i++) {
		hops[i] = set->hops[i];
		if (hops[i].kind == NEXTHOP_GATEWAY && !hops[i].iface)
			hops[i].iface = iface_of(vrf, &hops[i].gateway);
	}
	return nexthop_set_get(rib_sets(engines_env()->rib), hops, set->n);
}
