// SPDX-License-Identifier: BSD-3-Clause
/* Packets longer than the MTU of the interface they leave by: cut, or refused with the MTU told. */
#include <string.h>

#include <netinet/in.h>
#include <rte_ip.h>

#include "tests/dp/cases.h"
#include "tests/dp/router.h"

enum { MF = 0x2000, DF = 0x4000 };

#define NONE ((const uint8_t *)"") /* options */

/* The fragment of a frame that holds payload from one byte on up to another, with these options;
 * worked out from the frame as it came in. */
static struct frame piece(const struct frame *f, uint32_t from, uint32_t to, const uint8_t *options,
			  uint8_t n, bool last)
{
	const uint8_t *ip = f->bytes + 14;
	uint32_t header = (ip[0] & 0xf) * 4;
	uint16_t was = ip[6] << 8 | ip[7];
	struct frame g = eth(B, R2);

	type(&g, 0x0800);
	raw(&g, ip, 20);
	raw(&g, options, n);
	raw(&g, ip + header + from, to - from);
	g.bytes[14] = 0x45 + n / 4;
	g.bytes[16] = (20 + n + to - from) >> 8;
	g.bytes[17] = 20 + n + to - from;
	flag_fragment(&g, ((was & 0x1fff) + from / 8) | (last ? was & MF : MF));
	set_ttl(&g, ip[8] - 1);
	return g;
}

struct cut_case {
	const char *shows;
	uint16_t payload; /* behind the IP header, all of it */
	uint16_t mtu;
	uint16_t fragment; /* offset and flags that it came with */
	uint8_t n, options[40];
	uint8_t n_later, later[40]; /* options of the later fragments */
	uint16_t first, each;       /* payload of the first fragment, and of the others */
};

static const struct cut_case cuts[] = {
	{"one byte too many makes two fragments", 1481, 1500, 0, 0, {0}, 0, {0}, 1480, 1480},
	{"a full packet through a tunnel's MTU makes two",
	 1480,
	 1400,
	 0,
	 0,
	 {0},
	 0,
	 {0},
	 1376,
	 1376},
	{"payload is cut in units of eight bytes", 1480, 1407, 0, 0, {0}, 0, {0}, 1384, 1384},
	{"the smallest MTU makes many fragments", 1480, 68, 0, 0, {0}, 0, {0}, 48, 48},
	{"more fragments than a burst holds all leave", 8000, 100, 0, 0, {0}, 0, {0}, 80, 80},
	{"three equal fragments have no empty fourth", 1440, 500, 0, 0, {0}, 0, {0}, 480, 480},
	{"a first fragment is cut into more", 1480, 600, MF, 0, {0}, 0, {0}, 576, 576},
	{"a middle fragment is cut in its place", 1480, 600, MF | 185, 0, {0}, 0, {0}, 576, 576},
	{"a last fragment stays the last", 1480, 600, 370, 0, {0}, 0, {0}, 576, 576},
	{"the first fragment keeps all options", 1400, 600, 0, 4, {1, 1, 1, 0}, 0, {0}, 576, 576},
	{"an option that says so is copied",
	 1400,
	 600,
	 0,
	 8,
	 {0x82, 4, 0, 0, 0x88, 4, 1, 2},
	 8,
	 {0x82, 4, 0, 0, 0x88, 4, 1, 2},
	 568,
	 568},
	{"an option that does not say so is not",
	 1400,
	 600,
	 0,
	 8,
	 {7, 3, 4, 1, 0x88, 4, 1, 2},
	 4,
	 {0x88, 4, 1, 2},
	 568,
	 576},
	{"copied options are padded",
	 1400,
	 600,
	 0,
	 8,
	 {7, 3, 4, 0x88, 5, 1, 2, 3},
	 8,
	 {0x88, 5, 1, 2, 3, 0, 0, 0},
	 568,
	 568},
};

