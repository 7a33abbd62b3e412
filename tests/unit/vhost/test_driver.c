// SPDX-License-Identifier: BSD-3-Clause
/* vhost ports with a guest's driver at the other end: DPDK's virtio-user in this process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include "tests/support/eal.h"
#include "tests/unit/vhost/port_under_test.h"

static uint8_t octet(uint32_t seed, uint32_t at)
{
	return seed * 131 + at * 7 + (at >> 8);
}

static struct rte_mbuf *packet(uint32_t length, uint32_t seed)
{
	struct rte_mbuf *head = NULL;

	for (uint32_t at = 0; at < length;) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(test_pool());
		uint32_t n = RTE_MIN(length - at, 2000u);
		uint8_t *data;

		assert_non_null(m);
		data = (uint8_t *)rte_pktmbuf_append(m, n);
		for (uint32_t i = 0; i < n; i++)
			data[i] = octet(seed, at + i);
		at += n;
		if (head)
			assert_int_equal(rte_pktmbuf_chain(head, m), 0);
		else
			head = m;
	}
	return head;
}

static void check_packet(struct rte_mbuf *m, uint32_t length, uint32_t seed)
{
	uint32_t at = 0;

	assert_int_equal(m->pkt_len, length);
	assert_int_equal(m->ol_flags & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG), 0);
	for (struct rte_mbuf *s = m; s; s = s->next)
		for (uint32_t i = 0; i < s->data_len; i++, at++)
			if (rte_pktmbuf_mtod(s, uint8_t *)[i] != octet(seed, at))
				fail_msg("byte %u differs", at);
	rte_pktmbuf_free(m);
}

static void from_guest(struct port *port, uint16_t id, uint16_t queue, uint32_t length)
{
	struct rte_mbuf *m = packet(length, length);

	assert_int_equal(rte_eth_tx_burst(id, queue, &m, 1), 1);
	for (int i = 0; i < 1000; i++) {
		if (port->ops->rx(port, queue, &m, 1)) {
			check_packet(m, length, length);
			return;
		}
		usleep(100);
	}
	fail_msg("nothing came from the guest");
}

static void to_guest(struct port *port, uint16_t id, uint16_t queue, uint32_t length)
{
	struct rte_mbuf *m = packet(length, length);

	assert_int_equal(port->ops->tx(port, queue, &m, 1), 1);
	for (int i = 0; i < 1000; i++) {
		if (rte_eth_rx_burst(id, queue, &m, 1)) {
			check_packet(m, length, length);
			return;
		}
		usleep(100);
	}
	fail_msg("nothing came to the guest");
}

static void exchange(const char *options, uint16_t n_queues)
{
	static const uint32_t lengths[] = {60, 64, 1514, 2048, 2049, 4000, 9014};
	unsigned before = rte_mempool_in_use_count(test_pool());
	struct port *port = port_make(true, n_queues);
	uint16_t id;

	assert_non_null(port);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	id = guest_start(options, n_queues);
	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	assert_true(port->up);
	for (uint16_t q = 0; q < n_queues; q++) {
		for (size_t i = 0; i < RTE_DIM(lengths); i++) {
			from_guest(port, id, q, lengths[i]);
			to_guest(port, id, q, lengths[i]);
		}
	}
	guest_stop(id);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	assert_false(port->up);
	vhost_destroy(port);
	assert_int_equal(rte_mempool_in_use_count(test_pool()), before);
}

static void guest_with_split_rings_exchanges_packets_of_any_length(void **state)
{
	exchange("mrg_rxbuf=1", 1);
}

static void guest_with_packed_rings_exchanges_packets_of_any_length(void **state)
{
	exchange("packed_vq=1,mrg_rxbuf=1", 1);
}

static void guest_with_two_queues_uses_both(void **state)
{
	exchange("mrg_rxbuf=1", 2);
}

static void guest_comes_back(void **state)
{
	struct port *port = port_make(true, 1);

	for (int i = 0; i < 3; i++) {
		uint16_t id = guest_start("mrg_rxbuf=1", 1);

		assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
		from_guest(port, id, 0, 100);
		to_guest(port, id, 0, 100);
		guest_stop(id);
		assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	}
	vhost_destroy(port);
}

static void guest_that_is_too_slow_takes_what_fits(void **state)
{
	struct port *port = port_make(true, 1);
	uint16_t id = guest_start("mrg_rxbuf=1", 1), sent = 0;
	struct rte_mbuf *pkts[512];

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	for (int i = 0; i < 512; i++)
		pkts[i] = packet(60, i);
	sent = port->ops->tx(port, 0, pkts, 512);
	assert_in_range(sent, 32, 511);
	for (int i = 0; i < sent;) {
		struct rte_mbuf *m;

		assert_int_equal(rte_eth_rx_burst(id, 0, &m, 1), 1);
		check_packet(m, 60, i++);
	}
	rte_pktmbuf_free_bulk(pkts + sent, 512 - sent);
	guest_stop(id);
	vhost_destroy(port);
}

static void check_sleep(const char *options)
{
	struct port *port = port_make(true, 1);
	struct rte_mbuf *m = packet(60, 1), *got[4];
	unsigned wakes = n_wakes;
	uint16_t id;
	int fd;

	assert_int_equal(port->ops->sleep(port, 0), -ENODEV);
	id = guest_start(options, 1);
	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	assert_true(n_wakes > wakes);

	/* Nothing there: a descriptor, silent until the guest sends (a driver may kick as it
	 * starts). */
	fd = port->ops->sleep(port, 0);
	assert_true(fd >= 0);
	port->ops->wake(port, 0);
	assert_int_equal(port->ops->sleep(port, 0), fd);
	assert_int_equal(is_readable(fd, 0), 0);
	assert_int_equal(rte_eth_tx_burst(id, 0, &m, 1), 1);
	assert_int_equal(is_readable(fd, 1000), 1);
	port->ops->wake(port, 0);
	assert_int_equal(is_readable(fd, 0), 0);

	/* Something there: no sleep, and what was looked at is received in order. */
	m = packet(60, 2);
	assert_int_equal(rte_eth_tx_burst(id, 0, &m, 1), 1);
	assert_int_equal(port->ops->sleep(port, 0), -EAGAIN);
	assert_int_equal(port->ops->sleep(port, 0), -EAGAIN);
	assert_int_equal(port->ops->rx(port, 0, got, 1), 1);
	check_packet(got[0], 60, 1);
	assert_int_equal(port->ops->rx(port, 0, got, 4), 1);
	check_packet(got[0], 60, 2);

	/* The descriptor goes silent with the guest, and stays the port's own. */
	guest_stop(id);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	assert_int_equal(port->ops->sleep(port, 0), -ENODEV);
	assert_int_equal(is_readable(fd, 0), 0);
	port->ops->wake(port, 0);
	vhost_destroy(port);
}

