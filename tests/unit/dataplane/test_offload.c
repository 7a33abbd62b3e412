// SPDX-License-Identifier: BSD-3-Clause
/* offload.h and vnet.h: what a sender's header says, and headers that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/gso.h"
#include "dataplane/offload.h"
#include "dataplane/vnet.h"
#include "tests/support/eal.h"

/* An Ethernet frame with IPv4 and the given transport protocol; zero but for its headers. */
static struct rte_mbuf *make_v4(uint8_t proto, uint32_t len)
{
	static const uint8_t head[] = {2,    0,    0,    0, 0, 1, 2,  0, 0, 0, 0,  2,
				       0x08, 0x00, 0x45, 0, 0, 0, 0,  0, 0, 0, 64, 0,
				       0,    0,    10,   0, 0, 1, 10, 0, 0, 2};
	struct rte_mbuf *m = gso_alloc(test_pool(), len);
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);

	memset(p, 0, m->data_len);
	memcpy(p, head, sizeof(head));
	p[16] = (uint8_t)((len - 14) >> 8);
	p[17] = (uint8_t)(len - 14);
	p[23] = proto;
	return m;
}

static const struct {
	const char *what;
	uint8_t bytes[128];
	uint32_t len;
	bool found, fragment;
	uint16_t l2_len, l3_len;
	uint8_t proto;
} places[] = {
	{"IPv4 with options", {[12] = 8, 0, 0x46, [23] = 6}, 60, true, false, 14, 24, 6},
	{"IPv4 in a VLAN",
	 {[12] = 0x81, 0, 0, 5, 8, 0, 0x45, [27] = 17},
	 60,
	 true,
	 false,
	 18,
	 20,
	 17},
	{"IPv4 in two VLANs",
	 {[12] = 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0, 0x45, [31] = 6},
	 60,
	 true,
	 false,
	 22,
	 20,
	 6},
	{"three VLANs",
	 {[12] = 0x81, 0, 0, 5, 0x81, 0, 0, 6, 0x81, 0, 0, 7, 8, 0, 0x45},
	 80,
	 false},
	{"IPv4 fragment", {[12] = 8, 0, 0x45, [20] = 0x20, [23] = 6}, 60, true, true, 14, 20, 6},
	{"IPv4 header of 16 bytes", {[12] = 8, 0, 0x44}, 60, false},
	{"IPv4 header beyond the end", {[12] = 8, 0, 0x4f}, 60, false},
	{"IPv6", {[12] = 0x86, 0xdd, 0x60, [20] = 6}, 80, true, false, 14, 40, 6},
	{"IPv6 with hop-by-hop and destination options",
	 {[12] = 0x86, 0xdd, 0x60, [20] = 0, [54] = 60, 0, [62] = 17, 1},
	 100,
	 true,
	 false,
	 14,
	 64,
	 17},
	{"IPv6 fragment",
	 {[12] = 0x86, 0xdd, 0x60, [20] = 44, [54] = 6},
	 80,
	 true,
	 true,
	 14,
	 48,
	 6},
	{"IPv6 options beyond the end",
	 {[12] = 0x86, 0xdd, 0x60, [20] = 0, [54] = 6, 200},
	 100,
	 false},
	{"ARP", {[12] = 8, 6}, 60, false},
	{"IPv6 in an IPv4 type", {[12] = 8, 0, 0x60}, 80, false},
	{"nothing but addresses", {0}, 13, false},
	{"ends in a tag", {[12] = 0x81, 0}, 15, false},
};

static void transport_header_is_found_behind_tags_and_extensions(void **state)
{
	for (size_t i = 0; i < RTE_DIM(places); i++) {
		struct l4_place at = {0};
		/* Exactly as long as it says, for the sanitizer to see a byte too many. */
		uint8_t *frame = malloc(places[i].len);
		memcpy(frame, places[i].bytes, places[i].len);
		if (offload_find_l4(frame, places[i].len, &at) != places[i].found)
			fail_msg("%s: %sfound", places[i].what, places[i].found ? "not " : "");
		free(frame);
		if (!places[i].found)
			continue;
		if (at.l2_len != places[i].l2_len || at.l3_len != places[i].l3_len ||
		    at.proto != places[i].proto || at.is_fragment != places[i].fragment)
			fail_msg("%s: %u %u %u", places[i].what, at.l2_len, at.l3_len, at.proto);
	}
}

