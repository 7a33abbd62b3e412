// SPDX-License-Identifier: BSD-3-Clause
/* What a router does not simply forward: options, and packets for itself by what they carry. */
#include <string.h>

#include "tests/dp/cases.h"
#include "tests/dp/router.h"

/* IPv4 options, as they lie in the header. */
struct option_case {
	const char *shows;
	uint8_t n, bytes[40];
	const char *dst;
	struct ends ends;
};

static const struct option_case options4[] = {
	{"options that do nothing are carried", 4, {1, 1, 1, 0}, FAR, GOES},
	{"a router without an address records none", 8, {7, 7, 4, 0, 0, 0, 0, 0}, FAR, GOES},
	{"an unknown option is carried", 4, {0x5e, 4, 1, 2}, FAR, GOES},
	{"what follows the end of options is not looked at", 4, {0, 131, 0, 0}, FAR, GOES},
	{"a loose source route is dropped",
	 8,
	 {131, 7, 4, 10, 2, 0, 9, 0},
	 FAR,
	 DROP_FOR(source_route)},
	{"a strict source route is dropped",
	 8,
	 {137, 7, 4, 10, 2, 0, 9, 0},
	 FAR,
	 DROP_FOR(source_route)},
	{"a source route behind padding is found",
	 8,
	 {1, 131, 3, 4, 0, 0, 0, 0},
	 FAR,
	 DROP_FOR(source_route)},
	{"a source route to ourselves is dropped",
	 8,
	 {131, 7, 4, 10, 2, 0, 9, 0},
	 OURS,
	 DROP_FOR(source_route)},
	{"an option of no length is malformed",
	 4,
	 {7, 0, 0, 0},
	 FAR,
	 DROP_AND_TELL(bad_options, PARAMETER)},
	{"an option of length one is malformed",
	 4,
	 {7, 1, 0, 0},
	 FAR,
	 DROP_AND_TELL(bad_options, PARAMETER)},
	{"an option longer than the header is malformed",
	 4,
	 {7, 5, 0, 0},
	 FAR,
	 DROP_AND_TELL(bad_options, PARAMETER)},
	{"an option without its length is malformed",
	 4,
	 {1, 1, 1, 7},
	 FAR,
	 DROP_AND_TELL(bad_options, PARAMETER)},
	{"options to ourselves are looked at as well",
	 4,
	 {7, 1, 0, 0},
	 OURS,
	 DROP_AND_TELL(bad_options, PARAMETER)},
	{"our address with options is ours", 4, {1, 1, 1, 0}, OURS, PUNT_AS(LOCAL)},
};

static void options4_case(void **state)
{
	const struct option_case *c = *state;
	struct frame f = eth(R1, A);

	udp4_options(&f, HOST, c->dst, c->bytes, c->n, 20);
	check_end(&f, &c->ends);
}

static void a_wrong_checksum_over_options_is_dropped(void **state)
{
	struct frame f = eth(R1, A);

	udp4_options(&f, HOST, FAR, (uint8_t[]){1, 1, 1, 0}, 4, 20);
	f.bytes[14 + 20] = 0;
	check_end(&f, &(struct ends)DROP_FOR(bad_ip_checksum));
}

static void a_router_alert_goes_on_and_control_sees_it(void **state)
{
	struct frame f = eth(R1, A), g;

	udp4_options(&f, HOST, FAR, (uint8_t[]){148, 4, 0, 0}, 4, 20);
	put(lp, &f);
	run();
	g = one_hop(&f, B, R2);
	expect(rp, &g);
	expect_punt(&f, PUNT_LOCAL, PUNT_OPTIONS, left);
	expect_no_punt();
}

static struct frame hop_by_hop(const char *src, const char *dst, const uint8_t *options)
{
	struct frame f = eth(R1, A);

	ip6(&f, src, dst, 0, 8 + 8 + 20);
	raw(&f, (uint8_t[]){17, 0}, 2);
	raw(&f, options, 6);
	raw(&f, (uint8_t[]){3, 232, 7, 208, 0, 28, 0xff, 0xff}, 8);
	fill(&f, 20);
	return f;
}

static void an_ip6_router_alert_goes_on_and_control_sees_it(void **state)
{
	struct frame f = hop_by_hop(HOST6, FAR6, (uint8_t[]){5, 2, 0, 0, 1, 0}), g;

	put(lp, &f);
	run();
	g = one_hop(&f, B, R2);
	expect(rp, &g);
	expect_punt(&f, PUNT_LOCAL, PUNT_OPTIONS, left);
	expect_no_punt();
}

