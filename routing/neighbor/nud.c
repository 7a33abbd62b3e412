// SPDX-License-Identifier: BSD-3-Clause
#include "routing/neighbor/nud.h"

#include <string.h>

#include "routing/neighbor/engine.h"

/* ARP may be sent once a second to a destination (RFC 1122 2.3.2.1); and where there are two who
 * ask for retransmissions, the slower one is right. */
static int64_t retrans(const struct neighbor *neighbor)
{
	uint32_t ms = neighbor->wire->conf.retrans_ms;

	return SPAN_MS(neighbor->addr.family == ADDR_IP4 && ms < 1000 ? 1000 : ms);
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* How long it stays in its state; a stale one is looked at sooner, to see whether it is used. */
static int64_t lasts(const struct neighbor *neighbor)
{
	const struct neighbor_conf *conf = &neighbor->wire->conf;
	int64_t reachable = SPAN_MS(conf->reachable_ms);

	switch (neighbor->state) {
	case NEIGHBOR_INCOMPLETE:
	case NEIGHBOR_PROBE:
		return retrans(neighbor);
	case NEIGHBOR_REACHABLE: /* RFC 4861 6.3.2: not all at the same time */
		return reachable / 2 + env_random(neighbor->wire->engine->env) % reachable;
	case NEIGHBOR_STALE:
		return min64(reachable, SPAN_MS(conf->stale_ms));
	case NEIGHBOR_DELAY:
		return DELAY_FIRST;
	default:
		return SPAN_MS(conf->failed_ms);
	}
}

static void arm(struct neighbor *neighbor)
{
	struct neighbors *engine = neighbor->wire->engine;

	if (neighbor->state == NEIGHBOR_STATIC)
		timer_stop(engine->env->timers, &neighbor->timer);
	else if (timer_start(engine->env->timers, &neighbor->timer,
			     moment_add(now_of(engine), lasts(neighbor))) < 0)
		engine->stats.no_memory++; /* neighbor_resolve finds it without a timer */
}

static void solicit(struct neighbor *neighbor)
{
	const uint8_t *mac = neighbor->state == NEIGHBOR_PROBE ? neighbor->mac : NULL;

	neighbor->tries++;
	if (neighbor->addr.family == ADDR_IP4)
		arp_solicit(neighbor->wire, &neighbor->addr, mac);
	else
		nd_solicit(neighbor->wire, &neighbor->addr, mac);
}

/* All that a state does when it is entered, whatever led there. */
static void enter(struct neighbor *neighbor, enum neighbor_state state)
{
	struct neighbors *engine = neighbor->wire->engine;
	bool is_new = neighbor->state != state;

	neighbor->state = (uint8_t)state;
	if (is_new) {
		neighbor->tries = 0;
		neighbor->entered = now_of(engine);
	}
	if (state == NEIGHBOR_REACHABLE)
		engine->stats.confirmed++;
	if (state == NEIGHBOR_FAILED)
		engine->stats.failed++;
	if (state == NEIGHBOR_REACHABLE || state == NEIGHBOR_STALE)
		neighbor->is_used = false;
	if (state == NEIGHBOR_INCOMPLETE || state == NEIGHBOR_FAILED)
		neighbor->has_mac = false;
	if (is_new)
		table_relist(neighbor);
	arm(neighbor);
	if (state == NEIGHBOR_INCOMPLETE || state == NEIGHBOR_PROBE)
		solicit(neighbor);
	settle_later(neighbor);
}

static void take_mac(struct neighbor *neighbor, const uint8_t *mac)
{
	struct neighbor_stats *stats = &neighbor->wire->engine->stats;

	if (!neighbor->has_mac)
		stats->learned++;
	else if (memcmp(neighbor->mac, mac, sizeof(neighbor->mac)) != 0)
		stats->mac_changed++;
	memcpy(neighbor->mac, mac, sizeof(neighbor->mac));
	neighbor->has_mac = true;
	neighbor->heard = now_of(neighbor->wire->engine);
}

/* It fell silent, or was refused for long enough. false: removed. */
static bool end(struct neighbor *neighbor)
{
	if (neighbor->has_mac)
		neighbor->wire->engine->stats.lost++;
	neighbor->why = NEIGHBOR_SILENT;
	if (neighbor->kept > 0)
		enter(neighbor, NEIGHBOR_INCOMPLETE);
	else
		table_remove(neighbor, NEIGHBOR_SILENT, NEIGHBOR_UNREACHABLE);
	return neighbor->kept > 0;
}

/* Whether it may go from the budget of unresolved ones to that of the others. */
static bool is_let_in(const struct neighbor *neighbor)
{
	return neighbor->listing == LIST_PINNED || neighbor->has_mac ||
	       room_for_resolved(neighbor->wire);
}

bool nud_event(struct neighbor *neighbor, enum nud_event event, const uint8_t *mac)
{
	struct nud_transition to = nud_transition(neighbor->state, event);

	if (event == NUD_USED)
		neighbor->is_used = true;
	else if (event != NUD_RETRY && event != NUD_EXPIRED)
		neighbor->heard = now_of(neighbor->wire->engine);
	if (to.next == NUD_STAY)
		return true;
	if (to.next == NUD_GONE)
		return end(neighbor);
	if (to.take && !is_let_in(neighbor)) {
		neighbor->wire->engine->stats.full++;
		table_remove(neighbor, NEIGHBOR_EVICTED, NEIGHBOR_DROPPED);
		return false;
	}
	if (to.take)
		take_mac(neighbor, mac);
	enter(neighbor, to.next);
	return true;
}

static bool was_used(struct neighbor *neighbor)
{
	struct neighbors *engine = neighbor->wire->engine;

	if (!neighbor->is_used && engine->ops->used)
		neighbor->is_used =
			engine->ops->used(engine->ctx, neighbor->iface, &neighbor->addr);
	return neighbor->is_used;
}

/* Stale for so long; being used ends it at once. */
static void look_at_stale(struct neighbor *neighbor)
{
	struct neighbors *engine = neighbor->wire->engine;
	int64_t stale = moment_span(neighbor->entered, now_of(engine));

	if (was_used(neighbor))
		nud_event(neighbor, NUD_USED, NULL);
	else if (stale >= SPAN_MS(neighbor->wire->conf.stale_ms))
		nud_event(neighbor, NUD_EXPIRED, NULL);
	else
		arm(neighbor);
}

static void timeout(struct timer *timer)
{
	struct neighbor *neighbor = container_of(timer, struct neighbor, timer);
	struct neighbors *engine = neighbor->wire->engine;
	bool used;

	switch (neighbor->state) {
	case NEIGHBOR_INCOMPLETE:
	case NEIGHBOR_PROBE:
		nud_event(neighbor, neighbor->tries < RESOLVE_TRIES ? NUD_RETRY : NUD_EXPIRED,
			  NULL);
		break;
	case NEIGHBOR_REACHABLE:
		used = was_used(neighbor);
		nud_event(neighbor, NUD_EXPIRED, NULL);
		if (used)
			nud_event(neighbor, NUD_USED, NULL);
		break;
	case NEIGHBOR_STALE:
		look_at_stale(neighbor);
		break;
	default:
		nud_event(neighbor, NUD_EXPIRED, NULL);
	}
	settle(engine);
}

void nud_init(struct neighbor *neighbor)
{
	timer_init(&neighbor->timer, timeout);
}

void nud_begin(struct neighbor *neighbor, enum neighbor_state state, const uint8_t *mac)
{
	if (mac)
		take_mac(neighbor, mac);
	enter(neighbor, state);
}

void nud_forget(struct neighbor *neighbor)
{
	if (neighbor->kept == 0) {
		table_remove(neighbor, NEIGHBOR_FLUSHED, NEIGHBOR_DROPPED);
	} else if (!neighbor->wire->is_up) {
		neighbor->state = NEIGHBOR_FAILED;
	} else if (neighbor->state != NEIGHBOR_INCOMPLETE) {
		neighbor->why = NEIGHBOR_FLUSHED;
		enter(neighbor, NEIGHBOR_INCOMPLETE);
	}
}

void nud_unpin(struct neighbor *neighbor)
{
	struct wire *wire = neighbor->wire;
	bool fits;

	if (neighbor->state == NEIGHBOR_STATIC)
		return;
	if (!wire->is_up) {
		table_remove(neighbor, NEIGHBOR_NO_IFACE, NEIGHBOR_DROPPED);
		return;
	}
	fits = neighbor->has_mac ? room_for_resolved(wire) : room_for_unresolved(wire);
	if (fits)
		table_relist(neighbor);
	else
		table_remove(neighbor, NEIGHBOR_EVICTED, NEIGHBOR_DROPPED);
}

void nud_suspend(struct neighbor *neighbor)
{
	neighbor->why = NEIGHBOR_NO_IFACE;
	neighbor->has_mac = false;
	if (neighbor->state != NEIGHBOR_STATIC)
		neighbor->state = NEIGHBOR_FAILED;
	timer_stop(neighbor->wire->engine->env->timers, &neighbor->timer);
	settle_later(neighbor);
}

void nud_resume(struct neighbor *neighbor)
{
	if (neighbor->state == NEIGHBOR_STATIC) {
		neighbor->has_mac = true;
		settle_later(neighbor);
	} else {
		nud_begin(neighbor, NEIGHBOR_INCOMPLETE, NULL);
	}
}

struct neighbor *nud_learn(struct wire *wire, const struct addr *addr, const uint8_t *mac,
			   enum nud_event same, enum nud_event other, bool may_add)
{
	struct neighbors *engine = wire->engine;
	struct neighbor *neighbor = table_find(engine, wire, addr);
	bool is_same;

	if (neighbor) {
		is_same = !mac || (neighbor->has_mac &&
				   memcmp(neighbor->mac, mac, sizeof(neighbor->mac)) == 0);
		return nud_event(neighbor, is_same ? same : other, mac) ? neighbor : NULL;
	}
	if (!may_add || !mac)
		return NULL;
	if (!room_for_resolved(wire)) {
		engine->stats.full++;
		return NULL;
	}
	neighbor = table_add(wire, addr, NEIGHBOR_STALE);
	if (neighbor)
		nud_begin(neighbor, NEIGHBOR_STALE, mac);
	return neighbor;
}