static void plain_tcp_is_marked_and_anything_else_finished(void **state)
{
	struct rte_mbuf *m = make_v4(6, 100);

	offload_mark(m, 34, 16);
	assert_int_equal(m->ol_flags & RTE_MBUF_F_TX_L4_MASK, RTE_MBUF_F_TX_TCP_CKSUM);
	assert_true(m->ol_flags & RTE_MBUF_F_TX_IPV4);
	assert_int_equal(m->l2_len, 14);
	assert_int_equal(m->l3_len, 20);
	rte_pktmbuf_free(m);

	m = make_v4(47, 100); /* a tunnel: the checksum is that of something within */
	offload_mark(m, 60, 16);
	assert_int_equal(m->ol_flags, 0);
	assert_int_equal(gso_sum(m, 60, 40), 0xffff);
	rte_pktmbuf_free(m);
}

static void sctp_gets_its_crc32c(void **state)
{
	/* The check value of CRC32c: that of "123456789" is e3069283; an SCTP header with its zero
	 * field and that text is computed bit by bit below. */
	struct rte_mbuf *m = make_v4(132, 34 + 12 + 9);
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *) + 34;
	uint32_t crc = UINT32_MAX;

	memcpy(p + 12, "123456789", 9);
	for (int i = 0; i < 21; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	crc = ~crc;
	offload_mark(m, 34, 8);
	assert_int_equal(m->ol_flags, 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(p[8 + i], (uint8_t)(crc >> (8 * i)));
	rte_pktmbuf_free(m);
}

static void offsets_beyond_the_packet_change_nothing(void **state)
{
	static const uint32_t offsets[][2] = {{34, 65}, {100, 0}, {65535, 65535}, {99, 0}, {0, 99}};

	for (size_t i = 0; i < RTE_DIM(offsets); i++) {
		struct rte_mbuf *m = make_v4(6, 100);
		uint8_t before[100];
		memcpy(before, rte_pktmbuf_mtod(m, void *), 100);
		offload_mark(m, offsets[i][0], offsets[i][1]);
		assert_int_equal(m->ol_flags, 0);
		assert_memory_equal(before, rte_pktmbuf_mtod(m, void *), 100);
		rte_pktmbuf_free(m);
	}
}

/* The rule that lets a guess be wrong: marking a finished packet changes nothing in the end. */
static void guess_recognises_unfinished_and_never_spoils_finished(void **state)
{
	unsigned n_marked = 0;

	for (unsigned seed = 0; seed < 70000; seed++) {
		struct rte_mbuf *m = make_v4(seed & 1 ? 6 : 17, 70);
		uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *field = p + 34 + (seed & 1 ? 16 : 6);
		uint8_t done[2];
		memcpy(p + 60, &seed, sizeof(seed));
		/* Unfinished: addresses, protocol and length, all of it in the packet. */
		uint32_t sum = 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + p[23] + 36;
		field[0] = (uint8_t)(sum >> 8);
		field[1] = (uint8_t)sum;
		offload_guess(m);
		assert_int_not_equal(m->ol_flags & RTE_MBUF_F_TX_L4_MASK, 0);
		assert_int_equal(gso_finish_csum(m), 0);
		memcpy(done, field, 2);
		offload_guess(m);
		n_marked += (m->ol_flags & RTE_MBUF_F_TX_L4_MASK) != 0;
		assert_int_equal(gso_finish_csum(m), 0);
		assert_memory_equal(done, field, 2);
		rte_pktmbuf_free(m);
	}
	assert_true(n_marked > 0 && n_marked < 100); /* it did happen, and seldom */
}

static void guess_leaves_fragments_and_other_protocols_alone(void **state)
{
	struct rte_mbuf *m = make_v4(17, 70);
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
	uint32_t sum = 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 17 + 36;

	p[40] = (uint8_t)(sum >> 8);
	p[41] = (uint8_t)sum;
	p[20] = 0x20;
	offload_guess(m);
	assert_int_equal(m->ol_flags, 0);
	p[20] = 0;
	p[17] = 10; /* the IP header's length is shorter than itself */
	offload_guess(m);
	assert_int_equal(m->ol_flags, 0);
	p[17] = 56;
	offload_guess(m);
	assert_int_not_equal(m->ol_flags, 0);
	rte_pktmbuf_free(m);
}

/* 3000 bytes of TCP over IPv4 or IPv6, in a VLAN or not, that a sender left to be cut. */
static struct rte_mbuf *make_large(bool v6, bool tagged)
{
	const uint32_t l2 = tagged ? 18 : 14, l3 = v6 ? 40 : 20, len = l2 + l3 + 32 + 3000;
	struct rte_mbuf *m = gso_alloc(test_pool(), len);
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + l2;

	memset(p, 0, m->data_len);
	if (tagged)
		memcpy(p + 12, "\x81\0\0\5", 4);
	memcpy(ip - 2, v6 ? "\x86\xdd\x60" : "\x08\0\x45", 3);
	ip[v6 ? 4 : 2] = (uint8_t)((len - l2 - (v6 ? 40 : 0)) >> 8);
	ip[v6 ? 5 : 3] = (uint8_t)(len - l2 - (v6 ? 40 : 0));
	ip[v6 ? 6 : 9] = 6;
	ip[l3 + 12] = 0x80; /* TCP with twelve bytes of options */
	return m;
}

static void large_tcp_is_marked_with_its_lengths(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct rte_mbuf *m = make_large(i & 1, i & 2);

		assert_true(offload_mark_tso(m, 1400, 1514));
		assert_int_equal(m->ol_flags,
				 RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM |
					 (i & 1 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4));
		assert_int_equal(m->l2_len, i & 2 ? 18 : 14);
		assert_int_equal(m->l3_len, i & 1 ? 40 : 20);
		assert_int_equal(m->l4_len, 32);
		assert_int_equal(m->tso_segsz, 1400);
		rte_pktmbuf_free(m);
	}
}

