// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/random_topo.h"

#include <inttypes.h>

#include "tests/sim/topo.h"

enum { STATICS_MAX = 4, LINKS_MAX = 4 * TOPO_ROUTERS_MAX };

const char *const shape_names[SHAPES + 1] = {"random", "chain", "ring", "grid", "star", NULL};

struct link_names {
	uint32_t a, b, twin;
};

struct maker {
	struct random_conf conf;
	uint64_t random;
	FILE *out;
	bool has_ng, has_bfd, has_filters;
	uint32_t n, n_links;
	struct link_names links[LINKS_MAX];
	uint32_t degree[TOPO_ROUTERS_MAX];
	uint32_t lan_first, n_lan; /* routers on the LAN, one behind another; 0: there is none */
};

static uint32_t pick(struct maker *m, uint32_t below)
{
	m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(m->random >> 33) % below;
}

static bool one_in(struct maker *m, uint32_t n)
{
	return pick(m, n) == 0;
}

/* --- links --- */

static void write_wire(struct maker *m)
{
	bool is_rough = m->conf.weather == WEATHER_ROUGH;

	if (one_in(m, 3))
		fprintf(m->out, " cost=%u", 1 + pick(m, one_in(m, 5) ? 12 : 3));
	fprintf(m->out, " delay=%uus", 100 + pick(m, 20000));
	if (one_in(m, 3))
		fprintf(m->out, " dup=%u", 1 + pick(m, 10));
	if (is_rough && one_in(m, 3))
		fprintf(m->out, " jitter=%ums", 1 + pick(m, 40));
	if (is_rough && one_in(m, 2))
		fprintf(m->out, " loss=%u", 1 + pick(m, 20));
	fputc('\n', m->out);
}

static void connect(struct maker *m, uint32_t a, uint32_t b)
{
	uint32_t twin = 1;

	if (a == b || m->n_links == LINKS_MAX || m->degree[a] == TOPO_IFACES_MAX ||
	    m->degree[b] == TOPO_IFACES_MAX)
		return;
	for (uint32_t i = 0; i < m->n_links; i++)
		twin += (m->links[i].a == a && m->links[i].b == b) ||
			(m->links[i].a == b && m->links[i].b == a);
	m->links[m->n_links++] = (struct link_names){a, b, twin};
	m->degree[a]++;
	m->degree[b]++;
	fprintf(m->out, "link r%u r%u", a + 1, b + 1);
	write_wire(m);
}

static void write_lan(struct maker *m)
{
	uint32_t first = pick(m, m->n), n = 3 + pick(m, 3);

	if (m->n < n)
		return;
	m->lan_first = first;
	m->n_lan = n;
	fputs("lan lan1", m->out);
	for (uint32_t i = 0; i < n; i++) {
		fprintf(m->out, " r%u", (first + i) % m->n + 1);
		m->degree[(first + i) % m->n]++;
	}
	write_wire(m);
}

static void write_grid(struct maker *m)
{
	uint32_t width = 1;

	while (width * width < m->n)
		width++;
	for (uint32_t i = 0; i < m->n; i++) {
		if ((i + 1) % width && i + 1 < m->n)
			connect(m, i, i + 1);
		if (i + width < m->n)
			connect(m, i, i + width);
	}
}

static void write_links(struct maker *m)
{
	switch (m->conf.shape) {
	case SHAPE_RANDOM:
		for (uint32_t i = 1; i < m->n; i++) /* a tree, so that all are connected */
			connect(m, pick(m, i), i);
		for (uint32_t extra = pick(m, m->n); extra > 0; extra--)
			connect(m, pick(m, m->n), pick(m, m->n));
		if (one_in(m, 4))
			write_lan(m);
		break;
	case SHAPE_GRID:
		write_grid(m);
		break;
	case SHAPE_STAR:
		for (uint32_t i = 1; i < m->n; i++)
			connect(m, 0, i);
		break;
	default:
		for (uint32_t i = 0; i + 1 < m->n; i++)
			connect(m, i, i + 1);
		if (m->conf.shape == SHAPE_RING && m->n > 2)
			connect(m, m->n - 1, 0);
	}
}

/* --- networks and protocols --- */

