// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/rpc_own.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "control/spine/log.h"
#include "control/spine/rpc_socket.h"

#define ACCEPTS_MAX    32  /* connections taken in one turn of the loop */
#define CLIENTS_LEAST  16  /* may be there even where descriptors are short */
#define ACCEPT_WAIT_MS 100 /* pause after accept failed for want of descriptors */

static void on_reap(evutil_socket_t fd, short events, void *arg)
{
	struct rpc *rpc = arg;
	struct rpc_client *client;

	while ((client = TAILQ_FIRST(&rpc->doomed))) {
		TAILQ_REMOVE(&rpc->doomed, client, link);
		rpc_client_free(rpc, client);
	}
}

/* Those who have never asked anything have half of the places: they do not drive out who has. */
static bool is_spared(const struct rpc_client *client)
{
	bool are_many = client->rpc->n_strangers > client->rpc->n_clients / 2;

	return client->subscribed || client->has_asked == are_many;
}

/* The one that was silent longest. */
static void evict_silent(struct rpc *rpc)
{
	struct rpc_client *client;

	TAILQ_FOREACH(client, &rpc->clients, link)
	if (!is_spared(client))
		break;
	if (!client)
		client = TAILQ_FIRST(&rpc->clients);
	if (client)
		rpc_client_evict(client, "too many connections: this one was silent longest");
}

/* A quarter of the descriptors stays for everything else, ports above all. The kernel gives the
 * lowest that is free: a high one says that they become few, and how many clients are enough. */
static bool is_full(struct rpc *rpc, int fd)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || (rlim_t)fd < files.rlim_cur - files.rlim_cur / 4)
		rpc->most = rpc->n_clients < rpc->most / 2 ? RPC_CLIENTS_MAX : rpc->most;
	else if (rpc->n_clients < rpc->most)
		rpc->most = rpc->n_clients < CLIENTS_LEAST ? CLIENTS_LEAST : rpc->n_clients;
	return rpc->n_clients >= rpc->most;
}

/* Without a descriptor to give, the kernel does not say that there is nobody. */
static bool somebody_waits(int listener)
{
	struct pollfd one = {.fd = listener, .events = POLLIN};

	return poll(&one, 1, 0) > 0;
}

/* There is no descriptor. Somebody goes, whose own will be free soon; or we wait: otherwise the
 * loop would spin on the connection that it cannot accept. */
static void make_room(struct rpc *rpc, int error)
{
	const struct timeval wait = {.tv_usec = ACCEPT_WAIT_MS * 1000};
	time_t now = time(NULL);

	if (rpc->last_failed != now)
		log_warning("cannot accept a connection: %s", strerror(error));
	rpc->last_failed = now;
	if (rpc->n_clients) {
		evict_silent(rpc);
		return;
	}
	event_del(rpc->accept);
	event_add(rpc->accept_again, &wait);
}

static void on_accept_again(evutil_socket_t fd, short events, void *arg)
{
	struct rpc *rpc = arg;

	event_add(rpc->accept, NULL);
}

/* A few: while others go on coming, the rest waits for the loop's next turn. */
static void on_accept(evutil_socket_t listener, short events, void *arg)
{
	struct rpc *rpc = arg;
	int error;

	for (int i = 0; i < ACCEPTS_MAX; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0) {
			error = errno;
			if (error != EAGAIN && somebody_waits(listener))
				make_room(rpc, error);
			return;
		}
		if (is_full(rpc, fd))
			evict_silent(rpc);
		rpc_client_add(rpc, fd);
	}
}

static int start_listening(struct rpc *rpc, const char *path)
{
	int fd = rpc_socket_open(path);
	struct stat st;

	if (fd < 0)
		return fd;
	if (!stat(path, &st)) {
		rpc->device = st.st_dev;
		rpc->inode = st.st_ino;
	}
	rpc->listener = fd;
	rpc->accept = event_new(rpc->base, fd, EV_READ | EV_PERSIST, on_accept, rpc);
	return rpc->accept && event_add(rpc->accept, NULL) == 0 ? 0 : -ENOMEM;
}

