// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cycles a lookup of uniformly random addresses: the fdb beside rte_hash (bulk,
 * 8-byte keys, lock-free readers), in alternating rounds. By hand:
 *   build/tests/bench/bench_fdb
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "dataplane/fdb_table.h"
#include "tests/support/eal.h"

enum { ROUNDS = 7, BATCH = 32, LOOKUPS = 1 << 20 };

struct result {
	double cycles[ROUNDS];
};

static fdb_key *asked; /* [LOOKUPS] */
static uint64_t sink;  /* keeps the compiler from dropping the lookups */

static fdb_key key_of(uint32_t n)
{
	return (UINT64_C(0x020000000000) + n * UINT64_C(2654435761) % (UINT64_C(1) << 40)) << 12 |
	       1;
}

static double run_fdb(const struct fdb *fdb)
{
	uint64_t begin = rte_rdtsc();

	for (uint32_t i = 0; i < LOOKUPS; i += BATCH) {
		for (int k = 0; k < BATCH; k++)
			fdb_prefetch(fdb, asked[i + k]);
		for (int k = 0; k < BATCH; k++)
			sink += fdb_lookup(fdb, asked[i + k]);
	}
	return (double)(rte_rdtsc() - begin) / LOOKUPS;
}

static double run_hash(const struct rte_hash *hash)
{
	uint64_t begin = rte_rdtsc();

	for (uint32_t i = 0; i < LOOKUPS; i += BATCH) {
		const void *keys[BATCH];
		int32_t slots[BATCH];

		for (int k = 0; k < BATCH; k++)
			keys[k] = &asked[i + k];
		rte_hash_lookup_bulk(hash, keys, BATCH, slots);
		for (int k = 0; k < BATCH; k++)
			sink += slots[k];
	}
	return (double)(rte_rdtsc() - begin) / LOOKUPS;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print(const char *what, uint32_t n, struct result *r)
{
	qsort(r->cycles, ROUNDS, sizeof(double), compare);
	printf("%-8s %7u addresses: median %6.1f cycles, min %6.1f, max %6.1f\n", what, n,
	       r->cycles[ROUNDS / 2], r->cycles[0], r->cycles[ROUNDS - 1]);
}

static void measure(uint32_t n)
{
	struct rte_hash_parameters params = {
		.name = "bench",
		.entries = n < 8 ? 8 : n * 2,
		.key_len = sizeof(fdb_key),
		.hash_func = rte_hash_crc,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF,
	};
	struct rte_hash *hash = rte_hash_create(&params);
	struct bridge *bridge = bridge_create(n);
	struct result fdb, library;

	if (!hash || !bridge)
		exit(1);
	for (uint32_t i = 0; i < n; i++) {
		fdb_key key = key_of(i);

		if (rte_hash_add_key(hash, &key) < 0 || fdb_set(bridge, key, 0, false, 0) < 0)
			exit(1);
	}
	for (uint32_t i = 0; i < LOOKUPS; i++)
		asked[i] = key_of(rand() % n);
	for (int r = 0; r < ROUNDS; r++) {
		fdb.cycles[r] = run_fdb(bridge->fdb);
		library.cycles[r] = run_hash(hash);
	}
	print("fdb", n, &fdb);
	print("rte_hash", n, &library);
	bridge_destroy(bridge);
	rte_hash_free(hash);
}

int main(void)
{
	test_eal_init();
	srand(1);
	asked = calloc(LOOKUPS, sizeof(*asked));
	if (!asked)
		return 1;
	measure(1);
	measure(1000);
	measure(10000);
	measure(100000);
	free(asked);
	return sink == 42;
}
