// SPDX-License-Identifier: BSD-3-Clause
/* What events make of a topology: how it is now. */
#include <stdlib.h>

#include "tests/sim/speaker.h"
#include "tests/sim/topo_inside.h"

static void calm(struct topo *topo)
{
	for (uint32_t i = 0; i < topo->n_links; i++) {
		struct topo_wire *wire = &topo->links[i].wire;

		wire->jitter_us = wire->loss = wire->doubled = 0;
	}
}

/* --- settings --- */

struct settings *topo_own_settings(struct topo *topo, uint32_t link, uint32_t end, uint32_t speaker)
{
	struct topo_link *at = &topo->links[link];
	struct settings **own = &at->own[end][speaker];

	if (*own)
		return *own;
	*own = malloc(sizeof(**own));
	if (!*own)
		abort();
	**own = topo->routers[at->ends[end]].settings[speaker];
	(*own)->given = 0;
	return *own;
}

void topo_set_router(struct topo *topo, uint32_t router, uint32_t speaker,
		     const struct settings *given)
{
	const struct option *options = speakers[speaker]->options;

	settings_merge(options, given, &topo->routers[router].settings[speaker]);
	for (uint32_t i = 0; i < topo->n_links; i++) {
		int end = topo_end_of(&topo->links[i], router);

		if (end >= 0 && topo->links[i].own[end][speaker])
			settings_inherit(options, given, topo->links[i].own[end][speaker]);
	}
}

static void set(struct topo *topo, const struct topo_event *event)
{
	int end = event->is_of_iface ? topo_end_of(&topo->links[event->link], event->router) : -1;

	if (end < 0)
		topo_set_router(topo, event->router, event->speaker, event->settings);
	else
		settings_merge(speakers[event->speaker]->options, event->settings,
			       topo_own_settings(topo, event->link, (uint32_t)end, event->speaker));
}

/* --- static routes that follow BFD --- */

static bool runs_bfd(const struct topo *topo, uint32_t router)
{
	return topo->routers[router].is_up && topo->routers[router].speaks[SPEAKER_BFD];
}

static bool speaks_over(const struct topo *topo, const struct topo_link *link, uint32_t router,
			uint32_t peer, uint8_t family)
{
	uint32_t own = (uint32_t)topo_end_of(link, router),
		 other = (uint32_t)topo_end_of(link, peer);
	const char *a_name = topo->routers[router].name, *b_name = topo->routers[peer].name;
	uint32_t more;

	for (uint32_t i = 0; speakers[i]; i++) {
		const struct settings *a = topo_settings(topo, link, own, i);
		const struct settings *b = topo_settings(topo, link, other, i);

		if (speakers[i]->family == family && topo->routers[router].speaks[i] &&
		    topo->routers[peer].speaks[i] && speakers[i]->watches(a) &&
		    speakers[i]->agree(a, b) && speakers[i]->sends_to(b, a_name, &more) &&
		    speakers[i]->sends_to(a, b_name, &more))
			return true;
	}
	return false;
}

/* A session comes up when both ends want it. */
static bool wants_session(const struct topo *topo, uint32_t link, uint32_t router, uint32_t peer,
			  uint8_t family)
{
	for (uint32_t i = 0; i < topo->n_statics; i++) {
		const struct topo_static *route = &topo->statics[i];

		if (route->bfd && route->router == router && route->link == link &&
		    route->via == peer && route->prefix.addr.family == family)
			return true;
	}
	return speaks_over(topo, &topo->links[link], router, peer, family);
}

bool topo_is_watched(const struct topo *topo, const struct topo_static *route)
{
	const struct topo_link *link = &topo->links[route->link];

	return route->bfd && !link->is_down && !link->is_silent && runs_bfd(topo, route->router) &&
	       runs_bfd(topo, route->via) &&
	       wants_session(topo, route->link, route->via, route->router,
			     route->prefix.addr.family);
}

/* Who has begun anew knows of no session that it had; who stops in good order says so, and has not
 * failed (RFC 5882 3.2): only silence after a session is a failure, until it is up again. */
static void follow_bfd(const struct topo *topo, const struct topo_event *event, bool is_news,
		       bool was_answered, struct topo_static *route)
{
	bool is_of_router = event->what >= TOPO_STOP && event->what <= TOPO_START;
	bool begins = is_of_router && is_news && event->router == route->router;
	bool ends =
		event->what == TOPO_SILENT || event->what == TOPO_DOWN || event->what == TOPO_KILL;
	bool is_answering = topo_is_watched(topo, route);

	if (begins || is_answering)
		route->is_left = false;
	else if (was_answered && ends)
		route->is_left = true;
}

/* --- all of them --- */

static void apply(struct topo *topo, const struct topo_event *event)
{
	switch (event->what) {
	case TOPO_DOWN:
	case TOPO_UP:
		topo->links[event->link].is_down = event->what == TOPO_DOWN;
		break;
	case TOPO_SILENT:
	case TOPO_HEARD:
		topo->links[event->link].is_silent = event->what == TOPO_SILENT;
		break;
	case TOPO_STOP:
	case TOPO_KILL:
	case TOPO_START:
		topo->routers[event->router].is_up = event->what == TOPO_START;
		break;
	case TOPO_CALM:
		calm(topo);
		break;
	case TOPO_COST:
		topo->links[event->link].wire.cost = event->cost;
		break;
	case TOPO_SET:
		set(topo, event);
		break;
	case TOPO_WHATS:
		break;
	}
}

/* What an event of a router is about: one that is up already does not begin. */
static bool state_of(const struct topo *topo, const struct topo_event *event)
{
	return event->what >= TOPO_STOP && event->what <= TOPO_START &&
	       topo->routers[event->router].is_up;
}

void topo_apply(struct topo *topo, const struct topo_event *event)
{
	bool *was_answered = calloc(topo->n_statics + 1, sizeof(*was_answered));
	bool before = state_of(topo, event);

	if (!was_answered)
		abort();
	for (uint32_t i = 0; i < topo->n_statics; i++)
		was_answered[i] = topo_is_watched(topo, &topo->statics[i]);
	apply(topo, event);
	for (uint32_t i = 0; i < topo->n_statics; i++)
		if (topo->statics[i].bfd)
			follow_bfd(topo, event, before != state_of(topo, event), was_answered[i],
				   &topo->statics[i]);
	free(was_answered);
}
