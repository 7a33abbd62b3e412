// SPDX-License-Identifier: BSD-3-Clause
/* Bridges and VLANs: access ports, trunks, tags added, taken off and kept. */
#include "tests/dp/four.h"

#include <string.h>

static struct frame tagged(uint64_t dst, uint64_t src, uint16_t vlan, uint8_t priority)
{
	struct frame f = eth(dst, src);

	tag(&f, vlan, priority);
	udp4(&f, "10.0.0.1", "10.0.0.2", 1000, 2000, 18);
	return f;
}

static void vlans_are_separate(void **state)
{
	struct frame f = plain(ALL, A);

	join(br, p1, access_port(10));
	join(br, p2, access_port(10));
	join(br, p3, access_port(20));
	put(p1, &f);
	run();
	expect(p2, &f);
	expect_none(p3);
}

static void the_same_address_may_be_behind_two_ports_in_two_vlans(void **state)
{
	struct frame f = plain(C, A), g = plain(C, B);

	join(br, p1, access_port(10));
	join(br, p2, access_port(10));
	join(br, p3, access_port(20));
	join(br, p4, access_port(20));
	teach(p2, C, 0);
	teach(p4, C, 0);
	assert_int_equal(fdb_count(br), 2);
	put(p1, &f);
	put(p3, &g);
	run();
	expect(p2, &f);
	expect(p4, &g);
}

static void a_trunk_adds_the_tag_of_an_access_port(void **state)
{
	struct frame f = plain(B, A), want = tagged(B, A, 10, 0);

	join(br, p1, access_port(10));
	join(br, p2, trunk(1, 10, 20, 0));
	put(p1, &f);
	run();
	expect(p2, &want);
}

static void an_access_port_gets_frames_of_a_trunk_without_their_tag(void **state)
{
	struct frame f = tagged(B, A, 10, 5), want = plain(B, A);

	join(br, p1, trunk(1, 10, 20, 0));
	join(br, p2, access_port(10));
	put(p1, &f);
	run();
	expect(p2, &want);
}

static void a_tag_passes_from_trunk_to_trunk_with_its_priority(void **state)
{
	struct frame f = tagged(B, A, 20, 6);

	join(br, p1, trunk(1, 10, 20, 0));
	join(br, p2, trunk(1, 10, 20, 0));
	put(p1, &f);
	run();
	expect(p2, &f);
}

static void the_native_vlan_of_a_trunk_has_no_tag(void **state)
{
	struct frame f = plain(B, A), back = tagged(A, B, 10, 0);

	join(br, p1, trunk(10, 20, 0));
	join(br, p2, trunk(1, 10, 0));
	put(p1, &f);
	run();
	back = tagged(B, A, 10, 0);
	expect(p2, &back);
	f = tagged(A, B, 10, 0);
	back = plain(A, B);
	put(p2, &f);
	run();
	expect(p1, &back);
}

static void a_trunk_without_native_vlan_takes_no_untagged_frames(void **state)
{
	struct frame f = plain(ALL, A);

	join(br, p1, trunk(0, 10, 0));
	join(br, p2, trunk(1, 10, 0));
	put(p1, &f);
	run();
	expect_none(p2);
	expect_drops(p1, vlan_not_allowed, 1);
}

static void a_port_takes_no_vlan_that_it_does_not_carry(void **state)
{
	struct frame f = tagged(ALL, A, 30, 0), g = tagged(ALL, A, 10, 0),
		     last = tagged(ALL, A, 4095, 0);

	join(br, p1, trunk(1, 10, 20, 0));
	join(br, p2, access_port(10));
	join(br, p3, access_port(30));
	put(p1, &f);
	put(p2, &g); /* an access port takes no tags, its own VLAN's neither */
	put(p1, &last);
	run();
	expect_none(p1);
	expect_none(p3);
	expect_drops(p1, vlan_not_allowed, 2);
	expect_drops(p2, vlan_not_allowed, 1);
}

