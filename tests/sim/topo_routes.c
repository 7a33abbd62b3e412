// SPDX-License-Identifier: BSD-3-Clause
/* What routers tell of: networks, static routes, and the filters that choose among them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle.h"
#include "tests/sim/topo_inside.h"

/* What routers tell each other of, and what is no link's. */
static bool read_prefix(struct topo_reader *r, struct prefix *out)
{
	struct prefix links = {addr_ip4(0xac100000), 12};
	const char *word = topo_word(r);
	uint8_t first;

	if (!word || prefix_parse(word, out) < 0 || !prefix_is_network(out))
		return topo_refuse(r, "%.50s: a network is wanted, such as 10.1.0.0/16",
				   word ? word : r->words[0]);
	first = out->addr.bytes[0];
	if (out->addr.family == ADDR_IP4
		    ? (first == 0 || first == 127 || first >= 224 || out->length < 8)
		    : ((first & 0xe0) != 0x20 || out->length < 16))
		return topo_refuse(r, "%s: no network that routers may tell of", word);
	if (out->addr.family == ADDR_IP4 &&
	    (prefix_contains(&links, &out->addr) || prefix_contains(out, &links.addr)))
		return topo_refuse(r, "%s: 172.16.0.0/12 is for the links", word);
	return true;
}

static bool overlaps(const struct prefix *a, const struct prefix *b)
{
	return prefix_contains(a, &b->addr) || prefix_contains(b, &a->addr);
}

bool topo_read_networks(struct topo_reader *r)
{
	struct topo *topo = r->topo;
	struct prefix prefix;
	uint32_t router;

	if (!topo_read_router(r, &router))
		return false;
	do {
		struct topo_network *network;

		if (!read_prefix(r, &prefix))
			return false;
		for (uint32_t i = 0; i < topo->n_networks; i++)
			if (topo->networks[i].router == router &&
			    overlaps(&topo->networks[i].prefix, &prefix))
				return topo_refuse(r, "%s has a network there already",
						   topo->routers[router].name);
		network = topo_grow(r, (void **)&topo->networks, &topo->n_networks,
				    sizeof(*network), TOPO_NETWORKS_MAX, "networks");
		if (!network)
			return false;
		*network = (struct topo_network){router, prefix};
	} while (r->at < r->n_words);
	return true;
}

static bool read_via(struct topo_reader *r, struct topo_static *route)
{
	const char *word = topo_word(r);

	route->is_blackhole = word && strcmp(word, "blackhole") == 0;
	if (route->is_blackhole)
		return true;
	if (!word || strcmp(word, "via") != 0)
		return topo_refuse(r, "static: ROUTER NETWORK blackhole or via ROUTER is wanted");
	if (!topo_read_router(r, &route->via))
		return false;
	for (uint32_t i = 0; i < r->topo->n_links; i++)
		if (topo_end_of(&r->topo->links[i], route->router) >= 0 &&
		    topo_end_of(&r->topo->links[i], route->via) >= 0 &&
		    route->via != route->router) {
			route->link = i;
			return true;
		}
	return topo_refuse(r, "static: no link leads from %s to %s",
			   r->topo->routers[route->router].name, r->topo->routers[route->via].name);
}

enum { STATIC_FARTHEST = 109 }; /* before every protocol's routes */

static const struct option static_options[] = {
	{"metric", OPTION_NUMBER, 0, 0, 1000, NULL},
	{"tag", OPTION_NUMBER, 0, 0, TOPO_TAGS - 1, NULL},
	{"bfd", OPTION_BOOL, 0, 0, 0, NULL},
	{"distance", OPTION_NUMBER, 1, 1, STATIC_FARTHEST, NULL},
	{NULL, 0, 0, 0, 0, NULL},
};

