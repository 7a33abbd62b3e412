// SPDX-License-Identifier: BSD-3-Clause
#include "control/statics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/pin.h"
#include "control/spine/log.h"
#include "control/vrfs.h"

#define DISTANCES 256

struct static_route {
	struct prefix prefix;
	struct route_terms terms;
	uint16_t vrf;
	const struct nexthop_set *set; /* as configured */
};

/* The sets of many routes are few: what became of the latest ones. */
#define PINNED 64

static struct {
	struct static_route *list;
	size_t n, room;
	uint32_t sources[DISTANCES]; /* 0: none yet */
	uint32_t n_of[DISTANCES];    /* routes of it */
	struct {
		uint16_t vrf;
		const struct nexthop_set *set, *pinned; /* NULL: free */
	} pinned[PINNED];
	size_t following; /* those before it follow the interfaces' addresses; n: all */
	int fault;        /* of the latest that could not, -errno; 0: none */
} statics;

/* The source of a distance, made when it is needed; 0 with errno. */
static uint32_t source_of(uint8_t distance)
{
	if (!statics.sources[distance])
		statics.sources[distance] = rib_source_add(engines_env()->rib, RIB_STATIC);
	return statics.sources[distance];
}

static void let_go(uint8_t distance)
{
	if (--statics.n_of[distance] > 0 || !statics.sources[distance])
		return;
	rib_source_del(engines_env()->rib, statics.sources[distance]);
	statics.sources[distance] = 0;
}

/* --- gateways in subnets of ours --- */

static void forget_pinned(void)
{
	struct nexthop_sets *sets = rib_sets(engines_env()->rib);

	for (int i = 0; i < PINNED; i++) {
		nexthop_set_unref(sets, statics.pinned[i].set);
		nexthop_set_unref(sets, statics.pinned[i].pinned);
		statics.pinned[i].set = statics.pinned[i].pinned = NULL;
	}
}

/* The set with its gateways' interfaces, borrowed; NULL with errno. */
static const struct nexthop_set *pinned(uint16_t vrf, const struct nexthop_set *set)
{
	struct nexthop_sets *sets = rib_sets(engines_env()->rib);
	uint32_t at = (set->id + vrf) % PINNED;
	const struct nexthop_set *made;

	if (statics.pinned[at].set == set && statics.pinned[at].vrf == vrf)
		return statics.pinned[at].pinned;
	made = pin_gateways(vrf, set);
	if (!made)
		return NULL;
	nexthop_set_unref(sets, statics.pinned[at].set);
	nexthop_set_unref(sets, statics.pinned[at].pinned);
	statics.pinned[at].vrf = vrf;
	statics.pinned[at].set = nexthop_set_ref(set);
	statics.pinned[at].pinned = made;
	return made;
}

/* --- routes --- */

/* Gives the RIB the route. 0 or -errno. */
static int give(const struct static_route *route)
{
	uint32_t source = source_of(route->terms.distance);
	struct rib_route out = {.metric = route->terms.metric,
				.tag = route->terms.tag,
				.distance = route->terms.distance};

	if (!source)
		return -errno;
	out.set = pinned(route->vrf, route->set);
	if (!out.set)
		return -errno;
	return rib_set(engines_env()->rib, source, route->vrf, &route->prefix, &out);
}

/* What the configuration says, given to the RIB. 0 or -errno, with nothing in *route. */
static int put(const struct route_conf *conf, struct static_route *route)
{
	int vrf = vrfs_id(conf->vrf), r;

	if (vrf < 0)
		return -ENOENT;
	*route = (struct static_route){.prefix = conf->prefix,
				       .terms = conf->terms,
				       .vrf = (uint16_t)vrf,
				       .set = pin_set_of(conf)};
	if (!route->set)
		return -errno;
	r = give(route);
	if (r < 0)
		nexthop_set_unref(rib_sets(engines_env()->rib), route->set);
	return r;
}

static int refuse(const struct route_conf *conf, int r, struct errors *errors)
{
	char text[PREFIX_TEXT_MAX];

	return errors_add(errors, "", "%s: %s", prefix_print(&conf->prefix, text), strerror(-r));
}

static int make_room(void)
{
	size_t room = statics.room ? statics.room * 2 : 64;
	struct static_route *list;

	if (statics.n < statics.room)
		return 0;
	list = realloc(statics.list, room * sizeof(*list));
	if (!list)
		return -ENOMEM;
	statics.list = list;
	statics.room = room;
	return 0;
}

int statics_add(size_t at, const json_t *value, struct errors *errors)
{
	struct static_route route;
	struct route_conf conf;
	int r = make_room();

	route_conf(value, &conf);
	engines_now();
	statics.n_of[conf.terms.distance]++;
	if (r == 0)
		r = put(&conf, &route);
	if (r < 0) {
		let_go(conf.terms.distance);
		return refuse(&conf, r, errors);
	}
	memmove(statics.list + at + 1, statics.list + at, (statics.n - at) * sizeof(*statics.list));
	statics.list[at] = route;
	statics.n++;
	statics.following += at <= statics.following;
	engines_kick();
	return 0;
}

int statics_change(size_t at, const json_t *value, struct errors *errors)
{
	const struct nexthop_set *old = statics.list[at].set;
	struct static_route route;
	struct route_conf conf;
	int r;

	route_conf(value, &conf);
	engines_now();
	r = put(&conf, &route);
	if (r < 0)
		return refuse(&conf, r, errors);
	statics.list[at] = route;
	nexthop_set_unref(rib_sets(engines_env()->rib), old);
	engines_kick();
	return 0;
}

void statics_remove(size_t at)
{
	const struct static_route route = statics.list[at];

	engines_now();
	rib_del(engines_env()->rib, statics.sources[route.terms.distance], route.vrf,
		&route.prefix);
	nexthop_set_unref(rib_sets(engines_env()->rib), route.set);
	statics.n--;
	statics.following -= at < statics.following;
	memmove(statics.list + at, statics.list + at + 1, (statics.n - at) * sizeof(*statics.list));
	let_go(route.terms.distance);
	engines_kick();
}

void statics_addresses_changed(void)
{
	forget_pinned();
	statics.following = 0;
	statics.fault = 0;
	engines_kick();
}

uint32_t statics_follow(uint32_t budget)
{
	size_t left = statics.n - statics.following;
	int r;

	if (left == 0)
		return 0;
	for (; budget > 0 && left > 0; budget--, left--) {
		r = give(&statics.list[statics.following++]);
		statics.fault = r < 0 ? r : statics.fault;
	}
	if (left == 0 && statics.fault < 0)
		log_error("static routes could not follow the interfaces' addresses: %s",
			  strerror(-statics.fault));
	return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

void statics_fini(void)
{
	while (statics.n > 0)
		statics_remove(statics.n - 1);
	if (engines_env()->rib)
		forget_pinned();
	free(statics.list);
	statics.list = NULL;
	statics.room = 0;
}
