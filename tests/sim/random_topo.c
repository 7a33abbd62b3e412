// SPDX-License-Identifier: BSD-3-Clause
#include <inttypes.h>

#include "tests/sim/random_inside.h"

enum { STATICS_MAX = 4 };

const char *const shape_names[SHAPES + 1] = {"random", "chain", "ring", "grid", "star", NULL};

uint32_t random_pick(struct maker *m, uint32_t below)
{
	m->random = m->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(m->random >> 33) % below;
}

bool random_one_in(struct maker *m, uint32_t n)
{
	return random_pick(m, n) == 0;
}

void random_names(struct maker *m, struct link_names names)
{
	fprintf(m->out, " r%u-r%u", names.a + 1, names.b + 1);
	if (names.twin > 1)
		fprintf(m->out, ".%u", names.twin);
}

/* --- links --- */

static void write_wire(struct maker *m)
{
	bool is_rough = m->conf.weather == WEATHER_ROUGH;

	if (random_one_in(m, 3))
		fprintf(m->out, " cost=%u", 1 + random_pick(m, random_one_in(m, 5) ? 12 : 3));
	fprintf(m->out, " delay=%uus", 100 + random_pick(m, 20000));
	if (random_one_in(m, 3))
		fprintf(m->out, " dup=%u", 1 + random_pick(m, 10));
	if (is_rough && random_one_in(m, 3))
		fprintf(m->out, " jitter=%ums", 1 + random_pick(m, 40));
	if (is_rough && random_one_in(m, 2))
		fprintf(m->out, " loss=%u", 1 + random_pick(m, 20));
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
	uint32_t first = random_pick(m, m->n), n = 3 + random_pick(m, 3);

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
			connect(m, random_pick(m, i), i);
		for (uint32_t extra = random_pick(m, m->n); extra > 0; extra--)
			connect(m, random_pick(m, m->n), random_pick(m, m->n));
		if (random_one_in(m, 4))
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

	if (!m->n_lan || random_one_in(m, 2))
		return m->links[random_pick(m, m->n_links)];
	first = random_pick(m, m->n_lan);
	return (struct link_names){
		.a = (m->lan_first + first) % m->n,
		.b = (m->lan_first + (first + 1) % m->n_lan) % m->n,
	};
}

static void write_marks(struct maker *m)
{
	if (random_one_in(m, 3))
		fprintf(m->out, " tag=%u", 1 + random_pick(m, 3));
	if (random_one_in(m, 4))
		fprintf(m->out, " metric=%u", 5 * random_pick(m, 3));
	fputc('\n', m->out);
}

/* The link of two neighbours; false: there is none but the LAN. */
static bool link_between(const struct maker *m, struct link_names two, struct link_names *out)
{
	for (uint32_t i = 0; i < m->n_links; i++)
		if ((m->links[i].a == two.a && m->links[i].b == two.b) ||
		    (m->links[i].a == two.b && m->links[i].b == two.a)) {
			*out = m->links[i];
			return true;
		}
	return false;
}

/* By way of the neighbour, who has BFD watch the other way round; a second best where it fails. */
static void write_via(struct maker *m, struct link_names two, const char *prefix, bool is_6,
		      uint32_t number)
{
	bool watches = m->has_bfd && !random_one_in(m, 3);
	char back[40];

	fprintf(m->out, "static r%u %s via r%u%s", two.b + 1, prefix, two.a + 1,
		watches ? " bfd=yes" : "");
	write_marks(m);
	if (random_one_in(m, 4)) {
		fprintf(m->out, "static r%u %s blackhole distance=50", two.b + 1, prefix);
		write_marks(m);
	}
	if (!watches)
		return;
	if (is_6)
		snprintf(back, sizeof(back), "2001:db8:e%03x::/48", number);
	else
		snprintf(back, sizeof(back), "198.19.%u.0/24", number);
	fprintf(m->out, "static r%u %s blackhole\nstatic r%u %s via r%u bfd=yes\n", two.b + 1, back,
		two.a + 1, back, two.b + 1);
	m->has_watched |= link_between(m, two, &m->watched);
}

