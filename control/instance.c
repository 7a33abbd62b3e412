// SPDX-License-Identifier: BSD-3-Clause
#include "control/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/capability.h>

#include "control/spine/log.h"
#include "control/wire.h"

void instance_open_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			_exit(EXIT_FAILURE);
}

bool instance_name_valid(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = strlen(name);

	return n > 0 && n <= WIRE_INSTANCE_MAX && strspn(name, allowed) == n;
}

static int held(const char *name, int fd)
{
	char pid[16] = "";

	if (read(fd, pid, sizeof(pid) - 1) > 0)
		pid[strcspn(pid, "\n")] = '\0';
	log_error("weftd %s runs already (process %s): stop it, or choose another name with -n",
		  name, pid[0] ? pid : "unknown");
	close(fd);
	return -1;
}

/* One that was killed a moment ago lets go of its memory first and of its lock last. */
static int lock_patiently(int fd)
{
	enum { TRIES = 40, PAUSE_US = 50000 };
	int rc;

	for (int i = 0; (rc = flock(fd, LOCK_EX | LOCK_NB)) < 0 && i < TRIES; i++)
		usleep(PAUSE_US);
	return rc;
}

int instance_lock(const char *name)
{
	char path[sizeof(WIRE_RUN_DIR) + WIRE_INSTANCE_MAX + 8];

	if (mkdir(WIRE_RUN_DIR, 0755) < 0 && errno != EEXIST) {
		log_error("cannot make " WIRE_RUN_DIR ": %s: weftd has to be started as root",
			  strerror(errno));
		return -1;
	}
	snprintf(path, sizeof(path), WIRE_RUN_DIR "/%s.lock", name);
	/* Whoever may read it may hold it, and keep weftd from starting. */
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fchmod(fd, 0600) < 0) {
		log_error("cannot write %s: %s%s", path, strerror(errno),
			  geteuid() ? ": weftd has to be started as root" : "");
		return -1;
	}
	if (lock_patiently(fd) < 0)
		return held(name, fd);
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", getpid()) < 0)
		log_warning("cannot write %s: %s", path, strerror(errno));
	return 0; /* fd stays open: it is the lock */
}

void instance_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, state, strlen(state), 0, (struct sockaddr *)&to, size) < 0)
		log_warning("cannot tell systemd %s: %s", state, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void instance_raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur == files.rlim_max)
		return;
	files.rlim_cur = files.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		log_warning("cannot raise the number of open files: %s", strerror(errno));
}

/* Without the former, the latter grow to 32 and 64 MB with what is freed. */
void instance_limit_heap(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 4 << 20);
}

void instance_check_rights(void)
{
	unsigned long long have = 0;
	char line[128];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &have) == 1)
			break;
	if (f)
		fclose(f);
	if (!(have >> CAP_NET_ADMIN & 1))
		log_warning("without the capability CAP_NET_ADMIN: ports of type tap, af_packet, "
			    "af_xdp and pci cannot be opened");
}