static void write_networks(struct maker *m)
{
	for (uint32_t i = 0; i < m->n; i++) {
		fprintf(m->out, "network r%u 10.%u.%u.0/24", i + 1, (i + 1) / 200, (i + 1) % 200);
		if (m->has_ng)
			fprintf(m->out, " 2001:db8:%x::/48", i + 1);
		fputc('\n', m->out);
	}
}

/* Two neighbours: on the LAN where there is one, or at the ends of a link. */
static struct link_names neighbors(struct maker *m)
{
	uint32_t first;

	if (!m->n_lan || one_in(m, 2))
		return m->links[pick(m, m->n_links)];
	first = pick(m, m->n_lan);
	return (struct link_names){
		.a = (m->lan_first + first) % m->n,
		.b = (m->lan_first + (first + 1) % m->n_lan) % m->n,
	};
}

static void write_marks(struct maker *m)
{
	if (one_in(m, 3))
		fprintf(m->out, " tag=%u", 1 + pick(m, 3));
	if (one_in(m, 4))
		fprintf(m->out, " metric=%u", 5 * pick(m, 3));
	fputc('\n', m->out);
}

/* A network that one router has by a static route and its neighbour by way of it. */
static void write_statics(struct maker *m)
{
	for (uint32_t i = 0; m->n_links && i < pick(m, STATICS_MAX); i++) {
		struct link_names two = neighbors(m);
		bool is_6 = m->has_ng && one_in(m, 2);
		char prefix[40];

		snprintf(prefix, sizeof(prefix), is_6 ? "2001:db8:f%03x::/48" : "198.18.%u.0/24",
			 i);
		fprintf(m->out, "static r%u %s blackhole", two.a + 1, prefix);
		write_marks(m);
		if (one_in(m, 2)) {
			fprintf(m->out, "static r%u %s via r%u%s", two.b + 1, prefix, two.a + 1,
				m->has_bfd && one_in(m, 2) ? " bfd=yes" : "");
			write_marks(m);
		}
	}
}

/* --- filters --- */

static const char *const filter_names[] = {"f1", "f2"};

static void write_rule(struct maker *m)
{
	switch (pick(m, 9)) {
	case 0:
		fprintf(m->out, " deny 10.0.%u.0/24", 1 + pick(m, m->n < 200 ? m->n : 199));
		break;
	case 1:
		fprintf(m->out, " deny tag=%u", 1 + pick(m, 3));
		break;
	case 2:
		fprintf(m->out, " deny 198.18.0.0/15 ge=%u le=24", 16 + pick(m, 9));
		break;
	case 3:
		fprintf(m->out, " static tag=%u set-metric=%u", 1 + pick(m, 3), 1 + pick(m, 5));
		break;
	case 4:
		fprintf(m->out, " static metric=%u set-tag=%u", 5 * pick(m, 3), 4 + pick(m, 3));
		break;
	case 5:
		fprintf(m->out, " connected 10.0.0.0/8 ge=16 set-metric=%u", 1 + pick(m, 6));
		break;
	case 6:
		fprintf(m->out, " connected 172.16.0.0/12 le=24 set-tag=%u", 4 + pick(m, 3));
		break;
	case 7:
		fprintf(m->out, " 10.0.%u.0/24 set-metric=%u set-tag=%u",
			1 + pick(m, m->n < 200 ? m->n : 199), 1 + pick(m, 16), pick(m, 8));
		break;
	default:
		fputs(" static", m->out);
	}
	fputc('\n', m->out);
}

static void write_filters(struct maker *m)
{
	for (uint32_t i = 0; i < 2; i++) {
		for (uint32_t n = 1 + pick(m, 3); n > 0; n--) {
			fprintf(m->out, "filter %s", filter_names[i]);
			write_rule(m);
		}
		if (!one_in(m, 4))
			fprintf(m->out, "filter %s\n", filter_names[i]); /* all the rest */
	}
}

/* --- protocols --- */

/* A router, or one of its interfaces. */
static void write_speaker(struct maker *m, bool may_be_router)
{
	const struct link_names *link;

	if ((may_be_router && one_in(m, 2)) || !m->n_links) {
		fprintf(m->out, " r%u", 1 + pick(m, m->n));
		return;
	}
	link = &m->links[pick(m, m->n_links)];
	if (one_in(m, 2))
		fprintf(m->out, " r%u-r%u", link->a + 1, link->b + 1);
	else
		fprintf(m->out, " r%u-r%u", link->b + 1, link->a + 1);
	if (link->twin > 1)
		fprintf(m->out, ".%u", link->twin);
}

