// SPDX-License-Identifier: BSD-3-Clause
/* Groups: shares, and what moves when members come, go and change their weight. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "dataplane/l3_table.h"

enum { GROUP = 9, FLOWS = 10000 };

static uint32_t hashes[FLOWS];

static int setup(void **state)
{
	return l3_start();
}

static int teardown(void **state)
{
	l3_stop();
	return 0;
}

static struct l3_member equal[L3_MEMBER_MAX];

/* Members 1 to n but for one (0: none), all of one weight. */
static uint16_t all_but(uint16_t n, uint16_t out)
{
	uint16_t k = 0;

	for (uint16_t id = 1; id <= n; id++)
		if (id != out)
			equal[k++] = (struct l3_member){id, 1};
	return k;
}

static void set_all_but(uint16_t n, uint16_t out)
{
	assert_int_equal(l3_group_set(GROUP, equal, all_but(n, out)), 0);
}

static void flows(uint16_t *where)
{
	for (int f = 0; f < FLOWS; f++)
		where[f] = l3_group_nexthop(l3_group(GROUP), hashes[f]);
}

static uint32_t buckets_of(uint16_t nexthop)
{
	uint32_t n = 0;

	for (uint32_t b = 0; b <= l3_group_mask(l3_group(GROUP)); b++)
		n += l3_group_bucket(GROUP, b) == nexthop;
	return n;
}

static void a_group_of_one_has_one_bucket(void **state)
{
	set_all_but(1, 0);
	assert_int_equal(l3_group_mask(l3_group(GROUP)), 0);
	assert_int_equal(l3_group_bucket(GROUP, 0), 1);
	assert_int_equal(l3_group_bucket(GROUP, 1), -ENOENT);
	l3_group_del(GROUP);
	assert_int_equal(l3_group_bucket(GROUP, 0), -ENOENT);
	assert_int_equal(l3_group_nexthop(l3_group(GROUP), 7), 0);
}

static void flows_of(uint32_t group, uint16_t *where)
{
	for (int f = 0; f < FLOWS; f++)
		where[f] = l3_group_nexthop(l3_group(group), hashes[f]);
}

/* As routing protocols do it: each set of next hops is a group of its own. */
static void a_group_that_takes_anothers_place_moves_only_what_it_has_to(void **state)
{
	static uint16_t first[FLOWS], second[FLOWS], third[FLOWS];

	assert_int_equal(l3_group_set(GROUP, equal, all_but(4, 0)), 0);
	flows_of(GROUP, first);
	assert_int_equal(l3_group_like(GROUP + 1, GROUP), 0);
	assert_int_equal(l3_group_set(GROUP + 1, equal, all_but(4, 4)), 0);
	flows_of(GROUP + 1, second);
	for (int f = 0; f < FLOWS; f++)
		assert_true(first[f] == 4 ? second[f] < 4 : second[f] == first[f]);
	l3_group_del(GROUP);
	assert_int_equal(l3_group_like(GROUP + 2, GROUP + 1), 0);
	assert_int_equal(l3_group_set(GROUP + 2, equal, all_but(4, 0)), 0);
	flows_of(GROUP + 2, third);
	assert_memory_equal(first, third, sizeof(first));
	l3_group_del(GROUP + 1);
	l3_group_del(GROUP + 2);
}

static void a_group_with_members_takes_nothing_over(void **state)
{
	static uint16_t before[FLOWS], after[FLOWS];

	assert_int_equal(l3_group_set(GROUP, equal, all_but(4, 0)), 0);
	assert_int_equal(l3_group_set(GROUP + 1, equal, all_but(6, 2)), 0);
	flows_of(GROUP + 1, before);
	assert_int_equal(l3_group_like(GROUP + 1, GROUP), 0);
	assert_int_equal(l3_group_set(GROUP + 1, equal, all_but(6, 2)), 0);
	flows_of(GROUP + 1, after);
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(l3_group_like(0, GROUP), -EINVAL);
	assert_int_equal(l3_group_like(GROUP, L3_GROUP_MAX), -EINVAL);
}

