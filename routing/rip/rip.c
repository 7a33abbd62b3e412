// SPDX-License-Identifier: BSD-3-Clause
/* The life of an instance, and what is shown of it. */
#include "routing/rip/rip.h"

#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"
#include "routing/rip/engine.h"

const char *const rip_refused_names[RIP_REFUSALS] = {
	"malformed",        "bad version",        "bad command", "wrong port",  "bad source",
	"bad TTL",          "bad authentication", "replayed",    "not allowed", "BFD is down",
	"too many packets", "bad address family", "bad prefix",  "bad metric",  "too many routes",
};

void rip_conf_default(struct rip_conf *conf, uint8_t family)
{
	*conf = (struct rip_conf){
		.family = family,
		.distance = 120,
		.update_us = SPAN_S(30),
		.timeout_us = SPAN_S(180),
		.garbage_us = SPAN_S(120),
		.triggered_us = SPAN_S(1),
		.default_metric = 1,
		.paths = 8,
		.routes_max = 100000,
		.neighbor_routes_max = 100000,
		.packets_max = 10000,
		.neighbors_max = 256,
	};
}

static struct instance *create(struct env *env, const struct protocol *protocol, uint8_t family)
{
	struct rip *rip = memory_zalloc(sizeof(*rip));

	if (!rip)
		return NULL;
	rip->instance = (struct instance){.protocol = protocol, .env = env};
	rip->family = family;
	rip->instance.source = rib_source_add(env->rib, protocol->id);
	if (!rip->instance.source) {
		memory_free(rip);
		return NULL;
	}
	rip_ifaces_init(&rip->ifaces);
	rip_changed_init(&rip->changed);
	pool_init(&rip->nodes, trie_node_size(family));
	pool_init(&rip->routes, sizeof(struct rip_route));
	trie_init(&rip->table, family, &rip->nodes);
	timer_init(&rip->triggered_timer, rip_triggered_run);
	return &rip->instance;
}

static struct instance *create_rip(struct env *env)
{
	return create(env, &protocol_rip, ADDR_IP4);
}

static struct instance *create_ripng(struct env *env)
{
	return create(env, &protocol_ripng, ADDR_IP6);
}

static struct rip *rip_of(const struct instance *instance)
{
	return container_of(instance, struct rip, instance);
}

/* --- configuration: the arrays are copied, so that the caller's may go --- */

static void *copy(const void *from, size_t size)
{
	void *to = size ? memory_zalloc(size) : NULL;

	if (to)
		memcpy(to, from, size);
	return to;
}

static void conf_free(struct rip_conf *conf)
{
	memory_free((void *)conf->ifaces);
	memory_free((void *)conf->neighbors);
	memory_free((void *)conf->redistribute.rules);
	conf->ifaces = NULL;
	conf->neighbors = NULL;
	conf->redistribute = (struct rib_filter){0};
	conf->n_ifaces = conf->n_neighbors = 0;
}

static size_t filter_size(const struct rib_filter *filter)
{
	return filter->n * sizeof(*filter->rules);
}

static int conf_copy(struct rip_conf *to, const struct rip_conf *from)
{
	size_t ifaces = from->n_ifaces * sizeof(*from->ifaces);
	size_t neighbors = from->n_neighbors * sizeof(*from->neighbors);
	size_t filter = filter_size(&from->redistribute);

	*to = *from;
	to->ifaces = copy(from->ifaces, ifaces);
	to->neighbors = copy(from->neighbors, neighbors);
	to->redistribute.rules = copy(from->redistribute.rules, filter);
	if ((ifaces && !to->ifaces) || (neighbors && !to->neighbors) ||
	    (filter && !to->redistribute.rules)) {
		conf_free(to);
		return -ENOMEM;
	}
	return 0;
}

static bool key_is_sound(const struct rip_key *key)
{
	if (!key->size || key->type == RIP_AUTH_NONE || key->type >= RIP_AUTH_TYPES)
		return false;
	return key->size <= (key->type <= RIP_AUTH_MD5 ? 16 : RIP_KEY_MAX);
}

