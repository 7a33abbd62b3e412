// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/packets.h"

#define ECHO4 "0800000012340001616263"
#define ECHO6 "8000000012340001616263"

static enum host_verdict give(struct bench *bench, const struct packet *packet)
{
	struct packet_in in = make(bench, packet);

	return host_input(bench->host, &in);
}

static void expect_addresses(const struct ip_view *ip, const char *src, const char *dst)
{
	struct addr from = fake_addr(src), to = fake_addr(dst);

	assert_int_equal(addr_compare(&ip->src, &from), 0);
	assert_int_equal(addr_compare(&ip->dst, &to), 0);
}

static void an_echo_comes_back_with_all_that_was_in_it(void **state)
{
	static const struct packet echo4 = {.src = "10.9.9.9",
					    .dst = "203.0.113.1",
					    .proto = 1,
					    .tos = 0x28,
					    .ttl = 3,
					    .payload = ECHO4,
					    .size = 1400,
					    .icmp_checksum = true};
	static const struct packet echo6 = {.src = "2001:db8:9::9",
					    .dst = "2001:db8:100::1",
					    .proto = 58,
					    .tos = 0x28,
					    .payload = ECHO6,
					    .size = 1200,
					    .icmp_checksum = true};
	const struct ip_view *ip;
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(give(&bench, &echo4), HOST_SENT);
	ip = answer_of(&bench);
	expect_addresses(ip, "203.0.113.1", "10.9.9.9");
	assert_int_equal(ip->payload[0], 0);
	assert_int_equal(ip->tos, 0x28);
	assert_int_equal(ip->ttl, 64);
	assert_int_equal(ip->payload_len, 1400);
	assert_memory_equal(ip->payload + 4, bench.data + 24, 1396);
	assert_int_equal(give(&bench, &echo6), HOST_SENT);
	ip = answer_of(&bench);
	expect_addresses(ip, "2001:db8:100::1", "2001:db8:9::9");
	assert_int_equal(ip->payload[0], 129);
	assert_memory_equal(ip->payload + 4, bench.data + 44, 1196);
	bench_end(&bench);
}

