// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/packets.h"

static enum host_verdict refuse(struct bench *bench, const struct packet *packet,
				const struct host_problem *problem)
{
	struct packet_in in = make(bench, packet);

	return host_error(bench->host, &in, problem);
}

static void expect_answer(struct bench *bench, const struct ip_view *ip, uint8_t type, uint8_t code,
			  uint32_t word)
{
	assert_non_null(ip);
	assert_int_equal(ip->payload[0], type);
	assert_int_equal(ip->payload[1], code);
	assert_int_equal(word_at(ip, 4), word);
}

static const struct host_problem ttl = {.why = HOST_TTL};

/* RFC 1812 4.3.2.7, RFC 4443 2.4 (e). */
static const struct {
	const char *what;
	struct packet packet;
} forbidden[] = {
	{"a later fragment", {.src = "192.0.2.9", .dst = "203.0.113.77", .fragment = 0x2001}},
	{"the last fragment", {.src = "192.0.2.9", .dst = "203.0.113.77", .fragment = 1}},
	{"unreachable",
	 {.src = "192.0.2.9", .dst = "203.0.113.77", .proto = 1, .payload = "0301000000000000"}},
	{"source quench",
	 {.src = "192.0.2.9", .dst = "203.0.113.77", .proto = 1, .payload = "0400000000000000"}},
	{"redirect",
	 {.src = "192.0.2.9", .dst = "203.0.113.77", .proto = 1, .payload = "0501000000000000"}},
	{"time exceeded",
	 {.src = "192.0.2.9", .dst = "203.0.113.77", .proto = 1, .payload = "0b00000000000000"}},
	{"parameter problem",
	 {.src = "192.0.2.9", .dst = "203.0.113.77", .proto = 1, .payload = "0c00000000000000"}},
	{"a frame to a group", {.src = "192.0.2.9", .dst = "203.0.113.77", .to_group_mac = true}},
	{"to multicast", {.src = "192.0.2.9", .dst = "224.1.1.1"}},
	{"to broadcast", {.src = "192.0.2.9", .dst = "255.255.255.255"}},
	{"to the subnet", {.src = "192.0.2.9", .dst = "192.0.2.255"}},
	{"from nobody", {.src = "0.0.0.0", .dst = "203.0.113.77"}},
	{"from this network", {.src = "0.1.2.3", .dst = "203.0.113.77"}},
	{"from loopback", {.src = "127.0.0.1", .dst = "203.0.113.77"}},
	{"from multicast", {.src = "224.0.0.9", .dst = "203.0.113.77"}},
	{"from broadcast", {.src = "255.255.255.255", .dst = "203.0.113.77"}},
	{"from class E", {.src = "240.0.0.1", .dst = "203.0.113.77"}},
	{"from the subnet", {.src = "192.0.2.255", .dst = "203.0.113.77"}},
	{"from ourselves", {.src = "192.0.2.1", .dst = "203.0.113.77"}},
	{"v6 error",
	 {.src = "2001:db8::9",
	  .dst = "2001:db8:5::77",
	  .proto = 58,
	  .payload = "0100000000000000"}},
	{"v6 unknown error",
	 {.src = "2001:db8::9",
	  .dst = "2001:db8:5::77",
	  .proto = 58,
	  .payload = "7f00000000000000"}},
	{"v6 redirect",
	 {.src = "2001:db8::9",
	  .dst = "2001:db8:5::77",
	  .proto = 58,
	  .payload = "8900000000000000"}},
	{"v6 later fragment",
	 {.src = "2001:db8::9",
	  .dst = "2001:db8:5::77",
	  .first_header = 44,
	  .options = "1100000900000001"}},
	{"v6 to multicast", {.src = "2001:db8::9", .dst = "ff0e::77"}},
	{"v6 frame to a group",
	 {.src = "2001:db8::9", .dst = "2001:db8:5::77", .to_group_mac = true}},
	{"v6 from nobody", {.src = "::", .dst = "2001:db8:5::77"}},
	{"v6 from loopback", {.src = "::1", .dst = "2001:db8:5::77"}},
	{"v6 from multicast", {.src = "ff02::9", .dst = "2001:db8:5::77"}},
	{"v6 from ourselves", {.src = "2001:db8::1", .dst = "2001:db8:5::77"}},
};

