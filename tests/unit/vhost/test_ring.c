// SPDX-License-Identifier: BSD-3-Clause
/* Our own loop over a guest's rings, both kinds: what it moves, what it leaves to the library, and
 * when it calls the guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/virtio_net.h>

#include "tests/support/eal.h"
#include "tests/unit/vhost/guest_rings.h"

enum {
	HEADER = sizeof(struct virtio_net_hdr_mrg_rxbuf),
	OLD_HEADER = sizeof(struct virtio_net_hdr)
};

static struct guest guest;
static unsigned in_use;

static bool kind_of(void **state)
{
	return *(bool *)*state;
}

static int setup(void **state)
{
	guest_init(&guest, kind_of(state), HEADER);
	in_use = rte_mempool_in_use_count(test_pool());
	return 0;
}

static int teardown(void **state)
{
	return rte_mempool_in_use_count(test_pool()) == in_use ? 0 : -1;
}

static void write_bytes(uint8_t *to, uint32_t n, unsigned number)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = (uint8_t)(number * 31 + i * 7 + (i >> 8));
}

static void assert_bytes(const uint8_t *at, uint32_t n, unsigned number)
{
	for (uint32_t i = 0; i < n; i++)
		if (at[i] != (uint8_t)(number * 31 + i * 7 + (i >> 8)))
			fail_msg("packet %u: byte %u of %u differs", number, i, n);
}

/* The guest sends its nth packet. */
static void send_one(unsigned n, uint32_t len)
{
	memset(guest_memory(&guest, n), 0, guest.ring.header);
	write_bytes(guest_memory(&guest, n) + guest.ring.header, len, n);
	guest_fill(&guest, guest.ring.header + len, 0);
}

static struct virtio_net_hdr *header_of(unsigned n)
{
	return (void *)guest_memory(&guest, n);
}

static uint16_t take(struct rte_mbuf **pkts, bool *odd)
{
	return vhost_ring_take(&guest.ring, test_pool(), pkts, VHOST_RING_BURST, odd);
}

/* Nothing is taken, and the library is to look. */
static void assert_odd(void)
{
	struct rte_mbuf *m;
	uint16_t at = guest.ring.at;
	uint32_t len;
	bool odd;

	assert_int_equal(take(&m, &odd), 0);
	assert_true(odd);
	assert_int_equal(guest.ring.at, at);
	assert_false(guest_reap(&guest, &len));
}

static struct rte_mbuf *packet(uint32_t len, unsigned number)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(test_pool());

	assert_non_null(m);
	write_bytes((uint8_t *)rte_pktmbuf_append(m, (uint16_t)len), len, number);
	return m;
}

static bool give_one(struct rte_mbuf *m, bool *odd)
{
	return vhost_ring_give(&guest.ring, &m, 1, odd);
}

/* --- what is moved --- */

static uint32_t some_length(void)
{
	return rand() % 3 ? 14 + (uint32_t)rand() % 120 : 1 + (uint32_t)rand() % 2040;
}

static void packets_of_a_guest_come_whole_and_in_order(void **state)
{
	uint32_t lengths[GUEST_SIZE], len;
	unsigned sent = 0, taken = 0;
	bool odd;

	while (taken < 5000) {
		struct rte_mbuf *pkts[VHOST_RING_BURST];
		uint16_t n;

		for (int k = rand() % 5; k > 0 && sent < guest.reaped + GUEST_SIZE; k--, sent++)
			send_one(sent, lengths[sent % GUEST_SIZE] = some_length());
		n = take(pkts, &odd);
		assert_int_equal(n, sent - taken);
		assert_false(odd);
		for (uint16_t i = 0; i < n; i++, taken++) {
			assert_int_equal(pkts[i]->pkt_len, lengths[taken % GUEST_SIZE]);
			assert_int_equal(pkts[i]->data_len, pkts[i]->pkt_len);
			assert_int_equal(pkts[i]->ol_flags, 0);
			assert_bytes(rte_pktmbuf_mtod(pkts[i], uint8_t *), pkts[i]->pkt_len, taken);
			rte_pktmbuf_free(pkts[i]);
		}
		while (rand() % 3 && guest_reap(&guest, &len))
			assert_int_equal(len, 0);
	}
}

