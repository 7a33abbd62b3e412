// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/port_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* [dddd:]bb:dd.f, in hexadecimal digits. */
static bool is_pci(const char *name)
{
	static const char *const shapes[] = {"xxxx:xx:xx.x", "xx:xx.x"};

	for (int i = 0; i < 2; i++) {
		const char *shape = shapes[i], *at = name;
		while (*shape && *at &&
		       (*shape == 'x' ? isxdigit((unsigned char)*at) != 0 : *shape == *at))
			shape++, at++;
		if (!*shape && !*at)
			return true;
	}
	return false;
}

enum port_kind port_name_kind(const char *name)
{
	size_t n = strcspn(name, ",");
	struct stat st;

	if (memchr(name, '/', n) || (n > 5 && !strncmp(name + n - 5, ".sock", 5)) ||
	    (stat(name, &st) == 0 && S_ISSOCK(st.st_mode)))
		return PORT_SOCKET;
	return is_pci(name) ? PORT_PCI : PORT_VDEV;
}

/* -errno of connect(): 0 where somebody listens. */
static int try_to_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int r = 0, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int check_server(const char *path, const struct stat *st, char *error, size_t size)
{
	if (!S_ISSOCK(st->st_mode)) {
		snprintf(error, size, "%s: is there and is no socket; choose another path", path);
		return -EEXIST;
	}
	if (try_to_connect(path) != -ECONNREFUSED) {
		snprintf(error, size,
			 "%s: somebody listens there already; without --server weft-pktgen "
			 "connects to it",
			 path);
		return -EADDRINUSE;
	}
	return unlink(path) < 0 ? -errno : 0;
}

int port_name_check_socket(const char *path, bool server, char *error, size_t size)
{
	struct stat st;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path) || strchr(path, ',')) {
		snprintf(error, size, "%s: a socket's path has at most %zu bytes, and no comma",
			 path, sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
		return -EINVAL;
	}
	if (stat(path, &st) < 0) {
		if (server && errno == ENOENT)
			return 0;
		int r = -errno;
		if (errno == ENOENT)
			snprintf(error, size,
				 "%s: there is no such socket; start the switch first, or give "
				 "--server "
				 "where the switch is the one that connects",
				 path);
		else
			snprintf(error, size, "%s: %s", path, strerror(errno));
		return r;
	}
	if (server)
		return check_server(path, &st, error, size);
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(error, size, "%s: is no socket", path);
		return -ENOTSOCK;
	}
	return 0;
}

bool port_name_same_socket(const char *a, const char *b)
{
	struct stat x, y;

	if (strcmp(a, b) == 0)
		return false; /* one port, named twice: as it should be */
	if (stat(a, &x) == 0 && stat(b, &y) == 0)
		return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	char *full_a = realpath(a, NULL), *full_b = realpath(b, NULL);
	bool same = full_a && full_b && strcmp(full_a, full_b) == 0;
	free(full_a);
	free(full_b);
	return same;
}

void port_name_explain_socket(const char *path, char *error, size_t size)
{
	int r = try_to_connect(path);

	if (r == -ECONNREFUSED)
		snprintf(error, size,
			 "%s: nobody listens there; start the switch first, or give --server where "
			 "the "
			 "switch is the one that connects",
			 path);
	else if (r < 0)
		snprintf(error, size, "%s: %s", path, strerror(-r));
	else
		snprintf(error, size,
			 "%s: whoever listens there does not speak vhost-user, or refuses", path);
}
