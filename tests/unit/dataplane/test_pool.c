// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <rte_mbuf.h>

#include "dataplane/pool.h"
#include "tests/support/eal.h"

enum { SIZE = 4000, FIRST = 300, STEP = 700 };

static struct rte_mbuf *taken[SIZE + 1];

static uint32_t take_all(struct rte_mempool *pool)
{
	uint32_t n = 0;

	while (n <= SIZE && (taken[n] = rte_pktmbuf_alloc(pool)))
		n++;
	return n;
}

static void give_back(uint32_t n)
{
	while (n)
		rte_pktmbuf_free(taken[--n]);
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t) * (struct rte_mbuf *const *)a;
	uintptr_t y = (uintptr_t) * (struct rte_mbuf *const *)b;

	return (x > y) - (x < y);
}

static void a_pool_begins_small_and_grows_to_its_size(void **state)
{
	struct rte_mempool *pool = pool_create(SIZE, FIRST);
	uint32_t n = FIRST;

	assert_non_null(pool);
	for (bool more = true; more; more = pool_grow(pool, STEP), n = RTE_MIN(n + STEP, SIZE)) {
		assert_int_equal(pool_in_use(pool), 0);
		assert_int_equal(take_all(pool), n);
		assert_int_equal(pool_in_use(pool), n);
		give_back(n);
	}
	assert_int_equal(take_all(pool), SIZE);
	give_back(SIZE);
	assert_false(pool_grow(pool, STEP));
	assert_int_equal(take_all(pool), SIZE);
	give_back(SIZE);
	pool_destroy(pool);
}

static void buffers_are_whole_and_lie_side_by_side(void **state)
{
	struct rte_mempool *pool = pool_create(SIZE, FIRST);
	uint32_t n;

	while (pool_grow(pool, STEP))
		;
	n = take_all(pool);
	qsort(taken, n, sizeof(taken[0]), by_address);
	for (uint32_t i = 0; i < n; i++) {
		const struct rte_mbuf *m = taken[i];

		assert_ptr_equal(m->pool, pool);
		assert_ptr_equal(m->buf_addr, m + 1);
		assert_int_equal(m->buf_len, RTE_MBUF_DEFAULT_BUF_SIZE);
		assert_int_equal(rte_mempool_virt2iova(m) + sizeof(*m), rte_mbuf_iova_get(m));
		assert_true(i == 0 || (char *)m - (char *)taken[i - 1] >=
					      (ptrdiff_t)sizeof(*m) + RTE_MBUF_DEFAULT_BUF_SIZE);
	}
	/* A buffer a page would be more than half as much again. */
	assert_true((char *)taken[n - 1] - (char *)taken[0] < (ptrdiff_t)n * 2600);
	give_back(n);
	pool_destroy(pool);
}

static void pools_are_made_again_after_one_was_destroyed(void **state)
{
	for (uint32_t n = 500; n <= SIZE; n += 500) {
		struct rte_mempool *pool = pool_create(n, n);

		assert_non_null(pool);
		assert_false(pool_grow(pool, 1));
		assert_int_equal(take_all(pool), n);
		give_back(n);
		pool_destroy(pool);
	}
	assert_null(pool_create(1 << 30, 1));
	assert_int_equal(errno, ENOMEM);
}

/* --- while packets pass --- */

static atomic_bool ends;
static atomic_uint turns;

static void *pass_packets(void *arg)
{
	while (!atomic_load(&ends)) {
		struct rte_mbuf *some[32];

		if (rte_pktmbuf_alloc_bulk(arg, some, RTE_DIM(some)) < 0) {
			sched_yield();
			continue;
		}
		for (unsigned i = 0; i < RTE_DIM(some); i++)
			*rte_pktmbuf_mtod(some[i], uint64_t *) = (uint64_t)(uintptr_t)some[i];
		for (unsigned i = 0; i < RTE_DIM(some); i++)
			if (*rte_pktmbuf_mtod(some[i], uint64_t *) != (uint64_t)(uintptr_t)some[i])
				abort(); /* somebody else has it too */
		rte_pktmbuf_free_bulk(some, RTE_DIM(some));
		atomic_fetch_add(&turns, 1);
	}
	return NULL;
}

/* With fewer cores than threads whoever waits has to let the others on. */
static void wait_for_turns(unsigned n)
{
	for (unsigned end = atomic_load(&turns) + n; atomic_load(&turns) < end;)
		sched_yield();
}

static void a_pool_grows_while_packets_pass(void **state)
{
	struct rte_mempool *pool = pool_create(SIZE, FIRST);
	pthread_t threads[2];

	for (size_t i = 0; i < RTE_DIM(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, pass_packets, pool), 0);
	wait_for_turns(100);
	while (pool_grow(pool, 10))
		sched_yield();
	wait_for_turns(100);
	atomic_store(&ends, true);
	for (size_t i = 0; i < RTE_DIM(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(pool_in_use(pool), 0);
	assert_int_equal(take_all(pool), SIZE);
	give_back(SIZE);
	pool_destroy(pool);
}

static void ports_may_keep_half_and_no_more(void **state)
{
	struct rte_mempool *pool = pool_create(SIZE, FIRST);
	uint32_t left;

	assert_int_equal(pool_keep_max(pool), SIZE / 2);
	assert_int_equal(pool_keep(pool, 1500, &left), 0);
	assert_int_equal(pool_keep(pool, 501, &left), -ENOBUFS);
	assert_int_equal(left, 500);
	assert_int_equal(pool_keep(pool, 500, &left), 0);
	assert_int_equal(pool_keep(pool, 1, &left), -ENOBUFS);
	pool_keep_no_more(1500);
	assert_int_equal(pool_keep(pool, 1500, &left), 0);
	pool_keep_no_more(2000);
	pool_destroy(pool);
}

static int start(void **state)
{
	test_eal_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pool_begins_small_and_grows_to_its_size),
		cmocka_unit_test(buffers_are_whole_and_lie_side_by_side),
		cmocka_unit_test(pools_are_made_again_after_one_was_destroyed),
		cmocka_unit_test(a_pool_grows_while_packets_pass),
		cmocka_unit_test(ports_may_keep_half_and_no_more),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
