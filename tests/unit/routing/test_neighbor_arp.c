// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/cursor.h"
#include "tests/unit/routing/scene.h"

#define REQUEST   1
#define REPLY     2

#define OUR_REPLY "arp 192.0.2.1 is at 02:00:00:00:00:01 to 192.0.2.2 02:00:00:00:aa:02\n"

static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t multicast[6] = {1, 0, 0x5e, 0, 0, 1};
static const uint8_t zero[6];
static const uint8_t ours[6] = {2, 0, 0, 0, 0, 1};

static void a_request_for_us_is_answered_and_its_sender_remembered(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, REQUEST, MAC(2), "192.0.2.2", "192.0.2.1");
	expect(&scene, OUR_REPLY "resolved 192.0.2.2 02:00:00:00:aa:02\n");
	expect_state(&scene, "192.0.2.2", "stale");
	scene_end(&scene);
}

static void a_request_for_others_teaches_nothing(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, REQUEST, MAC(2), "192.0.2.2", "192.0.2.3");
	expect(&scene, "");
	expect_state(&scene, "192.0.2.2", "absent");
	assert_int_equal(stats_of(&scene).not_for_us, 1);
	scene_end(&scene);
}

static void a_reply_that_nobody_asked_for_teaches_nothing(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, REPLY, MAC(2), "192.0.2.2", "192.0.2.1");
	hear_arp(&scene, REPLY, MAC(2), "192.0.2.2", "192.0.2.2");
	expect(&scene, "");
	expect_state(&scene, "192.0.2.2", "absent");
	assert_int_equal(stats_of(&scene).not_for_us, 2);
	scene_end(&scene);
}

static void a_sender_of_no_subnet_of_ours_is_answered_and_not_remembered(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, REQUEST, MAC(7), "10.0.0.7", "192.0.2.1");
	expect(&scene, "arp 192.0.2.1 is at 02:00:00:00:00:01 to 10.0.0.7 02:00:00:00:aa:07\n");
	expect_state(&scene, "10.0.0.7", "absent");
	assert_int_equal(stats_of(&scene).off_link, 1);
	scene_end(&scene);
}

/* A route may say that it is on the wire all the same. */
static void whom_we_ask_may_be_of_no_subnet_of_ours(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	resolve(&scene, "10.0.0.7", 1);
	expect(&scene, "arp who 10.0.0.7 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n");
	hear_arp(&scene, REPLY, MAC(7), "10.0.0.7", "192.0.2.1");
	expect(&scene, "resolved 10.0.0.7 02:00:00:00:aa:07\nrelease 1 send 02:00:00:00:aa:07\n");
	scene_end(&scene);
}

static void the_question_is_asked_from_the_subnet_that_it_is_about(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24 198.51.100.1/24");
	resolve(&scene, "198.51.100.7", 0);
	expect(&scene, "arp who 198.51.100.7 tell 198.51.100.1 to ff:ff:ff:ff:ff:ff\n");
	scene_end(&scene);
}

static void without_an_address_of_our_own_we_ask_as_a_probe_does(void **state)
{
	struct scene scene;

	scene_begin(&scene, "");
	resolve(&scene, "192.0.2.2", 1);
	expect(&scene, "arp who 192.0.2.2 tell 0.0.0.0 to ff:ff:ff:ff:ff:ff\n");
	hear_arp(&scene, REPLY, MAC(2), "192.0.2.2", "0.0.0.0");
	expect(&scene, "resolved 192.0.2.2 02:00:00:00:aa:02\nrelease 1 send 02:00:00:00:aa:02\n");
	scene_end(&scene);
}

static void a_known_neighbour_that_moves_is_followed_and_asked_again_when_used(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, REQUEST, MAC(2), "192.0.2.2", "192.0.2.1");
	scene_read(&scene);
	hear_arp(&scene, REQUEST, MAC(3), "192.0.2.2", "192.0.2.2"); /* tells everybody */
	expect(&scene, "resolved 192.0.2.2 02:00:00:00:aa:03\n");
	expect_state(&scene, "192.0.2.2", "stale");
	assert_int_equal(stats_of(&scene).mac_changed, 1);
	hear_arp(&scene, REQUEST, MAC(3), "192.0.2.2", "192.0.2.2");
	expect(&scene, ""); /* the host knows */
	scene_end(&scene);
}

/* RFC 1812 3.3.2, and what else nobody can be. */
static void what_nobody_can_be_is_not_believed(void **state)
{
	const struct {
		const uint8_t *mac;
		const char *sender;
	} cases[] = {
		{broadcast, "192.0.2.2"}, {multicast, "192.0.2.2"},    {zero, "192.0.2.2"},
		{MAC(2), "192.0.2.255"},  {MAC(2), "224.0.0.5"},       {MAC(2), "127.0.0.1"},
		{MAC(2), "240.0.0.1"},    {MAC(2), "255.255.255.255"}, {MAC(2), "0.0.0.1"},
	};
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hear_arp(&scene, REQUEST, cases[i].mac, cases[i].sender, "192.0.2.1");
		expect(&scene, "");
		assert_int_equal(stats_of(&scene).bad_address, i + 1);
	}
	resolve(&scene, "192.0.2.2", 1);
	scene_read(&scene);
	hear_arp(&scene, REPLY, broadcast, "192.0.2.2", "192.0.2.1");
	expect(&scene, "");
	expect_state(&scene, "192.0.2.2", "incomplete");
	scene_end(&scene);
}