static void wrong_members_are_refused(void **state)
{
	struct l3_member none = {0, 1}, light = {1, 0}, heavy = {1, 256}, many[65];

	for (int i = 0; i < 65; i++)
		many[i] = (struct l3_member){i + 1, 1};
	assert_int_equal(l3_group_set(GROUP, many, 0), -EINVAL);
	assert_int_equal(l3_group_set(GROUP, many, 65), -EINVAL);
	assert_int_equal(l3_group_set(GROUP, &none, 1), -EINVAL);
	assert_int_equal(l3_group_set(GROUP, &light, 1), -EINVAL);
	assert_int_equal(l3_group_set(GROUP, &heavy, 1), -EINVAL);
	assert_int_equal(l3_group_set(0, many, 1), -EINVAL);
	assert_int_equal(l3_group_set(L3_GROUP_MAX, many, 1), -EINVAL);
	assert_int_equal(l3_group_set(GROUP, many, 64), 0);
}

static void ten_thousand_flows_spread_evenly_over_four(void **state)
{
	uint32_t n[5] = {0}, min = FLOWS, max = 0;
	uint16_t where[FLOWS];

	set_all_but(4, 0);
	flows(where);
	for (int f = 0; f < FLOWS; f++)
		n[where[f]]++;
	for (int id = 1; id <= 4; id++) {
		min = n[id] < min ? n[id] : min;
		max = n[id] > max ? n[id] : max;
	}
	assert_true(max * 100 <= min * 115);
}

/* Flows that were on a survivor and are elsewhere now. */
static int moved(const uint16_t *before, const uint16_t *after, uint16_t lost)
{
	int n = 0;

	for (int f = 0; f < FLOWS; f++)
		n += before[f] != lost && before[f] != after[f];
	return n;
}

static void a_lost_members_flows_move_and_return_and_no_others_do(void **state)
{
	uint16_t before[FLOWS], without[FLOWS], after[FLOWS];

	for (uint16_t n = 2; n <= L3_MEMBER_MAX; n++) {
		for (uint16_t lost = 1; lost <= n; lost += 1 + n / 5) {
			set_all_but(n, 0);
			flows(before);
			set_all_but(n, lost);
			flows(without);
			assert_int_equal(buckets_of(lost), 0);
			assert_int_equal(moved(before, without, lost), 0);
			set_all_but(n, 0);
			flows(after);
			assert_int_equal(moved(before, after, 0), 0);
		}
	}
}

/* Losing two and getting them back in either order ends where it began. */
static void two_lost_members_come_back_in_either_order(void **state)
{
	uint16_t before[FLOWS], after[FLOWS];

	for (int order = 0; order < 2; order++) {
		set_all_but(4, 0);
		flows(before);
		set_all_but(4, 4);
		set_all_but(2, 0);
		set_all_but(order ? 4 : 3, order ? 3 : 0);
		set_all_but(4, 0);
		flows(after);
		assert_int_equal(moved(before, after, 0), 0);
		l3_group_del(GROUP);
	}
}

static void even_one_survivor_remembers_where_flows_were(void **state)
{
	uint16_t before[FLOWS], after[FLOWS];

	set_all_but(2, 0);
	flows(before);
	set_all_but(1, 0);
	assert_int_equal(l3_group_mask(l3_group(GROUP)), 0);
	set_all_but(2, 0);
	flows(after);
	assert_int_equal(moved(before, after, 0), 0);
}

static void a_new_member_takes_no_more_than_its_share(void **state)
{
	uint16_t before[FLOWS], after[FLOWS];
	uint32_t n = 0;

	set_all_but(7, 0);
	set_all_but(8, 0); /* now the table is as large as it will be */
	l3_group_del(GROUP);
	set_all_but(8, 8);
	flows(before);
	set_all_but(8, 0);
	flows(after);
	for (int f = 0; f < FLOWS; f++) {
		if (before[f] == after[f])
			continue;
		assert_int_equal(after[f], 8);
		n++;
	}
	assert_true(n > FLOWS / 10 && n < FLOWS / 7);
}

