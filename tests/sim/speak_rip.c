// SPDX-License-Identifier: BSD-3-Clause
/* RIP and RIPng as topologies have them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "routing/core/be.h"
#include "routing/rip/packet.h"
#include "routing/rip/rip.h"
#include "tests/sim/scene.h"
#include "tests/sim/speak_rip.h"

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
		{"bfd", OPTION_BOOL, 0, 0, 0, NULL, true},                                \
		{"redistribute", OPTION_FLAGS, RIP_CONNECTED_FLAG, 0, 0, sources},        \
		{"deny", OPTION_PREFIXES, 0, 0, 0, NULL},                                 \
		{"paths", OPTION_NUMBER, 8, 1, NEXTHOP_SET_MAX, NULL},                    \
		{"set-metric", OPTION_NUMBER, 1, 1, RIP_INFINITY, NULL},                  \
		{"set-tag", OPTION_NUMBER, 0, 0, TOPO_TAGS - 1, NULL},                    \
		{"filter", OPTION_FILTER, 0, 0, 0, NULL},                                 \
		{"passive", OPTION_BOOL, 0, 0, 0, NULL, true},                            \
		{"neighbors", OPTION_ROUTERS, 0, 0, 0, NULL},                             \
		{"default", OPTION_BOOL, 0, 0, 0, NULL, true},                            \
	{                                                                                 \
		"offset", OPTION_NUMBER, 0, 0, RIP_INFINITY - 1, NULL, true               \
	}

static const struct option rip_options[] = {
	RIP_OPTIONS,
	{"auth", OPTION_CHOICE, 0, 0, 0, auths, true},
	{NULL, 0, 0, 0, 0, NULL},
};
static const struct option ripng_options[] = {RIP_OPTIONS, {NULL, 0, 0, 0, 0, NULL}};

static const char *check(const struct settings *settings)
{
	if (settings->values[RIP_TIMEOUT] <= settings->values[RIP_UPDATE])
		return "timeout has to be longer than update";
	return NULL;
}

/* --- the engine --- */

static const struct protocol *protocol_of(uint32_t speaker)
{
	return speakers[speaker]->family == ADDR_IP4 ? &protocol_rip : &protocol_ripng;
}

static struct instance *instance_of(const struct router *router, const struct protocol *protocol)
{
	for (uint32_t i = 0; i < router->n_instances; i++)
		if (router->instances[i]->protocol == protocol)
			return router->instances[i];
	abort();
}

static void start(struct scene *scene, uint32_t router, uint32_t speaker)
{
	router_add(scene->routers[router], protocol_of(speaker));
}

static void iface_conf(const struct settings *settings, uint32_t id, int64_t cost, uint8_t family,
		       struct rip_iface_conf *out)
{
	memset(out, 0, sizeof(*out)); /* also between its members: it is compared as it is */
	out->iface = id;
	out->metric = (uint8_t)cost;
	out->split = (uint8_t)settings->values[RIP_SPLIT];
	out->bfd = settings->values[RIP_BFD];
	out->passive = settings->values[RIP_PASSIVE];
	out->originate = settings->values[RIP_DEFAULT];
	out->offset = (uint8_t)settings->values[RIP_OFFSET];
	if (family == ADDR_IP6 || !settings->values[RIP_AUTH])
		return;
	out->n_keys = 1;
	out->keys[0].id = 1;
	out->keys[0].type = (uint8_t)settings->values[RIP_AUTH];
	out->keys[0].size = sizeof(secret) - 1;
	memcpy(out->keys[0].key, secret, sizeof(secret) - 1);
}

