// SPDX-License-Identifier: BSD-3-Clause
/*
 * The FIB beside rte_fib and rte_lpm (IPv4), rte_fib6 (IPv6): cycles a lookup,
 * in bursts of 32, of random addresses within random routes of the table;
 * inserts, replacements and deletions a second; memory. By hand:
 *   build/tests/bench/bench_fib [lpm]
 * lpm: tables of a million into rte_lpm as well, which takes minutes.
 *
 * Lookups are timed in runs of 1,024, and each round gives the median of its runs: what else
 * the machine does shows in few of them. Rounds alternate.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_lpm.h>
#include <rte_malloc.h>

#include "dataplane/fib_lookup.h"
#include "dataplane/retire.h"
#include "tests/support/routes.h"

enum { ROUNDS = 7, BURST = 32, RUN = 1024, LOOKUPS = 1 << 20, RUNS = LOOKUPS / RUN };

static uint32_t asked4[LOOKUPS];
static struct fib_key6 asked6[LOOKUPS];
static uint8_t asked_bytes[LOOKUPS][16];
static struct drawn_route *routes;
static uint32_t n_routes;
static uint64_t sink; /* keeps the compiler from dropping the lookups */

/* --- those who take part --- */

static struct fib *ours;
static struct rte_fib *rte4;
static struct rte_fib6 *rte6;
static struct rte_lpm *lpm;

static void ours4(uint32_t first)
{
	uint32_t groups[BURST];

	fib4_lookup(ours, &asked4[first], groups, BURST);
	for (int i = 0; i < BURST; i++)
		sink += groups[i];
}

static void scalar4(uint32_t first)
{
	uint32_t groups[BURST];
	struct fib_walk walk;

	fib_scalar.start4(&walk, ours, &asked4[first], BURST);
	fib_scalar.finish(&walk, groups);
	for (int i = 0; i < BURST; i++)
		sink += groups[i];
}

static void ours6(uint32_t first)
{
	uint32_t groups[BURST];

	fib6_lookup(ours, &asked6[first], groups, BURST);
	for (int i = 0; i < BURST; i++)
		sink += groups[i];
}

static void scalar6(uint32_t first)
{
	uint32_t groups[BURST];
	struct fib_walk walk;

	fib_scalar.start6(&walk, ours, &asked6[first], BURST);
	fib_scalar.finish(&walk, groups);
	for (int i = 0; i < BURST; i++)
		sink += groups[i];
}

static void rte_fib_4(uint32_t first)
{
	uint64_t hops[BURST];

	rte_fib_lookup_bulk(rte4, &asked4[first], hops, BURST);
	for (int i = 0; i < BURST; i++)
		sink += hops[i];
}

static void rte_fib_6(uint32_t first)
{
	uint64_t hops[BURST];

	rte_fib6_lookup_bulk(rte6, &asked_bytes[first], hops, BURST);
	for (int i = 0; i < BURST; i++)
		sink += hops[i];
}

static void rte_lpm_4(uint32_t first)
{
	uint32_t hops[BURST];

	rte_lpm_lookup_bulk(lpm, &asked4[first], hops, BURST);
	for (int i = 0; i < BURST; i++)
		sink += hops[i] & 0xffffff;
}

/* --- lookups --- */

