// SPDX-License-Identifier: BSD-3-Clause
/* The states of a neighbour as a matrix (golden: nud.txt beside this file; UPDATE_GOLDEN=1 writes
 * it anew), and what entering each does. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/neighbor/nud.h"
#include "tests/support/golden.h"
#include "tests/unit/routing/scene.h"

static const char *golden;

static const char *const states[] = {"incomplete", "reachable", "stale", "delay", "probe",
				     "failed",     "static",    "-",     "gone"};
static const char *const events[] = {"used",        "retry",       "expired",      "spoke-same",
				     "spoke-other", "answer-same", "answer-other", "answer-doubt",
				     "news-same",   "news-other",  "news-doubt"};

static void print_matrix(char *out, size_t size)
{
	size_t at = (size_t)snprintf(out, size, "%-13s", "");

	for (int state = 0; state < NEIGHBOR_STATES; state++)
		at += (size_t)snprintf(out + at, size - at, " %-12s", states[state]);
	for (int event = 0; event < NUD_EVENTS; event++) {
		while (out[at - 1] == ' ')
			at--;
		at += (size_t)snprintf(out + at, size - at, "\n%-13s", events[event]);
		for (int state = 0; state < NEIGHBOR_STATES; state++) {
			struct nud_transition to = nud_transition(state, event);
			char cell[16];

			snprintf(cell, sizeof(cell), "%s%s", states[to.next], to.take ? "+" : "");
			at += (size_t)snprintf(out + at, size - at, " %-12s", cell);
		}
	}
	while (out[at - 1] == ' ')
		at--;
	snprintf(out + at, size - at, "\n");
}

static void the_matrix_is_as_it_was_agreed_on(void **state)
{
	char now[8192];

	print_matrix(now, sizeof(now));
	golden_same(golden, now);
}

static void a_neighbour_is_asked_three_times_a_second_apart_and_then_refused(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	resolve(&scene, "192.0.2.2", 1);
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n");
	expect_state(&scene, "192.0.2.2", "incomplete");
	pass(&scene, SPAN_MS(999));
	expect(&scene, "");
	pass(&scene, SPAN_MS(1));
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n");
	pass(&scene, SPAN_S(1));
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n");
	pass(&scene, SPAN_S(1));
	expect(&scene, "release 1 unreachable\n");
	expect_state(&scene, "192.0.2.2", "failed");
	scene_end(&scene);
}

static void who_did_not_answer_is_not_asked_again_for_a_while(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	resolve(&scene, "192.0.2.2", 1);
	pass(&scene, SPAN_S(3));
	scene_read(&scene);
	resolve(&scene, "192.0.2.2", 2);
	expect(&scene, "release 2 unreachable\n");
	pass(&scene, SPAN_S(3));
	expect_state(&scene, "192.0.2.2", "absent");
	resolve(&scene, "192.0.2.2", 3);
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n");
	hear_arp(&scene, 2, MAC(2), "192.0.2.2", "192.0.2.1");
	expect(&scene, "resolved 192.0.2.2 02:00:00:00:aa:02\n"
		       "release 3 send 02:00:00:00:aa:02\n");
	scene_end(&scene);
}

static void an_answer_that_comes_too_late_is_welcome(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	resolve(&scene, "192.0.2.2", 0);
	pass(&scene, SPAN_S(4));
	expect_state(&scene, "192.0.2.2", "failed");
	scene_read(&scene);
	hear_arp(&scene, 2, MAC(2), "192.0.2.2", "192.0.2.1");
	expect(&scene, "resolved 192.0.2.2 02:00:00:00:aa:02\n");
	expect_state(&scene, "192.0.2.2", "reachable");
	scene_end(&scene);
}

/* A neighbour that answered just now. */
static void meet(struct scene *scene)
{
	resolve(scene, "192.0.2.2", 0);
	hear_arp(scene, 2, MAC(2), "192.0.2.2", "192.0.2.1");
	scene_read(scene);
}