/* What is denied comes first: the first rule that fits decides. */
static uint32_t short_rules(const struct settings *settings, struct rib_rule *rules)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < settings->n_prefixes; i++)
		rules[n++] =
			(struct rib_rule){.prefix = settings->prefixes[i], .le = 128, .deny = true};
	rules[n] = (struct rib_rule){.set_metric = true,
				     .new_metric = (uint32_t)settings->values[RIP_SET_METRIC],
				     .set_tag = settings->values[RIP_SET_TAG] > 0,
				     .new_tag = (uint32_t)settings->values[RIP_SET_TAG]};
	if (settings->values[RIP_REDISTRIBUTE] & RIP_CONNECTED_FLAG)
		rules[n].protocols |= 1 << RIB_CONNECTED;
	if (settings->values[RIP_REDISTRIBUTE] & RIP_STATIC_FLAG)
		rules[n].protocols |= 1 << RIB_STATIC;
	return rules[n].protocols ? n + 1 : 0;
}

static struct rib_rule rule_of(const struct topo_rule *rule)
{
	return (struct rib_rule){
		.protocols = rule->protocol < 0 ? 0 : 1U << rule->protocol,
		.prefix = rule->prefix,
		.ge = rule->ge < 0 ? 0 : (uint8_t)rule->ge,
		.le = rule->le < 0 ? 0 : (uint8_t)rule->le,
		.deny = rule->deny,
		.match_tag = rule->tag >= 0,
		.tag = (uint32_t)rule->tag,
		.match_metric = rule->metric >= 0,
		.metric = (uint32_t)rule->metric,
		.set_tag = rule->set_tag >= 0,
		.new_tag = (uint32_t)rule->set_tag,
		.set_metric = rule->set_metric >= 0,
		.new_metric = (uint32_t)rule->set_metric,
	};
}

static uint32_t filter_rules(const struct topo *topo, const struct settings *settings,
			     struct rib_rule *rules)
{
	const struct topo_filter *filter = topo_filter_find(topo, settings->filter);

	if (!filter)
		return short_rules(settings, rules);
	for (uint32_t i = 0; i < filter->n; i++)
		rules[i] = rule_of(&filter->rules[i]);
	return filter->n;
}

static struct prefix address_of(const struct topo *topo, const struct topo_link *link, uint32_t end,
				uint8_t family)
{
	return (family == ADDR_IP4 ? topo_address4 : topo_address6)(topo, link, end);
}

/* Those of the named routers who are on the link; how many there are then. */
static uint32_t add_neighbors(const struct topo *topo, const struct topo_link *link, uint32_t end,
			      const struct settings *settings, uint8_t family, uint32_t iface,
			      struct rip_neighbor_conf *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < settings->n_routers; i++)
		for (uint32_t other = 0; other < link->n_ends; other++)
			if (other != end && strcmp(topo->routers[link->ends[other]].name,
						   settings->routers[i]) == 0)
				out[n++] = (struct rip_neighbor_conf){
					iface, address_of(topo, link, other, family).addr};
	return n;
}

static void configure(struct scene *scene, uint32_t router, uint32_t speaker)
{
	const struct protocol *protocol = protocol_of(speaker);
	uint8_t family = speakers[speaker]->family;
	const struct topo *topo = scene->topo;
	const struct settings *settings = &topo->routers[router].settings[speaker];
	struct rib_rule rules[OPTION_PREFIXES_MAX + TOPO_RULES_MAX];
	struct rip_iface_conf ifaces[TOPO_IFACES_MAX];
	struct rip_neighbor_conf neighbors[TOPO_IFACES_MAX * OPTION_NAMES_MAX];
	struct rip_conf conf;

	memset(rules, 0, sizeof(rules)); /* likewise */
	rip_conf_default(&conf, family);
	conf.update_us = settings->values[RIP_UPDATE];
	conf.timeout_us = settings->values[RIP_TIMEOUT];
	conf.garbage_us = settings->values[RIP_GARBAGE];
	conf.triggered_us = settings->values[RIP_TRIGGERED];
	conf.paths = (uint8_t)settings->values[RIP_PATHS];
	conf.ifaces = ifaces;
	conf.neighbors = neighbors;
	conf.redistribute = (struct rib_filter){filter_rules(topo, settings, rules), rules};
	for (uint32_t i = 0; i < topo->n_links; i++) {
		const struct topo_link *link = &topo->links[i];
		int end = topo_end_of(link, router);
		uint32_t id;

		if (end < 0)
			continue;
		id = scene->links[i]->ends[end]->iface.id;
		iface_conf(topo_settings(topo, link, (uint32_t)end, speaker), id, link->wire.cost,
			   family, &ifaces[conf.n_ifaces++]);
		conf.n_neighbors += add_neighbors(topo, link, (uint32_t)end, settings, family, id,
						  &neighbors[conf.n_neighbors]);
	}
	if (protocol->reconfigure(instance_of(scene->routers[router], protocol), &conf) < 0)
		abort();
}

