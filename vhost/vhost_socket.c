// SPDX-License-Identifier: BSD-3-Clause
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "vhost/vhost_port.h"

/* 0, or -ENOTDIR where there is none, or what the system says. */
static int look_at_folder(const char *path)
{
	char folder[VHOST_SOCKET_MAX];
	struct stat st;

	snprintf(folder, sizeof(folder), "%s", path);
	if (stat(dirname(folder), &st) < 0)
		return errno == ENOENT ? -ENOTDIR : -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

static int judge(const struct stat *st)
{
	if (S_ISSOCK(st->st_mode))
		return 0;
	return S_ISDIR(st->st_mode) ? -EISDIR : -ENOTSOCK;
}

int vhost_socket_look(const char *path)
{
	struct stat st;
	int rc;

	if (strlen(path) >= VHOST_SOCKET_MAX)
		return -ENAMETOOLONG;
	if (stat(path, &st) == 0)
		return judge(&st);
	if (errno != ENOENT)
		return -errno;
	rc = look_at_folder(path);
	return rc < 0 ? rc : -ENOENT;
}

struct vhost_socket_id vhost_socket_id(const char *path)
{
	struct stat st = {0};

	if (lstat(path, &st) < 0)
		return (struct vhost_socket_id){0};
	return (struct vhost_socket_id){st.st_dev, st.st_ino};
}

/* Whether somebody listens: 0 nobody, -EADDRINUSE yes, or another -errno. */
static int probe_listener(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, error = 0;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	memcpy(address.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		error = errno;
	close(fd);
	if (error == ECONNREFUSED)
		return 0;
	/* A full backlog (EAGAIN) and a socket of another type have an owner too. */
	return error == EACCES || error == EPERM ? -error : -EADDRINUSE;
}

/* Whether the descriptor is a connection over the socket at path, at either end. */
static bool is_connection(int fd, const char *path)
{
	int (*const ends[])(int, struct sockaddr *restrict, socklen_t *restrict) = {getsockname,
										    getpeername};
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0 || listens)
		return false;
	for (int i = 0; i < 2; i++) {
		struct sockaddr_un address = {0};

		size = sizeof(address) - 1;
		if (ends[i](fd, (struct sockaddr *)&address, &size) == 0 &&
		    address.sun_family == AF_UNIX && strcmp(address.sun_path, path) == 0)
			return true;
	}
	return false;
}

static pid_t peer_of(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ? 0 : peer.pid;
}

pid_t vhost_socket_limit(const char *path, int *connection)
{
	const struct timeval patience = {.tv_usec = VHOST_PATIENCE_MS * 1000};
	DIR *fds = opendir("/proc/self/fd");
	struct dirent *entry;
	pid_t peer = 0;

	*connection = -1;
	while (fds && (entry = readdir(fds))) {
		int fd = atoi(entry->d_name);

		if (fd <= STDERR_FILENO || !is_connection(fd, path))
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		peer = peer_of(fd);
		*connection = fd;
	}
	if (fds)
		closedir(fds);
	return peer;
}

bool vhost_socket_is(const char *path, struct vhost_socket_id id)
{
	struct vhost_socket_id now = vhost_socket_id(path);

	return now.inode && now.inode == id.inode && now.device == id.device;
}

/*
 * The library removes a server's socket by its path when it is taken back, and
 * does not ask whose is there by then. So an unlink of ours stands before the C
 * library's, too.
 */
static __thread const char *spared;

void vhost_socket_spare(const char *path)
{
	spared = path;
}

int unlink(const char *path)
{
	if (spared && strcmp(path, spared) == 0)
		return 0;
	return (int)syscall(SYS_unlink, path);
}

int vhost_socket_clear(const char *path)
{
	struct stat st;
	int rc;

	if (strlen(path) >= VHOST_SOCKET_MAX)
		return -ENAMETOOLONG;
	rc = look_at_folder(path);
	if (rc < 0)
		return rc;
	/* A symbolic link, even one to nowhere, is not ours to replace. */
	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	rc = judge(&st);
	if (rc == 0)
		rc = probe_listener(path);
	if (rc < 0)
		return rc;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/*
 * --- what comes over a socket, one step before rte_vhost has it ---
 *
 * The library looks at a ring's number, and at the count of queues of
 * SET_INFLIGHT_FD, before it asks anybody about a message. Where they are out
 * of bounds it hangs up and forgets the descriptors that came with it, and as
 * nobody else knows their numbers, they would be lost: eight for each message,
 * until weftd can open nothing any more. So a recvmsg of ours stands before the
 * C library's for all of weftd, and takes the descriptors away again where no
 * message carries any; the library then sees a socket that fails, and hangs up.
 */

/* Requests whose descriptors are refused before the library can lose them. */
static bool has_none(uint32_t request)
{
	switch (request) {
	case VHOST_WIRE_SET_VRING_NUM:
	case VHOST_WIRE_SET_VRING_ADDR:
	case VHOST_WIRE_SET_VRING_BASE:
	case VHOST_WIRE_GET_VRING_BASE:
	case VHOST_WIRE_SET_VRING_ENABLE:
	case VHOST_WIRE_GET_INFLIGHT_FD:
	case VHOST_WIRE_SET_INFLIGHT_FD:
		return true;
	default:
		return false;
	}
}

/* A message's head as the library reads it: by itself, with room for descriptors. */
static bool is_head(const struct msghdr *message, ssize_t n)
{
	return n == (ssize_t)VHOST_WIRE_HEAD && message->msg_iovlen == 1 &&
	       message->msg_iov[0].iov_len == VHOST_WIRE_HEAD && message->msg_controllen;
}

static unsigned close_rights(struct msghdr *message)
{
	unsigned n_closed = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= c->cmsg_len; at += sizeof(int)) {
			int fd;

			memcpy(&fd, (uint8_t *)c + at, sizeof(fd));
			close(fd);
			n_closed++;
		}
	}
	return n_closed;
}

/* rte_vhost's thread, and whoever else in weftd receives messages. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t n = syscall(SYS_recvmsg, fd, message, flags);
	uint32_t request;

	if (!is_head(message, n))
		return n;
	memcpy(&request, message->msg_iov[0].iov_base, sizeof(request));
	if (!has_none(request) || !close_rights(message))
		return n;
	message->msg_controllen = 0;
	errno = EPROTO;
	return -1;
}
