// SPDX-License-Identifier: BSD-3-Clause
/* BFD sessions between two engines, in virtual time. */
#include "tests/sim/bfd_pair.h"

static void two_neighbours_come_up_and_speed_up(void **state)
{
	come_up(&fast);
	assert_int_equal(told_a, BFD_UP);
	assert_int_equal(told_b, BFD_UP);
	assert_int_equal(info(at_a).tx_us, 50000);
	assert_int_equal(info(at_a).detect_us, 150000);
	assert_int_equal(info(at_a).your_discriminator, info(at_b).my_discriminator);
	assert_int_equal(info(at_a).transitions, 0);
}

static void it_works_over_ipv6_link_local_addresses(void **state)
{
	bfd_configure(a->bfd, &fast);
	bfd_configure(b->bfd, &fast);
	want("fe80::1", "fe80::2");
	assert_true(world_run_until(world, SPAN_S(5), both_up, NULL));
}

static void silence_is_noticed_after_the_detection_time(void **state)
{
	struct moment cut;

	come_up(&fast);
	link_ab->is_silent = true;
	cut = world->timers.now;
	assert_true(world_run_until(world, SPAN_S(1), a_not_up, NULL));
	assert_in_range(moment_span(cut, world->timers.now), 100000, 150000);
	assert_int_equal(told_a, BFD_DOWN);
	assert_int_equal(info(at_a).diag, BFD_DIAG_TIMEOUT);
	assert_int_equal(info(at_a).transitions, 1);
	link_ab->is_silent = false;
	assert_true(world_run_until(world, SPAN_S(5), both_up, NULL));
	assert_int_equal(info(at_a).transitions, 1);
}

static void one_deaf_end_takes_both_down(void **state)
{
	come_up(&fast);
	end_a->is_deaf = true;
	world_run(world, SPAN_MS(400));
	assert_int_equal(told_a, BFD_DOWN);
	assert_int_equal(told_b, BFD_DOWN);
	assert_int_equal(info(at_b).diag, BFD_DIAG_PEER_DOWN);
	assert_int_equal(info(at_b).remote_diag, BFD_DIAG_TIMEOUT);
}

static void lost_packets_below_the_multiplier_are_no_failure(void **state)
{
	come_up(&fast);
	link_ab->conf.loss = 50000; /* three in a row: 1 of 8,000 */
	world_run(world, SPAN_S(10));
	link_ab->conf.loss = 0;
	world_run(world, SPAN_S(4));
	assert_true(both_up(NULL));
	assert_true(info(at_a).transitions <= 2);
}

static void carrier_lost_is_noticed_at_once(void **state)
{
	come_up(&fast);
	link_cut(link_ab, true);
	assert_int_equal(told_a, BFD_DOWN);
	assert_int_equal(info(at_a).diag, BFD_DIAG_PATH_DOWN);
	link_cut(link_ab, false);
	assert_true(world_run_until(world, SPAN_S(5), both_up, NULL));
}

static void before_it_is_up_a_packet_a_second_is_sent(void **state)
{
	bfd_configure(a->bfd, &fast);
	at_a = bfd_want(a->bfd, 1, &(struct addr){0}, on_a, NULL);
	give_back();
	struct addr to_b = address("10.0.0.2");
	at_a = bfd_want(a->bfd, 1, &to_b, on_a, NULL);
	world_run(world, SPAN_S(60));
	assert_in_range(info(at_a).sent, 60, 82); /* 75 to 100 % of a second each */
}

static void intervals_are_jittered_and_never_longer_than_agreed(void **state)
{
	uint64_t sent;

	come_up(&fast);
	sent = info(at_a).sent;
	world_run(world, SPAN_S(10));
	assert_in_range(info(at_a).sent - sent, 200, 267);
	assert_true(info(at_a).sent - sent > 215); /* all at 100 % would be 200: it is jittered */
}

static void the_slower_side_decides(void **state)
{
	struct bfd_conf slow = {.tx_us = 200000, .rx_us = 300000, .multiplier = 5};

	bfd_configure(a->bfd, &fast);
	bfd_configure(b->bfd, &slow);
	want("10.0.0.1", "10.0.0.2");
	assert_true(world_run_until(world, SPAN_S(5), both_up, NULL));
	world_run(world, SPAN_S(3));
	assert_int_equal(info(at_a).tx_us, 300000);      /* b wants no more */
	assert_int_equal(info(at_b).tx_us, 200000);      /* its own wish */
	assert_int_equal(info(at_a).detect_us, 1000000); /* five of b's */
	assert_int_equal(info(at_b).detect_us, 900000);  /* three of a's */
}

static void new_intervals_are_agreed_upon_by_a_poll_without_a_flap(void **state)
{
	struct bfd_conf slower = {.tx_us = 400000, .rx_us = 400000, .multiplier = 3};

	come_up(&fast);
	bfd_configure(a->bfd, &slower);
	assert_int_equal(info(at_a).tx_us, 50000); /* b has not agreed yet */
	world_run(world, SPAN_S(3));
	assert_int_equal(info(at_a).tx_us, 400000);
	assert_int_equal(info(at_b).tx_us, 400000);
	assert_int_equal(info(at_b).detect_us, 1200000);
	bfd_configure(a->bfd, &fast);
	world_run(world, SPAN_S(3));
	assert_int_equal(info(at_a).tx_us, 50000);
	assert_int_equal(info(at_a).detect_us, 150000);
	assert_int_equal(info(at_a).transitions, 0);
	assert_int_equal(info(at_b).transitions, 0);
}

