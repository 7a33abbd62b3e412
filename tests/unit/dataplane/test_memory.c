// SPDX-License-Identifier: BSD-3-Clause
/* The tables' memory: blocks (buddy.h), and what waits for a grace period (retire.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "dataplane/buddy.h"
#include "dataplane/grace_worker.h"
#include "dataplane/retire.h"

enum { BLOCKS = 4000 };

static struct {
	uint32_t block;
	uint32_t size;
	uint8_t mark;
} blocks[BLOCKS];

static void take(int i)
{
	blocks[i].size = 1U << rand() % 14;
	blocks[i].size += rand() % blocks[i].size;
	blocks[i].mark = rand();
	blocks[i].block = buddy_alloc(blocks[i].size);
	assert_int_not_equal(blocks[i].block, 0);
	memset(buddy_at(blocks[i].block), blocks[i].mark, blocks[i].size);
}

/* Whether everything that was written there still is. */
static void give_back(int i)
{
	const uint8_t *p = buddy_at(blocks[i].block);

	for (uint32_t k = 0; k < blocks[i].size; k++)
		assert_int_equal(p[k], blocks[i].mark);
	buddy_free(blocks[i].block, blocks[i].size);
	blocks[i].block = 0;
}

static void blocks_do_not_overlap_and_join_again(void **state)
{
	uint64_t total = 0;

	for (int round = 0; round < 3; round++) {
		for (int step = 0; step < 40000; step++) {
			int i = rand() % BLOCKS;

			if (blocks[i].block)
				give_back(i);
			else
				take(i);
		}
		for (int i = 0; i < BLOCKS; i++)
			if (blocks[i].block)
				give_back(i);
		assert_true(buddy_used() == 0);
		/* All is one again: a whole chunk can be had, and the next rounds need little more.
		 */
		assert_true(round == 0 || buddy_total() <= total * 5 / 4);
		total = buddy_total();
		blocks[0].block = buddy_alloc(BUDDY_MAX);
		assert_int_not_equal(blocks[0].block, 0);
		assert_true(buddy_total() <= total + buddy_cost(BUDDY_MAX));
		buddy_free(blocks[0].block, BUDDY_MAX);
		blocks[0].block = 0;
	}
}

static void a_block_is_aligned_to_its_size_and_has_zeroes_beside_it(void **state)
{
	for (uint32_t size = BUDDY_UNIT; size <= BUDDY_MAX; size *= 2) {
		uint32_t block = buddy_alloc(size);
		uint8_t *side = buddy_side(block);

		assert_int_equal((uintptr_t)buddy_at(block) % size, 0);
		assert_int_equal(buddy_block(buddy_at(block)), block);
		for (uint32_t i = 0; i < size / BUDDY_UNIT * BUDDY_SIDE; i++) {
			assert_int_equal(side[i], 0);
			side[i] = 0xff;
		}
		buddy_free(block, size);
	}
}

static void beyond_its_limit_there_is_no_memory(void **state)
{
	uint32_t block = buddy_alloc(100);

	buddy_limit(buddy_used());
	assert_int_equal(buddy_alloc(1), 0);
	buddy_limit(buddy_used() + buddy_cost(1));
	buddy_free(block, 100);
	block = buddy_alloc(1);
	assert_int_not_equal(block, 0);
	buddy_free(block, 1);
	buddy_limit(UINT64_MAX);
}

/* --- retiring --- */

static uint32_t n_released;

static void release(void *what, uint32_t arg)
{
	assert_ptr_equal(what, &blocks[arg]);
	assert_int_equal(arg, n_released % BLOCKS); /* in order */
	n_released++;
}

static void retire_some(uint32_t n)
{
	static uint32_t next;

	for (; n; n--, next++)
		retire(release, &blocks[next % BLOCKS], next % BLOCKS);
}

static void what_a_worker_may_read_is_kept_until_it_has_passed(void **state)
{
	assert_int_equal(grace_init(1), 0);
	assert_int_equal(rte_rcu_qsbr_thread_register(grace_qsbr, 0), 0);
	retire_some(1);
	assert_int_equal(retire_sweep(), 0); /* it is not online */
	grace_enter(0);
	retire_some(10000);
	assert_int_equal(retire_sweep(), 10000);
	assert_int_equal(n_released, 1);
	grace_pass(0);
	retire_some(10); /* later than that */
	assert_int_equal(retire_sweep(), 10);
	assert_int_equal(n_released, 10001);
	grace_leave(0);
	assert_int_equal(retire_sweep(), 0);
	assert_int_equal(n_released, 10011);
	/* More than are told apart by time: they wait a little longer. */
	grace_enter(0);
	retire_some(100000);
	for (int passes = 0; retire_sweep(); passes++) {
		assert_true(passes < 3);
		grace_pass(0);
	}
	grace_leave(0);
	retire_some(5);
	retire_drain();
	assert_int_equal(n_released, 110016);
	grace_fini();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_do_not_overlap_and_join_again),
		cmocka_unit_test(a_block_is_aligned_to_its_size_and_has_zeroes_beside_it),
		cmocka_unit_test(beyond_its_limit_there_is_no_memory),
		cmocka_unit_test(what_a_worker_may_read_is_kept_until_it_has_passed),
	};
	unsigned seed = time(NULL);

	print_message("seed %u\n", seed);
	srand(seed);
	if (!buddy_start())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
