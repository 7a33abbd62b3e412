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

#include <math.h>

#include "tools/pktgen/flows.h"

#define DRAWS 1000000

static void sequential_flows_come_in_turn(void **state)
{
	struct flows f;

	assert_int_equal(flows_init(&f, FLOW_SEQUENTIAL, 3, 1, 1), 0);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(flows_next(&f), i % 3);
	flows_fini(&f);
	assert_int_equal(flows_init(&f, FLOW_SEQUENTIAL, 1, 1, 1), 0);
	assert_int_equal(flows_next(&f), 0);
	assert_int_equal(flows_next(&f), 0);
	flows_fini(&f);
}

static void random_flows_are_uniform(void **state)
{
	uint32_t counts[100] = {0};
	struct flows f;

	assert_int_equal(flows_init(&f, FLOW_RANDOM, 100, 1, 7), 0);
	for (int i = 0; i < DRAWS; i++)
		counts[flows_next(&f)]++;
	for (int i = 0; i < 100; i++) /* six deviations off 10,000 */
		assert_in_range(counts[i], 9400, 10600);
	flows_fini(&f);
}

static void ten_million_flows_reach_both_ends(void **state)
{
	uint32_t low = UINT32_MAX, high = 0;
	struct flows f;

	assert_int_equal(flows_init(&f, FLOW_RANDOM, 10000000, 1, 1), 0);
	for (int i = 0; i < DRAWS; i++) {
		uint32_t flow = flows_next(&f);
		low = flow < low ? flow : low;
		high = flow > high ? flow : high;
	}
	assert_in_range(low, 0, 200);
	assert_in_range(high, 10000000 - 200, 10000000 - 1);
	flows_fini(&f);
}

static void zipf_flows_follow_the_law(void **state)
{
	static const double exponents[] = {0.5, 1, 1.2, 2};
	static const uint32_t ranks[] = {1, 2, 3, 10, 50};

	for (size_t e = 0; e < 4; e++) {
		uint32_t counts[1000] = {0};
		double sum = 0;
		struct flows f;
		assert_int_equal(flows_init(&f, FLOW_ZIPF, 1000, exponents[e], 3), 0);
		for (uint32_t i = 0; i < FLOWS_DRAWN; i++)
			counts[flows_next(&f)]++;
		for (int k = 1; k <= 1000; k++)
			sum += pow(k, -exponents[e]);
		for (size_t i = 0; i < 5; i++) {
			double wanted = FLOWS_DRAWN * pow(ranks[i], -exponents[e]) / sum;
			double found = counts[ranks[i] - 1];
			if (fabs(found - wanted) > 6 * sqrt(wanted) + 1)
				fail_msg("exponent %g, rank %u: %g instead of %g", exponents[e],
					 ranks[i], found, wanted);
		}
		flows_fini(&f);
	}
}

static void zipf_stays_within_one_flow_and_ten_million(void **state)
{
	static const uint32_t sizes[] = {1, 2, 10000000};

	for (int i = 0; i < 3; i++) {
		struct flows f;
		assert_int_equal(flows_init(&f, FLOW_ZIPF, sizes[i], 1, 5), 0);
		for (uint32_t n = 0; n < FLOWS_DRAWN; n++)
			assert_true(flows_next(&f) < sizes[i]);
		flows_fini(&f);
	}
}

static void the_same_seed_gives_the_same_flows(void **state)
{
	struct flows a, b, c;
	int same = 0;

	flows_init(&a, FLOW_RANDOM, 1000, 1, 42);
	flows_init(&b, FLOW_RANDOM, 1000, 1, 42);
	flows_init(&c, FLOW_RANDOM, 1000, 1, 43);
	for (int i = 0; i < 1000; i++) {
		uint32_t flow = flows_next(&a);
		assert_int_equal(flow, flows_next(&b));
		same += flow == flows_next(&c);
	}
	assert_true(same < 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequential_flows_come_in_turn),
		cmocka_unit_test(random_flows_are_uniform),
		cmocka_unit_test(ten_million_flows_reach_both_ends),
		cmocka_unit_test(zipf_flows_follow_the_law),
		cmocka_unit_test(zipf_stays_within_one_flow_and_ten_million),
		cmocka_unit_test(the_same_seed_gives_the_same_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
