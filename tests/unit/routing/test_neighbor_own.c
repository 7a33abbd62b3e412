// SPDX-License-Identifier: BSD-3-Clause
/* Our own addresses: duplicates (RFC 4862, 5227, 7527), announcing, interfaces that come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/scene.h"

#define ARP_ANNOUNCED "arp who 192.0.2.1 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n"
#define ND_ANNOUNCED                                                       \
	"na 2001:db8::1 RO from 2001:db8::1 to ff02::1 33:33:00:00:00:01 " \
	"option 2 02:00:00:00:00:01\n"
#define PROBED "ns 2001:db8::1 from :: to ff02::1:ff00:1 33:33:ff:00:00:01 nonce\n"

static void an_ipv4_address_is_used_at_once_and_announced_twice(void **state)
{
	struct scene scene;

	scene_begin_with(&scene, "192.0.2.1/24", NULL, NULL);
	expect(&scene, ARP_ANNOUNCED "address 192.0.2.1 usable\n");
	pass(&scene, SPAN_MS(1999));
	expect(&scene, "");
	pass(&scene, SPAN_MS(1));
	expect(&scene, ARP_ANNOUNCED);
	pass(&scene, SPAN_S(600));
	expect(&scene, "");
	scene_end(&scene);
}

static void an_ipv6_address_is_probed_before_it_is_used_and_announced(void **state)
{
	struct scene scene;

	scene_begin_with(&scene, "2001:db8::1/64", NULL, NULL);
	expect(&scene, "address 2001:db8::1 tentative\n");
	pass(&scene, SPAN_S(1)); /* at random within the first second */
	expect(&scene, PROBED);
	pass(&scene, SPAN_S(1));
	expect(&scene, ND_ANNOUNCED "address 2001:db8::1 usable\n");
	pass(&scene, SPAN_S(600));
	expect(&scene, ND_ANNOUNCED ND_ANNOUNCED);
	scene_end(&scene);
}

static void a_tentative_address_is_not_answered_for_nor_spoken_from(void **state)
{
	struct scene scene;

	scene_begin_with(&scene, "2001:db8::1/64", NULL, NULL);
	scene_read(&scene);
	hear_nd(&scene, &(struct message){.type = 135,
					  .src = "2001:db8::2",
					  .dst = "ff02::1:ff00:1",
					  .target = "2001:db8::1",
					  .mac = MAC(2)});
	resolve(&scene, "2001:db8::2", 0);
	expect(&scene, "");
	pass(&scene, SPAN_S(2));
	assert_non_null(strstr(scene_read(&scene), "usable"));
	scene_end(&scene);
}

static void expect_duplicate(struct scene *scene, const char *addr)
{
	struct addr parsed = fake_addr(addr);
	char line[128];

	snprintf(line, sizeof(line), "address %s duplicate\n", addr);
	expect(scene, line);
	assert_int_equal(neighbor_address_state(scene->engine, scene->eth, &parsed),
			 NEIGHBOR_ADDRESS_DUPLICATE);
	assert_int_equal(stats_of(scene).duplicate, 1);
	assert_int_equal(scene->fake.n_logged[ENV_ERROR], 1);
	pass(scene, SPAN_MS(9999));
	expect(scene, ""); /* and stays unused */
}