static void segments_beyond_the_mtu_become_smaller(void **state)
{
	struct rte_mbuf *m = make_large(false, true);

	assert_true(offload_mark_tso(m, 8948, 1514));
	assert_int_equal(m->tso_segsz, 1500 - 52);
	rte_pktmbuf_free(m);
}

static void what_is_one_segment_is_not_to_be_cut(void **state)
{
	struct rte_mbuf *m = make_large(false, false);

	assert_true(offload_mark_tso(m, 3000, 9014));
	assert_int_equal(m->ol_flags, RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4);
	rte_pktmbuf_free(m);
}

/* One byte of a sound packet, and what it becomes. */
static const struct {
	const char *what;
	uint16_t at;
	uint8_t value;
	uint16_t mss, max_frame;
} lies[] = {
	{"segments without payload", 0, 0, 0, 1514},
	{"segments smaller than TCP allows", 0, 0, 47, 1514},
	{"an MTU that holds no payload", 0, 0, 1400, 14 + 20 + 32 + 47},
	{"UDP", 23, 17, 1400, 1514},
	{"a fragment", 20, 0x20, 1400, 1514},
	{"an IP length that is not the packet's", 17, 1, 1400, 1514},
	{"an IP header of 16 bytes", 14, 0x44, 1400, 1514},
	{"a TCP header of 16 bytes", 46, 0x40, 1400, 1514},
	{"no IP", 12, 9, 1400, 1514},
};

static void lies_about_large_packets_mark_nothing(void **state)
{
	for (size_t i = 0; i < RTE_DIM(lies); i++) {
		struct rte_mbuf *m = make_large(false, false);

		if (lies[i].at)
			*rte_pktmbuf_mtod_offset(m, uint8_t *, lies[i].at) = lies[i].value;
		if (offload_mark_tso(m, lies[i].mss, lies[i].max_frame) || m->ol_flags)
			fail_msg("%s: marked", lies[i].what);
		rte_pktmbuf_free(m);
	}
	struct rte_mbuf *m = make_large(false, false);
	m->data_len = 14 + 20 + 31; /* TCP options that go on in another segment */
	m->pkt_len = 14 + 20 + 31;
	assert_false(offload_mark_tso(m, 1400, 1514));
	rte_pktmbuf_free(m);
}

