// SPDX-License-Identifier: BSD-3-Clause
/* Which way a packet takes: VRFs, and groups of several next hops. */
#include <stdio.h>
#include <string.h>

#include "tests/dp/cases.h"
#include "tests/dp/router.h"

enum { WAYS = 4, FLOWS = 2000 };

#define WAY(i) (UINT64_C(0x020000000200) + (i))

static uint32_t ways[WAYS];

/* 10.4/16 and 2001:db8:4::/48 lead to four next hops behind the right port. */
static int setup(void **state)
{
	router_setup(state);
	for (int i = 0; i < WAYS; i++)
		ways[i] = hop_to(right, WAY(i));
	route_in(0, "10.4.0.0/16", group_of(WAYS, ways));
	route_in(0, "2001:db8:4::/48", group_of(WAYS, ways));
	return 0;
}

/* The number of the next hop that the next packet out went to. */
static int way(void)
{
	const uint8_t *p;
	int i;

	assert_true(rp->next_out < rp->n_out);
	p = rte_pktmbuf_mtod(rp->out[rp->next_out], const uint8_t *);
	i = p[5];
	assert_in_range(i, 0, WAYS - 1);
	rte_pktmbuf_free(rp->out[rp->next_out++]);
	return i;
}

static int way_of(const struct frame *f)
{
	put(lp, f);
	run();
	return way();
}

static struct frame flow4(uint32_t i)
{
	struct frame f = eth(R1, A);

	udp4(&f, HOST, "10.4.0.1", 1000 + i, 2000, 20);
	return f;
}

static struct frame flow6(uint32_t i, uint32_t label)
{
	struct frame f = eth(R1, A);

	udp6(&f, HOST6, "2001:db8:4::1", 1000 + i, 2000, 20);
	f.bytes[15] |= label >> 16;
	f.bytes[16] = label >> 8;
	f.bytes[17] = label;
	return f;
}

static void check_spread(const uint32_t *n, uint32_t all)
{
	for (int i = 0; i < WAYS; i++)
		assert_in_range(n[i], all / WAYS * 7 / 10, all / WAYS * 13 / 10);
}

static void flows_spread_over_all_ways(void **state)
{
	uint32_t n4[WAYS] = {0}, n6[WAYS] = {0};

	for (uint32_t i = 0; i < FLOWS; i++) {
		struct frame f = flow4(i), g = flow6(i, 0);

		n4[way_of(&f)]++;
		n6[way_of(&g)]++;
		fake_take_all(rp);
	}
	check_spread(n4, FLOWS);
	check_spread(n6, FLOWS);
}

static void addresses_alone_spread_flows(void **state)
{
	uint32_t n[WAYS] = {0};

	for (uint32_t i = 0; i < FLOWS; i++) {
		struct frame f = eth(R1, A);
		char dst[32];

		snprintf(dst, sizeof(dst), "10.4.%u.%u", i / 250, i % 250);
		ip4(&f, HOST, dst, 50, 20);
		fill(&f, 20);
		n[way_of(&f)]++;
		fake_take_all(rp);
	}
	check_spread(n, FLOWS);
}

static void flow_labels_alone_spread_flows(void **state)
{
	uint32_t n[WAYS] = {0};

	for (uint32_t i = 0; i < FLOWS; i++) {
		struct frame f = flow6(0, i * 257 + 1);

		n[way_of(&f)]++;
		fake_take_all(rp);
	}
	check_spread(n, FLOWS);
}

static void a_flow_takes_one_way(void **state)
{
	for (uint32_t i = 0; i < 50; i++) {
		struct frame f = flow4(i), g = flow4(i);
		int first = way_of(&f);

		set_ttl(&g, 9);
		g.bytes[15] = 0xb8; /* another class, another identification */
		g.bytes[19] = 77;
		fix_sum(&g);
		assert_int_equal(way_of(&g), first);
	}
}

static void all_workers_agree_on_the_way(void **state)
{
	int first[50];

	for (uint32_t i = 0; i < 50; i++) {
		struct frame f = flow4(i);

		first[i] = way_of(&f);
	}
	assert_int_equal(dp_workers_set((uint16_t[]){0, 1}, 2), 0);
	net_place(1);
	for (uint32_t i = 0; i < 50; i++) {
		struct frame f = flow4(i);

		assert_int_equal(way_of(&f), first[i]);
	}
}