static void an_address_that_somebody_has_or_probes_for_is_not_used(void **state)
{
	const struct message cases[] = {
		{.type = 136,
		 .src = "2001:db8::1",
		 .dst = "ff02::1",
		 .target = "2001:db8::1",
		 .mac = MAC(9),
		 .flags = 0x20000000},
		{.type = 135,
		 .src = "::",
		 .dst = "ff02::1:ff00:1",
		 .target = "2001:db8::1",
		 .frame_mac = MAC(9)},
		{.type = 135,
		 .src = "::",
		 .dst = "ff02::1:ff00:1",
		 .target = "2001:db8::1",
		 .frame_mac = MAC(9),
		 .nonce = (const uint8_t *)"abcdef"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_begin_with(&scene, "2001:db8::1/64", NULL, NULL);
		pass(&scene, SPAN_S(1));
		scene_read(&scene);
		hear_nd(&scene, &cases[i]);
		expect_duplicate(&scene, "2001:db8::1");
		scene_end(&scene);
	}
}

/* The bridge may send our own probe back to us. */
static int keep_nonce(struct fake *fake, const struct packet_out *out)
{
	struct scene *scene = fake->test;

	if (out->len == 72)
		memcpy(scene->text, out->data + 66, 6);
	return 0;
}

static void our_own_probe_that_comes_back_is_no_duplicate(void **state)
{
	uint8_t nonce[6];
	struct scene scene;
	struct message message = {.type = 135,
				  .src = "::",
				  .dst = "ff02::1:ff00:1",
				  .target = "2001:db8::1",
				  .frame_mac = MAC(9),
				  .nonce = nonce};

	scene_begin_with(&scene, "2001:db8::1/64", NULL, NULL);
	scene_read(&scene);
	scene.fake.on_send = keep_nonce;
	pass(&scene, SPAN_S(1));
	memcpy(nonce, scene.text, 6);
	hear_nd(&scene, &message);
	assert_int_equal(stats_of(&scene).looped, 1);
	assert_int_equal(stats_of(&scene).duplicate, 0);
	nonce[3] ^= 1;
	hear_nd(&scene, &message);
	assert_int_equal(stats_of(&scene).duplicate, 1);
	scene_end(&scene);
}

static void a_duplicate_is_tried_again_when_the_interface_comes_up(void **state)
{
	struct scene scene;

	scene_begin_duplicate6(&scene);
	scene_read(&scene);
	fake_up(&scene.fake, scene.eth, false);
	neighbor_iface_changed(scene.engine, scene.eth);
	expect(&scene, "address 2001:db8::1 down\n");
	fake_up(&scene.fake, scene.eth, true);
	neighbor_iface_changed(scene.engine, scene.eth);
	pass(&scene, SPAN_S(2));
	expect(&scene, "address 2001:db8::1 tentative\n" PROBED ND_ANNOUNCED
		       "address 2001:db8::1 usable\n");
	scene_end(&scene);
}

/* RFC 5227 2.1.1. */
static void an_ipv4_address_is_probed_where_that_is_configured(void **state)
{
	struct neighbor_conf conf = {.arp_probe = true};
	struct scene scene;
	const char *text;
	uint32_t n = 0;

	scene_begin_with(&scene, "192.0.2.1/24", &conf, NULL);
	expect(&scene, "address 192.0.2.1 tentative\n");
	pass(&scene, SPAN_S(1 + 2 + 2 + 2));
	for (text = scene_read(&scene); strncmp(text, "arp who 192.0.2.1 tell 0.0.0.0", 30) == 0;
	     text = strchr(text, '\n') + 1)
		n++;
	assert_int_equal(n, 3);
	assert_int_equal(strncmp(text, ARP_ANNOUNCED "address 192.0.2.1 usable\n",
				 strlen(ARP_ANNOUNCED "address 192.0.2.1 usable\n")),
			 0);
	scene_end(&scene);
}

static void an_ipv4_address_that_somebody_has_or_probes_for_is_not_used(void **state)
{
	struct neighbor_conf conf = {.arp_probe = true};

	for (int i = 0; i < 3; i++) {
		struct scene scene;

		scene_begin_with(&scene, "192.0.2.1/24", &conf, NULL);
		pass(&scene, SPAN_S(1));
		scene_read(&scene);
		if (i == 0)
			hear_arp(&scene, 1, MAC(9), "0.0.0.0", "192.0.2.1");
		else
			hear_arp(&scene, (uint16_t)i, MAC(9), "192.0.2.1", "192.0.2.77");
		expect_duplicate(&scene, "192.0.2.1");
		scene_end(&scene);
	}
}

/* Whoever has the address that we may not use is a neighbour like any other. */
static void who_has_a_duplicate_can_be_reached(void **state)
{
	struct neighbor_conf conf = {.arp_probe = true};
	struct scene scene;

	scene_begin_with(&scene, "192.0.2.1/24 192.0.2.3/24", &conf, NULL);
	pass(&scene, SPAN_S(1));
	hear_arp(&scene, 2, MAC(9), "192.0.2.1", "192.0.2.1");
	pass(&scene, SPAN_S(10));
	scene_read(&scene);
	resolve(&scene, "192.0.2.1", 1);
	hear_arp(&scene, 2, MAC(9), "192.0.2.1", "192.0.2.3");
	expect(&scene, "arp who 192.0.2.1 tell 192.0.2.3 to ff:ff:ff:ff:ff:ff\n"
		       "resolved 192.0.2.1 02:00:00:00:aa:09\n"
		       "release 1 send 02:00:00:00:aa:09\n");
	scene_end(&scene);
}

static void an_ipv6_address_in_use_is_defended(void **state)
{
	struct scene scene;

	scene_begin(&scene, "2001:db8::1/64");
	for (int i = 0; i < 3; i++)
		hear_nd(&scene, &(struct message){.type = 136,
						  .src = "2001:db8::1",
						  .dst = "ff02::1",
						  .target = "2001:db8::1",
						  .mac = MAC(9),
						  .flags = 0x20000000});
	expect(&scene, ND_ANNOUNCED "conflict 2001:db8::1 02:00:00:00:aa:09\n");
	hear_nd(&scene, &(struct message){.type = 135,
					  .src = "2001:db8::1",
					  .dst = "ff02::1:ff00:1",
					  .target = "2001:db8::1",
					  .mac = MAC(9)});
	assert_int_equal(stats_of(&scene).conflict, 4);
	expect_state(&scene, "2001:db8::1", "absent");
	scene_end(&scene);
}

static void a_new_mac_address_is_announced(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	scene.eth->mac[5] = 0x77;
	neighbor_iface_changed(scene.engine, scene.eth);
	expect(&scene, ARP_ANNOUNCED); /* the transcript checks whose MAC address is in it */
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	assert_non_null(strstr(scene_read(&scene), "is at 02:00:00:00:00:77"));
	scene_end(&scene);
}

static void an_address_more_is_announced_and_the_others_are_left_alone(void **state)
{
	struct addr gone = fake_addr("192.0.2.1");
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	fake_addresses(&scene.fake, scene.eth, "192.0.2.1/24 192.0.2.3/24");
	neighbor_iface_changed(scene.engine, scene.eth);
	expect(&scene, "arp who 192.0.2.3 tell 192.0.2.3 to ff:ff:ff:ff:ff:ff\n"
		       "address 192.0.2.3 usable\n");
	fake_addresses(&scene.fake, scene.eth, "192.0.2.3/24");
	neighbor_iface_changed(scene.engine, scene.eth);
	expect(&scene, "");
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	expect(&scene, "");
	assert_int_equal(neighbor_address_state(scene.engine, scene.eth, &gone),
			 NEIGHBOR_ADDRESS_UNKNOWN);
	scene_end(&scene);
}

static void who_was_in_a_subnet_that_is_gone_is_forgotten(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24 198.51.100.1/24");
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	hear_arp(&scene, 1, MAC(3), "198.51.100.3", "198.51.100.1");
	scene_read(&scene);
	fake_addresses(&scene.fake, scene.eth, "198.51.100.1/24");
	neighbor_iface_changed(scene.engine, scene.eth);
	expect(&scene, "lost 192.0.2.2 flushed\n");
	expect_state(&scene, "198.51.100.3", "stale");
	scene_end(&scene);
}

static void a_neighbour_whose_address_becomes_ours_is_one_no_more(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	scene_read(&scene);
	fake_addresses(&scene.fake, scene.eth, "192.0.2.1/24 192.0.2.2/24");
	neighbor_iface_changed(scene.engine, scene.eth);
	assert_non_null(strstr(scene_read(&scene), "lost 192.0.2.2 flushed\n"));
	expect_state(&scene, "192.0.2.2", "absent");
	scene_end(&scene);
}

static void what_an_interface_that_goes_down_had_is_given_up_and_kept_ones_come_back(void **state)
{
	struct addr kept = fake_addr("192.0.2.7"), fixed = fake_addr("192.0.2.8");
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	neighbor_keep(scene.engine, scene.eth, &kept);
	hear_arp(&scene, 2, MAC(7), "192.0.2.7", "192.0.2.1");
	neighbor_static_set(scene.engine, scene.eth, &fixed, MAC(8));
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	resolve(&scene, "192.0.2.3", 1);
	scene_read(&scene);
	fake_up(&scene.fake, scene.eth, false);
	neighbor_iface_changed(scene.engine, scene.eth);
	expect(&scene, "release 1 dropped\n"
		       "lost 192.0.2.2 no-iface\n"
		       "lost 192.0.2.7 no-iface\n"
		       "lost 192.0.2.8 no-iface\n"
		       "address 192.0.2.1 down\n");
	pass(&scene, SPAN_S(60));
	expect(&scene, "");
	fake_up(&scene.fake, scene.eth, true);
	neighbor_iface_changed(scene.engine, scene.eth);
	expect(&scene, ARP_ANNOUNCED "arp who 192.0.2.7 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n"
				     "resolved 192.0.2.8 02:00:00:00:aa:08\n"
				     "address 192.0.2.1 usable\n");
	neighbor_iface_gone(scene.engine, scene.eth);
	expect(&scene, "lost 192.0.2.8 no-iface\n");
	assert_int_equal(scene.n_told, 0);
	scene_end(&scene);
}

static void what_is_kept_or_fixed_while_an_interface_is_down_waits_for_it(void **state)
{
	struct addr kept = fake_addr("192.0.2.7"), fixed = fake_addr("192.0.2.8");
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	fake_up(&scene.fake, scene.eth, false);
	neighbor_iface_changed(scene.engine, scene.eth);
	scene_read(&scene);
	neighbor_keep(scene.engine, scene.eth, &kept);
	neighbor_static_set(scene.engine, scene.eth, &fixed, MAC(8));
	pass(&scene, SPAN_S(60));
	expect(&scene, "");
	expect_state(&scene, "192.0.2.8", "static");
	neighbor_unkeep(scene.engine, scene.eth, &kept);
	expect_state(&scene, "192.0.2.7", "absent");
	fake_up(&scene.fake, scene.eth, true);
	neighbor_iface_changed(scene.engine, scene.eth);
	assert_non_null(strstr(scene_read(&scene), "resolved 192.0.2.8 02:00:00:00:aa:08\n"));
	scene_end(&scene);
}

static void a_loopback_has_addresses_and_no_wire(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	scene.eth->flags |= IFACE_LOOPBACK;
	neighbor_iface_changed(scene.engine, scene.eth);
	scene_read(&scene);
	resolve(&scene, "192.0.2.2", 1);
	expect(&scene, "release 1 dropped\n");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_address_is_used_at_once_and_announced_twice),
		cmocka_unit_test(an_ipv6_address_is_probed_before_it_is_used_and_announced),
		cmocka_unit_test(a_tentative_address_is_not_answered_for_nor_spoken_from),
		cmocka_unit_test(an_address_that_somebody_has_or_probes_for_is_not_used),
		cmocka_unit_test(our_own_probe_that_comes_back_is_no_duplicate),
		cmocka_unit_test(a_duplicate_is_tried_again_when_the_interface_comes_up),
		cmocka_unit_test(an_ipv4_address_is_probed_where_that_is_configured),
		cmocka_unit_test(an_ipv4_address_that_somebody_has_or_probes_for_is_not_used),
		cmocka_unit_test(who_has_a_duplicate_can_be_reached),
		cmocka_unit_test(an_ipv6_address_in_use_is_defended),
		cmocka_unit_test(a_new_mac_address_is_announced),
		cmocka_unit_test(an_address_more_is_announced_and_the_others_are_left_alone),
		cmocka_unit_test(who_was_in_a_subnet_that_is_gone_is_forgotten),
		cmocka_unit_test(a_neighbour_whose_address_becomes_ours_is_one_no_more),
		cmocka_unit_test(
			what_an_interface_that_goes_down_had_is_given_up_and_kept_ones_come_back),
		cmocka_unit_test(what_is_kept_or_fixed_while_an_interface_is_down_waits_for_it),
		cmocka_unit_test(a_loopback_has_addresses_and_no_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
