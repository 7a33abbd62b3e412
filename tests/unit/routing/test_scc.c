// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "routing/core/scc.h"

enum { NODES = 24, EDGES = 60 };

static void nodes_that_reach_each_other_are_one_component(void **state)
{
	/* 0 -> 1 -> 2 -> 0, 2 -> 3 <-> 4, 5 alone with an edge to itself */
	static const uint32_t first[] = {0, 1, 2, 4, 5, 6, 7}, to[] = {1, 2, 0, 3, 4, 3, 5};
	uint32_t component[6];

	assert_int_equal(scc_find(6, first, to, component), 0);
	assert_int_equal(component[0], component[1]);
	assert_int_equal(component[0], component[2]);
	assert_int_equal(component[3], component[4]);
	assert_int_not_equal(component[0], component[3]);
	assert_int_not_equal(component[5], component[0]);
	assert_int_not_equal(component[5], component[3]);
	assert_int_equal(scc_find(0, first, to, component), 0);
}

/* A random graph, and who reaches whom as Warshall finds it. */
static void make_graph(unsigned *seed, uint32_t *first, uint32_t *to, bool reach[NODES][NODES])
{
	uint32_t n = 0;

	memset(reach, 0, sizeof(bool[NODES][NODES]));
	for (uint32_t i = 0; i < NODES; i++) {
		first[i] = n;
		for (int e = rand_r(seed) % (2 * EDGES / NODES); e > 0 && n < EDGES; e--) {
			to[n] = (uint32_t)rand_r(seed) % NODES;
			reach[i][to[n++]] = true;
		}
	}
	first[NODES] = n;
	for (int k = 0; k < NODES; k++)
		for (int i = 0; i < NODES; i++)
			for (int j = 0; j < NODES; j++)
				reach[i][j] |= reach[i][k] && reach[k][j];
}

static void random_graphs_agree_with_warshall(void **state)
{
	const char *text = getenv("SEED");
	unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
	uint32_t first[NODES + 1], to[EDGES], component[NODES];
	bool reach[NODES][NODES];

	print_message("SEED=%u\n", seed);
	for (int round = 0; round < 300; round++) {
		make_graph(&seed, first, to, reach);
		assert_int_equal(scc_find(NODES, first, to, component), 0);
		for (int i = 0; i < NODES; i++)
			for (int j = 0; j < NODES; j++)
				assert_int_equal(component[i] == component[j],
						 i == j || (reach[i][j] && reach[j][i]));
	}
}

static void a_long_path_needs_no_deep_stack(void **state)
{
	enum { N = 1000000 };
	uint32_t *first = calloc(N + 1, 4), *to = calloc(N, 4), *component = calloc(N, 4);

	assert_true(first && to && component);
	for (uint32_t i = 0; i < N; i++) {
		first[i + 1] = i + 1;
		to[i] = (i + 1) % N;
	}
	assert_int_equal(scc_find(N, first, to, component), 0);
	assert_int_equal(component[0], component[N - 1]);
	to[N - 1] = N - 1;
	assert_int_equal(scc_find(N, first, to, component), 0);
	assert_int_not_equal(component[0], component[N - 1]);
	free(first);
	free(to);
	free(component);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_that_reach_each_other_are_one_component),
		cmocka_unit_test(random_graphs_agree_with_warshall),
		cmocka_unit_test(a_long_path_needs_no_deep_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
