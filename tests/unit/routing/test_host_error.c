// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/packets.h"

static const struct packet far4 = {.src = "192.0.2.9", .dst = "203.0.113.77"};
static const struct packet far6 = {.src = "2001:db8::9", .dst = "2001:db8:5::77"};

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

static void each_reason_has_its_type_and_code(void **state)
{
	static const struct {
		struct host_problem problem;
		uint8_t type4, code4;
		uint32_t word4;
		uint8_t type6, code6;
		uint32_t word6;
	} cases[] = {
		{{.why = HOST_TTL}, 11, 0, 0, 3, 0, 0},
		{{.why = HOST_REASSEMBLY}, 11, 1, 0, 3, 1, 0},
		{{.why = HOST_NO_ROUTE}, 3, 0, 0, 1, 0, 0},
		{{.why = HOST_UNREACHABLE}, 3, 1, 0, 1, 3, 0},
		{{.why = HOST_PROTOCOL}, 3, 2, 0, 4, 1, 6},
		{{.why = HOST_PORT}, 3, 3, 0, 1, 4, 0},
		{{.why = HOST_TOO_BIG, .mtu = 1400}, 3, 4, 1400, 2, 0, 1400},
		{{.why = HOST_PROHIBITED}, 3, 13, 0, 1, 1, 0},
		{{.why = HOST_PARAMETER, .pointer = 20, .code = 2}, 12, 0, 20u << 24, 4, 2, 20},
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(refuse(&bench, &far4, &cases[i].problem), HOST_SENT);
		expect_answer(&bench, answer_of(&bench), cases[i].type4, cases[i].code4,
			      cases[i].word4);
		assert_int_equal(refuse(&bench, &far6, &cases[i].problem), HOST_SENT);
		expect_answer(&bench, answer_of(&bench), cases[i].type6, cases[i].code6,
			      cases[i].word6);
	}
	assert_int_equal(refuse(&bench, &far4, &(struct host_problem){.why = HOST_SCOPE}),
			 HOST_NOT_OWED);
	assert_int_equal(refuse(&bench, &far6, &(struct host_problem){.why = HOST_SCOPE}),
			 HOST_SENT);
	expect_answer(&bench, answer_of(&bench), 1, 2, 0);
	bench_end(&bench);
}

static const struct host_problem ttl = {.why = HOST_TTL};

static void an_error_quotes_the_packet_to_576_bytes_or_1280(void **state)
{
	static const struct {
		struct packet packet;
		uint32_t whole; /* of the error */
	} cases[] = {
		{{.src = "192.0.2.9", .dst = "203.0.113.77", .size = 8}, 20 + 8 + 28},
		{{.src = "192.0.2.9", .dst = "203.0.113.77", .size = 528}, 576},
		{{.src = "192.0.2.9", .dst = "203.0.113.77", .size = 529}, 576},
		{{.src = "192.0.2.9", .dst = "203.0.113.77", .size = 65000}, 576},
		{{.src = "2001:db8::9", .dst = "2001:db8:5::77", .size = 8}, 40 + 8 + 48},
		{{.src = "2001:db8::9", .dst = "2001:db8:5::77", .size = 1192}, 1280},
		{{.src = "2001:db8::9", .dst = "2001:db8:5::77", .size = 9000}, 1280},
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ip_view *ip;

		assert_int_equal(refuse(&bench, &cases[i].packet, &ttl), HOST_SENT);
		ip = answer_of(&bench);
		assert_int_equal(ip->len, cases[i].whole);
		assert_memory_equal(ip->payload + 8, bench.data, ip->payload_len - 8);
	}
	bench_end(&bench);
}

