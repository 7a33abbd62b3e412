// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/net.h"

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int home = -1;

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

bool test_net_init(void)
{
	if (geteuid() != 0)
		return false;
	check(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0, "unshare");
	check(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
	mkdir("/run/netns", 0755);
	check(mount("netns", "/run/netns", "tmpfs", 0, NULL) == 0, "tmpfs on /run/netns");
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	check(home >= 0, "/proc/self/ns/net");
	test_sh("ip link set lo up");
	return true;
}

void test_sh(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (system(line) == 0)
		return;
	fprintf(stderr, "failed: %s\n", line);
	abort();
}

void test_ns_add(const char *name)
{
	test_sh("ip netns add %s && ip -n %s link set lo up", name, name);
}

void test_ns_enter(const char *name)
{
	char path[256];
	int fd = home;

	if (name) {
		snprintf(path, sizeof(path), "/run/netns/%s", name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		check(fd >= 0, path);
	}
	check(setns(fd, CLONE_NEWNET) == 0, "setns");
	if (name)
		close(fd);
}
