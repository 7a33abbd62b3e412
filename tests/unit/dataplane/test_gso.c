// SPDX-License-Identifier: BSD-3-Clause
/* gso.h against a checksum written from RFC 1071, byte by byte. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/gso.h"
#include "tests/support/eal.h"

#define FRAME_MAX 65536

enum { TCP = 6, UDP = 17 };

struct frame {
	uint16_t l2_len, l3_len, l4_len;
	uint32_t len;
	uint8_t proto;
	uint8_t bytes[FRAME_MAX];
};

static struct frame frame, copy;

static uint32_t get(const uint8_t *p, int n)
{
	uint32_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static void put(uint8_t *p, int n, uint32_t v)
{
	while (n-- > 0) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

static uint32_t ref_add(uint32_t sum, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t ref_pseudo(const struct frame *f)
{
	const uint8_t *ip = f->bytes + f->l2_len;
	uint32_t l4 = f->len - f->l2_len - f->l3_len;
	uint8_t tail[4] = {0, f->proto, (uint8_t)(l4 >> 8), (uint8_t)l4};
	uint32_t sum = ip[0] >> 4 == 4 ? ref_add(0, ip + 12, 8) : ref_add(0, ip + 8, 32);

	return ref_add(sum, tail, 4);
}

static uint32_t field_at(const struct frame *f)
{
	return f->l2_len + f->l3_len + (f->proto == TCP ? 16 : 6);
}

/* What the L4 checksum has to be. */
static uint16_t ref_csum(const struct frame *f)
{
	uint32_t l4 = f->l2_len + f->l3_len;
	uint32_t sum;

	memcpy(&copy, f, offsetof(struct frame, bytes) + f->len);
	memset(copy.bytes + field_at(f), 0, 2);
	sum = ref_add(ref_pseudo(f), copy.bytes + l4, f->len - l4);
	return (uint16_t)~sum == 0 && f->proto == UDP ? 0xffff : (uint16_t)~sum;
}

/* A frame with random content whose checksum its sender left to hardware. */
static void make_frame(bool v4, uint8_t proto, uint16_t l2_len, uint16_t l3_extra,
		       uint16_t l4_extra, uint32_t payload)
{
	struct frame *f = &frame;
	uint8_t *ip = f->bytes + l2_len, *l4;

	f->proto = proto;
	f->l2_len = l2_len;
	f->l3_len = (uint16_t)((v4 ? 20 : 40) + l3_extra);
	f->l4_len = (uint16_t)((proto == TCP ? 20 : 8) + l4_extra);
	f->len = f->l2_len + f->l3_len + f->l4_len + payload;
	assert_true(f->len <= FRAME_MAX);
	for (uint32_t i = 0; i < f->len; i++)
		f->bytes[i] = (uint8_t)rand();
	if (v4) {
		ip[0] = (uint8_t)(0x40 | f->l3_len / 4);
		put(ip + 2, 2, f->len - l2_len);
		put(ip + 6, 2, 0x4000);
		ip[9] = proto;
		put(ip + 10, 2, 0);
		put(ip + 10, 2, ~ref_add(0, ip, f->l3_len));
	} else {
		ip[0] = 0x60;
		put(ip + 4, 2, f->len - l2_len - 40);
		ip[6] = l3_extra ? 0 : proto;
	}
	l4 = ip + f->l3_len;
	if (proto == TCP)
		l4[12] = (uint8_t)(f->l4_len / 4 << 4);
	else
		put(l4 + 4, 2, f->l4_len + payload);
	put(f->bytes + field_at(f), 2, ref_pseudo(f));
}

/* The frame as an mbuf whose first segments hold `split` bytes each (0: as few as possible). */
static struct rte_mbuf *make_mbuf(uint32_t split)
{
	struct rte_mempool *pool = test_pool();
	struct rte_mbuf *head = NULL, *m;
	uint32_t done = 0, n;