static const struct option_case options6[] = {
	{"hop-by-hop padding is carried", 6, {1, 4, 0, 0, 0, 0}, FAR6, GOES},
	{"single bytes of padding are carried", 6, {0, 0, 0, 0, 0, 0}, FAR6, GOES},
	{"an unknown hop-by-hop option is carried", 6, {0x1e, 4, 1, 2, 3, 4}, FAR6, GOES},
	{"a hop-by-hop option beyond its header is malformed",
	 6,
	 {0x1e, 5, 0, 0, 0, 0},
	 FAR6,
	 DROP_AND_TELL(bad_options, PARAMETER)},
	{"a hop-by-hop option without its length is malformed",
	 6,
	 {0, 0, 0, 0, 0, 0x1e},
	 FAR6,
	 DROP_AND_TELL(bad_options, PARAMETER)},
};

static void options6_case(void **state)
{
	const struct option_case *c = *state;
	struct frame f = hop_by_hop(HOST6, c->dst, c->bytes);

	check_end(&f, &c->ends);
}

/* What is for ourselves, by what it carries. */
struct local_case {
	const char *shows;
	bool v6;
	const char *dst;
	uint8_t proto, first[4]; /* bytes of the header behind IP */
	struct ends ends;
};

static const struct local_case locals[] = {
	{"OSPF to its group is routing", false, "224.0.0.5", 89, {2}, PUNT_AS(PROTOCOL)},
	{"OSPF to ourselves is routing", false, OURS, 89, {2}, PUNT_AS(PROTOCOL)},
	{"VRRP is routing", false, "224.0.0.18", 112, {0}, PUNT_AS(PROTOCOL)},
	{"RIP is routing", false, "224.0.0.9", 17, {2, 8, 2, 8}, PUNT_AS(PROTOCOL)},
	{"BFD is routing", false, OURS, 17, {0xc0, 0, 0x0e, 0xc8}, PUNT_AS(PROTOCOL)},
	{"multihop BFD is routing", false, OURS, 17, {0xc0, 0, 0x12, 0xb0}, PUNT_AS(PROTOCOL)},
	{"from RIP's port to another is not", false, OURS, 17, {2, 8, 2, 7}, PUNT_AS(LOCAL)},
	{"TCP to RIP's port is not", false, OURS, 6, {2, 8, 2, 8}, PUNT_AS(LOCAL)},
	{"a ping is local", false, OURS, 1, {8, 0}, PUNT_AS(LOCAL)},
	{"IGMP is local", false, "224.0.0.22", 2, {0x22}, PUNT_AS(LOCAL)},
	{"OSPFv3 to its group is routing", true, "ff02::5", 89, {3}, PUNT_AS(PROTOCOL)},
	{"RIPng is routing", true, "ff02::9", 17, {2, 9, 2, 9}, PUNT_AS(PROTOCOL)},
	{"BFD over IPv6 is routing", true, OURS6, 17, {0xc0, 0, 0x0e, 0xc8}, PUNT_AS(PROTOCOL)},
	{"VRRP over IPv6 is routing", true, "ff02::12", 112, {0}, PUNT_AS(PROTOCOL)},
	{"a router solicitation is about neighbours",
	 true,
	 "ff02::2",
	 58,
	 {133},
	 PUNT_AS(NEIGHBOR)},
	{"a router advertisement is about neighbours",
	 true,
	 "ff02::1",
	 58,
	 {134},
	 PUNT_AS(NEIGHBOR)},
	{"a neighbour solicitation is about neighbours", true, OURS6, 58, {135}, PUNT_AS(NEIGHBOR)},
	{"a neighbour advertisement is about neighbours",
	 true,
	 OURS6,
	 58,
	 {136},
	 PUNT_AS(NEIGHBOR)},
	{"a neighbour advertisement to a link-local address too",
	 true,
	 "fe80::1",
	 58,
	 {136},
	 PUNT_AS(NEIGHBOR)},
	{"a redirect is about neighbours", true, "fe80::1", 58, {137}, PUNT_AS(NEIGHBOR)},
	{"an IPv6 ping is local", true, OURS6, 58, {128}, PUNT_AS(LOCAL)},
	{"a multicast listener report is local", true, "ff02::16", 58, {143}, PUNT_AS(LOCAL)},
};

static void local_case(void **state)
{
	const struct local_case *c = *state;
	struct frame f = eth(strncmp(c->dst, "ff", 2) && strncmp(c->dst, "224", 3) ? R1 : GROUP, A);

	if (c->v6)
		ip6(&f, "fe80::2", c->dst, c->proto, 24);
	else
		ip4(&f, HOST, c->dst, c->proto, 24);
	raw(&f, c->first, 4);
	fill(&f, 20);
	check_end(&f, &c->ends);
}

/* What fill puts where BFD has the receiver's number. */
#define FILLED UINT32_C(0x383f464d)

struct bfd_case {
	const char *shows;
	uint32_t session; /* that there is */
	bool v6;
	uint16_t port, payload;
	struct ends ends;
};

