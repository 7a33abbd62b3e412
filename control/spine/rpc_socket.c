// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/rpc_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/wire.h"

#define LOCK_TRIES   50
#define LOCK_WAIT_US 10000
#define BACKLOG      512

static int split_folder(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return snprintf(out, size, ".") < 0 ? -EINVAL : 0;
	if ((size_t)snprintf(out, size, "%.*s", (int)(slash - path), path) >= size)
		return -ENAMETOOLONG;
	return 0;
}

/*
 * The folder, made when missing, locked while the socket is probed and bound,
 * so that two instances that start at once do not take each other's for a dead
 * one. Whoever may read the folder may hold the lock: after half a second we go
 * on without it.
 */
static int open_folder(const char *path)
{
	char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	int fd, rc = split_folder(path, folder, sizeof(folder));

	if (rc)
		return rc;
	if (!*folder)
		snprintf(folder, sizeof(folder), "/");
	if (!mkdir(folder, 0755)) {
		if (chmod(folder, 0755)) /* whatever the umask is */
			return -errno;
	} else if (errno != EEXIST) {
		return -errno;
	}
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	for (int i = 0; i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK; i++)
		usleep(LOCK_WAIT_US);
	return fd;
}

/* Removes what a dead instance left. 0, or -errno where something else is in the way. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, rc;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	rc = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? errno : 0;
	close(fd);
	/* Anything but a refusal is somebody alive, if only too busy to accept. */
	if (rc != ECONNREFUSED)
		return rc == ENOENT ? 0 : -EADDRINUSE;
	return unlink(address->sun_path) && errno != ENOENT ? -errno : 0;
}

static int give_to_group(const char *path)
{
	const struct group *group = getgrnam(WIRE_GROUP);

	if (group && chown(path, (uid_t)-1, group->gr_gid) && errno != EPERM)
		return -errno;
	return chmod(path, 0660) ? -errno : 0;
}

static int bind_socket(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return -errno;
	/* On Linux the file takes the mode of the descriptor: nobody else can connect before the
	 * group is right, and the process's umask, which other threads use, stays alone. */
	if (fchmod(fd, 0600) || bind(fd, (const struct sockaddr *)address, sizeof(*address))) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rc = give_to_group(address->sun_path);
	if (!rc && listen(fd, BACKLOG))
		rc = -errno;
	if (rc) {
		unlink(address->sun_path);
		close(fd);
		return rc;
	}
	return fd;
}

int rpc_socket_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int folder, rc;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	folder = open_folder(path);
	if (folder < 0)
		return folder;
	rc = remove_stale(&address);
	if (!rc)
		rc = bind_socket(&address);
	close(folder);
	return rc;
}