static void an_echo_to_a_group_is_answered_in_ipv6_only(void **state)
{
	static const struct packet six = {.src = "2001:db8::9",
					  .dst = "ff02::1",
					  .proto = 58,
					  .payload = ECHO6,
					  .icmp_checksum = true,
					  .to_group_mac = true};
	static const struct packet near = {.src = "fe80::9",
					   .dst = "ff02::1",
					   .proto = 58,
					   .payload = ECHO6,
					   .icmp_checksum = true,
					   .to_group_mac = true};
	static const struct packet four[] = {
		{.src = "192.0.2.9",
		 .dst = "224.0.0.1",
		 .proto = 1,
		 .payload = ECHO4,
		 .icmp_checksum = true,
		 .to_group_mac = true},
		{.src = "192.0.2.9",
		 .dst = "192.0.2.255",
		 .proto = 1,
		 .payload = ECHO4,
		 .icmp_checksum = true,
		 .to_group_mac = true},
		{.src = "192.0.2.9",
		 .dst = "255.255.255.255",
		 .proto = 1,
		 .payload = ECHO4,
		 .icmp_checksum = true,
		 .to_group_mac = true},
		{.src = "192.0.2.9",
		 .dst = "192.0.2.1",
		 .proto = 1,
		 .payload = ECHO4,
		 .icmp_checksum = true,
		 .to_group_mac = true},
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(give(&bench, &six), HOST_SENT);
	expect_addresses(answer_of(&bench), "2001:db8::1", "2001:db8::9");
	assert_int_equal(give(&bench, &near), HOST_SENT);
	expect_addresses(answer_of(&bench), "fe80::1", "fe80::9");
	assert_ptr_equal(bench.answer->out.iface, bench.eth);
	for (size_t i = 0; i < sizeof(four) / sizeof(four[0]); i++)
		assert_int_equal(give(&bench, &four[i]), HOST_NOT_OWED);
	bench_end(&bench);
}

/* RFC 4862 5.4: not before it is ours, nor when it is somebody else's. */
static void an_address_that_may_not_be_used_is_silent(void **state)
{
	static const struct packet cases[] = {
		{.src = "192.0.2.9",
		 .dst = "192.0.2.1",
		 .proto = 1,
		 .payload = ECHO4,
		 .icmp_checksum = true},
		{.src = "192.0.2.9", .dst = "192.0.2.1"},
		{.src = "2001:db8::9",
		 .dst = "2001:db8::1",
		 .proto = 58,
		 .payload = ECHO6,
		 .icmp_checksum = true},
	};
	static const struct packet other = {.src = "192.0.2.9", .dst = "198.51.100.1"};
	struct bench bench;

	bench_begin(&bench, NULL);
	bench.duplicate = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(give(&bench, &cases[i]), HOST_NOT_OWED);
	assert_int_equal(give(&bench, &other), HOST_SENT); /* it is another interface's */
	assert_non_null(answer_of(&bench));
	bench_end(&bench);
}

static void a_link_local_address_of_somebody_else_is_not_ours(void **state)
{
	static const struct packet packets[] = {
		{.src = "2001:db8::9", .dst = "fe80::99"},
		{.src = "fe80::9", .dst = "fe80::2"}, /* of another interface */
		{.src = "fe80::9",
		 .dst = "fe80::99",
		 .proto = 58,
		 .payload = ECHO6,
		 .icmp_checksum = true},
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(give(&bench, &packets[i]), HOST_NOT_OWED);
	bench_end(&bench);
}

static void an_echo_from_nobody_in_particular_is_not_answered(void **state)
{
	static const char *const senders[] = {"0.0.0.0",     "127.0.0.1",       "224.0.0.9",
					      "192.0.2.255", "255.255.255.255", "192.0.2.1"};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		struct packet packet = {.src = senders[i],
					.dst = "192.0.2.1",
					.proto = 1,
					.payload = ECHO4,
					.icmp_checksum = true};

		assert_int_equal(give(&bench, &packet), HOST_NOT_OWED);
	}
	bench_end(&bench);
}

static void we_may_ping_ourselves_and_nobody_may_in_our_name(void **state)
{
	static const struct packet packet = {.src = "192.0.2.1",
					     .dst = "192.0.2.1",
					     .proto = 1,
					     .payload = ECHO4,
					     .icmp_checksum = true};
	struct packet_in in;
	struct bench bench;

	bench_begin(&bench, NULL);
	in = make(&bench, &packet);
	assert_int_equal(host_input(bench.host, &in), HOST_NOT_OWED);
	in = make(&bench, &packet);
	in.is_own = true;
	assert_int_equal(host_input(bench.host, &in), HOST_SENT);
	expect_addresses(answer_of(&bench), "192.0.2.1", "192.0.2.1");
	bench_end(&bench);
}

static void a_wrong_checksum_is_counted_and_not_answered(void **state)
{
	static const struct packet cases[] = {
		{.src = "192.0.2.9", .dst = "192.0.2.1", .proto = 1, .payload = ECHO4},
		{.src = "2001:db8::9", .dst = "2001:db8::1", .proto = 58, .payload = ECHO6},
		{.src = "192.0.2.9", .dst = "192.0.2.1", .payload = "1234270f00081234"},
		{.src = "2001:db8::9", .dst = "2001:db8::1", .payload = "1234270f00080000"},
		{.src = "192.0.2.9", .dst = "192.0.2.1", .proto = 1, .payload = "08000000001234"},
	};
	struct host_stats stats;
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(give(&bench, &cases[i]), HOST_MALFORMED);
	host_stats(bench.host, &stats);
	assert_int_equal(stats.bad_checksum, 4);
	assert_int_equal(stats.echo_requests, 0);
	bench_end(&bench);
}

static void echo_is_rationed_and_can_be_switched_off(void **state)
{
	static const struct packet echo = {.src = "192.0.2.9",
					   .dst = "192.0.2.1",
					   .proto = 1,
					   .payload = ECHO4,
					   .icmp_checksum = true};
	struct host_stats stats;
	struct host_conf conf;
	struct bench bench;

	host_conf_default(&conf);
	conf.echo = (struct host_rate){5, 5};
	bench_begin(&bench, &conf);
	for (int i = 0; i < 20; i++)
		give(&bench, &echo);
	host_stats(bench.host, &stats);
	assert_int_equal(stats.echo_replies, 5);
	assert_int_equal(stats.verdicts[HOST_RATIONED], 15);
	fake_forget(&bench.fake);
	conf.echo_off = true;
	host_configure(bench.host, &conf);
	assert_int_equal(give(&bench, &echo), HOST_OFF);
	bench_end(&bench);
}

static void fragments_for_us_are_dropped_and_counted(void **state)
{
	static const struct packet cases[] = {
		{.src = "192.0.2.9",
		 .dst = "192.0.2.1",
		 .proto = 1,
		 .payload = ECHO4,
		 .icmp_checksum = true,
		 .fragment = 0x2000},
		{.src = "192.0.2.9", .dst = "192.0.2.1", .proto = 17, .fragment = 100},
		{.src = "2001:db8::9",
		 .dst = "2001:db8::1",
		 .proto = 58,
		 .payload = ECHO6,
		 .icmp_checksum = true,
		 .first_header = 44,
		 .options = "3a00000100000007"},
		{.src = "2001:db8::9",
		 .dst = "2001:db8::1",
		 .proto = 58,
		 .payload = ECHO6,
		 .first_header = 44,
		 .options = "3a00000800000007"},
	};
	static const struct packet atomic = {.src = "2001:db8::9",
					     .dst = "2001:db8::1",
					     .proto = 58,
					     .payload = ECHO6,
					     .icmp_checksum = true,
					     .first_header = 44,
					     .options = "3a00000000000007"};
	struct host_stats stats;
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(give(&bench, &cases[i]), HOST_NOT_OWED);
	host_stats(bench.host, &stats);
	assert_int_equal(stats.fragments, 4);
	assert_int_equal(give(&bench, &atomic), HOST_SENT); /* RFC 6946: it is whole */
	assert_non_null(answer_of(&bench));
	bench_end(&bench);
}

static void a_port_that_nobody_listens_to_is_unreachable(void **state)
{
	static const struct packet udp4 = {.src = "192.0.2.9", .dst = "192.0.2.1"};
	static const struct packet udp6 = {.src = "2001:db8::9", .dst = "2001:db8:ff::1"};
	static const struct packet stub = {.src = "192.0.2.9",
					   .dst = "192.0.2.1",
					   .payload = "1234270f0008"};
	const struct ip_view *ip;
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(give(&bench, &udp4), HOST_SENT);
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0] << 8 | ip->payload[1], 0x0303);
	expect_addresses(ip, "192.0.2.1", "192.0.2.9");
	assert_int_equal(give(&bench, &udp6), HOST_SENT);
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0] << 8 | ip->payload[1], 0x0104);
	expect_addresses(ip, "2001:db8:ff::1", "2001:db8::9"); /* whom it was sent to */
	assert_int_equal(give(&bench, &stub), HOST_MALFORMED);
	bench.open_port = 9999;
	assert_int_equal(give(&bench, &udp4), HOST_CONSUMED);
	bench_end(&bench);
}

