// SPDX-License-Identifier: BSD-3-Clause
/* RIP and RIPng as topologies have them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "routing/core/be.h"
#include "routing/rip/packet.h"
#include "routing/rip/rip.h"
#include "tests/sim/scene.h"
#include "tests/sim/speaker.h"

enum place { UPDATE, TIMEOUT, GARBAGE, TRIGGERED, SPLIT, BFD, REDISTRIBUTE, DENY, PATHS, AUTH };
enum { CONNECTED_FLAG = 1, STATIC_FLAG = 2 };

static const char *const splits[] = {"none", "simple", "poisoned", NULL}; /* enum rip_split */
static const char *const sources[] = {"connected", "static", NULL};
static const char *const auths[] = {/* enum rip_auth_type */
				    "none", "password", "md5", "hmac-sha-1", "hmac-sha-256", NULL};
static const char secret[] = "s3cret";

#define RIP_OPTIONS                                                                       \
	{"update", OPTION_TIME, SPAN_S(30), SPAN_MS(100), SPAN_S(3600), NULL},            \
		{"timeout", OPTION_TIME, SPAN_S(180), SPAN_MS(100), SPAN_S(36000), NULL}, \
		{"garbage", OPTION_TIME, SPAN_S(120), SPAN_MS(100), SPAN_S(36000), NULL}, \
		{"triggered", OPTION_TIME, SPAN_S(1), SPAN_MS(1), SPAN_S(60), NULL},      \
		{"split", OPTION_CHOICE, RIP_SPLIT_POISONED, 0, 0, splits},               \
		{"bfd", OPTION_BOOL, 0, 0, 0, NULL},                                      \
		{"redistribute", OPTION_FLAGS, CONNECTED_FLAG, 0, 0, sources},            \
		{"deny", OPTION_PREFIXES, 0, 0, 0, NULL},                                 \
	{                                                                                 \
		"paths", OPTION_NUMBER, 8, 1, NEXTHOP_SET_MAX, NULL                       \
	}

static const struct option rip_options[] = {
	RIP_OPTIONS,
	{"auth", OPTION_CHOICE, 0, 0, 0, auths},
	{NULL, 0, 0, 0, 0, NULL},
};
static const struct option ripng_options[] = {RIP_OPTIONS, {NULL, 0, 0, 0, 0, NULL}};

static const char *check(const struct settings *settings)
{
	if (settings->values[TIMEOUT] <= settings->values[UPDATE])
		return "timeout has to be longer than update";
	return NULL;
}

/* --- the engine --- */

static struct instance *instance_of(const struct router *router, const struct protocol *protocol)
{
	for (uint32_t i = 0; i < router->n_instances; i++)
		if (router->instances[i]->protocol == protocol)
			return router->instances[i];
	abort();
}

static void start_rip(struct scene *scene, uint32_t router)
{
	router_add(scene->routers[router], &protocol_rip);
}

static void start_ripng(struct scene *scene, uint32_t router)
{
	router_add(scene->routers[router], &protocol_ripng);
}

static void iface_conf(const struct settings *settings, uint32_t id, int64_t cost, uint8_t family,
		       struct rip_iface_conf *out)
{
	memset(out, 0, sizeof(*out)); /* also between its members: it is compared as it is */
	out->iface = id;
	out->metric = (uint8_t)cost;
	out->split = (uint8_t)settings->values[SPLIT];
	out->bfd = settings->values[BFD];
	if (family == ADDR_IP6 || !settings->values[AUTH])
		return;
	out->n_keys = 1;
	out->keys[0].id = 1;
	out->keys[0].type = (uint8_t)settings->values[AUTH];
	out->keys[0].size = sizeof(secret) - 1;
	memcpy(out->keys[0].key, secret, sizeof(secret) - 1);
}

/* What is denied comes first: the first rule that fits decides. */
static uint32_t filter_rules(const struct settings *settings, struct rib_rule *rules)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < settings->n_prefixes; i++)
		rules[n++] =
			(struct rib_rule){.prefix = settings->prefixes[i], .le = 128, .deny = true};
	rules[n].protocols = 0;
	if (settings->values[REDISTRIBUTE] & CONNECTED_FLAG)
		rules[n].protocols |= 1 << RIB_CONNECTED;
	if (settings->values[REDISTRIBUTE] & STATIC_FLAG)
		rules[n].protocols |= 1 << RIB_STATIC;
	return rules[n].protocols ? n + 1 : 0;
}

static void configure(struct scene *scene, uint32_t router, const struct protocol *protocol,
		      uint32_t speaker, uint8_t family)
{
	const struct settings *settings = &scene->topo->routers[router].settings[speaker];
	struct rib_rule rules[OPTION_PREFIXES_MAX + 1] = {0};
	struct rip_iface_conf ifaces[TOPO_IFACES_MAX];
	struct rip_conf conf;

	rip_conf_default(&conf, family);
	conf.update_us = settings->values[UPDATE];
	conf.timeout_us = settings->values[TIMEOUT];
	conf.garbage_us = settings->values[GARBAGE];
	conf.triggered_us = settings->values[TRIGGERED];
	conf.paths = (uint8_t)settings->values[PATHS];
	conf.ifaces = ifaces;
	conf.redistribute = (struct rib_filter){filter_rules(settings, rules), rules};
	for (uint32_t i = 0; i < scene->topo->n_links; i++) {
		int end = topo_end_of(&scene->topo->links[i], router);

		if (end >= 0)
			iface_conf(settings, scene->links[i]->ends[end]->iface.id,
				   scene->topo->links[i].wire.cost, family,
				   &ifaces[conf.n_ifaces++]);
	}
	if (protocol->reconfigure(instance_of(scene->routers[router], protocol), &conf) < 0)
		abort();
}

