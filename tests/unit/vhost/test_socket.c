// SPDX-License-Identifier: BSD-3-Clause
/* Paths of vhost-user sockets: what may be replaced, and what is refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vhost/vhost_port.h"

static char folder[] = "/tmp/weft-socket-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/s", folder);
	return 0;
}

static int remove_folder(void **state)
{
	return rmdir(folder);
}

static int remove_path(void **state)
{
	return remove(path) < 0 && errno != ENOENT;
}

static int listener(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void free_path_needs_no_clearing(void **state)
{
	assert_int_equal(vhost_socket_look(path), -ENOENT);
	assert_int_equal(vhost_socket_clear(path), 0);
}

static void socket_of_a_dead_process_is_replaced(void **state)
{
	close(listener());
	assert_int_equal(vhost_socket_look(path), 0);
	assert_int_equal(vhost_socket_clear(path), 0);
	assert_int_equal(vhost_socket_look(path), -ENOENT);
}

static void socket_that_somebody_listens_on_is_left_alone(void **state)
{
	int fd = listener();

	assert_int_equal(vhost_socket_clear(path), -EADDRINUSE);
	assert_int_equal(vhost_socket_look(path), 0);
	close(fd);
}

static void socket_with_a_full_backlog_is_left_alone(void **state)
{
	int fd = listener(), peers[8];

	for (int i = 0; i < 8; i++) {
		struct sockaddr_un address = {.sun_family = AF_UNIX};

		snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
		peers[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(peers[i], (struct sockaddr *)&address, sizeof(address));
	}
	assert_int_equal(vhost_socket_clear(path), -EADDRINUSE);
	for (int i = 0; i < 8; i++)
		close(peers[i]);
	close(fd);
}

static void file_is_not_a_socket(void **state)
{
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(vhost_socket_look(path), -ENOTSOCK);
	assert_int_equal(vhost_socket_clear(path), -ENOTSOCK);
	assert_int_equal(access(path, F_OK), 0);
}

static void folder_is_not_a_socket(void **state)
{
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(vhost_socket_look(path), -EISDIR);
	assert_int_equal(vhost_socket_clear(path), -EISDIR);
}

static void dangling_link_is_not_replaced(void **state)
{
	assert_int_equal(symlink("/nowhere/at/all", path), 0);
	assert_int_equal(vhost_socket_look(path), -ENOENT);
	assert_int_equal(vhost_socket_clear(path), -ENOTSOCK);
}

static void missing_folder_is_said(void **state)
{
	assert_int_equal(vhost_socket_look("/nowhere/at/all"), -ENOTDIR);
	assert_int_equal(vhost_socket_clear("/nowhere/at/all"), -ENOTDIR);
}

static void file_is_no_folder(void **state)
{
	char below[sizeof(path) + 2];

	close(open(path, O_CREAT | O_WRONLY, 0600));
	snprintf(below, sizeof(below), "%s/s", path);
	assert_int_equal(vhost_socket_look(below), -ENOTDIR);
	assert_int_equal(vhost_socket_clear(below), -ENOTDIR);
}

static void path_of_107_bytes_fits_and_of_108_does_not(void **state)
{
	char name[VHOST_SOCKET_MAX + 1];

	memset(name, 'x', sizeof(name));
	memcpy(name, "/tmp/", 5);
	name[VHOST_SOCKET_MAX] = 0;
	assert_int_equal(vhost_socket_look(name), -ENAMETOOLONG);
	assert_int_equal(vhost_socket_clear(name), -ENAMETOOLONG);
	name[VHOST_SOCKET_MAX - 1] = 0;
	assert_int_equal(vhost_socket_look(name), -ENOENT);
	assert_int_equal(vhost_socket_clear(name), 0);
}

#define PATH_TEST(name) cmocka_unit_test_teardown(name, remove_path)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PATH_TEST(free_path_needs_no_clearing),
		PATH_TEST(socket_of_a_dead_process_is_replaced),
		PATH_TEST(socket_that_somebody_listens_on_is_left_alone),
		PATH_TEST(socket_with_a_full_backlog_is_left_alone),
		PATH_TEST(file_is_not_a_socket),
		PATH_TEST(folder_is_not_a_socket),
		PATH_TEST(dangling_link_is_not_replaced),
		PATH_TEST(missing_folder_is_said),
		PATH_TEST(file_is_no_folder),
		PATH_TEST(path_of_107_bytes_fits_and_of_108_does_not),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
