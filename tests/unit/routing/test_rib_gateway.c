// SPDX-License-Identifier: BSD-3-Clause
/* Gateways that are looked up: what they are found with, and what happens when that changes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/routing/net.h"

static uint32_t source(struct net *net, enum rib_protocol protocol)
{
	uint32_t number = rib_source_add(net->rib, protocol);

	assert_int_not_equal(number, 0);
	return number;
}

static void a_gateway_on_a_wire_of_ours_leads_out_there(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), c = source(net, RIB_CONNECTED);

	net_iface(net, 1, true);
	net_iface(net, 2, true);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1", 1);
	net_expect(net, "10.0.0.0/8", "");
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_NO_GATEWAY);
	net_set(net, c, "192.0.2.0/24", "@1", 0);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1");
	net_set(net, c, "192.0.2.0/30", "@2", 0); /* a longer prefix */
	net_expect(net, "10.0.0.0/8", "192.0.2.1@2");
	net_iface(net, 2, false);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1");
	net_iface(net, 1, false);
	net_expect(net, "10.0.0.0/8", "");
	net_iface(net, 2, true);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@2");
	net_del(net, c, "192.0.2.0/30");
	net_expect(net, "10.0.0.0/8", "");
}

static void a_gateway_behind_a_router_leads_to_that_router(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), o = source(net, RIB_OSPF);

	net_iface(net, 1, true);
	net_iface(net, 2, true);
	net_set(net, s, "10.0.0.0/8", "172.16.0.9", 1);
	net_set(net, s, "2001:db8::/32", "172.16.0.9", 1); /* another family's prefix */
	net_set(net, o, "172.16.0.9/32", "192.0.2.1@1 192.0.2.5@2", 110);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1 192.0.2.5@2");
	net_expect(net, "2001:db8::/32", "192.0.2.1@1 192.0.2.5@2");
	net_iface(net, 2, false);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1");
	net_set(net, o, "172.16.0.9/32", "192.0.2.7@1", 110);
	net_expect(net, "10.0.0.0/8", "192.0.2.7@1");
	net_expect(net, "2001:db8::/32", "192.0.2.7@1");
}

static void gateways_are_sought_in_their_own_vrf(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct prefix at = net_prefix("10.0.0.0/8");

	net_iface(net, 1, true);
	assert_int_equal(rib_vrf_add(net->rib, 7), 0);
	net_set(net, s, "192.0.2.0/24", "@1", 0);
	assert_int_equal(net_try_set(net, s, 7, "10.0.0.0/8", "192.0.2.1", 1, 0), 0);
	net_settle(net);
	assert_null(net_belief(net, 7, &at));
	assert_int_equal(net_try_set(net, s, 7, "192.0.2.0/24", "@1", 0, 0), 0);
	net_settle(net);
	assert_non_null(net_belief(net, 7, &at));
}

static void weights_are_shared_in_proportion(void **state)
{
	static const struct {
		const char *hops, *expected;
	} cases[] = {
		/* .1 is found with two equal hops, .2 with one */
		{"172.16.0.1 172.16.0.2", "192.0.2.1@1 192.0.2.2@1 192.0.2.9@2*2"},
		{"172.16.0.1*2 172.16.0.2", "192.0.2.1@1 192.0.2.2@1 192.0.2.9@2"},
		{"172.16.0.1*3 172.16.0.2*2", "192.0.2.1@1*3 192.0.2.2@1*3 192.0.2.9@2*4"},
		/* .3 with unequal ones */
		{"172.16.0.3", "192.0.2.1@1*2 192.0.2.9@2"},
		/* the same hop by two ways adds up: 1/2 + 2/3 beside 1/2 and 1/3 */
		{"172.16.0.1 172.16.0.3", "192.0.2.1@1*7 192.0.2.2@1*3 192.0.2.9@2*2"},
		/* with one that is not looked up */
		{"172.16.0.1 192.0.2.77@2", "192.0.2.1@1 192.0.2.2@1 192.0.2.77@2*2"},
		/* too great for a weight: in proportion as near as it goes */
		{"172.16.0.1*255 172.16.0.2", "192.0.2.1@1*255 192.0.2.2@1*255 192.0.2.9@2*2"},
	};
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), o = source(net, RIB_OSPF);

	net_iface(net, 1, true);
	net_iface(net, 2, true);
	net_set(net, o, "172.16.0.1/32", "192.0.2.1@1 192.0.2.2@1", 110);
	net_set(net, o, "172.16.0.2/32", "192.0.2.9@2", 110);
	net_set(net, o, "172.16.0.3/32", "192.0.2.1@1*2 192.0.2.9@2", 110);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		net_set(net, s, "10.0.0.0/8", cases[i].hops, 1);
		net_expect(net, "10.0.0.0/8", cases[i].expected);
	}
}

