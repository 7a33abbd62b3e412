// SPDX-License-Identifier: BSD-3-Clause
/* What is used, what listeners hear, what a walk shows; recursion is in test_rib_gateway.c. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/net.h"

static uint32_t source(struct net *net, enum rib_protocol protocol)
{
	uint32_t number = rib_source_add(net->rib, protocol);

	assert_int_not_equal(number, 0);
	return number;
}

static void a_route_is_used_once_it_was_worked_on(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct prefix at = net_prefix("10.0.0.0/8");

	net_iface(net, 1, true);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1", 1);
	assert_null(net_belief(net, 0, &at));
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1");
	net_del(net, s, "10.0.0.0/8");
	net_expect(net, "10.0.0.0/8", "");
	assert_int_equal(net->n_told, 2);
}

static void the_least_distance_wins_then_the_least_metric_then_the_first_source(void **state)
{
	struct net *net = *state;
	uint32_t first = source(net, RIB_OSPF), second = source(net, RIB_RIP);

	net_iface(net, 1, true);
	net_try_set(net, second, 0, "10.0.0.0/8", "10.9.0.2@1", 120, 5);
	net_expect(net, "10.0.0.0/8", "10.9.0.2@1");
	net_try_set(net, first, 0, "10.0.0.0/8", "10.9.0.1@1", 120, 5);
	net_expect(net, "10.0.0.0/8", "10.9.0.1@1"); /* came first as a source */
	net_try_set(net, second, 0, "10.0.0.0/8", "10.9.0.2@1", 120, 4);
	net_expect(net, "10.0.0.0/8", "10.9.0.2@1");
	net_try_set(net, first, 0, "10.0.0.0/8", "10.9.0.1@1", 110, 900);
	net_expect(net, "10.0.0.0/8", "10.9.0.1@1");
	net_del(net, first, "10.0.0.0/8");
	net_expect(net, "10.0.0.0/8", "10.9.0.2@1");
}

static void distance_255_is_never_used(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);

	net_set(net, s, "10.0.0.0/8", "blackhole", 255);
	net_expect(net, "10.0.0.0/8", "");
	net_set(net, s, "10.0.0.0/8", "blackhole", 254);
	net_expect(net, "10.0.0.0/8", "blackhole");
}

static void listeners_hear_only_of_real_changes(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);

	net_iface(net, 1, true);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1", 1);
	net_settle(net);
	assert_int_equal(net->n_told, 1);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1", 1);
	net_del(net, s, "10.0.0.0/8");
	net_set(net, s, "10.0.0.0/8", "192.0.2.2@1", 1);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1", 1);
	net_settle(net);
	assert_int_equal(net->n_told, 1);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1", 2); /* the distance is a change */
	net_settle(net);
	assert_int_equal(net->n_told, 2);
	net_iface(net, 1, false);
	net_iface(net, 1, true);
	net_settle(net);
	assert_int_equal(net->n_told, 2);
}

static void an_interface_that_goes_down_takes_its_hops_along(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), backup = source(net, RIB_RIP);

	net_iface(net, 1, true);
	net_iface(net, 2, true);
	net_set(net, s, "10.0.0.0/8", "192.0.2.1@1*3 192.0.2.9@2", 1);
	net_set(net, backup, "10.0.0.0/8", "blackhole", 120);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1*3 192.0.2.9@2");
	net_iface(net, 1, false);
	net_expect(net, "10.0.0.0/8", "192.0.2.9@2");
	net_iface_gone(net, 2);
	net_expect(net, "10.0.0.0/8", "blackhole");
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_NO_IFACE);
	net_iface(net, 1, true);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1*3");
	net_iface(net, 2, true);
	net_expect(net, "10.0.0.0/8", "192.0.2.1@1*3 192.0.2.9@2");
	net_expect_inactive(net, "10.0.0.0/8", s, RIB_ACTIVE);
}

