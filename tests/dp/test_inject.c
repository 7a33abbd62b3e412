// SPDX-License-Identifier: BSD-3-Clause
/* What control sends: routed by its destination, or out of an interface to an address. */
#include <errno.h>
#include <string.h>

#include "dataplane/worker.h"
#include "dataplane/workers.h"
#include "tests/dp/cases.h"
#include "tests/dp/router.h"

static struct frame ours(uint16_t payload)
{
	struct frame f = eth(0, 0);

	udp4(&f, OURS, FAR, 1000, 2000, payload);
	return f;
}

/* Drops of packets that came from nowhere. */
static void expect_router_drops(enum drop reason, uint64_t n)
{
	struct dp_port_stats stats;

	dp_port_stats(dp_router(), &stats);
	assert_int_equal(stats.drops[reason], n);
}

static void an_own_packet_is_routed_and_loses_no_hop(void **state)
{
	struct frame f = ours(20), g = no_hop(&f, B, R2);

	inject_routed(&f, 0, false);
	run();
	expect(rp, &g);
	expect_none(lp);
}

static void an_own_packet_may_go_one_hop_only(void **state)
{
	struct frame f = ours(20), g;

	set_ttl(&f, 1);
	inject_routed(&f, 0, false);
	run();
	g = no_hop(&f, B, R2);
	expect(rp, &g);
}

static void an_own_ip6_packet_is_routed_and_loses_no_hop(void **state)
{
	struct frame f = eth(0, 0), g;

	udp6(&f, OURS6, FAR6, 1, 2, 20);
	inject_routed(&f, 0, false);
	run();
	g = no_hop(&f, B, R2);
	expect(rp, &g);
}

static void a_packet_that_was_held_loses_its_hop_at_last(void **state)
{
	struct frame f = ours(20), g = one_hop(&f, B, R2);

	inject_routed(&f, 0, true);
	run();
	expect(rp, &g);
}

static void a_packet_that_was_held_and_has_no_hop_left_is_refused(void **state)
{
	struct frame f = ours(20), g;

	set_ttl(&f, 1);
	inject_routed(&f, 0, true);
	run();
	expect_none(rp);
	expect_router_drops(DROP_ttl, 1);
	g = f;
	memmove(g.bytes, f.bytes + 14, f.len - 14); /* it never had an Ethernet header */
	g.len -= 14;
	struct punt punt;
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_int_equal(punt.l3, 0);
	assert_int_equal(punt.iface, 0);
	assert_int_equal(punt.why, PUNT_TTL);
	assert_int_equal(punt.m->pkt_len, g.len);
	assert_memory_equal(rte_pktmbuf_mtod(punt.m, void *), g.bytes, g.len);
	rte_pktmbuf_free(punt.m);
}

/* Whoever sent it is told from where it came in, and it is nobody of ours. */
static void a_packet_that_was_held_and_is_too_long_is_told_of_where_it_came_in(void **state)
{
	struct frame f = eth(0, 0);
	struct punt punt;

	iface_mtu(right, 600);
	udp4(&f, HOST, FAR, 1, 2, 900);
	flag_fragment(&f, 0x4000);
	inject_held(&f, 0, left);
	run();
	expect_none(rp);
	expect_router_drops(DROP_needs_fragments, 1);
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_int_equal(punt.iface, left);
	assert_int_equal(punt.why, PUNT_TOO_BIG);
	assert_int_equal(punt.mtu, 600);
	rte_pktmbuf_free(punt.m);
}

static void an_own_packet_follows_the_routes_of_its_vrf(void **state)
{
	struct frame f = ours(20), g;

	iface_vrf(left, 7);
	route_in(7, "10.2.0.0/16", group_of(1, (uint32_t[]){hop_to(left, A)}));
	inject_routed(&f, 7, false);
	run();
	g = no_hop(&f, A, R1);
	expect(lp, &g);
	expect_none(rp);
}

static void an_own_packet_to_ourselves_comes_back(void **state)
{
	struct frame f = eth(0, 0);
	struct punt punt;

	ip4(&f, OURS, OURS, 1, 8);
	raw(&f, (uint8_t[8]){8, 0}, 8);
	inject_routed(&f, 0, false);
	run();
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_int_equal(punt.class, PUNT_LOCAL);
	assert_memory_equal(rte_pktmbuf_mtod(punt.m, void *), f.bytes + 14, f.len - 14);
	rte_pktmbuf_free(punt.m);
}

static void an_own_packet_to_an_unknown_neighbour_is_looked_after(void **state)
{
	struct frame f = eth(0, 0);
	struct punt punt;

	udp4(&f, OURS, "10.1.0.7", 1, 2, 20);
	set_ttl(&f, 1);
	inject_routed(&f, 0, false);
	run();
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_int_equal(punt.class, PUNT_GLEAN);
	rte_pktmbuf_free(punt.m);
}