static void reachability_lasts_half_to_one_and_a_half_of_its_time(void **state)
{
	struct scene scene;
	int64_t least = INT64_MAX, most = 0;

	scene_begin(&scene, "192.0.2.1/16");
	for (int i = 0; i < 200; i++) {
		int64_t was = scene.fake.timers.now.us, lasted;
		struct addr addr = addr_ip4(0xc0000200u + 2);
		struct neighbor_cursor cursor = {0};
		struct neighbor_row row;

		meet(&scene);
		do {
			pass(&scene, SPAN_MS(100));
			cursor = (struct neighbor_cursor){0};
			assert_true(neighbor_next(scene.engine, &cursor, &row));
		} while (row.state == NEIGHBOR_REACHABLE);
		lasted = scene.fake.timers.now.us - was;
		least = lasted < least ? lasted : least;
		most = lasted > most ? lasted : most;
		neighbor_flush(scene.engine, scene.eth, &addr);
		scene_read(&scene);
	}
	assert_in_range(least, SPAN_S(15), SPAN_S(17));
	assert_in_range(most, SPAN_S(43), SPAN_MS(45100));
	scene_end(&scene);
}

static void a_silent_neighbour_that_is_used_is_noticed_within_a_minute(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	meet(&scene);
	scene.is_in_use = true;
	pass(&scene, SPAN_S(45 + 5));
	scene.is_quiet = true;
	pass(&scene, SPAN_S(3));
	expect_state(&scene, "192.0.2.2", "absent");
	assert_int_equal(scene.n_told, 0);
	assert_int_equal(stats_of(&scene).lost, 1);
	scene_end(&scene);
}

static void a_silent_neighbour_is_asked_directly_before_it_is_given_up(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	meet(&scene);
	scene.is_in_use = true;
	pass(&scene, SPAN_S(60));
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to 02:00:00:00:aa:02\n"
		       "arp who 192.0.2.2 tell 192.0.2.1 to 02:00:00:00:aa:02\n"
		       "arp who 192.0.2.2 tell 192.0.2.1 to 02:00:00:00:aa:02\n"
		       "lost 192.0.2.2 silent\n");
	scene_end(&scene);
}

static void a_neighbour_that_answers_is_never_lost(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	meet(&scene);
	scene.is_in_use = true;
	for (int i = 0; i < 600; i++) {
		pass(&scene, SPAN_S(1));
		if (strstr(scene_read(&scene), "arp who 192.0.2.2") != NULL)
			hear_arp(&scene, 2, MAC(2), "192.0.2.2", "192.0.2.1");
	}
	assert_int_equal(stats_of(&scene).lost, 0);
	assert_in_range(stats_of(&scene).confirmed, 600 / 51, 600 / 20);
	scene_end(&scene);
}

static void an_unused_neighbour_is_asked_after_its_time_and_then_forgotten(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	meet(&scene);
	pass(&scene, SPAN_S(45));
	expect_state(&scene, "192.0.2.2", "stale");
	expect(&scene, "");
	pass(&scene, SPAN_S(30 + 60 + 3));
	expect_state(&scene, "192.0.2.2", "absent");
	assert_non_null(strstr(scene_read(&scene), "to 02:00:00:00:aa:02\n"
						   "lost 192.0.2.2 silent\n"));
	scene_end(&scene);
}

static void use_of_a_stale_neighbour_has_it_asked_five_seconds_later(void **state)
{
	struct scene scene;
	struct addr addr = fake_addr("192.0.2.2");

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	expect_state(&scene, "192.0.2.2", "stale");
	scene_read(&scene);
	neighbor_used(scene.engine, scene.eth, &addr);
	pass(&scene, SPAN_MS(4999));
	expect(&scene, "");
	pass(&scene, SPAN_MS(1));
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to 02:00:00:00:aa:02\n");
	hear_arp(&scene, 2, MAC(2), "192.0.2.2", "192.0.2.1");
	expect_state(&scene, "192.0.2.2", "reachable");
	scene_end(&scene);
}