	while (done < frame.len) {
		n = frame.len - done;
		if (split && n > split)
			n = split;
		m = gso_alloc(pool, n);
		assert_non_null(m);
		gso_write(m, 0, frame.bytes + done, n);
		if (head)
			assert_int_equal(rte_pktmbuf_chain(head, m), 0);
		else
			head = m;
		done += n;
	}
	head->l2_len = frame.l2_len;
	head->l3_len = frame.l3_len;
	head->ol_flags |= frame.proto == TCP ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
	return head;
}

static void read_mbuf(const struct rte_mbuf *m, struct frame *out)
{
	out->len = m->pkt_len;
	for (uint32_t at = 0; m; m = m->next) {
		memcpy(out->bytes + at, rte_pktmbuf_mtod(m, void *), m->data_len);
		at += m->data_len;
	}
}

static void check_finish(uint32_t split)
{
	struct rte_mbuf *m = make_mbuf(split);
	uint16_t want = ref_csum(&frame);

	assert_int_equal(gso_finish_csum(m), 0);
	assert_int_equal(m->ol_flags & RTE_MBUF_F_TX_L4_MASK, 0);
	put(frame.bytes + field_at(&frame), 2, want);
	read_mbuf(m, &copy);
	assert_int_equal(copy.len, frame.len);
	assert_memory_equal(copy.bytes, frame.bytes, frame.len);
	rte_pktmbuf_free(m);
}

static void unfinished_checksum_becomes_right_at_every_size(void **state)
{
	for (uint32_t payload = 0; payload < 1500; payload++) {
		make_frame(payload & 1, payload & 2 ? TCP : UDP, 14, 0, 0, payload);
		check_finish(0);
	}
}

static void segments_of_any_length_do_not_matter(void **state)
{
	for (uint32_t split = 1; split < 300; split += 1 + split / 40) {
		make_frame(split & 1, split & 2 ? TCP : UDP, split & 4 ? 18 : 14, 0, 0,
			   800 + split);
		check_finish(split);
	}
	make_frame(true, TCP, 14, 0, 12, 8900);
	check_finish(0);
}

static void options_and_extension_headers_are_skipped(void **state)
{
	for (uint16_t extra = 0; extra <= 40; extra += 4) {
		make_frame(true, TCP, 22, extra, 40, 101);
		check_finish(0);
		make_frame(false, UDP, 18, (uint16_t)(extra * 8), 0, 333);
		check_finish(77);
	}
}

static void udp_checksum_of_zero_is_sent_as_all_ones(void **state)
{
	make_frame(true, UDP, 14, 0, 0, 2);
	memset(frame.bytes + 42, 0, 2);
	put(frame.bytes + 42, 2, ref_csum(&frame)); /* now everything adds up to 0xffff */
	assert_int_equal(ref_csum(&frame), 0xffff);
	check_finish(0);
}

static void finished_packet_is_left_alone(void **state)
{
	struct rte_mbuf *m;

	make_frame(true, TCP, 14, 0, 0, 100);
	m = make_mbuf(0);
	m->ol_flags = 0;
	assert_int_equal(gso_finish_csum(m), 0);
	read_mbuf(m, &copy);
	assert_memory_equal(copy.bytes, frame.bytes, frame.len);
	rte_pktmbuf_free(m);
}

static void impossible_offsets_are_refused_and_change_nothing(void **state)
{
	static const struct {
		uint16_t l2_len, l3_len;
		uint64_t flag;
		const char *why;
	} cases[] = {
		{0, 0, RTE_MBUF_F_TX_TCP_CKSUM, "no headers at all"},
		{14, 0, RTE_MBUF_F_TX_UDP_CKSUM, "no network header"},
		{0, 20, RTE_MBUF_F_TX_UDP_CKSUM, "no Ethernet header"},
		{14, 41, RTE_MBUF_F_TX_TCP_CKSUM, "one byte too few for TCP"},
		{14, 511, RTE_MBUF_F_TX_UDP_CKSUM, "beyond the end"},
		{127, 20, RTE_MBUF_F_TX_TCP_CKSUM, "beyond the end"},
		{14, 20, RTE_MBUF_F_TX_SCTP_CKSUM, "not an Internet checksum"},
	};

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		struct rte_mbuf *m;
		make_frame(true, TCP, 14, 0, 0, 20);
		m = make_mbuf(0);
		m->l2_len = cases[i].l2_len;
		m->l3_len = cases[i].l3_len;
		m->ol_flags = cases[i].flag;
		if (gso_finish_csum(m) != -EINVAL)
			fail_msg("%s: taken", cases[i].why);
		assert_int_equal(m->ol_flags, cases[i].flag);
		read_mbuf(m, &copy);
		assert_memory_equal(copy.bytes, frame.bytes, frame.len);
		rte_pktmbuf_free(m);
	}
}

