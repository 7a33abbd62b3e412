// SPDX-License-Identifier: BSD-3-Clause
#include "control/fib_sync.h"
#include "control/convergence.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/fib_own.h"
#include "control/spine/log.h"
#include "control/vrfs.h"
#include "dataplane/l3.h"

#define EVENTS_MAX 1000 /* about routes in a second; how many more there were is told after it */

static struct {
	uint64_t changes;
	uint64_t wrong;        /* put in vain since the last pass that found nothing wrong */
	uint64_t told, untold; /* events in this second, and those that were too many */
	int64_t second;
} sync;

void fib_put(uint16_t vrf, const struct prefix *prefix, uint32_t group)
{
	uint8_t family = prefix->addr.family, length = prefix->length;
	const uint8_t *bytes = prefix->addr.bytes;
	struct rib_best cover;
	bool covered;
	int r;

	sync.changes++;
	convergence_step(CONVERGENCE_FIB);
	if (group) {
		r = l3_route_set(vrf, family, bytes, length, group);
		if (r == 0)
			return;
		if (sync.wrong++ == 0)
			log_error("the dataplane has no room for all routes: %s", strerror(-r));
	}
	covered = rib_cover(engines_env()->rib, vrf, prefix, &cover);
	l3_route_del(vrf, family, bytes, length, covered ? fib_sync_group_of(cover.hops) : 0);
}

void fib_is_right(void)
{
	sync.wrong = 0;
}

/* --- events --- */

static void tell_untold(void)
{
	if (sync.untold > 0)
		daemon_event("route", "", "more",
			     json_pack("{s:I}", "untold", (json_int_t)sync.untold));
	sync.told = sync.untold = 0;
}

static void tell(const struct rib_best *was, const struct rib_best *now)
{
	const struct rib_best *best = now ? now : was;
	int64_t second = daemon_now_ms() / 1000;
	char text[PREFIX_TEXT_MAX];

	if (!daemon_has_listeners("route"))
		return;
	if (second != sync.second)
		tell_untold();
	sync.second = second;
	if (sync.told++ >= EVENTS_MAX) {
		sync.untold++;
		return;
	}
	daemon_event("route", prefix_print(&best->prefix, text),
		     !was   ? "used"
		     : !now ? "unused"
			    : "changed",
		     json_pack("{s:s, s:s, s:i, s:I}", "vrf", vrfs_name(best->vrf), "protocol",
			       engines_protocol_names[best->protocol], "distance",
			       (int)best->distance, "metric", (json_int_t)best->metric));
}

/* --- the RIB's listener --- */

static bool is_host(const struct prefix *prefix)
{
	return prefix->length == addr_bits(&prefix->addr);
}

static void take_out(const struct rib_best *was)
{
	/* A neighbour of that address comes back in its place, without a gap. */
	if (is_host(&was->prefix)) {
		fib_hosts_reconsider(was->vrf, &was->prefix);
		if (fib_host_group(was->vrf, &was->prefix.addr))
			return;
	}
	fib_put(was->vrf, &was->prefix, 0);
	if (!is_host(&was->prefix))
		fib_hosts_reconsider(was->vrf, &was->prefix);
}

static void listener(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	if (now) {
		uint32_t group = fib_group_use(now->hops, FIB_ROUTE, was ? was->hops : NULL);

		if (!was || !group || was->hops != now->hops)
			fib_put(now->vrf, &now->prefix, group);
		fib_hosts_reconsider(now->vrf, &now->prefix);
	} else {
		take_out(was);
	}
	if (was)
		fib_group_unuse(was->hops, FIB_ROUTE);
	tell(was, now);
}

int fib_sync_start(void)
{
	int r = rib_listen(engines_env()->rib, listener, NULL);

	if (r == 0)
		r = fib_check_start();
	return r;
}

void fib_sync_stop(void)
{
	fib_check_stop();
	rib_unlisten(engines_env()->rib, listener, NULL);
	fib_hosts_fini();
	fib_groups_fini();
	fib_hops_fini();
}

uint32_t fib_sync_group(uint16_t vrf, const struct addr *addr, struct prefix *prefix)
{
	uint32_t group = fib_host_group(vrf, addr);
	struct rib_best best;

	if (group) {
		*prefix = (struct prefix){*addr, (uint8_t)addr_bits(addr)};
		return group;
	}
	if (!rib_lookup(engines_env()->rib, vrf, addr, &best))
		return 0;
	*prefix = best.prefix;
	return fib_sync_group_of(best.hops);
}

void fib_sync_stats(struct fib_sync_stats *out)
{
	*out = (struct fib_sync_stats){.changes = sync.changes,
				       .wrong = sync.wrong,
				       .groups = fib_groups_count(),
				       .nexthops = fib_hops_count(),
				       .hosts = fib_hosts_count()};
	fib_check_stats(out);
}
