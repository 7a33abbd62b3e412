// SPDX-License-Identifier: BSD-3-Clause
/* Why a port that is connected carries nothing. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <rte_ethdev.h>

#include "tests/support/eal.h"
#include "tests/unit/vhost/port_under_test.h"
#include "vhost/vhost_peer.h"
#include "vhost/vhost_wire.h"

static void say(int fd, uint32_t request, uint64_t value)
{
	struct {
		uint32_t request, flags, size;
		uint64_t value;
	} __attribute__((packed)) message = {request, 1, sizeof(value), value};

	assert_int_equal(send(fd, &message, sizeof(message), MSG_NOSIGNAL), sizeof(message));
}

static void peer_that_says_nothing_is_told(void **state)
{
	struct port *port = port_make(true, 1);
	int fd = connect_peer();

	assert_int_equal(wait_for(port, VHOST_SILENT), VHOST_SILENT);
	assert_false(port->up);
	close(fd);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	vhost_destroy(port);
}

static void driver_without_memory_has_it_not_shared(void **state)
{
	struct port *port = port_make(true, 1);
	int fd = connect_peer();

	say(fd, VHOST_WIRE_SET_FEATURES, 1ULL << 32);
	assert_int_equal(wait_for(port, VHOST_NOT_SHARED), VHOST_NOT_SHARED);
	close(fd);
	vhost_destroy(port);
}

static void features_that_were_not_offered_are_told(void **state)
{
	struct port *port = port_make(true, 1);

	for (int i = 0; i < 4; i++) {
		int fd = connect_peer();

		say(fd, VHOST_WIRE_SET_FEATURES, 1ULL << 63);
		is_readable(fd, PATIENCE_MS); /* hung up */
		close(fd);
	}
	assert_int_equal(wait_for(port, VHOST_FEATURES_REFUSED), VHOST_FEATURES_REFUSED);
	vhost_destroy(port);
}

static void memory_that_cannot_be_mapped_is_told(void **state)
{
	struct port *port = port_make(true, 1);

	for (int i = 0; i < 4; i++) {
		int fd = connect_peer();

		say(fd, VHOST_WIRE_SET_MEM_TABLE, 3 /* regions, without descriptors */);
		is_readable(fd, PATIENCE_MS);
		close(fd);
	}
	assert_int_equal(wait_for(port, VHOST_NO_MEMORY), VHOST_NO_MEMORY);
	vhost_destroy(port);
}

static void what_weft_hangs_up_over_is_told(void **state)
{
	struct port *port = port_make(true, 1);

	for (int i = 0; i < 4; i++) {
		int fd = connect_peer();

		say(fd, VHOST_WIRE_SET_VRING_NUM, 2 | 256ULL << 32);
		is_readable(fd, PATIENCE_MS);
		close(fd);
	}
	assert_int_equal(wait_for(port, VHOST_REFUSED), VHOST_REFUSED);
	assert_string_equal(vhost_refusal(port), "a ring that the port has not");
	vhost_destroy(port);
}

/* The guest's end of the connection, which is in this process, too. */
static int guest_end(void)
{
	for (int fd = 3; fd < 256; fd++) {
		struct sockaddr_un peer = {0};
		socklen_t size = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0 &&
		    strcmp(peer.sun_path, path) == 0)
			return fd;
	}
	fail_msg("the guest has no connection");
	return -1;
}

static void queue_that_the_driver_switches_off_is_told_until_it_is_on(void **state)
{
	struct port *port = port_make(true, 1);
	uint16_t id = guest_start("mrg_rxbuf=1", 1);

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	for (uint64_t ring = 0; ring < 2; ring++) {
		say(guest_end(), VHOST_WIRE_SET_VRING_ENABLE, ring);
		assert_int_equal(wait_for(port, VHOST_QUEUE_DISABLED), VHOST_QUEUE_DISABLED);
		assert_false(port->up);
		say(guest_end(), VHOST_WIRE_SET_VRING_ENABLE, ring | 1ULL << 32);
		assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
		assert_true(port->up);
	}
	guest_stop(id);
	vhost_destroy(port);
}

