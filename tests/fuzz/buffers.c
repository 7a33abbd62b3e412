// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/buffers.h"

#include <stdlib.h>

#include "tests/support/eal.h"

static void *taken[TEST_POOL_SIZE];
static unsigned n_taken;

void buffers_leave(unsigned n)
{
	unsigned there = rte_mempool_avail_count(test_pool());
	unsigned more = there > n ? there - n : 0;

	if (more > 0 && rte_mempool_get_bulk(test_pool(), taken + n_taken, more) < 0)
		abort();
	n_taken += more;
}

void buffers_return(void)
{
	if (n_taken > 0)
		rte_mempool_put_bulk(test_pool(), taken, n_taken);
	n_taken = 0;
}
