// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/spine/rpc_socket.h"
#include "control/wire.h"

static char root[64], folder[80], path[96];

static int setup(void **state)
{
	strcpy(root, "/tmp/test_rpc_socket.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	snprintf(folder, sizeof(folder), "%s/run", root);
	snprintf(path, sizeof(path), "%s/x.sock", folder);
	return 0;
}

static int teardown(void **state)
{
	unlink(path);
	rmdir(folder);
	return rmdir(root);
}

static void the_socket_is_for_owner_and_group_whatever_the_umask(void **state)
{
	static const mode_t masks[] = {0, 077};

	for (size_t i = 0; i < 2; i++) {
		const struct group *group = getgrnam(WIRE_GROUP);
		mode_t mask = umask(masks[i]);
		int fd = rpc_socket_open(path);
		struct stat st;

		umask(mask);
		assert_true(fd >= 0);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0660);
		assert_int_equal(st.st_gid, group && !geteuid() ? group->gr_gid : getegid());
		assert_int_equal(stat(folder, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0755);
		close(fd);
		unlink(path);
		rmdir(folder);
	}
}

static void a_dead_socket_is_replaced_and_a_live_one_is_in_use(void **state)
{
	int fd = rpc_socket_open(path), again;

	assert_true(fd >= 0);
	assert_int_equal(rpc_socket_open(path), -EADDRINUSE);
	close(fd);
	assert_int_equal(access(path, F_OK), 0);
	again = rpc_socket_open(path);
	assert_true(again >= 0);
	close(again);
}

static int join(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

static void a_live_one_too_busy_to_accept_is_in_use(void **state)
{
	int fds[1024], n = 0, fd = rpc_socket_open(path);

	assert_true(fd >= 0);
	while (n < 1000 && (fds[n] = join()) >= 0)
		n++;
	assert_in_range(n, 1, 999);
	assert_int_equal(rpc_socket_open(path), -EADDRINUSE);
	while (n)
		close(fds[--n]);
	close(fd);
}

static void what_is_no_socket_stays(void **state)
{
	int fd;

	assert_int_equal(mkdir(folder, 0755), 0);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(rpc_socket_open(path), -EEXIST);
	assert_int_equal(access(path, F_OK), 0);
}

static void a_path_that_does_not_fit_is_refused(void **state)
{
	char name[200];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(rpc_socket_open(name), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_socket_is_for_owner_and_group_whatever_the_umask, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dead_socket_is_replaced_and_a_live_one_is_in_use,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_live_one_too_busy_to_accept_is_in_use, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_is_no_socket_stays, setup, teardown),
		cmocka_unit_test(a_path_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
