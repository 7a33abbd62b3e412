// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "dataplane/fdb.h"
#include "dataplane/fdb_table.h"

static struct bridge *br;

static int setup(void **state)
{
	br = bridge_create(1000000);
	return br ? 0 : -1;
}

static int teardown(void **state)
{
	bridge_destroy(br);
	return 0;
}

static fdb_key key_of(uint64_t n)
{
	return (UINT64_C(0x020000000000) + n) << 12 | (n % 7 + 1);
}

static int port_of(fdb_key key)
{
	struct fdb *fdb = atomic_load(&br->fdb);
	int64_t slot = fdb_lookup(fdb, key);

	return slot < 0 ? -1 : fdb_slot_port(fdb, slot);
}

static void keys_hold_address_and_vlan(void **state)
{
	const uint8_t mac[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};

	assert_true(fdb_key_make(mac, 0xabc) == UINT64_C(0x021122334455abc));
}

static void what_was_set_is_found_until_it_is_deleted(void **state)
{
	assert_int_equal(port_of(key_of(1)), -1);
	assert_int_equal(fdb_set(br, key_of(1), 7, false, 10), FDB_ADDED);
	assert_int_equal(fdb_set(br, key_of(1), 7, false, 11), FDB_SAME);
	assert_int_equal(port_of(key_of(1)), 7);
	assert_int_equal(fdb_set(br, key_of(1), 8, false, 12), FDB_MOVED);
	assert_int_equal(port_of(key_of(1)), 8);
	assert_int_equal(fdb_count_port(br, 7), 0);
	assert_int_equal(fdb_count_port(br, 8), 1);
	assert_int_equal(fdb_del(br, key_of(1)), 0);
	assert_int_equal(fdb_del(br, key_of(1)), -ENOENT);
	assert_int_equal(port_of(key_of(1)), -1);
	assert_int_equal(fdb_count(br), 0);
}

static void a_learned_address_never_displaces_a_static_one(void **state)
{
	assert_int_equal(fdb_set(br, key_of(1), 7, true, 0), FDB_ADDED);
	assert_int_equal(fdb_set(br, key_of(1), 8, false, 0), -EEXIST);
	assert_int_equal(fdb_set(br, key_of(1), 7, false, 0), FDB_SAME);
	assert_int_equal(fdb_count_port(br, 7), 0);
	assert_int_equal(fdb_set(br, key_of(1), 8, true, 0), FDB_MOVED);
	assert_int_equal(port_of(key_of(1)), 8);
	assert_int_equal(fdb_flush(br, PORT_NONE, 0, false), 0);
	assert_int_equal(fdb_flush(br, 8, 0, true), 1);
}

