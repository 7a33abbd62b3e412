// SPDX-License-Identifier: BSD-3-Clause
/* Duplicate addresses: who has one, that it is tried again, and what is configured meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/scene.h"

#define ARP_PROBE     "arp who 192.0.2.1 tell 0.0.0.0 to ff:ff:ff:ff:ff:ff\n"
#define ARP_ANNOUNCED "arp who 192.0.2.1 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n"
#define ND_PROBE      "ns 2001:db8::1 from :: to ff02::1:ff00:1 33:33:ff:00:00:01 nonce\n"
#define ND_ANNOUNCED                                                       \
	"na 2001:db8::1 RO from 2001:db8::1 to ff02::1 33:33:00:00:00:01 " \
	"option 2 02:00:00:00:00:01\n"

static enum neighbor_address state_of(struct scene *scene, const char *addr)
{
	struct addr parsed = fake_addr(addr);

	return neighbor_address_state(scene->engine, scene->eth, &parsed);
}

static void expect_claimant(struct scene *scene, const char *addr, const uint8_t *wanted)
{
	struct addr parsed = fake_addr(addr);
	uint8_t mac[6];
	bool is_claimed = neighbor_address_claimant(scene->engine, scene->eth, &parsed, mac);

	assert_int_equal(is_claimed, wanted != NULL);
	if (wanted)
		assert_memory_equal(mac, wanted, 6);
}

/* 192.0.2.1 is probed; somebody else says that he has it. */
static void begin_duplicate(struct scene *scene)
{
	struct neighbor_conf conf = {.arp_probe = true};

	scene_begin_with(scene, "192.0.2.1/24", &conf, NULL);
	expect_claimant(scene, "192.0.2.1", NULL);
	pass(scene, SPAN_S(1));
	hear_arp(scene, 2, MAC(9), "192.0.2.1", "192.0.2.1");
	expect_claimant(scene, "192.0.2.1", MAC(9));
	scene_read(scene);
}

/* How often a line is in what was written since it was asked last. */
static uint32_t count(struct scene *scene, const char *line)
{
	uint32_t n = 0;

	for (const char *at = scene_read(scene); (at = strstr(at, line)) != NULL; at++)
		n++;
	return n;
}

/* RFC 5227 2.1.1: three probes, one to two seconds apart, and two seconds of silence after the
 * last. */
static void an_address_is_used_after_three_probes_and_a_rest(void **state)
{
	struct neighbor_conf conf = {.arp_probe = true};
	struct scene scene;
	int64_t now = 0, last = 0;
	uint32_t n = 0;

	scene_begin_with(&scene, "192.0.2.1/24", &conf, NULL);
	while (state_of(&scene, "192.0.2.1") != NEIGHBOR_ADDRESS_USABLE) {
		uint32_t probes = count(&scene, ARP_PROBE);

		assert_true(probes <= 1 && now <= SPAN_S(1 + 2 + 2 + 2));
		if (probes && n)
			assert_in_range(now - last, SPAN_MS(950), SPAN_MS(2050));
		if (probes)
			last = now;
		n += probes;
		pass(&scene, SPAN_MS(50));
		now += SPAN_MS(50);
	}
	assert_int_equal(n, 3);
	assert_in_range(now - last, SPAN_MS(1950), SPAN_MS(2050));
	scene_end(&scene);
}

static void a_duplicate_is_used_once_nobody_has_it_any_more(void **state)
{
	struct scene scene;

	begin_duplicate(&scene);
	pass(&scene, SPAN_S(9));
	expect(&scene, "");
	pass(&scene, SPAN_S(2)); /* ten seconds after it was seen, and one at random */
	assert_true(count(&scene, ARP_PROBE) >= 1);
	assert_int_equal(state_of(&scene, "192.0.2.1"), NEIGHBOR_ADDRESS_DUPLICATE);
	pass(&scene, SPAN_S(6));
	assert_non_null(strstr(scene_read(&scene), ARP_ANNOUNCED "address 192.0.2.1 usable\n"));
	hear_arp(&scene, 1, MAC(2), "192.0.2.2", "192.0.2.1");
	assert_non_null(strstr(scene_read(&scene), "is at 02:00:00:00:00:01"));
	scene_end(&scene);
}

static void an_ipv6_duplicate_is_used_once_nobody_has_it_any_more(void **state)
{
	struct scene scene;

	scene_begin_duplicate6(&scene);
	expect_claimant(&scene, "2001:db8::1", MAC(9));
	scene_read(&scene);
	pass(&scene, SPAN_S(10 + 1 + 1));
	expect(&scene, ND_PROBE ND_ANNOUNCED "address 2001:db8::1 usable\n");
	scene_end(&scene);
}

/* Each time that it is probed he says again that he has it. */
static void who_keeps_it_is_asked_less_and_less_often_and_told_of_once(void **state)
{
	struct scene scene;
	uint32_t n = 1;
	int64_t waited = 0, last = 0;

	begin_duplicate(&scene);
	for (; waited < SPAN_S(600); waited += SPAN_MS(100)) {
		const char *text;

		pass(&scene, SPAN_MS(100));
		text = scene_read(&scene);
		if (!strstr(text, ARP_PROBE)) {
			assert_string_equal(text, "");
			continue;
		}
		hear_arp(&scene, 2, MAC(9), "192.0.2.1", "192.0.2.1");
		assert_true(waited - last >= (n < 10 ? SPAN_MS(9800) : SPAN_MS(59800)));
		assert_true(waited - last <= (n < 10 ? SPAN_S(12) : SPAN_S(62)));
		last = waited;
		n++;
	}
	assert_true(n >= 15 && n <= 20); /* nine of ten seconds, then one a minute */
	expect(&scene, "");
	assert_int_equal(scene.fake.n_logged[ENV_ERROR], 1);
	assert_int_equal(stats_of(&scene).duplicate, 1);
	assert_int_equal(state_of(&scene, "192.0.2.1"), NEIGHBOR_ADDRESS_DUPLICATE);
	scene_end(&scene);
}

