// SPDX-License-Identifier: BSD-3-Clause
/* Bridges: learning, VLANs, flooding, and what may talk to whom. */
#include "tests/dp/four.h"

#include <errno.h>
#include <string.h>

#include <rte_ip.h>
#include <rte_tcp.h>

#include "dataplane/workers.h"

static void packets_of_a_port_in_no_bridge_are_dropped(void **state)
{
	struct frame f = plain(B, A);

	put(p1, &f);
	run();
	expect_drops(p1, no_bridge, 1);
}

static void an_unknown_address_goes_to_all_others(void **state)
{
	struct frame f = plain(B, A);

	four_join(1);
	put(p1, &f);
	run();
	expect_none(p1);
	expect(p2, &f);
	expect(p3, &f);
	expect(p4, &f);
}

static void a_learned_address_goes_to_its_port_only(void **state)
{
	struct frame f = plain(B, A);

	four_join(1);
	teach(p3, B, 0);
	put(p1, &f);
	run();
	expect(p3, &f);
	expect_none(p2);
	expect_none(p4);
}

static void broadcast_and_multicast_go_to_all_others(void **state)
{
	struct frame f = plain(ALL, A), g = plain(0x01005e000001, A);

	four_join(1);
	put(p2, &f);
	put(p2, &g);
	run();
	expect(p1, &f);
	expect(p1, &g);
	expect(p4, &f);
	expect(p4, &g);
	expect_none(p2);
}

static void a_static_address_does_not_move(void **state)
{
	struct frame f = plain(B, A), spoof = plain(A, B);

	four_join(1);
	fdb_set(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, 2}, 1), p2->port.index, true, 0);
	put(p3, &spoof);
	run();
	expect_drops(p3, static_elsewhere, 1);
	expect_none(p1);
	put(p1, &f);
	run();
	expect(p2, &f);
	expect_none(p3);
}

static void a_destination_behind_the_same_port_is_dropped(void **state)
{
	struct frame f = plain(B, A);

	four_join(1);
	teach(p1, B, 0);
	put(p1, &f);
	run();
	expect_none(p2);
	expect_drops(p1, same_port, 1);
}

static void two_bridges_are_separate(void **state)
{
	struct bridge *other = bridge_create(10);
	struct frame f = plain(ALL, A);

	join(br, p1, access_port(1));
	join(br, p2, access_port(1));
	join(other, p3, access_port(1));
	put(p1, &f);
	run();
	expect(p2, &f);
	expect_none(p3);
}

static void flooding_without_a_target_is_a_drop(void **state)
{
	struct frame f = plain(ALL, A);

	join(br, p1, access_port(10));
	join(br, p2, access_port(20));
	put(p1, &f);
	run();
	expect_drops(p1, no_target, 1);
}

static void ports_that_are_down_get_nothing(void **state)
{
	struct frame f = plain(ALL, A), g = plain(B, A);

	four_join(1);
	teach(p2, B, 0);
	p2->port.up = false;
	put(p1, &f);
	put(p1, &g);
	run();
	expect_none(p2);
	expect(p3, &f);
	expect_none(p3);
	expect_drops(p2, port_down, 1);
}

static void protected_ports_talk_only_to_unprotected_ones(void **state)
{
	struct member_conf shielded = access_port(1);
	struct frame f = plain(ALL, A), g = plain(B, A), h = plain(C, A), back = plain(A, C);

	shielded.is_protected = true;
	join(br, p1, shielded);
	join(br, p2, shielded);
	join(br, p3, access_port(1));
	teach(p2, B, 0);
	teach(p3, C, 0);
	put(p1, &f);
	put(p1, &g);
	put(p1, &h);
	run();
	put(p3, &back);
	run();
	expect_none(p2);
	expect(p3, &f);
	expect(p3, &h);
	expect(p1, &back);
	expect_drops(p1, protected, 1);
}

static void the_storm_limit_bounds_floods_and_nothing_else(void **state)
{
	struct member_conf conf = access_port(1);
	struct frame flood = plain(ALL, A), known = plain(B, A);
	uint32_t out;

	conf.storm_pps = 100; /* at most a tenth at once: 10 */
	join(br, p1, conf);
	join(br, p2, access_port(1));
	teach(p2, B, 0);
	for (int i = 0; i < 1000; i++)
		put(p1, &flood);
	run();
	out = fake_take_all(p2);
	assert_in_range(out, 10, 60); /* ten, and what half a second would add */
	expect_drops(p1, storm, 1000 - out);
	for (int i = 0; i < 1000; i++)
		put(p1, &known);
	run();
	assert_int_equal(fake_take_all(p2), 1000);
}

static void frames_longer_than_the_sending_ports_mtu_are_dropped(void **state)
{
	struct frame f = sized(B, A, 1514), g = sized(ALL, A, 1514);

	four_join(1);
	teach(p2, B, 0);
	port_set_mtu(&p2->port, 1499);
	put(p1, &f);
	put(p1, &g);
	run();
	expect_none(p2);
	expect(p3, &g);
	expect(p4, &g);
	expect_drops(p2, too_big, 2);
}

static void a_full_queue_drops_what_it_cannot_take(void **state)
{
	struct frame f = plain(B, A);

	four_join(1);
	teach(p2, B, 0);
	p2->room = 100;
	for (int i = 0; i < 300; i++)
		put(p1, &f);
	run();
	assert_int_equal(fake_take_all(p2), 100);
	expect_drops(p2, tx_full, 200);
}

