// SPDX-License-Identifier: BSD-3-Clause
/* DPDK for a test: EAL without hugepages, devices or files, and one packet pool. */
#ifndef WEFT_TESTS_SUPPORT_EAL_H
#define WEFT_TESTS_SUPPORT_EAL_H

#include <rte_mempool.h>

#define TEST_POOL_SIZE 4095 /* mbufs of RTE_MBUF_DEFAULT_BUF_SIZE */

/* Starts EAL, once a process; aborts with a message where it cannot. */
void test_eal_init(void);

/* The pool, made at the first call. */
struct rte_mempool *test_pool(void);

#endif