static void a_kept_neighbour_is_asked_again_as_long_as_it_is_silent(void **state)
{
	struct scene scene;
	struct addr addr = fake_addr("192.0.2.2");

	scene_begin(&scene, "192.0.2.1/24");
	assert_int_equal(neighbor_keep(scene.engine, scene.eth, &addr), 0);
	pass(&scene, SPAN_S(600));
	scene_read(&scene);
	assert_int_equal(stats_of(&scene).solicit_sent, 301); /* 3 in 6 s */
	hear_arp(&scene, 2, MAC(2), "192.0.2.2", "192.0.2.1");
	expect(&scene, "resolved 192.0.2.2 02:00:00:00:aa:02\n");
	neighbor_flush(scene.engine, NULL, NULL);
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n"
		       "lost 192.0.2.2 flushed\n");
	neighbor_unkeep(scene.engine, scene.eth, &addr);
	pass(&scene, SPAN_S(6));
	expect_state(&scene, "192.0.2.2", "absent");
	scene_end(&scene);
}

static void a_static_neighbour_is_what_was_configured_whatever_it_says(void **state)
{
	struct scene scene;
	struct addr addr = fake_addr("192.0.2.2");

	scene_begin(&scene, "192.0.2.1/24");
	assert_int_equal(neighbor_static_set(scene.engine, scene.eth, &addr, MAC(9)), 0);
	expect(&scene, "resolved 192.0.2.2 02:00:00:00:aa:09\n");
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	expect(&scene, "arp 192.0.2.1 is at 02:00:00:00:00:01 to 192.0.2.2 02:00:00:00:aa:02\n");
	pass(&scene, SPAN_S(3600));
	assert_int_equal(neighbor_flush(scene.engine, NULL, NULL), 0);
	resolve(&scene, "192.0.2.2", 1);
	expect(&scene, "release 1 send 02:00:00:00:aa:09\n");
	expect_state(&scene, "192.0.2.2", "static");
	assert_int_equal(neighbor_static_del(scene.engine, scene.eth, &addr), 0);
	expect(&scene, "lost 192.0.2.2 flushed\n");
	assert_int_equal(neighbor_static_del(scene.engine, scene.eth, &addr), -ENOENT);
	scene_end(&scene);
}

static void what_nobody_can_have_is_no_static_neighbour(void **state)
{
	static const char *const bad[] = {"192.0.2.1", "192.0.2.255", "224.0.0.1",
					  "127.0.0.1", "0.0.0.0",     "255.255.255.255"};
	static const uint8_t macs[][6] = {{0},
					  {1, 0, 0x5e, 0, 0, 1},
					  {2, 0, 0, 0, 0, 1},
					  {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
	struct scene scene;
	struct addr good = fake_addr("192.0.2.2");

	scene_begin(&scene, "192.0.2.1/24");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct addr addr = fake_addr(bad[i]);

		assert_int_equal(neighbor_static_set(scene.engine, scene.eth, &addr, MAC(9)),
				 -EINVAL);
		assert_int_equal(neighbor_keep(scene.engine, scene.eth, &addr), -EINVAL);
		resolve(&scene, bad[i], 1);
		expect(&scene, "release 1 dropped\n");
	}
	for (size_t i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
		assert_int_equal(neighbor_static_set(scene.engine, scene.eth, &good, macs[i]),
				 -EINVAL);
	scene_end(&scene);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matrix_is_as_it_was_agreed_on),
		cmocka_unit_test(a_neighbour_is_asked_three_times_a_second_apart_and_then_refused),
		cmocka_unit_test(who_did_not_answer_is_not_asked_again_for_a_while),
		cmocka_unit_test(an_answer_that_comes_too_late_is_welcome),
		cmocka_unit_test(reachability_lasts_half_to_one_and_a_half_of_its_time),
		cmocka_unit_test(a_silent_neighbour_that_is_used_is_noticed_within_a_minute),
		cmocka_unit_test(a_silent_neighbour_is_asked_directly_before_it_is_given_up),
		cmocka_unit_test(a_neighbour_that_answers_is_never_lost),
		cmocka_unit_test(an_unused_neighbour_is_asked_after_its_time_and_then_forgotten),
		cmocka_unit_test(use_of_a_stale_neighbour_has_it_asked_five_seconds_later),
		cmocka_unit_test(a_kept_neighbour_is_asked_again_as_long_as_it_is_silent),
		cmocka_unit_test(a_static_neighbour_is_what_was_configured_whatever_it_says),
		cmocka_unit_test(what_nobody_can_have_is_no_static_neighbour),
	};

	golden = argc > 1 ? argv[1] : "nud.txt";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