static void what_ends_here_needs_no_wire_but_a_broadcast_does(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_CONNECTED);

	net_iface(net, 1, true);
	net_set(net, s, "10.0.0.1/32", "local@1", 0);
	net_set(net, s, "10.0.0.255/32", "broadcast@1", 0);
	net_set(net, s, "10.1.0.0/16", "vrf:7", 0);
	net_set(net, s, "10.2.0.0/16", "uplinks:4*2", 0);
	net_expect(net, "10.0.0.1/32", "local@1");
	net_expect(net, "10.0.0.255/32", "broadcast@1");
	net_expect(net, "10.1.0.0/16", "vrf:7");
	net_expect(net, "10.2.0.0/16", "uplinks:4*2");
	net_iface(net, 1, false);
	net_expect(net, "10.0.0.1/32", "local@1");
	net_expect(net, "10.0.0.255/32", "");
	net_iface_gone(net, 1);
	net_expect(net, "10.0.0.1/32", "");
}

static void look_ups_find_the_longest_used_prefix(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct addr addr = net_prefix("10.1.2.3/32").addr, six = net_prefix("2001:db8::1/128").addr;
	struct prefix at = net_prefix("10.1.0.0/16");
	struct rib_best best;

	net_set(net, s, "0.0.0.0/0", "blackhole", 1);
	net_set(net, s, "10.0.0.0/8", "unreachable", 1);
	net_set(net, s, "10.1.0.0/16", "prohibit", 1);
	net_set(net, s, "10.1.2.0/24", "192.0.2.1@5", 1); /* inactive */
	net_set(net, s, "2001:db8::/32", "blackhole", 1);
	net_settle(net);
	assert_true(rib_lookup(net->rib, 0, &addr, &best));
	assert_int_equal(best.prefix.length, 16);
	assert_int_equal(best.hops->hops[0].kind, NEXTHOP_PROHIBIT);
	assert_true(rib_cover(net->rib, 0, &at, &best));
	assert_int_equal(best.prefix.length, 8);
	at = net_prefix("0.0.0.0/0");
	assert_false(rib_cover(net->rib, 0, &at, &best));
	assert_true(rib_lookup(net->rib, 0, &six, &best));
	assert_int_equal(best.prefix.length, 32);
	six.bytes[0] = 0x30;
	assert_false(rib_lookup(net->rib, 0, &six, &best));
	assert_false(rib_lookup(net->rib, 9, &addr, &best));
}

static void what_cannot_be_is_refused_and_changes_nothing(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct prefix at = net_prefix("10.0.0.0/8");
	struct rib_counts counts;

	assert_int_equal(net_try_set(net, s, 0, "10.0.0.1/8", "blackhole", 1, 0), -EINVAL);
	assert_int_equal(net_try_set(net, s, 3, "10.0.0.0/8", "blackhole", 1, 0), -ENOENT);
	assert_int_equal(net_try_set(net, 999, 0, "10.0.0.0/8", "blackhole", 1, 0), -ENOENT);
	assert_int_equal(rib_del(net->rib, s, 0, &at), -ENOENT);
	assert_int_equal(rib_vrf_limit(net->rib, 0, 1), 0);
	assert_int_equal(net_try_set(net, s, 0, "10.0.0.0/8", "blackhole", 1, 0), 0);
	assert_int_equal(net_try_set(net, s, 0, "11.0.0.0/8", "blackhole", 1, 0), -ENOSPC);
	assert_int_equal(net_try_set(net, s, 0, "10.0.0.0/8", "prohibit", 1, 0), 0);
	net_settle(net);
	rib_counts(net->rib, 0, &counts);
	assert_int_equal(counts.routes, 1);
	assert_int_equal(counts.prefixes, 1);
	assert_int_equal(counts.active, 1);
	assert_int_equal(counts.work_left, 0);
	net_expect(net, "11.0.0.0/8", "");
}

