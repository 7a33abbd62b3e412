// SPDX-License-Identifier: BSD-3-Clause
/* Interfaces within bridges: gateways of VLANs, and routing from one VLAN to another. */
#include <string.h>

#include "tests/dp/cases.h"
#include "tests/dp/gateway.h"

static struct frame to_vm20(void)
{
	struct frame f = eth(GW, A);

	udp4(&f, VM10, VM20, 1, 2, 20);
	return f;
}

static void a_guest_reaches_another_vlan_through_its_gateway(void **state)
{
	struct frame f = to_vm20(), g = one_hop_tagged(&f, B, GW, 20);

	put(p1, &f);
	run();
	expect(p3, &g);
	gateway_quiet();
}

static void a_guest_reaches_another_vlan_in_ip6(void **state)
{
	struct frame f = eth(GW, A), g;

	udp6(&f, "2001:db8:1::2", "2001:db8:2::2", 1, 2, 20);
	put(p1, &f);
	run();
	g = one_hop_tagged(&f, B, GW, 20);
	expect(p3, &g);
	gateway_quiet();
}

static void a_guest_reaches_the_world_by_the_uplink(void **state)
{
	struct frame f = eth(GW, A), g;

	udp4(&f, VM10, "198.51.100.1", 1, 2, 20);
	put(p1, &f);
	run();
	g = one_hop(&f, PEER, UP);
	expect(p4, &g);
	gateway_quiet();
}

static void the_world_reaches_a_guest(void **state)
{
	struct frame f = eth(UP, PEER), g;

	udp4(&f, "198.51.100.1", VM10, 1, 2, 20);
	put(p4, &f);
	run();
	g = one_hop(&f, A, GW);
	expect(p1, &g);
	gateway_quiet();
}

static void routing_may_lead_back_out_of_the_same_trunk(void **state)
{
	struct frame f = eth(GW, C), g;

	tag(&f, 10, 0);
	udp4(&f, "10.1.0.9", VM20, 1, 2, 20);
	put(p3, &f);
	run();
	g = one_hop_tagged(&f, B, GW, 20);
	expect(p3, &g);
	gateway_quiet();
}

static void a_next_hop_that_the_bridge_does_not_know_is_flooded_in_its_vlan(void **state)
{
	struct frame f = eth(GW, C), g, h;

	via("10.1.0.77/32", gw10, B + 7);
	tag(&f, 20, 0);
	udp4(&f, VM20, "10.1.0.77", 1, 2, 20);
	put(p3, &f);
	run();
	g = one_hop(&f, B + 7, GW);
	h = one_hop_tagged(&f, B + 7, GW, 10);
	expect(p1, &g);
	expect(p2, &g);
	expect(p3, &h); /* where it came from, in another VLAN */
	gateway_quiet();
}

static void protected_ports_may_speak_through_their_gateway(void **state)
{
	struct member_conf conf = access_port(10);
	struct frame f = eth(GW, C), g;

	conf.is_protected = true;
	join(br, p1, conf);
	join(br, p2, conf);
	udp4(&f, "10.1.0.9", VM10, 1, 2, 20);
	put(p2, &f);
	run();
	g = one_hop(&f, A, GW);
	expect(p1, &g);
	gateway_quiet();
}

static void a_guest_that_moved_is_found_at_its_new_port(void **state)
{
	struct frame f = eth(UP, PEER), g;

	fdb_set(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, 1}, 10), p2->port.index, false,
		net_now_s);
	udp4(&f, "198.51.100.1", VM10, 1, 2, 20);
	put(p4, &f);
	run();
	g = one_hop(&f, A, GW);
	expect(p2, &g);
	gateway_quiet();
}

static void a_next_hop_behind_a_port_that_left_the_vlan_is_dropped_there(void **state)
{
	struct frame f = eth(UP, PEER);

	fdb_set(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, 9}, 20), p2->port.index, true, 0);
	via("10.2.0.9/32", gw20, 0x020000000009);
	udp4(&f, "198.51.100.1", "10.2.0.9", 1, 2, 20);
	put(p4, &f);
	run();
	gateway_quiet();
	expect_drops(p2, vlan_egress, 1);
}