static void driver_that_has_stopped_is_not_one_that_has_not_started(void **state)
{
	struct port *port = port_make(true, 1);
	uint16_t id = guest_start("mrg_rxbuf=1", 1);
	int fd;

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	say(guest_end(), VHOST_WIRE_GET_VRING_BASE, 0);
	assert_int_equal(wait_for(port, VHOST_DRIVER_GONE), VHOST_DRIVER_GONE);
	assert_false(port->up);
	guest_stop(id);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	/* The next connection is another guest's. */
	fd = connect_peer();
	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	close(fd);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	vhost_destroy(port);
}

/* Sends packets of this length until the guest has no more buffers; how many it took. */
static unsigned send_all(struct port *port, uint16_t length, unsigned n)
{
	unsigned sent = 0;

	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(test_pool());

		assert_non_null(rte_pktmbuf_append(m, length));
		if (port->ops->tx(port, 0, &m, 1))
			sent++;
		else
			rte_pktmbuf_free(m);
	}
	return sent;
}

static void guest_that_gives_no_buffers_back_is_told_until_it_does(void **state)
{
	struct port *port = port_make(true, 1);
	uint16_t id = guest_start("mrg_rxbuf=1", 1);
	struct rte_mbuf *got[32];
	uint16_t n;

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	assert_true(send_all(port, 60, 600) < 600);
	assert_int_equal(vhost_reason(port), VHOST_UP); /* a moment of it is no stall */
	for (int i = 0; i < 60 && vhost_reason(port) == VHOST_UP; i++) {
		send_all(port, 60, 1);
		vhost_poll(count_change, NULL);
		poll(NULL, 0, 100);
	}
	assert_int_equal(vhost_reason(port), VHOST_STALLED);
	assert_true(port->up);
	assert_true(vhost_since(port) >= time(NULL) - 10);

	while ((n = rte_eth_rx_burst(id, 0, got, 32)))
		rte_pktmbuf_free_bulk(got, n);
	assert_int_equal(send_all(port, 60, 1), 1);
	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	guest_stop(id);
	vhost_destroy(port);
}

static void packet_too_long_for_a_buffer_stands_in_nobodys_way(void **state)
{
	static const uint16_t lengths[] = {60, 4000, 61, 4001, 62};
	struct port *port = port_make(true, 1);
	uint16_t id = guest_start("mrg_rxbuf=0", 1);
	struct rte_mbuf *pkts[5], *got[5];

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	for (int i = 0; i < 5; i++) {
		pkts[i] = rte_pktmbuf_alloc(test_pool());
		if (lengths[i] > 100)
			rte_pktmbuf_append(pkts[i], 2000);
		else
			rte_pktmbuf_append(pkts[i], lengths[i]);
		if (lengths[i] > 100) {
			struct rte_mbuf *more = rte_pktmbuf_alloc(test_pool());

			rte_pktmbuf_append(more, lengths[i] - 2000);
			assert_int_equal(rte_pktmbuf_chain(pkts[i], more), 0);
		}
	}
	assert_int_equal(port->ops->tx(port, 0, pkts, 5), 3);
	assert_int_equal(pkts[3]->pkt_len + pkts[4]->pkt_len, 8001);
	rte_pktmbuf_free_bulk(pkts + 3, 2);
	for (uint16_t n = 0; n < 3;)
		n += rte_eth_rx_burst(id, 0, got + n, 3 - n);
	for (int i = 0; i < 3; i++)
		assert_int_equal(got[i]->pkt_len, 60 + i);
	rte_pktmbuf_free_bulk(got, 3);
	assert_int_equal(wait_for(port, VHOST_BUFFERS_SMALL), VHOST_BUFFERS_SMALL);
	guest_stop(id);
	vhost_destroy(port);
}