static void what_ends_here_leads_to_no_gateway(void **state)
{
	static const char *const ends[] = {"blackhole", "unreachable", "prohibit",
					   "local@1",   "broadcast@1", "vrf:7"};
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);

	net_iface(net, 1, true);
	net_set(net, s, "10.0.0.0/8", "172.16.0.1", 1);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		net_set(net, s, "172.16.0.1/32", ends[i], 1);
		net_expect_inactive(net, "10.0.0.0/8", s, RIB_ENDS);
	}
	net_set(net, s, "172.16.0.1/32", "uplinks:3", 1);
	net_expect(net, "10.0.0.0/8", "uplinks:3");
}

static void a_change_that_leads_to_the_same_hops_is_not_told(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), c = source(net, RIB_CONNECTED), n_told;

	net_iface(net, 1, true);
	net_set(net, c, "192.0.2.0/24", "@1", 0);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1", 1);
	net_settle(net);
	n_told = net->n_told;
	net_set(net, c, "192.0.2.0/25", "@1", 0);
	net_settle(net);
	assert_int_equal(net->n_told, n_told + 1); /* of the /25 itself */
}

static void a_route_does_not_lead_to_its_own_gateway(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), c = source(net, RIB_CONNECTED);

	net_iface(net, 1, true);
	net_set(net, s, "0.0.0.0/0", "192.0.2.1@1", 1);
	net_set(net, s, "10.0.0.0/8", "10.1.1.1", 1);
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_LOOP);
	net_set(net, c, "10.1.1.0/24", "@1", 0); /* now it is found with something else */
	net_expect(net, "10.0.0.0/8", "10.1.1.1@1");
	net_iface(net, 1, false);
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_LOOP);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1 10.1.1.1", 1);
	net_iface(net, 1, true);
	net_del(net, c, "10.1.1.0/24");
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1"); /* the other hop is as good as ever */
}

static void routes_that_lead_to_each_other_lead_nowhere(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), backup = source(net, RIB_OSPF);

	net_iface(net, 1, true);
	net_set(net, s, "10.0.0.0/8", "11.0.0.1", 1);
	net_set(net, s, "11.0.0.0/8", "12.0.0.1", 1);
	net_set(net, s, "12.0.0.0/8", "10.0.0.1", 1);
	net_set(net, s, "13.0.0.0/8", "10.0.0.1", 1); /* only leads there */
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_LOOP);
	net_expect_inactive(net, "11.0.0.0/8", s, RIB_LOOP);
	net_expect_inactive(net, "12.0.0.0/8", s, RIB_LOOP);
	net_expect_inactive(net, "13.0.0.0/8", s, RIB_NO_GATEWAY);
	/* A worse route that leads somewhere is used, by those who are not in the loop, too. */
	net_set(net, backup, "10.0.0.0/8", "192.0.2.1@1", 110);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1");
	net_expect(net, "13.0.0.0/8", "192.0.2.1@1");
	net_expect_inactive(net, "12.0.0.0/8", s, RIB_LOOP);
	/* A better one ends the loop. */
	net_set(net, backup, "10.0.0.0/8", "192.0.2.1@1", 0);
	net_expect(net, "12.0.0.0/8", "192.0.2.1@1");
	net_expect(net, "11.0.0.0/8", "192.0.2.1@1");
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_ACTIVE);
	net_iface(net, 1, false);
	net_expect_inactive(net, "11.0.0.0/8", s, RIB_LOOP);
	net_del(net, s, "12.0.0.0/8");
	net_expect_inactive(net, "11.0.0.0/8", s, RIB_NO_GATEWAY);
}

/* 10/8 leads by way of 11.0/16, and when that is gone by way of 11/8, which may lead back: a loop,
 * although the hops would be the same. */
static void a_loop_is_seen_also_where_the_hops_stay_the_same(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), o = source(net, RIB_OSPF);

	net_iface(net, 1, true);
	net_set(net, s, "15.0.0.0/8", "192.0.2.1@1", 1);
	net_set(net, s, "12.0.0.0/8", "15.0.0.1", 1);
	net_set(net, s, "14.0.0.0/8", "192.0.2.1@1", 1);
	net_set(net, s, "13.0.0.0/8", "14.0.0.1", 1);
	net_set(net, s, "11.0.0.0/16", "13.0.0.1", 1);
	net_set(net, s, "11.0.0.0/8", "10.0.0.1", 1);
	net_set(net, o, "11.0.0.0/8", "12.0.0.1", 110);
	net_set(net, s, "10.0.0.0/8", "11.0.0.1", 1);
	net_set(net, s, "20.0.0.0/8", "13.0.0.1", 1); /* decided before 11.0/16 is */
	net_set(net, s, "21.0.0.0/8", "13.0.0.1", 1);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1");
	net_del(net, s, "14.0.0.0/8");
	net_expect(net, "11.0.0.0/8", "192.0.2.1@1");
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_LOOP);
}