static void a_guest_is_believed_as_far_as_its_port_offers(void **state)
{
	const uint64_t said = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM;
	struct rte_mbuf *m = make_large(false, false);

	m->ol_flags = said;
	m->tso_segsz = 1400;
	offload_from_guest(m, true, 1514);
	assert_int_equal(m->ol_flags, said | RTE_MBUF_F_TX_IPV4);
	assert_int_equal(m->l4_len, 32);
	m->ol_flags = said;
	offload_from_guest(m, false, 1514);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4);
	assert_int_equal(m->tso_segsz, 0);
	m->ol_flags = RTE_MBUF_F_TX_UDP_SEG | RTE_MBUF_F_TX_IPV4;
	offload_from_guest(m, true, 1514);
	assert_int_equal(m->ol_flags, 0);
	m->ol_flags = said;
	m->tso_segsz = 1; /* what it lies about, it does not get; its checksum it does */
	offload_from_guest(m, true, 1514);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4);
	rte_pktmbuf_free(m);
}

static void headers_that_the_library_does_not_see_through_are_known(void **state)
{
	static const struct {
		uint8_t bytes[70];
		bool is_odd;
	} cases[] = {
		{{[12] = 8, 0, 0x45}, false},
		{{[12] = 8, 6}, false},
		{{[12] = 0x86, 0xdd, 0x60, [20] = 6}, false},
		{{[12] = 0x86, 0xdd, 0x60, [20] = 0}, true},
		{{[12] = 0x81, 0, 0, 5, 8, 0, 0x45}, false},
		{{[12] = 0x81, 0, 0, 5, 0x86, 0xdd, 0x60, [24] = 17}, false},
		{{[12] = 0x81, 0, 0, 5, 0x86, 0xdd, 0x60, [24] = 43}, true},
		{{[12] = 0x81, 0, 0, 5, 0x81, 0, 0, 6, 8, 0}, true},
		{{[12] = 0x88, 0xa8, 0, 5, 8, 0}, true},
	};

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct rte_mbuf *m = gso_alloc(test_pool(), sizeof(cases[i].bytes));

		gso_write(m, 0, cases[i].bytes, sizeof(cases[i].bytes));
		assert_int_equal(offload_is_odd(m), cases[i].is_odd);
		rte_pktmbuf_free(m);
	}
}

/* What a kernel's sender left uncut, from a queue whose port hands it on, and from one that cuts.
 */
static void frames_of_64_kb_are_handed_on_or_cut(void **state)
{
	const unsigned before = rte_mempool_avail_count(test_pool());

	for (int can = 0; can < 2; can++) {
		struct port port;
		struct rte_mbuf *sent = make_large(true, false), *m, *parts[8];
		struct vnet_queue *q;
		uint16_t n;

		port_init(&port, "p", NULL, 1, 1, 1500);
		port.caps = PORT_CAN_CSUM | (can ? PORT_CAN_TSO : 0);
		q = vnet_queue_create(-1, 1, true, &port, test_pool());
		assert_true(vnet_slot_fill(q, &q->slots[0]));
		assert_true(q->slots[0].room >= 65536);
		q->slots[0].hdr = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
							  .gso_type = VIRTIO_NET_HDR_GSO_TCPV6,
							  .gso_size = 1400,
							  .csum_start = 54,
							  .csum_offset = 16};
		for (uint32_t at = 0, i = 1; at < sent->pkt_len; i++) {
			uint32_t len =
				RTE_MIN(sent->pkt_len - at, (uint32_t)q->slots[0].iov[i].iov_len);
			uint8_t copy[3200];
			memcpy(q->slots[0].iov[i].iov_base, rte_pktmbuf_read(sent, at, len, copy),
			       len);
			at += len;
		}
		m = vnet_slot_take(q, &q->slots[0], sent->pkt_len, can ? 0 : 0x81000005);
		n = vnet_parts(q, parts, 8);
		if (can) {
			struct virtio_net_hdr hdr;
			assert_non_null(m);
			assert_int_equal(n, 0);
			assert_int_equal(m->pkt_len, sent->pkt_len);
			vnet_tx_hdr(m, &hdr);
			assert_int_equal(hdr.gso_type, VIRTIO_NET_HDR_GSO_TCPV6);
			assert_int_equal(hdr.gso_size, 1400);
			assert_int_equal(hdr.hdr_len, 86);
			assert_int_equal(hdr.csum_start, 54);
			rte_pktmbuf_free(m);
		} else {
			assert_null(m);
			assert_int_equal(n, 3);
			assert_int_equal(parts[0]->pkt_len, 90 + 1400);
			assert_int_equal(parts[2]->pkt_len, 90 + 200);
			rte_pktmbuf_free_bulk(parts, n);
		}
		assert_false(vnet_is_waiting(q));
		vnet_queue_destroy(q);
		rte_pktmbuf_free(sent);
	}
	assert_int_equal(rte_mempool_avail_count(test_pool()), before);
}

