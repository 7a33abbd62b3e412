// SPDX-License-Identifier: BSD-3-Clause
#include "control/learn.h"

#include <errno.h>
#include <stdio.h>

#include "control/daemon.h"
#include "control/flap.h"
#include "control/loop.h"
#include "control/share.h"
#include "control/spine/field.h"
#include "control/spine/log.h"

#define BATCH       64
#define PAUSE_MS    1
#define SWEEP_MS    1000 /* from one pass over all addresses to the next */
#define SWEEP_SLOTS 4096 /* of one bridge at a time */
#define MOVES_MAX   50   /* events about moves in a second */
#define FLAPS_MAX   10   /* lines about flapping in a minute */

static struct {
	struct event *news;       /* workers have learned something */
	struct event *more;       /* goes on with it after a pause */
	struct event *sweep;      /* starts a pass */
	struct event *sweep_more; /* goes on with it */
	uint16_t bridge;          /* whose turn it is in the pass */
	struct flap flap;
	struct budget {
		int64_t since_ms;
		unsigned n;
	} moves, flaps;
} learn;

static bool take(struct budget *budget, int64_t window_ms, unsigned max)
{
	int64_t now = daemon_now_ms();

	if (now - budget->since_ms >= window_ms)
		*budget = (struct budget){.since_ms = now};
	return budget->n++ < max;
}

void learn_check_limit(struct bridge_entry *entry, struct port_entry *port)
{
	const struct member *member = atomic_load(&port->port->member);

	if (!member || member->bridge != entry->bridge)
		return;
	bool room = fdb_count_port(entry->bridge, port->port->index) <
			    bridges_mac_limit(entry, port->name) &&
		    fdb_count(entry->bridge) < (uint32_t)conf_int(entry->conf, "mac_limit");
	if (atomic_load(&member->learn) != room)
		bridge_member_learn(port->port, room);
}

void learn_check_limits(struct bridge_entry *entry)
{
	for (struct port_entry *p = ports_first(); p; p = p->next)
		if (p->port)
			learn_check_limit(entry, p);
}

static void tell_move(const struct bridge_entry *entry, const struct port_entry *port, fdb_key key)
{
	int vlan = (int)(key & (VLAN_COUNT - 1));
	char mac[FIELD_MAC_MAX];
	uint8_t bytes[6];

	fdb_key_mac(key, bytes);
	field_mac_text(bytes, mac);
	if (take(&learn.moves, 1000, MOVES_MAX))
		daemon_event("fdb", mac, "moved",
			     json_pack("{s:s, s:i, s:s}", "bridge", entry->name, "vlan", vlan,
				       "port", port->name));
	if (!flap_moved(&learn.flap, key, entry->bridge->id, daemon_now_ms()) ||
	    !take(&learn.flaps, 60000, FLAPS_MAX))
		return;
	daemon_event("fdb", mac, "flapping",
		     json_pack("{s:s, s:i, s:s}", "bridge", entry->name, "vlan", vlan, "port",
			       port->name));
	log_warning("bridge %s: %s in VLAN %d moves to and fro, now behind port %s: a loop, or two "
		    "machines with one address",
		    entry->name, mac, vlan, port->name);
}

/* A new address needs room for one more; one that moves needs it at its new port only. */
static bool has_room(const struct bridge_entry *entry, const struct port_entry *port,
		     const struct member *member, int was)
{
	if (was < 0)
		return atomic_load(&member->learn);
	return was == port->port->index || fdb_count_port(entry->bridge, port->port->index) <
						   bridges_mac_limit(entry, port->name);
}

static void take_one(const struct dp_learned *event)
{
	struct bridge_entry *entry = bridges_by_id(event->bridge);
	struct port_entry *port = ports_by_index(event->port), *former;

	if (!entry || !port || !port->port)
		return;
	const struct member *member = atomic_load(&port->port->member);
	int was = fdb_find(entry->bridge, event->key);
	/* It may have left since, or have reached its limit in this batch. */
	if (!member || member->serial != event->serial || !has_room(entry, port, member, was))
		return;
	int r = fdb_set(entry->bridge, event->key, event->port, false, bridges_now_s());
	if (r == FDB_ADDED || r == FDB_MOVED)
		share_learned(entry->bridge, event->key, event->port);
	if (r == FDB_MOVED) {
		tell_move(entry, port, event->key);
		former = ports_by_index((uint16_t)was);
		if (former && former->port)
			learn_check_limit(entry, former);
	}
	learn_check_limit(entry, port);
}

static void take_news(void *arg)
{
	struct dp_learned events[BATCH];
	int64_t end = loop_slice_end();
	uint32_t n;

	loop_cancel(learn.more);
	learn.more = NULL;
	while ((n = dp_learned(events, BATCH)) > 0) {
		for (uint32_t i = 0; i < n; i++)
			take_one(&events[i]);
		if (loop_now_us() < end)
			continue;
		learn.more = loop_timer(PAUSE_MS, false, take_news, NULL);
		if (!learn.more)
			continue; /* no memory for a timer: rather late than never */
		return;
	}
}

static void forgotten(void *arg, const struct fdb_entry *gone)
{
	const struct bridge_entry *entry = arg;

	share_learned(entry->bridge, fdb_key_make(gone->mac, gone->vlan), PORT_NONE);
}

/* One slice of a pass; false: the pass is complete. */
static bool sweep_slice(void)
{
	int64_t end = loop_slice_end();

	for (; learn.bridge < BRIDGE_MAX; learn.bridge++) {
		struct bridge_entry *entry = bridges_by_id(learn.bridge);
		if (!entry)
			continue;
		do {
			if (loop_now_us() >= end)
				return true;
			fdb_sweep(entry->bridge, bridges_now_s(), entry->aging_s, &entry->cursor,
				  SWEEP_SLOTS, forgotten, entry);
		} while (entry->cursor != 0);
		learn_check_limits(entry);
	}
	return false;
}

static void sweep_on(void *arg)
{
	loop_cancel(learn.sweep_more);
	learn.sweep_more = NULL;
	if (sweep_slice())
		learn.sweep_more = loop_timer(PAUSE_MS, false, sweep_on, NULL);
}

static void sweep(void *arg)
{
	if (learn.sweep_more || !bridges_first())
		return;
	learn.bridge = 0;
	sweep_on(NULL);
}

int learn_start(void)
{
	learn.news = loop_watch(dp_learned_fd(), take_news, NULL);
	learn.sweep = loop_timer(SWEEP_MS, true, sweep, NULL);
	if (!learn.news || !learn.sweep) {
		learn_stop();
		return -ENOMEM;
	}
	take_news(NULL); /* the descriptor tells of news only after dp_learned said that there are
			    none */
	return 0;
}

void learn_stop(void)
{
	loop_cancel(learn.news);
	loop_cancel(learn.more);
	loop_cancel(learn.sweep);
	loop_cancel(learn.sweep_more);
	learn.news = learn.more = learn.sweep = learn.sweep_more = NULL;
}