static void shares_follow_the_weights(void **state)
{
	static const struct {
		uint16_t weight[4];
	} cases[] = {{{1, 2, 3, 4}}, {{1, 1, 1, 5}}, {{255, 1, 1, 1}}, {{10, 20, 10, 1}}};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct l3_member members[4];
		double sum = 0, all;

		for (int i = 0; i < 4; i++) {
			members[i] = (struct l3_member){i + 1, cases[c].weight[i]};
			sum += cases[c].weight[i];
		}
		assert_int_equal(l3_group_set(GROUP, members, 4), 0);
		all = l3_group_mask(l3_group(GROUP)) + 1;
		for (int i = 0; i < 4; i++) {
			double exact = all * members[i].weight / sum;

			assert_true(buckets_of(i + 1) > exact - 1);
			assert_true(buckets_of(i + 1) < exact + 1);
			assert_true(buckets_of(i + 1) >= 7);
		}
	}
}

static void a_changed_weight_moves_only_the_difference(void **state)
{
	struct l3_member members[4] = {{1, 10}, {2, 10}, {3, 10}, {4, 10}};
	uint16_t before[4096];
	uint32_t n_moved = 0, all, had[5];

	assert_int_equal(l3_group_set(GROUP, members, 4), 0);
	all = l3_group_mask(l3_group(GROUP)) + 1;
	for (uint32_t b = 0; b < all; b++)
		before[b] = l3_group_bucket(GROUP, b);
	for (int id = 1; id <= 4; id++)
		had[id] = buckets_of(id);
	members[2].weight = 20;
	assert_int_equal(l3_group_set(GROUP, members, 4), 0);
	assert_int_equal(l3_group_mask(l3_group(GROUP)) + 1, all);
	for (uint32_t b = 0; b < all; b++)
		n_moved += before[b] != l3_group_bucket(GROUP, b);
	assert_int_equal(n_moved, buckets_of(3) - had[3]);
}

static void a_member_named_twice_has_both_weights(void **state)
{
	struct l3_member members[3] = {{1, 1}, {2, 1}, {1, 2}};

	assert_int_equal(l3_group_set(GROUP, members, 3), 0);
	assert_int_equal(buckets_of(1), buckets_of(2) * 3);
}

/* Any change: never more buckets leave a member than it has too many. */
static void random_changes_move_as_few_as_can_be(void **state)
{
	unsigned seed = time(NULL);
	uint16_t before[4096];

	print_message("seed %u\n", seed);
	srand(seed);
	for (int round = 0; round < 2000; round++) {
		uint32_t old_mask = l3_group_mask(l3_group(GROUP)), n_moved = 0, least = 0, had[33],
			 has[33];
		struct l3_member members[32];
		uint16_t n = 0;

		for (uint32_t b = 0; b <= old_mask; b++)
			before[b] = l3_group_nexthop(l3_group(GROUP), b);
		for (uint16_t id = 1; id <= 32; id++) {
			had[id] = buckets_of(id);
			if (rand() % 3)
				members[n++] = (struct l3_member){id, 1 + rand() % 4};
		}
		if (n < 2)
			continue;
		assert_int_equal(l3_group_set(GROUP, members, n), 0);
		if (l3_group_mask(l3_group(GROUP)) != old_mask)
			continue; /* it grew: each bucket is several now */
		for (uint32_t b = 0; b <= old_mask; b++)
			n_moved += before[b] != l3_group_bucket(GROUP, b);
		for (uint16_t id = 1; id <= 32; id++) {
			has[id] = buckets_of(id);
			least += had[id] > has[id] ? had[id] - has[id] : 0;
		}
		assert_int_equal(n_moved, least);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(a_group_of_one_has_one_bucket),
		T(a_group_that_takes_anothers_place_moves_only_what_it_has_to),
		T(a_group_with_members_takes_nothing_over),
		T(wrong_members_are_refused),
		T(ten_thousand_flows_spread_evenly_over_four),
		T(a_lost_members_flows_move_and_return_and_no_others_do),
		T(two_lost_members_come_back_in_either_order),
		T(even_one_survivor_remembers_where_flows_were),
		T(a_new_member_takes_no_more_than_its_share),
		T(shares_follow_the_weights),
		T(a_changed_weight_moves_only_the_difference),
		T(a_member_named_twice_has_both_weights),
		T(random_changes_move_as_few_as_can_be),
	};

	srand(4);
	for (int f = 0; f < FLOWS; f++)
		hashes[f] = (uint32_t)rand() << 16 ^ rand();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
