// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/routing/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/container_of.h"

static const struct iface *iface_next(struct env *env, uint32_t after)
{
	struct net *net = container_of(env, struct net, env);

	for (uint32_t id = after + 1; id <= NET_IFACES; id++)
		if (net->ifaces[id].id)
			return &net->ifaces[id];
	return NULL;
}

static void log_nothing(struct env *env, enum env_level level, const char *format, va_list args)
{
}

bool net_is_silent(const struct net *net, uint32_t iface, const struct addr *peer)
{
	const struct silent *silent = net->silent;

	while (silent && (silent->iface != iface || addr_compare(&silent->peer, peer) != 0))
		silent = silent->next;
	return silent != NULL;
}

void net_watched(const struct net *net, uint32_t n, uint32_t *iface, struct addr *peer)
{
	const struct env_watch *watch = net->watches;

	if (!watch)
		return;
	for (n %= net->n_watches; n > 0; n--)
		watch = watch->next;
	*iface = watch->iface;
	*peer = watch->peer;
}

bool net_is_scarce;
unsigned net_scarce_seed;

void *net_resize_or_not(void *block, size_t size)
{
	return net_is_scarce && rand_r(&net_scarce_seed) % 3 == 0 ? NULL : realloc(block, size);
}

/* One that is silent already is told of at once. */
static struct env_watch *watch(struct env *env, uint32_t iface, const struct addr *peer,
			       env_watched *fn, void *arg)
{
	struct net *net = container_of(env, struct net, env);
	struct env_watch *watch = malloc(sizeof(*watch));

	assert_non_null(watch);
	*watch = (struct env_watch){net->watches, iface, *peer, fn, arg};
	net->watches = watch;
	net->n_watches++;
	if (net_is_silent(net, iface, peer))
		fn(arg, false);
	return watch;
}

static void unwatch(struct env *env, struct env_watch *watch)
{
	struct net *net = container_of(env, struct net, env);
	struct env_watch **link = &net->watches;

	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
	net->n_watches--;
	free(watch);
}

void net_answers(struct net *net, uint32_t iface, const struct addr *peer, bool is_alive)
{
	struct silent **link = &net->silent, *silent;

	while (*link && ((*link)->iface != iface || addr_compare(&(*link)->peer, peer) != 0))
		link = &(*link)->next;
	silent = *link;
	if (is_alive == (silent == NULL))
		return;
	if (is_alive) {
		*link = silent->next;
		free(silent);
	} else {
		silent = malloc(sizeof(*silent));
		assert_non_null(silent);
		*silent = (struct silent){net->silent, iface, *peer};
		net->silent = silent;
	}
	for (struct env_watch *told = net->watches; told; told = told->next)
		if (told->iface == iface && addr_compare(&told->peer, peer) == 0)
			told->fn(told->arg, is_alive);
}

static const struct env_ops ops = {.iface_next = iface_next,
				   .log = log_nothing,
				   .watch = watch,
				   .unwatch = unwatch};

const struct belief *net_belief(const struct net *net, uint16_t vrf, const struct prefix *prefix)
{
	for (uint32_t i = 0; i < net->n_beliefs; i++)
		if (net->beliefs[i].vrf == vrf &&
		    prefix_compare(&net->beliefs[i].prefix, prefix) == 0)
			return &net->beliefs[i];
	return NULL;
}

static void same_best(const struct rib_best *a, const struct rib_best *b)
{
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->distance, b->distance);
	assert_int_equal(a->metric, b->metric);
	assert_int_equal(a->tag, b->tag);
	assert_int_equal(a->source, b->source);
	assert_ptr_equal(a->hops, b->hops);
}