static void switching_within_a_vlan_is_as_ever(void **state)
{
	struct frame f = plain(A, C);

	put(p2, &f);
	run();
	expect(p1, &f);
	gateway_quiet();
}

static void the_gateway_answers_in_each_vlan_to_its_own(void **state)
{
	struct frame f = eth(GW, A), g = eth(GW, B);

	udp4(&f, VM10, "10.1.0.1", 1, 2, 20);
	tag(&g, 20, 0);
	udp4(&g, VM20, "10.2.0.1", 1, 2, 20);
	put(p1, &f);
	put(p3, &g);
	run();
	expect_punt(&f, PUNT_LOCAL, PUNT_FOR_US, gw10);
	expect_punt(&g, PUNT_LOCAL, PUNT_FOR_US, gw20);
	gateway_quiet();
}

static void what_is_routed_is_no_storm(void **state)
{
	struct member_conf conf = access_port(10);
	struct frame f = eth(GW, A);

	conf.storm_pps = 10;
	join(br, p1, conf);
	via("10.2.0.77/32", gw20, B + 7);
	udp4(&f, VM10, "10.2.0.77", 1, 2, 20);
	for (int i = 0; i < 5; i++)
		put(p1, &f);
	run();
	expect_drops(p1, storm, 0);
	assert_int_equal(fake_take_all(p3), 5);
}

static void the_address_of_an_interface_that_went_is_unknown(void **state)
{
	struct frame f = to_vm20();

	l3_iface_del(gw10);
	put(p1, &f);
	run();
	expect(p2, &f);
	assert_int_equal(fake_take_all(p3), 1);
	gateway_quiet();
}

static void an_interface_that_is_down_is_silent(void **state)
{
	struct frame f = to_vm20(), g = eth(ALL, A);

	iface_up(gw10, false);
	arp(&g, VM10, "10.1.0.1");
	put(p1, &f);
	put(p1, &g);
	run();
	expect_drops(p1, interface_down, 1);
	assert_int_equal(fake_take_all(p2), 1);
	assert_int_equal(fake_take_all(p3), 1);
	gateway_quiet();
}

static void nobody_sends_from_the_gateways_address(void **state)
{
	struct frame f = plain(A, GW);

	put(p2, &f);
	run();
	gateway_quiet();
	expect_drops(p2, static_elsewhere, 1);
	assert_int_equal(fdb_find(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 1, 0}, 10)),
			 PORT_ROUTER);
}

static void what_a_second_tag_hides_is_not_routed(void **state)
{
	struct frame f = eth(GW, C), g = eth(ALL, C);

	tag(&f, 10, 0);
	tag(&f, 30, 0);
	udp4(&f, VM10, VM20, 1, 2, 20);
	tag(&g, 10, 0);
	tag(&g, 30, 0);
	arp(&g, VM10, "10.1.0.1");
	put(p3, &f);
	put(p3, &g);
	run();
	expect_drops(p3, not_ip, 1);
	assert_int_equal(fake_take_all(p1), 1); /* the broadcast is the bridge's business */
	assert_int_equal(fake_take_all(p2), 1);
	gateway_quiet();
}

static void a_long_packet_is_cut_for_the_vlan_it_goes_to(void **state)
{
	struct frame f = eth(UP, PEER);

	iface_mtu(gw10, 1000);
	iface_mtu(gw20, 1000);
	via("10.2.0.77/32", gw20, B + 7); /* flooded */
	udp4(&f, "198.51.100.1", VM10, 1, 2, 1400);
	put(p4, &f);
	run();
	assert_int_equal(fake_take_all(p1), 2);
	f = eth(UP, PEER);
	udp4(&f, "198.51.100.1", "10.2.0.77", 1, 2, 1400);
	put(p4, &f);
	run();
	assert_int_equal(fake_take_all(p3), 2);
	gateway_quiet();
}

