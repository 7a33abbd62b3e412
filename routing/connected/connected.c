// SPDX-License-Identifier: BSD-3-Clause
#include "routing/connected/connected.h"

#include <errno.h>
#include <string.h>

#include "routing/core/container_of.h"
#include "routing/core/memory.h"

enum { BUCKETS = 1024, ROUTES_OF_ADDRESS = 3 };

/* What one address of one interface says of one prefix. */
struct claim {
	struct claim *next; /* in its bucket */
	struct prefix prefix;
	uint32_t iface;
	uint16_t vrf;
	uint8_t kind; /* enum nexthop_kind */
	bool is_old;  /* not said again yet, while its interface is looked at */
};

struct connected {
	struct instance instance;
	struct claim *buckets[BUCKETS];
};

static struct connected *connected_of(struct instance *instance)
{
	return container_of(instance, struct connected, instance);
}

static struct claim **bucket_of(struct connected *self, uint16_t vrf, const struct prefix *prefix)
{
	uint32_t hash = vrf * 2654435761U + prefix->length;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ prefix->addr.bytes[i]) * 16777619U;
	return &self->buckets[hash % BUCKETS];
}

static bool is_of(const struct claim *claim, uint16_t vrf, const struct prefix *prefix)
{
	return claim->vrf == vrf && prefix_compare(&claim->prefix, prefix) == 0;
}

/* All that is said of a prefix becomes one route, or none. */
static void tell(struct connected *self, uint16_t vrf, const struct prefix *prefix)
{
	struct rib *rib = self->instance.env->rib;
	struct nexthop hops[NEXTHOP_SET_MAX];
	struct rib_route route = {0};
	uint32_t n = 0;
	int rc;

	for (const struct claim *claim = *bucket_of(self, vrf, prefix);
	     claim && n < NEXTHOP_SET_MAX; claim = claim->next)
		if (is_of(claim, vrf, prefix))
			hops[n++] = (struct nexthop){.kind = claim->kind,
						     .iface = claim->iface,
						     .weight = 1};
	if (!n) {
		rib_del(rib, self->instance.source, vrf, prefix);
		return;
	}
	route.set = nexthop_set_get(rib_sets(rib), hops, n);
	rc = route.set ? rib_set(rib, self->instance.source, vrf, prefix, &route) : -errno;
	nexthop_set_unref(rib_sets(rib), route.set);
	if (rc < 0)
		env_log(self->instance.env, ENV_ERROR, "a connected route is not there: error %d",
			-rc);
}

static void claim(struct connected *self, const struct iface *iface, const struct prefix *prefix,
		  enum nexthop_kind kind)
{
	struct claim **bucket = bucket_of(self, iface->vrf, prefix), *known = *bucket;

	while (known && !(is_of(known, iface->vrf, prefix) && known->iface == iface->id &&
			  known->kind == kind))
		known = known->next;
	if (known) {
		known->is_old = false;
		return;
	}
	known = memory_zalloc(sizeof(*known));
	if (!known) {
		env_log(self->instance.env, ENV_ERROR, "%s: no memory for its routes", iface->name);
		return;
	}
	*known = (struct claim){*bucket, *prefix, iface->id, iface->vrf, (uint8_t)kind, false};
	*bucket = known;
	tell(self, iface->vrf, prefix);
}

static void set_host_bits(struct prefix *prefix)
{
	for (unsigned bit = prefix->length; bit < 32; bit++)
		prefix->addr.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	prefix->length = 32;
}

/* The subnet before what lies in it: who hears of the latter knows the former. */
static void claim_address(struct connected *self, const struct iface *iface,
			  const struct prefix *address)
{
	struct prefix net = prefix_network(address), host = *address, last = net;
	bool has_wire = !(iface->flags & IFACE_LOOPBACK);

	host.length = (uint8_t)addr_bits(&host.addr);
	if (net.length < host.length && !addr_is_link_local(&host.addr))
		claim(self, iface, &net, has_wire ? NEXTHOP_IFACE : NEXTHOP_UNREACHABLE);
	claim(self, iface, &host, NEXTHOP_LOCAL);
	if (has_wire && prefix_is_anycast(&net, &net.addr)) {
		last.length = (uint8_t)addr_bits(&net.addr);
		claim(self, iface, &last, NEXTHOP_LOCAL);
	}
	if (host.addr.family == ADDR_IP4 && net.length < 31 && has_wire) {
		set_host_bits(&last);
		claim(self, iface, &last, NEXTHOP_BROADCAST);
	}
}

static void mark_old(struct connected *self, uint32_t iface)
{
	for (int i = 0; i < BUCKETS; i++)
		for (struct claim *known = self->buckets[i]; known; known = known->next)
			if (known->iface == iface)
				known->is_old = true;
}

static void drop_old(struct connected *self)
{
	for (int i = 0; i < BUCKETS; i++)
		for (struct claim **at = &self->buckets[i]; *at;) {
			struct claim *known = *at;

			if (!known->is_old) {
				at = &known->next;
				continue;
			}
			*at = known->next;
			tell(self, known->vrf, &known->prefix);
			memory_free(known);
		}
}

static void iface_changed(struct instance *instance, const struct iface *iface)
{
	struct connected *self = connected_of(instance);

	mark_old(self, iface->id);
	if (iface->flags & IFACE_UP)
		for (uint16_t i = 0; i < iface->n_addresses; i++)
			claim_address(self, iface, &iface->addresses[i]);
	drop_old(self);
}

static void iface_gone(struct instance *instance, const struct iface *iface)
{
	struct connected *self = connected_of(instance);

	mark_old(self, iface->id);
	drop_old(self);
}

static struct instance *create(struct env *env)
{
	struct connected *self = memory_zalloc(sizeof(*self));

	if (!self)
		return NULL;
	self->instance = (struct instance){.protocol = &protocol_connected, .env = env};
	self->instance.source = rib_source_add(env->rib, RIB_CONNECTED);
	if (self->instance.source)
		return &self->instance;
	memory_free(self);
	return NULL;
}

static int reconfigure(struct instance *instance, const void *conf)
{
	struct env *env = instance->env;
	const struct iface *iface = env->ops->iface_next(env, 0);

	for (; iface; iface = env->ops->iface_next(env, iface->id))
		iface_changed(instance, iface);
	return 0;
}

static void stop(struct instance *instance)
{
	struct connected *self = connected_of(instance);

	for (int i = 0; i < BUCKETS; i++)
		for (struct claim *known = self->buckets[i]; known; known = known->next)
			known->is_old = true;
	drop_old(self);
}

static void destroy(struct instance *instance)
{
	if (!instance)
		return;
	stop(instance);
	rib_source_del(instance->env->rib, instance->source);
	memory_free(connected_of(instance));
}

const struct protocol protocol_connected = {
	.name = "connected",
	.id = RIB_CONNECTED,
	.create = create,
	.destroy = destroy,
	.reconfigure = reconfigure,
	.stop = stop,
	.iface_changed = iface_changed,
	.iface_gone = iface_gone,
};