static void vrfs_do_not_see_each_other(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct prefix at = net_prefix("10.0.0.0/8");
	struct rib_best best;

	assert_int_equal(rib_vrf_add(net->rib, 0), -EEXIST);
	assert_int_equal(rib_vrf_add(net->rib, 7), 0);
	assert_int_equal(net_try_set(net, s, 7, "10.0.0.0/8", "blackhole", 1, 0), 0);
	net_set(net, s, "10.0.0.0/8", "prohibit", 1);
	net_expect(net, "10.0.0.0/8", "prohibit");
	assert_non_null(net_belief(net, 7, &at));
	assert_int_equal(rib_vrf_del(net->rib, 7), -EBUSY);
	assert_int_equal(rib_del(net->rib, s, 7, &at), 0);
	assert_int_equal(rib_vrf_del(net->rib, 7), 0);
	assert_false(rib_lookup(net->rib, 7, &at.addr, &best));
	net_settle(net);
	assert_null(net_belief(net, 7, &at)); /* listeners heard of it nevertheless */
	assert_int_equal(rib_vrf_del(net->rib, 7), -ENOENT);
	assert_int_equal(rib_vrf_add(net->rib, 7), 0);
	assert_int_equal(rib_vrf_del(net->rib, 0), -EBUSY);
}

static void a_vrf_that_comes_back_at_once_keeps_its_listeners_right(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct prefix at = net_prefix("10.0.0.0/8");

	assert_int_equal(rib_vrf_add(net->rib, 7), 0);
	assert_int_equal(net_try_set(net, s, 7, "10.0.0.0/8", "blackhole", 1, 0), 0);
	net_settle(net);
	assert_int_equal(rib_del(net->rib, s, 7, &at), 0);
	assert_int_equal(rib_vrf_del(net->rib, 7), 0);
	assert_int_equal(rib_vrf_add(net->rib, 7), 0);
	assert_int_equal(net_try_set(net, s, 7, "10.0.0.0/8", "prohibit", 1, 0), 0);
	net_settle(net);
	assert_int_equal(net_belief(net, 7, &at)->best.hops->hops[0].kind, NEXTHOP_PROHIBIT);
	assert_int_equal(net->n_told, 2);
}

static void a_source_that_leaves_takes_all_its_routes_along(void **state)
{
	struct net *net = *state;
	uint32_t leaves = source(net, RIB_RIP), stays = source(net, RIB_OSPF), next;
	char prefix[PREFIX_TEXT_MAX];
	struct rib_counts counts;

	for (int i = 0; i < 200; i++) {
		snprintf(prefix, sizeof(prefix), "10.%d.0.0/16", i);
		net_set(net, leaves, prefix, "blackhole", 1);
		if (i % 2)
			net_set(net, stays, prefix, "prohibit", 2);
	}
	net_expect(net, "10.3.0.0/16", "blackhole");
	rib_source_del(net->rib, leaves);
	assert_int_equal(net_try_set(net, leaves, 0, "9.0.0.0/8", "blackhole", 1, 0), -ENOENT);
	net_expect(net, "10.3.0.0/16", "prohibit");
	net_expect(net, "10.4.0.0/16", "");
	rib_counts(net->rib, 0, &counts);
	assert_int_equal(counts.routes, 100);
	next = source(net, RIB_RIP);
	assert_int_not_equal(next, leaves);
	assert_int_not_equal(next, stays);
}

/* 10.0.0.0/16 to 10.99.0.0/16, worked on. */
static void set_hundred(struct net *net, uint32_t source, const char *via)
{
	char prefix[PREFIX_TEXT_MAX];

	for (int i = 0; i < 100; i++) {
		snprintf(prefix, sizeof(prefix), "10.%d.0.0/16", i);
		net_set(net, source, prefix, via, 1);
	}
	net_settle(net);
}

static void work_is_done_in_slices(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC), before, left = 100;

	set_hundred(net, s, "192.0.2.1@1");
	assert_int_equal(net->n_told, 0);
	net_iface(net, 1, true); /* one way, a hundred prefixes */
	for (before = 0; left > 0; before = net->n_told) {
		left = rib_work(net->rib, 10);
		assert_in_range(net->n_told - before, 0, 10);
	}
	assert_int_equal(net->n_told, 100);
}

