// SPDX-License-Identifier: BSD-3-Clause
/* A file, line by line: a verb and its words. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "routing/core/moment.h"
#include "tests/sim/topo_inside.h"

bool topo_refuse(struct topo_reader *r, const char *format, ...)
{
	va_list args;
	int n;

	if (r->error[0])
		return false;
	n = snprintf(r->error, TOPO_ERROR_MAX, "%.80s:%u: ", r->name, r->line);
	va_start(args, format);
	vsnprintf(r->error + n, TOPO_ERROR_MAX - (size_t)n, format, args);
	va_end(args);
	return false;
}

const char *topo_word(struct topo_reader *r)
{
	return r->at < r->n_words ? r->words[r->at++] : NULL;
}

void *topo_grow(struct topo_reader *r, void **list, uint32_t *n, size_t size, uint32_t most,
		const char *what)
{
	void *bigger = *list, *item;

	if (*n == most) {
		topo_refuse(r, "more than %u %s", most, what);
		return NULL;
	}
	if ((*n & (*n - 1)) == 0) /* at powers of two, and at zero */
		bigger = realloc(*list, (*n ? 2 * *n : 1) * size);
	if (!bigger)
		abort();
	*list = bigger;
	item = (char *)bigger + (*n)++ * size;
	memset(item, 0, size);
	return item;
}

bool topo_read_router(struct topo_reader *r, uint32_t *out)
{
	const char *word = topo_word(r);
	int found = word ? topo_router_find(r->topo, word, strlen(word)) : -1;

	if (!word)
		return topo_refuse(r, "%s: the name of a router is missing", r->words[0]);
	if (found < 0)
		return topo_refuse(r, "%.20s: no router has this name", word);
	*out = (uint32_t)found;
	return true;
}

bool topo_read_link(struct topo_reader *r, uint32_t *out)
{
	const char *word = topo_word(r);
	int found = word ? topo_link_find(r->topo, word) : -1;

	if (!word)
		return topo_refuse(r, "%s: the name of a link is missing, such as r1-r2",
				   r->words[0]);
	if (found < 0)
		return topo_refuse(r, "%.20s: no link has this name; one between a and b is a-b",
				   word);
	*out = (uint32_t)found;
	return true;
}

int topo_speaker_find(const char *name)
{
	for (int i = 0; speakers[i]; i++)
		if (strcmp(speakers[i]->name, name) == 0)
			return i;
	return -1;
}

/* Names in settings are of something that was said before. */
static bool check_names(struct topo_reader *r, const struct settings *settings)
{
	for (uint32_t i = 0; i < settings->n_routers; i++)
		if (topo_router_find(r->topo, settings->routers[i], strlen(settings->routers[i])) <
		    0)
			return topo_refuse(r, "%s: no router has this name", settings->routers[i]);
	if (settings->filter[0] && !topo_filter_find(r->topo, settings->filter))
		return topo_refuse(r, "%s: no filter has this name", settings->filter);
	return true;
}

static bool check_iface(struct topo_reader *r, uint32_t speaker, const struct settings *settings)
{
	const struct option *options = speakers[speaker]->options;

	for (int i = 0; options[i].name; i++)
		if (settings->given & 1U << i && !options[i].is_of_iface)
			return topo_refuse(r, "%s is of a whole router, not of an interface",
					   options[i].name);
	return true;
}

static bool read_target(struct topo_reader *r, struct topo_target *out)
{
	const char *word = r->words[r->at];

	out->is_iface = strchr(word, '-') && topo_iface_find(r->topo, word, &out->link, &out->end);
	if (!out->is_iface)
		return topo_read_router(r, &out->router);
	r->at++;
	out->router = r->topo->links[out->link].ends[out->end];
	return true;
}

struct topo_target *topo_read_settings(struct topo_reader *r, uint32_t speaker, uint32_t *n,
				       struct settings *out)
{
	struct topo_target *list = calloc(r->topo->n_routers + r->n_words, sizeof(*list));
	const struct option *options = speakers[speaker]->options;
	char error[OPTION_ERROR_MAX];
	bool good = true;

	if (!list)
		abort();
	settings_default(options, out);
	for (*n = 0; good && r->at < r->n_words && !strchr(r->words[r->at], '=');)
		good = read_target(r, &list[(*n)++]);
	for (uint32_t i = 0; !*n && i < r->topo->n_routers; i++)
		list[i].router = i;
	*n = *n ? *n : r->topo->n_routers;
	while (good && r->at < r->n_words) {
		good = settings_read(options, topo_word(r), out, error);
		if (!good)
			topo_refuse(r, "%s", error);
	}
	good = good && check_names(r, out);
	for (uint32_t i = 0; good && i < *n; i++)
		good = !list[i].is_iface || check_iface(r, speaker, out);
	if (good)
		return list;
	free(list);
	return NULL;
}

