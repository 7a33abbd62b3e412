// SPDX-License-Identifier: BSD-3-Clause
/* What all in a VLAN get, and whether the router in their midst listens. */
#include <string.h>

#include "tests/dp/cases.h"
#include "tests/dp/gateway.h"

/* What all in a VLAN get, and whether control sees it as well. */
struct group_case {
	const char *shows;
	uint64_t mac;
	const char *src, *dst;
	uint8_t proto;
	int class; /* -1: not for control */
};

static const struct group_case groups[] = {
	{"a limited broadcast is flooded, and ours", ALL, VM10, "255.255.255.255", 17, PUNT_LOCAL},
	{"the subnet's broadcast is flooded, and ours", ALL, VM10, "10.1.0.255", 17, PUNT_LOCAL},
	{"routing between guests is flooded, and ours", GROUP, VM10, "224.0.0.5", 89,
	 PUNT_PROTOCOL},
	{"a group beyond the link is flooded only", GROUP, VM10, "239.1.1.1", 17, -1},
	{"unicast in a broadcast frame is flooded only", ALL, VM10, "10.1.0.1", 17, -1},
	{"nowhere in a broadcast frame is flooded only", ALL, VM10, VM20, 17, -1},
	{"a martian in a broadcast frame is flooded only", ALL, "127.0.0.1", "255.255.255.255", 17,
	 -1},
	{"a router solicitation is flooded, and ours", GROUP, "fe80::2", "ff02::2", 58,
	 PUNT_NEIGHBOR},
	{"an IPv6 group beyond the link is flooded only", GROUP, "fe80::2", "ff05::2", 17, -1},
};

static void group_case(void **state)
{
	const struct group_case *c = *state;
	struct frame f = eth(c->mac, A), g = f;
	struct dp_port_stats stats;

	if (strchr(c->src, ':'))
		ip6(&f, c->src, c->dst, c->proto, 24);
	else
		ip4(&f, c->src, c->dst, c->proto, 24);
	raw(&f, (uint8_t[]){133, 0, 0, 0, 0, 24, 0, 0}, 8);
	fill(&f, 16);
	put(p1, &f);
	run();
	expect(p2, &f);
	tag(&g, 10, 0);
	raw(&g, f.bytes + 12, f.len - 12);
	expect(p3, &g);
	if (c->class >= 0)
		expect_punt(&f, c->class, PUNT_FOR_US, gw10);
	gateway_quiet();
	dp_port_stats(&p1->port, &stats);
	for (int r = 0; r < DROP_COUNT; r++)
		assert_int_equal(stats.drops[r], 0);
}

/* Who asks all neighbours for whom, and whether that concerns us. */
struct ask_case {
	const char *shows, *sender, *target;
	uint8_t operation; /* 1: a request, 2: a reply */
	bool ours;
};

static const struct ask_case asks[] = {
	{"a request for our address is ours", VM10, "10.1.0.1", 1, true},
	{"a request for another's is not", VM10, "10.1.0.3", 1, false},
	{"a probe for our address is ours", "0.0.0.0", "10.1.0.1", 1, true},
	{"a probe for another's is not", "0.0.0.0", "10.1.0.3", 1, false},
	{"a neighbour that tells of itself is heard", VM10, VM10, 1, true},
	{"who says that our address is his is heard", "10.1.0.1", "10.1.0.3", 1, true},
	{"an answer to all is heard", VM10, "10.1.0.3", 2, true},
	{"a solicitation for our address is ours", "2001:db8:1::2", "2001:db8:1::1", 0, true},
	{"a solicitation for another's is not", "2001:db8:1::2", "2001:db8:1::3", 0, false},
	{"a solicitation for an address of the link is heard", "fe80::2", "fe80::3", 0, true},
	{"who looks whether an address is free is heard", "::", "2001:db8:1::3", 0, true},
};

static struct frame ask(const struct ask_case *c, uint64_t src)
{
	struct frame f = eth(c->operation ? ALL : UINT64_C(0x3333ff000001), src), addr = {0};

	if (c->operation) {
		arp(&f, c->sender, c->target);
		f.bytes[14 + 7] = c->operation;
		return f;
	}
	ip6(&f, c->sender, "ff02::1:ff00:1", 58, 24);
	raw(&f, (uint8_t[]){135, 0, 1, 2, 0, 0, 0, 0}, 8);
	ip6(&addr, c->target, c->target, 0, 0);
	raw(&f, addr.bytes + 10, 16);
	return f;
}

