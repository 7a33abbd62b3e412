// SPDX-License-Identifier: BSD-3-Clause
/* Fragments for us become packets, and long packets of ours become fragments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"
#include "tests/unit/routing/packets.h"

#define ECHO4 "0800000012340001"
#define ECHO6 "8000000012340001"

static const struct packet echo4 = {.src = "192.0.2.9",
				    .dst = "192.0.2.1",
				    .proto = 1,
				    .payload = ECHO4,
				    .size = 4000,
				    .icmp_checksum = true};
static const struct packet echo6 = {.src = "2001:db8::9",
				    .dst = "2001:db8::1",
				    .proto = 58,
				    .payload = ECHO6,
				    .size = 4000,
				    .icmp_checksum = true};

/* A packet that is cut by hand. */
struct cut {
	struct packet_in in;
	uint8_t whole[PACKET_MAX], piece[PACKET_MAX];
	uint32_t header, len, id;
};

static void cut(struct cut *cut, struct bench *bench, const struct packet *packet, uint32_t id)
{
	cut->in = make(bench, packet);
	memcpy(cut->whole, bench->data, bench->len);
	for (uint32_t i = 0; i + 8 < bench->len - 48; i++) /* nothing is like its neighbours */
		cut->whole[48 + 8 + i] = (uint8_t)(i * 7 + i / 256);
	cut->header = cut->in.ether_type == 0x0800 ? 20 : 40;
	cut->len = bench->len - cut->header;
	cut->id = id;
}

/* What lies from one byte of its payload up to another, as a fragment. */
static struct packet_in *piece(struct cut *cut, uint32_t from, uint32_t to)
{
	uint8_t *out = cut->piece;
	bool more = to < cut->len, is4 = cut->header == 20;

	memcpy(out, cut->whole, cut->header);
	if (is4) {
		store_be16(out + 2, (uint16_t)(20 + to - from));
		store_be16(out + 4, (uint16_t)cut->id);
		store_be16(out + 6, (uint16_t)(from / 8 | (more ? 0x2000 : 0)));
		store_be16(out + 10, 0);
		store_be16(out + 10, checksum_finish(checksum_add(0, out, 20)));
		memcpy(out + 20, cut->whole + 20 + from, to - from);
		cut->in.len = 20 + to - from;
	} else {
		store_be16(out + 4, (uint16_t)(8 + to - from));
		out[40] = out[6];
		out[6] = 44;
		out[41] = 0;
		store_be16(out + 42, (uint16_t)(from | more));
		store_be32(out + 44, cut->id);
		memcpy(out + 48, cut->whole + 40 + from, to - from);
		cut->in.len = 48 + to - from;
	}
	cut->in.data = out;
	return &cut->in;
}

static bool give(struct bench *bench, struct cut *cut, uint32_t from, uint32_t to)
{
	return host_assemble(bench->host, piece(cut, from, to));
}

static void expect_whole(const struct cut *cut)
{
	const uint8_t *got = cut->in.data;
	uint32_t skip = cut->header == 20 ? 12 : 8;

	assert_int_equal(cut->in.len, cut->header + cut->len);
	assert_memory_equal(got + skip, cut->whole + skip, cut->header - skip);
	assert_int_equal(got[cut->header == 20 ? 9 : 6], cut->whole[cut->header == 20 ? 9 : 6]);
	assert_memory_equal(got + cut->header, cut->whole + cut->header, cut->len);
	if (cut->header == 20)
		assert_int_equal(checksum_finish(checksum_add(0, got, 20)), 0);
}

static void fragments_in_any_order_are_the_packet_again(void **state)
{
	static const struct packet *const packets[] = {&echo4, &echo6};
	static const uint8_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
	static struct cut it;
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t p = 0; p < 2; p++)
		for (size_t o = 0; o < 4; o++) {
			cut(&it, &bench, packets[p], 77);
			for (int i = 0; i < 4; i++) {
				uint32_t at = orders[o][i] * 1000U;

				assert_int_equal(give(&bench, &it, at, at + 1000), i == 3);
			}
			expect_whole(&it);
		}
	bench_end(&bench);
}

static void a_packet_that_is_whole_is_left_alone(void **state)
{
	struct bench bench;
	struct packet_in in;

	bench_begin(&bench, NULL);
	in = make(&bench, &echo4);
	assert_true(host_assemble(bench.host, &in));
	assert_ptr_equal(in.data, bench.data);
	bench_end(&bench);
}