/* --- weftd --- */

static void print_time(const char *key, int64_t us, FILE *out)
{
	fprintf(out, "  %s: ", key);
	time_print(us, out);
	fputc('\n', out);
}

static const char *bool_word(int64_t value)
{
	return value ? "true" : "false";
}

static void print_iface(const struct topo *topo, const struct topo_link *link, uint32_t end,
			const struct settings *settings, bool has_keys, FILE *out)
{
	char name[TOPO_IFNAME_MAX];

	topo_ifname(topo, link, end, name);
	fprintf(out, "    %s: { metric: %d, split-horizon: %s, bfd: %s", name, (int)link->wire.cost,
		splits[settings->values[RIP_SPLIT]], bool_word(settings->values[RIP_BFD]));
	fprintf(out, ", passive: %s, default-route: %s, offset: %d",
		bool_word(settings->values[RIP_PASSIVE]), bool_word(settings->values[RIP_DEFAULT]),
		(int)settings->values[RIP_OFFSET]);
	if (has_keys && settings->values[RIP_AUTH])
		fprintf(out, ", auth: { key: %s, algorithm: %s }", secret,
			auths[settings->values[RIP_AUTH]]);
	fputs(" }\n", out);
}

static void print_short(const struct settings *settings, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	for (uint32_t i = 0; i < settings->n_prefixes; i++)
		fprintf(out, "    - { prefix: \"%s\", le: %u, deny: true }\n",
			prefix_print(&settings->prefixes[i], text),
			addr_bits(&settings->prefixes[i].addr));
	for (int i = 0; sources[i]; i++) {
		if (!(settings->values[RIP_REDISTRIBUTE] & 1 << i))
			continue;
		fprintf(out, "    - { protocol: %s, set-metric: %d", sources[i],
			(int)settings->values[RIP_SET_METRIC]);
		if (settings->values[RIP_SET_TAG])
			fprintf(out, ", set-tag: %d", (int)settings->values[RIP_SET_TAG]);
		fputs(" }\n", out);
	}
}

static void print_key(const char *key, int64_t value, FILE *out)
{
	if (value >= 0)
		fprintf(out, ", %s: %d", key, (int)value);
}

static void print_rule(const struct topo_rule *rule, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	fprintf(out, "    - { deny: %s", bool_word(rule->deny));
	if (rule->protocol >= 0)
		fprintf(out, ", protocol: %s", sources[rule->protocol]);
	if (rule->prefix.addr.family != ADDR_NONE)
		fprintf(out, ", prefix: \"%s\"", prefix_print(&rule->prefix, text));
	print_key("ge", rule->ge, out);
	print_key("le", rule->le, out);
	print_key("tag", rule->tag, out);
	print_key("metric", rule->metric, out);
	print_key("set-tag", rule->set_tag, out);
	print_key("set-metric", rule->set_metric, out);
	fputs(" }\n", out);
}

/* weftd wants prefixes of the family that is spoken: a rule for the other one says nothing. */
static void print_redistribution(const struct topo *topo, const struct settings *settings,
				 uint8_t family, FILE *out)
{
	const struct topo_filter *filter = topo_filter_find(topo, settings->filter);

	if (!filter && !settings->values[RIP_REDISTRIBUTE])
		return;
	fputs("  redistribute:\n", out);
	if (!filter)
		print_short(settings, out);
	for (uint32_t i = 0; filter && i < filter->n; i++)
		if (filter->rules[i].prefix.addr.family == ADDR_NONE ||
		    filter->rules[i].prefix.addr.family == family)
			print_rule(&filter->rules[i], out);
}

