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

#include "tools/pktgen/histogram.h"

static struct histogram h;

static void every_value_lies_in_its_bucket_to_one_percent(void **state)
{
	for (uint64_t ns = 0; ns < UINT64_C(2000000000); ns += 1 + ns / 1500) {
		unsigned bucket = histogram_bucket(ns);
		uint64_t low = histogram_low(bucket), high = histogram_high(bucket);
		assert_in_range(ns, low, high);
		assert_true((double)(high - low) <= 0.01 * (double)low);
	}
}

static void buckets_follow_one_another_without_a_gap(void **state)
{
	for (unsigned i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
		assert_int_equal(histogram_low(i + 1), histogram_high(i) + 1);
		assert_int_equal(histogram_bucket(histogram_low(i)), i);
		assert_int_equal(histogram_bucket(histogram_high(i)), i);
	}
}

static void what_is_too_long_counts_in_the_last_bucket(void **state)
{
	assert_int_equal(histogram_bucket(UINT64_C(1) << 31), HISTOGRAM_BUCKETS - 1);
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	histogram_clear(&h);
	histogram_add(&h, UINT64_C(5000000000));
	assert_int_equal(histogram_quantile(&h, 0.5), UINT64_C(5000000000));
}

static void quantiles_of_a_line_are_its_parts(void **state)
{
	static const double shares[] = {0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

	histogram_clear(&h);
	for (uint64_t i = 1; i <= 1000000; i++)
		histogram_add(&h, i * 100);
	assert_int_equal(h.n, 1000000);
	assert_int_equal(h.min, 100);
	assert_int_equal(h.max, 100000000);
	assert_true(histogram_mean(&h) == 50000050.0);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double wanted = 1e8 * shares[i];
		double found = (double)histogram_quantile(&h, shares[i]);
		assert_true(found >= wanted * 0.99 && found <= wanted * 1.01);
	}
}

static void one_value_is_every_quantile(void **state)
{
	histogram_clear(&h);
	assert_int_equal(histogram_quantile(&h, 0.5), 0);
	histogram_add(&h, 12345);
	assert_int_equal(histogram_quantile(&h, 0), 12345);
	assert_int_equal(histogram_quantile(&h, 1), 12345);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_lies_in_its_bucket_to_one_percent),
		cmocka_unit_test(buckets_follow_one_another_without_a_gap),
		cmocka_unit_test(what_is_too_long_counts_in_the_last_bucket),
		cmocka_unit_test(quantiles_of_a_line_are_its_parts),
		cmocka_unit_test(one_value_is_every_quantile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
