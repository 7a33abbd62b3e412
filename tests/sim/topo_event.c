// SPDX-License-Identifier: BSD-3-Clause
/* What befalls a network: "at 20s down r1-r2". Words for many events (flap, partition, heal) become
 * these events. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "routing/core/moment.h"
#include "tests/sim/topo_inside.h"

static const char *const link_verbs[] = {
	[TOPO_DOWN] = "down", [TOPO_UP] = "up", [TOPO_SILENT] = "silent", [TOPO_HEARD] = "heard"};
static const char *const router_verbs[] = {
	[TOPO_STOP] = "stop", [TOPO_KILL] = "kill", [TOPO_START] = "start"};

static struct topo_event *add(struct topo_reader *r, int64_t at_us, enum topo_what what)
{
	struct topo_event *event = topo_grow(r, (void **)&r->topo->events, &r->topo->n_events,
					     sizeof(*event), TOPO_EVENTS_MAX, "events");

	if (!event)
		return NULL;
	event->at_us = at_us;
	event->what = what;
	event->order = r->order++;
	event->line = r->line;
	return event;
}

static bool add_link_event(struct topo_reader *r, int64_t at_us, enum topo_what what, uint32_t link)
{
	struct topo_event *event = add(r, at_us, what);

	if (event)
		event->link = link;
	return event != NULL;
}

static bool read_link_events(struct topo_reader *r, int64_t at_us, enum topo_what what)
{
	uint32_t link;

	do
		if (!topo_read_link(r, &link) || !add_link_event(r, at_us, what, link))
			return false;
	while (r->at < r->n_words);
	return true;
}

static bool read_router_events(struct topo_reader *r, int64_t at_us, enum topo_what what)
{
	do {
		uint32_t router;
		struct topo_event *event;

		if (!topo_read_router(r, &router))
			return false;
		event = add(r, at_us, what);
		if (!event)
			return false;
		event->router = router;
	} while (r->at < r->n_words);
	return true;
}

/* flap LINK times=N rate=N: down and up again, so many times, so many a second. */
static bool read_flap(struct topo_reader *r, int64_t at_us)
{
	static const struct option options[] = {
		{"times", OPTION_NUMBER, 10, 1, TOPO_EVENTS_MAX / 2, NULL},
		{"rate", OPTION_NUMBER, 15, 1, 1000, NULL},
		{NULL, 0, 0, 0, 0, NULL},
	};
	struct settings settings;
	char error[OPTION_ERROR_MAX];
	uint32_t link;
	int64_t period;

	settings_default(options, &settings);
	if (!topo_read_link(r, &link))
		return false;
	while (r->at < r->n_words)
		if (!settings_read(options, topo_word(r), &settings, error))
			return topo_refuse(r, "%s", error);
	period = SPAN_S(1) / settings.values[1];
	for (int64_t i = 0; i < settings.values[0]; i++)
		if (!add_link_event(r, at_us + i * period, TOPO_DOWN, link) ||
		    !add_link_event(r, at_us + i * period + period / 2, TOPO_UP, link))
			return false;
	return true;
}

static bool is_between(const struct topo_link *link, const bool *within)
{
	for (uint32_t i = 1; i < link->n_ends; i++)
		if (within[link->ends[i]] != within[link->ends[0]])
			return true;
	return false;
}

/* partition ROUTER…: all links between these and the others go down. */
static bool read_partition(struct topo_reader *r, int64_t at_us)
{
	bool *within = calloc(r->topo->n_routers + 1, sizeof(*within)), good = true;
	uint32_t router;

	if (!within)
		abort();
	do {
		good = topo_read_router(r, &router);
		if (good)
			within[router] = true;
	} while (good && r->at < r->n_words);
	for (uint32_t i = 0; good && i < r->topo->n_links; i++)
		if (is_between(&r->topo->links[i], within))
			good = add_link_event(r, at_us, TOPO_DOWN, i);
	free(within);
	return good;
}

static bool read_heal(struct topo_reader *r, int64_t at_us)
{
	for (uint32_t i = 0; i < r->topo->n_links; i++)
		if (!add_link_event(r, at_us, TOPO_UP, i))
			return false;
	return true;
}

static bool read_calm(struct topo_reader *r, int64_t at_us)
{
	return add(r, at_us, TOPO_CALM) != NULL;
}

static bool read_cost(struct topo_reader *r, int64_t at_us)
{
	struct topo_event *event;
	const char *word;
	uint32_t link;
	int64_t cost;

	if (!topo_read_link(r, &link))
		return false;
	word = topo_word(r);
	if (!word || !number_read(word, 1, 15, &cost))
		return topo_refuse(r, "cost: a number from 1 to 15 is wanted behind the link");
	event = add(r, at_us, TOPO_COST);
	if (!event)
		return false;
	event->link = link;
	event->cost = cost;
	return true;
}

static bool add_set(struct topo_reader *r, int64_t at_us, uint32_t speaker,
		    const struct topo_target *target, const struct settings *given)
{
	struct topo_event *event;

	if (!r->topo->routers[target->router].speaks[speaker])
		return true;
	event = add(r, at_us, TOPO_SET);
	if (!event)
		return false;
	event->settings = malloc(sizeof(*event->settings));
	if (!event->settings)
		abort();
	*event->settings = *given;
	event->speaker = speaker;
	event->router = target->router;
	event->is_of_iface = target->is_iface;
	event->link = target->link;
	return true;
}

