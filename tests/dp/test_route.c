// SPDX-License-Identifier: BSD-3-Clause
/* Routing between interfaces on ports: which packets are forwarded, and which are dropped for what.
 */
#include "tests/dp/cases.h"
#include "tests/dp/router.h"

struct address_case {
	const char *shows, *src, *dst;
	uint64_t mac; /* that it was sent to */
	struct ends ends;
};

static const struct address_case ip4_addresses[] = {
	{"a unicast packet is forwarded", HOST, FAR, R1, GOES},
	{"the lowest unicast source is forwarded", "1.0.0.0", FAR, R1, GOES},
	{"the highest unicast source is forwarded", "223.255.255.255", FAR, R1, GOES},
	{"a source just below 127/8 is forwarded", "126.255.255.255", FAR, R1, GOES},
	{"a source just above 127/8 is forwarded", "128.0.0.0", FAR, R1, GOES},
	{"a source in 0/8 is martian", "0.1.2.3", FAR, R1, DROP_FOR(martian_source)},
	{"no source at all is martian", "0.0.0.0", FAR, R1, DROP_FOR(martian_source)},
	{"a loopback source is martian", "127.0.0.1", FAR, R1, DROP_FOR(martian_source)},
	{"a loopback source is martian for ourselves too", "127.0.0.1", OURS, R1,
	 DROP_FOR(martian_source)},
	{"a multicast source is martian", "224.0.0.5", FAR, R1, DROP_FOR(martian_source)},
	{"a source in 240/4 is martian", "240.0.0.1", FAR, R1, DROP_FOR(martian_source)},
	{"the broadcast source is martian", "255.255.255.255", FAR, R1, DROP_FOR(martian_source)},
	{"a multicast source to a group is martian", "239.1.1.1", "224.0.0.5", GROUP,
	 DROP_FOR(martian_source)},
	{"a destination in 0/8 is martian", HOST, "0.0.0.1", R1, DROP_FOR(martian_destination)},
	{"a loopback destination is martian", HOST, "127.1.2.3", R1, DROP_FOR(martian_destination)},
	{"a destination in 240/4 is martian", HOST, "247.0.0.1", R1, DROP_FOR(martian_destination)},
	{"our address is ours", HOST, OURS, R1, PUNT_AS(LOCAL)},
	{"our address from no source is martian", "0.0.0.0", OURS, R1, DROP_FOR(martian_source)},
	{"the limited broadcast is ours", HOST, "255.255.255.255", ALL, PUNT_AS(LOCAL)},
	{"the limited broadcast of a host without an address is ours", "0.0.0.0", "255.255.255.255",
	 ALL, PUNT_AS(LOCAL)},
	{"a group of the link is ours", HOST, "224.0.0.251", GROUP, PUNT_AS(LOCAL)},
	{"the last group of the link is ours", HOST, "224.0.0.255", GROUP, PUNT_AS(LOCAL)},
	{"a group beyond the link is not routed", HOST, "224.0.1.1", GROUP, DROP_FOR(multicast)},
	{"an administrative group is not routed", HOST, "239.1.1.1", GROUP, DROP_FOR(multicast)},
	{"a group in a unicast frame is not routed either", HOST, "239.1.1.1", R1,
	 DROP_FOR(multicast)},
	{"the subnet's broadcast is ours when it comes as one", HOST, "10.1.0.255", ALL,
	 PUNT_AS(LOCAL)},
	{"the subnet's broadcast in a unicast frame is dropped", HOST, "10.1.0.255", R1,
	 DROP_FOR(directed_broadcast)},
	{"another subnet's broadcast is not sent on", HOST, "10.2.255.255", R1,
	 DROP_FOR(directed_broadcast)},
	{"another subnet's broadcast is not ours though it comes as one", HOST, "10.2.255.255", ALL,
	 DROP_FOR(directed_broadcast)},
	{"unicast in a broadcast frame is not forwarded", HOST, FAR, ALL, DROP_FOR(group_mac)},
	{"unicast in a multicast frame is not forwarded", HOST, FAR, GROUP, DROP_FOR(group_mac)},
	{"our address in a broadcast frame is not ours", HOST, OURS, ALL, DROP_FOR(group_mac)},
	{"a neighbour in a broadcast frame is not looked for", HOST, "10.1.0.7", ALL,
	 DROP_FOR(group_mac)},
	{"nowhere in a broadcast frame is no error", HOST, "192.0.2.1", ALL, DROP_FOR(group_mac)},
	{"a prohibited address in a broadcast frame is no error", HOST, "10.3.2.1", ALL,
	 DROP_FOR(group_mac)},
	{"a neighbour whose address is not known is looked for",
	 HOST,
	 "10.1.0.7",
	 R1,
	 {.fate = PUNTED, .class = PUNT_GLEAN, .why = PUNT_FOR_US}},
	{"without a route it is dropped and the sender told", HOST, "192.0.2.1", R1,
	 DROP_AND_TELL(no_route, NO_ROUTE)},
	{"a blackhole swallows in silence", HOST, "10.3.0.1", R1, DROP_FOR(blackhole)},
	{"an unreachable route tells the sender", HOST, "10.3.1.1", R1,
	 DROP_AND_TELL(unreachable, UNREACHABLE)},
	{"a prohibited route tells the sender", HOST, "10.3.2.1", R1,
	 DROP_AND_TELL(prohibited, PROHIBITED)},
	{"another's MAC address is not for us", HOST, FAR, B, DROP_FOR(not_for_us)},
	{"another interface's MAC address is not for us", HOST, FAR, R2, DROP_FOR(not_for_us)},
};

