// SPDX-License-Identifier: BSD-3-Clause
/* RIP: what routers tell each other, and when. */
#include "tests/sim/rip_chain.h"

#include "routing/core/udp.h"
#include "routing/rip/packet.h"

static void networks_are_known_everywhere_within_seconds(void **state)
{
	rip_net_configure(&net);
	run(3);
	expect_route(a, "10.3.0.0/16", 3);
	expect_route(b, "10.3.0.0/16", 2);
	expect_route(c, "10.1.0.0/16", 3);
	assert_true(rip_net_leads_to(a, "10.3.0.0/16", "192.0.2.2"));
}

static void a_network_that_is_lost_is_lost_everywhere_at_once(void **state)
{
	rip_net_configure(&net);
	run(40);
	end_set_up(rip_net_stub(c), false);
	run(6); /* a triggered update a hop, five seconds apart at most */
	expect_no_route(b, "10.3.0.0/16");
	run(6);
	expect_no_route(a, "10.3.0.0/16");
	end_set_up(rip_net_stub(c), true);
	run(12);
	expect_route(a, "10.3.0.0/16", 3);
}

static void a_silent_neighbour_times_out_and_its_routes_are_forgotten(void **state)
{
	struct rip_route_row row;

	rip_net_configure(&net);
	run(40);
	bc->is_silent = true;
	run(120);
	expect_route(b, "10.3.0.0/16", 2);
	run(90); /* 180 s after the last word */
	expect_no_route(b, "10.3.0.0/16");
	expect_no_route(a, "10.3.0.0/16");
	assert_true(rip_net_row(b, "10.3.0.0/16", &row)); /* told as unreachable for a while */
	assert_true(row.is_deleted);
	assert_int_equal(row.metric, RIP_INFINITY);
	run(130);
	assert_false(rip_net_row(b, "10.3.0.0/16", &row));
}

static void carrier_lost_takes_its_routes_at_once(void **state)
{
	rip_net_configure(&net);
	run(40);
	link_cut(bc, true);
	world_run(net.world, 1);
	expect_no_route(b, "10.3.0.0/16");
	run(6);
	expect_no_route(a, "10.3.0.0/16");
}

static void with_bfd_silence_is_noticed_in_a_fraction_of_a_second(void **state)
{
	rip_net_all(&net)->bfd = true;
	rip_net_use_bfd(&net, &(struct bfd_conf){.tx_us = 50000, .rx_us = 50000, .multiplier = 3});
	rip_net_configure(&net);
	run(40);
	expect_route(b, "10.3.0.0/16", 2);
	bc->is_silent = true;
	world_run(net.world, SPAN_MS(200));
	expect_no_route(b, "10.3.0.0/16");
	bc->is_silent = false;
	run(40);
	expect_route(b, "10.3.0.0/16", 2);
}

static void a_neighbour_that_answers_again_is_asked_at_once(void **state)
{
	rip_net_all(&net)->bfd = true;
	rip_net_use_bfd(&net, &(struct bfd_conf){.tx_us = 50000, .rx_us = 50000, .multiplier = 3});
	rip_net_configure(&net);
	run(40);
	bc->is_silent = true;
	run(3);
	expect_no_route(b, "10.3.0.0/16");
	bc->is_silent = false;
	run(3); /* the next update may be half a minute away */
	expect_route(b, "10.3.0.0/16", 2);
	expect_route(c, "10.1.0.0/16", 3);
}

static void counting_to_infinity_ends_where_it_cannot_be_avoided(void **state)
{
	/* A triangle, without split horizon: the worst that can be configured. */
	rip_net_link(&net, a, "192.0.2.9/30", c, "192.0.2.10/30");
	rip_net_all(&net)->split = RIP_SPLIT_NONE;
	rip_net_configure(&net);
	run(60);
	expect_route(a, "10.3.0.0/16", 2);
	end_set_up(rip_net_stub(c), false);
	run(240);
	expect_no_route(a, "10.3.0.0/16");
	expect_no_route(b, "10.3.0.0/16");
}

/* --- split horizon: what is on the wire --- */

static int told_metric; /* of 10.1.0.0/16, as b tells a; 0: not told */

