// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/pktgen/destinations.h"

static const struct frame_header header = {
	.mac_src = {0x02, 0x57, 0, 0, 0, 1},
	.mac_dst = {0x02, 0x58, 0, 0, 0, 1},
	.ip_src = 0xc6120001,
	.ip_dst = 0xc6130001,
	.port_src = 1024,
	.port_dst = 9,
};

static char error[256];

static int load(struct destinations *d, const char *lines, uint32_t seed)
{
	char path[] = "/tmp/test-destinations-XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, lines, strlen(lines)), strlen(lines));
	close(fd);
	error[0] = '\0';
	r = destinations_load(d, path, seed, error, sizeof(error));
	unlink(path);
	return r;
}

static uint32_t folded_sum(const uint8_t *at, int n)
{
	uint32_t sum = 0;

	for (int i = 0; i < n; i += 2)
		sum += (uint32_t)at[i] << 8 | at[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* A frame as packet `number` has it. */
static const uint8_t *patched(struct destinations *d, const struct frames *frames, unsigned class,
			      uint32_t number)
{
	static uint8_t data[FRAME_SIZE_IMIX_MAX];

	memcpy(data, frames->classes[class].bytes, frames->classes[class].len);
	destinations_patch(d, class, data, number);
	return data;
}

static void prefixes_are_drawn_alike_and_the_rest_of_an_address_at_random(void **state)
{
	struct destinations d;
	uint32_t in[2] = {0}, high_bits = 0, low_bits = 0;

	assert_int_equal(load(&d, "10.1.0.0/16\n# a comment\n\n192.0.2.64/27\n", 1), 0);
	assert_int_equal(d.n_prefixes, 2);
	assert_null(d.macs);
	for (uint32_t i = 0; i < DESTINATIONS; i++) {
		uint32_t ip = __builtin_bswap32(d.ip4[i]);
		if (ip >> 16 == 0x0a01) {
			in[0]++;
			high_bits += ip >> 15 & 1;
			low_bits += ip & 1;
		} else {
			assert_int_equal(ip >> 5, 0xc0000240 >> 5);
			in[1]++;
		}
	}
	assert_in_range(in[0], DESTINATIONS / 2 - 5000, DESTINATIONS / 2 + 5000);
	assert_in_range(high_bits, in[0] / 2 - 5000, in[0] / 2 + 5000);
	assert_in_range(low_bits, in[0] / 2 - 5000, in[0] / 2 + 5000);
	destinations_fini(&d);
}

static void the_same_seed_draws_the_same(void **state)
{
	struct destinations a, b, other;

	assert_int_equal(load(&a, "0.0.0.0/0\n", 7), 0);
	assert_int_equal(load(&b, "0.0.0.0/0\n", 7), 0);
	assert_int_equal(load(&other, "0.0.0.0/0\n", 8), 0);
	assert_memory_equal(a.ip4, b.ip4, DESTINATIONS * sizeof(*a.ip4));
	assert_memory_not_equal(a.ip4, other.ip4, DESTINATIONS * sizeof(*a.ip4));
	destinations_fini(&a);
	destinations_fini(&b);
	destinations_fini(&other);
}

static void frames_of_each_size_have_a_sound_ipv4_header(void **state)
{
	struct destinations d;
	struct frames frames;

	assert_int_equal(load(&d, "0.0.0.0/0\n", 1), 0);
	assert_int_equal(frames_build(&frames, &header, 0), 0);
	assert_int_equal(destinations_join(&d, &frames), 0);
	for (uint32_t number = 0; number < 3000; number++) {
		const uint8_t *ip = patched(&d, &frames, number % 3, number) + 14;
		assert_int_equal(folded_sum(ip, 20), 0xffff);
		assert_memory_equal(ip + 16, &d.ip4[number], 4);
		assert_memory_equal(ip + 12, "\xc6\x12\x00\x01", 4);
	}
	frames_fini(&frames);
	destinations_fini(&d);
}

static void after_the_last_destination_the_first_comes_again(void **state)
{
	struct destinations d;
	struct frames frames;

	assert_int_equal(load(&d, "0.0.0.0/0\n", 1), 0);
	assert_int_equal(frames_build(&frames, &header, 64), 0);
	assert_int_equal(destinations_join(&d, &frames), 0);
	assert_memory_equal(patched(&d, &frames, 0, DESTINATIONS + 5) + 30, &d.ip4[5], 4);
	frames_fini(&frames);
	destinations_fini(&d);
}

static void ipv6_prefixes_make_ipv6_frames(void **state)
{
	struct destinations d;
	struct frames frames;

	assert_int_equal(load(&d, "2001:db8:8000::/33\n", 1), 0);
	assert_null(d.ip4);
	assert_int_equal(frames_build(&frames, &header, 80), 0);
	assert_int_equal(destinations_join(&d, &frames), 0);
	const uint8_t *data = patched(&d, &frames, 0, 3);
	assert_memory_equal(data + 12, "\x86\xdd\x60\x00\x00\x00\x00\x16\x11\x40", 10);
	assert_memory_equal(data + 22, "\x20\x01\x00\x02\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	assert_memory_equal(data + 38, "\x20\x01\x0d\xb8", 4);
	assert_true(data[42] & 0x80);
	assert_memory_equal(data + 38, d.ip6[3], 16);
	assert_memory_equal(data + 54, "\x04\x00\x00\x09\x00\x16\x00\x00", 8); /* UDP */
	frames_fini(&frames);
	assert_int_equal(frames_build(&frames, &header, 79), 0);
	assert_int_equal(destinations_join(&d, &frames), -EINVAL);
	frames_fini(&frames);
	destinations_fini(&d);
}

static void as_much_of_a_mac_address_counts_as_the_file_says(void **state)
{
	static const struct {
		const char *line;
		uint8_t mac[6];
		bool right;
	} cases[] = {
		{"0.0.0.0/0 02:58:00:00:00:08", {0x02, 0x58, 0, 0, 0, 8}, true},
		{"0.0.0.0/0 02:58:00:00:00:08", {0x02, 0x58, 0, 0, 0, 9}, false},
		{"0.0.0.0/0 02:58:00:00:00:08/45", {0x02, 0x58, 0, 0, 0, 15}, true},
		{"0.0.0.0/0 02:58:00:00:00:08/45", {0x02, 0x58, 0, 0, 0, 16}, false},
		{"0.0.0.0/0 02:58:00:00:00:08/45", {0x02, 0x58, 0, 0, 0, 7}, false},
		{"0.0.0.0/0 02:58:80:00:00:08/17", {0x02, 0x58, 0xff, 1, 2, 3}, true},
		{"0.0.0.0/0 02:58:80:00:00:08/17", {0x02, 0x58, 0x7f, 1, 2, 3}, false},
	};
	struct destinations d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t frame[60] = {0};
		assert_int_equal(load(&d, cases[i].line, 1), 0);
		memcpy(frame, cases[i].mac, 6);
		assert_int_equal(destinations_is_right(&d, frame, 5), cases[i].right);
		destinations_fini(&d);
	}
}

static void lines_that_say_nothing_sound_are_told_with_their_number(void **state)
{
	static const struct {
		const char *lines, *says;
	} cases[] = {
		{"", "no prefix in it"},
		{"# nothing\n", "no prefix in it"},
		{"10.0.0.0/8\n10.0.0.0/33\n", "line 2: expected a prefix"},
		{"10.0.0/8\n", "line 1: expected a prefix"},
		{"10.0.0.0/-1\n", "line 1: expected a prefix"},
		{"2001:db8::/129\n", "line 1: expected a prefix"},
		{"10.0.0.1/8\n", "line 1: the address has bits beyond"},
		{"2001:db8::1/64\n", "line 1: the address has bits beyond"},
		{"10.0.0.0/8\n2001:db8::/32\n", "line 2: the lines above are of the other family"},
		{"10.0.0.0/8 02:00\n", "line 1: expected a MAC address"},
		{"10.0.0.0/8 02:58:00:00:00:08/15\n", "line 1: expected a MAC address"},
		{"10.0.0.0/8 02:58:00:00:00:08/49\n", "line 1: expected a MAC address"},
		{"10.0.0.0/8\n11.0.0.0/8 02:58:00:00:00:08\n", "line 2: either each line"},
		{"10.0.0.0/8 02:58:00:00:00:08\n11.0.0.0/8\n", "line 2: either each line"},
		{"10.0.0.0/8 02:58:00:00:00:08 x\n", "line 1: expected a prefix and perhaps"},
	};
	struct destinations d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(load(&d, cases[i].lines, 1), -EINVAL);
		if (!strstr(error, cases[i].says))
			fail_msg("%s: %s", cases[i].lines, error);
	}
	assert_int_equal(destinations_load(&d, "/nonexistent", 1, error, sizeof(error)), -ENOENT);
	assert_string_equal(error, "--dst-prefixes /nonexistent: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_are_drawn_alike_and_the_rest_of_an_address_at_random),
		cmocka_unit_test(the_same_seed_draws_the_same),
		cmocka_unit_test(frames_of_each_size_have_a_sound_ipv4_header),
		cmocka_unit_test(after_the_last_destination_the_first_comes_again),
		cmocka_unit_test(ipv6_prefixes_make_ipv6_frames),
		cmocka_unit_test(as_much_of_a_mac_address_counts_as_the_file_says),
		cmocka_unit_test(lines_that_say_nothing_sound_are_told_with_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