static void a_long_echo_comes_in_pieces_and_goes_back_in_pieces(void **state)
{
	static struct cut it;
	const struct ip_view *answer;
	struct bench bench;
	struct fake_sent *sent;
	uint32_t bytes = 0;
	struct ip_view ip;

	bench_begin(&bench, NULL);
	cut(&it, &bench, &echo4, 1);
	memcpy(it.whole, bench.data, bench.len); /* its checksum is that of its own bytes */
	assert_false(give(&bench, &it, 0, 2000));
	assert_true(give(&bench, &it, 2000, 4000));
	assert_int_equal(host_input(bench.host, &it.in), HOST_SENT);
	answer = answer_of(&bench); /* IPv4's is cut by who forwards it */
	assert_int_equal(answer->payload_len, 4000);

	cut(&it, &bench, &echo6, 1);
	memcpy(it.whole, bench.data, bench.len);
	assert_false(give(&bench, &it, 0, 2000));
	assert_true(give(&bench, &it, 2000, 4000));
	assert_int_equal(host_input(bench.host, &it.in), HOST_SENT);
	while ((sent = fake_take(&bench.fake)) != NULL) {
		assert_true(sent->out.len <= 1500);
		assert_int_equal(ip_read(sent->data, sent->out.len, false, &ip), 0);
		assert_int_equal(ip.fragment_offset, bytes);
		bytes += sent->out.len - 48;
		assert_int_equal(ip.more_fragments, bytes < 4000);
		free(sent);
	}
	assert_int_equal(bytes, 4000);
	bench_end(&bench);
}

static void packets_are_told_apart(void **state)
{
	static const struct packet other = {
		.src = "192.0.2.8", .dst = "192.0.2.1", .proto = 1, .payload = ECHO4, .size = 4000};
	static const struct packet udp = {.src = "192.0.2.9",
					  .dst = "192.0.2.1",
					  .payload = ECHO4,
					  .size = 4000};
	static struct cut a, b, c, d;
	struct bench bench;

	bench_begin(&bench, NULL);
	cut(&a, &bench, &echo4, 1);
	cut(&b, &bench, &echo4, 2);
	cut(&c, &bench, &other, 1);
	cut(&d, &bench, &udp, 1);
	assert_false(give(&bench, &a, 0, 2000));
	assert_false(give(&bench, &b, 2000, 4000));
	assert_false(give(&bench, &c, 2000, 4000));
	assert_false(give(&bench, &d, 2000, 4000));
	assert_true(give(&bench, &a, 2000, 4000));
	expect_whole(&a);
	assert_true(give(&bench, &b, 0, 2000));
	assert_true(give(&bench, &c, 0, 2000));
	assert_true(give(&bench, &d, 0, 2000));
	bench_end(&bench);
}

/* RFC 5722, and what else makes no sense: the packet is given up, and its rest completes nothing.
 */
static void what_overlaps_or_contradicts_is_given_up(void **state)
{
	static const struct {
		const char *what;
		uint32_t first[2], second[2];
	} cases[] = {
		{"the same twice", {0, 2000}, {0, 2000}},
		{"an end over a beginning", {0, 2000}, {1992, 4000}},
		{"a beginning over an end", {2000, 4000}, {0, 2008}},
		{"one within another", {0, 2000}, {800, 1600}},
		{"one around another", {800, 1600}, {0, 2000}},
	};
	static struct cut it;
	struct bench bench;

	bench_begin(&bench, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cut(&it, &bench, &echo6, (uint32_t)i);
		assert_false(give(&bench, &it, cases[i].first[0], cases[i].first[1]));
		assert_false(give(&bench, &it, cases[i].second[0], cases[i].second[1]));
		assert_int_equal(fake_timers(&bench.fake), 0);
	}
	/* two ends, and something behind the end */
	cut(&it, &bench, &echo6, 100);
	assert_false(give(&bench, &it, 2000, 4000));
	it.len = 3000;
	assert_false(give(&bench, &it, 1000, 3000));
	assert_int_equal(fake_timers(&bench.fake), 0);
	assert_false(give(&bench, &it, 1000, 3000));
	it.len = 4000;
	assert_false(give(&bench, &it, 3000, 3008));
	assert_int_equal(fake_timers(&bench.fake), 0);
	bench_end(&bench);
}

static void no_packet_becomes_longer_than_a_packet_can_be(void **state)
{
	static struct cut it;
	struct bench bench;

	bench_begin(&bench, NULL);
	cut(&it, &bench, &echo4, 1);
	assert_false(give(&bench, &it, 0, 2000));
	piece(&it, 2000, 4000);
	store_be16(it.piece + 6, 65528 / 8); /* the last one, and beyond 65535 */
	store_be16(it.piece + 10, 0);
	store_be16(it.piece + 10, checksum_finish(checksum_add(0, it.piece, 20)));
	assert_false(host_assemble(bench.host, &it.in));
	fake_run(&bench.fake, SPAN_S(61));
	assert_non_null(answer_of(&bench)); /* what was sound of it is told of as ever */
	bench_end(&bench);
}

/* RFC 8200 4.5: all but the last have a multiple of 8 bytes. */
static void a_piece_of_an_odd_length_is_refused(void **state)
{
	static struct cut it;
	const struct ip_view *ip;
	struct bench bench;

	bench_begin(&bench, NULL);
	cut(&it, &bench, &echo6, 1);
	assert_false(give(&bench, &it, 0, 1001));
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0] << 8 | ip->payload[1], 0x0400);
	assert_int_equal(word_at(ip, 4), 4); /* the length of the payload */
	cut(&it, &bench, &echo4, 1);
	assert_false(give(&bench, &it, 0, 1001));
	assert_int_equal(fake_timers(&bench.fake), 0);
	bench_end(&bench);
}

