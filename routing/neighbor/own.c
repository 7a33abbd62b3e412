// SPDX-License-Identifier: BSD-3-Clause
/* Our own addresses on a wire: down, then tentative (dad.c), then announced (announce.c). */
#include "routing/neighbor/engine.h"

#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"

static void timeout(struct timer *timer)
{
	struct own *own = container_of(timer, struct own, timer);
	struct neighbors *engine = own->wire->engine;

	if (own->state == NEIGHBOR_ADDRESS_USABLE)
		announce_timeout(own);
	else
		dad_timeout(own);
	settle(engine);
}

/* What we have is nobody else's. */
static void forget_neighbor(struct own *own)
{
	struct neighbor *was = table_find(own->wire->engine, own->wire, &own->prefix.addr);

	if (was)
		table_remove(was, NEIGHBOR_FLUSHED, NEIGHBOR_DROPPED);
}

/* What depends on a state follows from here, whatever led to it. */
void own_set(struct own *own, enum neighbor_address state)
{
	timer_stop(own->wire->engine->env->timers, &own->timer);
	own->state = (uint8_t)state;
	own->is_probed = false;
	settle_own_later(own);
	if (state == NEIGHBOR_ADDRESS_TENTATIVE || state == NEIGHBOR_ADDRESS_USABLE)
		forget_neighbor(own);
	if (state == NEIGHBOR_ADDRESS_TENTATIVE)
		dad_start(own);
	else if (state == NEIGHBOR_ADDRESS_DUPLICATE)
		dad_wait(own);
	else if (state == NEIGHBOR_ADDRESS_USABLE)
		announce_start(own);
	if (own->prefix.addr.family == ADDR_IP6)
		ra_update(own->wire);
}

void own_arm(struct own *own, int64_t span)
{
	struct neighbors *engine = own->wire->engine;

	if (timer_start(engine->env->timers, &own->timer, moment_add(now_of(engine), span)) == 0)
		return;
	engine->stats.no_memory++;
	if (own->state != NEIGHBOR_ADDRESS_TENTATIVE)
		return;
	env_log(engine->env, ENV_ERROR, "interface %s: no memory to check an address; it is used",
		own->wire->iface->name);
	own_set(own, NEIGHBOR_ADDRESS_USABLE);
}

static bool is_checked(const struct own *own)
{
	const struct neighbor_conf *conf = &own->wire->conf;

	return own->prefix.addr.family == ADDR_IP4 ? conf->arp_probe
						   : !conf->dad_off && conf->dad_transmits > 0;
}

static void start(struct own *own)
{
	own->conflicts = 0;
	own->has_claimant = false;
	own_set(own, is_checked(own) ? NEIGHBOR_ADDRESS_TENTATIVE : NEIGHBOR_ADDRESS_USABLE);
}

void own_reconfigured(struct wire *wire)
{
	list_foreach(owns, &wire->owns, own)
		if (!is_checked(own) && (own->state == NEIGHBOR_ADDRESS_TENTATIVE ||
					 own->state == NEIGHBOR_ADDRESS_DUPLICATE))
			start(own);
}

void own_up(struct wire *wire)
{
	list_foreach(owns, &wire->owns, own)
		if (own->state == NEIGHBOR_ADDRESS_DOWN)
			start(own);
}

void own_down(struct wire *wire)
{
	list_foreach(owns, &wire->owns, own)
		own_set(own, NEIGHBOR_ADDRESS_DOWN);
}

void own_announce_all(struct wire *wire)
{
	list_foreach(owns, &wire->owns, own)
		if (own->state == NEIGHBOR_ADDRESS_USABLE)
			announce_start(own);
}

static void remove_own(struct own *own)
{
	struct wire *wire = own->wire;

	timer_stop(wire->engine->env->timers, &own->timer);
	if (list_is_linked(&own->unsettled))
		unsettled_owns_del(&wire->engine->unsettled_owns, own);
	owns_del(&wire->owns, own);
	memory_free(own);
}