static void control_asks_a_whole_vlan(void **state)
{
	struct frame f = eth(0, 0), g, h = eth(ALL, GW);

	arp(&f, "10.1.0.1", VM10);
	inject_to(&f, gw10, ALL);
	run();
	g = no_hop(&f, ALL, GW);
	expect(p1, &g);
	expect(p2, &g);
	tag(&h, 10, 0);
	raw(&h, f.bytes + 12, f.len - 12);
	expect(p3, &h);
	gateway_quiet();
}

static void control_answers_one_guest(void **state)
{
	struct frame f = eth(0, 0), g;

	arp(&f, "10.1.0.1", VM10);
	inject_to(&f, gw10, A);
	run();
	g = no_hop(&f, A, GW);
	expect(p1, &g);
	gateway_quiet();
}

static void nobody_in_the_vlan_is_a_counted_drop(void **state)
{
	struct dp_port_stats stats;
	struct frame f = eth(0, 0);

	bridge_member_del(br, &p3->port);
	arp(&f, "10.2.0.1", VM20);
	inject_to(&f, gw20, ALL);
	run();
	gateway_quiet();
	dp_port_stats(dp_router(), &stats);
	assert_int_equal(stats.drops[DROP_no_target], 1);
}

static void interfaces_go_with_their_bridge(void **state)
{
	struct frame f = eth(UP, PEER);

	bridge_member_del(br, &p1->port);
	bridge_member_del(br, &p2->port);
	bridge_member_del(br, &p3->port);
	bridge_destroy(br);
	udp4(&f, "198.51.100.1", VM10, 1, 2, 20);
	put(p4, &f);
	run();
	gateway_quiet();
	expect_drops(p4, nexthop_down, 1);
}

static void many_packets_for_many_guests_in_one_burst_all_arrive(void **state)
{
	struct frame out[32];

	for (int i = 0; i < 32; i++) {
		struct frame f = eth(UP, PEER);
		bool first = i % 2;

		udp4(&f, "198.51.100.1", first ? VM10 : VM20, i, 2, 20);
		put(p4, &f);
		out[i] = first ? one_hop(&f, A, GW) : one_hop_tagged(&f, B, GW, 20);
	}
	run();
	for (int i = 0; i < 32; i++)
		expect(i % 2 ? p1 : p3, &out[i]);
	gateway_quiet();
}

#define T(name) cmocka_unit_test_setup_teardown(name, gateway_setup, four_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_guest_reaches_another_vlan_through_its_gateway),
		T(a_guest_reaches_another_vlan_in_ip6),
		T(a_guest_reaches_the_world_by_the_uplink),
		T(the_world_reaches_a_guest),
		T(routing_may_lead_back_out_of_the_same_trunk),
		T(a_next_hop_that_the_bridge_does_not_know_is_flooded_in_its_vlan),
		T(protected_ports_may_speak_through_their_gateway),
		T(a_guest_that_moved_is_found_at_its_new_port),
		T(a_next_hop_behind_a_port_that_left_the_vlan_is_dropped_there),
		T(switching_within_a_vlan_is_as_ever),
		T(the_gateway_answers_in_each_vlan_to_its_own),
		T(what_is_routed_is_no_storm),
		T(the_address_of_an_interface_that_went_is_unknown),
		T(an_interface_that_is_down_is_silent),
		T(nobody_sends_from_the_gateways_address),
		T(what_a_second_tag_hides_is_not_routed),
		T(a_long_packet_is_cut_for_the_vlan_it_goes_to),
		T(control_asks_a_whole_vlan),
		T(control_answers_one_guest),
		T(nobody_in_the_vlan_is_a_counted_drop),
		T(interfaces_go_with_their_bridge),
		T(many_packets_for_many_guests_in_one_burst_all_arrive),
	};

	return run_cases(NULL, 0, tests, sizeof(tests) / sizeof(tests[0]), gateway_setup,
			 four_teardown);
}
