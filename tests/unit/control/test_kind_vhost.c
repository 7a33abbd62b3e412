// SPDX-License-Identifier: BSD-3-Clause
/* The kind vhost-user: paths that are refused, and what a port without a guest says. */
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "control/loop.h"
#include "control/port_kind.h"
#include "dataplane/dp.h"
#include "tests/support/eal.h"

#define WAIT_ROUNDS 500 /* of 10 ms */

static char folder[] = "/tmp/weft-kind-XXXXXX";
static const struct port_kind *kind;
static struct errors errors;

static int setup(void **state)
{
	const struct dp_conf conf = {.n_mbufs = 2048};

	test_eal_init();
	kind = port_kind_find("vhost-user");
	return kind && mkdtemp(folder) && loop_init() == 0 && dp_start(&conf) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
	dp_stop();
	loop_fini();
	errors_fini(&errors);
	return rmdir(folder);
}

/* A configuration with the socket at NAME below the folder. */
static json_t *conf_of(const char *name, const char *role)
{
	return json_pack("{s:s, s:s+, s:s, s:i, s:i}", "type", "vhost-user", "socket", folder, name,
			 "role", role, "mtu", 1500, "queues", 1);
}

static void assert_said(const char *where, const char *part)
{
	assert_int_equal(errors.n, 1);
	if (!strstr(errors.list[0].text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, errors.list[0].text);
	assert_string_equal(errors.list[0].path, where);
	errors_fini(&errors);
	errors_init(&errors);
}

/* A port that is new. */
static void check_conf(json_t *conf, const char *part)
{
	int rc = kind->check(conf, "ports.p", &errors);

	if (rc == 0)
		rc = kind->check_here(NULL, conf, NULL, "ports.p", &errors);
	json_decref(conf);
	assert_int_equal(rc, part ? -1 : 0);
	if (part)
		assert_said("ports.p.socket", part);
	else
		assert_int_equal(errors.n, 0);
}

static struct port *open_at(const char *name, const char *role)
{
	json_t *conf = conf_of(name, role);
	struct port *port = kind->open(role, conf, &errors);

	json_decref(conf);
	return port;
}

static void wait_reason(struct port *port, const char *part)
{
	struct port_status status;

	for (int i = 0; i < WAIT_ROUNDS; i++) {
		event_base_loop(loop_base(), EVLOOP_NONBLOCK);
		kind->status(port, &status);
		assert_int_equal(status.up, status.reason[0] == 0);
		if (strstr(status.reason, part))
			return;
		poll(NULL, 0, 10);
	}
	fail_msg("waited for \"%s\", but the reason is \"%s\"", part, status.reason);
}

static int socket_at(const char *name, bool listens)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s%s", folder, name);
	assert_int_equal((listens ? bind : connect)(fd, (void *)&address, sizeof(address)), 0);
	if (listens)
		assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void remove_at(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s%s", folder, name);
	assert_int_equal(remove(path), 0);
}

static void paths_that_cannot_be_sockets_are_refused(void **state)
{
	char path[64], text[160];

	check_conf(conf_of("/vm1.sock", "client"), NULL);
	check_conf(conf_of("/vm1.sock", "server"), NULL);
	check_conf(conf_of("", "client"), "is a folder: name a socket in it");
	check_conf(conf_of("", "server"), "is a folder: name a socket in it");
	check_conf(conf_of("/x/", "client"), "ends with a slash");
	check_conf(json_pack("{s:s}", "socket", "vm1.sock"), "absolute path");
	check_conf(json_pack("{s:s}", "socket", ""), "absolute path");

	memset(text, 'x', sizeof(text));
	text[0] = '/';
	text[108] = 0;
	check_conf(json_pack("{s:s}", "socket", text),
		   "has 108 bytes, a socket's can have at most 107");
	text[107] = 0;
	check_conf(json_pack("{s:s}", "socket", text), NULL);

	snprintf(path, sizeof(path), "%s/file", folder);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	check_conf(conf_of("/file", "client"), "exists and is not a socket");
	check_conf(conf_of("/file", "server"), "exists and is not a socket");
	check_conf(conf_of("/file/s", "server"), "there is no folder");
	check_conf(conf_of("/file/s", "client"), "there is no folder");
	remove_at("/file");
}

static void missing_folder_is_refused_where_weft_makes_the_socket(void **state)
{
	check_conf(conf_of("/none/s", "server"), "there is no folder");
	check_conf(conf_of("/none/s", "client"), NULL);
	/* weftd makes its own folder. */
	check_conf(json_pack("{s:s, s:s}", "socket", "/run/weft/s", "role", "server"), NULL);
}

/* What is at the socket of a port that is there already hinders no other change, of this port
 * neither. */
static void only_what_changes_is_looked_at(void **state)
{
	json_t *old = conf_of("", "client"), *conf = conf_of("", "client");

	json_object_set_new(conf, "mtu", json_integer(9000));
	assert_int_equal(kind->check(conf, "ports.p", &errors), 0);
	assert_int_equal(kind->check_here(old, conf, NULL, "ports.p", &errors), 0);
	json_object_set_new(conf, "role", json_string("server"));
	assert_int_equal(kind->check_here(old, conf, NULL, "ports.p", &errors), -1);
	assert_said("ports.p.socket", "is a folder");
	json_object_set_new(old, "role", json_string("server"));
	json_object_set_new(conf, "group", json_string("no such"));
	assert_int_equal(kind->check_here(old, conf, NULL, "ports.p", &errors), -1);
	assert_said("ports.p.group", "there is no group");
	json_object_set_new(old, "group", json_string("no such"));
	assert_int_equal(kind->check_here(old, conf, NULL, "ports.p", &errors), 0);
	json_decref(old);
	json_decref(conf);
}

static void one_socket_by_two_ways_is_refused(void **state)
{
	char link[64];
	json_t *conf = conf_of("/s", "client"), *ports;

	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(symlink(folder, link), 0);
	ports = json_pack("{s:O, s:o, s:o}", "p", conf, "q", conf_of("/link/t", "client"), "r",
			  conf_of("/link/s", "server"));
	assert_int_equal(kind->check_here(NULL, conf, ports, "ports.p", &errors), -1);
	assert_said("ports.p.socket", "is used by port r already");
	json_object_del(ports, "r");
	assert_int_equal(kind->check_here(NULL, conf, ports, "ports.p", &errors), 0);
	json_decref(ports);
	json_decref(conf);
	unlink(link);
}

static void client_says_what_it_waits_for(void **state)
{
	struct port *port = open_at("/s", "client");
	int listener;

	assert_non_null(port);
	wait_reason(port, "start the guest with -chardev socket,…,server=on");
	listener = socket_at("/s", true);
	wait_reason(port, "the guest's driver has not started");
	close(listener);
	wait_reason(port, "nobody listens on");
	kind->close(port);
	remove_at("/s");
}

/* One that is there already, or was before weftd was. */
static void client_says_what_stands_in_its_way(void **state)
{
	struct port *port;
	char path[64];

	snprintf(path, sizeof(path), "%s/d", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	port = open_at("/d", "client");
	assert_non_null(port);
	wait_reason(port, "/d is a folder: name a socket in it");
	remove_at("/d");
	close(open(path, O_CREAT | O_WRONLY, 0600));
	wait_reason(port, "exists and is not a socket");
	remove_at("/d");
	wait_reason(port, "start the guest with");
	kind->close(port);

	port = open_at("/d/s", "client");
	wait_reason(port, "there is no folder /tmp/weft-kind-");
	kind->close(port);
}

static void server_says_what_stands_in_its_way(void **state)
{
	char path[64];

	assert_null(open_at("", "server"));
	assert_said("", "is a folder");
	assert_null(open_at("/d/s", "server"));
	assert_said("", "there is no folder");
	snprintf(path, sizeof(path), "%s/file", folder);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_null(open_at("/file", "server"));
	assert_said("", "exists and is not a socket");
	remove_at("/file");
}

static void server_says_what_it_waits_for(void **state)
{
	struct port *port = open_at("/s", "server");
	int peer;

	assert_non_null(port);
	wait_reason(port, "start it with -chardev socket,…,reconnect=1");
	peer = socket_at("/s", false);
	wait_reason(port, "the guest's driver has not started");
	close(peer);
	wait_reason(port, "reconnect=1");
	kind->close(port);
}

static void reason_fits_with_the_longest_path(void **state)
{
	struct port_status status;
	struct port *port;
	char name[108];
	json_t *conf;

	memset(name, 'x', sizeof(name));
	memcpy(name, "/tmp/", 5);
	name[107] = 0;
	conf = json_pack("{s:s}", "socket", name);
	port = kind->open("p", conf, &errors);
	json_decref(conf);
	assert_non_null(port);
	kind->status(port, &status);
	assert_non_null(strstr(status.reason, "server=on"));
	kind->close(port);
}

static void socket_in_use_is_refused_by_name(void **state)
{
	struct port *port = open_at("/s", "server");
	int listener;

	assert_non_null(port);
	assert_null(open_at("/s", "client"));
	assert_said("", "port server uses the socket");
	kind->close(port);

	listener = socket_at("/s", true);
	assert_null(open_at("/s", "server"));
	assert_said("", "another process listens on");
	close(listener);
	remove_at("/s");
}

static void assert_rights(const char *name, mode_t mode, gid_t group)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", folder, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	assert_int_equal(st.st_gid, group);
}

static void socket_has_the_rights_asked_for(void **state)
{
	json_t *conf = conf_of("/r.sock", "server");
	const struct group *daemon_group = getgrnam("daemon");
	struct port *port;

	port = kind->open("r", conf, &errors);
	assert_non_null(port);
	assert_rights("/r.sock", 0600, getegid());
	json_object_set_new(conf, "group", json_string("daemon"));
	assert_int_equal(kind->change(port, conf, &errors), 0);
	assert_rights("/r.sock", 0660, daemon_group->gr_gid);
	json_object_set_new(conf, "mode", json_string("666"));
	kind->close(port);
	port = kind->open("r", conf, &errors);
	assert_rights("/r.sock", 0666, daemon_group->gr_gid);
	kind->close(port);
	json_decref(conf);
}

static void rights_that_cannot_be_given_are_refused(void **state)
{
	static const struct {
		const char *role, *key, *value, *part;
	} cases[] = {
		{"server", "group", "no such", "there is no group no such"},
		{"server", "mode", "0680", "three octal digits"},
		{"server", "mode", "7", "three octal digits"},
		{"server", "mode", "4755", "three octal digits"},
		{"client", "mode", "0660", "expected role: server with mode"},
		{"client", "group", "daemon", "expected role: server with group"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *conf = conf_of("/r.sock", cases[i].role);
		char at[32];

		json_object_set_new(conf, cases[i].key, json_string(cases[i].value));
		snprintf(at, sizeof(at), "ports.p.%s", cases[i].key);
		if (kind->check(conf, "ports.p", &errors) == 0)
			kind->check_here(NULL, conf, NULL, "ports.p", &errors);
		assert_said(at, cases[i].part);
		json_decref(conf);
	}
}

static void iommu_and_packed_rings_exclude_each_other(void **state)
{
	json_t *conf = conf_of("/s", "client");

	json_object_set_new(conf, "features", json_pack("[s, s]", "iommu", "packed"));
	assert_int_equal(kind->check(conf, "ports.p", &errors), -1);
	assert_said("ports.p.features", "exclude each other");
	json_object_set_new(conf, "features", json_pack("[s, s]", "iommu", "mergeable"));
	assert_int_equal(kind->check(conf, "ports.p", &errors), 0);
	json_decref(conf);
}

static void mtu_changes_while_it_runs(void **state)
{
	struct port *port = open_at("/s", "client");
	json_t *conf = json_pack("{s:i}", "mtu", 9000);

	assert_int_equal(port->max_frame, 1514);
	assert_int_equal(kind->change(port, conf, &errors), 0);
	assert_int_equal(port->max_frame, 9014);
	json_decref(conf);
	kind->close(port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_that_cannot_be_sockets_are_refused),
		cmocka_unit_test(missing_folder_is_refused_where_weft_makes_the_socket),
		cmocka_unit_test(only_what_changes_is_looked_at),
		cmocka_unit_test(one_socket_by_two_ways_is_refused),
		cmocka_unit_test(client_says_what_it_waits_for),
		cmocka_unit_test(client_says_what_stands_in_its_way),
		cmocka_unit_test(server_says_what_stands_in_its_way),
		cmocka_unit_test(server_says_what_it_waits_for),
		cmocka_unit_test(reason_fits_with_the_longest_path),
		cmocka_unit_test(socket_in_use_is_refused_by_name),
		cmocka_unit_test(socket_has_the_rights_asked_for),
		cmocka_unit_test(rights_that_cannot_be_given_are_refused),
		cmocka_unit_test(iommu_and_packed_rings_exclude_each_other),
		cmocka_unit_test(mtu_changes_while_it_runs),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