/* --- verbs --- */

bool topo_is_name(const char *word)
{
	size_t n = strlen(word);

	return n > 0 && n < TOPO_NAME_MAX && word[0] >= 'a' && word[0] <= 'z' &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789") == n;
}

static bool check_new_name(struct topo_reader *r, const char *word)
{
	if (!topo_is_name(word))
		return topo_refuse(r,
				   "%.20s: a name has 1 to %d letters and digits, small ones, and "
				   "begins with a letter",
				   word, TOPO_NAME_MAX - 1);
	if (topo_router_find(r->topo, word, strlen(word)) >= 0 ||
	    topo_link_find(r->topo, word) >= 0)
		return topo_refuse(r, "%s: the name is taken already", word);
	return true;
}

static bool read_routers(struct topo_reader *r)
{
	const char *word = topo_word(r);

	if (!word)
		return topo_refuse(r, "router: the name of a router is missing");
	for (; word; word = topo_word(r)) {
		struct topo_router *router;

		if (!check_new_name(r, word))
			return false;
		router = topo_grow(r, (void **)&r->topo->routers, &r->topo->n_routers,
				   sizeof(*router), TOPO_ROUTERS_MAX, "routers");
		if (!router)
			return false;
		snprintf(router->name, sizeof(router->name), "%s", word);
		router->is_up = true;
		for (int i = 0; speakers[i]; i++)
			settings_default(speakers[i]->options, &router->settings[i]);
	}
	return true;
}

static const struct option wire_options[] = {
	{"cost", OPTION_NUMBER, 1, 1, 15, NULL},
	{"delay", OPTION_TIME, 1000, 0, SPAN_S(10), NULL},
	{"jitter", OPTION_TIME, 0, 0, SPAN_S(10), NULL},
	{"loss", OPTION_NUMBER, 0, 0, 100, NULL},
	{"dup", OPTION_NUMBER, 0, 0, 100, NULL},
	{NULL, 0, 0, 0, 0, NULL},
};

static bool read_wire(struct topo_reader *r, struct topo_link *link)
{
	struct settings settings;
	char error[OPTION_ERROR_MAX];
	const char *word;

	settings_default(wire_options, &settings);
	while ((word = topo_word(r)))
		if (!settings_read(wire_options, word, &settings, error))
			return topo_refuse(r, "%s", error);
	link->wire = (struct topo_wire){
		.cost = settings.values[0],
		.delay_us = settings.values[1],
		.jitter_us = settings.values[2],
		.loss = settings.values[3] * 10000,
		.doubled = settings.values[4] * 10000,
	};
	return true;
}

static bool add_end(struct topo_reader *r, struct topo_link *link)
{
	uint32_t router;

	if (!topo_read_router(r, &router))
		return false;
	if (topo_end_of(link, router) >= 0)
		return topo_refuse(r, "%s: it is on this link already",
				   r->topo->routers[router].name);
	if (link->n_ends == TOPO_ENDS_MAX)
		return topo_refuse(r, "more than %d routers on a link", TOPO_ENDS_MAX);
	if (r->topo->routers[router].n_ifaces++ == TOPO_IFACES_MAX)
		return topo_refuse(r, "%s: more than %d links of a router",
				   r->topo->routers[router].name, TOPO_IFACES_MAX);
	link->ends[link->n_ends++] = router;
	return true;
}

static struct topo_link *new_link(struct topo_reader *r)
{
	return topo_grow(r, (void **)&r->topo->links, &r->topo->n_links, sizeof(struct topo_link),
			 TOPO_LINKS_MAX, "links");
}

static bool is_twin(const struct topo_link *a, const struct topo_link *b)
{
	return !a->lan[0] && topo_end_of(a, b->ends[0]) >= 0 && topo_end_of(a, b->ends[1]) >= 0;
}

static bool read_link(struct topo_reader *r)
{
	struct topo_link *link = new_link(r);

	if (!link || !add_end(r, link) || !add_end(r, link))
		return false;
	link->twin = 1;
	for (uint32_t i = 0; i + 1 < r->topo->n_links; i++)
		link->twin += is_twin(&r->topo->links[i], link);
	return read_wire(r, link);
}

static bool read_lan(struct topo_reader *r)
{
	const char *name = topo_word(r);
	struct topo_link *link;

	if (!name)
		return topo_refuse(r, "lan: its name is missing, and the routers on it");
	if (!check_new_name(r, name))
		return false;
	link = new_link(r);
	if (!link)
		return false;
	snprintf(link->lan, sizeof(link->lan), "%s", name);
	while (r->at < r->n_words && !strchr(r->words[r->at], '='))
		if (!add_end(r, link))
			return false;
	if (link->n_ends < 2)
		return topo_refuse(r, "lan %s: at least two routers are wanted", name);
	return read_wire(r, link);
}

