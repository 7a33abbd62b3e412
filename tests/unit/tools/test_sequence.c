// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/pktgen/sequence.h"

#define END        UINT32_MAX /* of a list of numbers */
#define MODEL_SIZE 200000

static struct sequence s;

struct row {
	const char *shows;
	uint32_t numbers[12];
	uint64_t sent;
	uint64_t lost, duplicates, reordered, displaced;
};

static const struct row rows[] = {
	{"all in order", {0, 1, 2, 3, END}, 4, 0, 0, 0, 0},
	{"none came", {END}, 7, 7, 0, 0, 0},
	{"one lost in the middle", {0, 1, 3, 4, END}, 5, 1, 0, 0, 0},
	{"the first lost", {1, 2, END}, 3, 1, 0, 0, 0},
	{"the last lost", {0, 1, END}, 4, 2, 0, 0, 0},
	{"two change places", {0, 2, 1, 3, END}, 4, 0, 0, 1, 2},
	{"one far behind", {0, 2, 3, 4, 5, 1, END}, 6, 0, 0, 1, 5},
	{"three in reverse", {2, 1, 0, END}, 3, 0, 0, 2, 3},
	{"a second copy at once", {0, 1, 1, 2, END}, 3, 0, 1, 0, 0},
	{"a second copy later", {0, 1, 2, 0, END}, 3, 0, 1, 0, 0},
	{"three copies", {0, 0, 0, END}, 1, 0, 2, 0, 0},
	{"a late one and its copy", {0, 2, 1, 1, END}, 3, 0, 1, 1, 2},
	{"a copy of the one before a gap", {0, 5, 5, 0, END}, 6, 4, 2, 0, 0},
	{"over the edge of a word", {62, 64, 63, 65, 64, END}, 66, 62, 1, 1, 2},
};

static void tables_of_arrivals_are_accounted_for(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		sequence_clear(&s);
		for (int n = 0; row->numbers[n] != END; n++)
			sequence_add(&s, row->numbers[n]);
		if (sequence_lost(&s, row->sent) != row->lost || s.duplicates != row->duplicates ||
		    s.reordered != row->reordered || s.displaced != row->displaced)
			fail_msg("%s: lost %d, duplicates %d, reordered %d, displaced %d",
				 row->shows, (int)sequence_lost(&s, row->sent), (int)s.duplicates,
				 (int)s.reordered, (int)s.displaced);
	}
}

static void numbers_wrap_after_32_bits(void **state)
{
	sequence_clear(&s);
	for (uint64_t n = 0; n < 3; n++) /* a third of the way at a time, which is ahead */
		sequence_add(&s, (uint32_t)(n * 0x55555555));
	sequence_add(&s, UINT32_MAX);
	sequence_add(&s, 0);
	sequence_add(&s, 2);
	sequence_add(&s, 1);
	sequence_add(&s, UINT32_MAX);
	assert_int_equal(s.next, (UINT64_C(1) << 32) + 3);
	assert_int_equal(s.unique, 7);
	assert_int_equal(s.reordered, 1);
	assert_int_equal(s.duplicates, 1);
}

static void a_gap_wider_than_the_window_forgets_what_was_before(void **state)
{
	sequence_clear(&s);
	for (uint32_t i = 0; i < 100; i++)
		sequence_add(&s, i);
	for (uint32_t i = 0; i < 100; i++) /* where the first hundred left their bits */
		sequence_add(&s, i + 3 * SEQUENCE_WINDOW);
	assert_int_equal(s.duplicates, 0);
	assert_int_equal(s.unique, 200);
	for (uint32_t i = 50; i < 100; i++) /* no copies: the same places a window on */
		sequence_add(&s, i + 4 * SEQUENCE_WINDOW);
	assert_int_equal(s.duplicates, 0);
	assert_int_equal(s.unique, 250);
}

static void what_is_older_than_the_window_is_stale(void **state)
{
	sequence_clear(&s);
	sequence_add(&s, 2 * SEQUENCE_WINDOW);
	sequence_add(&s, 5);
	assert_int_equal(s.stale, 1);
	assert_int_equal(s.reordered, 1);
	assert_int_equal(s.displaced, 2 * SEQUENCE_WINDOW - 4);
}

static void displacements_count_by_powers_of_two(void **state)
{
	sequence_clear(&s);
	sequence_add(&s, 9);
	sequence_add(&s, 8); /* by 2 */
	sequence_add(&s, 3); /* by 7 */
	sequence_add(&s, 2); /* by 8 */
	assert_int_equal(s.by_power[1], 1);
	assert_int_equal(s.by_power[2], 1);
	assert_int_equal(s.by_power[3], 1);
}

/* A stream with loss, copies and delays, and what simple means find in it. */
static void random_streams_agree_with_a_simple_model(void **state)
{
	static uint8_t seen[MODEL_SIZE];
	unsigned seed = 20240607;
	uint64_t unique = 0, duplicates = 0, reordered = 0, next = 0;

	memset(seen, 0, sizeof(seen));
	sequence_clear(&s);
	for (uint32_t i = 0; i < MODEL_SIZE; i++) {
		int chance = rand_r(&seed) % 100;
		uint32_t back = (uint32_t)rand_r(&seed) % 30000;
		uint32_t number = chance < 10 && back < i ? i - back : i;
		if (chance >= 95)
			continue;
		if (seen[number])
			duplicates++;
		else if (number < next)
			reordered++;
		unique += !seen[number];
		seen[number] = 1;
		next = number >= next ? number + 1 : next;
		sequence_add(&s, number);
	}
	assert_int_equal(s.unique, unique);
	assert_int_equal(s.duplicates, duplicates);
	assert_int_equal(s.reordered, reordered);
	assert_int_equal(sequence_lost(&s, MODEL_SIZE), MODEL_SIZE - unique);
	assert_true(reordered > 100 && duplicates > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_of_arrivals_are_accounted_for),
		cmocka_unit_test(numbers_wrap_after_32_bits),
		cmocka_unit_test(a_gap_wider_than_the_window_forgets_what_was_before),
		cmocka_unit_test(what_is_older_than_the_window_is_stale),
		cmocka_unit_test(displacements_count_by_powers_of_two),
		cmocka_unit_test(random_streams_agree_with_a_simple_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