/* Whatever the header says, and wherever the frame ends: packets come out whole, or not at all. */
static void headers_that_lie_do_no_harm(void **state)
{
	const unsigned before = rte_mempool_avail_count(test_pool());
	struct port port;
	port_init(&port, "p", NULL, 1, 1, 1500);
	struct vnet_queue *q = vnet_queue_create(-1, 1, true, &port, test_pool());
	struct vnet_slot *slot = &q->slots[0];
	struct rte_mbuf *m, *parts[64];
	uint16_t n;

	assert_non_null(q);
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t len = (uint32_t)rand() % (i % 4 ? 200 : 66000), at = 0;
		assert_true(vnet_slot_fill(q, slot));
		for (uint8_t *b = (uint8_t *)&slot->hdr; b < (uint8_t *)(&slot->hdr + 1); b++)
			*b = (uint8_t)(rand() % 3 ? rand() % 64 : rand());
		if (i & 1)
			slot->hdr.gso_type = (uint8_t)(rand() % 6);
		/* Mostly sound headers at the front, so that the lies are looked at. */
		uint8_t *p = slot->iov[1].iov_base;
		for (int b = 0; b < 128; b++)
			p[b] = (uint8_t)(rand() % 8 ? 0 : rand());
		if (i % 3 == 0)
			memcpy(p + 12, i & 8 ? "\x08\x00\x45" : "\x86\xdd\x60", 3);
		p[i & 8 ? 23 : 20] = (uint8_t)(i & 16 ? 6 : 17);
		p[i & 8 ? 46 : 66] = (uint8_t)rand();
		port.caps = PORT_CAN_CSUM | (i & 64 ? PORT_CAN_TSO : 0);
		m = vnet_slot_take(q, slot, len, i & 32 ? 0x81000005 : 0);
		if (m) {
			assert_true(m->pkt_len == len || m->pkt_len == len + 4);
			rte_mbuf_sanity_check(m, 1);
			for (struct rte_mbuf *s = m; s; s = s->next)
				at += s->data_len;
			assert_int_equal(at, m->pkt_len);
			rte_pktmbuf_free(m);
		}
		while ((n = vnet_parts(q, parts, RTE_DIM(parts))) > 0) {
			for (uint16_t k = 0; k < n; k++)
				assert_true(parts[k]->pkt_len <= 66300);
			rte_pktmbuf_free_bulk(parts, n);
		}
	}
	vnet_queue_destroy(q);
	assert_int_equal(rte_mempool_avail_count(test_pool()), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transport_header_is_found_behind_tags_and_extensions),
		cmocka_unit_test(plain_tcp_is_marked_and_anything_else_finished),
		cmocka_unit_test(sctp_gets_its_crc32c),
		cmocka_unit_test(offsets_beyond_the_packet_change_nothing),
		cmocka_unit_test(guess_recognises_unfinished_and_never_spoils_finished),
		cmocka_unit_test(guess_leaves_fragments_and_other_protocols_alone),
		cmocka_unit_test(large_tcp_is_marked_with_its_lengths),
		cmocka_unit_test(segments_beyond_the_mtu_become_smaller),
		cmocka_unit_test(what_is_one_segment_is_not_to_be_cut),
		cmocka_unit_test(lies_about_large_packets_mark_nothing),
		cmocka_unit_test(a_guest_is_believed_as_far_as_its_port_offers),
		cmocka_unit_test(headers_that_the_library_does_not_see_through_are_known),
		cmocka_unit_test(frames_of_64_kb_are_handed_on_or_cut),
		cmocka_unit_test(headers_that_lie_do_no_harm),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
