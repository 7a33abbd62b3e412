// SPDX-License-Identifier: BSD-3-Clause
/* From a configuration to what workers do with an address. */
#include "tests/dp/conf.h"

#include <stdio.h>
#include <string.h>

#include "control/bridges.h"
#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/interfaces.h"
#include "dataplane/l3.h"

static void an_interface_has_its_addresses_and_its_wire(void **state)
{
	must_apply("interfaces:\n" LEFT " }\n");
	assert_leads("10.1.0.1", "local on l");
	assert_leads("10.1.0.9", "on l");
	assert_leads("10.1.0.255", "broadcast on l");
	assert_leads("2001:db8:1::1", "local on l");
	assert_leads("2001:db8:1::9", "on l");
	assert_leads("10.2.0.9", "none");
	must_apply("");
	assert_leads("10.1.0.1", "none");
	assert_leads("10.1.0.9", "none");
}

static void a_neighbour_that_is_known_has_a_route_of_its_own(void **state)
{
	must_apply(BOTH);
	assert_leads("10.1.0.2", "10.1.0.2 on l");
	assert_leads("10.1.0.4", "on l");
	must_apply("interfaces:\n" LEFT " }\n");
	assert_leads("10.1.0.2", "on l");
}

static void a_static_route_leads_to_its_gateway(void **state)
{
	must_apply(BOTH "routes:\n- { prefix: 0.0.0.0/0, via: 10.1.0.2 }\n");
	assert_leads("8.8.8.8", "10.1.0.2 on l");
	must_apply(BOTH "routes:\n- { prefix: 0.0.0.0/0, via: 10.1.0.9 }\n");
	assert_leads("8.8.8.8", "?10.1.0.9 on l");
	must_apply(BOTH);
	assert_leads("8.8.8.8", "none");
}

static void every_kind_of_route_does_what_it_says(void **state)
{
	must_apply(BOTH "routes:\n"
			"- { prefix: 11.0.0.0/8, type: blackhole }\n"
			"- { prefix: 12.0.0.0/8, type: unreachable }\n"
			"- { prefix: 13.0.0.0/8, type: prohibit }\n"
			"- { prefix: 14.0.0.0/8, via: r }\n"
			"- { prefix: \"2001:db8:2::/48\", via: \"fe80::9%l\" }\n");
	assert_leads("11.1.1.1", "blackhole");
	assert_leads("12.1.1.1", "unreachable");
	assert_leads("13.1.1.1", "prohibit");
	assert_leads("14.1.1.1", "on r");
	assert_leads("2001:db8:2::1", "?fe80::9 on l");
}

static void equal_gateways_share_and_weights_count(void **state)
{
	must_apply(BOTH "routes:\n- { prefix: 0.0.0.0/0, via: [10.1.0.2, 10.2.0.2] }\n");
	assert_leads("8.8.8.8", "10.1.0.2 on l x8, 10.2.0.2 on r x8");
	must_apply(BOTH "routes:\n- { prefix: 0.0.0.0/0, via: [{ gateway: 10.1.0.2, weight: 3 }, "
			"10.2.0.2] }\n");
	assert_leads("8.8.8.8", "10.1.0.2 on l x12, 10.2.0.2 on r x4");
}

static void a_gateway_that_is_not_known_takes_no_part_beside_one_that_is(void **state)
{
	must_apply(BOTH "routes:\n- { prefix: 0.0.0.0/0, via: [10.1.0.2, 10.2.0.9] }\n");
	assert_leads("8.8.8.8", "10.1.0.2 on l");
	must_apply(BOTH "routes:\n- { prefix: 0.0.0.0/0, via: [10.1.0.8, 10.2.0.9] }\n");
	assert_leads("8.8.8.8", "?10.1.0.8 on l x8, ?10.2.0.9 on r x8");
}