struct late {
	uint32_t n, n_wrong;
	struct prefix last;
};

static void listen_late(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	struct late *late = arg;

	late->n++;
	if (was) /* a change of something that it had not heard of */
		late->n_wrong += prefix_compare(&was->prefix, &late->last) > 0;
	else if (prefix_compare(&now->prefix, &late->last) > 0)
		late->last = now->prefix;
}

static void a_late_listener_hears_of_everything_once(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct late late = {0};

	set_hundred(net, s, "blackhole");
	assert_int_equal(rib_listen(net->rib, listen_late, &late), 0);
	rib_work(net->rib, 50);
	assert_in_range(late.n, 1, 50);
	net_set(net, s, "10.99.0.0/16", "prohibit", 1); /* ahead of it: heard of later, once */
	net_settle(net);
	assert_int_equal(late.n, 100);
	net_set(net, s, "10.0.0.0/16", "prohibit", 1);
	net_settle(net);
	assert_int_equal(late.n, 101);
	assert_int_equal(late.n_wrong, 0);
	rib_unlisten(net->rib, listen_late, &late);
	net_set(net, s, "10.0.0.0/16", "blackhole", 1);
	net_settle(net);
	assert_int_equal(late.n, 101);
}

static void who_is_told_again_hears_of_changes_everywhere_meanwhile(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct late late = {0};

	set_hundred(net, s, "blackhole");
	assert_int_equal(rib_listen(net->rib, listen_late, &late), 0);
	net_settle(net);
	late = (struct late){0};
	rib_tell_again(net->rib, listen_late, &late);
	net_del(net, s, "10.99.0.0/16");
	rib_work(net->rib, 50);
	assert_int_equal(late.n_wrong, 1); /* it is told, though ahead: it knows of the route */
	rib_tell_again(net->rib, listen_late, &late); /* from the start, while not yet through */
	net_settle(net);
	late.n = 0;
	net_set(net, s, "10.0.0.0/16", "prohibit", 1);
	net_settle(net);
	assert_int_equal(late.n, 1);
	rib_unlisten(net->rib, listen_late, &late);
	rib_tell_again(net->rib, listen_late, &late); /* nobody: nothing happens */
	net_settle(net);
	assert_int_equal(late.n, 1);
}

struct copier {
	struct net *net;
	uint32_t source;
};

/* Copies everything under 10.0.0.0/8 to 20.0.0.0/8, within the call. */
static void listen_and_copy(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	struct copier *copier = arg;
	const struct rib_best *any = now ? now : was;
	struct rib_route route = {.distance = 200};
	struct prefix to = any->prefix;

	if (any->source == copier->source)
		return;
	to.addr.bytes[0] = 20;
	if (!now) {
		rib_del(copier->net->rib, copier->source, 0, &to);
		return;
	}
	route.set = now->set;
	assert_int_equal(rib_set(copier->net->rib, copier->source, 0, &to, &route), 0);
}

static void a_listener_may_have_routes_of_its_own(void **state)
{
	struct net *net = *state;
	uint32_t s = source(net, RIB_STATIC);
	struct copier copier = {net, source(net, RIB_RIP)};

	assert_int_equal(rib_listen(net->rib, listen_and_copy, &copier), 0);
	net_set(net, s, "10.1.0.0/16", "blackhole", 1);
	net_expect(net, "20.1.0.0/16", "blackhole");
	net_set(net, s, "10.1.0.0/16", "prohibit", 1);
	net_expect(net, "20.1.0.0/16", "prohibit");
	net_del(net, s, "10.1.0.0/16");
	net_expect(net, "20.1.0.0/16", "");
	rib_unlisten(net->rib, listen_and_copy, &copier);
}