/* A network that one router has by a static route and its neighbour by way of it. */
static void write_statics(struct maker *m)
{
	for (uint32_t i = 0; m->n_links && i < random_pick(m, STATICS_MAX); i++) {
		struct link_names two = neighbors(m);
		bool is_6 = m->has_ng && random_one_in(m, 2);
		char prefix[40];

		if (is_6)
			snprintf(prefix, sizeof(prefix), "2001:db8:f%03x::/48", i);
		else
			snprintf(prefix, sizeof(prefix), "198.18.%u.0/%u", 16 * i,
				 20 + 2 * random_pick(m, 5));
		fprintf(m->out, "static r%u %s blackhole", two.a + 1, prefix);
		write_marks(m);
		if (random_one_in(m, 2))
			write_via(m, two, prefix, is_6, i);
	}
}

/* --- filters --- */

const char *const random_filters[2] = {"f1", "f2"};

static void write_rule(struct maker *m)
{
	uint32_t least;

	switch (random_pick(m, 9)) {
	case 0:
		fprintf(m->out, " deny 10.0.%u.0/24", 1 + random_pick(m, m->n < 200 ? m->n : 199));
		break;
	case 1:
		fprintf(m->out, " deny tag=%u", 1 + random_pick(m, 3));
		break;
	case 2:
		least = 18 + random_pick(m, 8);
		fprintf(m->out, " deny 198.18.0.0/15 ge=%u le=%u", least,
			least + random_pick(m, 6));
		break;
	case 3:
		fprintf(m->out, " static tag=%u set-metric=%u", 1 + random_pick(m, 3),
			1 + random_pick(m, 5));
		break;
	case 4:
		fprintf(m->out, " static metric=%u set-tag=%u", 5 * random_pick(m, 3),
			4 + random_pick(m, 3));
		break;
	case 5:
		fprintf(m->out, " connected 10.0.0.0/8 ge=16 set-metric=%u", 1 + random_pick(m, 6));
		break;
	case 6:
		fprintf(m->out, " connected 172.16.0.0/12 le=24 set-tag=%u", 4 + random_pick(m, 3));
		break;
	case 7:
		fprintf(m->out, " 10.0.%u.0/24 set-metric=%u set-tag=%u",
			1 + random_pick(m, m->n < 200 ? m->n : 199), 1 + random_pick(m, 16),
			random_pick(m, 8));
		break;
	default:
		fputs(" static", m->out);
	}
	fputc('\n', m->out);
}

static void write_filters(struct maker *m)
{
	for (uint32_t i = 0; i < 2; i++) {
		for (uint32_t n = 1 + random_pick(m, 3); n > 0; n--) {
			fprintf(m->out, "filter %s", random_filters[i]);
			write_rule(m);
		}
		if (!random_one_in(m, 4))
			fprintf(m->out, "filter %s\n", random_filters[i]); /* all the rest */
	}
}

/* --- protocols --- */

void random_speaker(struct maker *m, bool may_be_router)
{
	struct link_names link;

	if ((may_be_router && random_one_in(m, 2)) || !m->n_links) {
		fprintf(m->out, " r%u", 1 + random_pick(m, m->n));
		return;
	}
	link = m->links[random_pick(m, m->n_links)];
	random_names(m,
		     random_one_in(m, 2) ? link : (struct link_names){link.b, link.a, link.twin});
}

/* On a LAN where not all hear all, what is heard depends on which of several ways is used, and that
 * is up to chance: silence is for links of two. */
static void write_passive(struct maker *m, const char *protocol)
{
	const struct link_names *link = &m->links[random_pick(m, m->n_links)];

	if (m->n_lan == 0 && random_one_in(m, 2)) {
		fprintf(m->out, "%s r%u passive=yes\n", protocol, 1 + random_pick(m, m->n));
		return;
	}
	fputs(protocol, m->out);
	random_names(m, *link);
	fputs(" passive=yes\n", m->out);
	if (random_one_in(m, 2))
		return;
	fprintf(m->out, "%s r%u neighbors=r%u\n", protocol, link->a + 1, link->b + 1);
	m->named = link->a + 1;
}

