// SPDX-License-Identifier: BSD-3-Clause
/* Bursts of lookups, and how much memory large tables take. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dataplane/fib_lookup.h"
#include "dataplane/l3_table.h"
#include "dataplane/retire.h"
#include "tests/support/routes.h"
#include "tests/unit/dataplane/fib_oracle.h"

/* --- bursts --- */

static void draw_all(struct fib_key6 *keys, uint32_t *addrs, uint32_t *expected, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uint8_t bytes[16];

		memcpy(bytes, oracle.list[rand() % oracle.n]->bytes, 16);
		bytes[rand() % 16] ^= 1 << rand() % 8;
		bytes[rand() % 4] ^= 1 << rand() % 8;
		addrs[i] = (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
		keys[i] = (struct fib_key6){0, 0};
		for (int k = 0; k < 8; k++) {
			keys[i].hi = keys[i].hi << 8 | bytes[k];
			keys[i].lo = keys[i].lo << 8 | bytes[8 + k];
		}
		expected[i] = fib_find(oracle.fib, bytes);
	}
}

/* The burst's n results, and nothing behind them. */
static void check_burst(const uint32_t *got, const uint32_t *expected, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(got[i], expected[i]);
	assert_int_equal(got[n], 4711);
}

static void bursts_of_any_size_equal_single_addresses(void **state)
{
	static const struct shape shapes[] = {{FIB_IP4, "10.0.0.0", 0, 32, 3, 0, 3000},
					      {FIB_IP6, "2001:db8::", 0, 128, 2, 0, 3000},
					      {FIB_IP6, "2001:db8::", 16, 64, 4, 0, 3000}};

	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		oracle_begin(shapes[s].family);
		for (uint32_t i = 0; i < shapes[s].steps; i++) {
			uint8_t bytes[16], length;

			oracle_draw(&shapes[s], bytes, &length);
			oracle_cut(bytes, length);
			oracle_set(bytes, length, 1 + rand() % 60000);
		}
		for (unsigned round = 0; round < 2000; round++) {
			uint32_t addrs[FIB_BULK_MAX], expected[FIB_BULK_MAX], got[FIB_BULK_MAX + 1];
			struct fib_key6 keys[FIB_BULK_MAX];
			unsigned n = rand() % (FIB_BULK_MAX + 1);

			draw_all(keys, addrs, expected, n);
			got[n] = 4711;
			if (oracle.family == FIB_IP4)
				fib4_lookup(oracle.fib, addrs, got, n);
			else
				fib6_lookup(oracle.fib, keys, got, n);
			check_burst(got, expected, n);
		}
		oracle_end();
	}
}

/* However many steps are taken before the last ones. */
static void steps_between_change_nothing(void **state)
{
	static const struct shape shape = {FIB_IP6, "2001:db8::", 0, 128, 3, 0, 3000};
	uint32_t addrs[FIB_BULK_MAX], expected[FIB_BULK_MAX], got[FIB_BULK_MAX];
	const struct fib_way *ways[2] = {&fib_scalar, &fib_scalar};
	struct fib_key6 keys[FIB_BULK_MAX];
	struct fib_walk walk;

#ifdef FIB_LOOKUP_AVX512
	if (fib_avx512_works())
		ways[1] = &fib_avx512;
#endif
	for (int f = FIB_IP4; f <= FIB_IP6; f++) {
		oracle_begin(f);
		for (uint32_t i = 0; i < shape.steps; i++) {
			uint8_t bytes[16], length;

			oracle_draw(&shape, bytes, &length);
			length = f == FIB_IP4 ? length / 4 : length;
			oracle_cut(bytes, length);
			oracle_set(bytes, length, 1 + rand() % 60000);
		}
		for (unsigned round = 0; round < 4000; round++) {
			const struct fib_way *way = ways[round % 2];

			draw_all(keys, addrs, expected, FIB_BULK_MAX);
			if (f == FIB_IP4)
				way->start4(&walk, oracle.fib, addrs, FIB_BULK_MAX);
			else
				way->start6(&walk, oracle.fib, keys, FIB_BULK_MAX);
			for (unsigned step = 0; step < round % 16; step++)
				way->step(&walk);
			way->finish(&walk, got);
			assert_memory_equal(got, expected, sizeof(got));
		}
		oracle_end();
	}
}

/* --- memory --- */

static void load(enum drawn_table table, uint32_t n)
{
	struct drawn_route *routes = calloc(n, sizeof(*routes));

	assert_non_null(routes);
	routes_draw(table, routes, n, rand());
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(fib_set(oracle.fib, routes[i].bytes, routes[i].length,
					 routes[i].group),
				 0);
	assert_int_equal(fib_prefixes(oracle.fib), n);
	free(routes);
}

static void a_million_routes_take_at_most_64_mb(void **state)
{
	for (int table = TABLE_RANDOM4; table <= TABLE_INTERNET4; table++) {
		oracle_begin(FIB_IP4);
		load(table, 1000000);
		retire_drain();
		print_message("%s: %.1f MB\n", table_names[table], fib_bytes(oracle.fib) * 1e-6);
		assert_true(fib_bytes(oracle.fib) <= 64000000);
		assert_true(buddy_used() <= fib_bytes(oracle.fib));
		oracle_end();
	}
}

static void two_hundred_thousand_ipv6_routes_take_at_most_20_mb(void **state)
{
	for (int table = TABLE_RANDOM6; table <= TABLE_INTERNET6; table++) {
		oracle_begin(FIB_IP6);
		load(table, 200000);
		print_message("%s: %.1f MB\n", table_names[table], fib_bytes(oracle.fib) * 1e-6);
		assert_true(fib_bytes(oracle.fib) <= 20000000);
		oracle_end();
	}
}

static void a_thousand_vrfs_of_a_hundred_routes_take_at_most_128_mb(void **state)
{
	enum { VRFS = 1000, EACH = 100 };
	static struct drawn_route r4[EACH], r6[EACH];

	routes_draw(TABLE_INTERNET4, r4, EACH, rand());
	routes_draw(TABLE_INTERNET6, r6, EACH, rand());
	assert_int_equal(l3_start(), 0);
	for (int vrf = 1; vrf <= VRFS; vrf++) {
		assert_int_equal(l3_vrf_add(vrf), 0);
		for (int i = 0; i < EACH; i++) {
			l3_route_set(vrf, 4, r4[i].bytes, r4[i].length, r4[i].group);
			l3_route_set(vrf, 6, r6[i].bytes, r6[i].length, r6[i].group);
		}
		assert_int_equal(fib_prefixes(l3_vrf(vrf)->fib4), EACH);
		assert_int_equal(fib_prefixes(l3_vrf(vrf)->fib6), EACH);
	}
	retire_drain();
	print_message("a hundred of each family: %.1f MB\n", l3_bytes() * 1e-6);
	assert_true(l3_bytes() <= 128000000);
	l3_stop();
	assert_true(buddy_used() == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_of_any_size_equal_single_addresses),
		cmocka_unit_test(steps_between_change_nothing),
		cmocka_unit_test(a_million_routes_take_at_most_64_mb),
		cmocka_unit_test(two_hundred_thousand_ipv6_routes_take_at_most_20_mb),
		cmocka_unit_test(a_thousand_vrfs_of_a_hundred_routes_take_at_most_128_mb),
	};
	unsigned seed = time(NULL);

	srand(seed);
	print_message("seed %u\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