static void configure_rip(struct scene *scene, uint32_t router)
{
	configure(scene, router, &protocol_rip, SPEAKER_RIP, ADDR_IP4);
}

static void configure_ripng(struct scene *scene, uint32_t router)
{
	configure(scene, router, &protocol_ripng, SPEAKER_RIPNG, ADDR_IP6);
}

/* --- weftd --- */

static void print_time(const char *key, int64_t us, FILE *out)
{
	fprintf(out, "  %s: ", key);
	time_print(us, out);
	fputc('\n', out);
}

static void print_iface(const struct topo *topo, const struct topo_link *link, uint32_t end,
			const struct settings *settings, bool has_keys, FILE *out)
{
	char name[TOPO_IFNAME_MAX];

	topo_ifname(topo, link, end, name);
	fprintf(out, "    %s: { metric: %d, split-horizon: %s, bfd: %s", name, (int)link->wire.cost,
		splits[settings->values[SPLIT]], settings->values[BFD] ? "true" : "false");
	if (has_keys && settings->values[AUTH])
		fprintf(out, ", auth: { key: %s, algorithm: %s }", secret,
			auths[settings->values[AUTH]]);
	fputs(" }\n", out);
}

static void print_redistribution(const struct settings *settings, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	fputs("  redistribute:\n", out);
	for (uint32_t i = 0; i < settings->n_prefixes; i++)
		fprintf(out, "    - { prefix: \"%s\", le: %u, deny: true }\n",
			prefix_print(&settings->prefixes[i], text),
			addr_bits(&settings->prefixes[i].addr));
	for (int i = 0; sources[i]; i++)
		if (settings->values[REDISTRIBUTE] & 1 << i)
			fprintf(out, "    - %s\n", sources[i]);
}

static void print(const struct topo *topo, uint32_t router, uint32_t speaker, bool has_keys,
		  FILE *out)
{
	const struct settings *settings = &topo->routers[router].settings[speaker];

	fprintf(out, "%s:\n", speakers[speaker]->name);
	print_time("update", settings->values[UPDATE], out);
	print_time("timeout", settings->values[TIMEOUT], out);
	print_time("garbage", settings->values[GARBAGE], out);
	print_time("triggered", settings->values[TRIGGERED], out);
	fprintf(out, "  paths: %d\n", (int)settings->values[PATHS]);
	if (settings->values[REDISTRIBUTE])
		print_redistribution(settings, out);
	fputs("  interfaces:\n", out);
	for (uint32_t i = 0; i < topo->n_links; i++) {
		int end = topo_end_of(&topo->links[i], router);

		if (end >= 0)
			print_iface(topo, &topo->links[i], (uint32_t)end, settings, has_keys, out);
	}
}

static void print_rip(const struct topo *topo, uint32_t router, FILE *out)
{
	print(topo, router, SPEAKER_RIP, true, out);
}

static void print_ripng(const struct topo *topo, uint32_t router, FILE *out)
{
	print(topo, router, SPEAKER_RIPNG, false, out);
}

/* --- the transcript --- */

/* "response: 10.1.0.0/16 1, 10.2.0.0/16 16" */
static bool describe_entries(struct rip_reader *r, char *text, size_t size)
{
	const char *between = r->command == RIP_REQUEST ? "request: " : "response: ";
	struct rip_entry entry;
	enum rip_refused why;
	char prefix[PREFIX_TEXT_MAX];
	size_t n = strlen(text);

	if (r->command == RIP_REQUEST && rip_asks_for_all(r)) {
		snprintf(text + n, size - n, "request for everything");
		return true;
	}
	while (n < size && rip_read_entry(r, &entry, &why)) {
		if (why == RIP_REFUSALS)
			n += (size_t)snprintf(text + n, size - n, "%s%s %u", between,
					      prefix_print(&entry.prefix, prefix), entry.metric);
		else
			n += (size_t)snprintf(text + n, size - n, "%s(%s)", between,
					      rip_refused_names[why]);
		between = ", ";
	}
	return true;
}

/* Where a digest follows, it says how long the packet is before that (RFC 4822 2.1). */
static uint32_t size_without_digest(const struct udp_view *udp)
{
	const uint8_t *entry = udp->data + RIP_HEADER;

	if (udp->len < RIP_HEADER + RIP_ENTRY || load_be16(entry) != 0xffff ||
	    load_be16(entry + 2) != 3)
		return udp->len;
	return load_be16(entry + 4) < udp->len ? load_be16(entry + 4) : udp->len;
}

