// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/ip.h"
#include "tests/unit/routing/scene.h"

#define RS        133
#define RA        134
#define NS        135
#define NA        136

#define ROUTER    0x80000000u
#define SOLICITED 0x40000000u
#define OVERRIDE  0x20000000u

#define OURS      "fe80::1/64 2001:db8::1/64"
#define NODE      "ff02::1:ff00:1" /* solicited-node address of both of ours */

#define ASKED                                                              \
	"ns 2001:db8::2 from fe80::1 to ff02::1:ff00:2 33:33:ff:00:00:02 " \
	"option 1 02:00:00:00:00:01\n"

static void a_neighbour_is_asked_for_at_its_solicited_node_address(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	resolve(&scene, "2001:db8::2", 1);
	expect(&scene, ASKED);
	hear_nd(&scene, &(struct message){.type = NA,
					  .src = "2001:db8::2",
					  .dst = "fe80::1",
					  .target = "2001:db8::2",
					  .mac = MAC(2),
					  .flags = SOLICITED | OVERRIDE | ROUTER});
	expect(&scene, "resolved 2001:db8::2 02:00:00:00:aa:02\n"
		       "release 1 send 02:00:00:00:aa:02\n");
	expect_state(&scene, "2001:db8::2", "reachable");
	scene_end(&scene);
}

static void a_reachable_neighbour_is_probed_directly(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	hear_nd(&scene, &(struct message){.type = NS,
					  .src = "2001:db8::2",
					  .dst = NODE,
					  .target = "2001:db8::1",
					  .mac = MAC(2)});
	resolve(&scene, "2001:db8::2", 0);
	scene_read(&scene);
	pass(&scene, SPAN_S(5));
	expect(&scene, "ns 2001:db8::2 from fe80::1 to 2001:db8::2 02:00:00:00:aa:02 "
		       "option 1 02:00:00:00:00:01\n");
	scene_end(&scene);
}

static void a_solicitation_is_answered_to_its_sender_or_to_all(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	hear_nd(&scene, &(struct message){.type = NS,
					  .src = "2001:db8::2",
					  .dst = NODE,
					  .target = "2001:db8::1",
					  .mac = MAC(2)});
	expect(&scene, "na 2001:db8::1 RSO from 2001:db8::1 to 2001:db8::2 02:00:00:00:aa:02 "
		       "option 2 02:00:00:00:00:01\n"
		       "resolved 2001:db8::2 02:00:00:00:aa:02\n");
	expect_state(&scene, "2001:db8::2", "stale");
	hear_nd(&scene, &(struct message){.type = NS,
					  .src = "::",
					  .dst = NODE,
					  .target = "2001:db8::1",
					  .frame_mac = MAC(3)});
	expect(&scene, "na 2001:db8::1 RO from 2001:db8::1 to ff02::1 33:33:00:00:00:01 "
		       "option 2 02:00:00:00:00:01\n");
	/* without a link-layer option it goes back to where it came from, and teaches nothing */
	hear_nd(&scene, &(struct message){.type = NS,
					  .src = "fe80::4",
					  .dst = "fe80::1",
					  .target = "fe80::1",
					  .frame_mac = MAC(4)});
	expect(&scene, "na fe80::1 RSO from fe80::1 to fe80::4 02:00:00:00:aa:04 "
		       "option 2 02:00:00:00:00:01\n");
	expect_state(&scene, "fe80::4", "absent");
	scene_end(&scene);
}

/* RFC 4291 2.6.1, RFC 4861 7.2.7: others have it as well, whom we do not override. */
static void routers_answer_for_the_anycast_address_of_their_subnet(void **state)
{
	struct scene scene;

	scene_begin(&scene, "2001:db8::1/64 2001:db8:1::1/127 fe80::1/64");
	hear_nd(&scene, &(struct message){.type = NS,
					  .src = "fe80::4",
					  .dst = "ff02::1:ff00:0",
					  .target = "2001:db8::",
					  .frame_mac = MAC(4)});
	expect(&scene, "na 2001:db8:: RS from 2001:db8::1 to fe80::4 02:00:00:00:aa:04 "
		       "option 2 02:00:00:00:00:01\n");
	hear_nd(&scene, &(struct message){.type = NS,
					  .src = "fe80::4",
					  .dst = "ff02::1:ff00:0",
					  .target = "2001:db8:1::",
					  .frame_mac = MAC(4)});
	expect(&scene, "");
	scene_end(&scene);
}

/* RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1; RFC 6980. */
static const struct {
	const char *what;
	size_t counter; /* the one that counts it */
	struct message message;
} unsound[] = {
#define COUNTS(name) offsetof(struct neighbor_stats, name)
#define SOLICIT      .type = NS, .src = "2001:db8::2", .dst = NODE, .target = "2001:db8::1"
#define ADVERT       .type = NA, .src = "2001:db8::2", .dst = "fe80::1", .target = "2001:db8::2"
	{"hop limit", COUNTS(bad_hop_limit), {SOLICIT, .mac = MAC(2), .hop_limit = 254}},
	{"checksum", COUNTS(bad_checksum), {SOLICIT, .mac = MAC(2), .bad_checksum = true}},
	{"code", COUNTS(bad_code), {SOLICIT, .mac = MAC(2), .code = 1}},
	{"short", COUNTS(bad_length), {SOLICIT, .cut = 1}},
	{"very short", COUNTS(bad_length), {SOLICIT, .cut = 17}},
	{"option of length 0", COUNTS(bad_length), {SOLICIT, .mac = MAC(2), .empty_option = true}},
	{"option beyond the end",
	 COUNTS(bad_length),
	 {SOLICIT, .mac = MAC(2), .long_option = true}},
	{"cut option", COUNTS(bad_length), {SOLICIT, .mac = MAC(2), .cut = 1}},
	{"a single byte of an option", COUNTS(bad_length), {SOLICIT, .more = "01"}},
	{"a long MAC address",
	 COUNTS(bad_length),
	 {SOLICIT, .more = "01020000000000000000000000000000"}},
	{"fragment header", COUNTS(bad_fragment), {SOLICIT, .mac = MAC(2), .fragmented = true}},
	{"multicast target",
	 COUNTS(bad_address),
	 {.type = NS, .src = "2001:db8::2", .dst = NODE, .target = "ff02::1", .mac = MAC(2)}},
	{"from nobody with a MAC address",
	 COUNTS(bad_address),
	 {.type = NS, .src = "::", .dst = NODE, .target = "2001:db8::1", .mac = MAC(2)}},
	{"from nobody to us alone",
	 COUNTS(bad_address),
	 {.type = NS, .src = "::", .dst = "2001:db8::1", .target = "2001:db8::1"}},
	{"from a group",
	 COUNTS(bad_address),
	 {.type = NS, .src = "ff02::2", .dst = NODE, .target = "2001:db8::1", .mac = MAC(2)}},
	{"from loopback",
	 COUNTS(bad_address),
	 {.type = NS, .src = "::1", .dst = NODE, .target = "2001:db8::1", .mac = MAC(2)}},
	{"MAC address of a group",
	 COUNTS(bad_address),
	 {SOLICIT, .mac = (const uint8_t[6]){1, 2, 3, 4, 5, 6}, .frame_mac = MAC(2)}},
	{"advert: solicited, to all",
	 COUNTS(bad_address),
	 {.type = NA,
	  .src = "2001:db8::2",
	  .dst = "ff02::1",
	  .target = "2001:db8::2",
	  .mac = MAC(2),
	  .flags = SOLICITED}},
	{"advert: multicast target",
	 COUNTS(bad_address),
	 {.type = NA, .src = "2001:db8::2", .dst = "fe80::1", .target = "ff02::1", .mac = MAC(2)}},
	{"advert: from nobody",
	 COUNTS(bad_address),
	 {.type = NA, .src = "::", .dst = "fe80::1", .target = "2001:db8::2", .mac = MAC(2)}},
	{"advert: hop limit", COUNTS(bad_hop_limit), {ADVERT, .mac = MAC(2), .hop_limit = 64}},
	{"advert: option of length 0",
	 COUNTS(bad_length),
	 {ADVERT, .mac = MAC(2), .empty_option = true}},
	{"router solicitation from nobody with a MAC address",
	 COUNTS(bad_address),
	 {.type = RS, .src = "::", .dst = "ff02::2", .mac = MAC(2)}},
	{"router advertisement from afar",
	 COUNTS(bad_address),
	 {.type = RA, .src = "2001:db8::2", .dst = "ff02::1"}},
	{"short router advertisement",
	 COUNTS(bad_length),
	 {.type = RA, .src = "fe80::2", .dst = "ff02::1", .cut = 1}},
};

