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

static uint32_t neighbors_of(const struct rip_conf *conf, uint32_t iface, uint32_t after)
{
	while (after < conf->n_neighbors && conf->neighbors[after].iface != iface)
		after++;
	return after;
}

static bool has_neighbor(const struct rip_conf *conf, uint32_t iface, const struct addr *addr)
{
	for (uint32_t i = 0; i < conf->n_neighbors; i++)
		if (conf->neighbors[i].iface == iface &&
		    addr_compare(&conf->neighbors[i].addr, addr) == 0)
			return true;
	return false;
}

/* Whether somebody is among the configured neighbours of one who is not among the other's. */
static bool neighbors_exceed(const struct rip_conf *a, const struct rip_conf *b, uint32_t iface)
{
	for (uint32_t i = neighbors_of(a, iface, 0); i < a->n_neighbors;
	     i = neighbors_of(a, iface, i + 1))
		if (!has_neighbor(b, iface, &a->neighbors[i].addr))
			return true;
	return false;
}

/* Those who are sent nothing any more, be it for lack of a configuration, hear that now. Where the
 * group is still told, they may be of it, and are left to that. */
static void leave_neighbors(struct rip_iface *iface, const struct rip_conf *old,
			    const struct rip_iface_conf *wanted)
{
	const struct rip_conf *conf = &iface->rip->conf;

	if (!iface->is_active || (wanted && !wanted->passive))
		return;
	for (uint32_t i = neighbors_of(old, iface->id, 0); i < old->n_neighbors;
	     i = neighbors_of(old, iface->id, i + 1))
		if (!has_neighbor(conf, iface->id, &old->neighbors[i].addr))
			rip_say_goodbye(iface, &old->neighbors[i].addr);
	if (!iface->conf.passive)
		rip_say_goodbye(iface, NULL);
}

bool rip_iface_tells(const struct rip_iface *iface, const struct addr *addr)
{
	return !iface->conf.passive || has_neighbor(&iface->rip->conf, iface->id, addr);
}

/* Neighbours that are to be watched, or no more, or whose metric is another, begin anew. */
static bool begins_anew(const struct rip_iface *iface, const struct rip_conf *old,
			const struct rip_iface_conf *was)
{
	const struct rip_iface_conf *conf = &iface->conf;
	const struct rip_conf *now = &iface->rip->conf;
	bool are_others = was->passive != conf->passive ||
			  (conf->passive && (neighbors_exceed(now, old, iface->id) ||
					     neighbors_exceed(old, now, iface->id)));

	return was->bfd != conf->bfd || was->metric != conf->metric || (conf->bfd && are_others);
}

/* Otherwise neighbours stay, but with other keys those who spoke with one that is gone; what they
 * are told from now on is what the new configuration says. */
static void change(struct rip_iface *iface, const struct rip_conf *old,
		   const struct rip_iface_conf *conf)
{
	struct rip_iface_conf was = iface->conf;
	bool rekeyed =
		was.n_keys != conf->n_keys || memcmp(was.keys, conf->keys, sizeof(was.keys)) != 0;
	bool differs = memcmp(&was, conf, sizeof(was)) != 0 ||
		       neighbors_exceed(&iface->rip->conf, old, iface->id) ||
		       neighbors_exceed(old, &iface->rip->conf, iface->id);
	bool was_telling = iface->is_telling;

	leave_neighbors(iface, old, conf);
	if (rekeyed)
		rip_neighbors_rekey(iface, conf);
	iface->conf = *conf;
	if (!differs || !iface->is_active)
		return;
	if (was.originate && !conf->originate)
		rip_withdraw_default(iface);
	if (begins_anew(iface, old, &was)) {
		stop(iface); /* it starts again when it is looked at */
		return;
	}
	rip_updates_stop(iface);
	rip_updates_start(iface);
	if (rekeyed || (iface->is_telling && !was_telling))
		rip_send_request(iface, NULL);
}

static bool originates(const struct rip_conf *conf)
{
	for (uint32_t i = 0; i < conf->n_ifaces; i++)
		if (conf->ifaces[i].originate)
			return true;
	return false;
}

/* 0 or -ENOMEM; then what was there is as it was. */
int rip_ifaces_configure(struct rip *rip, const struct rip_conf *old)
{
	const struct rip_conf *conf = &rip->conf;

	for (uint32_t i = 0; i < conf->n_ifaces; i++)
		if (!rip_iface_find(rip, conf->ifaces[i].iface) && !create(rip, &conf->ifaces[i]))
			return -ENOMEM;
	rip->originates = originates(conf);
	if (rip->originates)
		rip_forget_default(rip);
	list_foreach_safe(rip_ifaces, &rip->ifaces, iface) {
		const struct rip_iface_conf *wanted = conf_of(conf, iface->id);

		if (wanted) {
			change(iface, old, wanted);
			continue;
		}
		leave_neighbors(iface, old, NULL);
		rip_iface_free(iface);
	}
	return 0;
}