static struct rte_mbuf *unfinished(uint64_t dst)
{
	struct frame f = eth(dst, A);
	struct rte_mbuf *m;

	tcp4(&f, "10.0.0.1", "10.0.0.2", 1000, 80, 100);
	m = mbuf_of(&f);
	m->l2_len = 14;
	m->l3_len = 20;
	m->ol_flags = RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4;
	rte_pktmbuf_mtod_offset(m, struct rte_tcp_hdr *, 34)->cksum =
		rte_ipv4_phdr_cksum(rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, 14), 0);
	return m;
}

static bool is_finished(struct fake *fake)
{
	struct rte_mbuf *m = fake->out[fake->next_out++];
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t sum = 6 + 120; /* pseudo header: protocol and length */

	assert_int_equal(m->data_len, 14 + 20 + 120);
	for (int i = 26; i < 34; i += 2) /* and the addresses */
		sum += data[i] << 8 | data[i + 1];
	for (int i = 34; i < 154; i += 2)
		sum += data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	rte_pktmbuf_free(m);
	return sum == 0xffff;
}

static void checksums_are_finished_for_ports_that_cannot(void **state)
{
	four_join(1);
	teach(p2, B, 0);
	teach(p3, C, 0);
	p3->port.caps = PORT_CAN_CSUM;
	put_mbuf(p1, unfinished(B));
	put_mbuf(p1, unfinished(C));
	run();
	assert_true(is_finished(p2));
	assert_false(is_finished(p3));
	put_mbuf(p1, unfinished(ALL));
	run();
	assert_true(is_finished(p2));
	assert_true(is_finished(p3));
	assert_true(is_finished(p4));
}

static void checksums_that_cannot_be_computed_are_dropped(void **state)
{
	struct rte_mbuf *m = unfinished(B), *g = unfinished(ALL);

	four_join(1);
	teach(p2, B, 0);
	m->l3_len = 200;
	g->l3_len = 200;
	put_mbuf(p1, m);
	put_mbuf(p1, g);
	run();
	expect_none(p2);
	expect_drops(p2, bad_offload, 1);
	expect_drops(p1, bad_checksum, 1);
}

static void a_change_of_a_member_keeps_what_was_learned(void **state)
{
	struct member_conf conf = access_port(1);
	struct frame f = plain(B, A);

	four_join(1);
	teach(p2, B, 0);
	conf.storm_pps = 5;
	join(br, p2, conf);
	put(p1, &f);
	run();
	expect(p2, &f);
	expect_none(p3);
}

static void a_port_can_be_in_one_bridge_only(void **state)
{
	struct bridge *other = bridge_create(10);
	struct member_conf conf = access_port(1);

	four_join(1);
	assert_int_equal(bridge_member_set(other, &p1->port, &conf), -EBUSY);
	bridge_member_del(other, &p1->port); /* nothing */
	bridge_member_del(br, &p1->port);
	assert_int_equal(bridge_member_set(other, &p1->port, &conf), 0);
}

/* Control waits for rounds: one with much to flood to many must not take as long as all of it. */
static void a_round_without_time_ends_and_the_next_goes_on_behind_it(void **state)
{
	struct frame f = plain(ALL, A), g = plain(ALL, B), h = plain(ALL, C);
	struct fake *all[] = {p1, p2, p3, p4};
	double tsc_hz = workers_at(0)->tsc_hz;

	four_join(1);
	workers_at(0)->tsc_hz = 0;
	put(p2, &g);
	put(p3, &h);
	for (int round = 0; round < 3; round++) {
		uint32_t n = 0;

		put(p1, &f); /* it has more each time: that must not keep the others waiting */
		run_round();
		for (int i = 0; i < 4; i++)
			n += fake_take_all(all[i]);
		assert_in_range(n, 3, 9); /* one queue's, not all */
		if (round == 0)
			assert_int_equal(n, 3);
	}
	assert_int_equal(p2->in_head[0], p2->in_tail[0]);
	assert_int_equal(p3->in_head[0], p3->in_tail[0]);
	workers_at(0)->tsc_hz = tsc_hz;
	run();
	for (int i = 0; i < 4; i++)
		fake_take_all(all[i]);
}

#define T(name) cmocka_unit_test_setup_teardown(name, four_setup, four_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(packets_of_a_port_in_no_bridge_are_dropped),
		T(an_unknown_address_goes_to_all_others),
		T(a_learned_address_goes_to_its_port_only),
		T(broadcast_and_multicast_go_to_all_others),
		T(a_static_address_does_not_move),
		T(a_destination_behind_the_same_port_is_dropped),
		T(two_bridges_are_separate),
		T(flooding_without_a_target_is_a_drop),
		T(ports_that_are_down_get_nothing),
		T(a_round_without_time_ends_and_the_next_goes_on_behind_it),
		T(protected_ports_talk_only_to_unprotected_ones),
		T(the_storm_limit_bounds_floods_and_nothing_else),
		T(frames_longer_than_the_sending_ports_mtu_are_dropped),
		T(a_full_queue_drops_what_it_cannot_take),
		T(checksums_are_finished_for_ports_that_cannot),
		T(checksums_that_cannot_be_computed_are_dropped),
		T(a_change_of_a_member_keeps_what_was_learned),
		T(a_port_can_be_in_one_bridge_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