static void a_known_destination_that_left_the_vlan_is_an_egress_drop(void **state)
{
	struct frame f = plain(B, A);

	join(br, p1, access_port(10));
	join(br, p2, access_port(10));
	teach(p2, B, 0);
	join(br, p2, access_port(20));
	put(p1, &f);
	run();
	expect_none(p2);
	expect_drops(p2, vlan_egress, 1);
}

static void a_priority_tag_belongs_to_the_untagged_vlan(void **state)
{
	struct frame f = tagged(B, A, 0, 5), bare = plain(B, A), want = tagged(B, A, 10, 5);

	join(br, p1, access_port(10));
	join(br, p2, access_port(10));
	join(br, p3, trunk(0, 10, 0));
	put(p1, &f);
	run();
	expect(p2, &bare);
	expect(p3, &want);
}

static void flooding_gives_each_port_its_own_form(void **state)
{
	struct frame bare = plain(ALL, A), with = tagged(ALL, A, 10, 0);

	join(br, p1, access_port(10));
	join(br, p2, access_port(10));
	join(br, p3, trunk(1, 10, 0));
	join(br, p4, trunk(1, 10, 0));
	for (int i = 0; i < 40; i++)
		put(p1, &bare);
	run();
	for (int i = 0; i < 40; i++) {
		expect(p2, &bare);
		expect(p3, &with);
		expect(p4, &with);
	}
	with = tagged(ALL, B, 10, 3);
	bare = plain(ALL, B);
	put(p3, &with);
	run();
	expect(p1, &bare);
	expect(p2, &bare);
	expect(p4, &with);
}

static void a_packet_without_headroom_gets_no_tag(void **state)
{
	struct frame f = plain(B, A);
	struct rte_mbuf *m = mbuf_of(&f);

	join(br, p1, access_port(10));
	join(br, p2, trunk(1, 10, 0));
	teach(p2, B, 10);
	memmove(m->buf_addr, rte_pktmbuf_mtod(m, void *), m->data_len);
	m->data_off = 0;
	put_mbuf(p1, m);
	run();
	expect_none(p2);
	expect_drops(p2, no_room, 1);
}

static void tags_do_not_count_against_the_mtu_of_the_sending_port(void **state)
{
	struct frame f = eth(B, A), g = eth(B, A);

	tag(&f, 10, 0);
	tag(&f, 30, 0);
	udp4(&f, "10.0.0.1", "10.0.0.2", 1, 2, 1514 - 42);
	tag_type(&g, 0x88a8, 7);
	udp4(&g, "10.0.0.1", "10.0.0.2", 1, 2, 1514 - 42);
	join(br, p1, trunk(1, 10, 0));
	join(br, p2, trunk(1, 10, 0));
	teach(p2, B, 10);
	put(p1, &f);
	run();
	expect(p2, &f);
	put(p1, &g); /* flooded */
	run();
	expect(p2, &g);
}

static void a_flood_that_is_too_long_for_all_says_so(void **state)
{
	struct frame f = sized(ALL, A, 1514);

	four_join(1);
	for (struct fake *const *p = (struct fake *[]){p2, p3, p4, NULL}; *p; p++)
		port_set_mtu(&(*p)->port, 1000);
	put(p1, &f);
	run();
	expect_drops(p1, no_target, 0);
	expect_drops(p2, too_big, 1);
	expect_drops(p4, too_big, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, four_setup, four_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(vlans_are_separate),
		T(the_same_address_may_be_behind_two_ports_in_two_vlans),
		T(a_trunk_adds_the_tag_of_an_access_port),
		T(an_access_port_gets_frames_of_a_trunk_without_their_tag),
		T(a_tag_passes_from_trunk_to_trunk_with_its_priority),
		T(the_native_vlan_of_a_trunk_has_no_tag),
		T(a_trunk_without_native_vlan_takes_no_untagged_frames),
		T(a_port_takes_no_vlan_that_it_does_not_carry),
		T(a_known_destination_that_left_the_vlan_is_an_egress_drop),
		T(a_priority_tag_belongs_to_the_untagged_vlan),
		T(flooding_gives_each_port_its_own_form),
		T(a_packet_without_headroom_gets_no_tag),
		T(tags_do_not_count_against_the_mtu_of_the_sending_port),
		T(a_flood_that_is_too_long_for_all_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