void own_remove_all(struct wire *wire)
{
	list_foreach_safe(owns, &wire->owns, own)
		remove_own(own);
}

struct own *own_find(const struct wire *wire, const struct addr *addr)
{
	list_foreach(owns, &wire->owns, own)
		if (addr_compare(&own->prefix.addr, addr) == 0)
			return own;
	return NULL;
}

struct own *own_held(const struct wire *wire, const struct addr *addr)
{
	struct own *own = own_find(wire, addr);

	return own && own->state != NEIGHBOR_ADDRESS_DUPLICATE ? own : NULL;
}

struct own *own_anycast(const struct wire *wire, const struct addr *addr)
{
	list_foreach(owns, &wire->owns, own)
		if (own->state == NEIGHBOR_ADDRESS_USABLE && prefix_is_anycast(&own->prefix, addr))
			return own;
	return NULL;
}

bool own_is_claimed_by(const struct own *own, const uint8_t mac[6])
{
	return own->has_claimant && memcmp(own->claimant, mac, sizeof(own->claimant)) == 0;
}

void own_set_claimant(struct own *own, const uint8_t mac[6])
{
	own->has_claimant = true;
	memcpy(own->claimant, mac, sizeof(own->claimant));
}

void own_claimed(struct own *own, const uint8_t mac[6])
{
	if (own->state == NEIGHBOR_ADDRESS_TENTATIVE)
		dad_conflict(own, mac);
	else if (own->state == NEIGHBOR_ADDRESS_USABLE)
		announce_defend(own, mac);
}

static int add_own(struct wire *wire, const struct prefix *prefix)
{
	struct own *own = memory_zalloc(sizeof(*own));

	if (!own)
		return -ENOMEM;
	timer_init(&own->timer, timeout);
	own->wire = wire;
	own->prefix = *prefix;
	own->state = own->told = NEIGHBOR_ADDRESS_DOWN;
	own->is_wanted = true;
	owns_add(&wire->owns, own);
	return 0;
}

/* Who was in a subnet that we have no address in any more is out of reach. */
static void forget_subnet(struct wire *wire, const struct prefix *subnet)
{
	for (int i = 0; i < LIST_PINNED; i++)
		list_foreach_safe(listed, &wire->lists[i], neighbor)
			if (prefix_contains(subnet, &neighbor->addr) &&
			    !wire_has_subnet(wire, &neighbor->addr))
				table_remove(neighbor, NEIGHBOR_FLUSHED, NEIGHBOR_DROPPED);
}

int own_update(struct wire *wire)
{
	const struct iface *iface = wire->iface;
	int err = 0;

	list_foreach(owns, &wire->owns, own)
		own->is_wanted = false;
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		const struct prefix *prefix = &iface->addresses[i];
		struct own *own = own_find(wire, &prefix->addr);

		if (own) {
			own->prefix = *prefix;
			own->is_wanted = true;
		} else if (add_own(wire, prefix) < 0) {
			err = -ENOMEM;
		}
	}
	list_foreach_safe(owns, &wire->owns, own) {
		struct prefix was = own->prefix;

		if (own->is_wanted)
			continue;
		remove_own(own);
		forget_subnet(wire, &was);
	}
	return err;
}

static bool is_link_local6(const struct own *own)
{
	return own->prefix.addr.family == ADDR_IP6 && addr_is_link_local(&own->prefix.addr);
}

const struct own *own_source(const struct wire *wire, const struct addr *dst)
{
	const struct own *best = NULL;

	list_foreach(owns, &wire->owns, own) {
		if (own->prefix.addr.family != dst->family || own->state != NEIGHBOR_ADDRESS_USABLE)
			continue;
		if (dst->family == ADDR_IP6 ? is_link_local6(own)
					    : prefix_contains(&own->prefix, dst))
			return own;
		if (!best)
			best = own;
	}
	return best;
}