static void process_that_is_stopped_is_told_until_it_goes_on(void **state)
{
	struct port *port = port_make(true, 1);
	char peer[160], pid[16];
	pid_t child = fork();

	if (child == 0) {
		int fd = connect_peer();

		say(fd, 1 /* GET_FEATURES */, 0);
		for (;;)
			pause();
	}
	assert_true(child > 0);
	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	kill(child, SIGSTOP);
	assert_int_equal(wait_for(port, VHOST_STOPPED), VHOST_STOPPED);
	vhost_describe(port, peer, sizeof(peer));
	snprintf(pid, sizeof(pid), " %d", (int)child);
	assert_non_null(strstr(peer, pid));
	kill(child, SIGCONT);
	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	vhost_describe(port, peer, sizeof(peer));
	assert_string_equal(peer, "");
	vhost_destroy(port);
}

#define LINE(text) text, sizeof(text) - 1

static void machine_is_known_by_its_command_line(void **state)
{
	static const struct {
		const char *line;
		size_t size;
		const char *name;
	} cases[] = {
		{LINE("qemu\0-name\0vm1\0-m\0001"), "vm1"},
		{LINE("qemu\0-name\0guest=web,debug-threads=on\0"), "web"},
		{LINE("qemu\0-name\0guest=a,,b,process=x\0"), "a,b"},
		{LINE("qemu\0-m\0001\0--name\0x"), "x"},
		{LINE("qemu\0-m\0001\0"), NULL},
		{LINE("qemu\0-name"), NULL},
		{LINE("qemu\0-name\0guest=\0"), NULL},
	};
	char name[8];

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		bool found = vhost_peer_name(cases[i].line, cases[i].size, name, sizeof(name));

		assert_int_equal(found, cases[i].name != NULL);
		if (found)
			assert_string_equal(name, cases[i].name);
	}
	assert_true(vhost_peer_name("q\0-name\0a-long-name", 19, name, sizeof(name)));
	assert_string_equal(name, "a-long-");
}

static void features_agreed_on_are_shown(void **state)
{
	struct port *port = port_make(true, 1);
	char text[160];
	uint16_t id;

	vhost_features(port, text, sizeof(text));
	assert_string_equal(text, "");
	id = guest_start("mrg_rxbuf=1,packed_vq=1", 1);
	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	vhost_features(port, text, sizeof(text));
	assert_non_null(strstr(text, "mergeable packed"));
	guest_stop(id);
	vhost_destroy(port);
}

static void features_that_are_not_pinned_are_not_offered(void **state)
{
	struct vhost_conf conf = {
		.name = "vm1",
		.socket = path,
		.server = true,
		.n_queues = 1,
		.mtu = 1500,
		.features = vhost_feature_bits("mergeable"),
		.pool = test_pool(),
		.wake = count_wake,
	};
	struct port *port = vhost_create(&conf);
	uint16_t id = guest_start("mrg_rxbuf=1,packed_vq=1,in_order=1", 1);
	char text[160];

	assert_int_equal(wait_for(port, VHOST_UP), VHOST_UP);
	vhost_features(port, text, sizeof(text));
	assert_string_equal(text, "mergeable");
	guest_stop(id);
	vhost_destroy(port);
}

#define VHOST_TEST(name) cmocka_unit_test_teardown(name, clear_guest_away)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VHOST_TEST(peer_that_says_nothing_is_told),
		VHOST_TEST(driver_without_memory_has_it_not_shared),
		VHOST_TEST(features_that_were_not_offered_are_told),
		VHOST_TEST(memory_that_cannot_be_mapped_is_told),
		VHOST_TEST(what_weft_hangs_up_over_is_told),
		VHOST_TEST(queue_that_the_driver_switches_off_is_told_until_it_is_on),
		VHOST_TEST(driver_that_has_stopped_is_not_one_that_has_not_started),
		VHOST_TEST(guest_that_gives_no_buffers_back_is_told_until_it_does),
		VHOST_TEST(packet_too_long_for_a_buffer_stands_in_nobodys_way),
		VHOST_TEST(process_that_is_stopped_is_told_until_it_goes_on),
		cmocka_unit_test(machine_is_known_by_its_command_line),
		VHOST_TEST(features_agreed_on_are_shown),
		VHOST_TEST(features_that_are_not_pinned_are_not_offered),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
