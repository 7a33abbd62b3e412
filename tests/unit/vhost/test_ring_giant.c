// SPDX-License-Identifier: BSD-3-Clause
/* Packets that are said to be longer than any can be, in rings of both kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/virtio_net.h>

#include "tests/support/eal.h"
#include "tests/unit/vhost/guest_rings.h"

#define HEADER  sizeof(struct virtio_net_hdr_mrg_rxbuf)
#define LONGEST (14 + 2 * 4 + 65535) /* bytes of any packet */

static struct guest guest;
static unsigned in_use;

static int setup(void **state)
{
	guest_init(&guest, *(bool *)*state, HEADER);
	in_use = rte_mempool_in_use_count(test_pool());
	return 0;
}

static int teardown(void **state)
{
	return rte_mempool_in_use_count(test_pool()) == in_use ? 0 : -1;
}

static uint16_t take(struct rte_mbuf **m, bool *odd)
{
	return vhost_ring_take(&guest.ring, test_pool(), m, 1, odd);
}

/* It is given back, and a packet of zeros is in its place, which is no packet of anybody's. */
static void assert_giant(unsigned pieces)
{
	static const uint8_t zeros[14];
	uint16_t at = (guest.ring.at + (guest.is_packed ? pieces : 1)) % GUEST_SIZE;
	struct rte_mbuf *m;
	uint32_t len;
	bool odd;

	assert_int_equal(take(&m, &odd), 1);
	assert_false(odd);
	assert_int_equal(guest.ring.at % GUEST_SIZE, at);
	assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), zeros, sizeof(zeros));
	assert_true(m->pkt_len > 1518);
	rte_pktmbuf_free(m);
	assert_true(guest_reap(&guest, &len));
	assert_int_equal(len, 0);
}

static void giants_are_given_back_unread(void **state)
{
	for (unsigned n = 0; n < 3 * GUEST_SIZE; n++) {
		guest_fill(&guest, n % 2 ? UINT32_MAX : HEADER + LONGEST + 1, 0);
		assert_giant(1);
	}
	guest_fill(&guest, 2 * sizeof(struct vring_desc), VRING_DESC_F_INDIRECT);
	for (int i = 0; i < 2; i++)
		((struct vring_desc *)guest_memory(&guest, guest.filled - 1))[i].len = 40000;
	assert_giant(1);
}

static void giants_in_pieces_are_given_back_unread(void **state)
{
	for (unsigned n = 0; n < 3; n++)
		guest_fill(&guest, 30000, n < 2 ? VRING_DESC_F_NEXT : 0);
	if (guest.is_packed) {
		guest.packed[0].id = guest.packed[2].id; /* the chain's is that of its last */
		guest.packed[2].id = 100;
	} else {
		guest.split[0].next = 1;
		guest.split[1].next = 2;
	}
	assert_giant(3);
}

static void the_longest_packet_is_left_to_the_library(void **state)
{
	struct rte_mbuf *m;
	bool odd;

	guest_fill(&guest, HEADER + LONGEST, 0);
	assert_int_equal(take(&m, &odd), 0);
	assert_true(odd);
	assert_int_equal(guest.ring.at, 0);
}

static void a_chain_without_an_end_is_left_to_the_library(void **state)
{
	struct rte_mbuf *m;
	bool odd;

	for (unsigned n = 0; n < GUEST_SIZE; n++)
		guest_fill(&guest, UINT32_MAX, VRING_DESC_F_NEXT); /* a split one leads to itself */
	assert_int_equal(take(&m, &odd), 0);
	assert_true(odd);
}

static bool packed = true, split = false;

#define BOTH(name)                                              \
	{#name " (packed)", name, setup, teardown, &packed},    \
	{                                                       \
#name " (split)", name, setup, teardown, &split \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(giants_are_given_back_unread),
		BOTH(giants_in_pieces_are_given_back_unread),
		BOTH(the_longest_packet_is_left_to_the_library),
		BOTH(a_chain_without_an_end_is_left_to_the_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