static void unsound_messages_are_counted_and_nothing_else(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	resolve(&scene, "2001:db8::2", 1);
	scene_read(&scene);
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++) {
		struct neighbor_stats before = stats_of(&scene), after;
		uint64_t was, now;

		hear_nd(&scene, &unsound[i].message);
		after = stats_of(&scene);
		memcpy(&was, (const uint8_t *)&before + unsound[i].counter, sizeof(was));
		memcpy(&now, (const uint8_t *)&after + unsound[i].counter, sizeof(now));
		if (now != was + 1 || after.learned != before.learned ||
		    *scene_read(&scene) != '\0')
			fail_msg("%s", unsound[i].what);
	}
	expect_state(&scene, "2001:db8::2", "incomplete");
	scene_end(&scene);
}

static void the_same_messages_when_sound_are_understood(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	resolve(&scene, "2001:db8::2", 1);
	scene_read(&scene);
	hear_nd(&scene, &(struct message){ADVERT, .mac = MAC(2)});
	expect(&scene, "resolved 2001:db8::2 02:00:00:00:aa:02\n"
		       "release 1 send 02:00:00:00:aa:02\n");
	hear_nd(&scene, &(struct message){SOLICIT, .mac = MAC(2), .more = "fe01000000000000"});
	assert_non_null(strstr(scene_read(&scene), "na 2001:db8::1 RSO"));
	scene_end(&scene);
}