static void what_an_interface_loses_others_carry_until_it_is_back(void **state)
{
	static const char routes[] = "routes:\n"
				     "- { prefix: 0.0.0.0/0, via: [10.1.0.2, 10.2.0.2] }\n"
				     "- { prefix: 9.0.0.0/8, via: 10.1.0.2 }\n"
				     "- { prefix: 9.0.0.0/8, via: 10.2.0.3, distance: 200 }\n";
	char yaml[1024];

	snprintf(yaml, sizeof(yaml), BOTH "%s", routes);
	must_apply(yaml);
	assert_leads("9.1.1.1", "10.1.0.2 on l");
	left->port.up = false;
	interfaces_bridge_changed(bridges_find("left"));
	/* The groups first, the routes after them. */
	assert_false(fib_regroup_work(1000));
	assert_leads("8.8.8.8", "10.2.0.2 on r");
	conf_settle();
	assert_leads("8.8.8.8", "10.2.0.2 on r");
	assert_leads("9.1.1.1", "10.2.0.3 on r");
	assert_leads("10.1.0.9", "10.2.0.2 on r");
	left->port.up = true;
	interfaces_bridge_changed(bridges_find("left"));
	conf_settle();
	assert_leads("8.8.8.8", "10.1.0.2 on l x8, 10.2.0.2 on r x8");
	assert_leads("9.1.1.1", "10.1.0.2 on l");
	assert_leads("10.1.0.9", "on l");
}

static void an_interface_that_is_not_enabled_is_down(void **state)
{
	must_apply("interfaces:\n" LEFT ", enabled: false }\n");
	assert_leads("10.1.0.1", "none");
	assert_string_equal(interfaces_find("l")->reason, "enabled is false");
	must_apply("interfaces:\n" LEFT " }\n");
	assert_leads("10.1.0.1", "local on l");
	assert_string_equal(interfaces_find("l")->reason, "");
}

static void a_longer_route_within_a_subnet_goes_before_its_neighbours(void **state)
{
	must_apply(BOTH "routes:\n- { prefix: 10.1.0.2/32, via: 10.2.0.2 }\n");
	assert_leads("10.1.0.2", "10.2.0.2 on r");
	assert_leads("10.1.0.3", "10.1.0.3 on l");
	must_apply(BOTH);
	assert_leads("10.1.0.2", "10.1.0.2 on l");
	must_apply(BOTH "routes:\n- { prefix: 10.1.0.0/25, via: 10.2.0.2 }\n");
	assert_leads("10.1.0.2", "10.2.0.2 on r");
	assert_leads("10.1.0.130", "on l");
	must_apply(BOTH);
	assert_leads("10.1.0.2", "10.1.0.2 on l");
}

static void a_gateway_may_be_behind_another_route(void **state)
{
	must_apply(BOTH "routes:\n"
			"- { prefix: 20.0.0.0/8, via: 30.0.0.1 }\n"
			"- { prefix: 30.0.0.0/8, via: 10.2.0.3 }\n");
	assert_leads("20.1.1.1", "10.2.0.3 on r");
	must_apply(BOTH "routes:\n- { prefix: 20.0.0.0/8, via: 30.0.0.1 }\n");
	assert_leads("20.1.1.1", "none");
}

static void vrfs_know_nothing_of_one_another(void **state)
{
	must_apply("vrfs: { blue: {}, red: {} }\ninterfaces:\n"
		   "  l: { bridge: left, vrf: blue, addresses: [10.1.0.1/24] }\n"
		   "  r: { bridge: right, vrf: red, addresses: [10.1.0.2/24] }\n"
		   "routes:\n- { prefix: 9.0.0.0/8, vrf: red, via: 10.1.0.7 }\n");
	assert_string_equal(leads("blue", "10.1.0.1"), "local on l");
	assert_string_equal(leads("red", "10.1.0.1"), "on r");
	assert_string_equal(leads("red", "9.1.1.1"), "?10.1.0.7 on r");
	assert_string_equal(leads("blue", "9.1.1.1"), "none");
	assert_leads("10.1.0.1", "none");
}