static void cut_case(void **state)
{
	const struct cut_case *c = *state;
	struct frame f = eth(R1, A);
	uint32_t from = 0, to = c->first;

	port_set_mtu(&lp->port, 9000);
	iface_mtu(right, c->mtu);
	udp4_options(&f, HOST, FAR, c->options, c->n, c->payload - 8);
	flag_fragment(&f, c->fragment);
	put(lp, &f);
	run();
	for (; from < c->payload; from = to, to += c->each) {
		struct frame g;

		to = RTE_MIN(to, (uint32_t)c->payload);
		g = piece(&f, from, to, from ? c->later : c->options, from ? c->n_later : c->n,
			  to == c->payload);
		expect(rp, &g);
	}
	expect_none(rp);
	expect_no_punt();
}

struct refusal {
	const char *shows;
	bool v6;
	uint16_t len, mtu; /* of the IP packet */
	uint16_t fragment;
	bool refused;
};

static const struct refusal refusals[] = {
	{"exactly the MTU passes", false, 1400, 1400, DF, false},
	{"one byte more than the MTU is refused with DF", false, 1401, 1400, DF, true},
	{"without DF it is not refused", false, 1401, 1400, 0, false},
	{"a fragment with DF is refused as well", false, 1401, 1400, DF | MF, true},
	{"exactly the MTU passes in IPv6", true, 1300, 1300, 0, false},
	{"one byte more than the MTU is refused in IPv6", true, 1301, 1300, 0, true},
};

static void refusal(void **state)
{
	const struct refusal *c = *state;
	struct frame f = eth(R1, A);
	struct punt punt;

	iface_mtu(right, c->mtu);
	if (c->v6)
		udp6(&f, HOST6, FAR6, 1, 2, c->len - 48);
	else
		udp4(&f, HOST, FAR, 1, 2, c->len - 28);
	if (!c->v6)
		flag_fragment(&f, c->fragment);
	put(lp, &f);
	run();
	if (!c->refused) {
		assert_int_equal(rp->n_out, 1 + (c->len > c->mtu));
		expect_no_punt();
		return;
	}
	expect_none(rp);
	expect_drops(lp, needs_fragments, 1);
	expect_punt_more(&f, PUNT_ERROR, PUNT_TOO_BIG, left, &punt);
	assert_int_equal(punt.mtu, c->mtu);
	assert_true(punt.nexthop != 0);
}

/* To be cut on its way out, and not even small segments fit. */
static void a_large_packet_that_no_segment_of_fits_is_refused(void **state)
{
	struct frame f = eth(R1, A);
	struct rte_mbuf *m;

	iface_mtu(right, 68);
	udp4_options(&f, HOST, FAR, (uint8_t[40]){0}, 40, 3000);
	flag_fragment(&f, DF);
	m = mbuf_of(&f);
	m->l2_len = 14;
	m->l3_len = 60;
	m->l4_len = 20;
	m->tso_segsz = 1400;
	m->ol_flags |= RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4;
	put_mbuf(lp, m);
	run();
	expect_none(rp);
	expect_drops(lp, needs_fragments, 1);
	expect_punt(&f, PUNT_ERROR, PUNT_TOO_BIG, left);
}

static void fragments_get_the_tag_of_their_interface(void **state)
{
	struct frame f = eth(R1, A);
	uint16_t iface = on_port(rp, 20, R2);

	via("10.2.0.0/24", iface, B);
	iface_mtu(iface, 1000);
	udp4(&f, HOST, FAR, 1, 2, 1400);
	put(lp, &f);
	run();
	for (int i = 0; i < 2; i++) {
		struct frame g = piece(&f, i ? 976 : 0, i ? 1408 : 976, NONE, 0, i), h = eth(B, R2);

		tag(&h, 20, 0);
		raw(&h, g.bytes + 12, g.len - 12);
		expect(rp, &h);
	}
	expect_none(rp);
}