static void another_one_who_takes_it_is_told_of(void **state)
{
	struct scene scene;

	begin_duplicate(&scene);
	pass(&scene, SPAN_S(11));
	hear_arp(&scene, 2, MAC(8), "192.0.2.1", "192.0.2.1");
	expect_claimant(&scene, "192.0.2.1", MAC(8));
	assert_int_equal(scene.fake.n_logged[ENV_ERROR], 2);
	scene_end(&scene);
}

/* Two that try again at the same time: both wait. */
static void somebody_elses_probe_counts_while_it_is_tried_again(void **state)
{
	struct scene scene;

	begin_duplicate(&scene);
	hear_arp(&scene, 1, MAC(8), "0.0.0.0", "192.0.2.1"); /* not being tried: no news */
	expect_claimant(&scene, "192.0.2.1", MAC(9));
	pass(&scene, SPAN_S(11));
	hear_arp(&scene, 1, MAC(8), "0.0.0.0", "192.0.2.1");
	expect_claimant(&scene, "192.0.2.1", MAC(8));
	scene_read(&scene);
	pass(&scene, SPAN_S(9));
	expect(&scene, "");
	scene_end(&scene);
}

static void an_ipv6_duplicate_stays_one_whether_it_is_probed_for_or_advertised(void **state)
{
	const struct message cases[] = {
		{.type = 136,
		 .src = "2001:db8::1",
		 .dst = "ff02::1",
		 .target = "2001:db8::1",
		 .mac = MAC(9)},
		{.type = 135,
		 .src = "::",
		 .dst = "ff02::1:ff00:1",
		 .target = "2001:db8::1",
		 .frame_mac = MAC(9)},
	};

	for (int i = 0; i < 2; i++) {
		struct scene scene;

		scene_begin_duplicate6(&scene);
		scene_read(&scene);
		pass(&scene, SPAN_S(11));
		expect(&scene, ND_PROBE);
		hear_nd(&scene, &cases[i]);
		pass(&scene, SPAN_S(9));
		expect(&scene, "");
		assert_int_equal(state_of(&scene, "2001:db8::1"), NEIGHBOR_ADDRESS_DUPLICATE);
		scene_end(&scene);
	}
}

static void an_address_in_use_is_defended_and_the_host_is_told_by_whom(void **state)
{
	struct scene scene;

	scene_begin(&scene, "192.0.2.1/24");
	hear_arp(&scene, 1, MAC(9), "192.0.2.1", "192.0.2.2");
	expect(&scene, ARP_ANNOUNCED "conflict 192.0.2.1 02:00:00:00:aa:09\n");
	hear_arp(&scene, 1, MAC(8), "192.0.2.1", "192.0.2.2"); /* within ten seconds */
	expect(&scene, "");
	expect_claimant(&scene, "192.0.2.1", MAC(8));
	assert_int_equal(state_of(&scene, "192.0.2.1"), NEIGHBOR_ADDRESS_USABLE);
	fake_up(&scene.fake, scene.eth, false);
	neighbor_iface_changed(scene.engine, scene.eth);
	fake_up(&scene.fake, scene.eth, true);
	neighbor_iface_changed(scene.engine, scene.eth);
	expect_claimant(&scene, "192.0.2.1", NULL);
	scene_end(&scene);
}

static void what_need_not_be_probed_any_more_is_used_at_once(void **state)
{
	struct neighbor_conf conf = {.arp_probe = true}, off = {.dad_off = true};
	struct scene scene;

	scene_begin_with(&scene, "192.0.2.1/24 2001:db8::1/64", &conf, NULL);
	scene_read(&scene);
	assert_int_equal(neighbor_configure(scene.engine, scene.eth, &off), 0);
	assert_int_equal(state_of(&scene, "192.0.2.1"), NEIGHBOR_ADDRESS_USABLE);
	assert_int_equal(state_of(&scene, "2001:db8::1"), NEIGHBOR_ADDRESS_USABLE);
	scene_end(&scene);

	begin_duplicate(&scene);
	assert_int_equal(neighbor_configure(scene.engine, scene.eth, &off), 0);
	expect(&scene, ARP_ANNOUNCED "address 192.0.2.1 usable\n");
	assert_int_equal(neighbor_configure(scene.engine, scene.eth, &conf), 0);
	expect(&scene, ""); /* what is used stays so */
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_used_after_three_probes_and_a_rest),
		cmocka_unit_test(a_duplicate_is_used_once_nobody_has_it_any_more),
		cmocka_unit_test(an_ipv6_duplicate_is_used_once_nobody_has_it_any_more),
		cmocka_unit_test(who_keeps_it_is_asked_less_and_less_often_and_told_of_once),
		cmocka_unit_test(another_one_who_takes_it_is_told_of),
		cmocka_unit_test(somebody_elses_probe_counts_while_it_is_tried_again),
		cmocka_unit_test(
			an_ipv6_duplicate_stays_one_whether_it_is_probed_for_or_advertised),
		cmocka_unit_test(an_address_in_use_is_defended_and_the_host_is_told_by_whom),
		cmocka_unit_test(what_need_not_be_probed_any_more_is_used_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