static const struct bfd_case bfds[] = {
	{"BFD with a session's number is the session's", FILLED, false, 3784, 24, PUNT_AS(BFD)},
	{"and with an authentication behind it", FILLED, false, 3784, 52, PUNT_AS(BFD)},
	{"and over IPv6", FILLED, true, 3784, 24, PUNT_AS(BFD)},
	{"with a number that is nobody's it is routing", 0, false, 3784, 24, PUNT_AS(PROTOCOL)},
	{"with another session's as well", FILLED + 4096, false, 3784, 24, PUNT_AS(PROTOCOL)},
	{"cut short, too", FILLED, false, 3784, 23, PUNT_AS(PROTOCOL)},
	{"over several hops, too", FILLED, false, 4784, 24, PUNT_AS(PROTOCOL)},
	{"at another port it is local", FILLED, false, 3785, 24, PUNT_AS(LOCAL)},
};

static void bfd_case(void **state)
{
	const struct bfd_case *c = *state;
	struct frame f = eth(R1, A);

	if (c->session)
		punt_session(c->session, true);
	if (c->v6)
		udp6(&f, HOST6, OURS6, 50000, c->port, c->payload);
	else
		udp4(&f, HOST, OURS, 50000, c->port, c->payload);
	check_end(&f, &c->ends);
}

static void a_session_that_has_ended_has_no_packets(void **state)
{
	struct frame f = eth(R1, A);

	punt_session(FILLED, true);
	punt_session(FILLED, false);
	udp4(&f, HOST, OURS, 50000, 3784, 24);
	check_end(&f, &(struct ends)PUNT_AS(PROTOCOL));
}

/* The number 0 is what who has not heard of us sends, and no session's. */
static void bfd_that_begins_is_routing(void **state)
{
	struct frame f = eth(R1, A);

	udp4(&f, HOST, OURS, 50000, 3784, 24);
	memset(f.bytes + 14 + 28 + 8, 0, 4);
	check_end(&f, &(struct ends)PUNT_AS(PROTOCOL));
}

static void a_last_hop_to_ourselves_is_far_enough(void **state)
{
	struct frame f = eth(R1, A);

	udp4(&f, HOST, OURS, 1, 2, 20);
	set_ttl(&f, 1);
	check_end(&f, &(struct ends)PUNT_AS(LOCAL));
}

/* Nobody is looked for on behalf of a packet that would not get there. */
static void a_last_hop_to_a_neighbour_ends_here(void **state)
{
	struct frame f = eth(R1, A);

	udp4(&f, HOST, "10.1.0.7", 1, 2, 20);
	set_ttl(&f, 1);
	check_end(&f, &(struct ends)DROP_AND_TELL(ttl, TTL));
}

static void a_later_fragment_for_us_is_local_whatever_it_holds(void **state)
{
	struct frame f = eth(R1, A);

	ip4(&f, HOST, OURS, 17, 16);
	raw(&f, (uint8_t[]){2, 8, 2, 8}, 4);
	fill(&f, 12);
	flag_fragment(&f, 2);
	check_end(&f, &(struct ends)PUNT_AS(LOCAL));
}

static void arp_is_about_neighbours_to_us_and_to_all(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct frame f = eth(i ? ALL : R1, A);

		arp(&f, HOST, OURS);
		check_end(&f, &(struct ends)PUNT_AS(NEIGHBOR));
	}
}

static void what_is_neither_ip_nor_arp_is_dropped(void **state)
{
	struct frame f = eth(R1, A);

	type(&f, 0x88cc);
	fill(&f, 46);
	check_end(&f, &(struct ends)DROP_FOR(not_ip));
}

#define T(name) cmocka_unit_test_setup_teardown(name, router_setup, router_teardown)

int main(void)
{
	const struct table tables[] = {
		TABLE(options4, options4_case),
		TABLE(options6, options6_case),
		TABLE(locals, local_case),
		TABLE(bfds, bfd_case),
	};
	const struct CMUnitTest tests[] = {
		T(a_wrong_checksum_over_options_is_dropped),
		T(a_router_alert_goes_on_and_control_sees_it),
		T(an_ip6_router_alert_goes_on_and_control_sees_it),
		T(a_session_that_has_ended_has_no_packets),
		T(bfd_that_begins_is_routing),
		T(a_last_hop_to_ourselves_is_far_enough),
		T(a_last_hop_to_a_neighbour_ends_here),
		T(a_later_fragment_for_us_is_local_whatever_it_holds),
		T(arp_is_about_neighbours_to_us_and_to_all),
		T(what_is_neither_ip_nor_arp_is_dropped),
	};

	return run_cases(tables, sizeof(tables) / sizeof(tables[0]), tests,
			 sizeof(tests) / sizeof(tests[0]), router_setup, router_teardown);
}