/* On a LAN where not all hear all, what is heard depends on which of several ways is used, and that
 * is up to chance: silence is for links of two. */
static void write_passive(struct maker *m, const char *protocol)
{
	const struct link_names *link = &m->links[pick(m, m->n_links)];

	if (m->n_lan == 0 && one_in(m, 2)) {
		fprintf(m->out, "%s r%u passive=yes\n", protocol, 1 + pick(m, m->n));
		return;
	}
	fprintf(m->out, "%s r%u-r%u", protocol, link->a + 1, link->b + 1);
	if (link->twin > 1)
		fprintf(m->out, ".%u", link->twin);
	fputs(" passive=yes\n", m->out);
}

/* What differs at some: who is silent, who is told by name, who knows the way to everywhere. */
static void write_differences(struct maker *m, const char *protocol)
{
	if (one_in(m, 3) && m->n_links)
		write_passive(m, protocol);
	if (one_in(m, 3))
		fprintf(m->out, "%s r%u neighbors=r%u,r%u\n", protocol, 1 + pick(m, m->n),
			1 + pick(m, m->n), 1 + pick(m, m->n));
	for (uint32_t n = one_in(m, 3) ? 1 + pick(m, 2) : 0; n > 0; n--) {
		fprintf(m->out, "%s", protocol);
		write_speaker(m, true);
		fputs(" default=yes\n", m->out);
	}
	if (one_in(m, 3)) {
		fprintf(m->out, "%s", protocol);
		write_speaker(m, true);
		fprintf(m->out, " offset=%u\n", 1 + pick(m, 4));
	}
	for (uint32_t n = m->has_filters ? 1 + pick(m, 3) : 0; n > 0; n--)
		fprintf(m->out, "%s r%u filter=%s\n", protocol, 1 + pick(m, m->n),
			filter_names[pick(m, 2)]);
}

static void write_told(struct maker *m)
{
	if (one_in(m, 4))
		fprintf(m->out, " set-metric=%u", 1 + pick(m, 4));
	if (one_in(m, 4))
		fprintf(m->out, " set-tag=%u", 4 + pick(m, 4));
}

static void write_protocols(struct maker *m)
{
	static const char *const splits[] = {"simple", "poisoned"};
	static const char *const auths[] = {" auth=md5", " auth=password", " auth=hmac-sha-1"};
	const char *split = splits[!one_in(m, 4)];

	fprintf(m->out, "rip redistribute=connected,static split=%s%s%s", split,
		m->has_bfd && one_in(m, 2) ? " bfd=yes" : "",
		one_in(m, 4) ? auths[pick(m, 3)] : "");
	if (one_in(m, 5))
		fprintf(m->out, " deny=10.0.%u.0/24", 1 + pick(m, m->n < 200 ? m->n : 199));
	if (one_in(m, 6))
		fprintf(m->out, " paths=%u", 1 + pick(m, 3));
	write_told(m);
	fputc('\n', m->out);
	write_differences(m, "rip");
	if (m->has_ng) {
		fprintf(m->out, "ripng redistribute=connected,static split=%s%s", split,
			m->has_bfd && one_in(m, 2) ? " bfd=yes" : "");
		write_told(m);
		fputc('\n', m->out);
		write_differences(m, "ripng");
	}
	if (m->has_bfd) {
		uint32_t ms = 300 + pick(m, 700);
		fprintf(m->out, "bfd interval=%ums multiplier=3 hold=%ums\n", ms, 2 * ms);
	}
}

/* --- what befalls them --- */

static void write_link(struct maker *m)
{
	const struct link_names *link = &m->links[pick(m, m->n_links)];

	fprintf(m->out, " r%u-r%u", link->a + 1, link->b + 1);
	if (link->twin > 1)
		fprintf(m->out, ".%u", link->twin);
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

	fprintf(m->out, " set %s", m->has_ng && one_in(m, 3) ? "ripng" : "rip");
	if (one_in(m, 3)) {
		what = pick(m, 6);
		write_speaker(m, what > 1 || !m->n_lan);
		fprintf(m->out, " %s", of_iface[what]);
		return;
	}
	if (!one_in(m, 4))
		fprintf(m->out, " r%u", 1 + pick(m, m->n));
	if (m->has_filters && one_in(m, 4))
		fprintf(m->out, " filter=%s", one_in(m, 3) ? "" : filter_names[pick(m, 2)]);
	else
		fprintf(m->out, " %s", of_router[pick(m, n)]);
}