/* Each packet of a cut, field by field, and their payloads one after the other. */
static void check_cut(uint16_t mss, uint32_t split)
{
	static struct frame part, after;
	const uint32_t l3 = frame.l2_len, l4 = l3 + frame.l3_len, hdr = l4 + frame.l4_len;
	const bool v4 = frame.bytes[l3] >> 4 == 4;
	struct rte_mbuf *m = make_mbuf(split), *out;
	struct gso_cut cut;
	uint32_t at = hdr;
	int n;

	m->l4_len = frame.l4_len;
	assert_int_equal(gso_cut_start(&cut, m, mss), 0);
	n = (int)cut.n;
	assert_true(n >= 1);
	for (int i = 0; i < n; i++) {
		uint32_t payload = frame.len - at < mss ? frame.len - at : mss;
		part.proto = frame.proto;
		part.l2_len = frame.l2_len;
		part.l3_len = frame.l3_len;
		part.l4_len = frame.l4_len;
		out = gso_cut_next(&cut, test_pool());
		assert_non_null(out);
		read_mbuf(out, &part);
		rte_pktmbuf_free(out);
		assert_int_equal(part.len, hdr + payload);
		assert_memory_equal(part.bytes + hdr, frame.bytes + at, payload);
		assert_memory_equal(part.bytes, frame.bytes, l3);
		if (v4) {
			assert_int_equal(get(part.bytes + l3 + 2, 2), part.len - l3);
			assert_int_equal(get(part.bytes + l3 + 4, 2),
					 (get(frame.bytes + l3 + 4, 2) + (uint32_t)i) & 0xffff);
			assert_int_equal(ref_add(0, part.bytes + l3, part.l3_len), 0xffff);
		} else {
			assert_int_equal(get(part.bytes + l3 + 4, 2), part.len - l3 - 40);
		}
		assert_int_equal(get(part.bytes + field_at(&part), 2), ref_csum(&part));
		if (frame.proto == TCP) {
			uint8_t gone = (uint8_t)((i ? 0x80 : 0) | (i < n - 1 ? 0x09 : 0));
			assert_int_equal(get(part.bytes + l4 + 4, 4),
					 get(frame.bytes + l4 + 4, 4) + at - hdr);
			assert_int_equal(part.bytes[l4 + 13], frame.bytes[l4 + 13] & ~gone);
		} else {
			assert_int_equal(get(part.bytes + l4 + 4, 2), payload + 8);
		}
		at += payload;
	}
	assert_int_equal(at, frame.len);
	read_mbuf(m, &after); /* it may be shared */
	assert_memory_equal(after.bytes, frame.bytes, frame.len);
	rte_pktmbuf_free(m);
}

static void large_tcp_becomes_packets_of_one_mss(void **state)
{
	static const uint16_t sizes[] = {64, 536, 1220, 1448, 1459, 1460, 8948};

	for (uint32_t payload = 1; payload < 64000; payload += 1 + payload / 3) {
		for (size_t i = 0; i < RTE_DIM(sizes); i++) {
			make_frame(i & 1, TCP, i & 2 ? 18 : 14, i & 1 ? 0 : 8, 12, payload);
			frame.bytes[frame.l2_len + frame.l3_len + 13] = 0xff; /* every flag */
			check_cut(sizes[i], 0);
		}
	}
}