/* The first one has ports, the others have none. */
static void all_fragments_of_a_datagram_take_one_way(void **state)
{
	for (uint32_t i = 0; i < 50; i++) {
		struct frame f = flow4(i);
		int first;

		flag_fragment(&f, 0x2000);
		first = way_of(&f);
		flag_fragment(&f, 0x2003);
		assert_int_equal(way_of(&f), first);
		flag_fragment(&f, 0x0006);
		assert_int_equal(way_of(&f), first);
	}
}

static void all_ip6_fragments_of_a_datagram_take_one_way(void **state)
{
	for (uint32_t i = 0; i < 50; i++) {
		int first = -1;

		for (int part = 0; part < 3; part++) {
			struct frame f = eth(R1, A);

			ip6(&f, HOST6, "2001:db8:4::1", 44, 8 + 24);
			raw(&f, (uint8_t[]){17, 0, 0, part * 24 | (part < 2), 0, 0, 0, i}, 8);
			raw(&f, (uint8_t[]){part, i, 7, 208, 0, 28, 1, 1}, 8);
			fill(&f, 16);
			if (part)
				assert_int_equal(way_of(&f), first);
			else
				first = way_of(&f);
		}
	}
}

/* A whole packet behind a fragment header (RFC 6946) has ports like any other. */
static void an_atomic_fragment_is_no_fragment(void **state)
{
	uint32_t n[WAYS] = {0};

	for (uint32_t i = 0; i < 200; i++) {
		struct frame f = eth(R1, A);

		ip6(&f, HOST6, "2001:db8:4::1", 44, 8 + 28);
		raw(&f, (uint8_t[]){17, 0, 0, 0, 0, 0, 0, 1}, 8);
		raw(&f, (uint8_t[]){4, i, 7, 208, 0, 28, 1, 1}, 8);
		fill(&f, 20);
		n[way_of(&f)]++;
	}
	for (int i = 0; i < WAYS; i++)
		assert_in_range(n[i], 20, 90);
}

static void a_lost_way_moves_only_its_own_flows(void **state)
{
	uint32_t before[300], left_over[] = {ways[0], ways[1], ways[3]}, group;

	group = group_of(WAYS, ways);
	route_in(0, "10.4.0.0/16", group);
	for (uint32_t i = 0; i < 300; i++) {
		struct frame f = flow4(i);

		before[i] = way_of(&f);
	}
	struct l3_member members[3];
	for (int i = 0; i < 3; i++)
		members[i] = (struct l3_member){left_over[i], 1};
	assert_int_equal(l3_group_set(group, members, 3), 0);
	for (uint32_t i = 0; i < 300; i++) {
		struct frame f = flow4(i);
		int now = way_of(&f);

		if (before[i] == 2)
			assert_int_not_equal(now, 2);
		else
			assert_int_equal(now, before[i]);
	}
}

/* An error of a router on the way, of what 10.4.0.1 sent in answer to a flow; or an echo request
 * with that in it. */
static struct frame about4(uint32_t i, uint8_t type, uint16_t quoted)
{
	struct frame f = eth(R1, A), q = eth(R1, A);

	udp4(&q, "10.4.0.1", HOST, 2000, 1000 + i, 20);
	ip4(&f, "10.1.0.99", "10.4.0.1", 1, 8 + quoted);
	raw(&f, (uint8_t[]){type, 4, 0, 0, 0, 0, 5, 0}, 8);
	raw(&f, q.bytes + 14, quoted);
	return f;
}

static struct frame about6(uint32_t i, uint8_t type, uint16_t quoted)
{
	struct frame f = eth(R1, A), q = eth(R1, A);

	udp6(&q, "2001:db8:4::1", HOST6, 2000, 1000 + i, 20);
	ip6(&f, "2001:db8:1::99", "2001:db8:4::1", 58, 8 + quoted);
	raw(&f, (uint8_t[]){type, 0, 0, 0, 0, 0, 5, 0}, 8);
	raw(&f, q.bytes + 14, quoted);
	return f;
}

