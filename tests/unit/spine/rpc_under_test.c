// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/spine/rpc_under_test.h"

struct event_base *base;
struct rpc *rpc;
struct api api;
char path[128];
static char folder[64];

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

void turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

int join(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	assert_true(fd >= 0);
	while (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		assert_int_equal(errno, EAGAIN);
		turn();
	}
	turn();
	return fd;
}

/* Sends all while the server runs; false where it hung up. */
bool say(int fd, const char *text, size_t n)
{
	double end = now() + PATIENCE_S;

	while (n) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

		assert_true(now() < end);
		turn();
		if (sent > 0) {
			text += sent;
			n -= sent;
		} else if (errno != EAGAIN) {
			return false;
		}
	}
	return true;
}

char *hear(int fd)
{
	size_t n = 0, size = 4096;
	char *line = malloc(size);
	double end = now() + PATIENCE_S;

	for (;;) {
		ssize_t got;

		if (n + 1 == size)
			line = realloc(line, size *= 2);
		/* A byte at a time at the beginning keeps the next line where it is. */
		got = recv(fd, line + n, size - n - 1, MSG_PEEK);
		if (got > 0) {
			char *newline = memchr(line + n, '\n', got);
			size_t take = newline ? (size_t)(newline - line - n + 1) : (size_t)got;

			n += recv(fd, line + n, take, 0);
			if (newline) {
				line[n - 1] = '\0';
				return line;
			}
			continue;
		}
		if (!got || errno != EAGAIN) {
			free(line);
			return NULL;
		}
		assert_true(now() < end);
		turn();
	}
}

void expect(int fd, const char *part)
{
	char *line = hear(fd);

	assert_non_null(line);
	if (!strstr(line, part))
		print_error("%.200s\nlacks %s\n", line, part);
	assert_non_null(strstr(line, part));
	free(line);
}

void expect_end(int fd)
{
	char *line = hear(fd);

	assert_null(line);
	close(fd);
}

void others_are_served(void)
{
	int fd = join();
	double began = now();

	assert_true(say(fd, ASK(77), strlen(ASK(77))));
	expect(fd, "\"id\":77,\"result\"");
	assert_true(now() - began < 1);
	close(fd);
}

int setup(void **state)
{
	char root[] = "/tmp/test_rpc.XXXXXX";

	if (!mkdtemp(root))
		return -1;
	snprintf(folder, sizeof(folder), "%s/run", root);
	snprintf(path, sizeof(path), "%s/x.sock", folder);
	base = event_base_new();
	api = (struct api){.registry = &fake_nouns, .config = config_create(&fake_nouns, NULL)};
	rpc = rpc_create(base, path, &api);
	return rpc && api.config ? 0 : -1;
}

int teardown(void **state)
{
	int fd = join();

	rpc_destroy(rpc);
	close(fd);
	config_destroy(api.config);
	event_base_free(base);
	fake_system_clear();
	if (!access(path, F_OK) || rmdir(folder))
		return -1;
	*strrchr(folder, '/') = '\0';
	return rmdir(folder);
}