static void ipv4_errors_have_precedence_6_and_come_from_where_the_packet_came_in(void **state)
{
	const struct ip_view *ip;
	struct addr addr;
	struct bench bench;

	bench_begin(&bench, NULL);
	refuse(&bench, &far4, &ttl);
	ip = answer_of(&bench);
	addr = fake_addr("192.0.2.1");
	assert_int_equal(ip->tos, 0xc0);
	assert_int_equal(addr_compare(&ip->src, &addr), 0);
	assert_null(bench.answer->out.iface); /* along the routes */
	refuse(&bench, &far6, &ttl);
	ip = answer_of(&bench);
	addr = fake_addr("2001:db8::1");
	assert_int_equal(addr_compare(&ip->src, &addr), 0);
	bench_end(&bench);
}

static void an_interface_without_an_address_borrows_one_of_a_loopback(void **state)
{
	const struct ip_view *ip;
	struct addr addr = fake_addr("203.0.113.1");
	struct bench bench;

	bench_begin(&bench, NULL);
	bench.duplicate = true; /* so that none of eth's may be used */
	refuse(&bench, &far4, &ttl);
	ip = answer_of(&bench);
	assert_int_equal(addr_compare(&ip->src, &addr), 0);
	bench_end(&bench);
}

static void without_any_address_nothing_is_said(void **state)
{
	struct bench bench;

	bench_begin(&bench, NULL);
	fake_addresses(&bench.fake, bench.eth, "");
	fake_addresses(&bench.fake, bench.wan, "");
	fake_addresses(&bench.fake, bench.lo, "");
	assert_int_equal(refuse(&bench, &far4, &ttl), HOST_NO_SOURCE);
	assert_int_equal(refuse(&bench, &far6, &ttl), HOST_NO_SOURCE);
	bench_end(&bench);
}

static void what_has_a_link_local_sender_is_answered_on_its_wire(void **state)
{
	static const struct packet packet = {.src = "fe80::9", .dst = "2001:db8:5::77"};
	static const uint8_t mac[6] = {2, 0, 0, 0, 0xaa, 9};
	struct addr addr = fake_addr("fe80::1");
	const struct ip_view *ip;
	struct bench bench;

	bench_begin(&bench, NULL);
	assert_int_equal(refuse(&bench, &packet, &(struct host_problem){.why = HOST_SCOPE}),
			 HOST_SENT);
	ip = answer_of(&bench);
	assert_int_equal(addr_compare(&ip->src, &addr), 0);
	assert_ptr_equal(bench.answer->out.iface, bench.eth);
	assert_true(bench.answer->out.has_mac);
	assert_memory_equal(bench.answer->out.dst_mac, mac, 6);
	bench_end(&bench);
}

static void what_is_no_whole_packet_is_not_answered(void **state)
{
	static const struct packet cases[] = {
		{.src = "192.0.2.9", .dst = "203.0.113.77", .cut = 1},
		{.src = "192.0.2.9", .dst = "203.0.113.77", .cut = 10},
		{.src = "192.0.2.9", .dst = "203.0.113.77", .cut = 28},
		{.src = "192.0.2.9", .dst = "203.0.113.77", .bad_header_checksum = true},
		{.src = "2001:db8::9", .dst = "2001:db8:5::77", .cut = 1},
		{.src = "2001:db8::9",
		 .dst = "2001:db8:5::77",
		 .first_header = 0,
		 .options = "11ff000000000000"},
	};
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(refuse(&bench, &cases[i], &ttl), HOST_MALFORMED);
	bench_end(&bench);
}

static void redirects_are_off_unless_configured_and_stay_in_the_subnet(void **state)
{
	struct host_problem near = {.why = HOST_REDIRECT, .gateway = fake_addr("192.0.2.7")};
	struct host_problem far = {.why = HOST_REDIRECT, .gateway = fake_addr("198.51.100.2")};
	static const struct packet stranger = {.src = "10.0.0.9", .dst = "203.0.113.77"};
	struct host_conf conf;
	struct bench bench;

	host_conf_default(&conf);
	bench_begin(&bench, &conf);
	assert_int_equal(refuse(&bench, &far4, &near), HOST_OFF);
	conf.redirects = true;
	host_configure(bench.host, &conf);
	assert_int_equal(refuse(&bench, &far4, &near), HOST_SENT);
	expect_answer(&bench, answer_of(&bench), 5, 1, 0xc0000207);
	assert_int_equal(refuse(&bench, &far4, &far), HOST_NOT_OWED);
	assert_int_equal(refuse(&bench, &stranger, &near), HOST_NOT_OWED);
	bench_end(&bench);
}