static void fragments_leave_behind_what_came_before_them(void **state)
{
	struct frame small = eth(R1, A), big = eth(R1, A), g;

	iface_mtu(right, 1000);
	udp4(&small, HOST, FAR, 1, 2, 20);
	udp4(&big, HOST, FAR, 1, 2, 1400);
	put(lp, &small);
	put(lp, &big);
	put(lp, &small);
	run();
	g = one_hop(&small, B, R2);
	expect(rp, &g);
	g = piece(&big, 0, 976, NONE, 0, false);
	expect(rp, &g);
	g = piece(&big, 976, 1408, NONE, 0, true);
	expect(rp, &g);
	g = one_hop(&small, B, R2);
	expect(rp, &g);
}

/* The sum covers the whole datagram: no fragment could finish it. */
static void an_unfinished_checksum_is_finished_before_the_cut(void **state)
{
	struct frame f = eth(R1, A), whole, g;
	struct rte_mbuf *m;
	uint16_t sum;

	iface_mtu(right, 1000);
	udp4(&f, HOST, FAR, 1, 2, 1400);
	whole = f;
	sum = rte_ipv4_udptcp_cksum((void *)(f.bytes + 14), f.bytes + 34);
	memcpy(whole.bytes + 40, &sum, 2);
	sum = rte_ipv4_phdr_cksum((void *)(f.bytes + 14), 0);
	memcpy(f.bytes + 40, &sum, 2);
	m = mbuf_of(&f);
	m->l2_len = 14;
	m->l3_len = 20;
	m->ol_flags |= RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV4;
	put_mbuf(lp, m);
	run();
	g = piece(&whole, 0, 976, NONE, 0, false);
	expect(rp, &g);
	g = piece(&whole, 976, 1408, NONE, 0, true);
	expect(rp, &g);
}

static void a_checksum_that_cannot_be_finished_is_not_sent_in_pieces(void **state)
{
	struct frame f = eth(R1, A);
	struct rte_mbuf *m;

	iface_mtu(right, 68);
	ip4(&f, HOST, FAR, 17, 60);
	fill(&f, 60);
	m = mbuf_of(&f);
	m->l2_len = 14;
	m->l3_len = 75; /* beyond the last byte that could be the checksum's */
	m->ol_flags |= RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV4;
	put_mbuf(lp, m);
	run();
	expect_none(rp);
	expect_drops(lp, fragment_failed, 1);
}

/* Those that could be had are sent: what is missing counts, each by itself. */
static void fragments_without_buffers_are_counted(void **state)
{
	static struct rte_mbuf *hoard[8192];
	struct frame f = eth(R1, A);
	uint32_t n = 0;

	iface_mtu(right, 500);
	udp4(&f, HOST, FAR, 1, 2, 1400);
	put(lp, &f);
	while ((hoard[n] = rte_pktmbuf_alloc(dp_pool())))
		n++;
	rte_pktmbuf_free(hoard[--n]);
	run();
	rte_pktmbuf_free_bulk(hoard, n);
	assert_int_equal(rp->n_out, 1);
	expect_drops(lp, fragment_failed, 2);
}

#define T(name) cmocka_unit_test_setup_teardown(name, router_setup, router_teardown)

int main(void)
{
	const struct table tables[] = {TABLE(cuts, cut_case), TABLE(refusals, refusal)};
	const struct CMUnitTest tests[] = {
		T(a_large_packet_that_no_segment_of_fits_is_refused),
		T(fragments_get_the_tag_of_their_interface),
		T(fragments_leave_behind_what_came_before_them),
		T(an_unfinished_checksum_is_finished_before_the_cut),
		T(a_checksum_that_cannot_be_finished_is_not_sent_in_pieces),
		T(fragments_without_buffers_are_counted),
	};

	return run_cases(tables, sizeof(tables) / sizeof(tables[0]), tests,
			 sizeof(tests) / sizeof(tests[0]), router_setup, router_teardown);
}