static bool read_settle(struct topo_reader *r)
{
	const char *word = topo_word(r);

	if (!word || !time_read(word, &r->topo->settle_us))
		return topo_refuse(r, "settle: a time is wanted, such as 10s");
	return true;
}

static bool set_now(struct topo_reader *r, uint32_t speaker, const struct topo_target *target,
		    const struct settings *given)
{
	struct topo_router *router = &r->topo->routers[target->router];
	const char *wrong;

	if (target->is_iface) {
		if (!router->speaks[speaker])
			return topo_refuse(r, "%s does not speak %s", router->name,
					   speakers[speaker]->name);
		settings_merge(speakers[speaker]->options, given,
			       topo_own_settings(r->topo, target->link, target->end, speaker));
		return true;
	}
	router->speaks[speaker] = true;
	topo_set_router(r->topo, target->router, speaker, given);
	wrong = speakers[speaker]->check(&router->settings[speaker]);
	return !wrong || topo_refuse(r, "%s", wrong);
}

static bool read_speaker(struct topo_reader *r, uint32_t speaker)
{
	struct settings given;
	uint32_t n;
	struct topo_target *targets = topo_read_settings(r, speaker, &n, &given);

	for (uint32_t i = 0; targets && i < n; i++)
		if (!set_now(r, speaker, &targets[i], &given))
			break;
	free(targets);
	return !r->error[0];
}

static bool read_verb(struct topo_reader *r)
{
	static const struct {
		const char *name;
		bool (*read)(struct topo_reader *r);
	} verbs[] = {{"router", read_routers},
		     {"link", read_link},
		     {"lan", read_lan},
		     {"network", topo_read_networks},
		     {"static", topo_read_static},
		     {"filter", topo_read_filter},
		     {"at", topo_read_event},
		     {"settle", read_settle}};
	const char *word = topo_word(r);
	int speaker = topo_speaker_find(word);

	if (speaker >= 0)
		return read_speaker(r, (uint32_t)speaker);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].name, word) == 0)
			return verbs[i].read(r);
	return topo_refuse(r,
			   "%.20s: router, link, lan, network, static, filter, at, settle or the "
			   "name of a protocol is wanted",
			   word);
}

/* --- lines --- */

static bool cut(struct topo_reader *r, char *line)
{
	char *word;

	line[strcspn(line, "#")] = 0;
	r->n_words = r->at = 0;
	while ((word = strsep(&line, " \t\r"))) {
		if (!*word)
			continue;
		for (const char *p = word; *p; p++)
			if (*p < 0x21 || *p > 0x7e)
				return topo_refuse(r, "a byte that is no printable ASCII");
		if (r->n_words == TOPO_WORDS_MAX)
			return topo_refuse(r, "more than %d words", TOPO_WORDS_MAX);
		r->words[r->n_words++] = word;
	}
	return true;
}

static bool read_line(struct topo_reader *r, char *line)
{
	r->line++;
	if (!cut(r, line))
		return false;
	if (!r->n_words)
		return true;
	if (!read_verb(r))
		return false;
	return r->at == r->n_words || topo_refuse(r, "%.20s: one word too many", r->words[r->at]);
}

static bool loses_packets(const struct topo *topo)
{
	for (uint32_t i = 0; i < topo->n_links; i++)
		if (topo->links[i].wire.loss || topo->links[i].wire.jitter_us)
			return true;
	for (uint32_t i = 0; i < topo->n_events; i++)
		if (topo->events[i].what == TOPO_SILENT || topo->events[i].what == TOPO_KILL)
			return true;
	return false;
}

struct topo *topo_read(const char *text, size_t size, const char *name, char error[TOPO_ERROR_MAX])
{
	struct topo_reader *r = calloc(1, sizeof(*r));
	struct topo *topo = calloc(1, sizeof(*topo));
	char *copy = malloc(size + 1), *rest = copy;
	bool good = true;

	if (!r || !topo || !copy)
		abort();
	memcpy(copy, text, size);
	copy[size] = 0;
	error[0] = 0;
	topo->settle_us = -1;
	*r = (struct topo_reader){.topo = topo, .name = name, .error = error};
	if (memchr(text, 0, size))
		good = topo_refuse(r, "a byte that is no printable ASCII");
	while (good && rest)
		good = read_line(r, strsep(&rest, "\n"));
	good = good && (topo->n_routers || topo_refuse(r, "there is no router"));
	good = good && topo_finish_events(r);
	topo->is_lossy = good && loses_packets(topo);
	free(copy);
	free(r);
	if (good)
		return topo;
	topo_free(topo);
	return NULL;
}