static void ip4_address_case(void **state)
{
	const struct address_case *c = *state;
	struct frame f = eth(c->mac, A);

	udp4(&f, c->src, c->dst, 1000, 2000, 20);
	check_end(&f, &c->ends);
}

static const struct address_case ip6_addresses[] = {
	{"an IPv6 unicast packet is forwarded", HOST6, FAR6, R1, GOES},
	{"the unspecified source is martian", "::", FAR6, R1, DROP_FOR(martian_source)},
	{"the IPv6 loopback source is martian", "::1", FAR6, R1, DROP_FOR(martian_source)},
	{"an IPv4-mapped source is martian", "::ffff:10.1.0.2", FAR6, R1, DROP_FOR(martian_source)},
	{"an IPv6 multicast source is martian", "ff02::1", FAR6, R1, DROP_FOR(martian_source)},
	{"a multicast source to a group is martian in IPv6 too", "ff02::1", "ff02::2", GROUP,
	 DROP_FOR(martian_source)},
	{"the loopback source to a group is martian", "::1", "ff02::2", GROUP,
	 DROP_FOR(martian_source)},
	{"the unspecified destination is martian", HOST6, "::", R1, DROP_FOR(martian_destination)},
	{"the IPv6 loopback destination is martian", HOST6, "::1", R1,
	 DROP_FOR(martian_destination)},
	{"an IPv4-mapped destination is martian", HOST6, "::ffff:10.2.0.2", R1,
	 DROP_FOR(martian_destination)},
	{"a translator's addresses are like any others", "64:ff9b::a01:2", "64:ff9b::a02:2", R1,
	 GOES},
	{"site-local addresses are like any others", "fec0::1", "fec0::2", R1, GOES},
	{"our IPv6 address is ours", HOST6, OURS6, R1, PUNT_AS(LOCAL)},
	{"our IPv6 address is ours for a link-local sender", "fe80::2", OURS6, R1, PUNT_AS(LOCAL)},
	{"a link-local destination stays on its link", HOST6, "fe80::1", R1, PUNT_AS(LOCAL)},
	{"a link-local destination at the end of its range stays too", HOST6, "febf::1", R1,
	 PUNT_AS(LOCAL)},
	{"a link-local source stays on its link", "fe80::2", FAR6, R1,
	 DROP_AND_TELL(link_local, SCOPE)},
	{"all nodes of the link are us", HOST6, "ff02::1", GROUP, PUNT_AS(LOCAL)},
	{"all nodes of the link for a host without an address", "::", "ff02::16", GROUP,
	 PUNT_AS(LOCAL)},
	{"a group of a scope that is not used is martian", HOST6, "ff00::1", GROUP,
	 DROP_FOR(martian_destination)},
	{"a group within a host is martian", HOST6, "ff01::1", GROUP,
	 DROP_FOR(martian_destination)},
	{"a group of the site is not routed", HOST6, "ff05::2", GROUP, DROP_FOR(multicast)},
	{"a global group is not routed", HOST6, "ff1e::1", GROUP, DROP_FOR(multicast)},
	{"IPv6 unicast in a multicast frame is not forwarded", HOST6, FAR6, GROUP,
	 DROP_FOR(group_mac)},
	{"a neighbour in IPv6 is looked for", HOST6, "2001:db8:1::7", R1, PUNT_AS(GLEAN)},
	{"without an IPv6 route the sender is told", HOST6, "2001:db9::1", R1,
	 DROP_AND_TELL(no_route, NO_ROUTE)},
	{"a blackhole swallows IPv6", HOST6, "2001:db8:3::1", R1, DROP_FOR(blackhole)},
};