static void a_datagram_without_a_checksum_is_one_in_ipv4(void **state)
{
	static const struct packet udp = {.src = "192.0.2.9",
					  .dst = "192.0.2.1",
					  .payload = "1234270f00080000"};
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(give(&bench, &udp), HOST_SENT);
	assert_non_null(answer_of(&bench));
	bench_end(&bench);
}

static void a_protocol_that_we_do_not_speak_is_unreachable(void **state)
{
	static const struct packet tcp4 = {.src = "192.0.2.9",
					   .dst = "192.0.2.1",
					   .proto = 6,
					   .size = 20};
	static const struct packet tcp6 = {.src = "2001:db8::9",
					   .dst = "2001:db8::1",
					   .proto = 6,
					   .size = 20,
					   .first_header = 60,
					   .options = "0600010400000000"};
	static const struct packet none = {.src = "2001:db8::9", .dst = "2001:db8::1", .proto = 59};
	const struct ip_view *ip;
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(give(&bench, &tcp4), HOST_SENT);
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0] << 8 | ip->payload[1], 0x0302);
	assert_int_equal(give(&bench, &tcp6), HOST_SENT);
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0] << 8 | ip->payload[1], 0x0401);
	assert_int_equal(word_at(ip, 4), 40); /* the options' next header */
	assert_int_equal(give(&bench, &none), HOST_CONSUMED);
	bench_end(&bench);
}

/* RFC 8200 4.2: the two highest bits of a type say what becomes of it. */
static void ipv6_options_ask_themselves_for_what_happens(void **state)
{
	static const struct {
		const char *what, *dst, *options;
		uint8_t first;
		enum host_verdict verdict;
		uint16_t answer; /* type and code */
		uint32_t pointer;
	} cases[] = {
		{"padding", "2001:db8::1", "3a00010400000000", 60, HOST_SENT, 0x8100, 0},
		{"single bytes of it", "2001:db8::1", "3a00000000000000", 60, HOST_SENT, 0x8100, 0},
		{"router alert", "2001:db8::1", "3a00050200000100", 0, HOST_SENT, 0x8100, 0},
		{"unknown, skip", "2001:db8::1", "3a001e0400000000", 60, HOST_SENT, 0x8100, 0},
		{"unknown, discard", "2001:db8::1", "3a005e0400000000", 60, HOST_NOT_OWED, 0, 0},
		{"unknown, answer", "2001:db8::1", "3a00009e03000000", 60, HOST_SENT, 0x0402, 43},
		{"unknown, answer one", "2001:db8::1", "3a00de0400000000", 60, HOST_SENT, 0x0402,
		 42},
		{"the same to a group", "ff02::1", "3a00de0400000000", 60, HOST_NOT_OWED, 0, 0},
		{"answer groups too", "ff02::1", "3a009e0400000000", 60, HOST_SENT, 0x0402, 42},
		{"goes beyond its header", "2001:db8::1", "3a001e0500000000", 60, HOST_NOT_OWED, 0,
		 0},
		{"a route with somewhere to go", "2001:db8::1", "3a00000100000000", 43, HOST_SENT,
		 0x0400, 42},
		{"a route at its end", "2001:db8::1", "3a00000000000000", 43, HOST_SENT, 0x8100, 0},
		{"hop-by-hop first", "2001:db8::1", "3c000104000000003a00010400000000", 0,
		 HOST_SENT, 0x8100, 0},
		{"hop-by-hop second", "2001:db8::1", "00000104000000003a00010400000000", 60,
		 HOST_SENT, 0x0401, 40},
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet packet = {.src = "2001:db8::9",
					.dst = cases[i].dst,
					.proto = 58,
					.payload = ECHO6,
					.icmp_checksum = true,
					.options = cases[i].options,
					.first_header = cases[i].first};
		enum host_verdict verdict = give(&bench, &packet);
		const struct ip_view *ip = answer_of(&bench);

		if (verdict != cases[i].verdict || (ip != NULL) != (verdict == HOST_SENT) ||
		    (ip && (ip->payload[0] << 8 | ip->payload[1]) != cases[i].answer))
			fail_msg("%s: verdict %d", cases[i].what, verdict);
		if (ip && ip->payload[0] == 4)
			assert_int_equal(word_at(ip, 4), cases[i].pointer);
	}
	bench_end(&bench);
}

