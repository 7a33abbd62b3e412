// SPDX-License-Identifier: BSD-3-Clause
/*
 * A next hop is lost, and the groups that it is in have not been changed yet:
 * which way packets go until they are, and whether they stay there afterwards.
 */
#include <string.h>

#include "dataplane/route_hash.h"
#include "tests/dp/cases.h"
#include "tests/dp/router.h"

enum { WAYS = 4, LOST = 2, FLOWS = 1000 };

#define WAY(i) (UINT64_C(0x020000000200) + (i))

static uint32_t ways[WAYS], group;
static uint16_t wire[WAYS]; /* the interface of each */

/* 10.4/16 and 2001:db8:4::/48 lead to four next hops behind the right port, the lost one by an
 * interface of its own. */
static int setup(void **state)
{
	router_setup(state);
	route_seed = 1; /* flows are where they are in every run */
	for (int i = 0; i < WAYS; i++) {
		wire[i] = i == LOST ? on_port(rp, 20, R2) : right;
		ways[i] = hop_to(wire[i], WAY(i));
	}
	group = group_of(WAYS, ways);
	route_in(0, "10.4.0.0/16", group);
	route_in(0, "2001:db8:4::/48", group);
	return 0;
}

static void set_away(int i, uint8_t act, bool away)
{
	uint64_t mac = WAY(i);
	struct l3_nexthop_conf conf = {.act = act, .iface = wire[i], .away = away};

	for (int k = 0; k < 6; k++)
		conf.mac[k] = mac >> 8 * (5 - k);
	assert_int_equal(l3_nexthop_set(ways[i], &conf), 0);
}

/* Control has come to the group; weights of 1 but for the first one's. */
static void change_group(uint32_t without, uint16_t first)
{
	struct l3_member members[WAYS];
	uint16_t n = 0;

	for (int i = 0; i < WAYS; i++)
		if (!(without >> i & 1))
			members[n++] = (struct l3_member){ways[i], i ? 1 : first};
	assert_int_equal(l3_group_set(group, members, n), 0);
}

static struct frame flow(uint32_t i)
{
	struct frame f = eth(R1, A);

	if (i % 2)
		udp6(&f, HOST6, "2001:db8:4::1", 1000 + i, 2000, 20);
	else
		udp4(&f, HOST, "10.4.0.1", 1000 + i, 2000, 20);
	return f;
}

/* The way of each flow. */
static void flows(uint8_t *where)
{
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct frame f = flow(i);

		put(lp, &f);
		run();
		assert_int_equal(rp->n_out - rp->next_out, 1);
		where[i] = rte_pktmbuf_mtod(rp->out[rp->next_out], const uint8_t *)[5];
		fake_take_all(rp);
	}
}

static uint32_t on_way(const uint8_t *where, uint8_t way)
{
	uint32_t n = 0;

	for (int i = 0; i < FLOWS; i++)
		n += where[i] == way;
	return n;
}

static void check_detour(const uint8_t *before, const uint8_t *now)
{
	assert_int_equal(on_way(now, LOST), 0);
	for (int i = 0; i < FLOWS; i++)
		assert_true(before[i] == LOST || before[i] == now[i]);
}

static void only_a_lost_ones_flows_go_another_way(void **state)
{
	uint8_t before[FLOWS], now[FLOWS], again[FLOWS];

	flows(before);
	set_away(LOST, L3_FORWARD, true);
	flows(now);
	check_detour(before, now);
	flows(again);
	assert_memory_equal(now, again, sizeof(now));
	set_away(LOST, L3_FORWARD, false);
	flows(again);
	assert_memory_equal(before, again, sizeof(now));
}

static void the_others_share_what_the_lost_one_had(void **state)
{
	uint8_t before[FLOWS], now[FLOWS];

	flows(before);
	set_away(LOST, L3_FORWARD, true);
	flows(now);
	for (int i = 0; i < WAYS; i++)
		if (i != LOST)
			assert_in_range(on_way(now, i) - on_way(before, i), FLOWS / 25, FLOWS / 7);
}

static void most_stay_there_once_the_group_is_changed(void **state)
{
	uint8_t before[FLOWS], now[FLOWS], after[FLOWS];
	uint32_t n_moved = 0;

	change_group(0, 60); /* more buckets than the least there can be */
	change_group(0, 1);
	flows(before);
	set_away(LOST, L3_FORWARD, true);
	flows(now);
	change_group(1 << LOST, 1);
	set_away(LOST, L3_FORWARD, false);
	flows(after);
	check_detour(before, after);
	for (int i = 0; i < FLOWS; i++)
		n_moved += now[i] != after[i];
	assert_true(n_moved < on_way(before, LOST) / 5);
}

static void who_had_nearly_all_is_replaced_as_well(void **state)
{
	uint8_t now[FLOWS];

	change_group(1 << 1 | 1 << 2, 255);
	set_away(0, L3_FORWARD, true);
	flows(now);
	assert_int_equal(on_way(now, 3), FLOWS);
}