static void worker_sleeps_until_a_guest_with_split_rings_sends(void **state)
{
	check_sleep("mrg_rxbuf=1");
}

static void worker_sleeps_until_a_guest_with_packed_rings_sends(void **state)
{
	check_sleep("packed_vq=1,mrg_rxbuf=1");
}

static void packets_looked_at_before_sleeping_are_freed_with_the_port(void **state)
{
	unsigned before = rte_mempool_in_use_count(test_pool());
	struct port *port = port_make(true, 1);
	struct rte_mbuf *m = packet(9014, 1);
	uint16_t id = guest_start("mrg_rxbuf=1", 1);

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	assert_int_equal(rte_eth_tx_burst(id, 0, &m, 1), 1);
	assert_int_equal(port->ops->sleep(port, 0), -EAGAIN);
	guest_stop(id);
	vhost_destroy(port);
	assert_int_equal(rte_mempool_in_use_count(test_pool()), before);
}

static void port_taken_away_from_a_running_guest_lets_go(void **state)
{
	struct port *port = port_make(true, 1);
	uint16_t id = guest_start("mrg_rxbuf=1", 1);

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	vhost_destroy(port);
	guest_stop(id);
	assert_int_equal(access(path, F_OK), -1);
}

#define VHOST_TEST(name) cmocka_unit_test_teardown(name, clear_guest_away)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VHOST_TEST(guest_with_split_rings_exchanges_packets_of_any_length),
		VHOST_TEST(guest_with_packed_rings_exchanges_packets_of_any_length),
		VHOST_TEST(guest_with_two_queues_uses_both),
		VHOST_TEST(guest_comes_back),
		VHOST_TEST(guest_that_is_too_slow_takes_what_fits),
		VHOST_TEST(worker_sleeps_until_a_guest_with_split_rings_sends),
		VHOST_TEST(worker_sleeps_until_a_guest_with_packed_rings_sends),
		VHOST_TEST(packets_looked_at_before_sleeping_are_freed_with_the_port),
		VHOST_TEST(port_taken_away_from_a_running_guest_lets_go),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