static void the_table_grows_to_its_limit(void **state)
{
	const uint32_t n = 200000;

	fdb_limit(br, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(fdb_set(br, key_of(i), i % 100, false, 0), FDB_ADDED);
	assert_int_equal(fdb_set(br, key_of(n), 1, false, 0), -ENOSPC);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(port_of(key_of(i)), i % 100);
	assert_int_equal(port_of(key_of(n)), -1);
	assert_int_equal(fdb_count(br), n);
	assert_int_equal(fdb_flush(br, 5, 0, false), n / 100);
	assert_int_equal(fdb_count(br), n - n / 100);
	assert_int_equal(fdb_set(br, key_of(n), 1, false, 0), FDB_ADDED);
}

static void a_full_table_still_takes_static_addresses(void **state)
{
	fdb_limit(br, 10);
	for (uint32_t i = 0; i < 10; i++)
		fdb_set(br, key_of(i), 1, false, 0);
	assert_int_equal(fdb_set(br, key_of(10), 1, false, 0), -ENOSPC);
	assert_int_equal(fdb_set(br, key_of(11), 2, true, 0), FDB_ADDED);
	assert_int_equal(fdb_find(br, key_of(11)), 2);
	assert_int_equal(fdb_find(br, key_of(10)), -ENOENT);
}

/* More than are remembered one by one. */
static void slots_that_were_emptied_are_used_again(void **state)
{
	enum { N = 3000 };
	uint32_t before;

	for (uint32_t i = 0; i < N; i++)
		fdb_set(br, key_of(i), 1, false, 0);
	before = atomic_load(&br->fdb)->n_buckets;
	for (int turn = 0; turn < 20; turn++) {
		for (uint32_t i = 0; i < N; i++)
			assert_int_equal(fdb_del(br, key_of(turn * N + i)), 0);
		for (uint32_t i = 0; i < N; i++)
			fdb_set(br, key_of((turn + 1) * N + i), 1, false, 0);
	}
	assert_int_equal(fdb_count(br), N);
	/* Bad luck with the multipliers may have it grow once; 60,000 addresses would four times.
	 */
	assert_in_range(atomic_load(&br->fdb)->n_buckets, before, 4 * before);
}

static void flush_takes_port_and_vlan(void **state)
{
	for (uint32_t i = 0; i < 700; i++)
		fdb_set(br, key_of(i), i % 2, false, 0);
	assert_int_equal(fdb_flush(br, 1, 3, false), 50);
	assert_int_equal(fdb_flush(br, PORT_NONE, 3, false), 50);
	assert_int_equal(fdb_count(br), 600);
}

static uint32_t n_gone;

static void count_gone(void *arg, const struct fdb_entry *entry)
{
	n_gone++;
}

static void sweep_all(uint32_t now_s, uint32_t aging_s)
{
	uint32_t cursor = 0;

	n_gone = 0;
	do
		fdb_sweep(br, now_s, aging_s, &cursor, 100, count_gone, NULL);
	while (cursor);
}

static void silent_addresses_age_and_heard_ones_stay(void **state)
{
	struct fdb *fdb = atomic_load(&br->fdb);

	fdb_set(br, key_of(1), 1, false, 100);
	fdb_set(br, key_of(2), 1, false, 100);
	fdb_set(br, key_of(3), 1, true, 100);
	fdb_slot_seen(fdb, 0, fdb_lookup(fdb, key_of(2)));
	sweep_all(399, 300);
	assert_int_equal(n_gone, 0);
	sweep_all(400, 300);
	assert_int_equal(n_gone, 1);
	assert_int_equal(port_of(key_of(1)), -1);
	assert_int_equal(port_of(key_of(2)), 1);
	sweep_all(10000, 0); /* 0: never */
	assert_int_equal(n_gone, 0);
	sweep_all(10000, 300);
	assert_int_equal(n_gone, 1);
	assert_int_equal(port_of(key_of(3)), 1);
}

static void a_worker_that_comes_later_notes_what_it_sees_and_loses_no_note(void **state)
{
	struct fdb *fdb;

	for (uint32_t i = 0; i < 100; i++)
		fdb_set(br, key_of(i), 3, false, 100);
	fdb = atomic_load(&br->fdb);
	fdb_slot_seen(fdb, 0, fdb_lookup(fdb, key_of(60)));
	assert_int_equal(fdb_workers_set(5), 0);
	fdb = atomic_load(&br->fdb);
	assert_int_equal(fdb->n_seen, 5);
	fdb_slot_seen(fdb, 4, fdb_lookup(fdb, key_of(50)));
	sweep_all(500, 300);
	assert_int_equal(n_gone, 98);
	assert_int_equal(port_of(key_of(50)), 3);
	assert_int_equal(port_of(key_of(60)), 3);
}

/* Against a plain array: 200,000 random operations on 3,000 addresses. */
static void random_operations_agree_with_a_model(void **state)
{
	enum { KEYS = 3000, STEPS = 200000 };
	static int model[KEYS];
	unsigned seed = time(NULL);
	uint32_t count = 0;

	print_message("seed %u\n", seed);
	srand(seed);
	memset(model, -1, sizeof(model));
	for (int step = 0; step < STEPS; step++) {
		int k = rand() % KEYS, port = rand() % 50;

		if (rand() % 3) {
			fdb_set(br, key_of(k), port, false, step);
			count += model[k] < 0;
			model[k] = port;
		} else {
			assert_int_equal(fdb_del(br, key_of(k)), model[k] < 0 ? -ENOENT : 0);
			count -= model[k] >= 0;
			model[k] = -1;
		}
	}
	for (int k = 0; k < KEYS; k++)
		assert_int_equal(port_of(key_of(k)), model[k]);
	assert_int_equal(fdb_count(br), count);
}

static void two_keys_at_once_find_what_one_by_one_finds(void **state)
{
	struct fdb_bucket bucket = {0};
	unsigned seed = (unsigned)time(NULL);

	print_message("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 100000; i++) {
		fdb_key key = (fdb_key)(rand() % 4) << 32 | (fdb_key)(rand() % 4);
		unsigned mask = 0;

		for (int slot = 0; slot < FDB_SLOTS; slot++) {
			fdb_key other = (fdb_key)(rand() % 4) << 32 | (fdb_key)(rand() % 4);

			bucket.key[slot] = other;
			mask |= (unsigned)(other == key) << slot;
		}
		assert_int_equal(fdb_match(&bucket, key), mask);
		assert_int_equal(fdb_match_scalar(&bucket, key), mask);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(keys_hold_address_and_vlan),
		T(what_was_set_is_found_until_it_is_deleted),
		T(a_learned_address_never_displaces_a_static_one),
		T(the_table_grows_to_its_limit),
		T(a_full_table_still_takes_static_addresses),
		T(slots_that_were_emptied_are_used_again),
		T(flush_takes_port_and_vlan),
		T(silent_addresses_age_and_heard_ones_stay),
		T(a_worker_that_comes_later_notes_what_it_sees_and_loses_no_note),
		T(two_keys_at_once_find_what_one_by_one_finds),
		T(random_operations_agree_with_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