static bool describe(const struct iface *iface, const struct udp_view *udp, uint8_t family,
		     char *text, size_t size)
{
	uint32_t len = family == ADDR_IP4 ? size_without_digest(udp) : udp->len;
	struct rip_reader r;

	snprintf(text, size, "%s ", family == ADDR_IP4 ? "rip" : "ripng");
	if (rip_read(family, udp->data, len, iface, &r) == RIP_REFUSALS) {
		if (len < udp->len)
			read_skip(&r.in, RIP_ENTRY);
		return describe_entries(&r, text, size);
	}
	snprintf(text, size, "rip: malformed");
	return true;
}

static bool describe_rip(const struct iface *iface, const struct ip_view *ip,
			 const struct udp_view *udp, char *text, size_t size)
{
	return udp->dport == RIP_PORT && describe(iface, udp, ADDR_IP4, text, size);
}

static bool describe_ripng(const struct iface *iface, const struct ip_view *ip,
			   const struct udp_view *udp, char *text, size_t size)
{
	return udp->dport == RIPNG_PORT && describe(iface, udp, ADDR_IP6, text, size);
}

/* --- the oracle's facts --- */

static bool agree_rip(const struct settings *a, const struct settings *b)
{
	return a->values[AUTH] == b->values[AUTH];
}

static bool agree_ripng(const struct settings *a, const struct settings *b)
{
	return true;
}

static bool tells(const struct settings *settings, enum rib_protocol of,
		  const struct prefix *prefix)
{
	int64_t flag = of == RIB_CONNECTED ? CONNECTED_FLAG : of == RIB_STATIC ? STATIC_FLAG : 0;

	for (uint32_t i = 0; i < settings->n_prefixes; i++)
		if (settings->prefixes[i].length <= prefix->length &&
		    prefix_contains(&settings->prefixes[i], &prefix->addr))
			return false;
	return settings->values[REDISTRIBUTE] & flag;
}

static uint32_t paths(const struct settings *settings)
{
	return (uint32_t)settings->values[PATHS];
}

/* The slowest that any router is configured at any time. */
struct pace {
	int64_t update, trigger, timeout;
	bool is_poisoned; /* always and everywhere */
};

/* A periodic update comes after 7/6 of its interval at the latest (RFC 2453 3.8), a triggered one
 * five times the least pause after the one before it (3.10.1). */
static void slow_down(struct pace *pace, const struct settings *settings)
{
	int64_t update = settings->values[UPDATE] * 7 / 6,
		trigger = settings->values[TRIGGERED] * 5;

	if (update > pace->update)
		pace->update = update;
	if (trigger > pace->trigger)
		pace->trigger = trigger;
	if (settings->values[TIMEOUT] > pace->timeout)
		pace->timeout = settings->values[TIMEOUT];
	pace->is_poisoned &= settings->values[SPLIT] == RIP_SPLIT_POISONED;
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
static int64_t settles_us(const struct topo *topo, uint32_t speaker)
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
static int64_t loops_us(const struct topo *topo, uint32_t speaker, uint32_t routers)
{
	struct pace pace = pace_of(topo, speaker);
	int64_t step = topo->is_lossy ? pace.update : pace.trigger;

	if (!pace.is_poisoned)
		return pace.timeout + RIP_INFINITY * pace.update;
	if (routers == 2)
		return topo->is_lossy ? pace.timeout + step : step + SPAN_S(1);
	return topo->is_lossy ? pace.timeout + RIP_INFINITY * step : RIP_INFINITY * step;
}

static int64_t settles_rip(const struct topo *topo)
{
	return settles_us(topo, SPEAKER_RIP);
}

static int64_t settles_ripng(const struct topo *topo)
{
	return settles_us(topo, SPEAKER_RIPNG);
}

static int64_t loops_rip(const struct topo *topo, uint32_t routers)
{
	return loops_us(topo, SPEAKER_RIP, routers);
}

static int64_t loops_ripng(const struct topo *topo, uint32_t routers)
{
	return loops_us(topo, SPEAKER_RIPNG, routers);
}

const struct speaker speaker_rip = {
	.name = "rip",
	.options = rip_options,
	.check = check,
	.start = start_rip,
	.configure = configure_rip,
	.print = print_rip,
	.describe = describe_rip,
	.family = ADDR_IP4,
	.protocol = RIB_RIP,
	.infinity = RIP_INFINITY,
	.origin = 1,
	.agree = agree_rip,
	.tells = tells,
	.paths = paths,
	.settles_us = settles_rip,
	.loops_us = loops_rip,
};

const struct speaker speaker_ripng = {
	.name = "ripng",
	.options = ripng_options,
	.check = check,
	.start = start_ripng,
	.configure = configure_ripng,
	.print = print_ripng,
	.describe = describe_ripng,
	.family = ADDR_IP6,
	.protocol = RIB_RIP,
	.infinity = RIP_INFINITY,
	.origin = 1,
	.agree = agree_ripng,
	.tells = tells,
	.paths = paths,
	.settles_us = settles_ripng,
	.loops_us = loops_ripng,
};
