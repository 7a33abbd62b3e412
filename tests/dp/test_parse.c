// SPDX-License-Identifier: BSD-3-Clause
/* What parse lets through and what it drops, by table. */
#include "tests/dp/net.h"

#include <string.h>

#define A UINT64_C(0x020000000001)
#define B UINT64_C(0x020000000002)

static struct fake *in, *out;

/* Two access ports in a bridge that knows both addresses. */
static int setup(void **state)
{
	struct bridge *br;

	net_start(1);
	in = fake("in");
	out = fake("out");
	br = bridge_create(100);
	join(br, in, trunk(1, 10, 20, 0));
	join(br, out, trunk(1, 10, 20, 0));
	return 0;
}

static int teardown(void **state)
{
	net_stop();
	return 0;
}

static void passes(struct frame f)
{
	put(in, &f);
	run();
	expect(out, &f);
	expect_none(out);
}

static void drops(struct frame f, enum drop reason)
{
	put(in, &f);
	run();
	expect_none(out);
	expect_drops_at(__FILE__, __LINE__, in, reason, 1);
}

static void cut(struct frame *f, uint32_t len)
{
	f->len = len;
}

static void frames_shorter_than_a_header_are_runts(void **state)
{
	for (uint32_t len = 1; len < 14; len++) {
		struct frame f = plain(B, A);

		cut(&f, len);
		put(in, &f);
	}
	run();
	expect_none(out);
	expect_drops(in, runt, 13);
}

static void a_bare_header_passes(void **state)
{
	struct frame f = eth(B, A);

	type(&f, 0x88b5);
	passes(f);
}

static void frames_up_to_the_mtu_pass(void **state)
{
	passes(sized(B, A, 1514));
}

static void frames_beyond_the_mtu_are_giants(void **state)
{
	drops(sized(B, A, 1515), DROP_giant);
}

static void a_tag_does_not_count_against_the_mtu(void **state)
{
	struct frame f = eth(B, A);

	tag(&f, 10, 0);
	udp4(&f, "10.0.0.1", "10.0.0.2", 1, 2, 1514 - 42);
	passes(f);
}

static void jumbo_frames_in_segments_pass(void **state)
{
	port_set_mtu(&in->port, 9000);
	port_set_mtu(&out->port, 9000);
	passes(sized(B, A, 9014));
}

static void group_sources_are_dropped(void **state)
{
	drops(plain(B, 0x030000000001), DROP_bad_source);
}

static void the_zero_source_is_dropped(void **state)
{
	drops(plain(B, 0), DROP_bad_source);
}

static void reserved_group_addresses_are_not_forwarded(void **state)
{
	for (uint64_t i = 0; i < 16; i++) {
		struct frame f = plain(UINT64_C(0x0180c2000000) + i, A);

		put(in, &f);
	}
	run();
	expect_none(out);
	expect_drops(in, reserved_mac, 16);
}

static void the_group_address_after_the_reserved_ones_is_forwarded(void **state)
{
	passes(plain(0x0180c2000010, A));
}

static void tags_that_end_early_are_dropped(void **state)
{
	struct frame f = eth(B, A);

	tag(&f, 10, 0);
	cut(&f, 16);
	drops(f, DROP_vlan_truncated);
}

static void two_tags_pass(void **state)
{
	struct frame f = eth(B, A);

	tag(&f, 10, 0);
	tag(&f, 30, 0);
	udp4(&f, "10.0.0.1", "10.0.0.2", 1, 2, 20);
	passes(f);
}

static void three_tags_are_dropped(void **state)
{
	struct frame f = eth(B, A);

	tag(&f, 10, 0);
	tag_type(&f, 0x88a8, 20);
	tag(&f, 30, 0);
	udp4(&f, "10.0.0.1", "10.0.0.2", 1, 2, 20);
	drops(f, DROP_vlan_stack);
}

/* A change to one byte of a good IPv4 frame, or a cut, and what it leads to. */
static const struct {
	const char *what;
	int offset; /* from the start of the frame; -1: nothing is changed */
	uint8_t value;
	uint32_t len; /* 0: whole */
	int drop;     /* -1: passes */
} ip4_cases[] = {
	{"whole", -1, 0, 0, -1},
	{"version 5", 14, 0x55, 0, DROP_l3_malformed},
	{"header length 4 words", 14, 0x44, 0, DROP_l3_malformed},
	{"header longer than the packet says", 14, 0x4f, 0, DROP_l3_malformed},
	{"total length 19", 17, 19, 0, DROP_l3_malformed},
	{"total length one more than the frame", 17, 47, 0, DROP_l3_truncated},
	{"total length less than the frame: padding", 17, 30, 0, -1},
	{"no room for the UDP header", 17, 27, 0, DROP_l4_truncated},
	{"ends after 19 bytes of the header", -1, 0, 33, DROP_l3_truncated},
	{"ends with the Ethernet header", -1, 0, 14, DROP_l3_truncated},
	{"TCP in 26 bytes", 23, 6, 0, -1},
	{"unknown protocol", 23, 200, 0, -1},
};