static bool see_what_b_tells(struct world *world, const struct end *from,
			     const struct packet_out *out)
{
	struct rip_reader r;
	struct rip_entry entry;
	enum rip_refused why;
	struct udp_view udp;
	struct ip_view ip;

	if (from->router != b || from->link != ab || ip_read(out->data, out->len, false, &ip) < 0 ||
	    udp_read(&ip, &udp) < 0 ||
	    rip_read(ADDR_IP4, udp.data, udp.len, &from->iface, &r) != RIP_REFUSALS)
		return true;
	while (rip_read_entry(&r, &entry, &why))
		if (why == RIP_REFUSALS && entry.prefix.length == 16 &&
		    entry.prefix.addr.bytes[1] == 1)
			told_metric = entry.metric;
	return true;
}

static void split_horizon_is_as_configured(void **state)
{
	static const struct {
		enum rip_split split;
		int told;
	} cases[] = {{RIP_SPLIT_NONE, 2},
		     {RIP_SPLIT_SIMPLE, 0},
		     {RIP_SPLIT_POISONED, RIP_INFINITY}};

	for (int i = 0; i < 3; i++) {
		rip_net_all(&net)->split = cases[i].split;
		rip_net_configure(&net);
		run(10);
		told_metric = 0;
		net.world->watch = see_what_b_tells;
		run(40);
		net.world->watch = NULL;
		assert_int_equal(told_metric, cases[i].told);
	}
}

static void passive_interfaces_hear_and_do_not_speak(void **state)
{
	rip_net_conf(b, ab)->passive = true;
	rip_net_configure(&net);
	run(60);
	expect_route(b, "10.1.0.0/16", 2);
	expect_no_route(a, "10.3.0.0/16");
}

static void unicast_neighbours_are_told_on_a_passive_interface(void **state)
{
	rip_net_conf(b, ab)->passive = true;
	rip_net_neighbor(b, ab, "192.0.2.1");
	rip_net_configure(&net);
	run(60);
	expect_route(a, "10.3.0.0/16", 3);
}

static void metrics_are_added_on_the_way_in_and_out(void **state)
{
	rip_net_conf(b, bc)->metric = 5;
	rip_net_conf(b, ab)->offset = 3;
	rip_net_configure(&net);
	run(20);
	expect_route(b, "10.3.0.0/16", 6);
	expect_route(a, "10.3.0.0/16", 10);
}

static void sixteen_hops_are_too_many(void **state)
{
	rip_net_conf(b, bc)->metric = 14;
	rip_net_configure(&net);
	run(20);
	expect_route(b, "10.3.0.0/16", 15);
	expect_no_route(a, "10.3.0.0/16");
}

static void a_default_route_is_told_where_it_is_wanted(void **state)
{
	rip_net_conf(c, bc)->originate = true;
	rip_net_configure(&net);
	run(20);
	expect_route(b, "0.0.0.0/0", 2);
	expect_route(a, "0.0.0.0/0", 3);
}

static void tags_travel(void **state)
{
	struct rip_route_row row;

	net.tag = 4711;
	rip_net_configure(&net);
	run(20);
	assert_true(rip_net_row(a, "10.3.0.0/16", &row));
	assert_int_equal(row.tag, 4711);
}

static void equal_ways_are_used_together_and_one_may_fail(void **state)
{
	struct router *d = rip_net_router(&net, "d", NULL);
	struct link *ad = rip_net_link(&net, a, "192.0.2.13/30", d, "192.0.2.14/30");

	rip_net_link(&net, d, "192.0.2.17/30", c, "192.0.2.18/30");
	rip_net_configure(&net);
	run(70);
	assert_int_equal(rip_net_n_hops(a, "10.3.0.0/16"), 2);
	link_cut(ad, true);
	world_run(net.world, 1);
	assert_int_equal(rip_net_n_hops(a, "10.3.0.0/16"), 1);
	expect_route(a, "10.3.0.0/16", 3);
	link_cut(ad, false);
	run(70);
	assert_int_equal(rip_net_n_hops(a, "10.3.0.0/16"), 2);
}

static void fewer_equal_ways_are_used_as_soon_as_fewer_are_wanted(void **state)
{
	struct router *d = rip_net_router(&net, "d", NULL);

	rip_net_link(&net, a, "192.0.2.13/30", d, "192.0.2.14/30");
	rip_net_link(&net, d, "192.0.2.17/30", c, "192.0.2.18/30");
	rip_net_configure(&net);
	run(70);
	assert_int_equal(rip_net_n_hops(a, "10.3.0.0/16"), 2);
	net.paths = 1;
	rip_net_configure(&net);
	world_run(net.world, 1);
	assert_int_equal(rip_net_n_hops(a, "10.3.0.0/16"), 1);
	run(70);
	assert_int_equal(rip_net_n_hops(a, "10.3.0.0/16"), 1);
	net.paths = 2;
	rip_net_configure(&net);
	run(70); /* with the next update of the other neighbour */
	assert_int_equal(rip_net_n_hops(a, "10.3.0.0/16"), 2);
}

