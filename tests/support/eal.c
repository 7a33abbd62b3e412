// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/eal.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#define ARGS_MAX 16

void test_eal_init(void)
{
	static char line[] = "test --no-huge --no-pci --no-shconf --no-telemetry -m 64 -l 0 "
			     "--log-level lib.eal:error";
	static char *args[ARGS_MAX];
	char *rest = line;
	static bool started;
	cpu_set_t cores;
	int n = 0;

	if (started)
		return;
	started = true;
	while (n < ARGS_MAX && (args[n] = strsep(&rest, " ")))
		n++;
	/* EAL pins the caller to its lcore; threads that a test starts later would inherit that. */
	sched_getaffinity(0, sizeof(cores), &cores);
	if (rte_eal_init(n, args) < 0) {
		fprintf(stderr, "EAL does not start: %s\n", rte_strerror(rte_errno));
		abort();
	}
	sched_setaffinity(0, sizeof(cores), &cores);
}

struct rte_mempool *test_pool(void)
{
	static struct rte_mempool *pool;

	if (pool)
		return pool;
	test_eal_init();
	pool = rte_pktmbuf_pool_create("test", TEST_POOL_SIZE, 64, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	if (!pool) {
		fprintf(stderr, "no packet pool: %s\n", rte_strerror(rte_errno));
		abort();
	}
	return pool;
}