static bool iface_is_sound(const struct rip_iface_conf *iface)
{
	for (uint8_t i = 0; i < iface->n_keys; i++)
		if (i == RIP_KEYS_MAX || !key_is_sound(&iface->keys[i]))
			return false;
	return iface->iface && iface->metric >= 1 && iface->metric < RIP_INFINITY &&
	       iface->offset < RIP_INFINITY && iface->split <= RIP_SPLIT_POISONED;
}

static bool conf_is_sound(const struct rip *rip, const struct rip_conf *conf)
{
	for (uint32_t i = 0; i < conf->n_ifaces; i++)
		if (!iface_is_sound(&conf->ifaces[i]) ||
		    (rip->family == ADDR_IP6 && conf->ifaces[i].n_keys))
			return false;
	return conf->family == rip->family && conf->update_us > 0 &&
	       conf->timeout_us > conf->update_us && conf->garbage_us > 0 &&
	       conf->triggered_us > 0 && conf->paths >= 1 && conf->paths <= NEXTHOP_SET_MAX &&
	       conf->default_metric >= 1 && conf->default_metric <= RIP_INFINITY;
}

static bool filter_differs(const struct rib_filter *a, const struct rib_filter *b)
{
	size_t size = filter_size(a);

	return size != filter_size(b) || (size && memcmp(a->rules, b->rules, size) != 0);
}

/* Hears of the whole RIB, once more where it means something else now; who is told of a route that
 * this does not concern hears nothing. */
static int listen(struct rip *rip, const struct rip_conf *old, bool first)
{
	if (first)
		return rip_redistribute_start(rip);
	if (filter_differs(&old->redistribute, &rip->conf.redistribute) ||
	    old->default_metric != rip->conf.default_metric)
		rip_redistribute_again(rip);
	return 0;
}

static int reconfigure(struct instance *instance, const void *value)
{
	struct rip *rip = rip_of(instance);
	struct rip_conf wanted, old = rip->conf;
	bool first = !rip->is_running;
	int rc;

	if (!conf_is_sound(rip, value) ||
	    (!first && ((const struct rip_conf *)value)->vrf != rip->conf.vrf))
		return -EINVAL;
	rc = conf_copy(&wanted, value);
	if (rc < 0)
		return rc;
	rip->conf = wanted;
	rip->is_running = true;
	rip_limit_paths(rip);
	rc = rip_ifaces_configure(rip, &old);
	if (rc == 0)
		rc = listen(rip, &old, first);
	if (old.update_us != rip->conf.update_us || old.triggered_us != rip->conf.triggered_us)
		rip_updates_pace(rip);
	list_foreach_safe(rip_ifaces, &rip->ifaces, iface)
		rip_iface_look(iface);
	conf_free(&old);
	return rc;
}

static void stop(struct instance *instance)
{
	struct rip *rip = rip_of(instance);
	struct rip_route *route;

	if (!rip->is_running)
		return;
	rip_redistribute_stop(rip);
	list_foreach_safe(rip_ifaces, &rip->ifaces, iface) {
		if (iface->is_active)
			rip_say_goodbye(iface, NULL);
		rip_iface_free(iface);
	}
	while ((route = rip_route_next(rip, NULL)))
		rip_route_free(route);
	timer_stop(rip_env(rip)->timers, &rip->triggered_timer);
	conf_free(&rip->conf);
	rip->is_running = false;
}

static void destroy(struct instance *instance)
{
	struct rip *rip;

	if (!instance)
		return;
	rip = rip_of(instance);
	stop(instance);
	rib_source_del(rip_env(rip)->rib, instance->source);
	trie_fini(&rip->table);
	pool_fini(&rip->nodes);
	pool_fini(&rip->routes);
	memory_free(rip);
}

static void iface_changed(struct instance *instance, const struct iface *iface)
{
	struct rip_iface *known = rip_iface_find(rip_of(instance), iface->id);

	if (!known)
		return;
	known->iface = iface;
	rip_iface_look(known);
}

static void iface_gone(struct instance *instance, const struct iface *iface)
{
	struct rip_iface *known = rip_iface_find(rip_of(instance), iface->id);

	if (!known)
		return;
	known->iface = NULL;
	rip_iface_look(known);
}

