// SPDX-License-Identifier: BSD-3-Clause
/* vhost ports whose socket has no place: something else is there, or nothing, or somebody took it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/vhost/port_under_test.h"
#include "vhost/vhost_port.h"

#define NOBODY 65534

static void make_file(void)
{
	close(open(path, O_CREAT | O_WRONLY, 0600));
}

/* Until the port is alone and says this errno. */
static void assert_hindered(struct port *port, int error)
{
	for (int waited = 0; waited < PATIENCE_MS && vhost_error(port) != error; waited += 10) {
		vhost_poll(count_change, NULL);
		poll(NULL, 0, 10);
	}
	assert_int_equal(vhost_error(port), error);
	assert_int_equal(vhost_reason(port), VHOST_NO_PLACE);
}

static void assert_connects(struct port *port)
{
	int listener = listen_peer();

	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	close(listener);
	unlink(path);
	assert_int_equal(wait_for(port, VHOST_NO_SOCKET), VHOST_NO_SOCKET);
}

static void client_tells_each_thing_at_its_path_apart_and_goes_on_when_it_goes(void **state)
{
	struct port *port = port_make(false, 1);

	assert_int_equal(wait_for(port, VHOST_NO_SOCKET), VHOST_NO_SOCKET);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_hindered(port, EISDIR);
	n_changes = 0;
	assert_int_equal(rmdir(path), 0);
	make_file();
	assert_hindered(port, ENOTSOCK);
	assert_true(n_changes > 0);
	unlink(path);
	assert_connects(port);
	vhost_destroy(port);
}

static void client_is_made_whatever_is_at_its_path(void **state)
{
	struct port *port;

	make_file();
	port = port_make(false, 1);
	assert_non_null(port);
	assert_int_equal(vhost_reason(port), VHOST_NO_PLACE);
	assert_int_equal(vhost_error(port), ENOTSOCK);
	unlink(path);
	assert_connects(port);
	vhost_destroy(port);
}

/* With the path one folder deeper, which comes and goes. */
static void client_says_that_its_folder_is_missing(void **state)
{
	char whole[sizeof(path)];
	const char *folder = whole; /* where the socket is otherwise */
	struct port *port;

	memcpy(whole, path, sizeof(path));
	strncat(path, "/s", sizeof(path) - strlen(path) - 1);
	port = port_make(false, 1);
	assert_hindered(port, ENOTDIR);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(wait_for(port, VHOST_NO_SOCKET), VHOST_NO_SOCKET);
	assert_connects(port);
	assert_int_equal(rmdir(folder), 0);
	assert_hindered(port, ENOTDIR);
	vhost_destroy(port);
	memcpy(path, whole, sizeof(path));
}

static void client_without_the_right_to_a_socket_says_so(void **state)
{
	struct port *port = port_make(false, 1);
	int listener = listen_peer();

	if (geteuid() != 0) {
		close(listener);
		vhost_destroy(port);
		skip();
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	/* The folder is closed to it, too. */
	for (int i = 0; i < 300 && vhost_error(port) != EACCES; i++) {
		vhost_poll(count_change, NULL);
		poll(NULL, 0, 10);
	}
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(vhost_error(port), EACCES);
	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	close(listener);
	vhost_destroy(port);
}

static void client_that_finds_a_crowd_says_so(void **state)
{
	int listener = listen_peer(), peers[16], n = 0;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct port *port;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	for (; n < 16; n++) {
		peers[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (connect(peers[n], (struct sockaddr *)&address, sizeof(address)) < 0)
			break;
	}
	assert_in_range(n, 1, 15); /* the backlog is full */
	port = port_make(false, 1);
	assert_int_equal(wait_for(port, VHOST_CROWDED), VHOST_CROWDED);
	close(accept(listener, NULL, NULL));
	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	for (int i = 0; i <= n; i++)
		close(peers[i]);
	close(listener);
	vhost_destroy(port);
}

static void server_says_that_its_socket_was_taken_away(void **state)
{
	struct port *port = port_make(true, 1);

	assert_int_equal(wait_for(port, VHOST_NO_PEER), VHOST_NO_PEER);
	unlink(path);
	assert_int_equal(wait_for(port, VHOST_SOCKET_LOST), VHOST_SOCKET_LOST);
	vhost_destroy(port);

	port = port_make(true, 1);
	unlink(path);
	make_file();
	assert_int_equal(wait_for(port, VHOST_SOCKET_LOST), VHOST_SOCKET_LOST);
	vhost_destroy(port);
}

/* The guest that is there goes on; it is the next one that could not come. */
static void server_whose_guest_is_there_needs_no_socket(void **state)
{
	struct port *port = port_make(true, 1);
	int peer = connect_peer();

	assert_int_equal(wait_for(port, VHOST_NEGOTIATING), VHOST_NEGOTIATING);
	unlink(path);
	for (int i = 0; i < 10; i++) {
		vhost_poll(count_change, NULL);
		assert_int_equal(vhost_reason(port), VHOST_NEGOTIATING);
		poll(NULL, 0, 10);
	}
	close(peer);
	assert_int_equal(wait_for(port, VHOST_SOCKET_LOST), VHOST_SOCKET_LOST);
	vhost_destroy(port);
}

static void what_others_put_in_its_place_outlives_a_server(void **state)
{
	struct port *port = port_make(true, 1);
	struct vhost_socket_id theirs;
	int listener;

	unlink(path);
	listener = listen_peer();
	theirs = vhost_socket_id(path);
	vhost_destroy(port);
	assert_true(vhost_socket_is(path, theirs));
	close(listener);

	/* Its own goes with it. */
	port = port_make(true, 1);
	assert_true(vhost_socket_id(path).inode != 0);
	vhost_destroy(port);
	assert_int_equal(vhost_socket_id(path).inode, 0);
}

#define VHOST_TEST(name) cmocka_unit_test_teardown(name, clear_away)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VHOST_TEST(client_tells_each_thing_at_its_path_apart_and_goes_on_when_it_goes),
		VHOST_TEST(client_is_made_whatever_is_at_its_path),
		VHOST_TEST(client_says_that_its_folder_is_missing),
		VHOST_TEST(client_without_the_right_to_a_socket_says_so),
		VHOST_TEST(client_that_finds_a_crowd_says_so),
		VHOST_TEST(server_says_that_its_socket_was_taken_away),
		VHOST_TEST(server_whose_guest_is_there_needs_no_socket),
		VHOST_TEST(what_others_put_in_its_place_outlives_a_server),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