static void large_udp_becomes_datagrams(void **state)
{
	for (uint32_t payload = 1; payload < 60000; payload += 1 + payload / 2) {
		make_frame(payload & 1, UDP, 14, 0, 0, payload);
		check_cut(1200, 0);
	}
}

static void segments_of_any_length_are_cut(void **state)
{
	for (uint32_t split = 74; split < 2000; split += 1 + split / 9) {
		make_frame(split & 1, TCP, 14, 0, 0, 9000);
		check_cut(1400, split);
	}
}

static void bad_cuts_are_refused(void **state)
{
	static const struct {
		const char *why;
		uint16_t l2_len, l3_len, l4_len, mss;
	} cases[] = {
		{"no payload", 14, 20, 20, 0},
		{"not the header's length", 14, 24, 20, 999},
		{"no TCP header", 14, 20, 19, 999},
		{"no Ethernet header", 13, 20, 20, 999},
		{"longer than all", 127, 511, 255, 999},
	};
	unsigned before = rte_mempool_avail_count(test_pool());
	struct gso_cut cut;
	struct rte_mbuf *m;

	make_frame(true, TCP, 14, 0, 0, 600);
	m = make_mbuf(0);
	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		m->l2_len = cases[i].l2_len;
		m->l3_len = cases[i].l3_len;
		m->l4_len = cases[i].l4_len;
		if (gso_cut_start(&cut, m, cases[i].mss) != -EINVAL)
			fail_msg("%s: taken", cases[i].why);
	}
	m->l2_len = 14;
	m->l3_len = 20;
	m->l4_len = 20;
	assert_int_equal(gso_cut_start(&cut, m, 100), 0);
	m->data_len = 53; /* headers that go on in the next segment */
	assert_int_equal(gso_cut_start(&cut, m, 100), -EINVAL);
	m->data_len = 654;
	*rte_pktmbuf_mtod_offset(m, uint8_t *, 14) = 0x55;
	assert_int_equal(gso_cut_start(&cut, m, 100), -EINVAL);
	rte_pktmbuf_free(m);
	assert_int_equal(rte_mempool_avail_count(test_pool()), before);
}

static void cut_without_buffers_says_so_and_goes_on_when_there_are_some(void **state)
{
	static struct rte_mbuf *hold[TEST_POOL_SIZE];
	struct rte_mempool *pool = test_pool();
	struct rte_mbuf *m, *part;
	struct gso_cut cut;
	unsigned n = 0;

	make_frame(false, TCP, 14, 0, 0, 4000);
	m = make_mbuf(0);
	m->l4_len = 20;
	assert_int_equal(gso_cut_start(&cut, m, 1440), 0);
	while (n < RTE_DIM(hold) && (hold[n] = rte_pktmbuf_alloc(pool)))
		n++;
	assert_null(gso_cut_next(&cut, pool));
	assert_int_equal(rte_mempool_avail_count(pool), 0);
	rte_pktmbuf_free_bulk(hold, n);
	for (n = 0; n < 3; n++) {
		part = gso_cut_next(&cut, pool);
		assert_non_null(part);
		assert_int_equal(part->pkt_len, n < 2 ? 1514 : 74 + 1120);
		rte_pktmbuf_free(part);
	}
	assert_int_equal(cut.next, cut.n);
	rte_pktmbuf_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unfinished_checksum_becomes_right_at_every_size),
		cmocka_unit_test(segments_of_any_length_do_not_matter),
		cmocka_unit_test(options_and_extension_headers_are_skipped),
		cmocka_unit_test(udp_checksum_of_zero_is_sent_as_all_ones),
		cmocka_unit_test(finished_packet_is_left_alone),
		cmocka_unit_test(impossible_offsets_are_refused_and_change_nothing),
		cmocka_unit_test(large_tcp_becomes_packets_of_one_mss),
		cmocka_unit_test(large_udp_becomes_datagrams),
		cmocka_unit_test(segments_of_any_length_are_cut),
		cmocka_unit_test(bad_cuts_are_refused),
		cmocka_unit_test(cut_without_buffers_says_so_and_goes_on_when_there_are_some),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
