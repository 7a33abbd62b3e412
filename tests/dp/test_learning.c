// SPDX-License-Identifier: BSD-3-Clause
/* Learning: what workers tell control of, and what they do not. */
#include "tests/dp/four.h"

#include <unistd.h>

enum { MOVE_US = 2000 }; /* after that a move is told of at once */

static void a_group_address_is_never_learned(void **state)
{
	four_join(1);
	teach(p1, A, 0);
	assert_int_equal(fdb_count(br), 1);
}

static void an_address_that_moves_is_followed(void **state)
{
	struct frame f = plain(B, A);

	four_join(1);
	teach(p2, B, 0);
	usleep(MOVE_US);
	teach(p3, B, 0);
	assert_int_equal(fdb_count(br), 1);
	put(p1, &f);
	run();
	expect(p3, &f);
	expect_none(p2);
}

static void a_port_that_leaves_takes_its_addresses_along(void **state)
{
	struct frame f = plain(B, A);

	four_join(1);
	teach(p2, B, 0);
	fake_gone(p2);
	assert_int_equal(fdb_count(br), 0);
	put(p1, &f);
	run();
	expect(p3, &f);
	expect(p4, &f);
}

static void a_port_at_its_limit_teaches_nothing_more(void **state)
{
	four_join(1);
	teach(p1, A, 0);
	bridge_member_learn(&p1->port, false);
	teach(p1, B, 0);
	assert_int_equal(fdb_count(br), 1);
	teach(p2, C, 0); /* others go on */
	assert_int_equal(fdb_count(br), 2);
	bridge_member_learn(&p1->port, true);
	teach(p1, B, 0);
	assert_int_equal(fdb_count(br), 3);
}

static void a_flood_of_addresses_is_bounded_and_harms_no_one(void **state)
{
	struct frame f = plain(A, B);

	four_join(1);
	teach(p1, A, 0);
	fdb_limit(br, 500);
	for (uint64_t i = 0; i < 20000; i++) {
		struct frame spoof = plain(C, UINT64_C(0x060000000000) + i);

		put(p4, &spoof);
		if (i % 1000 == 0) {
			run();
			fake_take_all(p1);
			fake_take_all(p2);
			fake_take_all(p3);
		}
	}
	run();
	fake_take_all(p1);
	assert_int_equal(fdb_count(br), 500);
	put(p2, &f);
	run();
	expect(p1, &f);
}

static void an_address_that_jumps_is_not_told_of_each_time(void **state)
{
	struct frame f = plain(C, B);
	struct dp_learned events[64];

	four_join(1);
	for (int i = 0; i < 1000; i++) {
		put(p1, &f);
		put(p2, &f);
	}
	for (int i = 0; i < 40; i++)
		run_round();
	assert_in_range(dp_learned(events, 64), 1,
			40); /* one, and one for each millisecond that passed */
}

static void an_address_may_move_to_a_port_at_its_limit(void **state)
{
	struct frame f = plain(B, A);

	four_join(1);
	teach(p2, B, 0);
	bridge_member_learn(&p3->port, false);
	usleep(MOVE_US);
	teach(p3, B, 0);
	put(p1, &f);
	run();
	expect(p3, &f);
	expect_none(p2);
}

static void what_a_port_taught_before_it_was_replaced_is_void(void **state)
{
	struct frame f = plain(ALL, B);
	uint16_t index = p2->port.index;
	struct fake *other;

	four_join(1);
	put(p2, &f);
	run_round(); /* the event is on its way */
	fake_gone(p2);
	other = fake("other");
	assert_int_equal(other->port.index, index);
	join(br, other, access_port(1));
	fake_take_all(p1);
	fake_take_all(p3);
	fake_take_all(p4);
	run();
	assert_int_equal(fdb_count(br), 0);
	usleep(MOVE_US);
	put(other, &f); /* what the new port says is not */
	run();
	assert_int_equal(fdb_count(br), 1);
	fake_take_all(p1);
}

static void a_busy_worker_does_not_keep_others_from_being_heard(void **state)
{
	struct dp_learned events[64];
	uint32_t n, heard = 0;

	assert_int_equal(dp_workers_set((uint16_t[]){0, 1}, 2), 0);
	four_join(1);
	net_place(0); /* p1 on the first worker, p2 on the second */
	for (uint64_t i = 0; i < 1000; i++) {
		struct frame f = plain(C, UINT64_C(0x060000000000) + i);

		put(p1, &f);
	}
	for (uint64_t i = 0; i < 10; i++) {
		struct frame f = plain(C, UINT64_C(0x0a0000000000) + i);

		put(p2, &f);
	}
	for (int i = 0; i < 40; i++)
		run_round();
	n = dp_learned(events, 64);
	for (uint32_t i = 0; i < n; i++)
		heard += events[i].port == p2->port.index;
	assert_int_equal(heard, 10);
	fake_take_all(p1);
	fake_take_all(p2);
	fake_take_all(p3);
	fake_take_all(p4);
}

static void all_workers_can_be_replaced_at_once(void **state)
{
	struct frame f = plain(ALL, A);
	uint16_t cores[WORKERS_MAX];

	four_join(1);
	for (int turn = 0; turn < 3; turn++) {
		for (uint16_t i = 0; i < WORKERS_MAX; i++)
			cores[i] = turn * WORKERS_MAX + i;
		assert_int_equal(dp_workers_set(cores, WORKERS_MAX), 0);
		net_place(turn);
		put(p1, &f);
		run();
		expect(p2, &f);
		fake_take_all(p3);
		fake_take_all(p4);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, four_setup, four_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_group_address_is_never_learned),
		T(an_address_that_moves_is_followed),
		T(a_port_that_leaves_takes_its_addresses_along),
		T(a_port_at_its_limit_teaches_nothing_more),
		T(a_flood_of_addresses_is_bounded_and_harms_no_one),
		T(an_address_that_jumps_is_not_told_of_each_time),
		T(an_address_may_move_to_a_port_at_its_limit),
		T(what_a_port_taught_before_it_was_replaced_is_void),
		T(a_busy_worker_does_not_keep_others_from_being_heard),
		T(all_workers_can_be_replaced_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