static bool read_options(struct topo_reader *r, const struct option *options, struct settings *out)
{
	char error[OPTION_ERROR_MAX];
	const char *word;

	settings_default(options, out);
	while ((word = topo_word(r)))
		if (!settings_read(options, word, out, error))
			return topo_refuse(r, "%s", error);
	return true;
}

static bool read_static_options(struct topo_reader *r, struct topo_static *route)
{
	struct settings settings;

	if (!read_options(r, static_options, &settings))
		return false;
	route->metric = settings.values[0];
	route->tag = settings.values[1];
	route->bfd = settings.values[2];
	route->distance = settings.values[3];
	return !route->bfd || !route->is_blackhole ||
	       topo_refuse(r, "bfd: a blackhole has no gateway that could answer");
}

bool topo_read_static(struct topo_reader *r)
{
	struct topo *topo = r->topo;
	struct topo_static route = {0}, *added;

	if (!topo_read_router(r, &route.router) || !read_prefix(r, &route.prefix) ||
	    !read_via(r, &route) || !read_static_options(r, &route))
		return false;
	for (uint32_t i = 0; i < topo->n_statics; i++)
		if (topo->statics[i].router == route.router &&
		    topo->statics[i].distance == route.distance &&
		    prefix_compare(&topo->statics[i].prefix, &route.prefix) == 0)
			return topo_refuse(r, "static: %s has this route already",
					   topo->routers[route.router].name);
	added = topo_grow(r, (void **)&topo->statics, &topo->n_statics, sizeof(*added),
			  TOPO_NETWORKS_MAX, "static routes");
	if (added)
		*added = route;
	return added != NULL;
}

/* --- filters --- */

static const struct option rule_options[] = {
	{"ge", OPTION_NUMBER, -1, 1, 128, NULL},
	{"le", OPTION_NUMBER, -1, 1, 128, NULL},
	{"tag", OPTION_NUMBER, -1, 0, TOPO_TAGS - 1, NULL},
	{"metric", OPTION_NUMBER, -1, 0, 1000, NULL},
	{"set-tag", OPTION_NUMBER, -1, 0, TOPO_TAGS - 1, NULL},
	{"set-metric", OPTION_NUMBER, -1, 1, 16, NULL},
	{NULL, 0, 0, 0, 0, NULL},
};

static int protocol_find(const char *word)
{
	for (int i = RIB_CONNECTED; i <= RIB_STATIC; i++)
		if (strcmp(oracle_protocol_names[i], word) == 0)
			return i;
	return -1;
}

/* [deny] [connected|static] [NETWORK], in this order. */
static bool read_what(struct topo_reader *r, struct topo_rule *rule)
{
	rule->deny = r->at < r->n_words && strcmp(r->words[r->at], "deny") == 0;
	r->at += rule->deny;
	rule->protocol = r->at < r->n_words ? protocol_find(r->words[r->at]) : -1;
	r->at += rule->protocol >= 0;
	if (r->at == r->n_words || strchr(r->words[r->at], '='))
		return true;
	if (prefix_parse(topo_word(r), &rule->prefix) < 0 || !prefix_is_network(&rule->prefix))
		return topo_refuse(r,
				   "%.50s: deny, connected, static, a network or KEY=VALUE is "
				   "wanted",
				   r->words[r->at - 1]);
	return true;
}

static bool check_lengths(struct topo_reader *r, const struct topo_rule *rule)
{
	int64_t least = rule->prefix.length, most = addr_bits(&rule->prefix.addr);
	bool has_prefix = rule->prefix.addr.family != ADDR_NONE;

	if (rule->ge < 0 && rule->le < 0)
		return true;
	if (!has_prefix)
		return topo_refuse(r, "ge and le are lengths within a network: give one, such as "
				      "0.0.0.0/0");
	if ((rule->ge >= 0 && (rule->ge < least || rule->ge > most)) ||
	    (rule->le >= 0 && (rule->le < least || rule->le > most || rule->le < rule->ge)))
		return topo_refuse(r,
				   "ge and le lie between the network's length and %d, and ge is "
				   "not above le",
				   (int)most);
	return true;
}