/* What it was must be what we believe, and what it is now must really differ. */
static void listen(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	struct net *net = arg;
	const struct rib_best *any = now ? now : was;
	struct belief *belief;

	net->n_told++;
	assert_non_null(any);
	belief = (struct belief *)(uintptr_t)net_belief(net, any->vrf, &any->prefix);
	assert_int_equal(belief != NULL, was != NULL);
	if (belief) {
		same_best(&belief->best, was);
		nexthop_set_unref(rib_sets(net->rib), belief->best.hops);
	}
	if (was && now)
		assert_true(was->hops != now->hops || was->set != now->set ||
			    was->source != now->source || was->metric != now->metric ||
			    was->distance != now->distance || was->tag != now->tag);
	if (!now) {
		*belief = net->beliefs[--net->n_beliefs];
		return;
	}
	if (!belief) {
		if (net->n_beliefs == net->room) {
			net->room = 2 * net->room + 64;
			net->beliefs = realloc(net->beliefs, net->room * sizeof(*net->beliefs));
			assert_non_null(net->beliefs);
		}
		belief = &net->beliefs[net->n_beliefs++];
	}
	*belief = (struct belief){now->vrf, now->prefix, *now};
	nexthop_set_ref(now->hops);
}

int net_setup(void **state)
{
	struct net *net = calloc(1, sizeof(*net));

	assert_non_null(net);
	timers_init(&net->timers, (struct moment){1000});
	net->env = (struct env){.ops = &ops, .timers = &net->timers};
	net->rib = rib_create(&net->env);
	assert_non_null(net->rib);
	net->env.rib = net->rib;
	assert_int_equal(rib_listen(net->rib, listen, net), 0);
	*state = net;
	return 0;
}

int net_teardown(void **state)
{
	struct net *net = *state;

	rib_unlisten(net->rib, listen, net);
	for (uint32_t i = 0; i < net->n_beliefs; i++)
		nexthop_set_unref(rib_sets(net->rib), net->beliefs[i].best.hops);
	free(net->beliefs);
	rib_destroy(net->rib);
	assert_int_equal(net->n_watches, 0);
	while (net->silent) {
		struct silent gone = *net->silent;

		net_answers(net, gone.iface, &gone.peer, true);
	}
	timers_fini(&net->timers);
	free(net);
	return 0;
}

void net_iface(struct net *net, uint32_t id, bool is_up)
{
	net->ifaces[id].id = id;
	net->ifaces[id].flags = is_up ? IFACE_UP : 0;
	rib_iface_changed(net->rib, &net->ifaces[id]);
}

void net_iface_gone(struct net *net, uint32_t id)
{
	struct iface iface = net->ifaces[id];

	net->ifaces[id].id = 0;
	rib_iface_changed(net->rib, &iface);
}

struct prefix net_prefix(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static const struct {
	const char *text;
	enum nexthop_kind kind;
	char sign; /* before its number; 0: it has none */
} kinds[] = {
	{"blackhole", NEXTHOP_BLACKHOLE, 0},   {"unreachable", NEXTHOP_UNREACHABLE, 0},
	{"prohibit", NEXTHOP_PROHIBIT, 0},     {"local", NEXTHOP_LOCAL, '@'},
	{"broadcast", NEXTHOP_BROADCAST, '@'}, {"vrf", NEXTHOP_VRF, ':'},
	{"uplinks", NEXTHOP_UPLINKS, ':'},     {"", NEXTHOP_IFACE, '@'},
};

static struct nexthop hop_of(char *word)
{
	struct nexthop hop = {.weight = 1};
	char *weight = strchr(word, '*'), *number = strpbrk(word, "@:");

	if (weight) {
		hop.weight = (uint8_t)atoi(weight + 1);
		*weight = '\0';
	}
	if (strchr(word, '!')) {
		hop.flags = NEXTHOP_BFD;
		*strchr(word, '!') = '\0';
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].text);

		if (strncmp(word, kinds[i].text, n) != 0 || word[n] != kinds[i].sign)
			continue;
		hop.kind = kinds[i].kind;
		if (hop.kind == NEXTHOP_VRF)
			hop.vrf = (uint16_t)atoi(number + 1);
		else if (kinds[i].sign)
			hop.iface = (uint32_t)atoi(number + 1);
		return hop;
	}
	number = strchr(word, '@');
	if (number) {
		hop.iface = (uint32_t)atoi(number + 1);
		*number = '\0';
	}
	hop.kind = NEXTHOP_GATEWAY;
	assert_int_equal(addr_parse(word, &hop.gateway), 0);
	return hop;
}