/* set PROTOCOL [ROUTER|INTERFACE…] KEY=VALUE… */
static bool read_set(struct topo_reader *r, int64_t at_us)
{
	const char *word = topo_word(r);
	int speaker = word ? topo_speaker_find(word) : -1;
	struct topo_target *targets;
	struct settings given;
	bool good = true;
	uint32_t n;

	if (speaker < 0)
		return topo_refuse(r, "set: the name of a protocol is wanted");
	targets = topo_read_settings(r, (uint32_t)speaker, &n, &given);
	if (!targets)
		return false;
	for (uint32_t i = 0; i < n && good; i++)
		good = add_set(r, at_us, (uint32_t)speaker, &targets[i], &given);
	free(targets);
	return good;
}

bool topo_read_event(struct topo_reader *r)
{
	static const struct {
		const char *name;
		bool (*read)(struct topo_reader *r, int64_t at_us);
	} verbs[] = {{"flap", read_flap}, {"partition", read_partition}, {"heal", read_heal},
		     {"calm", read_calm}, {"cost", read_cost},           {"set", read_set}};
	const char *time = topo_word(r), *verb = topo_word(r);
	int64_t at_us;

	if (!time || !time_read(time, &at_us))
		return topo_refuse(r, "at: a time is wanted, such as 20s");
	for (int i = 0; verb && i < TOPO_WHATS; i++) {
		if (i <= TOPO_HEARD && strcmp(link_verbs[i], verb) == 0)
			return read_link_events(r, at_us, (enum topo_what)i);
		if (i >= TOPO_STOP && i <= TOPO_START && strcmp(router_verbs[i], verb) == 0)
			return read_router_events(r, at_us, (enum topo_what)i);
	}
	for (size_t i = 0; verb && i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].name, verb) == 0)
			return verbs[i].read(r, at_us);
	return topo_refuse(r,
			   "at %s: down, up, silent, heard, flap, stop, kill, start, partition, "
			   "heal, calm, cost or set is wanted",
			   time);
}

static int by_time(const void *left, const void *right)
{
	const struct topo_event *a = left, *b = right;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Settings follow from each other: whether they have sense together shows in the order of time. */
static bool check_sets(struct topo_reader *r)
{
	struct topo *topo = r->topo;
	struct topo_router *now = malloc(topo->n_routers * sizeof(*now));

	if (!now)
		abort();
	memcpy(now, topo->routers, topo->n_routers * sizeof(*now));
	for (uint32_t i = 0; i < topo->n_events; i++) {
		const struct topo_event *event = &topo->events[i];
		const struct speaker *speaker = speakers[event->speaker];
		struct settings *settings;
		const char *wrong;

		if (event->what != TOPO_SET || event->is_of_iface)
			continue;
		settings = &now[event->router].settings[event->speaker];
		settings_merge(speaker->options, event->settings, settings);
		wrong = speaker->check(settings);
		r->line = event->line;
		if (wrong)
			topo_refuse(r, "%s", wrong);
	}
	free(now);
	return !r->error[0];
}

bool topo_finish_events(struct topo_reader *r)
{
	if (r->topo->n_events > 1)
		qsort(r->topo->events, r->topo->n_events, sizeof(*r->topo->events), by_time);
	return check_sets(r);
}

/* --- printing --- */

static void print_target(const struct topo *topo, const struct topo_event *event,
			 char name[TOPO_IFNAME_MAX])
{
	const struct topo_link *link = &topo->links[event->link];

	if (event->is_of_iface)
		topo_ifname(topo, link, (uint32_t)topo_end_of(link, event->router), name);
	else
		snprintf(name, TOPO_IFNAME_MAX, "%s", topo->routers[event->router].name);
}

static void print_event(const struct topo *topo, const struct topo_event *event, FILE *out)
{
	char link[TOPO_IFNAME_MAX];

	fputs("at ", out);
	time_print(event->at_us, out);
	switch (event->what) {
	case TOPO_CALM:
		fputs(" calm\n", out);
		return;
	case TOPO_STOP:
	case TOPO_KILL:
	case TOPO_START:
		fprintf(out, " %s %s\n", router_verbs[event->what],
			topo->routers[event->router].name);
		return;
	case TOPO_SET:
		print_target(topo, event, link);
		fprintf(out, " set %s %s", speakers[event->speaker]->name, link);
		settings_print(speakers[event->speaker]->options, event->settings, out);
		fputc('\n', out);
		return;
	default:
		topo_link_name(topo, &topo->links[event->link], link);
		if (event->what == TOPO_COST)
			fprintf(out, " cost %s %" PRId64 "\n", link, event->cost);
		else
			fprintf(out, " %s %s\n", link_verbs[event->what], link);
	}
}

void topo_print_events(const struct topo *topo, FILE *out)
{
	for (uint32_t i = 0; i < topo->n_events; i++)
		print_event(topo, &topo->events[i], out);
	if (topo->settle_us >= 0) {
		fputs("settle ", out);
		time_print(topo->settle_us, out);
		fputc('\n', out);
	}
}