static void a_route_may_lead_into_another_vrf(void **state)
{
	must_apply(
		"vrfs: { blue: {} }\ninterfaces:\n"
		"  l: { bridge: left, vrf: blue, addresses: [10.1.0.1/24] }\n"
		"  r: { bridge: right, addresses: [10.1.0.1/24] }\n"
		"routes:\n"
		"- { prefix: 8.0.0.0/8, via: { vrf: blue } }\n"
		"- { prefix: 9.0.0.0/8, via: { interface: l, vrf: blue } }\n"
		"- { prefix: 7.0.0.0/8, via: { gateway: 10.1.0.5, interface: l, vrf: blue } }\n");
	assert_leads("8.1.1.1", "vrf blue");
	assert_leads("9.1.1.1", "on l");
	assert_leads("7.1.1.1", "?10.1.0.5 on l");
}

static void a_vrf_that_is_gone_leaves_nothing_and_may_come_back(void **state)
{
	static const char yaml[] = "vrfs: { blue: {} }\ninterfaces:\n"
				   "  l: { bridge: left, vrf: blue, addresses: [10.1.0.1/24] }\n"
				   "routes:\n- { prefix: 8.0.0.0/8, vrf: blue, type: blackhole }\n";

	for (int i = 0; i < 3; i++) {
		must_apply(yaml);
		assert_string_equal(leads("blue", "8.1.1.1"), "blackhole");
		assert_string_equal(leads("blue", "10.1.0.1"), "local on l");
		must_apply("");
	}
	assert_leads("8.1.1.1", "none");
}

static void an_interface_that_is_made_anew_takes_its_routes_along(void **state)
{
	static const char routes[] = "routes:\n- { prefix: 9.0.0.0/8, via: { gateway: 10.1.0.2, "
				     "interface: l } }\n";
	char yaml[1024];
	uint32_t id;

	snprintf(yaml, sizeof(yaml), BOTH "%s", routes);
	must_apply(yaml);
	assert_leads("9.1.1.1", "10.1.0.2 on l");
	id = interfaces_find("l")->iface.id;
	/* Another bridge: removed and added again. */
	snprintf(yaml, sizeof(yaml),
		 "interfaces:\n  l: { bridge: right, vlan: 1, addresses: [10.1.0.1/24], neighbors: "
		 "[{ "
		 "address: 10.1.0.2, mac: \"02:00:00:00:00:0a\" }] }\n%s",
		 routes);
	must_apply(yaml);
	assert_int_not_equal(interfaces_find("l")->iface.id, id);
	assert_leads("9.1.1.1", "10.1.0.2 on l");
}

static void what_is_refused_changes_nothing(void **state)
{
	struct fib_sync_stats before, after;

	must_apply(BOTH "routes:\n- { prefix: 9.0.0.0/8, via: 10.1.0.2 }\n");
	fib_sync_stats(&before);
	assert_non_null(apply(BOTH "routes:\n- { prefix: 9.0.0.0/8, via: 10.1.0.1 }\n"));
	fib_sync_stats(&after);
	assert_int_equal(after.changes, before.changes);
	assert_leads("9.1.1.1", "10.1.0.2 on l");
}

static void what_stays_is_not_touched(void **state)
{
	struct fib_sync_stats before, after;

	must_apply(BOTH "routes:\n- { prefix: 9.0.0.0/8, via: 10.1.0.2 }\n");
	fib_sync_stats(&before);
	must_apply(BOTH "routes:\n- { prefix: 8.0.0.0/8, via: 10.1.0.2 }\n"
			"- { prefix: 9.0.0.0/8, via: 10.1.0.2 }\n");
	fib_sync_stats(&after);
	assert_int_equal(after.changes, before.changes + 1);
}

