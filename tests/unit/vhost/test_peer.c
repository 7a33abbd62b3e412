// SPDX-License-Identifier: BSD-3-Clause
/* vhost ports with a peer that holds the socket and no more, or misbehaves. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/vhost/port_under_test.h"

static void second_guest_on_one_port_is_turned_away(void **state)
{
	struct port *port = port_make(true, 1);
	int first = connect_peer(), second;

	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	second = connect_peer();
	assert_int_equal(is_readable(second, PATIENCE_MS), 1); /* closed */
	assert_int_equal(is_readable(first, 0), 0);
	assert_int_equal(vhost_reason(port), VHOST_NEGOTIATING);
	close(first);
	close(second);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	vhost_destroy(port);
}

static void rubbish_ends_the_connection_and_nothing_else(void **state)
{
	struct port *port = port_make(true, 1);
	uint32_t message[64];

	for (uint32_t request = 0; request < 60; request++) {
		int fd = connect_peer();

		memset(message, 0xff, sizeof(message));
		message[0] = request;
		message[1] = 1;   /* version */
		message[2] = 240; /* size */
		(void)!send(fd, message, 12 + 240, MSG_NOSIGNAL);
		(void)!send(fd, message, 12, MSG_NOSIGNAL);
		shutdown(fd, SHUT_WR);
		while (recv(fd, message, sizeof(message), 0) > 0)
			;
		close(fd);
	}
	assert_int_equal(wait_for(port, VHOST_REFUSED), VHOST_REFUSED);
	vhost_destroy(port);
}

/* The head of a message whose body does not come; see vhost_socket_limit. */
static void stop_amid_a_message(int fd)
{
	const uint32_t head[] = {2 /* SET_FEATURES */, 1 /* version */, 8 /* bytes to come */};

	assert_int_equal(send(fd, head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
}

static void peer_that_stops_amid_a_message_is_cut_off(void **state)
{
	struct port *port = port_make(true, 1);
	int fd = connect_peer(), listener;

	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	stop_amid_a_message(fd);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	close(fd);
	vhost_destroy(port);

	port = port_make(false, 1);
	listener = listen_peer();
	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	fd = accept(listener, NULL, NULL);
	close(listener);
	stop_amid_a_message(fd);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	close(fd);
	unlink(path);
	vhost_destroy(port);
}

static void client_waits_for_its_socket_and_finds_it_again(void **state)
{
	struct port *port = port_make(false, 1);

	assert_non_null(port);
	assert_int_equal(wait_for(port, VHOST_NO_SOCKET), VHOST_NO_SOCKET);
	for (int i = 0; i < 3; i++) {
		int listener = listen_peer(), peer;

		assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
		peer = accept(listener, NULL, NULL);
		/* The peer dies and leaves its socket behind. */
		close(listener);
		close(peer);
		assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
		unlink(path);
		assert_int_equal(wait_for(port, VHOST_NO_SOCKET), VHOST_NO_SOCKET);
	}
	vhost_destroy(port);
}

static void client_without_a_peer_asks_to_be_called_seldom(void **state)
{
	struct port *port = port_make(false, 1);
	int listener, wait;

	vhost_poll(count_change, NULL);
	wait = vhost_poll(count_change, NULL);
	assert_in_range(wait, 400, 1000);
	/* inotify tells of the socket at once */
	assert_int_equal(is_readable(vhost_event_fd(), 0), 0);
	listener = listen_peer();
	assert_int_equal(is_readable(vhost_event_fd(), 100), 1);
	assert_in_range(vhost_poll(count_change, NULL), 500, 1000);
	assert_int_equal(vhost_reason(port), VHOST_NEGOTIATING);
	close(listener);
	unlink(path);
	vhost_destroy(port);
}

static void peer_that_hangs_up_at_once_does_not_keep_control_busy(void **state)
{
	struct port *port = port_make(false, 1);
	int listener = listen_peer(), n_accepted = 0;
	struct pollfd fds[2] = {{.fd = vhost_event_fd(), .events = POLLIN},
				{.fd = listener, .events = POLLIN}};
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		int wait = vhost_poll(count_change, NULL);

		poll(fds, 2, wait < 0 || wait > 50 ? 50 : wait);
		if (fds[1].revents) {
			close(accept(listener, NULL, NULL));
			n_accepted++;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - start.tv_sec < 2);
	assert_in_range(n_accepted, 4, 8);
	assert_int_equal(vhost_reason(port), VHOST_HANGS_UP);
	close(listener);
	unlink(path);
	assert_int_equal(wait_for(port, VHOST_NO_SOCKET), VHOST_NO_SOCKET);
	vhost_destroy(port);
}

static void each_change_of_reason_is_told_once(void **state)
{
	struct port *port = port_make(true, 1);
	int peer;

	n_changes = 0;
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	vhost_poll(count_change, NULL);
	assert_int_equal(n_changes, 1);
	peer = connect_peer();
	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	vhost_poll(count_change, NULL);
	assert_int_equal(n_changes, 2);
	close(peer);
	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	vhost_poll(count_change, NULL);
	assert_int_equal(n_changes, 3);
	vhost_destroy(port);
}

static void two_ports_cannot_share_a_socket(void **state)
{
	struct port *port = port_make(true, 1);

	assert_null(port_make(true, 1));
	assert_int_equal(errno, EADDRINUSE);
	assert_null(port_make(false, 1));
	assert_int_equal(errno, EADDRINUSE);
	assert_ptr_equal(vhost_find(path), port);
	vhost_destroy(port);
	assert_null(vhost_find(path));
}

static void server_replaces_a_stale_socket_and_refuses_a_live_one(void **state)
{
	struct port *port;
	int fd = listen_peer();

	assert_null(port_make(true, 1));
	assert_int_equal(errno, EADDRINUSE);
	close(fd);
	port = port_make(true, 1);
	assert_non_null(port);
	close(connect_peer());
	vhost_destroy(port);
}

#define VHOST_TEST(name) cmocka_unit_test_teardown(name, clear_away)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VHOST_TEST(second_guest_on_one_port_is_turned_away),
		VHOST_TEST(rubbish_ends_the_connection_and_nothing_else),
		VHOST_TEST(peer_that_stops_amid_a_message_is_cut_off),
		VHOST_TEST(client_waits_for_its_socket_and_finds_it_again),
		VHOST_TEST(client_without_a_peer_asks_to_be_called_seldom),
		VHOST_TEST(peer_that_hangs_up_at_once_does_not_keep_control_busy),
		VHOST_TEST(each_change_of_reason_is_told_once),
		VHOST_TEST(two_ports_cannot_share_a_socket),
		VHOST_TEST(server_replaces_a_stale_socket_and_refuses_a_live_one),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