static void ipv6_redirects_name_the_gateway_and_quote_the_packet(void **state)
{
	struct host_problem problem = {.why = HOST_REDIRECT,
				       .gateway = fake_addr("fe80::7"),
				       .has_mac = true,
				       .mac = {2, 0, 0, 0, 0xaa, 7}};
	static const uint8_t mac_option[8] = {2, 1, 2, 0, 0, 0, 0xaa, 7};
	static const struct packet big = {.src = "fe80::9", .dst = "2001:db8:5::77", .size = 2000};
	struct addr source = fake_addr("fe80::1"), dst = fake_addr(big.dst);
	struct host_conf conf;
	const struct ip_view *ip;
	struct bench bench;

	host_conf_default(&conf);
	conf.redirects = true;
	bench_begin(&bench, &conf);
	assert_int_equal(refuse(&bench, &big, &problem), HOST_SENT);
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0], 137);
	assert_int_equal(ip->ttl, 255);
	assert_int_equal(addr_compare(&ip->src, &source), 0);
	assert_memory_equal(ip->payload + 8, problem.gateway.bytes, 16);
	assert_memory_equal(ip->payload + 24, dst.bytes, 16);
	assert_memory_equal(ip->payload + 40, mac_option, 8);
	assert_int_equal(ip->payload[48], 4);
	assert_int_equal(ip->len, 1280);
	assert_int_equal(ip->payload[49] * 8, ip->payload_len - 48);
	assert_memory_equal(ip->payload + 56, bench.data, ip->payload_len - 56);
	problem.gateway = fake_addr("2001:db8::7"); /* not how a router is known */
	assert_int_equal(refuse(&bench, &big, &problem), HOST_NOT_OWED);
	bench_end(&bench);
}

/* One that waited for its next hop has no frame any more: its sender is asked for. */
static void a_redirect_goes_to_who_sent_the_frame_as_long_as_that_is_known(void **state)
{
	static const struct packet packet = {.src = "fe80::9", .dst = "2001:db8:5::77"};
	struct host_problem problem = {.why = HOST_REDIRECT, .gateway = fake_addr("fe80::7")};
	struct host_conf conf;
	struct bench bench;

	host_conf_default(&conf);
	conf.redirects = true;
	for (int known = 0; known < 2; known++) {
		bench_begin(&bench, &conf);
		struct packet_in in = make(&bench, &packet);

		if (!known)
			memset(in.src_mac, 0, sizeof(in.src_mac));
		assert_int_equal(host_error(bench.host, &in, &problem), HOST_SENT);
		assert_non_null(answer_of(&bench));
		assert_ptr_equal(bench.answer->out.iface, bench.eth);
		assert_int_equal(bench.answer->out.has_mac, known);
		bench_end(&bench);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_reason_has_its_type_and_code),
		cmocka_unit_test(an_error_quotes_the_packet_to_576_bytes_or_1280),
		cmocka_unit_test(
			ipv4_errors_have_precedence_6_and_come_from_where_the_packet_came_in),
		cmocka_unit_test(an_interface_without_an_address_borrows_one_of_a_loopback),
		cmocka_unit_test(without_any_address_nothing_is_said),
		cmocka_unit_test(what_has_a_link_local_sender_is_answered_on_its_wire),
		cmocka_unit_test(what_is_no_whole_packet_is_not_answered),
		cmocka_unit_test(redirects_are_off_unless_configured_and_stay_in_the_subnet),
		cmocka_unit_test(ipv6_redirects_name_the_gateway_and_quote_the_packet),
		cmocka_unit_test(a_redirect_goes_to_who_sent_the_frame_as_long_as_that_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