static void packets_for_a_guest_come_whole_and_in_order(void **state)
{
	static const struct virtio_net_hdr_mrg_rxbuf plain = {.num_buffers = 1};
	uint32_t lengths[GUEST_SIZE], len;
	unsigned given = 0, seen = 0;
	bool odd;

	while (seen < 5000) {
		struct rte_mbuf *pkts[VHOST_RING_BURST];
		uint16_t n = (uint16_t)(1 + rand() % 5), done;
		unsigned room;

		while (rand() % 4 && guest.filled < guest.reaped + GUEST_SIZE)
			guest_fill(&guest, GUEST_BUFFER, VRING_DESC_F_WRITE);
		room = guest.filled - given;
		for (uint16_t i = 0; i < n; i++)
			pkts[i] = packet(some_length(), given + i);
		done = vhost_ring_give(&guest.ring, pkts, n, &odd);
		assert_int_equal(done, RTE_MIN(n, room));
		assert_false(odd);
		for (uint16_t i = 0; i < done; i++)
			lengths[(given + i) % GUEST_SIZE] = pkts[i]->pkt_len;
		given += done;
		rte_pktmbuf_free_bulk(pkts, n);
		for (; rand() % 3 && guest_reap(&guest, &len); seen++) {
			assert_int_equal(len, HEADER + lengths[seen % GUEST_SIZE]);
			assert_memory_equal(guest_memory(&guest, seen), &plain, HEADER);
			assert_bytes(guest_memory(&guest, seen) + HEADER, len - HEADER, seen);
		}
	}
}

static void old_guests_have_shorter_headers(void **state)
{
	static const struct virtio_net_hdr plain;
	struct rte_mbuf *m;
	uint32_t len;
	bool odd;

	guest_init(&guest, kind_of(state), OLD_HEADER);
	send_one(0, 60);
	assert_int_equal(take(&m, &odd), 1);
	assert_int_equal(m->pkt_len, 60);
	assert_bytes(rte_pktmbuf_mtod(m, uint8_t *), 60, 0);
	guest_init(&guest, kind_of(state), OLD_HEADER);
	memset(guest_memory(&guest, 0), 0xff, 100);
	guest_fill(&guest, GUEST_BUFFER, VRING_DESC_F_WRITE);
	assert_true(give_one(m, &odd));
	assert_true(guest_reap(&guest, &len));
	assert_int_equal(len, OLD_HEADER + 60);
	assert_memory_equal(guest_memory(&guest, 0), &plain, OLD_HEADER);
	assert_bytes(guest_memory(&guest, 0) + OLD_HEADER, 60, 0);
	rte_pktmbuf_free(m);
}

/* Ethernet, IPv4, UDP with nothing but the pseudo header's sum. */
static void write_udp(uint8_t *frame)
{
	static const uint8_t begin[] = {2, 0, 0,    0, 0, 2,  2, 0, 0, 0, 0,  1,
					8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17};

	memset(frame, 0, 60);
	memcpy(frame, begin, sizeof(begin));
	frame[39] = 26;
}

static void a_missing_checksum_is_passed_on(void **state)
{
	struct rte_mbuf *m;
	uint32_t len;
	bool odd;

	send_one(0, 60);
	write_udp(guest_memory(&guest, 0) + HEADER);
	*header_of(0) = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						.csum_start = 34,
						.csum_offset = 6};
	assert_int_equal(take(&m, &odd), 1);
	assert_int_equal(m->ol_flags, RTE_MBUF_F_TX_UDP_CKSUM | RTE_MBUF_F_TX_IPV4);
	assert_int_equal(m->l2_len, 14);
	assert_int_equal(m->l3_len, 20);
	guest_init(&guest, kind_of(state), HEADER);
	guest_fill(&guest, GUEST_BUFFER, VRING_DESC_F_WRITE);
	assert_true(give_one(m, &odd));
	assert_true(guest_reap(&guest, &len));
	assert_int_equal(header_of(0)->flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	assert_int_equal(header_of(0)->csum_start, 34);
	assert_int_equal(header_of(0)->csum_offset, 6);
	rte_pktmbuf_free(m);
}

