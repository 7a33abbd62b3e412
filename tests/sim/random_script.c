// SPDX-License-Identifier: BSD-3-Clause
/* What befalls a network by chance. */
#include <inttypes.h>

#include "tests/sim/random_inside.h"

static void write_link(struct maker *m)
{
	random_names(m, m->links[random_pick(m, m->n_links)]);
}

static void write_settings(struct maker *m)
{
	static const char *const of_router[] = {
		"split=poisoned",
		"split=simple",
		"paths=1",
		"paths=4",
		"redistribute=connected",
		"redistribute=connected,static",
		"deny=10.0.1.0/24",
		"set-metric=3",
		"set-tag=6",
		"neighbors=r1,r2",
		"neighbors=",
		"update=20s",
	};
	static const char *const of_iface[] = {"passive=yes", "passive=no", "default=yes",
					       "default=no",  "offset=2",   "offset=0"};
	uint32_t n = sizeof(of_router) / sizeof(*of_router), what;

	fprintf(m->out, " set %s", m->has_ng && random_one_in(m, 3) ? "ripng" : "rip");
	if (random_one_in(m, 3)) {
		what = random_pick(m, 6);
		random_speaker(m, what > 1 || !m->n_lan);
		fprintf(m->out, " %s", of_iface[what]);
		return;
	}
	if (m->named && random_one_in(m, 4)) {
		fprintf(m->out, " r%u neighbors=", m->named);
		return;
	}
	if (!random_one_in(m, 4))
		fprintf(m->out, " r%u", 1 + random_pick(m, m->n));
	if (m->has_filters && random_one_in(m, 4))
		fprintf(m->out, " filter=%s",
			random_one_in(m, 3) ? "" : random_filters[random_pick(m, 2)]);
	else
		fprintf(m->out, " %s", of_router[random_pick(m, n)]);
}

/* Keys: whoever has another one is not told so. */
static void write_keys(struct maker *m)
{
	static const char *const auths[] = {"none", "md5", "hmac-sha-256", "password"};

	fputs(" set rip", m->out);
	random_speaker(m, true);
	fprintf(m->out, " auth=%s", auths[random_pick(m, 4)]);
}

static void write_router(struct maker *m)
{
	fprintf(m->out, " r%u", 1 + random_pick(m, m->n));
}

static void write_partition(struct maker *m)
{
	fputs(" partition", m->out);
	for (uint32_t n = 1 + random_pick(m, m->n / 2 + 1); n > 0; n--)
		write_router(m);
}

static void write_event(struct maker *m)
{
	static const char *const fair[] = {" down", " up", " stop", " start"};
	static const char *const rough[] = {" silent", " heard", " kill", " start"};
	bool is_rough = m->conf.weather == WEATHER_ROUGH && random_one_in(m, 2);
	const char *const *verbs = is_rough ? rough : fair;
	uint32_t what = random_pick(m, 14);

	if (what < 8 && m->n_links) {
		fputs(verbs[what & 1], m->out);
		write_link(m);
	} else if (what < 10) {
		fputs(verbs[2 + (what & 1)], m->out);
		write_router(m);
	} else if (what == 10) {
		if (random_one_in(m, 2))
			fputs(" heal", m->out);
		else
			write_partition(m);
	} else if (random_one_in(m, 4) && m->n_links) {
		fputs(" cost", m->out);
		write_link(m);
		fprintf(m->out, " %u", 1 + random_pick(m, 4));
	} else if (m->conf.weather == WEATHER_ROUGH && random_one_in(m, 3)) {
		write_keys(m);
	} else {
		write_settings(m);
	}
	fputc('\n', m->out);
}

/* Whether a session was up before its neighbour fell silent may be a matter of milliseconds: in the
 * end all are there, and what follows BFD is back. */
static void write_recovery(struct maker *m, uint64_t at_ms)
{
	fprintf(m->out, "at %" PRIu64 "ms heal\n", at_ms);
	for (uint32_t i = 0; i < m->n_links; i++) {
		fprintf(m->out, "at %" PRIu64 "ms heard", at_ms);
		random_names(m, m->links[i]);
		fputc('\n', m->out);
	}
	for (uint32_t i = 0; i < m->n; i++)
		fprintf(m->out, "at %" PRIu64 "ms start r%u\n", at_ms, i + 1);
}

/* A minute later a gateway that is watched falls silent; in fair weather it stops in good order,
 * which is no failure. */
static void write_farewell(struct maker *m, uint64_t at_ms)
{
	bool is_rough = m->conf.weather == WEATHER_ROUGH;

	if (!m->has_watched || random_one_in(m, 3))
		return;
	fprintf(m->out, "at %" PRIu64 "ms %s", at_ms + 60000, is_rough ? "silent" : "stop");
	if (is_rough)
		random_names(m, m->watched);
	else
		fprintf(m->out, " r%u", 1 + (random_one_in(m, 2) ? m->watched.a : m->watched.b));
	fputc('\n', m->out);
}

void random_script(struct maker *m)
{
	uint64_t at_ms = 1000 + random_pick(m, 60000);

	for (uint32_t n = 3 + random_pick(m, 20); n > 0; n--) {
		fprintf(m->out, "at %" PRIu64 "ms", at_ms);
		write_event(m);
		at_ms += 1 + (random_one_in(m, 3) ? random_pick(m, 200) : random_pick(m, 20000));
	}
	if (m->conf.weather == WEATHER_ROUGH)
		fprintf(m->out, "at %" PRIu64 "ms calm\n", at_ms);
	if (m->has_bfd) {
		write_recovery(m, at_ms + 1);
		write_farewell(m, at_ms);
	}
}
