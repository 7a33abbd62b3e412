// SPDX-License-Identifier: BSD-3-Clause
/* What a routed packet looks like when it leaves: hops, checksum, tags, and what its sender left
 * undone. */
#include <string.h>

#include <netinet/in.h>
#include <rte_ip.h>

#include "tests/dp/cases.h"
#include "tests/dp/router.h"

static uint16_t sum_of(const uint8_t *p, uint32_t n, uint32_t sum)
{
	for (uint32_t i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Those that carry over, and the one that would become 0xffff, among them. */
static void the_checksum_is_right_for_each_value_it_can_have(void **state)
{
	struct frame f = eth(R1, A), g;

	udp4(&f, HOST, FAR, 1, 2, 20);
	for (uint32_t id = 0; id < 65536; id++) {
		f.bytes[18] = id >> 8;
		f.bytes[19] = id;
		fix_sum(&f);
		put(lp, &f);
		run_round();
		g = one_hop(&f, B, R2);
		expect(rp, &g);
		fake_take_all(rp);
	}
}

static void each_number_of_hops_loses_one(void **state)
{
	for (int ttl = 2; ttl < 256; ttl++) {
		struct frame f = eth(R1, A), f6 = eth(R1, A), g, g6;

		udp4(&f, HOST, FAR, 1, 2, 20);
		udp6(&f6, HOST6, FAR6, 1, 2, 20);
		set_ttl(&f, ttl);
		set_ttl(&f6, ttl);
		put(lp, &f);
		put(lp, &f6);
		run();
		g = one_hop(&f, B, R2);
		g6 = one_hop(&f6, B, R2);
		expect(rp, &g);
		expect(rp, &g6);
	}
}

/* Tags on the way in and out; -1: none. */
struct tag_case {
	const char *shows;
	int in, out;
	bool v6;
};

static const struct tag_case tags[] = {
	{"from untagged to untagged nothing is added", -1, -1, false},
	{"a tag comes off", 10, -1, false},
	{"a tag is put on", -1, 20, false},
	{"one tag takes the place of another", 10, 20, false},
	{"a tag that carries only priority comes off", 0, -1, false},
	{"the highest VLAN is one like any other", 10, 4094, false},
	{"a tag comes off IPv6", 10, -1, true},
	{"a tag is put on IPv6", -1, 20, true},
};

static void tag_case(void **state)
{
	const struct tag_case *c = *state;
	struct frame f = eth(R1, A), g;

	if (c->in > 0)
		on_port(lp, c->in, R1);
	if (c->out > 0) {
		uint16_t iface = on_port(rp, c->out, R2);

		via("10.2.0.0/24", iface, B);
		via("2001:db8:2::/64", iface, B);
	}
	if (c->in >= 0)
		tag(&f, c->in, 5);
	if (c->v6)
		udp6(&f, HOST6, FAR6, 1, 2, 20);
	else
		udp4(&f, HOST, FAR, 1, 2, 20);
	put(lp, &f);
	run();
	g = one_hop_tagged(&f, B, R2, c->out > 0 ? c->out : 0);
	expect(rp, &g);
	expect_none(rp);
}

static void each_vlan_of_a_port_is_an_interface_of_its_own(void **state)
{
	const uint64_t other = R1 + 0x100;
	uint16_t iface = on_port(lp, 10, other);
	struct frame f = eth(R1, A), g = eth(other, A), h;

	tag(&f, 10, 0);
	udp4(&f, HOST, FAR, 1, 2, 20);
	tag(&g, 10, 0);
	udp4(&g, HOST, "10.1.0.1", 1, 2, 20);
	put(lp, &f);
	put(lp, &g);
	run();
	expect_drops(lp, not_for_us, 1);
	expect_punt(&g, PUNT_LOCAL, PUNT_FOR_US, iface);
	h = eth(R1, A);
	udp4(&h, HOST, "10.1.0.1", 1, 2, 20);
	put(lp, &h);
	run();
	expect_punt(&h, PUNT_LOCAL, PUNT_FOR_US, left);
}

static void a_vlan_without_an_interface_is_dropped(void **state)
{
	struct frame f = eth(R1, A);

	tag(&f, 11, 0);
	udp4(&f, HOST, FAR, 1, 2, 20);
	put(lp, &f);
	run();
	expect_none(rp);
	expect_drops(lp, no_interface, 1);
}

/* Nobody gets past his VLAN with a second tag. */
static void what_a_second_tag_hides_is_not_routed(void **state)
{
	struct frame f = eth(R1, A), g = eth(R1, A);

	on_port(lp, 10, R1);
	tag(&f, 10, 0);
	tag(&f, 20, 0);
	udp4(&f, HOST, FAR, 1, 2, 20);
	tag_type(&g, 0x88a8, 20);
	udp4(&g, HOST, FAR, 1, 2, 20);
	put(lp, &f);
	put(lp, &g);
	run();
	expect_none(rp);
	expect_drops(lp, not_ip, 2);
}

static void padding_is_kept(void **state)
{
	struct frame f = eth(R1, A), g;

	udp4(&f, HOST, FAR, 1, 2, 2);
	fill(&f, 60 - f.len);
	put(lp, &f);
	run();
	g = one_hop(&f, B, R2);
	expect(rp, &g);
}

/* It is the packet that counts against the MTU. */
static void padding_that_does_not_fit_comes_off(void **state)
{
	struct frame f = eth(R1, A), g = eth(R1, A);

	iface_mtu(right, 600);
	udp4(&f, HOST, FAR, 1, 2, 600 - 28);
	udp6(&g, HOST6, FAR6, 1, 2, 300);
	for (int i = 0; i < 2; i++) {
		struct frame *whole = i ? &g : &f, padded = *whole, out;

		fill(&padded, 1514 - padded.len);
		put(lp, &padded);
		run();
		out = one_hop(whole, B, R2);
		expect(rp, &out);
	}
	expect_no_punt();
}

static void padding_in_several_buffers_comes_off(void **state)
{
	struct frame f = eth(R1, A), g, padded;

	port_set_mtu(&lp->port, 9000);
	iface_mtu(right, 3000);
	port_set_mtu(&rp->port, 3000);
	udp4(&f, HOST, FAR, 1, 2, 2048 + 100);
	padded = f;
	fill(&padded, 9014 - padded.len);
	put(lp, &padded);
	run();
	g = one_hop(&f, B, R2);
	expect(rp, &g);
}

static void a_frame_longer_than_its_port_takes_is_dropped_there(void **state)
{
	struct frame f = eth(R1, A);

	port_set_mtu(&rp->port, 1400); /* less than the interface's */
	udp4(&f, HOST, FAR, 1, 2, 1401 - 28);
	put(lp, &f);
	run();
	expect_none(rp);
	expect_drops(rp, too_big, 1);
}

static void a_port_that_is_down_drops_what_is_routed_to_it(void **state)
{
	struct frame f = eth(R1, A);

	rp->port.up = false;
	udp4(&f, HOST, FAR, 1, 2, 20);
	put(lp, &f);
	run();
	expect_none(rp);
	expect_drops(rp, port_down, 1);
}

/* A UDP packet in VLAN 10 whose checksum its sender left undone, as ports hand it in. */
static struct rte_mbuf *unfinished_to(struct frame *f, const char *dst)
{
	struct rte_mbuf *m;
	uint16_t sum;

	*f = eth(R1, A);
	tag(f, 10, 0);
	udp4(f, HOST, dst, 1000, 2000, 333);
	sum = rte_ipv4_phdr_cksum((void *)(f->bytes + 18), 0);
	memcpy(f->bytes + 18 + 26, &sum, 2);
	m = mbuf_of(f);
	m->l2_len = 18;
	m->l3_len = 20;
	m->ol_flags |= RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV4;
	return m;
}

static struct rte_mbuf *unfinished(struct frame *f)
{
	return unfinished_to(f, FAR);
}

static void an_unfinished_checksum_is_finished_for_a_port_that_cannot(void **state)
{
	uint8_t pseudo[12] = {10, 1, 0, 2, 10, 2, 0, 2, 0, 17, 341 >> 8, 341 & 0xff};
	struct frame f;
	uint8_t *out;

	on_port(lp, 10, R1);
	put_mbuf(lp, unfinished(&f));
	run();
	assert_int_equal(rp->n_out, 1);
	assert_int_equal(rp->out[0]->ol_flags & RTE_MBUF_F_TX_L4_MASK, 0);
	out = rte_pktmbuf_mtod(rp->out[0], uint8_t *);
	assert_int_equal(sum_of(out + 34, 341, sum_of(pseudo, 12, 0)), 0xffff);
}

/* Control would find it damaged. */
static void an_unfinished_checksum_is_finished_for_ourselves(void **state)
{
	uint8_t pseudo[12] = {10, 1, 0, 2, 10, 1, 0, 1, 0, 17, 341 >> 8, 341 & 0xff};
	struct frame f;
	struct punt punt;
	uint8_t *out;

	on_port(lp, 10, R1);
	put_mbuf(lp, unfinished_to(&f, OURS));
	run();
	assert_int_equal(punt_take(&punt, 1), 1);
	out = rte_pktmbuf_mtod(punt.m, uint8_t *);
	assert_int_equal(sum_of(out + 38, 341, sum_of(pseudo, 12, 0)), 0xffff);
	rte_pktmbuf_free(punt.m);
}

static void an_unfinished_checksum_stays_so_for_a_port_that_can(void **state)
{
	struct frame f, g;

	on_port(lp, 10, R1);
	rp->port.caps = PORT_CAN_CSUM;
	put_mbuf(lp, unfinished(&f));
	run();
	assert_int_equal(rp->n_out, 1);
	assert_int_equal(rp->out[0]->ol_flags & RTE_MBUF_F_TX_L4_MASK, RTE_MBUF_F_TX_UDP_CKSUM);
	assert_int_equal(rp->out[0]->l2_len, 14);
	g = one_hop(&f, B, R2);
	expect(rp, &g);
}

static void an_unfinished_checksum_finds_its_place_behind_a_tag(void **state)
{
	struct frame f;

	on_port(lp, 10, R1);
	via("10.2.0.0/24", on_port(rp, 20, R2), B);
	rp->port.caps = PORT_CAN_CSUM;
	put_mbuf(lp, unfinished(&f));
	run();
	assert_int_equal(rp->n_out, 1);
	assert_int_equal(rp->out[0]->l2_len, 18);
}

/* TCP to be cut into segments of mss bytes. */
static struct rte_mbuf *large(uint16_t payload, uint16_t mss, bool v6)
{
	struct frame f = eth(R1, A);
	struct rte_mbuf *m;

	if (v6) {
		ip6(&f, HOST6, FAR6, 6, 20 + payload);
		raw(&f, (uint8_t[20]){0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 0x10}, 20);
		fill(&f, payload);
	} else {
		tcp4(&f, HOST, FAR, 1, 2, payload);
		flag_fragment(&f, 0x4000);
	}
	m = mbuf_of(&f);
	m->l2_len = 14;
	m->l3_len = v6 ? 40 : 20;
	m->l4_len = 20;
	m->tso_segsz = mss;
	m->ol_flags |= RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM |
		       (v6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4);
	return m;
}

struct large_case {
	const char *shows;
	bool v6;
	uint16_t mss, mtu;
	bool whole;      /* the port takes it as it is */
	uint16_t wanted; /* bytes in a segment */
};

static const struct large_case larges[] = {
	{"a large packet goes on whole to a port that takes it", false, 1460, 1500, true, 1460},
	{"its segments become as small as the MTU asks", false, 1460, 1400, true, 1360},
	{"segments that are smaller stay so", false, 500, 1400, true, 500},
	{"IPv6 segments become as small as the MTU asks", true, 1440, 1280, true, 1220},
	{"a large packet is cut for a port that takes none", false, 1460, 1500, false, 1460},
	{"it is cut as small as the MTU asks", false, 1460, 1400, false, 1360},
	{"IPv6 is cut as small as the MTU asks", true, 1440, 1280, false, 1220},
};

static void large_case(void **state)
{
	const struct large_case *c = *state;
	uint32_t headers = 14 + (c->v6 ? 60 : 40), to_come = 8000;

	if (c->whole)
		rp->port.caps = PORT_CAN_CSUM | PORT_CAN_TSO;
	iface_mtu(right, c->mtu);
	put_mbuf(lp, large(8000, c->mss, c->v6));
	run();
	if (c->whole) {
		assert_int_equal(rp->n_out, 1);
		assert_int_equal(rp->out[0]->tso_segsz, c->wanted);
		assert_int_equal(rp->out[0]->pkt_len, headers + 8000);
		return;
	}
	assert_int_equal(rp->n_out, (8000 + c->wanted - 1) / c->wanted);
	for (uint32_t i = 0; i < rp->n_out; i++, to_come -= c->wanted) {
		const uint8_t *p = rte_pktmbuf_mtod(rp->out[i], const uint8_t *);

		assert_int_equal(rp->out[i]->pkt_len, headers + RTE_MIN(to_come, c->wanted));
		assert_int_equal(p[14 + (c->v6 ? 7 : 8)], 63);
		if (!c->v6)
			assert_int_equal(sum_of(p + 14, 20, 0), 0xffff);
	}
	expect_no_punt();
}

#define T(name) cmocka_unit_test_setup_teardown(name, router_setup, router_teardown)

int main(void)
{
	const struct table tables[] = {TABLE(tags, tag_case), TABLE(larges, large_case)};
	const struct CMUnitTest tests[] = {
		T(the_checksum_is_right_for_each_value_it_can_have),
		T(each_number_of_hops_loses_one),
		T(each_vlan_of_a_port_is_an_interface_of_its_own),
		T(a_vlan_without_an_interface_is_dropped),
		T(what_a_second_tag_hides_is_not_routed),
		T(padding_is_kept),
		T(padding_that_does_not_fit_comes_off),
		T(padding_in_several_buffers_comes_off),
		T(a_frame_longer_than_its_port_takes_is_dropped_there),
		T(a_port_that_is_down_drops_what_is_routed_to_it),
		T(an_unfinished_checksum_is_finished_for_a_port_that_cannot),
		T(an_unfinished_checksum_is_finished_for_ourselves),
		T(an_unfinished_checksum_stays_so_for_a_port_that_can),
		T(an_unfinished_checksum_finds_its_place_behind_a_tag),
	};

	return run_cases(tables, sizeof(tables) / sizeof(tables[0]), tests,
			 sizeof(tests) / sizeof(tests[0]), router_setup, router_teardown);
}