static void held_down_is_told_to_the_peer_and_is_no_failure(void **state)
{
	struct bfd_conf held = fast;

	held.admin_down = true;
	come_up(&fast);
	bfd_configure(b->bfd, &held);
	world_run(world, SPAN_S(1));
	assert_int_equal(bfd_state(at_b), BFD_ADMIN_DOWN);
	assert_int_equal(bfd_state(at_a), BFD_DOWN);
	assert_int_equal(told_a, BFD_ADMIN_DOWN);
	bfd_configure(b->bfd, &fast);
	assert_true(world_run_until(world, SPAN_S(5), both_up, NULL));
}

static void a_session_given_back_tells_its_peer(void **state)
{
	come_up(&fast);
	bfd_unwant(b->bfd, at_b, on_b, NULL);
	at_b = NULL;
	world_run(world, SPAN_MS(10));
	assert_int_equal(told_a, BFD_ADMIN_DOWN);
}

static void users_of_one_neighbour_share_its_session(void **state)
{
	struct addr to_b = address("10.0.0.2");
	struct bfd_session *second;

	come_up(&fast);
	second = bfd_want(a->bfd, 1, &to_b, on_b, NULL);
	assert_ptr_equal(second, at_a);
	assert_int_equal(info(at_a).users, 2);
	bfd_unwant(a->bfd, second, on_b, NULL);
	world_run(world, SPAN_S(1));
	assert_int_equal(told_a, BFD_UP);
}

static void leave(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	struct bfd_session **mine = arg;

	if (state == BFD_UP && *mine) {
		bfd_unwant(a->bfd, *mine, leave, arg);
		*mine = NULL;
	}
}

static void a_user_may_leave_while_it_is_told(void **state)
{
	struct addr to_b = address("10.0.0.2"), to_a = address("10.0.0.1");
	struct bfd_session *mine = bfd_want(a->bfd, 1, &to_b, leave, &mine);

	at_b = bfd_want(b->bfd, 1, &to_a, on_b, NULL);
	world_run(world, SPAN_S(5));
	assert_null(mine);
	assert_null(bfd_next(a->bfd, NULL));
}

static void a_peer_that_restarts_is_found_again(void **state)
{
	struct addr to_a = address("10.0.0.1");
	uint32_t before;

	come_up(&fast);
	before = info(at_a).your_discriminator;
	link_ab->is_silent = true; /* b's farewell is not heard */
	bfd_unwant(b->bfd, at_b, on_b, NULL);
	at_b = bfd_want(b->bfd, 1, &to_a, on_b, NULL);
	link_ab->is_silent = false;
	assert_true(world_run_until(world, SPAN_S(10), both_up, NULL));
	assert_int_not_equal(info(at_a).your_discriminator, before);
}

static void who_came_near_to_a_failure_is_seen_afterwards(void **state)
{
	uint64_t late;

	come_up(&fast);
	world_run(world, SPAN_S(1));
	bfd_clear(a->bfd);
	late = info(at_a).late;
	world_run(world, SPAN_S(5));
	assert_in_range(info(at_a).longest_us, 40000, 60000);
	assert_int_equal(info(at_a).late, late);
	link_ab->is_silent = true;
	world_run(world, SPAN_MS(90));
	link_ab->is_silent = false;
	world_run(world, SPAN_S(1));
	assert_int_equal(info(at_a).transitions, 0);
	assert_int_equal(info(at_a).late, late + 1);
	assert_in_range(info(at_a).longest_us, 90000, 150000);
	bfd_clear(a->bfd);
	assert_int_equal(info(at_a).longest_us, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_neighbours_come_up_and_speed_up),
		TEST(it_works_over_ipv6_link_local_addresses),
		TEST(silence_is_noticed_after_the_detection_time),
		TEST(one_deaf_end_takes_both_down),
		TEST(lost_packets_below_the_multiplier_are_no_failure),
		TEST(carrier_lost_is_noticed_at_once),
		TEST(before_it_is_up_a_packet_a_second_is_sent),
		TEST(intervals_are_jittered_and_never_longer_than_agreed),
		TEST(the_slower_side_decides),
		TEST(new_intervals_are_agreed_upon_by_a_poll_without_a_flap),
		TEST(held_down_is_told_to_the_peer_and_is_no_failure),
		TEST(a_session_given_back_tells_its_peer),
		TEST(users_of_one_neighbour_share_its_session),
		TEST(a_user_may_leave_while_it_is_told),
		TEST(a_peer_that_restarts_is_found_again),
		TEST(who_came_near_to_a_failure_is_seen_afterwards),
	};

	return cmocka_run_group_tests_name("bfd", tests, NULL, NULL);
}