static void groups_and_next_hops_go_with_the_last_route_that_needs_them(void **state)
{
	struct fib_sync_stats before, after;

	must_apply(BOTH);
	fib_sync_stats(&before);
	for (int i = 0; i < 3; i++) {
		must_apply(BOTH "routes:\n- { prefix: 9.0.0.0/8, via: [10.1.0.7, 10.2.0.7] }\n"
				"- { prefix: 8.0.0.0/8, via: [10.1.0.7, 10.2.0.7] }\n");
		fib_sync_stats(&after);
		assert_int_equal(after.groups, before.groups + 1);
		assert_int_equal(after.nexthops, before.nexthops + 2);
		must_apply(BOTH);
		fib_sync_stats(&after);
		assert_int_equal(after.groups, before.groups);
		assert_int_equal(after.nexthops, before.nexthops);
	}
}

#define HOST 0x0200000000aaULL
#define NEAR 0x0200000000bbULL

static void a_gateway_is_asked_for_as_soon_as_a_route_needs_it(void **state)
{
	must_apply("interfaces:\n" LEFT " }\n");
	sent(left);
	must_apply("interfaces:\n" LEFT " }\nroutes:\n- { prefix: 0.0.0.0/0, via: 10.1.0.9 }\n");
	assert_sent(left, "who 10.1.0.9 tell 10.1.0.1\n");
	assert_leads("8.8.8.8", "?10.1.0.9 on l");
	says_arp(left, "10.1.0.9", NEAR);
	assert_leads("8.8.8.8", "10.1.0.9 on l");
	assert_leads("10.1.0.9", "10.1.0.9 on l");
}

static void a_packet_waits_for_its_neighbour_and_goes_on_one_hop_less(void **state)
{
	must_apply("interfaces:\n" LEFT " }\n" RIGHT " }\n");
	sends(left, HOST, "l", "10.1.0.7", "10.2.0.9", 64);
	assert_sent(right, "who 10.2.0.9 tell 10.2.0.1\n");
	says_arp(right, "10.2.0.9", NEAR);
	assert_sent(right, "10.1.0.7 > 10.2.0.9 ttl 63 to 02:00:00:00:00:bb\n");
	sends(left, HOST, "l", "10.1.0.7", "10.2.0.9", 64);
	assert_string_equal(sent(right), "10.1.0.7 > 10.2.0.9 ttl 63 to 02:00:00:00:00:bb\n");
}

static void what_cannot_go_on_is_answered(void **state)
{
	must_apply("interfaces:\n" LEFT ", neighbors: [{ address: 10.1.0.7, mac: "
		   "\"02:00:00:00:00:aa\" }] }\n" RIGHT " }\n"
		   "routes:\n- { prefix: 12.0.0.0/8, type: unreachable }\n"
		   "- { prefix: 13.0.0.0/8, type: prohibit }\n"
		   "- { prefix: 14.0.0.0/8, type: blackhole }\n");
	sent(left);
	sends(left, HOST, "l", "10.1.0.7", "10.2.0.9", 1);
	assert_sent(left, "10.1.0.1 > 10.1.0.7 ttl 64 to 02:00:00:00:00:aa icmp 11/0\n");
	sends(left, HOST, "l", "10.1.0.7", "11.0.0.1", 64);
	assert_sent(left, "icmp 3/0\n");
	sends(left, HOST, "l", "10.1.0.7", "12.0.0.1", 64);
	assert_sent(left, "icmp 3/1\n");
	sends(left, HOST, "l", "10.1.0.7", "13.0.0.1", 64);
	assert_sent(left, "icmp 3/13\n");
	sends(left, HOST, "l", "10.1.0.7", "14.0.0.1", 64);
	assert_string_equal(sent(left), "");
	sends(left, HOST, "l", "10.1.0.7", "10.1.0.1", 64);
	assert_sent(left, "icmp 3/3\n");
}

