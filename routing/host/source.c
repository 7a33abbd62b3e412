// SPDX-License-Identifier: BSD-3-Clause
/* Which address of ours to speak from. */
#include "routing/host/inside.h"
#include "routing/rib.h"

static bool is_usable(const struct host *host, const struct iface *iface, const struct addr *addr)
{
	return !host->ops || !host->ops->is_usable || host->ops->is_usable(host->ctx, iface, addr);
}

bool source_is_link_local(const struct addr *addr)
{
	return addr->family == ADDR_IP6 && addr_is_link_local(addr);
}

bool source_is_on(const struct iface *iface, const struct addr *addr)
{
	for (uint16_t i = 0; i < iface->n_addresses; i++)
		if (addr_compare(&iface->addresses[i].addr, addr) == 0)
			return true;
	return false;
}

bool source_is_on_wire(const struct iface *iface, const struct addr *addr)
{
	if (source_is_link_local(addr))
		return true;
	for (uint16_t i = 0; i < iface->n_addresses; i++)
		if (prefix_contains(&iface->addresses[i], addr))
			return true;
	return false;
}

/* How well an address goes with dst: 0 not at all, 2 for one in its subnet. IPv6: of the same
 * scope. */
static int fitness(const struct prefix *own, const struct addr *dst)
{
	if (own->addr.family != dst->family ||
	    source_is_link_local(&own->addr) != source_is_link_local(dst))
		return 0;
	return prefix_contains(own, dst) ? 2 : 1;
}

static int best_of(const struct host *host, const struct iface *iface, const struct addr *dst,
		   int least, struct addr *source)
{
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		const struct prefix *own = &iface->addresses[i];
		int fits = fitness(own, dst);

		if (fits > least && is_usable(host, iface, &own->addr)) {
			least = fits;
			*source = own->addr;
		}
	}
	return least;
}

/* An interface without one borrows: of a loopback first, which does not go down (RFC 1812 2.2.7).
 */
static bool borrow(const struct host *host, uint16_t vrf, const struct addr *dst,
		   struct addr *source)
{
	const struct iface *iface;
	bool found = false;

	if (source_is_link_local(dst))
		return false; /* it would be of another link */
	for (uint32_t id = 0; (iface = host->env->ops->iface_next(host->env, id)) != NULL;
	     id = iface->id) {
		struct addr addr;

		if (iface->vrf != vrf || best_of(host, iface, dst, 0, &addr) == 0)
			continue;
		if (!found || (iface->flags & IFACE_LOOPBACK))
			*source = addr;
		if (iface->flags & IFACE_LOOPBACK)
			return true;
		found = true;
	}
	return found;
}

static const struct iface *iface_by_id(const struct host *host, uint32_t id)
{
	const struct iface *iface = id > 0 ? host->env->ops->iface_next(host->env, id - 1) : NULL;

	return iface && iface->id == id ? iface : NULL;
}

const struct iface *source_route(const struct host *host, uint16_t vrf, const struct addr *dst)
{
	struct rib_best best;

	if (!host->env->rib || !rib_lookup(host->env->rib, vrf, dst, &best) || !best.hops)
		return NULL;
	for (uint32_t i = 0; i < best.hops->n; i++) {
		const struct iface *iface = iface_by_id(host, best.hops->hops[i].iface);

		if (iface)
			return iface;
	}
	return NULL;
}

bool host_source(struct host *host, uint16_t vrf, const struct iface *out, const struct addr *dst,
		 struct addr *source)
{
	if (!out)
		out = source_route(host, vrf, dst);
	if (out && best_of(host, out, dst, 0, source) > 0)
		return true;
	return borrow(host, vrf, dst, source);
}

bool source_for_answer(struct host *host, const struct packet_in *in, const struct ip_view *ip,
		       bool is_for_us, struct addr *source)
{
	bool is_group = addr_is_multicast(&ip->dst);

	if (is_for_us && !is_group) {
		*source = ip->dst;
		return true;
	}
	return host_source(host, in->iface->vrf, in->iface, &ip->src, source);
}

bool source_is_refused(const struct host *host, const struct iface *iface, const struct addr *dst)
{
	for (uint16_t i = 0; i < iface->n_addresses; i++)
		if (addr_compare(&iface->addresses[i].addr, dst) == 0)
			return !is_usable(host, iface, dst);
	return false;
}

bool source_is_ours(struct host *host, uint16_t vrf, const struct addr *addr)
{
	const struct iface *iface;

	for (uint32_t id = 0; (iface = host->env->ops->iface_next(host->env, id)) != NULL;
	     id = iface->id)
		for (uint16_t i = 0; iface->vrf == vrf && i < iface->n_addresses; i++)
			if (addr_compare(&iface->addresses[i].addr, addr) == 0 &&
			    is_usable(host, iface, addr))
				return true;
	return false;
}
