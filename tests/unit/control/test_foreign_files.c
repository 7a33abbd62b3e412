// SPDX-License-Identifier: BSD-3-Clause
/* Paths that lead into folders of others, who may have put anything there. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/netns.h"
#include "control/socket_rights.h"

static char folder[32];

static int setup(void **state)
{
	strcpy(folder, "/tmp/weft-foreign-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	close(fd);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

static int set_rights(const char *path, const char *mode)
{
	json_t *conf = json_pack("{s:s}", "mode", mode);
	struct errors errors;
	int rc;

	errors_init(&errors);
	rc = socket_rights_set(path, conf, "vm1", &errors);
	assert_int_equal(errors.n, rc < 0 ? 1 : 0);
	errors_fini(&errors);
	json_decref(conf);
	return rc;
}

static void a_socket_gets_its_rights(void **state)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/vm1.sock", folder);
	make_socket(path);
	assert_int_equal(set_rights(path, "0620"), 0);
	assert_int_equal(mode_of(path), 0620);
}

static void what_was_put_in_a_sockets_place_keeps_its_rights(void **state)
{
	char link[64], target[64], file[64];

	snprintf(link, sizeof(link), "%s/vm1.sock", folder);
	snprintf(target, sizeof(target), "%s/other.sock", folder);
	snprintf(file, sizeof(file), "%s/secret", folder);
	make_socket(target);
	chmod(target, 0600);
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(set_rights(link, "0666"), -1);
	assert_int_equal(mode_of(target), 0600);
	fclose(fopen(file, "w"));
	chmod(file, 0600);
	assert_int_equal(set_rights(file, "0666"), -1);
	assert_int_equal(mode_of(file), 0600);
}

static void a_fifo_is_no_namespace_and_holds_nobody(void **state)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_null(netns_open(path));
	assert_true(errno == EINVAL || errno == EPERM);
	alarm(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_socket_gets_its_rights),
		TEST(what_was_put_in_a_sockets_place_keeps_its_rights),
		TEST(a_fifo_is_no_namespace_and_holds_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