static void a_redirect_is_sent_only_where_it_is_configured(void **state)
{
	static const char known[] =
		", neighbors: [{ address: 10.1.0.7, mac: \"02:00:00:00:00:aa\" }, "
		"{ address: 10.1.0.8, mac: \"02:00:00:00:00:bb\" }]";
	char yaml[512];

	for (int on = 0; on < 2; on++) {
		snprintf(yaml, sizeof(yaml),
			 "interfaces:\n" LEFT
			 "%s%s }\nroutes:\n- { prefix: 9.0.0.0/8, via: 10.1.0.8 "
			 "}\n",
			 known, on ? ", redirects: true" : "");
		must_apply(yaml);
		sent(left);
		sends(left, HOST, "l", "10.1.0.7", "9.1.1.1", 64);
		const char *out = sent(left);
		assert_non_null(strstr(out, "10.1.0.7 > 9.1.1.1 ttl 63 to 02:00:00:00:00:bb\n"));
		assert_int_equal(strstr(out, "icmp 5/1") != NULL, on);
	}
}

/* The gateway has to be asked for first: what waits for it is a packet like others. */
static void a_packet_that_waited_for_its_gateway_brings_the_redirect(void **state)
{
	must_apply("interfaces:\n" LEFT
		   ", neighbors: [{ address: 10.1.0.7, mac: \"02:00:00:00:00:aa\" }], "
		   "redirects: true }\nroutes:\n- { prefix: 9.0.0.0/8, via: 10.1.0.8 }\n");
	assert_sent(left, "who 10.1.0.8 tell 10.1.0.1\n");
	sends(left, HOST, "l", "10.1.0.7", "9.1.1.1", 64);
	says_arp(left, "10.1.0.8", 0x0200000000bb);
	const char *out = sent(left);
	assert_non_null(strstr(out, "10.1.0.7 > 9.1.1.1 ttl 63 to 02:00:00:00:00:bb\n"));
	assert_non_null(strstr(out, "icmp 5/1"));
}

static void what_becomes_of_options_is_as_configured(void **state)
{
	static const char *const said[] = {"", ", record_options: carry", ", record_options: drop",
					   ", record_options: fill"};
	static const uint8_t is[] = {L3_RECORD_FILL, L3_RECORD_CARRY, L3_RECORD_DROP,
				     L3_RECORD_FILL};
	char yaml[256];

	for (int i = 0; i < 4; i++) {
		snprintf(yaml, sizeof(yaml), "interfaces:\n" LEFT "%s }\n", said[i]);
		must_apply(yaml);
		assert_int_equal(interfaces_find("l")->published.record, is[i]);
	}
	assert_non_null(strstr(apply("interfaces:\n" LEFT ", record_options: no }\n"),
			       "fill, carry, drop"));
}

static void the_slow_pass_puts_right_what_workers_have_wrong(void **state)
{
	static const uint8_t nine[4] = {9, 0, 0, 0};
	struct fib_sync_stats before, after;
	int64_t end = engines_clock_us() + 5000000;

	must_apply(BOTH "routes:\n- { prefix: 9.0.0.0/8, via: 10.1.0.2 }\n"
			"- { prefix: 8.0.0.0/8, type: blackhole }\n");
	fib_sync_stats(&before);
	assert_int_equal(l3_route_set(0, 4, nine, 8, l3_route_find(0, 4, (uint8_t[]){8, 0, 0, 0})),
			 0);
	assert_leads("9.1.1.1", "blackhole");
	do {
		conf_settle();
		fib_sync_stats(&after);
	} while (after.repaired == before.repaired && engines_clock_us() < end);
	assert_int_equal(after.repaired, before.repaired + 1);
	assert_leads("9.1.1.1", "10.1.0.2 on l");
}