static void a_chain_may_be_so_long_and_no_longer(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	char prefix[PREFIX_TEXT_MAX], gateway[ADDR_TEXT_MAX];

	net_iface(net, 1, true);
	net_set(net, s, "10.0.0.0/16", "@1", 0);
	for (int i = 1; i <= RIB_DEPTH_MAX + 2; i++) {
		snprintf(prefix, sizeof(prefix), "10.%d.0.0/16", i);
		snprintf(gateway, sizeof(gateway), "10.%d.0.1", i - 1);
		net_set(net, s, prefix, gateway, 1);
		if (i <= RIB_DEPTH_MAX)
			net_expect(net, prefix, "10.0.0.1@1");
	}
	net_expect_inactive(net, "10.9.0.0/16", s, RIB_TOO_DEEP);
	net_expect_inactive(net, "10.10.0.0/16", s, RIB_NO_GATEWAY);
	net_set(net, s, "10.1.0.0/16", "@1", 1); /* one step less */
	net_expect(net, "10.9.0.0/16", "10.1.0.1@1");
	net_expect_inactive(net, "10.10.0.0/16", s, RIB_TOO_DEEP);
}

static void a_gateway_that_must_answer_leads_nowhere_while_it_is_silent(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct addr peer = net_prefix("192.0.2.1/32").addr;

	net_iface(net, 1, true);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1! 192.0.2.2@1", 1);
	net_set(net, s, "11.0.0.0/8", "192.0.2.1@1!", 1);
	net_set(net, s, "12.0.0.0/8", "192.0.2.1@1", 1); /* does not ask */
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1 192.0.2.2@1");
	assert_int_equal(net->n_watches, 1);
	net_answers(net, 1, &peer, false);
	net_expect(net, "10.0.0.0/8", "192.0.2.2@1");
	net_expect(net, "12.0.0.0/8", "192.0.2.1@1");
	net_expect_inactive(net, "11.0.0.0/8", s, RIB_BFD_DOWN);
	net_answers(net, 1, &peer, true);
	net_expect(net, "11.0.0.0/8", "192.0.2.1@1");
	net_iface_gone(net, 1);
	assert_int_equal(net->n_watches, 0);
	net_iface(net, 1, true);
	assert_int_equal(net->n_watches, 1);
	net_del(net, s, "10.0.0.0/8");
	net_del(net, s, "11.0.0.0/8");
	net_settle(net);
	assert_int_equal(net->n_watches, 0);
}

static void one_that_is_looked_up_is_watched_on_the_wire_that_it_is_found_on(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), c = source(net, RIB_CONNECTED);
	struct addr peer = net_prefix("192.0.2.1/32").addr;

	net_iface(net, 1, true);
	net_iface(net, 2, true);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1!", 1);
	net_settle(net);
	assert_int_equal(net->n_watches, 0);
	net_set(net, c, "192.0.2.0/24", "@1", 0);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1");
	net_answers(net, 1, &peer, false);
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_BFD_DOWN);
	net_set(net, c, "192.0.2.0/24", "@2", 0);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@2");
	assert_int_equal(net->n_watches, 1);
	assert_int_equal(net->watches->iface, 2);
	net_set(net, c, "192.0.2.0/24", "198.51.100.1@1", 0); /* behind a router: nobody asks */
	net_expect(net, "10.0.0.0/8", "198.51.100.1@1");
	assert_int_equal(net->n_watches, 0);
}

static void many_routes_over_one_gateway_are_one_thing_to_look_up(void **state)
{
	enum { ROUTES = 5000 };
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), c = source(net, RIB_CONNECTED), slices = 0;
	struct rib_counts before, after;

	net_iface(net, 1, true);
	net_iface(net, 2, true);
	net_set(net, c, "192.0.2.0/24", "@1", 0);
	for (int i = 0; i < ROUTES; i++) {
		char prefix[PREFIX_TEXT_MAX];

		snprintf(prefix, sizeof(prefix), "10.%d.%d.0/24", i / 256, i % 256);
		net_set(net, s, prefix, "192.0.2.1", 1);
	}
	net_settle(net);
	rib_counts(net->rib, 0, &before);
	net_set(net, c, "192.0.2.0/24", "@2", 0);
	while (rib_work(net->rib, 500) > 0)
		slices++;
	rib_counts(net->rib, 0, &after);
	assert_int_equal(after.changes - before.changes, ROUTES + 1);
	assert_in_range(slices, ROUTES / 500, ROUTES / 500 + 2);
	net_expect(net, "10.3.4.0/24", "192.0.2.1@2");
}