static void an_icmp_error_takes_the_way_of_its_flow(void **state)
{
	static const uint8_t types4[] = {3, 11, 12}, types6[] = {1, 2, 3, 4};

	for (uint32_t i = 0; i < 60; i++) {
		struct frame f = flow4(i), error = about4(i, types4[i % 3], 28);
		int first = way_of(&f);

		assert_int_equal(way_of(&error), first);
		f = flow6(i, 0);
		error = about6(i, types6[i % 4], 48);
		first = way_of(&f);
		assert_int_equal(way_of(&error), first);
	}
}

static void what_is_no_icmp_error_goes_by_its_own_addresses(void **state)
{
	struct frame echo4 = about4(0, 8, 28), echo6 = about6(0, 128, 48);
	int first4 = way_of(&echo4), first6 = way_of(&echo6);

	for (uint32_t i = 1; i < 60; i++) {
		echo4 = about4(i, 8, 28);
		echo6 = about6(i, 128, 48);
		assert_int_equal(way_of(&echo4), first4);
		assert_int_equal(way_of(&echo6), first6);
	}
}

static void an_icmp_error_that_quotes_too_little_goes_some_way(void **state)
{
	for (uint16_t n = 0; n < 48; n++) {
		struct frame error = about6(7, 2, n);

		way_of(&error);
		error = about4(7, 3, n < 28 ? n : 28);
		error.bytes[14 + 20 + 8] |= 0x0f; /* a header longer than what is there */
		way_of(&error);
	}
}

static void the_same_address_leads_elsewhere_in_another_vrf(void **state)
{
	struct frame f = eth(R1, A), g;
	uint16_t blue = on_port(rp, 20, R2);

	on_port(lp, 10, R1);
	iface_vrf(3, 5);
	iface_vrf(blue, 5);
	iface_vrf(4, 5);
	route_in(5, "10.2.0.0/16", group_of(1, (uint32_t[]){hop_to(blue, B)}));
	tag(&f, 10, 0);
	udp4(&f, HOST, FAR, 1, 2, 20);
	put(lp, &f);
	run();
	g = one_hop_tagged(&f, B, R2, 20);
	expect(rp, &g);
	f = eth(R1, A);
	udp4(&f, HOST, FAR, 1, 2, 20);
	put(lp, &f);
	run();
	g = one_hop(&f, B, R2);
	expect(rp, &g);
}

static void what_one_vrf_knows_another_does_not(void **state)
{
	struct frame f = eth(R1, A);

	iface_vrf(left, 5);
	udp4(&f, HOST, FAR, 1, 2, 20);
	check_end(&f, &(struct ends)DROP_AND_TELL(no_route, NO_ROUTE));
}

static void packets_of_several_vrfs_in_one_burst_each_find_their_way(void **state)
{
	struct frame out[30];

	for (uint16_t v = 1; v < 6; v++) {
		on_port(lp, v, R1);
		iface_vrf(2 + v, v);
		route_in(v, "10.2.0.0/16", group_of(1, (uint32_t[]){hop_to(right, B + 16 * v)}));
		route_in(v, "2001:db8:2::/48",
			 group_of(1, (uint32_t[]){hop_to(right, B + 16 * v)}));
	}
	for (int i = 0; i < 30; i++) {
		struct frame f = eth(R1, A);

		tag(&f, 1 + i / 2 % 5, 0);
		if (i % 2)
			udp4(&f, HOST, FAR, i, 2, 20);
		else
			udp6(&f, HOST6, FAR6, i, 2, 20);
		put(lp, &f);
		out[i / 2 + (i % 2 ? 0 : 15)] = one_hop(&f, B + 16 * (1 + i / 2 % 5), R2);
	}
	run();
	for (int i = 0; i < 30; i++)
		expect(rp, &out[i]);
}

struct leak_case {
	const char *shows;
	int depth; /* VRFs that lead on, one to the next, before the route */
	bool v6;
	struct ends ends;
};

static const struct leak_case leaks[] = {
	{"a route may lead into another VRF", 1, false, GOES},
	{"and from there into a third", 2, false, GOES},
	{"four VRFs on the way are allowed", 4, false, GOES},
	{"five are one too many", 5, false, DROP_FOR(vrf_loop)},
	{"an IPv6 route may lead into another VRF", 1, true, GOES},
	{"five are one too many in IPv6", 5, true, DROP_FOR(vrf_loop)},
};

