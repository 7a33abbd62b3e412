// SPDX-License-Identifier: BSD-3-Clause
/* What the oracle knows of RIP, by a topology alone: nothing of the engine is asked. */
#include <string.h>

#include "routing/rip/rip.h"
#include "tests/sim/speak_rip.h"

bool rip_agree(const struct settings *a, const struct settings *b)
{
	return a->values[RIP_AUTH] == b->values[RIP_AUTH];
}

/* Passive: to those who are named, and not to all. */
bool rip_sends_to(const struct settings *end, const char *router, uint32_t *more)
{
	*more = (uint32_t)end->values[RIP_OFFSET];
	for (uint32_t i = 0; i < end->n_routers; i++)
		if (strcmp(end->routers[i], router) == 0)
			return true;
	return !end->values[RIP_PASSIVE];
}

bool rip_tells_back(const struct settings *end)
{
	return end->values[RIP_SPLIT] == RIP_SPLIT_NONE;
}

bool rip_tells_default(const struct settings *end)
{
	return end->values[RIP_DEFAULT];
}

bool rip_watches(const struct settings *end)
{
	return end->values[RIP_BFD];
}

/* --- what is redistributed --- */

static bool is_within(const struct prefix *outer, const struct prefix *inner)
{
	return outer->length <= inner->length && prefix_contains(outer, &inner->addr);
}

static bool has_length(const struct topo_rule *rule, uint8_t length)
{
	if (rule->ge < 0 && rule->le < 0)
		return length == rule->prefix.length;
	return (rule->ge < 0 || length >= rule->ge) && (rule->le < 0 || length <= rule->le);
}

static bool fits(const struct topo_rule *rule, const struct own_route *own)
{
	bool is_there =
		rule->prefix.addr.family == ADDR_NONE ||
		(is_within(&rule->prefix, &own->prefix) && has_length(rule, own->prefix.length));

	return is_there && (rule->protocol < 0 || rule->protocol == (int)own->protocol) &&
	       (rule->tag < 0 || rule->tag == own->tag) &&
	       (rule->metric < 0 || rule->metric == own->metric);
}

static bool passes(const struct topo_filter *filter, const struct own_route *own, uint32_t *metric,
		   uint32_t *tag)
{
	for (uint32_t i = 0; i < filter->n; i++) {
		const struct topo_rule *rule = &filter->rules[i];

		if (!fits(rule, own))
			continue;
		*metric = rule->set_metric < 0 ? 1 : (uint32_t)rule->set_metric;
		*tag = rule->set_tag < 0 ? own->tag : (uint32_t)rule->set_tag;
		return !rule->deny;
	}
	return false;
}

bool rip_tells(const struct topo *topo, const struct settings *settings,
	       const struct own_route *own, uint32_t *metric, uint32_t *tag)
{
	int64_t flag = own->protocol == RIB_CONNECTED ? RIP_CONNECTED_FLAG
		       : own->protocol == RIB_STATIC  ? RIP_STATIC_FLAG
						      : 0;

	for (uint32_t i = 0; i < topo->n_filters; i++)
		if (strcmp(topo->filters[i].name, settings->filter) == 0)
			return passes(&topo->filters[i], own, metric, tag);
	*metric = (uint32_t)settings->values[RIP_SET_METRIC];
	*tag = settings->values[RIP_SET_TAG] ? (uint32_t)settings->values[RIP_SET_TAG] : own->tag;
	for (uint32_t i = 0; i < settings->n_prefixes; i++)
		if (is_within(&settings->prefixes[i], &own->prefix))
			return false;
	return settings->values[RIP_REDISTRIBUTE] & flag;
}

uint32_t rip_paths(const struct settings *settings)
{
	return (uint32_t)settings->values[RIP_PATHS];
}

/* --- how long it may take --- */

/* The slowest that any router is configured at any time. */
struct pace {
	int64_t update, trigger, timeout;
	bool is_poisoned; /* always and everywhere */
};

/* A periodic update comes after 7/6 of its interval at the latest (RFC 2453 3.8), a triggered one
 * five times the least pause after the one before it (3.10.1). */
static void slow_down(struct pace *pace, const struct settings *settings)
{
	int64_t update = settings->values[RIP_UPDATE] * 7 / 6,
		trigger = settings->values[RIP_TRIGGERED] * 5;

	if (update > pace->update)
		pace->update = update;
	if (trigger > pace->trigger)
		pace->trigger = trigger;
	if (settings->values[RIP_TIMEOUT] > pace->timeout)
		pace->timeout = settings->values[RIP_TIMEOUT];
	pace->is_poisoned &= settings->values[RIP_SPLIT] == RIP_SPLIT_POISONED;
}

static struct pace pace_of(const struct topo *topo, uint32_t speaker)
{
	struct pace pace = {.is_poisoned = true};

	for (uint32_t i = 0; i < topo->n_routers; i++)
		if (topo->routers[i].speaks[speaker])
			slow_down(&pace, &topo->routers[i].settings[speaker]);
	for (uint32_t i = 0; i < topo->n_events; i++) /* what they do not give is as by default */
		if (topo->events[i].what == TOPO_SET && topo->events[i].speaker == speaker)
			slow_down(&pace, topo->events[i].settings);
	return pace;
}

/* Bad news travels by triggered updates, as far as there is a way at all; a router that is left
 * without one learns of another with a neighbour's next periodic update. What nobody tells of (a
 * lost packet, a silent neighbour; without poisoned reverse, that a way has become the way back) is
 * over when routes time out, and everything that others had been told of them. */
int64_t rip_settles_us(const struct topo *topo, uint32_t speaker)
{
	struct pace pace = pace_of(topo, speaker);
	int64_t spreads = RIP_INFINITY * pace.trigger + 2 * pace.update;

	if (!pace.is_poisoned)
		return spreads + pace.timeout + RIP_INFINITY * pace.update;
	if (topo->is_lossy)
		return spreads + pace.timeout + pace.update;
	return spreads;
}

/* With poisoned reverse two routers point to each other over a link no longer than it takes one to
 * tell the other, or until they time out where it cannot. Of more, each step of the count takes a
 * triggered update, or where these are lost, a periodic one. */
int64_t rip_loops_us(const struct topo *topo, uint32_t speaker, uint32_t routers)
{
	struct pace pace = pace_of(topo, speaker);
	int64_t step = topo->is_lossy ? pace.update : pace.trigger;

	if (!pace.is_poisoned)
		return pace.timeout + RIP_INFINITY * pace.update;
	if (routers == 2)
		return topo->is_lossy ? pace.timeout + step : step + SPAN_S(1);
	return topo->is_lossy ? pace.timeout + RIP_INFINITY * step : RIP_INFINITY * step;
}