static void asked_in_a_bridge(void **state)
{
	const struct ask_case *c = *state;
	struct frame f = ask(c, A), g = f;

	put(p1, &f);
	run();
	expect(p2, &f);
	g.len = 12;
	tag(&g, 10, 0);
	raw(&g, f.bytes + 12, f.len - 12);
	expect(p3, &g);
	if (c->ours)
		expect_punt(&f, PUNT_NEIGHBOR, PUNT_FOR_US, gw10);
	gateway_quiet();
	expect_drops(p1, neighbors, 0);
}

static const struct ask_case asks_on_a_port[] = {
	{"on a port a request for our address is ours", VM10, "10.1.0.1", 1, true},
	{"on a port a request for another's is dropped", VM10, "10.1.0.3", 1, false},
	{"on a port a solicitation for another's is dropped", "2001:db8:1::2", "2001:db8:1::3", 0,
	 false},
};

static void asked_on_a_port(void **state)
{
	const struct ask_case *c = *state;
	struct frame f = ask(c, PEER);

	put(p4, &f);
	run();
	if (c->ours)
		expect_punt(&f, PUNT_NEIGHBOR, PUNT_FOR_US, wan);
	gateway_quiet();
	expect_drops(p4, neighbors, !c->ours);
}

static void control_gets_what_nobody_else_is_there_for(void **state)
{
	struct frame f = eth(ALL, A);
	struct dp_worker_stats stats;

	bridge_member_del(br, &p2->port);
	bridge_member_del(br, &p3->port);
	arp(&f, VM10, "10.1.0.1");
	dp_worker_stats(0, &stats);
	uint64_t before = stats.generated;
	put(p1, &f);
	run();
	expect_punt(&f, PUNT_NEIGHBOR, PUNT_FOR_US, gw10);
	expect_drops(p1, no_target, 0);
	dp_worker_stats(0, &stats);
	assert_int_equal(stats.generated, before); /* itself, not a copy */
	gateway_quiet();
}

static void a_copy_beyond_its_rate_takes_nothing_from_the_others(void **state)
{
	struct frame f = eth(ALL, A);

	punt_rate(PUNT_NEIGHBOR, 1);
	arp(&f, VM10, "10.1.0.1");
	for (int i = 0; i < 5; i++)
		put(p1, &f);
	run();
	assert_int_equal(fake_take_all(p2), 5);
	assert_int_equal(fake_take_all(p3), 5);
	expect_punt(&f, PUNT_NEIGHBOR, PUNT_FOR_US, gw10);
	gateway_quiet();
}

static void a_storm_does_not_reach_control_either(void **state)
{
	struct member_conf conf = access_port(10);
	struct frame f = eth(ALL, A);

	conf.storm_pps = 10;
	join(br, p1, conf);
	arp(&f, VM10, "10.1.0.1");
	for (int i = 0; i < 5; i++)
		put(p1, &f);
	run();
	expect_drops(p1, storm, 4);
	expect_punt(&f, PUNT_NEIGHBOR, PUNT_FOR_US, gw10);
	expect_no_punt();
	fake_take_all(p2);
	fake_take_all(p3);
}

static void a_vlan_without_an_interface_is_flooded_only(void **state)
{
	struct frame f = eth(ALL, A);

	l3_iface_del(gw10);
	arp(&f, VM10, "10.1.0.1");
	put(p1, &f);
	run();
	assert_int_equal(fake_take_all(p2), 1);
	assert_int_equal(fake_take_all(p3), 1);
	gateway_quiet();
}

#define T(name) cmocka_unit_test_setup_teardown(name, gateway_setup, four_teardown)

int main(void)
{
	const struct table tables[] = {
		TABLE(groups, group_case),
		TABLE(asks, asked_in_a_bridge),
		TABLE(asks_on_a_port, asked_on_a_port),
	};
	const struct CMUnitTest tests[] = {
		T(control_gets_what_nobody_else_is_there_for),
		T(a_copy_beyond_its_rate_takes_nothing_from_the_others),
		T(a_storm_does_not_reach_control_either),
		T(a_vlan_without_an_interface_is_flooded_only),
	};

	return run_cases(tables, sizeof(tables) / sizeof(tables[0]), tests,
			 sizeof(tests) / sizeof(tests[0]), gateway_setup, four_teardown);
}
