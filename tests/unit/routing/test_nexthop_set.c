// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/memory.h"
#include "routing/nexthop_set.h"

static int setup(void **state)
{
	*state = nexthop_sets_create();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	nexthop_sets_destroy(*state); /* aborts where a set is left */
	return 0;
}

static struct nexthop gateway(uint32_t last, uint32_t iface, uint8_t weight)
{
	return (struct nexthop){.gateway = addr_ip4(0x0a000000 + last),
				.iface = iface,
				.kind = NEXTHOP_GATEWAY,
				.weight = weight};
}

static void equal_sets_are_one_object(void **state)
{
	struct nexthop_sets *sets = *state;
	struct nexthop ab[] = {gateway(1, 1, 1), gateway(2, 1, 1)};
	struct nexthop ba[] = {gateway(2, 1, 1), gateway(1, 1, 1), gateway(2, 1, 1)};
	struct nexthop other[] = {gateway(1, 2, 1), gateway(2, 1, 1)};
	const struct nexthop_set *a = nexthop_set_get(sets, ab, 2),
				 *b = nexthop_set_get(sets, ba, 3);
	const struct nexthop_set *c = nexthop_set_get(sets, other, 2);

	assert_non_null(a);
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	assert_int_equal(a->n, 2);
	assert_int_not_equal(a->id, c->id);
	assert_int_equal(nexthop_sets_count(sets), 2);
	nexthop_set_unref(sets, a);
	assert_int_equal(nexthop_sets_count(sets), 2); /* b is left */
	assert_ptr_equal(nexthop_sets_at(sets, b->id), b);
	nexthop_set_unref(sets, b);
	nexthop_set_unref(sets, c);
	nexthop_set_unref(sets, NULL);
	assert_int_equal(nexthop_sets_count(sets), 0);
}

static void of_doubles_the_greatest_weight_counts(void **state)
{
	struct nexthop hops[] = {gateway(1, 1, 2), gateway(1, 1, 7), gateway(1, 1, 3)};
	const struct nexthop_set *set = nexthop_set_get(*state, hops, 3);

	assert_int_equal(set->n, 1);
	assert_int_equal(set->hops[0].weight, 7);
	nexthop_set_unref(*state, set);
}

static void fields_that_a_kind_does_not_have_make_no_difference(void **state)
{
	struct nexthop plain = {.kind = NEXTHOP_BLACKHOLE, .weight = 1}, odd;
	const struct nexthop_set *a = nexthop_set_get(*state, &plain, 1), *b;

	memset(&odd, 0xa5, sizeof(odd));
	odd.kind = NEXTHOP_BLACKHOLE;
	odd.weight = 1;
	b = nexthop_set_get(*state, &odd, 1);
	assert_ptr_equal(a, b);
	nexthop_set_unref(*state, a);
	nexthop_set_unref(*state, b);
}

static void what_is_no_hop_is_refused(void **state)
{
	struct nexthop bad[] = {
		{.kind = NEXTHOP_BLACKHOLE},                /* no weight */
		{.kind = NEXTHOP_GATEWAY, .weight = 1},     /* no gateway */
		{.kind = NEXTHOP_IFACE, .weight = 1},       /* no interface */
		{.kind = NEXTHOP_UPLINKS + 1, .weight = 1}, /* no kind */
	};
	struct nexthop many[NEXTHOP_SET_MAX + 1];
	const struct nexthop_set *set;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		errno = 0;
		assert_null(nexthop_set_get(*state, &bad[i], 1));
		assert_int_equal(errno, EINVAL);
	}
	assert_null(nexthop_set_get(*state, bad, 0));
	for (uint32_t i = 0; i < NEXTHOP_SET_MAX + 1; i++)
		many[i] = gateway(1000 - i, 1, 1);
	assert_null(nexthop_set_get(*state, many, NEXTHOP_SET_MAX + 1));
	assert_int_equal(errno, E2BIG);
	many[NEXTHOP_SET_MAX] = many[0];
	set = nexthop_set_get(*state, many, NEXTHOP_SET_MAX + 1);
	assert_non_null(set);
	assert_int_equal(set->n, NEXTHOP_SET_MAX);
	for (uint32_t i = 1; i < set->n; i++)
		assert_true(addr_compare(&set->hops[i - 1].gateway, &set->hops[i].gateway) < 0);
	nexthop_set_unref(*state, set);
}

static void ids_stay_small_and_unique_among_the_living(void **state)
{
	enum { N = 3000 };
	static const struct nexthop_set *sets[N];
	static bool taken[N + 1];

	for (int round = 0; round < 3; round++) {
		memset(taken, 0, sizeof(taken));
		for (uint32_t i = 0; i < N; i++) {
			struct nexthop hop = gateway(i + (uint32_t)round * 1000, 1, 1);

			sets[i] = nexthop_set_get(*state, &hop, 1);
			assert_in_range(sets[i]->id, 1, N);
			assert_false(taken[sets[i]->id]);
			taken[sets[i]->id] = true;
		}
		assert_int_equal(nexthop_sets_count(*state), N);
		for (uint32_t i = 0; i < N; i++)
			nexthop_set_unref(*state, sets[(i * 7) % N]);
		assert_int_equal(nexthop_sets_count(*state), 0);
	}
}

static int budget;

static void *resize_within_budget(void *block, size_t size)
{
	return budget-- > 0 ? realloc(block, size) : NULL;
}

static void without_memory_there_is_no_set_and_no_harm(void **state)
{
	static const struct memory_ops ops = {.resize = resize_within_budget, .free = free};
	struct nexthop hop = gateway(1, 1, 1);
	const struct nexthop_set *set = NULL;

	memory_use(&ops);
	for (int given = 0; !set; given++) {
		budget = given;
		errno = 0;
		set = nexthop_set_get(*state, &hop, 1);
		assert_true(set || errno == ENOMEM);
		assert_int_equal(nexthop_sets_count(*state), set != NULL);
	}
	memory_use(NULL);
	nexthop_set_unref(*state, set);
}

int main(void)
{
#define SETS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		SETS_TEST(equal_sets_are_one_object),
		SETS_TEST(of_doubles_the_greatest_weight_counts),
		SETS_TEST(fields_that_a_kind_does_not_have_make_no_difference),
		SETS_TEST(what_is_no_hop_is_refused),
		SETS_TEST(ids_stay_small_and_unique_among_the_living),
		SETS_TEST(without_memory_there_is_no_set_and_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
