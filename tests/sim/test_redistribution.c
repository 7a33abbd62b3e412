// SPDX-License-Identifier: BSD-3-Clause
/*
 * Redistribution from end to end: a has routes of all kinds, its filter says which of them b, which
 * speaks RIP with it, is told, and as what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/connected/connected.h"
#include "routing/core/udp.h"
#include "routing/rip/packet.h"
#include "routing/rip/rip.h"
#include "tests/sim/statics.h"
#include "tests/sim/world.h"

#define TEXT 2000

enum { RULES_MAX = 4, OTHER_VRF = 1 };
enum { CONNECTED, STATICS, RIP, OTHER_RIP }; /* instances of a */

static struct world *world;
static struct router *a, *b, *c, *d;
static struct link *ab;
static uint32_t kernel, ospf; /* sources of a's RIB */

static struct prefix prefix(const char *text)
{
	struct prefix out = {0};

	if (prefix_parse(text, &out) < 0)
		fail_msg("%s is no prefix", text);
	return out;
}

/* --- who is there --- */

static void speak(struct router *router, int instance, uint16_t vrf, uint32_t n_rules,
		  const struct rib_rule *rules)
{
	struct rip_iface_conf ifaces[4];
	struct rip_conf conf;

	memset(ifaces, 0, sizeof(ifaces));
	rip_conf_default(&conf, ADDR_IP4);
	conf.vrf = vrf;
	conf.update_us = SPAN_S(300); /* what is told is told for its change */
	conf.timeout_us = SPAN_S(1800);
	conf.ifaces = ifaces;
	conf.redistribute = (struct rib_filter){n_rules, rules};
	for (uint32_t i = 0; i < router->n_ends; i++)
		if (router->ends[i]->link && router->ends[i]->iface.vrf == vrf)
			ifaces[conf.n_ifaces++] =
				(struct rip_iface_conf){.iface = router->ends[i]->iface.id,
							.metric = 1,
							.split = RIP_SPLIT_POISONED};
	assert_int_equal(protocol_rip.reconfigure(router->instances[instance], &conf), 0);
}

static void give(uint32_t source, uint16_t vrf, const char *dest, uint32_t metric, uint32_t tag)
{
	struct rib *rib = a->env.rib;
	struct nexthop hop = {.kind = NEXTHOP_BLACKHOLE, .weight = 1};
	struct rib_route route = {.set = nexthop_set_get(rib_sets(rib), &hop, 1),
				  .distance = 10,
				  .metric = metric,
				  .tag = tag};
	struct prefix to = prefix(dest);

	assert_int_equal(rib_set(rib, source, vrf, &to, &route), 0);
	nexthop_set_unref(rib_sets(rib), route.set);
}

static void give_statics(void)
{
	struct nexthop nowhere = {.kind = NEXTHOP_BLACKHOLE, .weight = 1};
	struct static_conf routes[] = {
		{prefix("10.2.0.0/16"), nowhere, 0, 7},
		{prefix("10.2.3.0/24"), nowhere, 5, 8},
		{prefix("10.2.3.64/26"), nowhere, 5, 7},
	};
	struct statics_conf conf = {3, routes};

	assert_int_equal(protocol_statics.reconfigure(a->instances[STATICS], &conf), 0);
}

static struct router *neighbor(const char *name, const char *own)
{
	struct router *router = world_router(world, name);

	router_add(router, &protocol_connected);
	router_add(router, &protocol_rip);
	router_attach(router, NULL, own);
	protocol_connected.reconfigure(router->instances[0], NULL);
	return router;
}

static void attach(struct router *router, struct link *link, const char *at_a, const char *at_it,
		   uint16_t vrf)
{
	router_attach(a, link, at_a)->iface.vrf = vrf;
	router_attach(router, link, at_it);
}

