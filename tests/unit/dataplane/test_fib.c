// SPDX-License-Identifier: BSD-3-Clause
/* The FIB's cases, and random tables against the oracle. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dataplane/buddy.h"
#include "dataplane/fib_trie.h"
#include "dataplane/retire.h"
#include "tests/unit/dataplane/fib_oracle.h"

static int set_text(const char *text, uint8_t length, uint32_t group)
{
	uint8_t bytes[16];

	oracle_parse(text, bytes);
	return fib_set(oracle.fib, bytes, length, group);
}

static uint32_t find_text(const char *text)
{
	uint8_t bytes[16];

	oracle_parse(text, bytes);
	return fib_find(oracle.fib, bytes);
}

static void an_empty_table_has_nothing(void **state)
{
	oracle_begin(FIB_IP4);
	assert_int_equal(find_text("0.0.0.0"), FIB_NONE);
	assert_int_equal(find_text("255.255.255.255"), FIB_NONE);
	assert_int_equal(fib_prefixes(oracle.fib), 0);
	oracle_end();
	oracle_begin(FIB_IP6);
	assert_int_equal(find_text("::"), FIB_NONE);
	assert_int_equal(find_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), FIB_NONE);
	oracle_end();
}

static void every_length_of_ipv4_is_found_up_to_its_borders(void **state)
{
	for (int length = 0; length <= 32; length++) {
		uint32_t net = length ? 0xc0a86d6d & ~0U << (32 - length) : 0;
		uint32_t last = net | (length < 32 ? ~0U >> length : 0);
		uint8_t bytes[16] = {net >> 24, net >> 16, net >> 8, net};
		uint32_t probes[4] = {htonl(net), htonl(last), htonl(net - 1), htonl(last + 1)};

		oracle_begin(FIB_IP4);
		assert_int_equal(fib_set(oracle.fib, bytes, length, 7), 0);
		for (int i = 0; i < 4; i++)
			assert_int_equal(fib_find(oracle.fib, (uint8_t *)&probes[i]),
					 i < 2 || !length ? 7 : FIB_NONE);
		fib_del(oracle.fib, bytes, length, FIB_NONE);
		assert_int_equal(fib_find(oracle.fib, bytes), FIB_NONE);
		assert_int_equal(fib_prefixes(oracle.fib), 0);
		oracle_end();
	}
}

static void every_length_of_ipv6_is_found_up_to_its_borders(void **state)
{
	for (int length = 0; length <= 128; length++) {
		uint8_t first[16], last[16], outside[16];

		oracle_parse("2001:db8:a5a5:5a5a:c3c3:3c3c:9696:6969", first);
		oracle_cut(first, length);
		memcpy(last, first, 16);
		for (int bit = length; bit < 128; bit++)
			last[bit / 8] |= 0x80 >> bit % 8;
		memcpy(outside, first, 16);
		if (length)
			outside[(length - 1) / 8] ^= 0x80 >> (length - 1) % 8;
		oracle_begin(FIB_IP6);
		assert_int_equal(fib_set(oracle.fib, first, length, 7), 0);
		assert_int_equal(fib_find(oracle.fib, first), 7);
		assert_int_equal(fib_find(oracle.fib, last), 7);
		if (length)
			assert_int_equal(fib_find(oracle.fib, outside), FIB_NONE);
		fib_del(oracle.fib, first, length, FIB_NONE);
		assert_int_equal(fib_find(oracle.fib, first), FIB_NONE);
		oracle_end();
	}
}

static void the_longest_prefix_wins(void **state)
{
	oracle_begin(FIB_IP4);
	assert_int_equal(set_text("0.0.0.0", 0, 1), 0);
	assert_int_equal(set_text("10.0.0.0", 8, 2), 0);
	assert_int_equal(set_text("10.1.0.0", 16, 3), 0);
	assert_int_equal(set_text("10.1.2.0", 24, 4), 0);
	assert_int_equal(set_text("10.1.2.128", 25, 5), 0);
	assert_int_equal(set_text("10.1.2.129", 32, 6), 0);
	assert_int_equal(find_text("9.255.255.255"), 1);
	assert_int_equal(find_text("10.0.255.255"), 2);
	assert_int_equal(find_text("10.1.1.255"), 3);
	assert_int_equal(find_text("10.1.2.127"), 4);
	assert_int_equal(find_text("10.1.2.128"), 5);
	assert_int_equal(find_text("10.1.2.129"), 6);
	assert_int_equal(find_text("10.1.2.130"), 5);
	assert_int_equal(find_text("10.1.3.0"), 3);
	assert_int_equal(find_text("11.0.0.0"), 1);
	assert_int_equal(fib_prefixes(oracle.fib), 6);
	oracle_end();
}

static void a_prefix_that_is_set_again_is_replaced(void **state)
{
	oracle_begin(FIB_IP4);
	for (uint8_t length = 0; length <= 32; length += 4) {
		uint8_t bytes[16] = {0};

		assert_int_equal(fib_set(oracle.fib, bytes, length, 100 + length), 0);
		assert_int_equal(fib_set(oracle.fib, bytes, length, 200 + length), 0);
		assert_int_equal(fib_find(oracle.fib, bytes), 200 + length);
	}
	assert_int_equal(fib_prefixes(oracle.fib), 9);
	oracle_end();
}

static void what_is_no_prefix_is_refused(void **state)
{
	oracle_begin(FIB_IP4);
	assert_int_equal(set_text("10.0.0.1", 31, 1), -EINVAL);
	assert_int_equal(set_text("128.0.0.0", 0, 1), -EINVAL);
	assert_int_equal(set_text("10.1.0.0", 15, 1), -EINVAL);
	assert_int_equal(set_text("10.0.0.0", 33, 1), -EINVAL);
	assert_int_equal(set_text("10.0.0.0", 8, FIB_NONE), -EINVAL);
	assert_int_equal(set_text("10.0.0.0", 8, FIB_GROUP_MAX), -EINVAL);
	assert_int_equal(fib_prefixes(oracle.fib), 0);
	oracle_end();
	oracle_begin(FIB_IP6);
	assert_int_equal(set_text("2001:db8::1", 127, 1), -EINVAL);
	assert_int_equal(set_text("2001:db8:0:0:1::", 64, 1), -EINVAL);
	assert_int_equal(set_text("2001:db8::", 28, 1), -EINVAL);
	assert_int_equal(set_text("2001:db8::", 129, 1), -EINVAL);
	assert_int_equal(set_text("2001:db8::", 32, FIB_GROUP_MAX - 1), 0);
	assert_int_equal(find_text("2001:db8::"), FIB_GROUP_MAX - 1);
	oracle_end();
}

static void a_prefix_that_is_not_there_is_not_taken_out(void **state)
{
	uint8_t bytes[16];

	oracle_begin(FIB_IP6);
	assert_int_equal(set_text("2001:db8::", 32, 1), 0);
	assert_int_equal(set_text("2001:db8:1::", 48, 2), 0);
	oracle_parse("2001:db8::", bytes);
	for (int length = 0; length <= 128; length++)
		if (length != 32 && length >= 29)
			fib_del(oracle.fib, bytes, length, FIB_NONE);
	oracle_parse("2001:db8:2::", bytes);
	fib_del(oracle.fib, bytes, 48, 1);
	assert_int_equal(fib_prefixes(oracle.fib), 2);
	assert_int_equal(find_text("2001:db8:1::1"), 2);
	assert_int_equal(find_text("2001:db8:2::1"), 1);
	oracle_end();
}

/* --- random tables --- */