static void ip6_address_case(void **state)
{
	const struct address_case *c = *state;
	struct frame f = eth(c->mac, A);

	udp6(&f, c->src, c->dst, 1000, 2000, 20);
	check_end(&f, &c->ends);
}

/* One byte of a good packet, counted from its IP header, and its checksum. */
struct byte_case {
	const char *shows;
	uint8_t offset, value;
	bool fix; /* make the checksum right again */
	struct ends ends;
};

static const struct byte_case bytes4[] = {
	{"a wrong checksum is dropped", 10, 0xaa, false, DROP_FOR(bad_ip_checksum)},
	{"a bit that fell over in the source is found", 12, 11, false, DROP_FOR(bad_ip_checksum)},
	{"a bit that fell over in the destination is found", 19, 3, false,
	 DROP_FOR(bad_ip_checksum)},
	{"a bit that fell over in the type of service is found", 1, 4, false,
	 DROP_FOR(bad_ip_checksum)},
	{"type of service and congestion bits are kept", 1, 0xb9, true, GOES},
	{"two hops are enough", 8, 2, true, GOES},
	{"the most hops are fine", 8, 255, true, GOES},
	{"the last hop ends here", 8, 1, true, DROP_AND_TELL(ttl, TTL)},
	{"no hop at all ends here", 8, 0, true, DROP_AND_TELL(ttl, TTL)},
	{"any protocol is forwarded", 9, 253, true, GOES},
	{"a reserved flag is carried", 6, 0x80, true, GOES},
	{"DF is carried", 6, 0x40, true, GOES},
	{"a first fragment is forwarded", 6, 0x20, true, GOES},
	{"a later fragment is forwarded", 7, 100, true, GOES},
};

static void bytes4_case(void **state)
{
	const struct byte_case *c = *state;
	struct frame f = eth(R1, A);

	udp4(&f, HOST, FAR, 1000, 2000, 20);
	f.bytes[14 + c->offset] = c->value;
	if (c->fix)
		fix_sum(&f);
	check_end(&f, &c->ends);
}

static const struct byte_case bytes6[] = {
	{"two hops are enough in IPv6", 7, 2, false, GOES},
	{"the last hop ends here in IPv6", 7, 1, false, DROP_AND_TELL(ttl, TTL)},
	{"no hop at all ends here in IPv6", 7, 0, false, DROP_AND_TELL(ttl, TTL)},
	{"the traffic class is kept", 1, 0xb0, false, GOES},
	{"the flow label is kept", 3, 0x77, false, GOES},
	{"any next header is forwarded", 6, 253, false, GOES},
	{"no next header is forwarded", 6, 59, false, GOES},
};

static void bytes6_case(void **state)
{
	const struct byte_case *c = *state;
	struct frame f = eth(R1, A);

	udp6(&f, HOST6, FAR6, 1000, 2000, 20);
	f.bytes[14 + c->offset] = c->value;
	check_end(&f, &c->ends);
}

/* A NIC that looked at the checksum is believed. */
static void a_checksum_that_hardware_found_good_is_not_looked_at_again(void **state)
{
	struct frame f = eth(R1, A), g;
	struct rte_mbuf *m;

	udp4(&f, HOST, FAR, 1000, 2000, 20);
	f.bytes[14 + 11] ^= 1;
	m = mbuf_of(&f);
	m->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	put_mbuf(lp, m);
	run();
	g = one_hop(&f, B, R2);
	g.bytes[14 + 11] ^= 1; /* what was wrong stays wrong, by the same bit */
	expect(rp, &g);
}

static void control_learns_which_next_hop_a_packet_met(void **state)
{
	struct frame f = eth(R1, A);
	struct punt punt;
	uint32_t hop = hop_act(L3_GLEAN, left);

	route_in(0, "10.9.0.0/16", group_of(1, &hop));
	udp4(&f, HOST, "10.9.0.7", 1, 2, 20);
	put(lp, &f);
	run();
	expect_punt_more(&f, PUNT_GLEAN, PUNT_FOR_US, left, &punt);
	assert_int_equal(punt.nexthop, hop);
}

static void a_route_to_an_interface_that_is_down_drops(void **state)
{
	struct frame f = eth(R1, A);

	iface_up(right, false);
	udp4(&f, HOST, FAR, 1, 2, 20);
	check_end(&f, &(struct ends)DROP_FOR(nexthop_down));
}

