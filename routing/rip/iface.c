// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"
#include "routing/rip/engine.h"

struct rip_iface *rip_iface_find(const struct rip *rip, uint32_t id)
{
	list_foreach(rip_ifaces, &rip->ifaces, iface)
		if (iface->id == id)
			return iface;
	return NULL;
}

static bool is_of_wire(const struct rip_iface *iface, const struct addr *addr)
{
	return addr->family == iface->rip->family &&
	       (addr->family == ADDR_IP4 || addr_is_link_local(addr));
}

const struct addr *rip_iface_source(const struct rip_iface *iface)
{
	for (uint16_t i = 0; iface->iface && i < iface->iface->n_addresses; i++)
		if (is_of_wire(iface, &iface->iface->addresses[i].addr))
			return &iface->iface->addresses[i].addr;
	return NULL;
}

bool rip_iface_is_own(const struct rip_iface *iface, const struct addr *addr)
{
	for (uint16_t i = 0; i < iface->iface->n_addresses; i++)
		if (addr_compare(&iface->iface->addresses[i].addr, addr) == 0)
			return true;
	return false;
}

bool rip_iface_is_on_link(const struct rip_iface *iface, const struct addr *addr)
{
	if (addr->family == ADDR_IP6 && addr_is_link_local(addr))
		return true;
	for (uint16_t i = 0; i < iface->iface->n_addresses; i++)
		if (prefix_contains(&iface->iface->addresses[i], addr))
			return true;
	return false;
}

static void start(struct rip_iface *iface)
{
	iface->is_active = true;
	rip_updates_start(iface);
	rip_send_request(iface, NULL);
}

static void stop(struct rip_iface *iface)
{
	iface->is_active = false;
	rip_updates_stop(iface);
	while (!rip_neighbors_is_empty(&iface->neighbors))
		rip_neighbor_free(rip_neighbors_first(&iface->neighbors));
}

void rip_iface_look(struct rip_iface *iface)
{
	bool active = iface->rip->is_running && iface->iface &&
		      iface->iface->vrf == iface->rip->conf.vrf && iface->iface->flags & IFACE_UP &&
		      rip_iface_source(iface);

	if (active && !iface->is_active)
		start(iface);
	else if (!active && iface->is_active)
		stop(iface);
}

void rip_iface_free(struct rip_iface *iface)
{
	if (iface->is_active)
		stop(iface);
	rip_ifaces_del(&iface->rip->ifaces, iface);
	memory_free(iface);
}

static const struct iface *find_host_iface(struct env *env, uint32_t id)
{
	const struct iface *iface = env->ops->iface_next(env, id - 1);

	return iface && iface->id == id ? iface : NULL;
}

static struct rip_iface *create(struct rip *rip, const struct rip_iface_conf *conf)
{
	struct rip_iface *iface = memory_zalloc(sizeof(*iface));

	if (!iface)
		return NULL;
	iface->rip = rip;
	iface->id = conf->iface;
	iface->conf = *conf;
	iface->iface = find_host_iface(rip_env(rip), conf->iface);
	rip_neighbors_init(&iface->neighbors);
	rip_ifaces_add(&rip->ifaces, iface);
	return iface;
}

static const struct rip_iface_conf *conf_of(const struct rip_conf *conf, uint32_t id)
{
	for (uint32_t i = 0; i < conf->n_ifaces; i++)
		if (conf->ifaces[i].iface == id)
			return &conf->ifaces[i];
	return NULL;
}

/* Neighbours stay; what they are told from now on is what the new configuration says. All begin
 * anew that are to be watched, or no more, or whose metric is another; with other keys those who
 * spoke with one that is gone. */
static void change(struct rip_iface *iface, const struct rip_iface_conf *conf)
{
	bool anew = iface->conf.bfd != conf->bfd || iface->conf.metric != conf->metric;
	bool rekeyed = iface->conf.n_keys != conf->n_keys ||
		       memcmp(iface->conf.keys, conf->keys, sizeof(conf->keys)) != 0;
	bool tell = anew || memcmp(&iface->conf, conf, sizeof(*conf)) != 0;

	if (anew && iface->is_active)
		stop(iface);
	if (rekeyed)
		rip_neighbors_rekey(iface, conf);
	iface->conf = *conf;
	if (tell && iface->is_active) {
		rip_updates_stop(iface);
		rip_updates_start(iface);
		if (rekeyed)
			rip_send_request(iface, NULL);
	}
}

/* 0 or -ENOMEM; then what was there is as it was. */
int rip_ifaces_configure(struct rip *rip, const struct rip_conf *conf)
{
	for (uint32_t i = 0; i < conf->n_ifaces; i++)
		if (!rip_iface_find(rip, conf->ifaces[i].iface) && !create(rip, &conf->ifaces[i]))
			return -ENOMEM;
	list_foreach_safe(rip_ifaces, &rip->ifaces, iface) {
		const struct rip_iface_conf *wanted = conf_of(conf, iface->id);

		if (wanted) {
			change(iface, wanted);
			continue;
		}
		if (iface->is_active)
			rip_say_goodbye(iface);
		rip_iface_free(iface);
	}
	return 0;
}