static void last_of(uint8_t *bytes, uint8_t length)
{
	for (int i = length / 8; i < 16; i++)
		bytes[i] |= length > 8 * i ? 0xff >> (length - 8 * i) : 0xff;
}

static bool short_of_memory;
static uint32_t n_refused; /* in all */

static void step(const struct shape *s, bool grows)
{
	uint8_t bytes[16], probe[16], length;

	oracle_draw(s, bytes, &length);
	oracle_draw(s, probe, &(uint8_t){0});
	oracle_cut(bytes, length);
	if (oracle.may_refuse)
		buddy_limit(buddy_used() + (rand() % 4 ? rand() % 1000 : 1 << 20));
	if (oracle.n < s->n_max && rand() % 8 < (grows ? 7 : 1))
		oracle_set(bytes, length, 1 + rand() % 50);
	else if (oracle.n)
		oracle_del(rand() % oracle.n);
	assert_int_equal(fib_prefixes(oracle.fib), oracle.n);
	oracle_check(probe);
	oracle_check(bytes);
	last_of(bytes, length);
	oracle_check(bytes);
}

static void run_shape(const struct shape *s)
{
	unsigned seed = time(NULL) ^ rand();

	print_message("%s /%d-%d: seed %u\n", s->base, s->min, s->max, seed);
	srand(seed);
	oracle_begin(s->family);
	oracle.may_refuse = short_of_memory;
	/* The table fills, empties, and fills again. */
	for (uint32_t i = 0; i < s->steps; i++) {
		step(s, i / (s->steps / 4) % 2 == 0);
		if (i % 1000 == 999)
			retire_sweep();
	}
	buddy_limit(short_of_memory ? buddy_used() : UINT64_MAX);
	while (oracle.n) {
		uint8_t probe[16];

		oracle_del(rand() % oracle.n);
		oracle_draw(s, probe, &(uint8_t){0});
		oracle_check(probe);
	}
	assert_int_equal(fib_prefixes(oracle.fib), 0);
	buddy_limit(UINT64_MAX);
	n_refused += oracle.n_refused;
	oracle_end();
}