static void print_neighbors(const struct topo *topo, const struct topo_link *link, uint32_t end,
			    const struct settings *settings, uint8_t family, FILE *out)
{
	struct rip_neighbor_conf list[OPTION_NAMES_MAX];
	uint32_t n = add_neighbors(topo, link, end, settings, family, 0, list);
	char name[TOPO_IFNAME_MAX], address[ADDR_TEXT_MAX];

	topo_ifname(topo, link, end, name);
	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "    - { interface: %s, address: \"%s\" }\n", name,
			addr_print(&list[i].addr, address));
}

static void print(const struct topo *topo, uint32_t router, uint32_t speaker, FILE *out)
{
	const struct settings *settings = &topo->routers[router].settings[speaker];
	uint8_t family = speakers[speaker]->family;

	fprintf(out, "%s:\n", speakers[speaker]->name);
	print_time("update", settings->values[RIP_UPDATE], out);
	print_time("timeout", settings->values[RIP_TIMEOUT], out);
	print_time("garbage", settings->values[RIP_GARBAGE], out);
	print_time("triggered", settings->values[RIP_TRIGGERED], out);
	fprintf(out, "  paths: %d\n", (int)settings->values[RIP_PATHS]);
	print_redistribution(topo, settings, family, out);
	fputs("  interfaces:\n", out);
	for (uint32_t i = 0; i < topo->n_links; i++) {
		int end = topo_end_of(&topo->links[i], router);

		if (end >= 0)
			print_iface(topo, &topo->links[i], (uint32_t)end,
				    topo_settings(topo, &topo->links[i], (uint32_t)end, speaker),
				    family == ADDR_IP4, out);
	}
	fputs(settings->n_routers ? "  neighbors:\n" : "", out);
	for (uint32_t i = 0; i < topo->n_links; i++) {
		int end = topo_end_of(&topo->links[i], router);

		if (end >= 0)
			print_neighbors(topo, &topo->links[i], (uint32_t)end, settings, family,
					out);
	}
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

static bool describe(uint32_t speaker, const struct iface *iface, const struct udp_view *udp,
		     char *text, size_t size)
{
	uint8_t family = speakers[speaker]->family;
	uint32_t len = udp->len;
	struct rip_reader r;

	if (udp->dport != protocol_of(speaker)->udp_port)
		return false;
	if (family == ADDR_IP4)
		len = size_without_digest(udp);
	snprintf(text, size, "%s ", speakers[speaker]->name);
	if (rip_read(family, udp->data, len, iface, &r) == RIP_REFUSALS) {
		if (len < udp->len)
			read_skip(&r.in, RIP_ENTRY);
		return describe_entries(&r, text, size);
	}
	snprintf(text, size, "rip: malformed");
	return true;
}

/* Where RIP and RIPng differ, the family tells. */
#define SPEAKER(word, its_options, its_family)                                                    \
	{                                                                                         \
		.name = word, .options = its_options, .check = check, .start = start,             \
		.configure = configure, .print = print, .describe = describe,                     \
		.family = its_family, .protocol = RIB_RIP, .infinity = RIP_INFINITY, .origin = 1, \
		.agree = rip_agree, .sends_to = rip_sends_to, .tells_back = rip_tells_back,       \
		.tells_default = rip_tells_default, .watches = rip_watches, .tells = rip_tells,   \
		.paths = rip_paths, .settles_us = rip_settles_us, .loops_us = rip_loops_us        \
	}

const struct speaker speaker_rip = SPEAKER("rip", rip_options, ADDR_IP4);
const struct speaker speaker_ripng = SPEAKER("ripng", ripng_options, ADDR_IP6);