struct contender {
	const char *name;
	void (*burst)(uint32_t first);
	bool is_there;
	double cycles[ROUNDS];
	uint64_t sum; /* of all results: those who disagree are wrong */
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double round_of(struct contender *c)
{
	static double runs[RUNS];
	uint64_t before = sink;

	for (uint32_t run = 0; run < RUNS; run++) {
		uint64_t begin = rte_rdtsc();

		for (uint32_t i = 0; i < RUN; i += BURST)
			c->burst(run * RUN + i);
		runs[run] = (double)(rte_rdtsc() - begin) / RUN;
	}
	c->sum = sink - before;
	qsort(runs, RUNS, sizeof(double), compare);
	return runs[RUNS / 2];
}

static void lookups(struct contender *list, int n)
{
	for (int round = 0; round < ROUNDS; round++)
		for (int k = 0; k < n; k++)
			if (list[k].is_there)
				list[k].cycles[round] = round_of(&list[k]);
	for (int k = 0; k < n; k++) {
		if (!list[k].is_there)
			continue;
		qsort(list[k].cycles, ROUNDS, sizeof(double), compare);
		printf("  %-14s median %6.1f cycles, min %6.1f, max %6.1f%s\n", list[k].name,
		       list[k].cycles[ROUNDS / 2], list[k].cycles[0], list[k].cycles[ROUNDS - 1],
		       list[k].sum == list[0].sum ? "" : "  WRONG RESULTS");
	}
}

/* --- updates --- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static uint32_t addr_of(const struct drawn_route *r)
{
	return (uint32_t)r->bytes[0] << 24 | r->bytes[1] << 16 | r->bytes[2] << 8 | r->bytes[3];
}

static bool ours_set(const struct drawn_route *r)
{
	return !fib_set(ours, r->bytes, r->length, r->group);
}

/* What the caller has to know: without nested prefixes there is no cover. Others are put right
 * again by what follows. */
static bool ours_del(const struct drawn_route *r)
{
	fib_del(ours, r->bytes, r->length, FIB_NONE);
	return true;
}

static bool rte4_set(const struct drawn_route *r)
{
	return !rte_fib_add(rte4, addr_of(r), r->length, r->group);
}

static bool rte4_del(const struct drawn_route *r)
{
	return !rte_fib_delete(rte4, addr_of(r), r->length);
}

static bool rte6_set(const struct drawn_route *r)
{
	return !rte_fib6_add(rte6, r->bytes, r->length, r->group);
}

static bool rte6_del(const struct drawn_route *r)
{
	return !rte_fib6_delete(rte6, r->bytes, r->length);
}

static bool lpm_set(const struct drawn_route *r)
{
	return !rte_lpm_add(lpm, addr_of(r), r->length, r->group);
}

static bool lpm_del(const struct drawn_route *r)
{
	return !rte_lpm_delete(lpm, addr_of(r), r->length);
}

/* Whether the core was taken from us since the last call. */
static bool was_interrupted(void)
{
	static long seen;
	struct rusage usage;
	bool was;

	getrusage(RUSAGE_THREAD, &usage);
	was = usage.ru_nivcsw != seen;
	seen = usage.ru_nivcsw;
	return was;
}

/* Routes a second, in millions. longest: seconds of one update, those aside in which we were
 * interrupted. */
static double all(bool update(const struct drawn_route *r), double *longest)
{
	double begin = now(), last = begin, t;

	*longest = 0;
	was_interrupted();
	for (uint32_t i = 0; i < n_routes; i++) {
		if (!update(&routes[i])) {
			printf("  route %u refused\n", i);
			return 0;
		}
		t = now();
		if (t - last > *longest && !was_interrupted())
			*longest = t - last;
		last = t;
	}
	return n_routes / (last - begin) * 1e-6;
}

static void updates(const char *name, bool set(const struct drawn_route *r),
		    bool del(const struct drawn_route *r), double megabytes)
{
	double longest, replaced = all(set, &longest), gone = all(del, &longest);

	printf("  %-14s replaced %.2f M/s, deleted %.2f M/s (longest %.2f ms); full %.1f MB\n",
	       name, replaced, gone, 1e3 * longest, megabytes);
}

static void load(const char *name, bool set(const struct drawn_route *r))
{
	double longest, rate = all(set, &longest);

	printf("  %-14s inserted %.2f M/s (longest %.2f ms)\n", name, rate, 1e3 * longest);
}

/* --- a table --- */

static void draw(enum drawn_table table, uint32_t n)
{
	routes = calloc(n, sizeof(*routes));
	if (!routes)
		exit(1);
	n_routes = n;
	routes_draw(table, routes, n, 1);
	for (uint32_t i = 0; i < LOOKUPS; i++) {
		uint8_t *b = asked_bytes[i];

		routes_address(&routes[routes_random() % n], b);
		asked4[i] = (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
		asked6[i] = (struct fib_key6){0, 0};
		for (int k = 0; k < 8; k++) {
			asked6[i].hi = asked6[i].hi << 8 | b[k];
			asked6[i].lo = asked6[i].lo << 8 | b[8 + k];
		}
	}
	printf("%s, %u routes\n", table_names[table], n);
}

static double heap_mb(void)
{
	struct rte_malloc_socket_stats stats;

	rte_malloc_get_socket_stats(0, &stats);
	return stats.heap_allocsz_bytes * 1e-6;
}

static void measure4(enum drawn_table table, uint32_t n, bool with_lpm)
{
	struct rte_fib_conf fib_conf = {.type = RTE_FIB_DIR24_8,
					.max_routes = n + 16,
					.dir24_8 = {RTE_FIB_DIR24_8_4B, 8192}};
	struct rte_lpm_config lpm_conf = {.max_rules = n + 16, .number_tbl8s = 8192};
	struct contender list[] = {{"fib", ours4, true},
				   {"fib, scalar", scalar4, true},
				   {"rte_fib", rte_fib_4, true},
				   {"rte_lpm", rte_lpm_4, with_lpm}};
	double before = heap_mb(), with_fib;

	draw(table, n);
	ours = fib_create(FIB_IP4);
	rte4 = rte_fib_create("bench", 0, &fib_conf);
	with_fib = heap_mb();
	lpm = with_lpm ? rte_lpm_create("bench", 0, &lpm_conf) : NULL;
	if (!ours || !rte4 || (with_lpm && !lpm))
		exit(1);
	/* The best that this processor can do. */
	if (rte_fib_select_lookup(rte4, RTE_FIB_LOOKUP_DIR24_8_VECTOR_AVX512))
		rte_fib_select_lookup(rte4, RTE_FIB_LOOKUP_DEFAULT);
	load("fib", ours_set);
	load("rte_fib", rte4_set);
	if (lpm)
		load("rte_lpm", lpm_set);
	lookups(list, 4);
	updates("fib", ours_set, ours_del, fib_bytes(ours) * 1e-6);
	updates("rte_fib", rte4_set, rte4_del, with_fib - before);
	if (lpm && n <= 10000)
		updates("rte_lpm", lpm_set, lpm_del, heap_mb() - with_fib);
	rte_lpm_free(lpm);
	rte_fib_free(rte4);
	fib_destroy(ours);
	retire_drain();
	free(routes);
}

static void measure6(enum drawn_table table, uint32_t n)
{
	struct rte_fib6_conf conf = {.type = RTE_FIB6_TRIE,
				     .max_routes = n + 16,
				     .trie = {RTE_FIB6_TRIE_4B, n * 3 + 1024}};
	struct contender list[] = {{"fib", ours6, true},
				   {"fib, scalar", scalar6, true},
				   {"rte_fib6", rte_fib_6, true}};
	double before = heap_mb();

	draw(table, n);
	ours = fib_create(FIB_IP6);
	rte6 = rte_fib6_create("bench", 0, &conf);
	if (!ours || !rte6)
		exit(1);
	if (rte_fib6_select_lookup(rte6, RTE_FIB6_LOOKUP_TRIE_VECTOR_AVX512))
		rte_fib6_select_lookup(rte6, RTE_FIB6_LOOKUP_DEFAULT);
	load("fib", ours_set);
	load("rte_fib6", rte6_set);
	lookups(list, 3);
	updates("fib", ours_set, ours_del, fib_bytes(ours) * 1e-6);
	updates("rte_fib6", rte6_set, rte6_del, heap_mb() - before);
	rte_fib6_free(rte6);
	fib_destroy(ours);
	retire_drain();
	free(routes);
}

static int huge(const struct rte_memseg_list *list, const struct rte_memseg *ms, size_t len,
		void *arg)
{
	madvise(ms->addr, len,
		MADV_HUGEPAGE); /* as our own: neither side is held up by small pages */
	return 0;
}

int main(int argc, char **argv)
{
	char *args[] = {argv[0],
			(char[]){"--no-huge"},
			(char[]){"-m"},
			(char[]){"3500"},
			(char[]){"--no-pci"},
			(char[]){"--no-shconf"},
			(char[]){"--log-level=1"},
			(char[]){"--force-max-simd-bitwidth=512"}};
	bool full_lpm = argc > 1 && !strcmp(argv[1], "lpm");

	setlinebuf(stdout);
	if (rte_eal_init(8, args) < 0)
		return 1;
	rte_memseg_contig_walk(huge, NULL);
	measure4(TABLE_RANDOM4, 1, true);
	measure4(TABLE_INTERNET4, 10000, true);
	measure4(TABLE_RANDOM4, 1000000, full_lpm);
	measure4(TABLE_INTERNET4, 1000000, full_lpm);
	measure4(TABLE_HOSTS4, 100000, false);
	measure6(TABLE_RANDOM6, 1);
	measure6(TABLE_RANDOM6, 200000);
	measure6(TABLE_INTERNET6, 200000);
	return sink == 42;
}