/* Keys: whoever has another one is not told so. */
static void write_keys(struct maker *m)
{
	static const char *const auths[] = {"none", "md5", "hmac-sha-256", "password"};

	fputs(" set rip", m->out);
	write_speaker(m, true);
	fprintf(m->out, " auth=%s", auths[pick(m, 4)]);
}

static void write_router(struct maker *m)
{
	fprintf(m->out, " r%u", 1 + pick(m, m->n));
}

static void write_partition(struct maker *m)
{
	fputs(" partition", m->out);
	for (uint32_t n = 1 + pick(m, m->n / 2 + 1); n > 0; n--)
		write_router(m);
}

static void write_event(struct maker *m)
{
	static const char *const fair[] = {" down", " up", " stop", " start"};
	static const char *const rough[] = {" silent", " heard", " kill", " start"};
	bool is_rough = m->conf.weather == WEATHER_ROUGH && one_in(m, 2);
	const char *const *verbs = is_rough ? rough : fair;
	uint32_t what = pick(m, 14);

	if (what < 8 && m->n_links) {
		fputs(verbs[what & 1], m->out);
		write_link(m);
	} else if (what < 10) {
		fputs(verbs[2 + (what & 1)], m->out);
		write_router(m);
	} else if (what == 10) {
		if (one_in(m, 2))
			fputs(" heal", m->out);
		else
			write_partition(m);
	} else if (one_in(m, 4) && m->n_links) {
		fputs(" cost", m->out);
		write_link(m);
		fprintf(m->out, " %u", 1 + pick(m, 4));
	} else if (m->conf.weather == WEATHER_ROUGH && one_in(m, 3)) {
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
		fprintf(m->out, "at %" PRIu64 "ms heard r%u-r%u", at_ms, m->links[i].a + 1,
			m->links[i].b + 1);
		if (m->links[i].twin > 1)
			fprintf(m->out, ".%u", m->links[i].twin);
		fputc('\n', m->out);
	}
	for (uint32_t i = 0; i < m->n; i++)
		fprintf(m->out, "at %" PRIu64 "ms start r%u\n", at_ms, i + 1);
}

static void write_script(struct maker *m)
{
	uint64_t at_ms = 1000 + pick(m, 60000);

	for (uint32_t n = 3 + pick(m, 20); n > 0; n--) {
		fprintf(m->out, "at %" PRIu64 "ms", at_ms);
		write_event(m);
		at_ms += 1 + (one_in(m, 3) ? pick(m, 200) : pick(m, 20000));
	}
	if (m->conf.weather == WEATHER_ROUGH)
		fprintf(m->out, "at %" PRIu64 "ms calm\n", at_ms);
	if (m->has_bfd)
		write_recovery(m, at_ms + 1);
}

void random_topo_write(const struct random_conf *conf, FILE *out)
{
	static const char *const weathers[] = {"still", "fair", "rough"};
	static struct maker maker; /* large */
	struct maker *m = &maker;

	*m = (struct maker){.conf = *conf, .random = conf->seed ^ UINT64_C(0x5eed), .out = out};
	pick(m, 1);
	m->n = conf->routers ? conf->routers : 3 + pick(m, 12);
	m->has_ng = one_in(m, 3);
	m->has_bfd = one_in(m, 4);
	m->has_filters = one_in(m, 3);
	fprintf(out, "# seed %" PRIu64 ": %s, %u routers, weather %s\nrouter", conf->seed,
		shape_names[conf->shape], m->n, weathers[conf->weather]);
	for (uint32_t i = 0; i < m->n; i++)
		fprintf(out, " r%u", i + 1);
	fputc('\n', out);
	write_links(m);
	write_networks(m);
	write_statics(m);
	if (m->has_filters)
		write_filters(m);
	write_protocols(m);
	if (conf->weather != WEATHER_STILL)
		write_script(m);
}