/* What differs at some: who is silent, who is told by name, who knows the way to everywhere. */
static void write_differences(struct maker *m, const char *protocol)
{
	if (random_one_in(m, 3) && m->n_links)
		write_passive(m, protocol);
	if (random_one_in(m, 3))
		fprintf(m->out, "%s r%u neighbors=r%u,r%u\n", protocol, 1 + random_pick(m, m->n),
			1 + random_pick(m, m->n), 1 + random_pick(m, m->n));
	for (uint32_t n = random_one_in(m, 3) ? 1 + random_pick(m, 2) : 0; n > 0; n--) {
		fprintf(m->out, "%s", protocol);
		random_speaker(m, true);
		fputs(" default=yes\n", m->out);
	}
	if (random_one_in(m, 3)) {
		fprintf(m->out, "%s", protocol);
		random_speaker(m, true);
		fprintf(m->out, " offset=%u\n", 1 + random_pick(m, 4));
	}
	for (uint32_t n = m->has_filters ? 1 + random_pick(m, 3) : 0; n > 0; n--)
		fprintf(m->out, "%s r%u filter=%s\n", protocol, 1 + random_pick(m, m->n),
			random_filters[random_pick(m, 2)]);
}

/* What carrier and goodbyes tell is not to be left to timeouts, which come late here. */
static void write_timeout(struct maker *m)
{
	if (m->conf.weather == WEATHER_FAIR && random_one_in(m, 2))
		fputs(" timeout=900s", m->out);
}

static void write_told(struct maker *m)
{
	if (random_one_in(m, 4))
		fprintf(m->out, " set-metric=%u", 1 + random_pick(m, 4));
	if (random_one_in(m, 4))
		fprintf(m->out, " set-tag=%u", 4 + random_pick(m, 4));
}

static void write_protocols(struct maker *m)
{
	static const char *const splits[] = {"simple", "poisoned"};
	static const char *const auths[] = {" auth=md5", " auth=password", " auth=hmac-sha-1"};
	const char *split = splits[!random_one_in(m, 4)];

	fprintf(m->out, "rip redistribute=connected,static split=%s%s%s", split,
		m->has_bfd && random_one_in(m, 2) ? " bfd=yes" : "",
		random_one_in(m, 4) ? auths[random_pick(m, 3)] : "");
	if (random_one_in(m, 5))
		fprintf(m->out, " deny=10.0.%u.0/24", 1 + random_pick(m, m->n < 200 ? m->n : 199));
	if (random_one_in(m, 6))
		fprintf(m->out, " paths=%u", 1 + random_pick(m, 3));
	write_told(m);
	write_timeout(m);
	fputc('\n', m->out);
	write_differences(m, "rip");
	if (m->has_ng) {
		fprintf(m->out, "ripng redistribute=connected,static split=%s%s", split,
			m->has_bfd && random_one_in(m, 2) ? " bfd=yes" : "");
		write_told(m);
		write_timeout(m);
		fputc('\n', m->out);
		write_differences(m, "ripng");
	}
	if (m->has_bfd) {
		uint32_t ms = 300 + random_pick(m, 700);
		fprintf(m->out, "bfd interval=%ums multiplier=3 hold=%ums\n", ms, 2 * ms);
	}
}

void random_topo_write(const struct random_conf *conf, FILE *out)
{
	static const char *const weathers[] = {"still", "fair", "rough"};
	static struct maker maker; /* large */
	struct maker *m = &maker;

	*m = (struct maker){.conf = *conf, .random = conf->seed ^ UINT64_C(0x5eed), .out = out};
	random_pick(m, 1);
	m->n = conf->routers ? conf->routers : 3 + random_pick(m, 12);
	m->has_ng = random_one_in(m, 3);
	m->has_bfd = random_one_in(m, 4);
	m->has_filters = random_one_in(m, 3);
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
		random_script(m);
}
