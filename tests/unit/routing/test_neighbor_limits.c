// SPDX-License-Identifier: BSD-3-Clause
/* RFC 6583: scans, floods and spoofed senders cost nobody else anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/memory.h"
#include "tests/unit/routing/scene.h"

static struct scene scene; /* as much as a stack */

/* A packet to the n-th address of 10.128/9 or of a /64. */
static void scan(uint32_t n, bool six)
{
	struct addr addr = six ? fake_addr("2001:db8::ffff:0:0") : addr_ip4(0x0a800000 + n);

	if (six)
		memcpy(addr.bytes + 12, &n, sizeof(n));
	neighbor_resolve(scene.engine, scene.eth, &addr, &scene);
}

static uint32_t count_states(enum neighbor_state wanted)
{
	struct neighbor_cursor cursor = {0};
	struct neighbor_row row;
	uint32_t n = 0;

	while (neighbor_next(scene.engine, &cursor, &row))
		n += row.state == wanted;
	return n;
}

/* n neighbours that answered: 10.0.0.2 and up. */
static void meet(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint8_t mac[6] = {2, 1, 0, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
		struct addr addr = addr_ip4(0x0a000002 + i);
		char text[ADDR_TEXT_MAX];

		hear_arp(&scene, 1, mac, addr_print(&addr, text), "10.0.0.1");
		hear_arp(&scene, 2, mac, text, "10.0.0.1");
	}
}

static void a_scan_pushes_out_nobody_who_answered(void **state)
{
	struct addr known = addr_ip4(0x0a000002);
	uint8_t mac[6];

	for (int six = 0; six < 2; six++) {
		scene_begin(&scene, "10.0.0.1/8 2001:db8::1/64 fe80::1/64");
		scene.is_quiet = true;
		meet(5000);
		for (uint32_t n = 0; n < 100000; n++) {
			scan(n, six);
			pass(&scene, SPAN_MS(1) / 10); /* 10,000 a second for 10 s */
			assert_true(stats_of(&scene).unresolved <= 1024);
			assert_true(stats_of(&scene).held <= 256);
		}
		assert_int_equal(stats_of(&scene).resolved, 5000);
		assert_int_equal(stats_of(&scene).evicted_stale, 0);
		assert_int_equal(count_states(NEIGHBOR_STALE), 5000);
		assert_true(neighbor_find(scene.engine, scene.eth, &known, mac));
		/* 256 attempts a second after the first 256, three requests each at most */
		assert_in_range(stats_of(&scene).solicit_sent, 2000, 3 * 11 * 256);
		assert_in_range(stats_of(&scene).rationed, 95000, 98000);
		pass(&scene, SPAN_S(60));
		assert_int_equal(count_states(NEIGHBOR_FAILED), 0);
		assert_int_equal(scene.n_released[0] + scene.n_released[1] + scene.n_released[2],
				 100000);
		scene_end(&scene);
	}
}

static void a_neighbour_that_answers_is_found_in_the_middle_of_a_scan(void **state)
{
	uint32_t found = 0;

	scene_begin(&scene, "10.0.0.1/8");
	scene.is_quiet = true;
	for (uint32_t i = 0; i < 200; i++) {
		struct addr addr = addr_ip4(0x0a000100 + i);
		char text[ADDR_TEXT_MAX];
		uint8_t mac[6];

		/* its sender tries it each second, among 200 other attempts a second */
		for (uint32_t n = 0; n < 200; n++) {
			if (n == 100)
				neighbor_resolve(scene.engine, scene.eth, &addr, &scene);
			scan(i * 200 + n, false);
			pass(&scene, SPAN_MS(5));
		}
		hear_arp(&scene, 2, MAC(2), addr_print(&addr, text), "10.0.0.1");
		found += neighbor_find(scene.engine, scene.eth, &addr, mac);
	}
	assert_int_equal(found, 200);
	scene_end(&scene);
}

static size_t bytes, most_bytes;

/* Sizes are kept in front of the blocks. */
static void *counted_resize(void *block, size_t size)
{
	size_t *head = block ? (size_t *)block - 2 : NULL;
	size_t was = head ? *head : 0;

	head = realloc(head, size + 2 * sizeof(size_t));
	assert_non_null(head);
	*head = size;
	bytes += size - was;
	most_bytes = bytes > most_bytes ? bytes : most_bytes;
	return head + 2;
}