struct rpc *rpc_create(struct event_base *base, const char *path, const struct api *api)
{
	struct rpc *rpc = calloc(1, sizeof(*rpc));
	int rc = -ENOMEM;

	if (!rpc)
		return NULL;
	rpc->api = api;
	rpc->base = base;
	rpc->listener = -1;
	rpc->most = RPC_CLIENTS_MAX;
	TAILQ_INIT(&rpc->clients);
	TAILQ_INIT(&rpc->waiting);
	TAILQ_INIT(&rpc->doomed);
	rpc->path = strdup(path);
	rpc->reader = rpc_reader_create(base);
	rpc->reap = event_new(base, -1, 0, on_reap, rpc);
	rpc->accept_again = event_new(base, -1, 0, on_accept_again, rpc);
	rpc->turn = event_new(base, -1, 0, rpc_take_turns, rpc);
	if (!rpc->path || !rpc->reader || !rpc->reap || !rpc->accept_again || !rpc->turn)
		goto fail;
	rc = start_listening(rpc, path);
	if (rc)
		goto fail;
	signal(SIGPIPE, SIG_IGN); /* libevent writes with writev */
	return rpc;
fail:
	rpc_destroy(rpc);
	errno = -rc;
	return NULL;
}

void rpc_destroy(struct rpc *rpc)
{
	struct rpc_client *client;
	struct stat st;

	if (!rpc)
		return;
	if (rpc->accept)
		event_free(rpc->accept);
	if (rpc->listener >= 0) {
		close(rpc->listener);
		/* Not one that somebody else has put there since. */
		if (!stat(rpc->path, &st) && st.st_dev == rpc->device && st.st_ino == rpc->inode)
			unlink(rpc->path);
	}
	while ((client = TAILQ_FIRST(&rpc->clients)))
		rpc_client_doom(client);
	if (rpc->reap) {
		on_reap(-1, 0, rpc);
		event_free(rpc->reap);
	}
	rpc_reader_destroy(rpc->reader);
	if (rpc->accept_again)
		event_free(rpc->accept_again);
	if (rpc->turn)
		event_free(rpc->turn);
	free(rpc->path);
	free(rpc);
}

void rpc_client_subscribe(struct rpc_client *client, const struct noun *noun)
{
	client->subscribed = true;
	client->noun = noun;
}

static bool wants(const struct rpc_client *client, const char *noun)
{
	return client->subscribed &&
	       (!client->noun || (noun && strcmp(noun, client->noun->name) == 0));
}

bool rpc_has_subscribers(const struct rpc *rpc, const char *noun)
{
	struct rpc_client *client;

	TAILQ_FOREACH(client, &rpc->clients, link)
	if (wants(client, noun))
		return true;
	return false;
}

void rpc_notify(struct rpc *rpc, const json_t *event)
{
	const char *noun = json_string_value(json_object_get(event, "noun"));
	struct rpc_client *client, *next;
	char *line = NULL;

	for (client = TAILQ_FIRST(&rpc->clients); client; client = next) {
		next = TAILQ_NEXT(client, link);
		if (!wants(client, noun))
			continue;
		if (!line) {
			json_t *whole = json_pack("{s:s, s:s, s:O}", "jsonrpc", "2.0", "method",
						  "event", "params", event);

			line = json_dumps(whole, JSON_COMPACT);
			json_decref(whole);
			if (!line)
				return;
		}
		bufferevent_write(client->bev, line, strlen(line));
		bufferevent_write(client->bev, "\n", 1);
		if (evbuffer_get_length(bufferevent_get_output(client->bev)) > RPC_OUTPUT_MAX)
			rpc_client_evict(client, "too many events are unread");
	}
	free(line);
	rpc_bound_memory(rpc);
}