/* a with b and c on wires of the default VRF, d on one of another. */
static int setup(void **state)
{
	struct rib_rule connected = {.protocols = 1 << RIB_CONNECTED};
	struct link_conf wire = {.delay_us = 1000};

	world = world_create(3, NULL);
	a = world_router(world, "a");
	assert_int_equal(rib_vrf_add(a->env.rib, OTHER_VRF), 0);
	router_add(a, &protocol_connected);
	router_add(a, &protocol_statics);
	router_add(a, &protocol_rip);
	router_add(a, &protocol_rip);
	b = neighbor("b", "10.70.0.1/16");
	c = neighbor("c", "10.6.0.1/16");
	d = neighbor("d", "10.8.0.1/16");
	ab = world_link(world, "ab", &wire);
	attach(b, ab, "192.0.2.1/30", "192.0.2.2/30", 0);
	attach(c, world_link(world, "ac", &wire), "192.0.2.5/30", "192.0.2.6/30", 0);
	attach(d, world_link(world, "ad", &wire), "192.0.2.9/30", "192.0.2.10/30", OTHER_VRF);
	router_attach(a, NULL, "10.1.0.1/16");
	protocol_connected.reconfigure(a->instances[CONNECTED], NULL);
	give_statics();
	kernel = rib_source_add(a->env.rib, RIB_KERNEL);
	ospf = rib_source_add(a->env.rib, RIB_OSPF);
	give(kernel, 0, "10.3.0.0/16", 20, 0);
	give(kernel, 0, "10.3.1.0/24", 30, 7);
	give(ospf, 0, "10.5.0.0/16", 20, 9);
	give(kernel, OTHER_VRF, "10.9.0.0/16", 20, 7);
	speak(b, 1, 0, 0, NULL);
	speak(c, 1, 0, 1, &connected);
	speak(d, 1, 0, 1, &connected);
	speak(a, OTHER_RIP, OTHER_VRF, 0, NULL);
	return 0;
}

static int teardown(void **state)
{
	rib_source_del(a->env.rib, kernel);
	rib_source_del(a->env.rib, ospf);
	world_destroy(world);
	return 0;
}

/* --- what b knows --- */

/* "10.1.0.0/16 2 tag 7, …" of what it has heard, in order. */
static const char *known(void)
{
	static char text[TEXT];
	struct rip_route_row row = {0};
	char own[PREFIX_TEXT_MAX];
	size_t n = 0;

	text[0] = 0;
	while (rip_next_route(b->instances[1], &row)) {
		if (row.is_own || row.is_deleted)
			continue;
		n += (size_t)snprintf(text + n, TEXT - n, "%s%s %u", n ? ", " : "",
				      prefix_print(&row.prefix, own), row.metric);
		if (row.tag)
			n += (size_t)snprintf(text + n, TEXT - n, " tag %u", row.tag);
	}
	return text;
}

#define LEARNED "10.6.0.0/16 3" /* RIP's own: no filter is asked */

static const struct shown {
	const char *what;
	struct {
		uint32_t protocols;
		const char *prefix;
		uint8_t ge, le;
		bool deny;
		int tag, metric, set_tag, set_metric; /* 0: not given; NONE: zero */
	} rules[RULES_MAX];
	const char *known;
} cases[] = {
	{"no rule: nothing but what RIP learned", {{0}}, LEARNED},
	{"connected",
	 {{1 << RIB_CONNECTED}},
	 "10.1.0.0/16 2, " LEARNED ", 192.0.2.4/30 2"}, /* no broadcast, nor an address */
	{"static, each with its tag and none with its metric",
	 {{1 << RIB_STATIC}},
	 "10.2.0.0/16 2 tag 7, 10.2.3.0/24 2 tag 8, 10.2.3.64/26 2 tag 7, " LEARNED},
	{"kernel", {{1 << RIB_KERNEL}}, "10.3.0.0/16 2, 10.3.1.0/24 2 tag 7, " LEARNED},
	{"two protocols by two rules, with metrics of their own",
	 {{1 << RIB_KERNEL, .set_metric = 4}, {1 << RIB_OSPF, .set_metric = 9, .set_tag = 1}},
	 "10.3.0.0/16 5, 10.3.1.0/24 5 tag 7, 10.5.0.0/16 10 tag 1, " LEARNED},
	{"by a prefix alone", {{0, "10.2.0.0/16"}}, "10.2.0.0/16 2 tag 7, " LEARNED},
	{"within a prefix from a length on",
	 {{0, "10.2.0.0/15", .ge = 24}},
	 "10.2.3.0/24 2 tag 8, 10.2.3.64/26 2 tag 7, 10.3.1.0/24 2 tag 7, " LEARNED},
	{"within a prefix up to a length",
	 {{0, "10.2.0.0/15", .le = 16}},
	 "10.2.0.0/16 2 tag 7, 10.3.0.0/16 2, " LEARNED},
	{"within a prefix between lengths",
	 {{0, "10.0.0.0/8", .ge = 17, .le = 24}},
	 "10.2.3.0/24 2 tag 8, 10.3.1.0/24 2 tag 7, " LEARNED},
	{"by a tag, whoever it is from",
	 {{0, "10.0.0.0/8", .le = 32, .tag = 7}},
	 "10.2.0.0/16 2 tag 7, 10.2.3.64/26 2 tag 7, 10.3.1.0/24 2 tag 7, " LEARNED},
	{"by a metric, whoever it is from",
	 {{0, "10.0.0.0/8", .le = 32, .metric = 20}},
	 "10.3.0.0/16 2, 10.5.0.0/16 2 tag 9, " LEARNED},
	{"by protocol, prefix, tag and metric at once",
	 {{1 << RIB_STATIC, "10.2.0.0/16", .ge = 24, .tag = 7, .metric = 5, .set_metric = 3,
	   .set_tag = 99}},
	 "10.2.3.64/26 4 tag 99, " LEARNED},
	{"what is denied first is not told by a later rule",
	 {{0, "10.2.3.0/24", .le = 32, .deny = true}, {1 << RIB_STATIC}},
	 "10.2.0.0/16 2 tag 7, " LEARNED},
	{"a metric too far is none", {{1 << RIB_STATIC, .set_metric = 16}}, LEARNED},
	{"everything: nothing of the other VRF, and what is of RIP keeps RIP's metric",
	 {{0, .set_metric = 6}},
	 "10.1.0.0/16 7, 10.2.0.0/16 7 tag 7, 10.2.3.0/24 7 tag 8, 10.2.3.64/26 7 tag 7, "
	 "10.3.0.0/16 7, 10.3.1.0/24 7 tag 7, 10.5.0.0/16 7 tag 9, " LEARNED ", 192.0.2.4/30 7"},
};