static void a_route_to_a_loopback_drops(void **state)
{
	struct frame f = eth(R1, A);
	struct l3_iface_conf lo = {.mtu = 1500, .up = true};

	assert_int_equal(l3_iface_set(50, &lo), 0);
	via("10.9.0.0/16", 50, B);
	udp4(&f, HOST, "10.9.0.7", 1, 2, 20);
	check_end(&f, &(struct ends)DROP_FOR(nexthop_down));
}

static void an_interface_that_is_down_takes_nothing(void **state)
{
	struct frame f = eth(R1, A);

	iface_up(left, false);
	udp4(&f, HOST, FAR, 1, 2, 20);
	check_end(&f, &(struct ends)DROP_FOR(interface_down));
}

static void a_port_whose_interface_went_away_is_in_no_bridge(void **state)
{
	struct frame f = eth(R1, A);

	l3_iface_del(left);
	udp4(&f, HOST, FAR, 1, 2, 20);
	check_end(&f, &(struct ends)DROP_FOR(no_bridge));
}

static void an_interface_goes_with_its_port(void **state)
{
	struct frame f = eth(R1, A);

	udp4(&f, HOST, FAR, 1, 2, 20);
	fake_gone(rp);
	put(lp, &f);
	run();
	expect_none(lp);
	expect_drops(lp, nexthop_down, 1);
}

static void a_packet_may_leave_by_the_port_it_came_from(void **state)
{
	struct frame f = eth(R1, A), g;

	via("10.9.0.0/16", left, B);
	udp4(&f, HOST, "10.9.0.7", 1, 2, 20);
	put(lp, &f);
	run();
	g = one_hop(&f, B, R1);
	expect(lp, &g);
	expect_no_punt();
}

static void a_redirect_is_for_control_to_send_where_it_is_allowed(void **state)
{
	struct frame f = eth(R1, A), g;
	struct punt punt;

	iface_conf(left)->redirects = true;
	iface_changed(left);
	via("10.9.0.0/16", left, B);
	udp4(&f, HOST, "10.9.0.7", 1, 2, 20);
	put(lp, &f);
	run();
	g = one_hop(&f, B, R1);
	expect(lp, &g);
	expect_punt_more(&f, PUNT_ERROR, PUNT_REDIRECT, left, &punt);
	assert_int_equal(punt.nexthop, last_hop());
	expect_no_punt();
}

/* Every third packet is IPv4. Each family is looked up by itself, and leaves in order. */
static void both_families_in_one_burst_keep_their_order(void **state)
{
	struct frame four[11], six[21], *next4 = four, *next6 = six;

	for (int i = 0; i < 32; i++) {
		struct frame f = eth(R1, A);

		if (i % 3)
			udp6(&f, HOST6, FAR6, 1000 + i, 2, i);
		else
			udp4(&f, HOST, FAR, 1000 + i, 2, 20 + i);
		put(lp, &f);
		*(i % 3 ? next6++ : next4++) = one_hop(&f, B, R2);
	}
	run();
	for (int i = 0; i < 11; i++)
		expect(rp, &four[i]);
	for (int i = 0; i < 21; i++)
		expect(rp, &six[i]);
	expect_none(rp);
}

#define T(name) cmocka_unit_test_setup_teardown(name, router_setup, router_teardown)

int main(void)
{
	const struct table tables[] = {
		TABLE(ip4_addresses, ip4_address_case),
		TABLE(ip6_addresses, ip6_address_case),
		TABLE(bytes4, bytes4_case),
		TABLE(bytes6, bytes6_case),
	};
	const struct CMUnitTest tests[] = {
		T(a_checksum_that_hardware_found_good_is_not_looked_at_again),
		T(control_learns_which_next_hop_a_packet_met),
		T(a_route_to_an_interface_that_is_down_drops),
		T(a_route_to_a_loopback_drops),
		T(an_interface_that_is_down_takes_nothing),
		T(a_port_whose_interface_went_away_is_in_no_bridge),
		T(an_interface_goes_with_its_port),
		T(a_packet_may_leave_by_the_port_it_came_from),
		T(a_redirect_is_for_control_to_send_where_it_is_allowed),
		T(both_families_in_one_burst_keep_their_order),
	};

	return run_cases(tables, sizeof(tables) / sizeof(tables[0]), tests,
			 sizeof(tests) / sizeof(tests[0]), router_setup, router_teardown);
}
