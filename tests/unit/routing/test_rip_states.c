// SPDX-License-Identifier: BSD-3-Clause
/*
 * What becomes of a RIP route as a matrix (golden: rip.txt beside this file; UPDATE_GOLDEN=1 writes
 * it anew): a real table is brought into each state of one route, each event happens to it, and the
 * route is written down as it is then.
 *
 *   3 via A B   learned at that metric, by these neighbours
 *   own 1       redistributed; what was learned beside it follows behind a +
 *   16          unreachable, and told so for a while
 *   -           not known
 *   *  the RIB hears of it      !  so do neighbours
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/rip/engine.h"
#include "tests/support/fake_env.h"
#include "tests/support/matrix.h"

enum { TIMEOUT_S = 60, GARBAGE_S = 120 };

static struct net {
	struct fake fake;
	struct rip *rip;
	uint32_t others; /* the source of a route that is redistributed */
	struct rip_neighbor *a, *b;
} net;

static struct prefix prefix;

/* --- what happens --- */

static void configure(uint8_t paths)
{
	struct rib_rule statics = {.protocols = 1 << RIB_STATIC};
	struct rip_iface_conf ifaces[] = {
		{.iface = 1, .metric = 1, .passive = true}, /* so that no packets are in the way */
		{.iface = 2, .metric = 1, .passive = true},
	};
	struct rip_conf conf;

	rip_conf_default(&conf, ADDR_IP4);
	conf.timeout_us = SPAN_S(TIMEOUT_S);
	conf.garbage_us = SPAN_S(GARBAGE_S);
	conf.paths = paths;
	conf.n_ifaces = 2;
	conf.ifaces = ifaces;
	conf.redistribute = (struct rib_filter){1, &statics};
	assert_int_equal(protocol_rip.reconfigure(&net.rip->instance, &conf), 0);
}

static void settle(void)
{
	while (rib_work(net.fake.env.rib, 100) > 0)
		;
}

static void says(struct rip_neighbor *from, uint8_t metric, uint16_t tag)
{
	struct rip_entry entry = {.prefix = prefix, .metric = metric, .tag = tag};

	assert_int_equal(rip_learn(from, &entry), RIP_REFUSALS);
}

static bool leads_to(const struct rip_neighbor *neighbor)
{
	const struct rip_route *route = rip_route_find(net.rip, &prefix);

	for (const struct rip_hop *hop = route ? route->hops : NULL; hop; hop = hop->next)
		if (hop->from == neighbor)
			return true;
	return false;
}

/* Time passes; those say again what they said, but for one. */
static void pass(int seconds, const struct rip_neighbor *silent)
{
	for (; seconds > 0; seconds -= 20) {
		fake_run(&net.fake, SPAN_S(seconds < 20 ? seconds : 20));
		if (leads_to(net.a) && silent != net.a)
			says(net.a, 2, 0);
		if (leads_to(net.b) && silent != net.b)
			says(net.b, 2, 0);
	}
}

static void redistribute(bool is_there)
{
	struct rib *rib = net.fake.env.rib;
	struct nexthop hop = {.kind = NEXTHOP_BLACKHOLE, .weight = 1};
	struct rib_route route = {.distance = 1, .set = nexthop_set_get(rib_sets(rib), &hop, 1)};

	if (is_there)
		assert_int_equal(rib_set(rib, net.others, 0, &prefix, &route), 0);
	else
		rib_del(rib, net.others, 0, &prefix);
	nexthop_set_unref(rib_sets(rib), route.set);
	settle();
}

enum event {
	A_SAME,
	A_BETTER,
	A_WORSE,
	A_TAG,
	A_INFINITY,
	B_EQUAL,
	B_BETTER,
	B_WORSE,
	B_TAG,
	B_INFINITY,
	A_SILENT,
	A_LOST,
	OWN,
	NOT_OWN,
	ONE_PATH,
	TIME,
	EVENTS
};

static const char *const event_names[EVENTS] = {
	"A says 2",
	"A says 1",
	"A says 5",
	"A says 2 tag 7",
	"A says 16",
	"B says 2",
	"B says 1",
	"B says 5",
	"B says 2 tag 7",
	"B says 16",
	"A is silent",
	"A is lost (BFD, carrier)",
	"redistributed",
	"no more redistributed",
	"one path is allowed",
	"garbage time passes",
};

static void happen(enum event event)
{
	static const struct {
		uint8_t metric;
		uint16_t tag;
	} words[] = {{2, 0}, {1, 0}, {5, 0}, {2, 7}, {16, 0}};

	if (event <= B_INFINITY)
		says(event < B_EQUAL ? net.a : net.b, words[event % 5].metric,
		     words[event % 5].tag);
	else if (event == A_SILENT)
		pass(TIMEOUT_S + 1, net.a);
	else if (event == A_LOST)
		rip_forget_neighbor(net.a);
	else if (event == OWN || event == NOT_OWN)
		redistribute(event == OWN);
	else if (event == ONE_PATH)
		configure(1);
	else
		pass(GARBAGE_S + 1, NULL);
}