static void two_that_are_lost_do_not_take_each_others_flows(void **state)
{
	uint8_t now[FLOWS];

	set_away(1, L3_FORWARD, true);
	set_away(LOST, L3_FORWARD, true);
	flows(now);
	assert_int_equal(on_way(now, 1) + on_way(now, LOST), 0);
	assert_in_range(on_way(now, 0), FLOWS / 3, FLOWS * 2 / 3);
}

/* A gateway that is silent may yet hear. */
static void where_all_are_lost_packets_go_as_before(void **state)
{
	uint8_t before[FLOWS], now[FLOWS];

	flows(before);
	for (int i = 0; i < WAYS; i++)
		set_away(i, L3_FORWARD, true);
	flows(now);
	assert_memory_equal(before, now, sizeof(now));
}

static void where_all_are_lost_control_is_asked_for_their_addresses(void **state)
{
	for (int i = 0; i < WAYS; i++)
		set_away(i, L3_GLEAN, true);
	for (uint32_t i = 0; i < 20; i += 2) {
		struct frame f = flow(i);

		put(lp, &f);
		run();
		expect_punt(&f, PUNT_GLEAN, PUNT_FOR_US, left);
	}
}

static void the_only_next_hop_is_not_passed_by(void **state)
{
	struct frame f = eth(R1, A), g;

	route_in(0, "10.5.0.0/16", group_of(1, &ways[0]));
	set_away(0, L3_FORWARD, true);
	udp4(&f, HOST, "10.5.0.1", 1, 2, 20);
	put(lp, &f);
	run();
	g = one_hop(&f, WAY(0), R2);
	expect(rp, &g);
}

static void an_interface_that_goes_down_is_passed_by(void **state)
{
	uint8_t before[FLOWS], now[FLOWS];

	flows(before);
	iface_up(wire[LOST], false);
	flows(now);
	check_detour(before, now);
	iface_up(wire[LOST], true);
	flows(now);
	assert_memory_equal(before, now, sizeof(now));
}

static void an_interface_that_is_gone_is_passed_by(void **state)
{
	uint8_t before[FLOWS], now[FLOWS];

	flows(before);
	l3_iface_del(wire[LOST]);
	flows(now);
	check_detour(before, now);
}

static void without_any_interface_packets_are_dropped(void **state)
{
	struct frame f = flow(0);

	iface_up(right, false);
	iface_up(wire[LOST], false);
	check_end(&f, &(struct ends)DROP_FOR(nexthop_down));
	for (int i = 0; i < WAYS; i++) /* control has come to them */
		set_away(i, L3_FORWARD, false);
	fake_take_all(rp);
	put(lp, &f);
	run();
	expect_drops(lp, nexthop_down, 2);
}

static void a_detour_begins_in_the_vrf_that_a_route_leads_to(void **state)
{
	uint8_t now[FLOWS];

	l3_vrf_add(5);
	route_in(5, "10.4.0.0/16", group);
	route_in(5, "2001:db8:4::/48", group);
	route_in(0, "10.4.0.0/16", group_of(1, (uint32_t[]){hop_vrf(5)}));
	route_in(0, "2001:db8:4::/48", group_of(1, (uint32_t[]){hop_vrf(5)}));
	set_away(LOST, L3_FORWARD, true);
	flows(now);
	assert_int_equal(on_way(now, LOST), 0);
	assert_in_range(on_way(now, 0), FLOWS / 5, FLOWS / 2);
}

static void a_packet_that_may_not_go_on_does_not_by_a_detour(void **state)
{
	set_away(LOST, L3_FORWARD, true);
	for (uint32_t i = 0; i < 20; i += 2) {
		struct frame f = flow(i);

		set_ttl(&f, 1);
		put(lp, &f);
		run();
		expect_punt(&f, PUNT_ERROR, PUNT_TTL, left);
	}
	expect_drops(lp, ttl, 10);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, router_teardown)
	const struct CMUnitTest tests[] = {
		T(only_a_lost_ones_flows_go_another_way),
		T(the_others_share_what_the_lost_one_had),
		T(most_stay_there_once_the_group_is_changed),
		T(who_had_nearly_all_is_replaced_as_well),
		T(two_that_are_lost_do_not_take_each_others_flows),
		T(where_all_are_lost_packets_go_as_before),
		T(where_all_are_lost_control_is_asked_for_their_addresses),
		T(the_only_next_hop_is_not_passed_by),
		T(an_interface_that_goes_down_is_passed_by),
		T(an_interface_that_is_gone_is_passed_by),
		T(without_any_interface_packets_are_dropped),
		T(a_detour_begins_in_the_vrf_that_a_route_leads_to),
		T(a_packet_that_may_not_go_on_does_not_by_a_detour),
	};

	return cmocka_run_group_tests_name("detour", tests, NULL, NULL);
}