static void a_guest_that_was_not_asked_is_not_believed(void **state)
{
	struct rte_mbuf *m;
	bool odd;

	guest.ring.takes_csum = false;
	send_one(0, 60);
	write_udp(guest_memory(&guest, 0) + HEADER);
	header_of(0)->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	header_of(0)->csum_start = 34;
	assert_int_equal(take(&m, &odd), 1);
	assert_int_equal(m->ol_flags, 0);
	rte_pktmbuf_free(m);
}

/* --- what is the library's --- */

static void chains_and_tables_are_odd(void **state)
{
	static const uint16_t flags[] = {VRING_DESC_F_NEXT, VRING_DESC_F_INDIRECT,
					 VRING_DESC_F_WRITE};

	for (size_t i = 0; i < RTE_DIM(flags); i++) {
		guest_init(&guest, kind_of(state), HEADER);
		guest_fill(&guest, 100, flags[i]);
		assert_odd();
	}
}

static void buffers_outside_of_memory_are_odd(void **state)
{
	const uint64_t end = GUEST_BASE + sizeof(guest.memory);
	const uint64_t addresses[] = {0, GUEST_BASE - 1, end - 71, end, UINT64_MAX - 10};

	for (size_t i = 0; i < RTE_DIM(addresses); i++) {
		guest_init(&guest, kind_of(state), HEADER);
		send_one(0, 60);
		guest_move(&guest, 0, addresses[i]);
		assert_odd();
	}
	guest_init(&guest, kind_of(state), HEADER);
	guest_fill(&guest, 60000, 0);
	assert_odd();
}

static void packets_without_data_or_too_long_for_a_buffer_are_odd(void **state)
{
	guest_fill(&guest, HEADER, 0);
	assert_odd();
	guest_init(&guest, kind_of(state), HEADER);
	guest_fill(&guest, HEADER + RTE_MBUF_DEFAULT_DATAROOM + 1, 0);
	assert_odd();
}

static void packets_to_be_cut_are_odd(void **state)
{
	send_one(0, 60);
	header_of(0)->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	assert_odd();
}

static void what_comes_before_something_odd_is_taken(void **state)
{
	struct rte_mbuf *pkts[VHOST_RING_BURST];
	uint32_t len;
	bool odd;

	send_one(0, 60);
	send_one(1, 60);
	send_one(2, 60);
	header_of(2)->gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	assert_int_equal(take(pkts, &odd), 2);
	assert_true(odd);
	rte_pktmbuf_free_bulk(pkts, 2);
	assert_true(guest_reap(&guest, &len) && guest_reap(&guest, &len));
	assert_odd();
}

static void an_index_beyond_the_ring_is_odd(void **state)
{
	struct rte_mbuf *m;
	bool odd;

	if (kind_of(state))
		skip(); /* packed rings have none */
	send_one(0, 60);
	guest.avail->idx = GUEST_SIZE + 1;
	assert_int_equal(take(&m, &odd), 0);
	assert_true(odd);
	guest_init(&guest, false, HEADER);
	send_one(0, 60);
	guest.avail->ring[0] = GUEST_SIZE;
	assert_odd();
}

static void assert_give_odd(struct rte_mbuf *m)
{
	bool odd;

	assert_false(give_one(m, &odd));
	assert_true(odd);
	rte_pktmbuf_free(m);
}

static void packets_that_no_buffer_holds_are_odd(void **state)
{
	struct rte_mbuf *m = packet(60, 0), *more = packet(60, 0);
	bool odd;

	guest_fill(&guest, HEADER + 59, VRING_DESC_F_WRITE);
	assert_give_odd(m);
	guest_init(&guest, kind_of(state), HEADER);
	guest_fill(&guest, GUEST_BUFFER, VRING_DESC_F_WRITE);
	assert_int_equal(rte_pktmbuf_chain(more, packet(60, 0)), 0);
	assert_give_odd(more);
	m = packet(60, 0);
	m->ol_flags = RTE_MBUF_F_TX_TCP_SEG;
	assert_give_odd(m);
	guest_init(&guest, kind_of(state), HEADER);
	guest_fill(&guest, GUEST_BUFFER, 0); /* to be read */
	assert_give_odd(packet(60, 0));
	guest_init(&guest, kind_of(state), HEADER);
	m = packet(60, 0);
	assert_false(give_one(m, &odd));
	assert_false(odd); /* there is none at all: nothing the library could do */
	rte_pktmbuf_free(m);
}

