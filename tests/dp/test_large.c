// SPDX-License-Identifier: BSD-3-Clause
/* Large TCP packets that a sender left to be cut: to ports that take them whole, to others, and to
 * both at once. */
#include <string.h>

#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "tests/dp/four.h"

#define BOTH (PORT_CAN_CSUM | PORT_CAN_TSO)
#define SEQ  4294960000u /* wraps within the packet */

struct large {
	uint32_t payload;
	uint16_t mss;
	uint16_t vlan; /* 0: no tag */
	bool v6;
};

static uint8_t pattern(uint32_t at)
{
	return (uint8_t)(at * 31 + (at >> 8));
}

/* As a port hands it in: with the pseudo header's sum, in as many segments as it takes. */
static struct rte_mbuf *large(uint64_t dst, const struct large *l)
{
	static uint8_t data[70000];
	struct frame f = eth(dst, A);
	struct rte_mbuf *m = NULL, *last = NULL;
	struct rte_tcp_hdr *tcp;
	uint32_t len, done = 0;

	if (l->vlan)
		tag(&f, l->vlan, 5);
	if (l->v6)
		ip6(&f, "2001:db8::1", "2001:db8::2", 6, (uint16_t)(20 + l->payload));
	else
		ip4(&f, "10.0.0.1", "10.0.0.2", 6, (uint16_t)(20 + l->payload));
	tcp = (void *)(f.bytes + f.len);
	raw(&f, (uint8_t[20]){0}, 20);
	tcp->sent_seq = rte_cpu_to_be_32(SEQ);
	tcp->data_off = 0x50;
	tcp->tcp_flags = RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG;
	const uint16_t l2 = l->vlan ? 18 : 14, l3 = l->v6 ? 40 : 20;
	tcp->cksum = l->v6 ? rte_ipv6_phdr_cksum((void *)(f.bytes + l2), 0)
			   : rte_ipv4_phdr_cksum((void *)(f.bytes + l2), 0);
	memcpy(data, f.bytes, f.len);
	for (uint32_t i = 0; i < l->payload; i++)
		data[f.len + i] = pattern(i);
	for (len = f.len + l->payload; done < len;) {
		struct rte_mbuf *seg = rte_pktmbuf_alloc(dp_pool());
		uint16_t n = (uint16_t)RTE_MIN(len - done, 1999u);
		assert_non_null(seg);
		memcpy(rte_pktmbuf_append(seg, n), data + done, n);
		done += n;
		if (last) {
			last->next = seg;
			m->nb_segs++;
			m->pkt_len += n;
		} else {
			m = seg;
		}
		last = seg;
	}
	m->l2_len = l2;
	m->l3_len = l3;
	m->l4_len = 20;
	m->tso_segsz = l->mss;
	m->ol_flags |= RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM |
		       (l->v6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4);
	return m;
}

static struct rte_mbuf *take(struct fake *fake)
{
	assert_true(fake->next_out < fake->n_out);
	return fake->out[fake->next_out++];
}