static void counted_free(void *block)
{
	size_t *head = block ? (size_t *)block - 2 : NULL;

	if (head)
		bytes -= *head;
	free(head);
}

static const struct memory_ops counted = {counted_resize, counted_free};

static void a_scan_takes_no_more_memory_than_it_is_given(void **state)
{
	bytes = most_bytes = 0;
	memory_use(&counted);
	scene_begin(&scene, "10.0.0.1/8 2001:db8::1/64 fe80::1/64");
	scene.is_quiet = true;
	for (uint32_t n = 0; n < 200000; n++) {
		scan(n, n & 1);
		pass(&scene, SPAN_MS(1) / 10);
	}
	assert_in_range(most_bytes, 1024 * 200, 512 * 1024);
	scene_end(&scene);
	assert_int_equal(bytes, 0); /* and all of it is given back */
	memory_use(NULL);
}

/* Somebody on the wire makes up one sender after the other. */
static void made_up_senders_push_out_only_their_like(void **state)
{
	struct neighbor_conf conf = {.dad_off = true, .resolved = 1000};

	scene_begin_with(&scene, "10.0.0.1/8", &conf, NULL);
	scene.is_quiet = true;
	for (uint32_t i = 0; i < 500; i++) { /* these have answered just now */
		uint8_t mac[6] = {2, 1, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
		struct addr addr = addr_ip4(0x0a000002 + i);
		char text[ADDR_TEXT_MAX];

		neighbor_resolve(scene.engine, scene.eth, &addr, NULL);
		hear_arp(&scene, 2, mac, addr_print(&addr, text), "10.0.0.1");
		pass(&scene, SPAN_MS(10));
	}
	for (uint32_t n = 0; n < 20000; n++) {
		struct addr addr = addr_ip4(0x0a800000 + n);
		char text[ADDR_TEXT_MAX];

		hear_arp(&scene, 1, MAC(9), addr_print(&addr, text), "10.0.0.1");
		assert_true(stats_of(&scene).resolved <= 1000);
	}
	assert_int_equal(count_states(NEIGHBOR_REACHABLE), 500);
	assert_int_equal(stats_of(&scene).evicted_stale, 20000 - 500);
	scene_end(&scene);
}

static void where_all_are_reachable_a_newcomer_is_refused(void **state)
{
	struct neighbor_conf conf = {.dad_off = true, .resolved = 3};

	scene_begin_with(&scene, "10.0.0.1/8", &conf, NULL);
	for (uint32_t i = 0; i < 3; i++) {
		struct addr addr = addr_ip4(0x0a000002 + i);
		char text[ADDR_TEXT_MAX];

		neighbor_resolve(scene.engine, scene.eth, &addr, NULL);
		hear_arp(&scene, 2, MAC(2), addr_print(&addr, text), "10.0.0.1");
	}
	resolve(&scene, "10.0.0.9", 1);
	scene_read(&scene);
	hear_arp(&scene, 2, MAC(9), "10.0.0.9", "10.0.0.1");
	expect(&scene, "release 1 dropped\n");
	hear_arp(&scene, 1, MAC(8), "10.0.0.8", "10.0.0.1");
	assert_null(strstr(scene_read(&scene), "resolved"));
	assert_int_equal(stats_of(&scene).full, 2);
	scene_end(&scene);
}

static void the_longest_unused_neighbour_makes_room(void **state)
{
	struct neighbor_conf conf = {.dad_off = true, .resolved = 3};
	struct addr first = fake_addr("10.0.0.2");

	scene_begin_with(&scene, "10.0.0.1/8", &conf, NULL);
	hear_arp(&scene, 1, MAC(2), "10.0.0.2", "10.0.0.1");
	hear_arp(&scene, 1, MAC(3), "10.0.0.3", "10.0.0.1");
	hear_arp(&scene, 1, MAC(4), "10.0.0.4", "10.0.0.1");
	neighbor_used(scene.engine, scene.eth, &first);
	scene_read(&scene);
	hear_arp(&scene, 1, MAC(5), "10.0.0.5", "10.0.0.1");
	assert_non_null(strstr(scene_read(&scene), "lost 10.0.0.3 evicted\n"));
	scene_end(&scene);
}

static void all_wires_together_keep_to_the_limit_and_the_oldest_of_all_pays(void **state)
{
	struct neighbor_limits limits = {.resolved = 10, .unresolved = 20};
	struct neighbor_conf conf = {.dad_off = true};
	struct iface *other;

	scene_begin_with(&scene, "10.0.0.1/8", &conf, &limits);
	other = fake_iface(&scene.fake, "other", "172.16.0.1/12");
	neighbor_iface_changed(scene.engine, other);
	scene.is_quiet = true;
	meet(10);
	for (uint32_t i = 0; i < 30; i++) {
		struct addr addr = addr_ip4(0xac100002 + i);

		neighbor_resolve(scene.engine, other, &addr, NULL);
		scan(i, false);
		assert_true(stats_of(&scene).unresolved <= 20);
	}
	assert_int_equal(stats_of(&scene).evicted, 40);
	assert_int_equal(stats_of(&scene).resolved, 10);
	scene.is_quiet = false;
	scene_read(&scene);
	scene.eth = other; /* a newcomer there */
	hear_arp(&scene, 1, MAC(2), "172.16.9.9", "172.16.0.1");
	assert_non_null(strstr(scene_read(&scene), "lost 10.0.0.2 evicted\n"));
	assert_int_equal(stats_of(&scene).resolved, 10);
	scene_end(&scene);
}

static void three_packets_wait_and_the_newest_stay(void **state)
{
	scene_begin(&scene, "192.0.2.1/24");
	for (uintptr_t i = 1; i <= 5; i++)
		resolve(&scene, "192.0.2.2", i);
	expect(&scene, "arp who 192.0.2.2 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n"
		       "release 1 dropped\nrelease 2 dropped\n");
	hear_arp(&scene, 2, MAC(2), "192.0.2.2", "192.0.2.1");
	expect(&scene, "resolved 192.0.2.2 02:00:00:00:aa:02\n"
		       "release 3 send 02:00:00:00:aa:02\nrelease 4 send 02:00:00:00:aa:02\n"
		       "release 5 send 02:00:00:00:aa:02\n");
	assert_int_equal(stats_of(&scene).held_dropped, 2);
	scene_end(&scene);
}

static void where_too_many_wait_the_one_that_waited_longest_goes(void **state)
{
	struct neighbor_conf conf = {.dad_off = true, .held = 2};

	scene_begin_with(&scene, "192.0.2.1/24", &conf, NULL);
	scene_read(&scene);
	resolve(&scene, "192.0.2.2", 2);
	resolve(&scene, "192.0.2.3", 3);
	scene_read(&scene);
	resolve(&scene, "192.0.2.4", 4);
	expect(&scene, "arp who 192.0.2.4 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff\n"
		       "release 2 dropped\n");
	assert_int_equal(stats_of(&scene).held, 2);
	scene_end(&scene);
}

static void kept_neighbours_are_in_no_budget_and_make_no_room(void **state)
{
	struct neighbor_conf conf = {.dad_off = true, .unresolved = 4};

	scene_begin_with(&scene, "10.0.0.1/8", &conf, NULL);
	scene.is_quiet = true;
	for (uint32_t i = 0; i < 20; i++) {
		struct addr addr = addr_ip4(0x0a000002 + i);

		assert_int_equal(neighbor_keep(scene.engine, scene.eth, &addr), 0);
	}
	for (uint32_t n = 0; n < 100; n++)
		scan(n, false);
	assert_int_equal(stats_of(&scene).unresolved, 4);
	assert_int_equal(count_states(NEIGHBOR_INCOMPLETE), 24);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scan_pushes_out_nobody_who_answered),
		cmocka_unit_test(a_neighbour_that_answers_is_found_in_the_middle_of_a_scan),
		cmocka_unit_test(a_scan_takes_no_more_memory_than_it_is_given),
		cmocka_unit_test(made_up_senders_push_out_only_their_like),
		cmocka_unit_test(where_all_are_reachable_a_newcomer_is_refused),
		cmocka_unit_test(the_longest_unused_neighbour_makes_room),
		cmocka_unit_test(all_wires_together_keep_to_the_limit_and_the_oldest_of_all_pays),
		cmocka_unit_test(three_packets_wait_and_the_newest_stay),
		cmocka_unit_test(where_too_many_wait_the_one_that_waited_longest_goes),
		cmocka_unit_test(kept_neighbours_are_in_no_budget_and_make_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