static struct topo_filter *filter_named(struct topo_reader *r, const char *name)
{
	struct topo *topo = r->topo;
	struct topo_filter *filter;

	for (uint32_t i = 0; i < topo->n_filters; i++)
		if (strcmp(topo->filters[i].name, name) == 0)
			return &topo->filters[i];
	filter = topo_grow(r, (void **)&topo->filters, &topo->n_filters, sizeof(*filter),
			   TOPO_FILTERS_MAX, "filters");
	if (filter)
		snprintf(filter->name, sizeof(filter->name), "%s", name);
	return filter;
}

/* filter NAME RULE: one more rule of it, behind the others. */
bool topo_read_filter(struct topo_reader *r)
{
	const char *name = topo_word(r);
	struct topo_rule rule = {0};
	struct topo_filter *filter;
	struct settings settings;

	if (!name || !topo_is_name(name))
		return topo_refuse(r, "filter: its name is wanted, 1 to %d letters and digits",
				   TOPO_NAME_MAX - 1);
	if (!read_what(r, &rule) || !read_options(r, rule_options, &settings))
		return false;
	rule.ge = settings.values[0];
	rule.le = settings.values[1];
	rule.tag = settings.values[2];
	rule.metric = settings.values[3];
	rule.set_tag = settings.values[4];
	rule.set_metric = settings.values[5];
	if (!check_lengths(r, &rule))
		return false;
	filter = filter_named(r, name);
	if (!filter)
		return false;
	if (filter->n == TOPO_RULES_MAX)
		return topo_refuse(r, "filter %s: more than %d rules", name, TOPO_RULES_MAX);
	filter->rules[filter->n++] = rule;
	return true;
}

/* --- printing --- */

static void print_number(const char *key, int64_t value, int64_t otherwise, FILE *out)
{
	if (value != otherwise)
		fprintf(out, " %s=%" PRId64, key, value);
}

static void print_rule(const char *name, const struct topo_rule *rule, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	fprintf(out, "filter %s%s", name, rule->deny ? " deny" : "");
	if (rule->protocol >= 0)
		fprintf(out, " %s", oracle_protocol_names[rule->protocol]);
	if (rule->prefix.addr.family != ADDR_NONE)
		fprintf(out, " %s", prefix_print(&rule->prefix, text));
	print_number("ge", rule->ge, -1, out);
	print_number("le", rule->le, -1, out);
	print_number("tag", rule->tag, -1, out);
	print_number("metric", rule->metric, -1, out);
	print_number("set-tag", rule->set_tag, -1, out);
	print_number("set-metric", rule->set_metric, -1, out);
	fputc('\n', out);
}

static void print_static(const struct topo *topo, const struct topo_static *route, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	fprintf(out, "static %s %s %s%s", topo->routers[route->router].name,
		prefix_print(&route->prefix, text), route->is_blackhole ? "blackhole" : "via ",
		route->is_blackhole ? "" : topo->routers[route->via].name);
	print_number("metric", route->metric, 0, out);
	print_number("tag", route->tag, 0, out);
	print_number("distance", route->distance, 1, out);
	fprintf(out, "%s\n", route->bfd ? " bfd=yes" : "");
}

void topo_print_routes(const struct topo *topo, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	for (uint32_t i = 0; i < topo->n_networks; i++)
		fprintf(out, "network %s %s\n", topo->routers[topo->networks[i].router].name,
			prefix_print(&topo->networks[i].prefix, text));
	for (uint32_t i = 0; i < topo->n_statics; i++)
		print_static(topo, &topo->statics[i], out);
	for (uint32_t i = 0; i < topo->n_filters; i++)
		for (uint32_t rule = 0; rule < topo->filters[i].n; rule++)
			print_rule(topo->filters[i].name, &topo->filters[i].rules[rule], out);
}