static void nothing_is_said_about_what_the_rfcs_forbid(void **state)
{
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		enum host_verdict verdict = refuse(&bench, &forbidden[i].packet, &ttl);

		if (verdict != HOST_NOT_OWED || bench.fake.n_sent > 0)
			fail_msg("%s: verdict %d", forbidden[i].what, verdict);
	}
	bench_end(&bench);
}

static void something_is_said_about_what_is_much_like_it(void **state)
{
	static const struct packet cases[] = {
		{.src = "192.0.2.9", .dst = "203.0.113.77", .fragment = 0x2000}, /* the first */
		{.src = "192.0.2.9",
		 .dst = "203.0.113.77",
		 .proto = 1,
		 .payload = "0800000000000000"},
		{.src = "192.0.2.9", .dst = "203.0.113.255"}, /* a host, for all we know */
		{.src = "2001:db8::9",
		 .dst = "2001:db8:5::77",
		 .proto = 58,
		 .payload = "8000000000000000"},
		{.src = "2001:db8::9",
		 .dst = "2001:db8:5::77",
		 .first_header = 44,
		 .options = "1100000100000001"},
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(refuse(&bench, &cases[i], &ttl), HOST_SENT);
		assert_non_null(answer_of(&bench));
	}
	bench_end(&bench);
}

static void two_errors_tell_of_ipv6_multicast_packets(void **state)
{
	static const struct packet group = {.src = "2001:db8::9",
					    .dst = "ff0e::77",
					    .to_group_mac = true};
	static const struct packet group4 = {.src = "192.0.2.9", .dst = "224.1.1.1"};
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(refuse(&bench, &group,
				&(struct host_problem){.why = HOST_TOO_BIG, .mtu = 1300}),
			 HOST_SENT);
	expect_answer(&bench, answer_of(&bench), 2, 0, 1300);
	assert_int_equal(refuse(&bench, &group,
				&(struct host_problem){.why = HOST_PARAMETER, .code = 2}),
			 HOST_SENT);
	expect_answer(&bench, answer_of(&bench), 4, 2, 0);
	assert_int_equal(refuse(&bench, &group,
				&(struct host_problem){.why = HOST_PARAMETER, .code = 1}),
			 HOST_NOT_OWED);
	assert_int_equal(refuse(&bench, &group4,
				&(struct host_problem){.why = HOST_TOO_BIG, .mtu = 1300}),
			 HOST_NOT_OWED);
	bench_end(&bench);
}

/* RFC 1122 3.2.2.6. */
static void an_echo_that_records_its_route_goes_on_recording(void **state)
{
	static const struct {
		const char *options;
		uint8_t len, bytes[IP4_OPTIONS_MAX];
	} cases[] = {
		{"070b080a0000010000000000", 12, {7, 11, 8, 10, 0, 0, 1, 0, 0, 0, 0, 0}},
		{"0101070704000000004408050000000000000000",
		 16,
		 {7, 7, 4, 0, 0, 0, 0, 68, 8, 5, 0, 0, 0, 0, 0, 0}},
		{"9404000000000000", 0, {0}}, /* a router alert is for the way there alone */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet echo = {.src = "10.9.9.9",
				      .dst = "203.0.113.1",
				      .proto = 1,
				      .options = cases[i].options,
				      .payload = "0800000012340001616263",
				      .icmp_checksum = true};
		const struct ip_view *ip;
		struct packet_in in;
		struct bench bench;

		bench_begin(&bench, NULL);
		in = make(&bench, &echo);
		assert_int_equal(host_input(bench.host, &in), HOST_SENT);
		ip = answer_of(&bench);
		assert_int_equal(ip->payload - ip->packet, IP4_HEADER + cases[i].len);
		assert_memory_equal(ip->packet + IP4_HEADER, cases[i].bytes, cases[i].len);
		assert_int_equal(ip->payload[0], 0);
		assert_int_equal(ip->payload_len, 11);
		bench_end(&bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_echo_that_records_its_route_goes_on_recording),
		cmocka_unit_test(nothing_is_said_about_what_the_rfcs_forbid),
		cmocka_unit_test(something_is_said_about_what_is_much_like_it),
		cmocka_unit_test(two_errors_tell_of_ipv6_multicast_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
