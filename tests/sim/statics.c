// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/statics.h"

#include <errno.h>
#include <stdlib.h>

#include "routing/core/container_of.h"

struct statics {
	struct instance instance;
	struct prefix *prefixes;
	uint32_t n;
};

static struct statics *statics_of(struct instance *instance)
{
	return container_of(instance, struct statics, instance);
}

static struct instance *create(struct env *env)
{
	struct statics *self = calloc(1, sizeof(*self));

	if (!self)
		return NULL;
	self->instance = (struct instance){.protocol = &protocol_statics, .env = env};
	self->instance.source = rib_source_add(env->rib, RIB_STATIC);
	if (self->instance.source)
		return &self->instance;
	free(self);
	return NULL;
}

static void stop(struct instance *instance)
{
	struct statics *self = statics_of(instance);

	for (uint32_t i = 0; i < self->n; i++)
		rib_del(instance->env->rib, instance->source, 0, &self->prefixes[i]);
	free(self->prefixes);
	self->prefixes = NULL;
	self->n = 0;
}

static int give(struct instance *instance, const struct static_conf *conf)
{
	struct rib *rib = instance->env->rib;
	struct rib_route route = {.distance = 1,
				  .metric = conf->metric,
				  .tag = conf->tag,
				  .set = nexthop_set_get(rib_sets(rib), &conf->hop, 1)};
	int r = route.set ? rib_set(rib, instance->source, 0, &conf->prefix, &route) : -errno;

	nexthop_set_unref(rib_sets(rib), route.set);
	return r;
}

static int reconfigure(struct instance *instance, const void *value)
{
	struct statics *self = statics_of(instance);
	const struct statics_conf *conf = value;
	int r = 0;

	stop(instance);
	self->prefixes = calloc(conf->n + 1, sizeof(*self->prefixes));
	if (!self->prefixes)
		return -ENOMEM;
	for (uint32_t i = 0; i < conf->n && r == 0; i++) {
		r = give(instance, &conf->routes[i]);
		if (r == 0)
			self->prefixes[self->n++] = conf->routes[i].prefix;
	}
	return r;
}

static void destroy(struct instance *instance)
{
	if (!instance)
		return;
	stop(instance);
	rib_source_del(instance->env->rib, instance->source);
	free(statics_of(instance));
}

static void iface_changed(struct instance *instance, const struct iface *iface)
{
}

static void iface_gone(struct instance *instance, const struct iface *iface)
{
}

const struct protocol protocol_statics = {
	.name = "static",
	.id = RIB_STATIC,
	.distance = 1,
	.create = create,
	.destroy = destroy,
	.reconfigure = reconfigure,
	.stop = stop,
	.iface_changed = iface_changed,
	.iface_gone = iface_gone,
};