/* --- calls --- */

static bool was_called(void)
{
	uint64_t n;

	return read(guest.ring.call_fd, &n, sizeof(n)) == sizeof(n);
}

/* The guest sends n packets, and we take them. */
static void pass(unsigned n)
{
	struct rte_mbuf *pkts[VHOST_RING_BURST];
	uint32_t len;
	bool odd;

	for (unsigned i = 0; i < n; i++)
		send_one(guest.filled, 60);
	assert_int_equal(take(pkts, &odd), n);
	rte_pktmbuf_free_bulk(pkts, n);
	while (guest_reap(&guest, &len))
		;
}

static void start_calls(void **state, bool has_event)
{
	guest_init(&guest, kind_of(state), HEADER);
	guest.ring.call_fd = eventfd(0, EFD_NONBLOCK);
	assert_true(guest.ring.call_fd >= 0);
	guest.ring.has_event = has_event;
	guest.event.flags = VRING_PACKED_EVENT_FLAG_DISABLE;
	guest.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	if (has_event)
		guest.avail->ring[GUEST_SIZE] = GUEST_SIZE / 2; /* not soon */
}

static void a_guest_that_polls_is_called_once_at_the_beginning(void **state)
{
	start_calls(state, false);
	pass(1);
	assert_true(was_called()); /* whatever was used before we came */
	for (int i = 0; i < 20; i++)
		pass(3);
	assert_false(was_called());
	guest.event.flags = VRING_PACKED_EVENT_FLAG_ENABLE;
	guest.avail->flags = 0;
	pass(1);
	assert_true(was_called());
	pass(1);
	assert_true(was_called());
	close(guest.ring.call_fd);
}

/* The guest asks to be called for its buffer number `wanted`, counted from the first. */
static void ask_for(unsigned wanted)
{
	guest.event.off_wrap = (uint16_t)(wanted % GUEST_SIZE);
	if (wanted / GUEST_SIZE % 2 == 0)
		guest.event.off_wrap |= 1u << VRING_PACKED_EVENT_F_WRAP_CTR;
	guest.event.flags = VRING_PACKED_EVENT_FLAG_DESC;
	guest.avail->ring[GUEST_SIZE] = (uint16_t)wanted;
}

static void a_guest_is_called_for_the_very_buffer_it_asked_for(void **state)
{
	start_calls(state, true);
	guest.ring.told = true;
	for (int i = 0; i < 1000; i++) {
		unsigned wanted = guest.filled + (unsigned)rand() % GUEST_SIZE;

		ask_for(wanted);
		while (guest.filled <= wanted) {
			pass(1 + (unsigned)rand() % 3);
			assert_int_equal(was_called(), guest.filled > wanted);
		}
	}
	close(guest.ring.call_fd);
}

static bool packed = true, split = false;

#define BOTH(name)                                              \
	{#name " (packed)", name, setup, teardown, &packed},    \
	{                                                       \
#name " (split)", name, setup, teardown, &split \
	}

int main(void)
{
	unsigned seed = (unsigned)time(NULL);
	const struct CMUnitTest tests[] = {
		BOTH(packets_of_a_guest_come_whole_and_in_order),
		BOTH(packets_for_a_guest_come_whole_and_in_order),
		BOTH(old_guests_have_shorter_headers),
		BOTH(a_missing_checksum_is_passed_on),
		BOTH(a_guest_that_was_not_asked_is_not_believed),
		BOTH(chains_and_tables_are_odd),
		BOTH(buffers_outside_of_memory_are_odd),
		BOTH(packets_without_data_or_too_long_for_a_buffer_are_odd),
		BOTH(packets_to_be_cut_are_odd),
		BOTH(what_comes_before_something_odd_is_taken),
		BOTH(an_index_beyond_the_ring_is_odd),
		BOTH(packets_that_no_buffer_holds_are_odd),
		BOTH(a_guest_that_polls_is_called_once_at_the_beginning),
		BOTH(a_guest_is_called_for_the_very_buffer_it_asked_for),
	};

	print_message("seed %u\n", seed);
	srand(seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