static void filter_as(const struct shown *shown)
{
	struct rib_rule rules[RULES_MAX];
	uint32_t n = 0;

	memset(rules, 0, sizeof(rules));
	for (; n < RULES_MAX; n++) {
		bool is_given = shown->rules[n].protocols || shown->rules[n].prefix ||
				shown->rules[n].set_metric;

		if (!is_given)
			break;
		rules[n].protocols = shown->rules[n].protocols;
		if (shown->rules[n].prefix)
			rules[n].prefix = prefix(shown->rules[n].prefix);
		rules[n].ge = shown->rules[n].ge;
		rules[n].le = shown->rules[n].le;
		rules[n].deny = shown->rules[n].deny;
		rules[n].match_tag = shown->rules[n].tag;
		rules[n].tag = (uint32_t)shown->rules[n].tag;
		rules[n].match_metric = shown->rules[n].metric;
		rules[n].metric = (uint32_t)shown->rules[n].metric;
		rules[n].set_tag = shown->rules[n].set_tag;
		rules[n].new_tag = (uint32_t)shown->rules[n].set_tag;
		rules[n].set_metric = shown->rules[n].set_metric;
		rules[n].new_metric = (uint32_t)shown->rules[n].set_metric;
	}
	speak(a, RIP, 0, n, rules);
}

/* From each filter to the next, live: what is left of the one before shows. */
static void each_filter_tells_what_it_says(void **state)
{
	size_t n = sizeof(cases) / sizeof(cases[0]);

	for (size_t i = 0; i < 2 * n; i++) { /* and in another order */
		const struct shown *shown = &cases[i < n ? i : (i * 7 + 3) % n];

		filter_as(shown);
		world_run(world, SPAN_S(40));
		if (strcmp(known(), shown->known) != 0)
			fail_msg("%s: b knows %s", shown->what, known());
	}
}

/* --- what a change touches --- */

static char told[TEXT]; /* what a tells b meanwhile */
static size_t n_told;

static bool note_what_a_tells(struct world *in, const struct end *from,
			      const struct packet_out *out)
{
	struct rip_reader r;
	struct rip_entry entry;
	enum rip_refused why;
	struct udp_view udp;
	struct ip_view ip;
	char text[PREFIX_TEXT_MAX];

	if (from->router != a || from->link != ab || ip_read(out->data, out->len, false, &ip) < 0 ||
	    udp_read(&ip, &udp) < 0 ||
	    rip_read(ADDR_IP4, udp.data, udp.len, &from->iface, &r) != RIP_REFUSALS)
		return true;
	n_told += (size_t)snprintf(told + n_told, TEXT - n_told, "[");
	while (rip_read_entry(&r, &entry, &why) && n_told < TEXT)
		n_told += (size_t)snprintf(told + n_told, TEXT - n_told, " %s %u",
					   prefix_print(&entry.prefix, text), entry.metric);
	n_told += (size_t)snprintf(told + n_told, TEXT - n_told, " ]");
	return true;
}

