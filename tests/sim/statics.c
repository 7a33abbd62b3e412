// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/statics.h"

#include <errno.h>
#include <stdlib.h>

#include "routing/core/container_of.h"

enum { DISTANCES = 110 };

struct statics {
	struct instance instance;
	uint32_t sources[DISTANCES]; /* 0: none yet; that of 1 is the instance's */
	struct given {
		struct prefix prefix;
		uint32_t source;
	} * given;
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
	self->sources[1] = self->instance.source;
	if (self->instance.source)
		return &self->instance;
	free(self);
	return NULL;
}

static void stop(struct instance *instance)
{
	struct statics *self = statics_of(instance);

	for (uint32_t i = 0; i < self->n; i++)
		rib_del(instance->env->rib, self->given[i].source, 0, &self->given[i].prefix);
	free(self->given);
	self->given = NULL;
	self->n = 0;
}

/* The source of a distance: what is given by one does not replace what is by another. */
static uint32_t source_of(struct statics *self, uint8_t distance)
{
	if (!self->sources[distance])
		self->sources[distance] = rib_source_add(self->instance.env->rib, RIB_STATIC);
	return self->sources[distance];
}

static int give(struct statics *self, const struct static_conf *conf)
{
	struct rib *rib = self->instance.env->rib;
	uint8_t distance = conf->distance ? conf->distance : 1;
	uint32_t source = source_of(self, distance);
	struct rib_route route = {.distance = distance,
				  .metric = conf->metric,
				  .tag = conf->tag,
				  .set = nexthop_set_get(rib_sets(rib), &conf->hop, 1)};
	int r = source && route.set ? rib_set(rib, source, 0, &conf->prefix, &route) : -errno;

	nexthop_set_unref(rib_sets(rib), route.set);
	if (r == 0)
		self->given[self->n++] = (struct given){conf->prefix, source};
	return r;
}

static int reconfigure(struct instance *instance, const void *value)
{
	struct statics *self = statics_of(instance);
	const struct statics_conf *conf = value;
	int r = 0;

	stop(instance);
	self->given = calloc(conf->n + 1, sizeof(*self->given));
	if (!self->given)
		return -ENOMEM;
	for (uint32_t i = 0; i < conf->n && r == 0; i++)
		r = conf->routes[i].distance < DISTANCES ? give(self, &conf->routes[i]) : -EINVAL;
	return r;
}

static void destroy(struct instance *instance)
{
	if (!instance)
		return;
	stop(instance);
	for (uint32_t i = 1; i < DISTANCES; i++)
		if (statics_of(instance)->sources[i])
			rib_source_del(instance->env->rib, statics_of(instance)->sources[i]);
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
