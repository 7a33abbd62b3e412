// SPDX-License-Identifier: BSD-3-Clause
/*
 * A client at its socket, who sends what he likes in pieces of any size, with bytes of 0 to 3
 * between them: 1 has what requests wait for known; from 2 on he does not read, and is cut off at
 * last; at 3 others need his room. Whatever comes, all that goes out is lines of JSON, nobody waits
 * for ever, and a client who ends is let go.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/spine/log.h"
#include "control/spine/rpc_own.h"
#include "tests/fuzz/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TURNS_MAX = 4096, HEARD_MAX = 8 << 20 };

/* Bytes between pieces. */
enum { NEXT, KNOWN, DEAF, EVICTED };

static struct event_base *base;
static struct rpc *rpc;
static struct api api = {.registry = &fuzz_registry};
static char heard[HEARD_MAX];
static size_t n_heard;
static bool is_deaf, is_evicted;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void start(void)
{
	char folder[] = "/tmp/weft-fuzz-XXXXXX", path[64];

	must(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/socket", folder);
	base = event_base_new();
	rpc = rpc_create(base, path, &api);
	must(rpc != NULL);
	unlink(path); /* clients come by socketpair */
	rmdir(folder);
}

/* All lines that are whole. */
static void judge(void)
{
	char *at = heard, *newline;

	while ((newline = memchr(at, '\n', n_heard - (size_t)(at - heard)))) {
		json_t *json = json_loadb(at, (size_t)(newline - at), 0, NULL);

		must(json != NULL);
		json_decref(json);
		at = newline + 1;
	}
	n_heard -= (size_t)(at - heard);
	memmove(heard, at, n_heard);
}

/* False: the other end is closed. */
static bool hear(int fd)
{
	ssize_t n;

	while ((n = recv(fd, heard + n_heard, HEARD_MAX - n_heard, MSG_DONTWAIT)) > 0) {
		n_heard += (size_t)n;
		judge();
		must(n_heard < HEARD_MAX);
	}
	return n < 0 && errno == EAGAIN;
}

static bool is_idle(void)
{
	return TAILQ_EMPTY(&rpc->waiting) && TAILQ_EMPTY(&rpc->doomed);
}

static void turn(int fd)
{
	int i = 0;

	do {
		must(i++ < TURNS_MAX);
		event_base_loop(base, EVLOOP_NONBLOCK);
		if (!is_deaf)
			hear(fd);
	} while (!is_idle());
}

static void say(int fd, const uint8_t *data, size_t size)
{
	for (int i = 0; size > 0 && i < TURNS_MAX; i++) {
		ssize_t n = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return; /* it has hung up */
		if (n > 0) {
			data += n;
			size -= (size_t)n;
		} else {
			fuzz_registry_known(); /* it waits, and so it does not read */
		}
		turn(fd);
	}
}

/* What he asked for is answered before he is let go. */
static void part(int fd)
{
	shutdown(fd, SHUT_WR);
	for (int i = 0; hear(fd); i++) {
		must(i < TURNS_MAX);
		event_base_loop(base, EVLOOP_NONBLOCK);
		fuzz_registry_known();
	}
	must(n_heard == 0 || is_evicted); /* in the middle of a line, perhaps */
	turn(fd);
	close(fd);
}

/* Nobody is there any more. */
static void cut_off(int fd)
{
	close(fd);
	for (int i = 0; rpc->n_clients > 0 || !is_idle(); i++) {
		must(i < TURNS_MAX);
		event_base_loop(base, EVLOOP_NONBLOCK);
		fuzz_registry_known();
	}
}

/* Others need his room. */
static void evict(void)
{
	if (!TAILQ_EMPTY(&rpc->clients))
		rpc_client_evict(TAILQ_FIRST(&rpc->clients), "others need the room");
	is_evicted = true;
}

static void event(void)
{
	json_t *event = json_pack("{s:s, s:s}", "noun", "port", "action", "add");

	if (rpc_has_subscribers(rpc, "port") || rpc_has_subscribers(rpc, NULL))
		rpc_notify(rpc, event);
	json_decref(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size;
	int fds[2];

	log_set_level(LOG_LEVEL_ERROR);
	if (!rpc)
		start();
	api.config = config_create(&fuzz_registry, NULL);
	n_heard = 0;
	is_deaf = is_evicted = false;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
	rpc_client_add(rpc, fds[1]);
	while (at < end) {
		const uint8_t *stop = at;

		while (stop < end && stop[0] > EVICTED)
			stop++;
		say(fds[0], at, (size_t)(stop - at));
		event();
		if (stop < end && *stop == KNOWN)
			fuzz_registry_known();
		is_deaf |= stop < end && *stop == DEAF;
		if (stop < end && *stop == EVICTED)
			evict();
		at = stop + 1;
	}
	if (is_deaf)
		cut_off(fds[0]);
	else
		part(fds[0]);
	must(rpc->n_clients == 0 && rpc->held == 0 && is_idle());
	config_destroy(api.config);
	return 0;
}
