// SPDX-License-Identifier: BSD-3-Clause
#include "tests/guest/hostile/front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int memory_make(struct front *f)
{
	f->memory = mmap(NULL, FRONT_MEMORY, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (f->memory == MAP_FAILED)
		return -1;
	for (int i = 0; i < 2; i++) {
		f->memory_fds[i] = memfd_create("guest", MFD_CLOEXEC);
		if (f->memory_fds[i] < 0 || ftruncate(f->memory_fds[i], FRONT_REGION) < 0 ||
		    mmap(f->memory + (size_t)i * FRONT_REGION, FRONT_REGION, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, f->memory_fds[i], 0) == MAP_FAILED)
			return -1;
	}
	return 0;
}

static int bind_here(struct front *f)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->path);
	unlink(f->path);
	f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return f->listener < 0 || bind(f->listener, (void *)&address, sizeof(address)) < 0 ||
			       listen(f->listener, 8) < 0
		       ? -1
		       : 0;
}

int front_init(struct front *f, const char *path, bool listens)
{
	*f = (struct front){
		.path = path, .listens = listens, .listener = -1, .sock = -1, .channel = -1};
	for (int i = 0; i < RINGS; i++) {
		f->kick[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		f->call[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	}
	if (memory_make(f) < 0 || (listens && bind_here(f) < 0)) {
		perror(path);
		return -1;
	}
	return 0;
}

void front_fini(struct front *f)
{
	front_hang_up(f);
	if (f->listener >= 0) {
		close(f->listener);
		unlink(f->path);
	}
	munmap(f->memory, FRONT_MEMORY);
	for (int i = 0; i < 2; i++) {
		close(f->memory_fds[i]);
		close(f->kick[i]);
		close(f->call[i]);
	}
}

static int connect_once(struct front *f)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct pollfd p = {.fd = f->listener, .events = POLLIN};

	if (f->listens)
		return poll(&p, 1, FRONT_PATIENCE) == 1 ? accept(f->listener, NULL, NULL) : -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->path);
	f->sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(f->sock, (void *)&address, sizeof(address)) == 0)
		return f->sock;
	front_hang_up(f);
	return -1;
}

/* Weft may still write for the connection before, until it has let go of that and takes this one.
 */
int front_connect(struct front *f)
{
	int rc = front_return(f);

	memset(f->next, 0, sizeof(f->next));
	memset(f->memory, 0, FRONT_MEMORY);
	return rc;
}

/* Weft turns a second guest away while it has not yet heard that the first one left. */
int front_return(struct front *f)
{
	const struct timeval patience = {.tv_sec = FRONT_PATIENCE / 1000};
	int64_t end = now_ms() + FRONT_PATIENCE;

	do {
		struct vhost_wire_message m = {.request = VHOST_WIRE_GET_FEATURES,
					       .flags = VHOST_WIRE_VERSION};

		f->sock = connect_once(f);
		if (f->sock >= 0) {
			setsockopt(f->sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
			setsockopt(f->sock, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
			front_send(f, &m, NULL, 0);
			if (recv(f->sock, &m, VHOST_WIRE_HEAD + 8, MSG_WAITALL) > 0) {
				f->offered = m.u64;
				return 0;
			}
			front_hang_up(f);
		}
		usleep(5000);
	} while (now_ms() < end);
	fprintf(stderr, "nobody answers on %s\n", f->path);
	return -1;
}

void front_hang_up(struct front *f)
{
	if (f->sock >= 0)
		close(f->sock);
	f->sock = -1;
	if (f->channel >= 0)
		close(f->channel);
	f->channel = -1;
}

void front_send(struct front *f, const struct vhost_wire_message *m, const int *fds, unsigned n_fds)
{
	size_t size =
		m->size < sizeof(*m) - VHOST_WIRE_HEAD ? m->size : sizeof(*m) - VHOST_WIRE_HEAD;
	struct iovec bytes = {(void *)(uintptr_t)m, VHOST_WIRE_HEAD + size};
	char control[CMSG_SPACE(253 * sizeof(int))] = {0};
	struct msghdr h = {.msg_iov = &bytes, .msg_iovlen = 1};

	if (n_fds) {
		h.msg_control = control;
		h.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		*CMSG_FIRSTHDR(&h) = (struct cmsghdr){.cmsg_len = CMSG_LEN(n_fds * sizeof(int)),
						      .cmsg_level = SOL_SOCKET,
						      .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&h)), fds, n_fds * sizeof(int));
	}
	(void)!sendmsg(f->sock, &h, MSG_NOSIGNAL);
}

void front_send_u64(struct front *f, uint32_t request, uint64_t value)
{
	struct vhost_wire_message m = {.request = request, .flags = VHOST_WIRE_VERSION, .size = 8};

	m.u64 = value;
	front_send(f, &m, NULL, 0);
}

void front_send_state(struct front *f, uint32_t request, uint32_t ring, uint32_t value)
{
	front_send_u64(f, request, (uint64_t)value << 32 | ring);
}

void front_send_fd(struct front *f, uint32_t request, uint64_t value, int fd)
{
	struct vhost_wire_message m = {.request = request, .flags = VHOST_WIRE_VERSION, .size = 8};

	m.u64 = value;
	front_send(f, &m, &fd, 1);
}

void front_send_bytes(struct front *f, const void *bytes, size_t size)
{
	(void)!send(f->sock, bytes, size, MSG_NOSIGNAL);
}

int front_receive(struct front *f, struct vhost_wire_message *m)
{
	memset(m, 0, sizeof(*m));
	if (recv(f->sock, m, VHOST_WIRE_HEAD, MSG_WAITALL) != (ssize_t)VHOST_WIRE_HEAD)
		return -1;
	if (m->size > sizeof(*m) - VHOST_WIRE_HEAD)
		return -1;
	return m->size && recv(f->sock, &m->u64, m->size, MSG_WAITALL) != (ssize_t)m->size ? -1 : 0;
}

int front_ask(struct front *f, uint32_t request, uint64_t *value)
{
	struct vhost_wire_message m = {.request = request, .flags = VHOST_WIRE_VERSION};

	front_send(f, &m, NULL, 0);
	if (front_receive(f, &m) < 0)
		return -1;
	*value = m.u64;
	return 0;
}

int front_is_closed(struct front *f)
{
	struct vhost_wire_message m;
	ssize_t n;

	do
		n = recv(f->sock, &m, sizeof(m), 0); /* what it still had to say */
	while (n > 0);
	if (n == 0 || errno == ECONNRESET || errno == EPIPE)
		return 0;
	fprintf(stderr, "weft should have hung up\n");
	return -1;
}

int front_is_served(struct front *f)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_GET_FEATURES,
				       .flags = VHOST_WIRE_VERSION};

	front_send(f, &m, NULL, 0);
	do /* past what else it answered */
		if (front_receive(f, &m) < 0) {
			fprintf(stderr, "weft should have answered\n");
			return -1;
		}
	while (m.request != VHOST_WIRE_GET_FEATURES);
	return 0;
}

int front_is_refused(struct front *f, const struct vhost_wire_message *m, const int *fds,
		     unsigned n_fds)
{
	struct vhost_wire_message wanting = *m, answer = {0};

	wanting.flags |= VHOST_WIRE_NEED_REPLY;
	front_send(f, &wanting, fds, n_fds);
	if (front_receive(f, &answer) == 0) {
		if (answer.request != m->request || answer.size != 8 || answer.u64 != 1) {
			fprintf(stderr, "weft should have refused request %u\n", m->request);
			return -1;
		}
		front_send(f, m, fds, n_fds);
	}
	return front_is_closed(f);
}