static void our_own_packets_that_come_back_are_nobody_elses(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, REQUEST, ours, "192.0.2.1", "192.0.2.1");
	hear_arp(&scene, REQUEST, ours, "192.0.2.2", "192.0.2.1");
	expect(&scene, "");
	assert_int_equal(stats_of(&scene).looped, 2);
	assert_int_equal(stats_of(&scene).conflict, 0);
	scene_end(&scene);
}

static void arp_for_other_hardware_or_cut_short_is_counted(void **state)
{
	static const struct {
		uint8_t at, value;
		uint32_t len;
		bool is_short;
	} cases[] = {
		{1, 6, 28, false}, {2, 0x86, 28, false}, {4, 8, 28, false}, {5, 16, 28, false},
		{7, 0, 28, false}, {7, 3, 28, false},    {6, 1, 28, false}, {1, 1, 27, true},
		{1, 1, 8, true},   {1, 1, 0, true},
	};
	static const uint8_t sound[28] = {0,   1, 8, 0, 6, 4, 0, 1, 2, 0, 0,   0, 0xaa, 2,
					  192, 0, 2, 2, 0, 0, 0, 0, 0, 0, 192, 0, 2,    1};
	struct neighbor_stats stats;
	struct scene scene;
	uint32_t n_short = 0;

	scene_begin(&scene, "192.0.2.1/24");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t packet[28];

		memcpy(packet, sound, sizeof(packet));
		packet[cases[i].at] = cases[i].value;
		hear(&scene, 0x0806, packet, cases[i].len, MAC(2));
		expect(&scene, "");
		n_short += cases[i].is_short;
		stats = stats_of(&scene);
		assert_int_equal(stats.bad_length, n_short);
		assert_int_equal(stats.bad_hardware, i + 1 - n_short);
	}
	hear(&scene, 0x0806, sound, sizeof(sound), MAC(2));
	assert_string_not_equal(scene_read(&scene), "");
	scene_end(&scene);
}

static void a_probe_for_our_address_is_answered_and_teaches_nothing(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, REQUEST, MAC(2), "0.0.0.0", "192.0.2.1");
	expect(&scene, "arp 192.0.2.1 is at 02:00:00:00:00:01 to 0.0.0.0 02:00:00:00:aa:02\n");
	assert_int_equal(stats_of(&scene).conflict, 0);
	scene_end(&scene);
}

/* RFC 5227 2.4 (c). */
static void our_address_is_defended_once_in_ten_seconds(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	for (int i = 0; i < 20; i++) {
		hear_arp(&scene, REQUEST, MAC(2), "192.0.2.1", "192.0.2.1");
		expect(&scene, i % 10 == 0
				       ? "arp who 192.0.2.1 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n"
					 "conflict 192.0.2.1 02:00:00:00:aa:02\n"
				       : "");
		pass(&scene, SPAN_S(1));
	}
	assert_int_equal(stats_of(&scene).conflict, 20);
	assert_int_equal(scene.fake.n_logged[ENV_WARNING], 2);
	assert_non_null(
		strstr(scene.fake.last_log, "02:00:00:00:aa:02 uses our address 192.0.2.1"));
	expect_state(&scene, "192.0.2.1", "absent");
	scene_end(&scene);
}

static void an_interface_that_is_down_hears_nothing(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	fake_up(&scene.fake, scene.eth, false);
	neighbor_iface_changed(scene.engine, scene.eth);
	scene_read(&scene);
	hear_arp(&scene, REQUEST, MAC(2), "192.0.2.2", "192.0.2.1");
	resolve(&scene, "192.0.2.2", 1);
	expect(&scene, "release 1 dropped\n");
	scene_end(&scene);
}

/* RFC 1122 2.3.2.1. */
static void a_destination_is_asked_for_at_most_once_a_second_whatever_is_configured(void **state)
{
	struct neighbor_conf conf = {.retrans_ms = 100, .failed_ms = 1};
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	assert_int_equal(neighbor_configure(scene.engine, scene.eth, &conf), 0);
	for (int i = 0; i < 1000; i++) {
		resolve(&scene, "192.0.2.2", 0);
		pass(&scene, SPAN_MS(10));
	}
	assert_in_range(stats_of(&scene).solicit_sent, 9, 10);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_for_us_is_answered_and_its_sender_remembered),
		cmocka_unit_test(a_request_for_others_teaches_nothing),
		cmocka_unit_test(a_reply_that_nobody_asked_for_teaches_nothing),
		cmocka_unit_test(a_sender_of_no_subnet_of_ours_is_answered_and_not_remembered),
		cmocka_unit_test(whom_we_ask_may_be_of_no_subnet_of_ours),
		cmocka_unit_test(the_question_is_asked_from_the_subnet_that_it_is_about),
		cmocka_unit_test(without_an_address_of_our_own_we_ask_as_a_probe_does),
		cmocka_unit_test(
			a_known_neighbour_that_moves_is_followed_and_asked_again_when_used),
		cmocka_unit_test(what_nobody_can_be_is_not_believed),
		cmocka_unit_test(our_own_packets_that_come_back_are_nobody_elses),
		cmocka_unit_test(arp_for_other_hardware_or_cut_short_is_counted),
		cmocka_unit_test(a_probe_for_our_address_is_answered_and_teaches_nothing),
		cmocka_unit_test(our_address_is_defended_once_in_ten_seconds),
		cmocka_unit_test(an_interface_that_is_down_hears_nothing),
		cmocka_unit_test(
			a_destination_is_asked_for_at_most_once_a_second_whatever_is_configured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