static void leak_case(void **state)
{
	const struct leak_case *c = *state;
	struct frame f = eth(R1, A);
	uint32_t last = group_of(1, (uint32_t[]){hop_to(right, B)});

	for (int i = 0; i <= c->depth; i++) {
		uint32_t group = i < c->depth ? group_of(1, (uint32_t[]){hop_vrf(i + 1)}) : last;

		l3_vrf_add(i);
		route_in(i, "10.9.0.0/16", group);
		route_in(i, "2001:db8:9::/48", group);
	}
	if (c->v6)
		udp6(&f, HOST6, "2001:db8:9::1", 1, 2, 20);
	else
		udp4(&f, HOST, "10.9.0.1", 1, 2, 20);
	check_end(&f, &c->ends);
}

static void a_route_that_leads_back_to_its_own_vrf_ends(void **state)
{
	struct frame f = eth(R1, A);

	route_in(0, "10.9.0.0/16", group_of(1, (uint32_t[]){hop_vrf(0)}));
	udp4(&f, HOST, "10.9.0.1", 1, 2, 20);
	check_end(&f, &(struct ends)DROP_FOR(vrf_loop));
}

static void a_vrf_without_a_route_is_told_as_such(void **state)
{
	struct frame f = eth(R1, A);

	l3_vrf_add(5);
	route_in(0, "10.9.0.0/16", group_of(1, (uint32_t[]){hop_vrf(5)}));
	udp4(&f, HOST, "10.9.0.1", 1, 2, 20);
	check_end(&f, &(struct ends)DROP_AND_TELL(no_route, NO_ROUTE));
}

static void an_address_of_ours_in_another_vrf_is_ours(void **state)
{
	struct frame f = eth(R1, A);

	l3_vrf_add(5);
	route_in(0, "10.9.0.0/16", group_of(1, (uint32_t[]){hop_vrf(5)}));
	route_in(5, "10.9.0.1/32", group_of(1, (uint32_t[]){hop_act(L3_LOCAL, 0)}));
	udp4(&f, HOST, "10.9.0.1", 1, 2, 20);
	check_end(&f, &(struct ends)PUNT_AS(LOCAL));
}

static void an_address_on_a_wire_of_another_vrf_is_found_there(void **state)
{
	struct frame f = eth(R1, A), g, unknown = f;
	uint16_t blue = on_port(rp, 20, R2);

	iface_vrf(blue, 5);
	route_in(0, "10.9.0.0/16", group_of(1, (uint32_t[]){hop_act(L3_GLEAN, blue)}));
	route_in(5, "10.9.0.1/32", group_of(1, (uint32_t[]){hop_to(blue, B)}));
	udp4(&f, HOST, "10.9.0.1", 1, 2, 20);
	put(lp, &f);
	run();
	g = one_hop_tagged(&f, B, R2, 20);
	expect(rp, &g);
	udp4(&unknown, HOST, "10.9.0.2", 1, 2, 20);
	check_end(&unknown, &(struct ends)PUNT_AS(GLEAN));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, router_teardown)

int main(void)
{
	const struct table tables[] = {TABLE(leaks, leak_case)};
	const struct CMUnitTest tests[] = {
		T(flows_spread_over_all_ways),
		T(addresses_alone_spread_flows),
		T(flow_labels_alone_spread_flows),
		T(a_flow_takes_one_way),
		T(all_workers_agree_on_the_way),
		T(all_fragments_of_a_datagram_take_one_way),
		T(all_ip6_fragments_of_a_datagram_take_one_way),
		T(an_atomic_fragment_is_no_fragment),
		T(an_icmp_error_takes_the_way_of_its_flow),
		T(what_is_no_icmp_error_goes_by_its_own_addresses),
		T(an_icmp_error_that_quotes_too_little_goes_some_way),
		T(a_lost_way_moves_only_its_own_flows),
		T(the_same_address_leads_elsewhere_in_another_vrf),
		T(what_one_vrf_knows_another_does_not),
		T(packets_of_several_vrfs_in_one_burst_each_find_their_way),
		T(a_route_that_leads_back_to_its_own_vrf_ends),
		T(a_vrf_without_a_route_is_told_as_such),
		T(an_address_of_ours_in_another_vrf_is_ours),
		T(an_address_on_a_wire_of_another_vrf_is_found_there),
	};

	return run_cases(tables, sizeof(tables) / sizeof(tables[0]), tests,
			 sizeof(tests) / sizeof(tests[0]), setup, router_teardown);
}
