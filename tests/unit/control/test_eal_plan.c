// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/eal.h"

#define MB ((uint64_t)1 << 20)
#define GB (1024 * MB)

static void hugepages_are_used_where_enough_are_free(void **state)
{
	struct eal_memory m = eal_memory_plan(0, 256 * MB, 8 * GB);
	assert_true(m.hugepages);
	assert_int_equal(m.bytes, 256 * MB);
	assert_true((uint64_t)m.n_mbufs * EAL_MBUF <= m.bytes);
}

static void too_few_hugepages_are_left_alone(void **state)
{
	assert_false(eal_memory_plan(0, 256 * MB - 1, 8 * GB).hugepages);
	assert_false(eal_memory_plan(GB, 512 * MB, 8 * GB).hugepages);
	assert_true(eal_memory_plan(GB, GB, 8 * GB).hugepages);
}

static void a_size_is_kept_to_in_bytes(void **state)
{
	for (int huge = 0; huge < 2; huge++) {
		struct eal_memory m = eal_memory_plan(512 * MB, huge ? GB : 0, 8 * GB);
		assert_int_equal(m.bytes, 512 * MB);
		assert_int_equal(m.wanted, 512 * MB);
		assert_in_range((uint64_t)m.n_mbufs * EAL_MBUF, 512 * MB / 2, 512 * MB);
	}
}

static void a_small_machine_gives_a_small_share(void **state)
{
	struct eal_memory small = eal_memory_plan(0, 0, 256 * MB);
	assert_true((uint64_t)small.n_mbufs * EAL_MBUF <= 32 * MB);
	assert_true(small.n_mbufs < eal_memory_plan(0, 0, 8 * GB).n_mbufs);
	assert_true(eal_memory_plan(0, 0, 0).n_mbufs >= 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hugepages_are_used_where_enough_are_free),
		cmocka_unit_test(too_few_hugepages_are_left_alone),
		cmocka_unit_test(a_size_is_kept_to_in_bytes),
		cmocka_unit_test(a_small_machine_gives_a_small_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