static uint16_t speaks(const struct instance *instance, const struct iface *iface)
{
	const struct rip *rip = rip_of(instance);

	if (!rip_iface_find(rip, iface->id))
		return 0;
	return rip->family == ADDR_IP4 ? 0x0800 : 0x86dd;
}

/* --- what is shown --- */

void rip_summary(const struct instance *instance, struct rip_summary *out)
{
	const struct rip *rip = rip_of(instance);

	*out = (struct rip_summary){
		.vrf = rip->conf.vrf,
		.routes = rip->table.n,
		.learned = rip->n_learned,
		.update_us = rip->conf.update_us,
		.timeout_us = rip->conf.timeout_us,
		.garbage_us = rip->conf.garbage_us,
	};
	list_foreach(rip_ifaces, &rip->ifaces, iface)
		list_foreach(rip_neighbors, &iface->neighbors, neighbor)
			out->neighbors += neighbor->packets > 0;
}

uint32_t rip_next_iface(const struct instance *instance, uint32_t after)
{
	uint32_t next = 0;

	list_foreach(rip_ifaces, &rip_of(instance)->ifaces, iface)
		if (iface->is_active && iface->id > after && (!next || iface->id < next))
			next = iface->id;
	return next;
}

static void fill_row(const struct rip_route *route, struct rip_route_row *row)
{
	const struct env *env = rip_env(route->rip);
	const struct rip_hop *hop = route->hops;
	const struct timer *ends = hop ? &hop->timeout : &route->garbage;

	*row = (struct rip_route_row){
		.prefix = route->prefix,
		.metric = rip_route_metric(route),
		.tag = rip_route_tag(route),
		.is_own = route->is_own,
		.is_deleted = !route->is_own && !hop,
	};
	for (; hop; hop = hop->next)
		row->n_hops++;
	if (!route->is_own && route->hops) {
		row->next_hop = route->hops->gateway;
		row->iface = route->hops->from->iface->id;
	}
	if (!route->is_own && timer_runs(ends))
		row->left_us = moment_span(env_now(env), ends->at);
}

bool rip_next_route(const struct instance *instance, struct rip_route_row *row)
{
	struct rip *rip = rip_of(instance);
	bool begun = row->prefix.addr.family != ADDR_NONE;
	const struct rip_route *route = rip_route_next(rip, begun ? &row->prefix : NULL);

	if (route)
		fill_row(route, row);
	return route != NULL;
}

bool rip_next_neighbor(const struct instance *instance, struct rip_neighbor_row *row)
{
	bool found = row->addr.family == ADDR_NONE;

	list_foreach(rip_ifaces, &rip_of(instance)->ifaces, iface)
		list_foreach(rip_neighbors, &iface->neighbors, n) {
			if (found) {
				*row = (struct rip_neighbor_row){n->addr,        iface->id,
								 n->version,     n->seen.us,
								 n->n_hops,      n->packets,
								 n->bad_packets, n->bad_routes,
								 &n->refused};
				return true;
			}
			found = iface->id == row->iface && addr_compare(&n->addr, &row->addr) == 0;
		}
	return false;
}

uint64_t rip_refused(const struct instance *instance, enum rip_refused why)
{
	return rip_of(instance)->refused[why];
}

const struct protocol protocol_rip = {
	.name = "rip",
	.id = RIB_RIP,
	.distance = 120,
	.ip_proto = 17,
	.udp_port = RIP_PORT,
	.create = create_rip,
	.destroy = destroy,
	.reconfigure = reconfigure,
	.stop = stop,
	.iface_changed = iface_changed,
	.iface_gone = iface_gone,
	.input = rip_input,
	.speaks = speaks,
};

const struct protocol protocol_ripng = {
	.name = "ripng",
	.id = RIB_RIP,
	.distance = 120,
	.ip_proto = 17,
	.udp_port = RIPNG_PORT,
	.create = create_ripng,
	.destroy = destroy,
	.reconfigure = reconfigure,
	.stop = stop,
	.iface_changed = iface_changed,
	.iface_gone = iface_gone,
	.input = rip_input,
	.speaks = speaks,
};