static void what_is_no_longer_redistributed_is_withdrawn(void **state)
{
	rip_net_configure(&net);
	run(40);
	net.redistributes = false;
	rip_net_configure(&net);
	run(12);
	expect_no_route(a, "10.3.0.0/16");
	net.redistributes = true;
	rip_net_configure(&net);
	run(12);
	expect_route(a, "10.3.0.0/16", 3);
}

static void a_loopbacks_address_is_told_and_an_interfaces_only_as_its_subnet(void **state)
{
	router_attach(c, NULL, "10.255.0.3/32");
	rip_net_configure(&net);
	run(12);
	expect_route(a, "10.255.0.3/32", 3);
	expect_route(a, "192.0.2.4/30", 2);
	expect_no_route(a, "192.0.2.6/32");
	expect_no_route(a, "10.3.0.1/32");
}

static void a_router_that_stops_says_so(void **state)
{
	rip_net_configure(&net);
	run(40);
	c->instances[1]->protocol->stop(c->instances[1]);
	run(6);
	expect_no_route(b, "10.3.0.0/16");
	run(6);
	expect_no_route(a, "10.3.0.0/16");
}

static void changing_one_interface_does_not_disturb_another(void **state)
{
	rip_net_configure(&net);
	run(40);
	rip_net_conf(b, bc)->metric = 4;
	rip_net_configure(&net);
	world_run(net.world, 1);
	expect_route(b, "10.1.0.0/16", 2); /* over the other interface: not for a moment gone */
	run(20);
	expect_route(a, "10.3.0.0/16", 6);
}

static void no_more_routes_are_learned_than_the_limit(void **state)
{
	net.routes_max = 1;
	rip_net_configure(&net);
	run(40);
	assert_int_equal(rip_net_count(b), 1);
	assert_true(rip_refused(b->instances[1], RIP_TOO_MANY) > 0);
}

/* --- RIPng --- */

static void ripng_does_the_same(void **state)
{
	rip_net_stop(&net);
	rip_net_start(&net, 12, ADDR_IP6);
	a = rip_net_router(&net, "a", "2001:db8:1::1/48");
	b = rip_net_router(&net, "b", NULL);
	c = rip_net_router(&net, "c", "2001:db8:3::1/48");
	ab = rip_net_link(&net, a, "fe80::a/64", b, "fe80::b/64");
	bc = rip_net_link(&net, b, "fe80::b/64", c, "fe80::c/64");
	rip_net_configure(&net);
	run(4);
	expect_route(a, "2001:db8:3::/48", 3);
	expect_route(c, "2001:db8:1::/48", 3);
	assert_true(rip_net_leads_to(a, "2001:db8:3::/48", "fe80::b"));
	end_set_up(rip_net_stub(c), false);
	run(12);
	expect_no_route(a, "2001:db8:3::/48");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(networks_are_known_everywhere_within_seconds),
		TEST(a_network_that_is_lost_is_lost_everywhere_at_once),
		TEST(a_silent_neighbour_times_out_and_its_routes_are_forgotten),
		TEST(carrier_lost_takes_its_routes_at_once),
		TEST(with_bfd_silence_is_noticed_in_a_fraction_of_a_second),
		TEST(a_neighbour_that_answers_again_is_asked_at_once),
		TEST(counting_to_infinity_ends_where_it_cannot_be_avoided),
		TEST(split_horizon_is_as_configured),
		TEST(passive_interfaces_hear_and_do_not_speak),
		TEST(unicast_neighbours_are_told_on_a_passive_interface),
		TEST(metrics_are_added_on_the_way_in_and_out),
		TEST(sixteen_hops_are_too_many),
		TEST(a_default_route_is_told_where_it_is_wanted),
		TEST(tags_travel),
		TEST(equal_ways_are_used_together_and_one_may_fail),
		TEST(fewer_equal_ways_are_used_as_soon_as_fewer_are_wanted),
		TEST(what_is_no_longer_redistributed_is_withdrawn),
		TEST(a_loopbacks_address_is_told_and_an_interfaces_only_as_its_subnet),
		TEST(a_router_that_stops_says_so),
		TEST(changing_one_interface_does_not_disturb_another),
		TEST(no_more_routes_are_learned_than_the_limit),
		TEST(ripng_does_the_same),
	};

	return cmocka_run_group_tests_name("rip", tests, NULL, NULL);
}