static void an_own_packet_without_a_route_comes_back_as_an_error(void **state)
{
	struct frame f = eth(0, 0);
	struct punt punt;

	udp4(&f, OURS, "192.0.2.1", 1, 2, 20);
	inject_routed(&f, 0, false);
	run();
	expect_router_drops(DROP_no_route, 1);
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_int_equal(punt.why, PUNT_NO_ROUTE);
	assert_int_equal(punt.iface, 0);
	rte_pktmbuf_free(punt.m);
}

static void an_own_packet_too_long_is_cut(void **state)
{
	struct frame f = ours(2000);

	inject_routed(&f, 0, false);
	run();
	assert_int_equal(rp->n_out, 2);
	assert_int_equal(rte_pktmbuf_mtod(rp->out[0], uint8_t *)[14 + 8], 64);
	assert_int_equal(rte_pktmbuf_mtod(rp->out[1], uint8_t *)[14 + 8], 64);
}

static void an_own_packet_too_long_that_may_not_be_cut_comes_back(void **state)
{
	struct frame f = ours(2000);
	struct punt punt;

	flag_fragment(&f, 0x4000);
	inject_routed(&f, 0, false);
	run();
	expect_none(rp);
	expect_router_drops(DROP_needs_fragments, 1);
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_int_equal(punt.why, PUNT_TOO_BIG);
	assert_int_equal(punt.mtu, 1500);
	rte_pktmbuf_free(punt.m);
}

static void what_goes_out_of_an_interface_has_the_address_it_was_given(void **state)
{
	struct frame f = eth(0, 0), g;

	arp(&f, OURS, HOST);
	inject_to(&f, left, ALL);
	run();
	g = no_hop(&f, ALL, R1);
	expect(lp, &g);
	expect_none(rp);
}

static void a_group_may_be_sent_to_with_one_hop(void **state)
{
	struct frame f = eth(0, 0), g;

	ip4(&f, OURS, "224.0.0.5", 89, 44);
	fill(&f, 44);
	set_ttl(&f, 1);
	inject_to(&f, left, GROUP);
	run();
	g = no_hop(&f, GROUP, R1);
	expect(lp, &g);
}

static void what_goes_out_of_a_vlan_has_its_tag(void **state)
{
	struct frame f = eth(0, 0), g = eth(B, R2);
	uint16_t iface = on_port(rp, 20, R2);

	arp(&f, OURS, FAR);
	inject_to(&f, iface, B);
	run();
	tag(&g, 20, 0);
	raw(&g, f.bytes + 12, f.len - 12);
	expect(rp, &g);
}

static void nothing_goes_out_of_an_interface_that_is_down_or_none(void **state)
{
	struct frame f = eth(0, 0);

	arp(&f, OURS, HOST);
	iface_up(left, false);
	inject_to(&f, left, B);
	inject_to(&f, 60, B);
	run();
	expect_none(lp);
	expect_router_drops(DROP_nexthop_down, 2);
}

static void only_ip_can_be_routed(void **state)
{
	struct frame f = eth(0, 0);

	arp(&f, OURS, HOST);
	inject_routed(&f, 0, false);
	run();
	expect_router_drops(DROP_not_ip, 1);
}

static void an_own_packet_to_a_link_local_address_needs_an_interface(void **state)
{
	struct frame f = eth(0, 0);

	udp6(&f, OURS6, "fe80::7", 1, 2, 20);
	inject_routed(&f, 0, false);
	run();
	expect_router_drops(DROP_link_local, 1);
	expect_no_punt();
}

static void a_malformed_packet_of_our_own_is_dropped(void **state)
{
	struct frame f = ours(20);

	f.bytes[16] = 0xff; /* longer than it is */
	inject_routed(&f, 0, false);
	run();
	expect_router_drops(DROP_l3_truncated, 1);
}

static void a_buffer_without_room_for_a_header_is_dropped(void **state)
{
	struct frame f = ours(20);
	struct inject in = {.m = mbuf_of(&f), .ether_type = 0x0800};

	rte_pktmbuf_adj(in.m, 14);
	memmove(in.m->buf_addr, rte_pktmbuf_mtod(in.m, void *), in.m->data_len);
	in.m->data_off = 0;
	assert_int_equal(inject(&in), 0);
	run();
	expect_none(rp);
	expect_router_drops(DROP_no_headroom, 1);
}

static void numbers_that_no_table_has_are_refused(void **state)
{
	struct frame f = ours(20);
	struct inject in = {.m = mbuf_of(&f), .ether_type = 0x0800, .vrf = L3_VRF_MAX};

	assert_int_equal(inject(&in), -ENOBUFS);
	in = (struct inject){.m = mbuf_of(&f), .ether_type = 0x0800, .iface = L3_IFACE_MAX};
	assert_int_equal(inject(&in), -ENOBUFS);
	in = (struct inject){.m = mbuf_of(&f), .ether_type = 0x0800, .from = L3_IFACE_MAX};
	assert_int_equal(inject(&in), -ENOBUFS);
	assert_int_equal(inject_lost(), 3);
}