static void many_gateways_follow_one_prefix(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), c = source(net, RIB_CONNECTED);
	char prefix[PREFIX_TEXT_MAX], hops[ADDR_TEXT_MAX];

	net_iface(net, 1, true);
	net_iface(net, 2, true);
	for (int i = 0; i < 1000; i++) {
		snprintf(prefix, sizeof(prefix), "10.%d.%d.0/24", i / 256, i % 256);
		snprintf(hops, sizeof(hops), "172.16.%d.%d", i / 256, i % 256);
		net_set(net, s, prefix, hops, 1);
	}
	net_set(net, c, "172.16.0.0/12", "@1", 0);
	net_expect(net, "10.3.4.0/24", "172.16.3.4@1");
	net_set(net, c, "0.0.0.0/0", "@2", 0);
	net_set(net, c, "172.16.3.0/24", "@2", 0);
	net_expect(net, "10.3.4.0/24", "172.16.3.4@2");
	net_del(net, c, "172.16.0.0/12");
	net_expect(net, "10.0.4.0/24", "172.16.0.4@2");
	net_del(net, c, "0.0.0.0/0");
	net_expect(net, "10.0.4.0/24", "");
	net_expect(net, "10.3.4.0/24", "172.16.3.4@2");
}

/* Sanitizers take their time. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHAINED 5000
#endif
#endif
#ifndef CHAINED
#define CHAINED 40000
#endif
#define CHAINED_S 5 /* of processor time: a tenth is enough, ten were needed */

static const char *chained(unsigned i, const char *behind)
{
	static char texts[4][32];
	static unsigned at;
	char *text = texts[at++ % 4];

	snprintf(text, sizeof(texts[0]), "11.0.%u.%u%s", i >> 8, i & 255, behind);
	return text;
}

/* Each may be part of a loop, and is in a line with all others. */
static void very_many_gateways_behind_one_another_take_no_more_than_their_number(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	clock_t began = clock();

	net_iface(net, 1, true);
	for (unsigned i = 0; i < CHAINED; i++)
		assert_int_equal(net_try_set(net, s, 0, chained(i, "/32"), chained(i + 1, ""), 1,
					     0),
				 0);
	net_set(net, s, chained(CHAINED, "/32"), "@1", 1);
	net_expect(net, chained(CHAINED - 1, "/32"), chained(CHAINED, "@1"));
	net_expect_inactive(net, chained(0, "/32"), s, RIB_NO_GATEWAY);
	rib_source_del(net->rib, s);
	net_settle(net);
	net_expect(net, chained(CHAINED - 1, "/32"), "");
	assert_true(clock() - began < (clock_t)CHAINED_S * CLOCKS_PER_SEC);
}

int main(void)
{
#define RIB_TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)
	const struct CMUnitTest tests[] = {
		RIB_TEST(a_gateway_on_a_wire_of_ours_leads_out_there),
		RIB_TEST(a_gateway_behind_a_router_leads_to_that_router),
		RIB_TEST(very_many_gateways_behind_one_another_take_no_more_than_their_number),
		RIB_TEST(gateways_are_sought_in_their_own_vrf),
		RIB_TEST(weights_are_shared_in_proportion),
		RIB_TEST(what_ends_here_leads_to_no_gateway),
		RIB_TEST(a_change_that_leads_to_the_same_hops_is_not_told),
		RIB_TEST(a_route_does_not_lead_to_its_own_gateway),
		RIB_TEST(routes_that_lead_to_each_other_lead_nowhere),
		RIB_TEST(a_loop_is_seen_also_where_the_hops_stay_the_same),
		RIB_TEST(a_chain_may_be_so_long_and_no_longer),
		RIB_TEST(a_gateway_that_must_answer_leads_nowhere_while_it_is_silent),
		RIB_TEST(one_that_is_looked_up_is_watched_on_the_wire_that_it_is_found_on),
		RIB_TEST(many_routes_over_one_gateway_are_one_thing_to_look_up),
		RIB_TEST(many_gateways_follow_one_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