static void source_routes_are_dropped_and_other_ipv4_options_passed_over(void **state)
{
	static const struct {
		const char *options;
		enum host_verdict verdict;
	} cases[] = {
		{"94040000", HOST_SENT},               /* router alert */
		{"0101010007070400000000", HOST_SENT}, /* record route behind an end */
		{"0107070400000000", HOST_SENT},       /* and before */
		{"83070400000000", HOST_NOT_OWED},     /* loose source route */
		{"0189070400000000", HOST_NOT_OWED},   /* strict */
		{"0783070400000000", HOST_NOT_OWED},   /* longer than the header */
		{"07010000", HOST_NOT_OWED},           /* shorter than an option */
		{"01010107", HOST_NOT_OWED},           /* no room for its length */
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet packet = {.src = "192.0.2.9",
					.dst = "192.0.2.1",
					.proto = 1,
					.payload = ECHO4,
					.icmp_checksum = true,
					.options = cases[i].options};
		enum host_verdict verdict = give(&bench, &packet);

		if (verdict != cases[i].verdict)
			fail_msg("%s: verdict %d", cases[i].options, verdict);
		answer_of(&bench);
	}
	bench_end(&bench);
}

static void other_icmp_messages_are_taken_in_silence(void **state)
{
	struct bench bench;
	char payload[32];

	bench_begin(&bench, NULL);
	for (int type = 0; type < 256; type++) {
		struct packet four = {.src = "192.0.2.9",
				      .dst = "192.0.2.1",
				      .proto = 1,
				      .payload = payload,
				      .icmp_checksum = true};
		struct packet six = {.src = "2001:db8::9",
				     .dst = "2001:db8::1",
				     .proto = 58,
				     .payload = payload,
				     .icmp_checksum = true};

		snprintf(payload, sizeof(payload), "%02x00000000000000", (unsigned)type);
		if (type != 8)
			assert_int_equal(give(&bench, &four), HOST_CONSUMED);
		if (type != 128)
			assert_int_equal(give(&bench, &six), HOST_CONSUMED);
	}
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_echo_comes_back_with_all_that_was_in_it),
		cmocka_unit_test(an_echo_to_a_group_is_answered_in_ipv6_only),
		cmocka_unit_test(an_address_that_may_not_be_used_is_silent),
		cmocka_unit_test(a_link_local_address_of_somebody_else_is_not_ours),
		cmocka_unit_test(an_echo_from_nobody_in_particular_is_not_answered),
		cmocka_unit_test(we_may_ping_ourselves_and_nobody_may_in_our_name),
		cmocka_unit_test(a_wrong_checksum_is_counted_and_not_answered),
		cmocka_unit_test(echo_is_rationed_and_can_be_switched_off),
		cmocka_unit_test(fragments_for_us_are_dropped_and_counted),
		cmocka_unit_test(a_port_that_nobody_listens_to_is_unreachable),
		cmocka_unit_test(a_datagram_without_a_checksum_is_one_in_ipv4),
		cmocka_unit_test(a_protocol_that_we_do_not_speak_is_unreachable),
		cmocka_unit_test(ipv6_options_ask_themselves_for_what_happens),
		cmocka_unit_test(source_routes_are_dropped_and_other_ipv4_options_passed_over),
		cmocka_unit_test(other_icmp_messages_are_taken_in_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