static void a_full_ring_refuses(void **state)
{
	struct frame f = ours(20);

	for (int i = 0; i < INJECT_RING - 1; i++)
		inject_routed(&f, 0, false);
	struct inject in = {.m = mbuf_of(&f), .ether_type = 0x0800};
	assert_int_equal(inject(&in), -ENOBUFS);
	assert_int_equal(inject_lost(), 1);
	run();
	assert_int_equal(fake_take_all(rp), INJECT_RING - 1);
}

static void packets_for_one_interface_stay_in_order(void **state)
{
	struct frame f[100];

	assert_int_equal(dp_workers_set((uint16_t[]){0, 1}, 2), 0);
	net_place(0);
	for (int i = 0; i < 100; i++) {
		f[i] = eth(0, 0);
		udp4(&f[i], OURS, HOST, i, 2, 20);
		inject_to(&f[i], left, A);
	}
	run();
	for (int i = 0; i < 100; i++) {
		struct frame g = no_hop(&f[i], A, R1);

		expect(lp, &g);
	}
}

/* What waits for a worker that ends is sent by another. */
static void nothing_is_lost_with_a_worker(void **state)
{
	struct frame f = ours(20);

	assert_int_equal(dp_workers_set((uint16_t[]){0, 1}, 2), 0);
	net_place(0);
	for (int i = 0; i < 10; i++)
		inject_to(&f, i % 2 ? left : right, B);
	assert_int_equal(dp_workers_set((uint16_t[]){1}, 1), 0);
	net_place(0);
	run();
	assert_int_equal(fake_take_all(lp), 5);
	assert_int_equal(fake_take_all(rp), 5);
	assert_int_equal(inject_lost(), 0);
}

/* Nobody runs the worker here: it is waited for in vain, and nothing is lost by that. */
static void waiting_for_what_was_injected_has_an_end(void **state)
{
	struct frame f = ours(20);

	inject_settle(1000000); /* nothing is on its way */
	inject_to(&f, left, B);
	inject_settle(1);
	run();
	assert_int_equal(fake_take_all(lp), 1);
	inject_settle(1000000);
}

static void without_workers_it_is_refused(void **state)
{
	struct frame f = ours(20);
	struct inject in = {.m = mbuf_of(&f), .ether_type = 0x0800};

	assert_int_equal(dp_place(NULL, 0), 0);
	assert_int_equal(dp_workers_set(NULL, 0), 0);
	assert_int_equal(inject(&in), -ENOBUFS);
	assert_int_equal(inject_lost(), 1);
}

static void what_is_sent_counts_as_generated(void **state)
{
	struct frame f = ours(20);
	struct dp_worker_stats stats;

	inject_routed(&f, 0, false);
	inject_routed(&f, 0, true);
	run();
	dp_worker_stats(0, &stats);
	assert_int_equal(stats.received, 0);
	assert_int_equal(stats.generated, 2);
	assert_int_equal(stats.sent, 2);
}

#define T(name) cmocka_unit_test_setup_teardown(name, router_setup, router_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_own_packet_is_routed_and_loses_no_hop),
		T(an_own_packet_may_go_one_hop_only),
		T(an_own_ip6_packet_is_routed_and_loses_no_hop),
		T(a_packet_that_was_held_loses_its_hop_at_last),
		T(a_packet_that_was_held_and_has_no_hop_left_is_refused),
		T(a_packet_that_was_held_and_is_too_long_is_told_of_where_it_came_in),
		T(an_own_packet_follows_the_routes_of_its_vrf),
		T(an_own_packet_to_ourselves_comes_back),
		T(an_own_packet_to_an_unknown_neighbour_is_looked_after),
		T(an_own_packet_without_a_route_comes_back_as_an_error),
		T(an_own_packet_too_long_is_cut),
		T(an_own_packet_too_long_that_may_not_be_cut_comes_back),
		T(what_goes_out_of_an_interface_has_the_address_it_was_given),
		T(a_group_may_be_sent_to_with_one_hop),
		T(what_goes_out_of_a_vlan_has_its_tag),
		T(nothing_goes_out_of_an_interface_that_is_down_or_none),
		T(only_ip_can_be_routed),
		T(an_own_packet_to_a_link_local_address_needs_an_interface),
		T(a_malformed_packet_of_our_own_is_dropped),
		T(a_buffer_without_room_for_a_header_is_dropped),
		T(numbers_that_no_table_has_are_refused),
		T(a_full_ring_refuses),
		T(packets_for_one_interface_stay_in_order),
		T(nothing_is_lost_with_a_worker),
		T(waiting_for_what_was_injected_has_an_end),
		T(without_workers_it_is_refused),
		T(what_is_sent_counts_as_generated),
	};

	return run_cases(NULL, 0, tests, sizeof(tests) / sizeof(tests[0]), router_setup,
			 router_teardown);
}