static void random_tables_equal_the_set(void **state)
{
	static const struct shape shapes[] = {
		{FIB_IP4, "10.0.0.0", 0, 32, 4, 300, 20000},
		{FIB_IP4, "10.0.0.0", 0, 32, 1, 300, 20000},
		{FIB_IP4, "10.1.2.0", 16, 32, 2, 400, 20000},
		{FIB_IP4, "10.1.2.0", 24, 32, 4, 400, 20000},
		{FIB_IP6, "2001:db8::", 0, 128, 1, 300, 20000},
		{FIB_IP6, "2001:db8::", 0, 128, 4, 300, 20000},
		{FIB_IP6, "2001:db8:1:2::", 56, 72, 2, 300, 20000},
		{FIB_IP6, "2001:db8:1:2:0:ff:fe00:0", 64, 128, 1, 300, 20000},
		{FIB_IP6, "fe80::", 9, 24, 4, 300, 20000},
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		run_shape(&shapes[i]);
}

/* How many bits the array behind a word of the root has. */
static unsigned bits_at(uint8_t first)
{
	uint64_t word = atomic_load(&oracle.fib->root[first]);

	return fib_word_kind(word) == FIB_ARRAY ? fib_word_bits(word) : 0;
}

static void set_counted(uint32_t n, uint32_t group)
{
	uint8_t bytes[16] = {10, n >> 12, n >> 4, n << 4};

	oracle_set(bytes, 28, group);
}

/* Of the /28s of 10.0.0.0/8, to and fro: 65,536 words and back to none. */
static void arrays_grow_to_sixteen_bits_and_vanish_again(void **state)
{
	enum { ALL = 1 << 15 };
	unsigned seen = 0;

	oracle_begin(FIB_IP4);
	for (uint32_t i = 0; i < ALL; i++) {
		uint32_t n = i * 2654435761U % ALL * 32;

		set_counted(n, 7);
		set_counted(n + 1, 8);
		if (bits_at(10) != seen && bits_at(10) > 4) {
			seen = bits_at(10);
			for (uint32_t k = 0; k < oracle.n; k += 97)
				oracle_check(oracle.list[k]->bytes);
		}
	}
	assert_int_equal(seen, 16);
	while (oracle.n) {
		uint8_t probe[16];

		memcpy(probe, oracle.list[oracle.n / 2]->bytes, 16);
		oracle_del(oracle.n / 2);
		oracle_check(probe);
	}
	assert_int_equal(bits_at(10), 0);
	assert_int_equal(fib_prefixes(oracle.fib), 0);
	oracle_end();
}

static void large_random_tables_equal_the_set(void **state)
{
	static const struct shape shapes[] = {
		{FIB_IP4, "10.0.0.0", 9, 28, 4, 60000, 120000},
		{FIB_IP6, "2001::", 9, 44, 4, 60000, 120000},
		{FIB_IP6, "2001:db8::", 30, 48, 4, 60000, 60000},
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		run_shape(&shapes[i]);
}

/* What cannot be added is refused and changes nothing; what goes, goes all the same. */
static void without_memory_nothing_is_lost_and_everything_can_be_taken_out(void **state)
{
	static const struct shape shapes[] = {
		{FIB_IP4, "10.0.0.0", 9, 32, 2, 4000, 40000},
		{FIB_IP6, "2001:db8::", 20, 128, 1, 4000, 40000},
		{FIB_IP6, "2001:db8::", 20, 48, 3, 8000, 40000},
	};

	short_of_memory = true;
	n_refused = 0;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		run_shape(&shapes[i]);
	short_of_memory = false;
	print_message("%u refused\n", n_refused);
	assert_true(n_refused > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_has_nothing),
		cmocka_unit_test(every_length_of_ipv4_is_found_up_to_its_borders),
		cmocka_unit_test(every_length_of_ipv6_is_found_up_to_its_borders),
		cmocka_unit_test(the_longest_prefix_wins),
		cmocka_unit_test(a_prefix_that_is_set_again_is_replaced),
		cmocka_unit_test(what_is_no_prefix_is_refused),
		cmocka_unit_test(a_prefix_that_is_not_there_is_not_taken_out),
		cmocka_unit_test(random_tables_equal_the_set),
		cmocka_unit_test(arrays_grow_to_sixteen_bits_and_vanish_again),
		cmocka_unit_test(large_random_tables_equal_the_set),
		cmocka_unit_test(without_memory_nothing_is_lost_and_everything_can_be_taken_out),
	};
	unsigned seed = time(NULL);

	srand(seed);
	print_message("seed %u\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