static void who_sent_half_a_packet_is_told_after_a_minute(void **state)
{
	static struct cut it;
	const struct ip_view *ip;
	struct bench bench;

	bench_begin(&bench, NULL);
	cut(&it, &bench, &echo4, 1);
	assert_false(give(&bench, &it, 0, 2000));
	fake_run(&bench.fake, SPAN_S(59));
	assert_null(answer_of(&bench));
	fake_run(&bench.fake, SPAN_S(2));
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0] << 8 | ip->payload[1], 0x0b01);
	cut(&it, &bench, &echo6, 2);
	assert_false(give(&bench, &it, 0, 2000));
	fake_run(&bench.fake, SPAN_S(61));
	ip = answer_of(&bench);
	assert_int_equal(ip->payload[0] << 8 | ip->payload[1], 0x0301);
	assert_true(ip->len <= 1280);
	/* nobody, where the first one is missing */
	assert_false(give(&bench, &it, 2000, 4000));
	fake_run(&bench.fake, SPAN_S(61));
	assert_null(answer_of(&bench));
	assert_int_equal(fake_timers(&bench.fake), 0);
	bench_end(&bench);
}

static void who_never_completes_anything_does_not_hinder_others(void **state)
{
	static const struct packet good = {.src = "198.51.100.9",
					   .dst = "192.0.2.1",
					   .proto = 1,
					   .payload = ECHO4,
					   .size = 4000};
	static struct cut evil, it;
	struct bench bench;

	bench_begin(&bench, NULL);
	cut(&it, &bench, &good, 1);
	assert_false(give(&bench, &it, 0, 2000));
	for (uint32_t id = 1; id <= 10000; id++) {
		cut(&evil, &bench, &echo4, id);
		assert_false(give(&bench, &evil, 1000, 2000));
	}
	assert_int_equal(fake_timers(&bench.fake), 1 + 16);
	assert_true(give(&bench, &it, 2000, 4000));
	expect_whole(&it);
	bench_end(&bench);
}

static void all_together_have_a_bound(void **state)
{
	static struct cut evil;
	struct packet packet = echo4;
	char src[32];
	struct bench bench;

	bench_begin(&bench, NULL);
	packet.size = 64000;
	packet.src = src;
	for (uint32_t i = 0; i < 200;
	     i++) { /* from as many networks, and near the end: much room */
		snprintf(src, sizeof(src), "10.1.%u.1", i);
		cut(&evil, &bench, &packet, i);
		assert_false(give(&bench, &evil, 60000, 61000));
	}
	assert_true(fake_timers(&bench.fake) <= 17); /* of 61 kB: a megabyte, and one more */
	bench_end(&bench);
}

static void an_interface_that_goes_takes_its_fragments_along(void **state)
{
	static struct cut it;
	struct bench bench;

	bench_begin(&bench, NULL);
	cut(&it, &bench, &echo4, 1);
	assert_false(give(&bench, &it, 0, 2000));
	host_iface_gone(bench.host, bench.eth);
	assert_int_equal(fake_timers(&bench.fake), 0);
	bench_end(&bench);
}

/* Cut at random, sent in a random order. */
static void random_cuts_come_together(void **state)
{
	static struct cut it;
	struct bench bench;
	uint64_t seed = 1;

	bench_begin(&bench, NULL);
	for (uint32_t round = 0; round < 500; round++) {
		uint32_t bounds[32] = {0}, n = 0, order[32];

		cut(&it, &bench, round % 2 ? &echo4 : &echo6, round);
		while (n < 20 && bounds[n] < it.len) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			bounds[n + 1] = bounds[n] + 8 * (1 + (uint32_t)(seed >> 40) % 60);
			n++;
		}
		bounds[n] = it.len;
		for (uint32_t i = 0; i < n; i++)
			order[i] = i;
		for (uint32_t i = n - 1; i > 0; i--) {
			uint32_t j, was = order[i];

			seed = seed * 6364136223846793005 + 1442695040888963407;
			j = (uint32_t)(seed >> 40) % (i + 1);
			order[i] = order[j];
			order[j] = was;
		}
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(give(&bench, &it, bounds[order[i]], bounds[order[i] + 1]),
					 i == n - 1);
		expect_whole(&it);
	}
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragments_in_any_order_are_the_packet_again),
		cmocka_unit_test(a_packet_that_is_whole_is_left_alone),
		cmocka_unit_test(a_long_echo_comes_in_pieces_and_goes_back_in_pieces),
		cmocka_unit_test(packets_are_told_apart),
		cmocka_unit_test(what_overlaps_or_contradicts_is_given_up),
		cmocka_unit_test(no_packet_becomes_longer_than_a_packet_can_be),
		cmocka_unit_test(a_piece_of_an_odd_length_is_refused),
		cmocka_unit_test(who_sent_half_a_packet_is_told_after_a_minute),
		cmocka_unit_test(who_never_completes_anything_does_not_hinder_others),
		cmocka_unit_test(all_together_have_a_bound),
		cmocka_unit_test(an_interface_that_goes_takes_its_fragments_along),
		cmocka_unit_test(random_cuts_come_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
