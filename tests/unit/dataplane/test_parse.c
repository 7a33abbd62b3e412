// SPDX-License-Identifier: BSD-3-Clause
/* The short way through parse says of a frame what the long one says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "dataplane/parse.h"

enum { ROUNDS = 300000, SIZE = 128, MAX_FRAME = 110 };

static uint8_t bytes[SIZE];

/* The beginnings of frames that the short way knows; what follows is zero. */
static const uint8_t ip4[] = {
	0x02, 0, 0,    0, 0, 2,  0x02, 0, 0,    0, 0,    1,           /* addresses */
	0x08, 0, 0x45, 0, 0, 46, 0,    0, 0x40, 0, 0x40, IPPROTO_UDP, /* don't fragment */
};
static const uint8_t ip6[] = {
	0x02, 0,    0,    0, 0, 2, 0x02, 0,  0,           0,    0, 1, /* addresses */
	0x86, 0xdd, 0x60, 0, 0, 0, 0,    30, IPPROTO_TCP, 0x40,
};

static struct rte_mbuf frame_of(const uint8_t *begin, size_t n, uint16_t len)
{
	struct rte_mbuf m = {.buf_addr = bytes, .data_len = len, .pkt_len = len, .nb_segs = 1};

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, begin, n);
	return m;
}

static void assert_same(const struct rte_mbuf *m, const struct pkt *plain)
{
	struct pkt any;

	memset(&any, 0xff, sizeof(any));
	assert_int_equal(parse_any(&any, m, MAX_FRAME), PARSE_GOOD);
	assert_true(plain->dst == any.dst && plain->src == any.src);
	assert_int_equal(plain->ether_type, any.ether_type);
	assert_int_equal(plain->vlan, any.vlan);
	assert_int_equal(plain->l3, any.l3);
	assert_int_equal(plain->l4, any.l4);
	assert_int_equal(plain->l4_proto, any.l4_proto);
	assert_int_equal(plain->flags, any.flags);
	assert_int_equal(plain->iface, any.iface);
}

static bool is_plain(const struct rte_mbuf *m)
{
	struct pkt pkt;

	memset(&pkt, 0xee, sizeof(pkt));
	if (!parse_plain(&pkt, m, MAX_FRAME))
		return false;
	assert_same(m, &pkt);
	return true;
}

static void ip_without_options_takes_the_short_way(void **state)
{
	struct rte_mbuf m = frame_of(ip4, sizeof(ip4), 60);

	assert_true(is_plain(&m));
	m = frame_of(ip4, sizeof(ip4), 54); /* a TCP segment without data */
	bytes[17] = 40;
	bytes[23] = IPPROTO_TCP;
	assert_true(is_plain(&m));
	m = frame_of(ip6, sizeof(ip6), 84);
	assert_true(is_plain(&m));
}

static const struct {
	const char *what;
	int offset;
	uint8_t value;
} not_plain[] = {
	{"a group's source", 6, 0x03},
	{"ARP", 13, 0x06},
	{"options", 14, 0x46},
	{"longer than the frame", 17, 47},
	{"shorter than a TCP header", 17, 39},
	{"a later fragment", 21, 1},
};

static void all_else_takes_the_long_way(void **state)
{
	struct rte_mbuf m;

	for (size_t i = 0; i < sizeof(not_plain) / sizeof(not_plain[0]); i++) {
		print_message("%s\n", not_plain[i].what);
		m = frame_of(ip4, sizeof(ip4), 60);
		bytes[not_plain[i].offset] = not_plain[i].value;
		assert_false(is_plain(&m));
	}
	m = frame_of(ip4, sizeof(ip4), MAX_FRAME + 1);
	assert_false(is_plain(&m));
	m = frame_of(ip4, sizeof(ip4), 60);
	m.data_len = 53; /* the rest is in another segment */
	assert_false(is_plain(&m));
	m = frame_of(ip6, sizeof(ip6), 84);
	bytes[20] = IPPROTO_HOPOPTS;
	assert_false(is_plain(&m));
}

/* Frames a few bytes away from plain ones, of any length. */
static void both_ways_agree(void **state)
{
	unsigned seed = (unsigned)time(NULL);
	int n_plain = 0;

	print_message("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < ROUNDS; i++) {
		bool six = rand() % 2;
		struct rte_mbuf m = frame_of(six ? ip6 : ip4, six ? sizeof(ip6) : sizeof(ip4),
					     (uint16_t)(rand() % SIZE));

		for (int k = rand() % 4; k > 0; k--)
			bytes[rand() % 40] = (uint8_t)(rand() % 2 ? rand() % 8 : rand());
		if (m.data_len && rand() % 4 == 0)
			m.data_len = (uint16_t)(rand() % m.data_len);
		n_plain += is_plain(&m);
	}
	assert_true(n_plain > ROUNDS / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ip_without_options_takes_the_short_way),
		cmocka_unit_test(all_else_takes_the_long_way),
		cmocka_unit_test(both_ways_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