static uint32_t n_changes; /* of b's table */

static void count_change(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	n_changes++;
}

static void change_to(uint32_t n, const struct rib_rule *rules)
{
	told[0] = 0;
	n_told = n_changes = 0;
	world->watch = note_what_a_tells;
	speak(a, RIP, 0, n, rules);
	world_run(world, SPAN_S(6)); /* long enough for a triggered update, and no periodic one */
	world->watch = NULL;
}

static void a_change_of_a_list_of_prefixes_tells_only_what_it_concerns(void **state)
{
	struct rib_rule rules[3];

	memset(rules, 0, sizeof(rules));
	rules[0].prefix = prefix("10.2.3.0/24");
	rules[0].deny = true;
	rules[1].protocols = 1 << RIB_STATIC | 1 << RIB_KERNEL;
	speak(a, RIP, 0, 2, rules);
	world_run(world, SPAN_S(37));
	assert_int_equal(rib_listen(b->env.rib, count_change, NULL), 0);
	world_run(world, 1);

	rules[0].le = 26; /* the list becomes longer by one network */
	change_to(2, rules);
	assert_string_equal(told, "[ 10.2.3.64/26 16 ]");
	assert_int_equal(n_changes, 1);

	rules[0].prefix = prefix("10.3.1.0/24"); /* one for another */
	rules[0].le = 0;
	change_to(2, rules);
	assert_string_equal(told, "[ 10.3.1.0/24 16 10.2.3.0/24 1 10.2.3.64/26 1 ]");
	assert_int_equal(n_changes, 3);

	rules[2] = rules[1]; /* a rule that nothing comes to */
	change_to(3, rules);
	assert_string_equal(told, "");
	assert_int_equal(n_changes, 0);
	rib_unlisten(b->env.rib, count_change, NULL);
}

/* The RIB has not decided yet when the filter changes: it must not be forgotten. */
static void a_route_that_goes_while_the_filter_changes_is_withdrawn(void **state)
{
	struct rib_rule rules[2];
	struct prefix gone = prefix("10.3.0.0/16");

	memset(rules, 0, sizeof(rules));
	rules[0].protocols = 1 << RIB_KERNEL;
	speak(a, RIP, 0, 1, rules);
	world_run(world, SPAN_S(37));
	assert_string_equal(known(), "10.3.0.0/16 2, 10.3.1.0/24 2 tag 7, " LEARNED);
	rules[1].protocols = 1 << RIB_OSPF;
	assert_int_equal(rib_del(a->env.rib, kernel, 0, &gone), 0);
	speak(a, RIP, 0, 2, rules);
	world_run(world, SPAN_S(6));
	assert_string_equal(known(), "10.3.1.0/24 2 tag 7, 10.5.0.0/16 2 tag 9, " LEARNED);
}

static void a_metric_or_tag_that_changes_is_told_of_that_route_alone(void **state)
{
	struct rib_rule rules[1];

	memset(rules, 0, sizeof(rules));
	rules[0].protocols = 1 << RIB_KERNEL;
	speak(a, RIP, 0, 1, rules);
	world_run(world, SPAN_S(37));
	give(kernel, 0, "10.3.0.0/16", 20, 3);
	change_to(1, rules);
	assert_string_equal(told, "[ 10.3.0.0/16 1 ]");
	assert_string_equal(known(), "10.3.0.0/16 2 tag 3, 10.3.1.0/24 2 tag 7, " LEARNED);
	give(kernel, 0, "10.3.0.0/16", 25, 3); /* its own metric is nobody's business */
	change_to(1, rules);
	assert_string_equal(told, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_filter_tells_what_it_says, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_change_of_a_list_of_prefixes_tells_only_what_it_concerns, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_route_that_goes_while_the_filter_changes_is_withdrawn, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_metric_or_tag_that_changes_is_told_of_that_route_alone, setup, teardown),
	};

	return cmocka_run_group_tests_name("redistribution", tests, NULL, NULL);
}
