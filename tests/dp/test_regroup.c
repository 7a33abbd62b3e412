// SPDX-License-Identifier: BSD-3-Clause
/*
 * Groups of a gateway that is lost or back are changed one after the other, and
 * much may happen in between. Two gateways, 10.1.0.2 and 10.2.0.2, have forty groups: each of the
 * routes 9.1.0.0/16, 9.2.0.0/16 and so on has weights of its own.
 */
#include <stdio.h>
#include <string.h>

#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/interfaces.h"
#include "dataplane/l3_table.h"
#include "tests/dp/conf.h"

#define GROUPS 40

static char yaml[8192];
static uint32_t l_hop, r_hop; /* the gateways' numbers */

static const char *route(int i)
{
	static char address[16];

	snprintf(address, sizeof(address), "9.%d.1.1", i);
	return address;
}

static void find_hops(void)
{
	uint32_t list[4096], n = buckets_of(route(1), list);
	struct fib_target target;

	l_hop = r_hop = 0;
	for (uint32_t b = 0; b < n; b++) {
		assert_true(fib_sync_target(list[b], &target));
		if (target.iface == interfaces_find("l")->iface.id)
			l_hop = list[b];
		else
			r_hop = list[b];
	}
	assert_true(l_hop && r_hop);
}

static int setup(void **state)
{
	char *at = yaml;

	conf_setup(state);
	at += sprintf(at, "%sroutes:\n", BOTH);
	for (int i = 1; i <= GROUPS; i++)
		at += sprintf(at,
			      "- { prefix: 9.%d.0.0/16, via: [{ gateway: 10.1.0.2, weight: %d }, "
			      "{ gateway: 10.2.0.2, weight: 60 }] }\n",
			      i, i);
	must_apply(yaml);
	find_hops();
	return 0;
}

/* How many groups have a next hop in some bucket. */
static uint32_t groups_with(uint32_t hop)
{
	uint32_t list[4096], n_groups = 0;

	for (int i = 1; i <= GROUPS; i++) {
		uint32_t n = buckets_of(route(i), list), b = 0;

		while (b < n && list[b] != hop)
			b++;
		n_groups += b < n;
	}
	return n_groups;
}

static void answers(const char *iface, const char *gateway, bool yes)
{
	struct addr addr;

	assert_int_equal(addr_parse(gateway, &addr), 0);
	fib_sync_answers(interfaces_find(iface)->iface.id, &addr, yes);
}

static bool is_passed_by(uint32_t hop)
{
	return l3_nexthop(hop)->act == L3_AWAY;
}

static void groups_are_changed_in_slices_and_the_gateway_is_passed_by_meanwhile(void **state)
{
	assert_int_equal(groups_with(l_hop), GROUPS);
	answers("l", "10.1.0.2", false);
	assert_true(is_passed_by(l_hop));
	assert_int_equal(groups_with(l_hop), GROUPS);
	assert_true(fib_regroup_work(10));
	assert_int_equal(groups_with(l_hop), GROUPS - 10);
	assert_true(is_passed_by(l_hop));
	assert_false(engines_rib_is_quiet());
	assert_false(fib_regroup_work(1000));
	assert_int_equal(groups_with(l_hop), 0);
	assert_false(is_passed_by(l_hop));
	answers("l", "10.1.0.2", true);
	assert_false(is_passed_by(l_hop));
	assert_int_equal(groups_with(l_hop), 0);
	conf_settle();
	assert_int_equal(groups_with(l_hop), GROUPS);
}

static void one_that_is_back_before_its_groups_were_changed_has_all_its_buckets(void **state)
{
	uint32_t before[4096], after[4096], n = buckets_of(route(7), before);

	for (uint32_t done = 0; done <= GROUPS; done += GROUPS / 4) {
		answers("l", "10.1.0.2", false);
		fib_regroup_work(done);
		answers("l", "10.1.0.2", true);
		assert_false(is_passed_by(l_hop));
		conf_settle();
		assert_int_equal(groups_with(l_hop), GROUPS);
		assert_int_equal(buckets_of(route(7), after), n);
		assert_memory_equal(before, after, n * sizeof(after[0]));
	}
}

static void both_are_lost_and_one_is_back(void **state)
{
	answers("l", "10.1.0.2", false);
	fib_regroup_work(15);
	answers("r", "10.2.0.2", false);
	assert_true(is_passed_by(l_hop) && is_passed_by(r_hop));
	conf_settle(); /* where none is left, all take part */
	assert_int_equal(groups_with(l_hop), GROUPS);
	assert_int_equal(groups_with(r_hop), GROUPS);
	assert_false(is_passed_by(l_hop) || is_passed_by(r_hop));
	answers("r", "10.2.0.2", true);
	fib_regroup_work(15);
	conf_settle();
	assert_int_equal(groups_with(l_hop), 0);
	assert_int_equal(groups_with(r_hop), GROUPS);
}

static void routes_that_go_while_their_groups_wait_do_no_harm(void **state)
{
	answers("l", "10.1.0.2", false);
	fib_regroup_work(15);
	must_apply(BOTH);
	assert_leads(route(3), "none");
	must_apply(yaml);
	assert_int_equal(groups_with(l_hop), 0);
	answers("l", "10.1.0.2", true);
	conf_settle();
	assert_int_equal(groups_with(l_hop), GROUPS);
}

static void a_gateway_that_goes_while_its_groups_wait_does_no_harm(void **state)
{
	answers("l", "10.1.0.2", false);
	fib_regroup_work(15);
	must_apply(""); /* no interface, no next hop, no group any more */
	assert_leads(route(3), "none");
}

/* What it waits for is another slice of the same work. */
static void who_is_lost_twice_is_changed_once_more_from_the_beginning(void **state)
{
	answers("l", "10.1.0.2", false);
	fib_regroup_work(30);
	answers("l", "10.1.0.2", true);
	fib_regroup_work(5);
	answers("l", "10.1.0.2", false);
	assert_true(is_passed_by(l_hop));
	conf_settle();
	assert_int_equal(groups_with(l_hop), 0);
	assert_false(is_passed_by(l_hop));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, conf_teardown)
	const struct CMUnitTest tests[] = {
		TEST(groups_are_changed_in_slices_and_the_gateway_is_passed_by_meanwhile),
		TEST(one_that_is_back_before_its_groups_were_changed_has_all_its_buckets),
		TEST(both_are_lost_and_one_is_back),
		TEST(routes_that_go_while_their_groups_wait_do_no_harm),
		TEST(a_gateway_that_goes_while_its_groups_wait_does_no_harm),
		TEST(who_is_lost_twice_is_changed_once_more_from_the_beginning),
	};

	return cmocka_run_group_tests_name("regroup", tests, NULL, NULL);
}
