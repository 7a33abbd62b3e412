// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/pktgen/port_name.h"

static char folder[] = "/tmp/pktgen-test-XXXXXX";
static char path[64], other[64], error[256];

static int setup(void **state)
{
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/s", folder);
	snprintf(other, sizeof(other), "%s/t", folder);
	return 0;
}

static int teardown(void **state)
{
	unlink(path);
	unlink(other);
	return rmdir(folder);
}

static int clear(void **state)
{
	unlink(path);
	unlink(other);
	return 0;
}

static int make_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void names_tell_what_a_port_is(void **state)
{
	assert_int_equal(port_name_kind("/run/weft/vm1.sock"), PORT_SOCKET);
	assert_int_equal(port_name_kind("./vm1"), PORT_SOCKET);
	assert_int_equal(port_name_kind("vm1.sock"), PORT_SOCKET);
	assert_int_equal(port_name_kind("net_ring0"), PORT_VDEV);
	assert_int_equal(port_name_kind("net_pcap0,rx_pcap=/tmp/x.pcap"), PORT_VDEV);
	assert_int_equal(port_name_kind("net_pcap0,rx_pcap=/tmp/x.sock"), PORT_VDEV);
	assert_int_equal(port_name_kind("0000:8a:00.0"), PORT_PCI);
	assert_int_equal(port_name_kind("8a:00.1"), PORT_PCI);
	assert_int_equal(port_name_kind("8a:00.1x"), PORT_VDEV);
}

static void a_client_wants_a_socket_that_is_there(void **state)
{
	assert_int_equal(port_name_check_socket(path, false, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "give --server"));
	fclose(fopen(path, "w"));
	assert_int_equal(port_name_check_socket(path, false, error, sizeof(error)), -ENOTSOCK);
	unlink(path);
	int fd = make_socket();
	assert_int_equal(port_name_check_socket(path, false, error, sizeof(error)), 0);
	close(fd);
	port_name_explain_socket(path, error, sizeof(error));
	assert_non_null(strstr(error, "nobody listens there"));
}

static void a_server_takes_no_path_that_is_in_use(void **state)
{
	assert_int_equal(port_name_check_socket(path, true, error, sizeof(error)), 0);
	fclose(fopen(path, "w"));
	assert_int_equal(port_name_check_socket(path, true, error, sizeof(error)), -EEXIST);
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	int fd = make_socket();
	assert_int_equal(port_name_check_socket(path, true, error, sizeof(error)), -EADDRINUSE);
	assert_non_null(strstr(error, "without --server"));
	close(fd);
	/* What a dead server left is in nobody's way. */
	assert_int_equal(port_name_check_socket(path, true, error, sizeof(error)), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_path_too_long_for_a_socket_is_refused(void **state)
{
	char name[200];

	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(port_name_check_socket(name, true, error, sizeof(error)), -EINVAL);
	assert_int_equal(port_name_check_socket("/tmp/a,b", true, error, sizeof(error)), -EINVAL);
}

static void one_socket_under_two_names_is_seen(void **state)
{
	char roundabout[128];
	int fd = make_socket();

	snprintf(roundabout, sizeof(roundabout), "%s/../%s/s", folder, strrchr(folder, '/') + 1);
	assert_int_equal(symlink(path, other), 0);
	assert_true(port_name_same_socket(path, other));
	assert_true(port_name_same_socket(path, roundabout));
	assert_false(port_name_same_socket(path, path));
	unlink(other);
	assert_false(port_name_same_socket(path, other));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_tell_what_a_port_is),
		cmocka_unit_test_teardown(a_client_wants_a_socket_that_is_there, clear),
		cmocka_unit_test_teardown(a_server_takes_no_path_that_is_in_use, clear),
		cmocka_unit_test(a_path_too_long_for_a_socket_is_refused),
		cmocka_unit_test_teardown(one_socket_under_two_names_is_seen, clear),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