static void malformed_ip4_is_dropped_by_kind(void **state)
{
	for (size_t i = 0; i < sizeof(ip4_cases) / sizeof(ip4_cases[0]); i++) {
		struct frame f = plain(B, A);
		uint64_t before = 0, after;
		struct dp_port_stats stats;

		if (ip4_cases[i].offset >= 0)
			f.bytes[ip4_cases[i].offset] = ip4_cases[i].value;
		if (ip4_cases[i].len)
			cut(&f, ip4_cases[i].len);
		dp_port_stats(&in->port, &stats);
		if (ip4_cases[i].drop >= 0)
			before = stats.drops[ip4_cases[i].drop];
		print_message("IPv4: %s\n", ip4_cases[i].what);
		put(in, &f);
		run();
		if (ip4_cases[i].drop < 0) {
			expect(out, &f);
			continue;
		}
		expect_none(out);
		dp_port_stats(&in->port, &stats);
		after = stats.drops[ip4_cases[i].drop];
		assert_int_equal(after, before + 1);
	}
}

static void a_short_tcp_header_is_dropped(void **state)
{
	struct frame f = eth(B, A);

	ip4(&f, "10.0.0.1", "10.0.0.2", 6, 19);
	fill(&f, 19);
	drops(f, DROP_l4_truncated);
}

static void a_later_fragment_needs_no_l4_header(void **state)
{
	struct frame f = eth(B, A);

	ip4(&f, "10.0.0.1", "10.0.0.2", 6, 8);
	f.bytes[14 + 7] = 100; /* fragment offset */
	fill(&f, 8);
	passes(f);
}

static void arp_passes(void **state)
{
	struct frame f = eth(0xffffffffffff, A);

	arp(&f, "10.0.0.1", "10.0.0.2");
	passes(f);
}

static void short_arp_is_dropped(void **state)
{
	struct frame f = eth(0xffffffffffff, A);

	arp(&f, "10.0.0.1", "10.0.0.2");
	cut(&f, f.len - 1);
	drops(f, DROP_l3_truncated);
}

static void ip6_passes(void **state)
{
	struct frame f = eth(B, A);

	udp6(&f, "fe80::1", "fe80::2", 1, 2, 10);
	passes(f);
}

static void ip6_with_another_version_is_dropped(void **state)
{
	struct frame f = eth(B, A);

	udp6(&f, "fe80::1", "fe80::2", 1, 2, 10);
	f.bytes[14] = 0x40;
	drops(f, DROP_l3_malformed);
}

static void ip6_shorter_than_it_says_is_dropped(void **state)
{
	struct frame f = eth(B, A);

	udp6(&f, "fe80::1", "fe80::2", 1, 2, 10);
	cut(&f, f.len - 1);
	drops(f, DROP_l3_truncated);
}

static void ip6_with_extension_headers_passes(void **state)
{
	struct frame f = eth(B, A);

	ip6(&f, "fe80::1", "fe80::2", 0, 8 + 8 + 8);
	raw(&f, (uint8_t[]){60, 0, 1, 4, 0, 0, 0, 0}, 8);
	raw(&f, (uint8_t[]){17, 0, 1, 4, 0, 0, 0, 0}, 8);
	raw(&f, (uint8_t[]){0, 1, 0, 2, 0, 8, 0, 0}, 8);
	passes(f);
}

static void an_extension_header_beyond_the_packet_is_dropped(void **state)
{
	struct frame f = eth(B, A);

	ip6(&f, "fe80::1", "fe80::2", 0, 8);
	raw(&f, (uint8_t[]){17, 255, 1, 4, 0, 0, 0, 0}, 8);
	drops(f, DROP_l3_truncated);
}

static void an_endless_chain_of_extension_headers_is_only_switched(void **state)
{
	struct frame f = eth(B, A);

	ip6(&f, "fe80::1", "fe80::2", 60, 100 * 8);
	for (int i = 0; i < 100; i++)
		raw(&f, (uint8_t[]){60, 0, 1, 4, 0, 0, 0, 0}, 8);
	passes(f);
}

static void other_ether_types_are_not_looked_into(void **state)
{
	struct frame f = eth(B, A);

	type(&f, 0x88cc);
	raw(&f, "x", 1);
	passes(f);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(frames_shorter_than_a_header_are_runts),
		T(a_bare_header_passes),
		T(frames_up_to_the_mtu_pass),
		T(frames_beyond_the_mtu_are_giants),
		T(a_tag_does_not_count_against_the_mtu),
		T(jumbo_frames_in_segments_pass),
		T(group_sources_are_dropped),
		T(the_zero_source_is_dropped),
		T(reserved_group_addresses_are_not_forwarded),
		T(the_group_address_after_the_reserved_ones_is_forwarded),
		T(tags_that_end_early_are_dropped),
		T(two_tags_pass),
		T(three_tags_are_dropped),
		T(malformed_ip4_is_dropped_by_kind),
		T(a_short_tcp_header_is_dropped),
		T(a_later_fragment_needs_no_l4_header),
		T(arp_passes),
		T(short_arp_is_dropped),
		T(ip6_passes),
		T(ip6_with_another_version_is_dropped),
		T(ip6_shorter_than_it_says_is_dropped),
		T(ip6_with_extension_headers_passes),
		T(an_extension_header_beyond_the_packet_is_dropped),
		T(an_endless_chain_of_extension_headers_is_only_switched),
		T(other_ether_types_are_not_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