const struct nexthop_set *net_hops(struct net *net, const char *text)
{
	struct nexthop hops[NEXTHOP_SET_MAX];
	const struct nexthop_set *set;
	char words[NET_TEXT], *rest;
	uint32_t n = 0;

	snprintf(words, sizeof(words), "%s", text);
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(n < NEXTHOP_SET_MAX);
		hops[n++] = hop_of(word);
	}
	set = nexthop_set_get(rib_sets(net->rib), hops, n);
	assert_non_null(set);
	return set;
}

static int print_hop(const struct nexthop *hop, char *out, size_t room)
{
	char gateway[ADDR_TEXT_MAX] = "";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (hop->kind == kinds[i].kind && !kinds[i].sign)
			return snprintf(out, room, "%s", kinds[i].text);
		else if (hop->kind == kinds[i].kind)
			return snprintf(out, room, "%s%c%u", kinds[i].text, kinds[i].sign,
					hop->kind == NEXTHOP_VRF ? hop->vrf : hop->iface);
	addr_print(&hop->gateway, gateway);
	if (hop->iface == 0)
		return snprintf(out, room, "%s%s", gateway, hop->flags ? "!" : "");
	return snprintf(out, room, "%s@%u%s", gateway, hop->iface, hop->flags ? "!" : "");
}

const char *net_print_hops(const struct nexthop_set *set, char out[NET_TEXT])
{
	int n = 0;

	out[0] = '\0';
	for (uint32_t i = 0; set && i < set->n; i++) {
		n += snprintf(out + n, NET_TEXT - (size_t)n, "%s", i ? " " : "");
		n += print_hop(&set->hops[i], out + n, NET_TEXT - (size_t)n);
		if (set->hops[i].weight != 1)
			n += snprintf(out + n, NET_TEXT - (size_t)n, "*%u", set->hops[i].weight);
	}
	return out;
}

int net_try_set(struct net *net, uint32_t source, uint16_t vrf, const char *prefix,
		const char *hops, uint8_t distance, uint32_t metric)
{
	const struct nexthop_set *set = net_hops(net, hops);
	struct rib_route route = {.set = set, .distance = distance, .metric = metric};
	struct prefix at = net_prefix(prefix);
	int err = rib_set(net->rib, source, vrf, &at, &route);

	nexthop_set_unref(rib_sets(net->rib), set);
	return err;
}

void net_set(struct net *net, uint32_t source, const char *prefix, const char *hops,
	     uint8_t distance)
{
	assert_int_equal(net_try_set(net, source, 0, prefix, hops, distance, 0), 0);
}

void net_del(struct net *net, uint32_t source, const char *prefix)
{
	struct prefix at = net_prefix(prefix);

	assert_int_equal(rib_del(net->rib, source, 0, &at), 0);
}

void net_settle(struct net *net)
{
	for (int i = 0; rib_work(net->rib, 1000) > 0; i++)
		assert_true(i < 100000);
}

void net_expect(struct net *net, const char *prefix, const char *hops)
{
	struct prefix at = net_prefix(prefix);
	const struct belief *belief;
	char text[NET_TEXT];

	net_settle(net);
	belief = net_belief(net, 0, &at);
	assert_string_equal(net_print_hops(belief ? belief->best.hops : NULL, text), hops);
}

void net_expect_inactive(struct net *net, const char *prefix, uint32_t source,
			 enum rib_inactive inactive)
{
	struct prefix at = net_prefix(prefix);
	struct rib_cursor cursor = {.vrf = 0};
	struct rib_row row;

	net_settle(net);
	while (rib_next(net->rib, &cursor, &row))
		if (row.best.source == source && prefix_compare(&row.best.prefix, &at) == 0) {
			assert_int_equal(row.inactive, inactive);
			assert_int_equal(row.best.hops != NULL, inactive == RIB_ACTIVE);
			return;
		}
	fail_msg("source %u has no route %s", source, prefix);
}