static void rows_come_in_order_and_the_best_of_a_prefix_first(void **state)
{
	static const char *const expected[] = {
		"0.0.0.0/0 5",    "10.0.0.0/8 1", "10.0.0.0/8 7",    "10.0.0.0/9 1",
		"10.128.0.0/9 1", "::/0 1",       "2001:db8::/32 1",
	};
	struct net *net = *state;
	uint32_t a = source(net, RIB_STATIC), b = source(net, RIB_OSPF);
	struct rib_cursor cursor = {0};
	struct rib_row row;
	size_t n = 0;

	net_set(net, a, "2001:db8::/32", "blackhole", 1);
	net_set(net, a, "10.128.0.0/9", "blackhole", 1);
	net_set(net, b, "10.0.0.0/8", "blackhole", 7);
	net_set(net, a, "10.0.0.0/8", "blackhole", 1);
	net_set(net, a, "10.0.0.0/9", "blackhole", 1);
	net_set(net, b, "0.0.0.0/0", "blackhole", 5);
	net_set(net, a, "::/0", "192.0.2.1@1", 1);
	net_settle(net);
	while (rib_next(net->rib, &cursor, &row)) {
		char text[PREFIX_TEXT_MAX + 8], prefix[PREFIX_TEXT_MAX];

		snprintf(text, sizeof(text), "%s %u", prefix_print(&row.best.prefix, prefix),
			 row.best.distance);
		assert_true(n < 7);
		assert_string_equal(text, expected[n]);
		assert_int_equal(row.selected, n != 2 && n != 5);
		assert_int_equal(row.inactive, n == 5 ? RIB_NO_IFACE : RIB_ACTIVE);
		assert_int_equal(row.since_us, 1000);
		n++;
	}
	assert_int_equal(n, 7);
}

static void a_walk_misses_nothing_that_stays_while_the_rest_changes(void **state)
{
	struct net *net = *state;
	uint32_t stays = source(net, RIB_STATIC), other = source(net, RIB_OSPF);
	struct rib_cursor cursor = {0};
	char prefix[PREFIX_TEXT_MAX];
	struct rib_row row;
	int seen[100] = {0};

	for (int i = 0; i < 100; i++) {
		snprintf(prefix, sizeof(prefix), "10.%d.0.0/16", i);
		net_set(net, stays, prefix, "blackhole", 10);
		net_set(net, other, prefix, "prohibit", i % 2 ? 1 : 20);
	}
	while (rib_next(net->rib, &cursor, &row)) {
		if (row.best.source == stays)
			seen[row.best.prefix.addr.bytes[1]]++;
		else
			assert_int_equal(rib_del(net->rib, other, 0, &row.best.prefix), 0);
		rib_work(net->rib, 3);
	}
	for (int i = 0; i < 100; i++)
		assert_int_equal(seen[i], 1);
}

int main(void)
{
#define RIB_TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)
	const struct CMUnitTest tests[] = {
		RIB_TEST(a_route_is_used_once_it_was_worked_on),
		RIB_TEST(the_least_distance_wins_then_the_least_metric_then_the_first_source),
		RIB_TEST(distance_255_is_never_used),
		RIB_TEST(listeners_hear_only_of_real_changes),
		RIB_TEST(an_interface_that_goes_down_takes_its_hops_along),
		RIB_TEST(what_ends_here_needs_no_wire_but_a_broadcast_does),
		RIB_TEST(look_ups_find_the_longest_used_prefix),
		RIB_TEST(what_cannot_be_is_refused_and_changes_nothing),
		RIB_TEST(vrfs_do_not_see_each_other),
		RIB_TEST(a_vrf_that_comes_back_at_once_keeps_its_listeners_right),
		RIB_TEST(a_source_that_leaves_takes_all_its_routes_along),
		RIB_TEST(work_is_done_in_slices),
		RIB_TEST(a_late_listener_hears_of_everything_once),
		RIB_TEST(who_is_told_again_hears_of_changes_everywhere_meanwhile),
		RIB_TEST(a_listener_may_have_routes_of_its_own),
		RIB_TEST(rows_come_in_order_and_the_best_of_a_prefix_first),
		RIB_TEST(a_walk_misses_nothing_that_stays_while_the_rest_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