/* Bytes and sums, computed once more and otherwise. */
static uint16_t sum16(const uint8_t *p, uint32_t n, uint32_t sum)
{
	for (uint32_t i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void check_sums(const uint8_t *ip, uint32_t len, bool v6)
{
	uint32_t l3 = v6 ? 40 : 20, tcp = len - l3;

	if (!v6)
		assert_int_equal(sum16(ip, 20, 0), 0xffff);
	assert_int_equal(sum16(ip + l3, tcp, sum16(ip + (v6 ? 8 : 12), v6 ? 32 : 8, tcp + 6)),
			 0xffff);
}

/* Whole, unfinished, and as it was sent. */
static void expect_whole(struct fake *fake, const struct large *l, bool tagged)
{
	struct rte_mbuf *m = take(fake);
	uint32_t headers = m->l2_len + m->l3_len + m->l4_len;
	uint8_t b;

	assert_true(m->ol_flags & RTE_MBUF_F_TX_TCP_SEG);
	assert_int_equal(m->l2_len, tagged ? 18 : 14);
	assert_int_equal(m->pkt_len, headers + l->payload);
	assert_int_equal(m->tso_segsz, l->mss);
	for (uint32_t i = 0; i < l->payload; i++)
		assert_int_equal(*(const uint8_t *)rte_pktmbuf_read(m, headers + i, 1, &b),
				 pattern(i));
	rte_pktmbuf_free(m);
}

/* In finished packets of at most mss bytes of payload, in order. */
static void expect_cut(struct fake *fake, const struct large *l, uint16_t mss, bool tagged)
{
	const uint32_t l2 = tagged ? 18 : 14, headers = l2 + (l->v6 ? 40 : 20) + 20;
	uint32_t at = 0;

	while (at < l->payload) {
		uint8_t bytes[9100];
		struct rte_mbuf *m = take(fake);
		const uint8_t *p = rte_pktmbuf_read(m, 0, m->pkt_len, bytes);
		const struct rte_tcp_hdr *tcp = (const void *)(p + headers - 20);
		uint32_t n = RTE_MIN(l->payload - at, (uint32_t)mss);

		assert_non_null(p);
		assert_int_equal(m->pkt_len, headers + n);
		assert_false(m->ol_flags & (RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_L4_MASK));
		assert_int_equal(p[12] == 0x81, tagged);
		assert_int_equal(rte_be_to_cpu_32(tcp->sent_seq), SEQ + at);
		check_sums(p + l2, m->pkt_len - l2, l->v6);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(p[headers + i], pattern(at + i));
		at += n;
		rte_pktmbuf_free(m);
	}
}

static struct dp_port_stats stats_of(const struct fake *fake)
{
	struct dp_port_stats stats;

	dp_port_stats(&fake->port, &stats);
	return stats;
}

static void a_port_that_can_gets_it_whole(void **state)
{
	const struct large l = {.payload = 60000, .mss = 1448};

	four_join(1);
	teach(p2, B, 0);
	p2->port.caps = BOTH;
	put_mbuf(p1, large(B, &l));
	run();
	expect_whole(p2, &l, false);
	expect_none(p2);
	assert_int_equal(stats_of(p2).tx_whole, 1);
	assert_int_equal(stats_of(p2).tx_cut, 0);
}

static void a_port_that_cannot_gets_finished_packets_of_its_mtu(void **state)
{
	const struct large cases[] = {{.payload = 60000, .mss = 1448},
				      {.payload = 60000, .mss = 1440, .v6 = true},
				      {.payload = 1449, .mss = 1448},
				      {.payload = 7000, .mss = 100}};

	four_join(1);
	teach(p2, B, 0);
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		p2->port.caps = i & 1 ? PORT_CAN_CSUM : 0;
		put_mbuf(p1, large(B, &cases[i]));
		run();
		expect_cut(p2, &cases[i], cases[i].mss, false);
		expect_none(p2);
	}
	assert_int_equal(stats_of(p2).tx_cut, 4);
	assert_int_equal(stats_of(p2).tx_segments, 42 + 42 + 2 + 70);
	assert_int_equal(stats_of(p2).tx_packets, 1 + 42 + 42 + 2 + 70 - 1);
	assert_int_equal(stats_of(p2).tx_whole, 0);
}

static void a_smaller_mtu_makes_smaller_segments(void **state)
{
	const struct large l = {.payload = 20000, .mss = 1448};

	four_join(1);
	teach(p2, B, 0);
	port_set_mtu(&p2->port, 576);
	p2->port.caps = BOTH; /* whole, its segments would be too long */
	put_mbuf(p1, large(B, &l));
	run();
	expect_cut(p2, &l, 536, false);
	port_set_mtu(&p2->port, 68);
	put_mbuf(p1, large(B, &l));
	run();
	expect_cut(p2, &l, 28, false);
	expect_none(p2);
}

static void an_mtu_that_holds_only_headers_drops_it_as_too_big(void **state)
{
	const struct large l = {.payload = 20000, .mss = 1440, .v6 = true};

	four_join(1);
	teach(p2, B, 0);
	port_set_mtu(&p2->port, 67);
	put_mbuf(p1, large(B, &l));
	put_mbuf(p1, large(ALL, &l));
	run();
	expect_none(p2);
	expect_drops(p2, too_big, 2);
	expect_cut(p3, &l, 1440, false);
}

static void it_stays_in_order_with_what_came_before_and_after(void **state)
{
	const struct large l = {.payload = 5000, .mss = 1448};
	struct frame before = plain(B, A), after = sized(B, A, 100);

	four_join(1);
	teach(p2, B, 0);
	put(p1, &before);
	put_mbuf(p1, large(B, &l));
	put(p1, &after);
	run();
	expect(p2, &before);
	expect_cut(p2, &l, 1448, false);
	expect(p2, &after);
	expect_none(p2);
}

static void tags_go_on_and_off_whole_and_cut(void **state)
{
	const struct large l = {.payload = 9000, .mss = 1448}, t = {9000, 1460, .vlan = 10};

	join(br, p1, trunk(5, 10, 0));
	join(br, p2, trunk(0, 5, 0));
	join(br, p3, access_port(10));
	p1->port.caps = BOTH;
	teach(p2, B, 5);
	teach(p3, C, 0);
	for (int can = 0; can < 2; can++) {
		p2->port.caps = p3->port.caps = can ? BOTH : 0;
		put_mbuf(p1, large(B, &l));
		put_mbuf(p1, large(C, &t));
		run();
		if (can) {
			expect_whole(p2, &l, true);
			expect_whole(p3, &t, false);
		} else {
			expect_cut(p2, &l, 1448, true);
			expect_cut(p3, &t, 1460, false);
		}
	}
}

/* Each of the four combinations of form and ability, one of them with a small MTU. */
static void a_flood_gives_everybody_what_it_can_take(void **state)
{
	const struct large l = {.payload = 30000, .mss = 1448};
	struct fake *p5 = fake("p5");

	join(br, p1, access_port(1));
	join(br, p2, access_port(1));
	join(br, p3, trunk(0, 1, 0));
	join(br, p4, trunk(0, 1, 0));
	join(br, p5, access_port(1));
	p2->port.caps = p3->port.caps = BOTH;
	p5->port.caps = PORT_CAN_CSUM;
	port_set_mtu(&p5->port, 1000);
	put_mbuf(p1, large(ALL, &l));
	run();
	expect_whole(p2, &l, false);
	expect_whole(p3, &l, true);
	expect_cut(p4, &l, 1448, true);
	expect_cut(p5, &l, 960, false);
	expect_none(p2);
	expect_none(p3);
	expect_none(p4);
	expect_none(p5);
	assert_int_equal(stats_of(p2).tx_whole, 1);
	assert_int_equal(stats_of(p5).tx_cut, 1);
}

static void a_flood_that_nobody_takes_whole_loses_nothing(void **state)
{
	const struct large l = {.payload = 30000, .mss = 1448};

	four_join(1);
	put_mbuf(p1, large(ALL, &l));
	run();
	expect_cut(p2, &l, 1448, false);
	expect_cut(p3, &l, 1448, false);
	expect_cut(p4, &l, 1448, false);
}

static void a_storm_counts_all_that_it_will_be(void **state)
{
	const struct large l = {.payload = 60000, .mss = 1448};
	struct member_conf conf = access_port(1);

	conf.storm_pps = 100;
	join(br, p1, conf);
	join(br, p2, access_port(1));
	for (int i = 0; i < 10; i++)
		put_mbuf(p1, large(ALL, &l));
	run();
	assert_int_equal(fake_take_all(p2), 42);
	expect_drops(p1, storm, 9);
}

static void what_is_not_marked_is_a_giant_still(void **state)
{
	const struct large l = {.payload = 30000, .mss = 1448}, wide = {30000, 1461};
	struct rte_mbuf *m = large(B, &l);

	four_join(1);
	teach(p2, B, 0);
	m->ol_flags &= ~RTE_MBUF_F_TX_TCP_SEG;
	put_mbuf(p1, m);
	put_mbuf(p1, large(B, &wide)); /* its segments are longer than the receiving port's MTU */
	run();
	expect_none(p2);
	expect_drops(p1, giant, 2);
}

static void lengths_that_cannot_be_are_dropped(void **state)
{
	const struct large l = {.payload = 30000, .mss = 1448};
	struct rte_mbuf *m = large(B, &l), *g = large(ALL, &l);

	four_join(1);
	teach(p2, B, 0);
	m->l4_len = 0;
	g->l3_len = 24;
	put_mbuf(p1, m);
	put_mbuf(p1, g);
	run();
	expect_none(p2);
	expect_drops(p2, bad_offload, 2);
	expect_drops(p4, bad_offload, 1);
}

static void without_buffers_what_is_missing_is_counted(void **state)
{
	const struct large l = {.payload = 60000, .mss = 1448};
	static struct rte_mbuf *hold[8192];
	uint32_t n = 0, out;

	four_join(1);
	teach(p2, B, 0);
	put_mbuf(p1, large(B, &l));
	while ((hold[n] = rte_pktmbuf_alloc(dp_pool())))
		n++;
	for (int i = 0; i < 20; i++)
		rte_pktmbuf_free(hold[--n]);
	run();
	rte_pktmbuf_free_bulk(hold, n);
	out = fake_take_all(p2);
	assert_int_equal(out, 20);
	expect_drops(p2, no_room, 22);
}

static void checksums_finished_here_are_counted(void **state)
{
	four_join(1);
	teach(p2, B, 0);
	for (int i = 0; i < 3; i++) {
		const struct large l = {.payload = 1000, .mss = 1448};
		struct rte_mbuf *m = large(i == 2 ? ALL : B, &l);

		m->ol_flags &= ~RTE_MBUF_F_TX_TCP_SEG;
		p2->port.caps = i == 1 ? PORT_CAN_CSUM : 0;
		p3->port.caps = p4->port.caps = PORT_CAN_CSUM;
		put_mbuf(p1, m);
		run();
	}
	assert_int_equal(stats_of(p2).tx_csum, 2);
	assert_int_equal(stats_of(p3).tx_csum, 0);
}

#define LARGE_TEST(name) cmocka_unit_test_setup_teardown(name, four_setup, four_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LARGE_TEST(a_port_that_can_gets_it_whole),
		LARGE_TEST(a_port_that_cannot_gets_finished_packets_of_its_mtu),
		LARGE_TEST(a_smaller_mtu_makes_smaller_segments),
		LARGE_TEST(an_mtu_that_holds_only_headers_drops_it_as_too_big),
		LARGE_TEST(it_stays_in_order_with_what_came_before_and_after),
		LARGE_TEST(tags_go_on_and_off_whole_and_cut),
		LARGE_TEST(a_flood_gives_everybody_what_it_can_take),
		LARGE_TEST(a_flood_that_nobody_takes_whole_loses_nothing),
		LARGE_TEST(a_storm_counts_all_that_it_will_be),
		LARGE_TEST(what_is_not_marked_is_a_giant_still),
		LARGE_TEST(lengths_that_cannot_be_are_dropped),
		LARGE_TEST(without_buffers_what_is_missing_is_counted),
		LARGE_TEST(checksums_finished_here_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