/* --- states --- */

enum state { UNKNOWN, LEARNED, TWO_WAYS, UNREACHABLE, OWNED, OWNED_AND_LEARNED, WITHDRAWN, STATES };

static const char *const state_names[STATES] = {
	"unknown", "learned of A",  "of A and B",  "unreachable",
	"own",     "own, and of A", "own no more",
};

static void bring_to(enum state state)
{
	if (state == OWNED || state == OWNED_AND_LEARNED || state == WITHDRAWN)
		redistribute(true);
	if (state == WITHDRAWN)
		redistribute(false);
	if (state == LEARNED || state == TWO_WAYS || state == UNREACHABLE ||
	    state == OWNED_AND_LEARNED)
		says(net.a, 2, 0);
	if (state == TWO_WAYS)
		says(net.b, 2, 0);
	if (state == UNREACHABLE)
		says(net.a, 16, 0);
	settle();
	fake_run(&net.fake, SPAN_S(10)); /* neighbours have been told */
}

static void setup(void)
{
	struct addr at_a = fake_addr("192.0.2.1"), at_b = fake_addr("198.51.100.1");

	prefix = fake_prefix("10.0.0.0/8");
	fake_init(&net.fake, 1);
	fake_iface(&net.fake, "eth0", "192.0.2.9/24");
	fake_iface(&net.fake, "eth1", "198.51.100.9/24");
	net.fake.env.rib = rib_create(&net.fake.env);
	assert_non_null(net.fake.env.rib);
	net.others = rib_source_add(net.fake.env.rib, RIB_STATIC);
	net.rip = container_of(protocol_rip.create(&net.fake.env), struct rip, instance);
	configure(8);
	net.a = rip_neighbor_add(rip_iface_find(net.rip, 1), &at_a, true);
	net.b = rip_neighbor_add(rip_iface_find(net.rip, 2), &at_b, true);
	assert_non_null(net.a);
	assert_non_null(net.b);
}

static void teardown(void)
{
	protocol_rip.destroy(&net.rip->instance);
	rib_source_del(net.fake.env.rib, net.others);
	settle();
	rib_destroy(net.fake.env.rib);
	fake_forget(&net.fake);
	fake_fini(&net.fake);
}

/* --- what has become of it --- */

static void describe(char *text, size_t size)
{
	const struct rip_route *route = rip_route_find(net.rip, &prefix);
	size_t n = 0;

	snprintf(text, size, "-");
	if (!route)
		return;
	if (route->is_own)
		n = (size_t)snprintf(text, size, "own %u", route->own_metric);
	if (route->is_own && !route->hops)
		return;
	n += (size_t)snprintf(text + n, size - n, "%s%u", route->is_own ? " + " : "",
			      route->metric);
	if (route->hops)
		n += (size_t)snprintf(text + n, size - n, " via%s%s", leads_to(net.a) ? " A" : "",
				      leads_to(net.b) ? " B" : "");
	if (route->tag && route->hops)
		snprintf(text + n, size - n, " tag %u", route->tag);
}

/* What the RIB has of RIP. */
static void describe_rib(char *text, size_t size)
{
	struct rib_cursor cursor = {0};
	struct rib_row row;

	snprintf(text, size, "-");
	settle();
	while (rib_next(net.fake.env.rib, &cursor, &row))
		if (row.best.protocol == RIB_RIP)
			snprintf(text, size, "%u tag %u set %u", row.best.metric, row.best.tag,
				 row.best.set->id);
}

static void one(char *cell, size_t size, int state, int event)
{
	char rib_before[64], rib_after[64], text[64];
	struct moment told;

	setup();
	bring_to(state);
	describe_rib(rib_before, sizeof(rib_before));
	told = net.rip->triggered_next;
	assert_true(rip_changed_is_empty(&net.rip->changed));
	happen(event);
	describe(text, sizeof(text));
	describe_rib(rib_after, sizeof(rib_after));
	snprintf(cell, size, "%s%s%s", text, strcmp(rib_before, rib_after) != 0 ? " *" : "",
		 !rip_changed_is_empty(&net.rip->changed) || told.us != net.rip->triggered_next.us
			 ? " !"
			 : "");
	teardown();
}

int main(int argc, char **argv)
{
	static const struct matrix matrix = {"RIP's routes", STATES,      EVENTS,
					     state_names,    event_names, one};

	return matrix_test(&matrix, argc, argv);
}
