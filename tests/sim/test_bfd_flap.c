// SPDX-License-Identifier: BSD-3-Clause
/* BFD: a neighbour that flaps, and how long it is not believed. a of the pair hears what tests say.
 */
#include "tests/sim/bfd_pair.h"

#include <string.h>

#include "routing/core/be.h"
#include "routing/core/udp.h"

enum { HOLD_US = 1000000 };

static uint32_t n_told[BFD_STATES];
static const struct bfd_conf holds = {.tx_us = 50000,
				      .rx_us = 50000,
				      .multiplier = 3,
				      .hold_us = HOLD_US};

static void on_news(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	n_told[state]++;
}

/* Seldom enough (a second) that silence means nothing here. */
static void says(enum bfd_state state)
{
	uint8_t bytes[24] = {0x20, (uint8_t)(state << 6), 3, sizeof(bytes), [7] = 9};
	uint8_t buffer[UDP_HEADERS_MAX + sizeof(bytes)];
	struct ip_out ip = {.src = address("10.0.0.2"), .dst = address("10.0.0.1"), .ttl = 255};
	struct udp_view udp = {.sport = 50000,
			       .dport = BFD_PORT,
			       .data = bytes,
			       .len = sizeof(bytes)};
	struct packet_in in = {.iface = &end_a->iface, .ether_type = 0x0800, .data = buffer};

	store_be32(bytes + 8, info(at_a).my_discriminator);
	store_be32(bytes + 12, 1000000);
	store_be32(bytes + 16, 1000000);
	in.len = udp_write(buffer, &ip, &udp);
	bfd_input(a->bfd, &in);
}

static int flap_setup(void **state)
{
	struct addr to_b;

	pair_setup(state);
	to_b = address("10.0.0.2");
	memset(n_told, 0, sizeof(n_told));
	bfd_configure(a->bfd, &holds);
	at_a = bfd_want(a->bfd, 1, &to_b, on_news, NULL);
	says(BFD_DOWN);
	says(BFD_INIT);
	assert_int_equal(bfd_state(at_a), BFD_UP);
	return 0;
}

static int flap_teardown(void **state)
{
	bfd_unwant(a->bfd, at_a, on_news, NULL);
	at_a = NULL;
	return pair_teardown(state);
}

static void flap(uint32_t times)
{
	for (uint32_t i = 0; i < times; i++) {
		says(BFD_DOWN);
		world_run(world, SPAN_MS(50));
		says(BFD_DOWN);
		says(BFD_INIT);
		assert_int_equal(bfd_state(at_a), BFD_UP);
		world_run(world, SPAN_MS(50));
	}
}

static void the_first_time_that_it_is_up_is_not_held_back(void **state)
{
	assert_int_equal(n_told[BFD_UP], 1);
	assert_int_equal(info(at_a).held_us, 0);
}

static void who_flaps_every_100_ms_fails_once(void **state)
{
	flap(100);
	assert_int_equal(info(at_a).transitions, 100); /* which is counted nevertheless */
	assert_int_equal(n_told[BFD_UP], 1);
	assert_true(info(at_a).held_us > 0);
	says(BFD_UP);
	world_run(world, HOLD_US);
	assert_int_equal(n_told[BFD_UP], 2);
	assert_int_equal(info(at_a).held_us, 0);
	assert_int_equal(info(at_a).transitions, 100);
}

static void a_failure_is_told_at_once(void **state)
{
	says(BFD_DOWN);
	assert_int_equal(n_told[BFD_DOWN], 1);
}

static void without_a_hold_time_every_flap_is_told(void **state)
{
	bfd_configure(a->bfd, &fast);
	flap(100);
	assert_int_equal(n_told[BFD_UP], 101);
	assert_int_equal(n_told[BFD_DOWN], 100);
}

static void a_hold_time_that_is_taken_away_is_over(void **state)
{
	flap(1);
	assert_int_equal(n_told[BFD_UP], 1);
	bfd_configure(a->bfd, &fast);
	world_run(world, 1);
	assert_int_equal(n_told[BFD_UP], 2);
}

static void a_neighbour_does_not_end_it_by_holding_its_session_down(void **state)
{
	flap(1);
	says(BFD_ADMIN_DOWN);
	assert_int_equal(n_told[BFD_ADMIN_DOWN], 0);
	world_run(world, HOLD_US);
	assert_int_equal(n_told[BFD_ADMIN_DOWN], 1);
}

static void what_we_hold_down_ourselves_is_told_at_once(void **state)
{
	struct bfd_conf held = holds;

	held.admin_down = true;
	flap(1);
	bfd_configure(a->bfd, &held);
	assert_int_equal(n_told[BFD_ADMIN_DOWN], 1);
}

static void one_who_is_given_back_while_held_leaves_no_timer(void **state)
{
	flap(1);
	bfd_unwant(a->bfd, at_a, on_news, NULL);
	assert_null(bfd_next(a->bfd, NULL));
	world_run(world, 2 * HOLD_US);
	assert_int_equal(n_told[BFD_UP], 1);
	at_a = bfd_want(a->bfd, 1, &(struct addr){ADDR_IP4, {10, 0, 0, 2}}, on_news, NULL);
}

int main(void)
{
#define FLAP(name) cmocka_unit_test_setup_teardown(name, flap_setup, flap_teardown)
	const struct CMUnitTest tests[] = {
		FLAP(the_first_time_that_it_is_up_is_not_held_back),
		FLAP(who_flaps_every_100_ms_fails_once),
		FLAP(a_failure_is_told_at_once),
		FLAP(without_a_hold_time_every_flap_is_told),
		FLAP(a_hold_time_that_is_taken_away_is_over),
		FLAP(a_neighbour_does_not_end_it_by_holding_its_session_down),
		FLAP(what_we_hold_down_ourselves_is_told_at_once),
		FLAP(one_who_is_given_back_while_held_leaves_no_timer),
	};

	return cmocka_run_group_tests_name("bfd flap", tests, NULL, NULL);
}