static void a_gateway_belongs_to_the_interface_whose_subnet_it_is_in(void **state)
{
	static const char routes[] = "routes:\n- { prefix: 0.0.0.0/0, via: 10.2.0.2 }\n"
				     "- { prefix: 9.0.0.0/8, via: 10.1.0.2 }\n";
	char yaml[1024];

	snprintf(yaml, sizeof(yaml), BOTH "%s", routes);
	must_apply(yaml);
	assert_leads("9.1.1.1", "10.1.0.2 on l");
	/* Not by way of the default route, which leads to the gateway then. */
	left->port.up = false;
	interfaces_bridge_changed(bridges_find("left"));
	conf_settle();
	assert_leads("9.1.1.1", "10.2.0.2 on r");
	left->port.up = true;
	interfaces_bridge_changed(bridges_find("left"));
	/* Once it is in nobody's subnet it is looked up. */
	snprintf(yaml, sizeof(yaml),
		 "interfaces:\n  l: { bridge: left, addresses: [10.7.0.1/24] }\n" RIGHT KNOWN(
			 "10.2.0.2", "10.2.0.3") " }\n%s",
		 routes);
	must_apply(yaml);
	assert_leads("9.1.1.1", "10.2.0.2 on r");
}

static void flows_stay_where_they_were_when_a_gateway_comes_and_goes(void **state)
{
	static const char two[] =
		BOTH "routes:\n- { prefix: 9.0.0.0/8, via: [10.1.0.2, 10.2.0.2] }\n";
	static const char three[] =
		BOTH "routes:\n- { prefix: 9.0.0.0/8, via: [10.1.0.2, 10.2.0.2, 10.2.0.3] }\n";
	uint32_t first[4096], n, stayed = 0;

	must_apply(three);
	n = buckets_of("9.1.1.1", first);
	must_apply(two);
	for (uint32_t round = 0; round < 2; round++) {
		uint32_t now[4096], n_now = buckets_of("9.1.1.1", now);

		assert_int_equal(n_now, n);
		stayed = 0;
		for (uint32_t b = 0; b < n; b++)
			stayed += now[b] == first[b];
		if (round == 0)
			assert_in_range(stayed, n * 2 / 3 - 1, n * 2 / 3 + 1);
		else
			assert_int_equal(stayed, n);
		must_apply(three);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, conf_setup, conf_teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_interface_has_its_addresses_and_its_wire),
		TEST(a_neighbour_that_is_known_has_a_route_of_its_own),
		TEST(a_static_route_leads_to_its_gateway),
		TEST(every_kind_of_route_does_what_it_says),
		TEST(equal_gateways_share_and_weights_count),
		TEST(a_gateway_that_is_not_known_takes_no_part_beside_one_that_is),
		TEST(what_an_interface_loses_others_carry_until_it_is_back),
		TEST(an_interface_that_is_not_enabled_is_down),
		TEST(a_longer_route_within_a_subnet_goes_before_its_neighbours),
		TEST(a_gateway_may_be_behind_another_route),
		TEST(vrfs_know_nothing_of_one_another),
		TEST(a_route_may_lead_into_another_vrf),
		TEST(a_vrf_that_is_gone_leaves_nothing_and_may_come_back),
		TEST(an_interface_that_is_made_anew_takes_its_routes_along),
		TEST(what_is_refused_changes_nothing),
		TEST(what_stays_is_not_touched),
		TEST(groups_and_next_hops_go_with_the_last_route_that_needs_them),
		TEST(a_gateway_is_asked_for_as_soon_as_a_route_needs_it),
		TEST(a_packet_waits_for_its_neighbour_and_goes_on_one_hop_less),
		TEST(what_cannot_go_on_is_answered),
		TEST(a_redirect_is_sent_only_where_it_is_configured),
		TEST(a_packet_that_waited_for_its_gateway_brings_the_redirect),
		TEST(what_becomes_of_options_is_as_configured),
		TEST(the_slow_pass_puts_right_what_workers_have_wrong),
		TEST(a_gateway_belongs_to_the_interface_whose_subnet_it_is_in),
		TEST(flows_stay_where_they_were_when_a_gateway_comes_and_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