/* RFC 4861 7.2.5 and appendix C; also in the golden matrix, here by what comes in. */
static void an_advertisement_changes_what_its_flags_let_it(void **state)
{
	static const struct {
		bool reachable; /* before; else stale */
		uint32_t flags;
		uint8_t mac; /* 2: the known one, 0: none */
		const char *state, *told;
	} cases[] = {
		{true, 0, 2, "reachable", ""},
		{true, 0, 0, "reachable", ""},
		{true, 0, 3, "stale", ""},
		{true, OVERRIDE, 2, "reachable", ""},
		{true, OVERRIDE, 3, "stale", "resolved 2001:db8::2 02:00:00:00:aa:03\n"},
		{true, SOLICITED, 3, "stale", ""},
		{true, SOLICITED | OVERRIDE, 3, "reachable",
		 "resolved 2001:db8::2 02:00:00:00:aa:03\n"},
		{false, 0, 2, "stale", ""},
		{false, 0, 3, "stale", ""},
		{false, SOLICITED, 2, "reachable", ""},
		{false, SOLICITED, 0, "reachable", ""},
		{false, SOLICITED, 3, "stale", ""},
		{false, SOLICITED | OVERRIDE, 3, "reachable",
		 "resolved 2001:db8::2 02:00:00:00:aa:03\n"},
		{false, OVERRIDE, 3, "stale", "resolved 2001:db8::2 02:00:00:00:aa:03\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool to_all = !(cases[i].flags & SOLICITED);
		uint8_t mac[6] = {2, 0, 0, 0, 0xaa, cases[i].mac};
		struct scene scene;

		scene_begin(&scene, OURS);
		resolve(&scene, "2001:db8::2", 0);
		hear_nd(&scene, &(struct message){ADVERT, .mac = MAC(2),
						  .flags = cases[i].reachable ? SOLICITED : 0});
		scene_read(&scene);
		hear_nd(&scene, &(struct message){.type = NA,
						  .src = "2001:db8::2",
						  .dst = to_all ? "ff02::1" : "fe80::1",
						  .target = "2001:db8::2",
						  .flags = cases[i].flags,
						  .mac = cases[i].mac ? mac : NULL,
						  .frame_mac = MAC(2)});
		expect(&scene, cases[i].told);
		expect_state(&scene, "2001:db8::2", cases[i].state);
		scene_end(&scene);
	}
}

static void an_answer_without_a_mac_address_answers_nothing(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	resolve(&scene, "2001:db8::2", 1);
	scene_read(&scene);
	hear_nd(&scene, &(struct message){ADVERT, .flags = SOLICITED});
	expect(&scene, "");
	expect_state(&scene, "2001:db8::2", "incomplete");
	scene_end(&scene);
}

static void who_was_not_asked_for_is_not_learned_from_advertisements(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	hear_nd(&scene, &(struct message){ADVERT, .mac = MAC(2), .flags = SOLICITED | OVERRIDE});
	expect(&scene, "");
	expect_state(&scene, "2001:db8::2", "absent");
	scene_end(&scene);
}

/* RFC 5942: an address of another prefix is not on the wire because it says so. */
static void a_solicitation_from_another_prefix_teaches_nothing(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	hear_nd(&scene, &(struct message){.type = NS,
					  .src = "2001:db8:9::2",
					  .dst = NODE,
					  .target = "2001:db8::1",
					  .mac = MAC(2)});
	assert_null(strstr(scene_read(&scene), "resolved"));
	expect_state(&scene, "2001:db8:9::2", "absent");
	assert_int_equal(stats_of(&scene).off_link, 1);
	scene_end(&scene);
}

static bool is_router(struct scene *scene)
{
	struct neighbor_cursor cursor = {0};
	struct neighbor_row row;

	assert_true(neighbor_next(scene->engine, &cursor, &row));
	return row.is_router;
}

static void who_is_a_router_says_so_and_who_solicits_one_is_none(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	resolve(&scene, "fe80::2", 0);
	hear_nd(&scene, &(struct message){.type = NA,
					  .src = "fe80::2",
					  .dst = "fe80::1",
					  .target = "fe80::2",
					  .mac = MAC(2),
					  .flags = ROUTER | SOLICITED | OVERRIDE});
	assert_true(is_router(&scene));
	/* doubtful: the flag is not taken over either */
	hear_nd(&scene, &(struct message){.type = NA,
					  .src = "fe80::2",
					  .dst = "ff02::1",
					  .target = "fe80::2",
					  .mac = MAC(3)});
	assert_true(is_router(&scene));
	hear_nd(&scene,
		&(struct message){.type = RS, .src = "fe80::2", .dst = "ff02::2", .mac = MAC(2)});
	assert_false(is_router(&scene));
	scene_end(&scene);
}

static void redirects_and_other_routers_are_not_listened_to(void **state)
{
	struct scene scene;

	scene_begin(&scene, OURS);
	hear_nd(&scene, &(struct message){.type = 137,
					  .src = "fe80::2",
					  .dst = "2001:db8::1",
					  .target = "fe80::3",
					  .more = "20010db8000500000000000000000001"});
	hear_nd(&scene, &(struct message){.type = RA,
					  .src = "fe80::2",
					  .dst = "ff02::1",
					  .flags = 0x40000708,
					  .mac = NULL,
					  .more = "0101020000001111"});
	expect(&scene, "");
	assert_int_equal(stats_of(&scene).ignored, 2);
	assert_int_equal(stats_of(&scene).learned, 0);
	scene_end(&scene);
}

static void without_an_address_of_ours_nobody_is_asked_as_if_it_were_a_probe(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	resolve(&scene, "2001:db8::2", 1);
	pass(&scene, SPAN_S(3));
	expect(&scene, "release 1 unreachable\n");
	assert_int_equal(stats_of(&scene).send_failed, 3);
	scene_end(&scene);
}

static void what_is_neither_arp_nor_neighbour_discovery_is_left_alone(void **state)
{
	static const uint8_t echo[48] = {0x60, 0, 0, 0, 0, 8, 58, 255, [40] = 128};
	struct packet_in in = {.ether_type = 0x86dd, .data = echo, .len = sizeof(echo)};
	struct scene scene;

	scene_begin(&scene, OURS);
	in.iface = scene.eth;
	assert_false(neighbor_input(scene.engine, &in));
	in.ether_type = 0x0800;
	assert_false(neighbor_input(scene.engine, &in));
	in.ether_type = 0x86dd;
	in.len = 39;
	assert_false(neighbor_input(scene.engine, &in));
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_neighbour_is_asked_for_at_its_solicited_node_address),
		cmocka_unit_test(a_reachable_neighbour_is_probed_directly),
		cmocka_unit_test(a_solicitation_is_answered_to_its_sender_or_to_all),
		cmocka_unit_test(routers_answer_for_the_anycast_address_of_their_subnet),
		cmocka_unit_test(unsound_messages_are_counted_and_nothing_else),
		cmocka_unit_test(the_same_messages_when_sound_are_understood),
		cmocka_unit_test(an_advertisement_changes_what_its_flags_let_it),
		cmocka_unit_test(an_answer_without_a_mac_address_answers_nothing),
		cmocka_unit_test(who_was_not_asked_for_is_not_learned_from_advertisements),
		cmocka_unit_test(a_solicitation_from_another_prefix_teaches_nothing),
		cmocka_unit_test(who_is_a_router_says_so_and_who_solicits_one_is_none),
		cmocka_unit_test(redirects_and_other_routers_are_not_listened_to),
		cmocka_unit_test(without_an_address_of_ours_nobody_is_asked_as_if_it_were_a_probe),
		cmocka_unit_test(what_is_neither_arp_nor_neighbour_discovery_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
