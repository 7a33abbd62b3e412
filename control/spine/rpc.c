// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/rpc_own.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#include "control/spine/log.h"
#include "control/spine/rpc_socket.h"

#define TURN_NS        2000000   /* one client's requests before others get a turn */
#define OUTPUT_PAUSE   (1 << 20) /* unread output at which no further request is taken */
#define ACCEPT_WAIT_MS 100       /* pause after accept failed for want of descriptors */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Keeps count of what a client's buffers hold. */
static void on_buffer(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct rpc_client *client = arg;

	client->held += info->n_added - info->n_deleted;
	client->rpc->held += info->n_added - info->n_deleted;
}

/* Ends a connection. It is freed later: its own callbacks may be under way. */
static void doom(struct rpc_client *client)
{
	struct rpc *rpc = client->rpc;

	evbuffer_remove_cb(bufferevent_get_input(client->bev), on_buffer, client);
	evbuffer_remove_cb(bufferevent_get_output(client->bev), on_buffer, client);
	bufferevent_setcb(client->bev, NULL, NULL, NULL, NULL);
	bufferevent_disable(client->bev, EV_READ | EV_WRITE);
	event_del(client->turn);
	rpc->held -= client->held;
	client->held = 0;
	client->subscribed = false;
	rpc_streams_gone(client);
	TAILQ_REMOVE(&rpc->clients, client, link);
	TAILQ_INSERT_TAIL(&rpc->doomed, client, link);
	rpc->n_clients--;
	client->rpc = NULL;
	event_active(rpc->reap, 0, 0);
}

static bool is_doomed(const struct rpc_client *client)
{
	return !client->rpc;
}

static void client_free(struct rpc_client *client)
{
	if (client->turn)
		event_free(client->turn);
	if (client->bev)
		bufferevent_free(client->bev);
	free(client);
}

static void on_reap(evutil_socket_t fd, short events, void *arg)
{
	struct rpc *rpc = arg;
	struct rpc_client *client;

	while ((client = TAILQ_FIRST(&rpc->doomed))) {
		TAILQ_REMOVE(&rpc->doomed, client, link);
		client_free(client);
	}
}

/* Ends a connection that others need the room of, and says so where the line is free. */
static void evict(struct rpc_client *client, const char *why)
{
	char *line = rpc_error_line(RPC_CROWDED, why);
	int fd = bufferevent_getfd(client->bev);

	if (line && !evbuffer_get_length(bufferevent_get_output(client->bev)) &&
	    send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		send(fd, "\n", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	free(line);
	doom(client);
}

/* The one that was silent longest and only asks; else a subscriber. */
static void evict_silent(struct rpc *rpc)
{
	struct rpc_client *client;

	TAILQ_FOREACH(client, &rpc->clients, link)
	if (!client->subscribed)
		break;
	if (!client)
		client = TAILQ_FIRST(&rpc->clients);
	if (client)
		evict(client, "too many connections: this one was silent longest");
}

static void bound_memory(struct rpc *rpc)
{
	while (rpc->held > RPC_MEMORY_MAX) {
		struct rpc_client *client, *largest = TAILQ_FIRST(&rpc->clients);

		TAILQ_FOREACH(client, &rpc->clients, link)
		if (client->held > largest->held)
			largest = client;
		evict(largest, "connections hold too much memory: this one held most");
	}
}

static void free_line(const void *data, size_t size, void *arg)
{
	free((void *)data);
}

/* Takes the line. */
static void send_line(struct rpc_client *client, char *line)
{
	struct evbuffer *out = bufferevent_get_output(client->bev);

	if (!line)
		return;
	if (evbuffer_add_reference(out, line, strlen(line), free_line, NULL))
		free(line);
	else
		evbuffer_add(out, "\n", 1);
}

/* Answers the first line of the input. False: there is no whole one. */
static bool take_line(struct rpc_client *client)
{
	struct evbuffer *in = bufferevent_get_input(client->bev);
	struct evbuffer_ptr at;
	size_t n, blank;
	char *line;

	evbuffer_ptr_set(in, &at, client->scanned, EVBUFFER_PTR_SET);
	at = evbuffer_search_eol(in, &at, NULL, EVBUFFER_EOL_LF);
	if (at.pos < 0) {
		client->scanned = evbuffer_get_length(in);
		if (client->scanned <= RPC_LINE_MAX && !client->skipping)
			return false;
		if (!client->skipping)
			send_line(client, rpc_error_line(RPC_INVALID_REQUEST,
							 "the request is longer than 16 MiB"));
		client->skipping = true;
		client->scanned = 0;
		evbuffer_drain(in, evbuffer_get_length(in));
		return false;
	}
	n = at.pos;
	client->scanned = 0;
	if (!client->skipping) {
		line = (char *)evbuffer_pullup(in, n + 1);
		for (blank = 0; line && blank < n && strchr(" \t\r", line[blank]) && line[blank];)
			blank++;
		if (line && blank < n)
			send_line(client, rpc_answer(client->rpc->api, line, n, client));
	}
	client->skipping = false;
	evbuffer_drain(in, n + 1);
	return true;
}

/* Takes requests until there is none, it is the others' turn, or the answers pile up. */
static void serve(struct rpc_client *client)
{
	struct evbuffer *out = bufferevent_get_output(client->bev);
	int64_t end = now_ns() + TURN_NS;

	while (evbuffer_get_length(out) < OUTPUT_PAUSE) {
		bool more = take_line(client);

		if (is_doomed(client))
			return;
		if (!more) {
			if (client->ended && !evbuffer_get_length(out) &&
			    LIST_EMPTY(&client->streams))
				doom(client);
			else if (!client->ended)
				bufferevent_enable(client->bev, EV_READ);
			return;
		}
		if (now_ns() > end) {
			/* A timer: what is made active here would run before the loop looks for
			 * what others have sent. */
			event_add(client->turn, &(struct timeval){0});
			return;
		}
	}
	/* What else it sends waits in the kernel until the answers have left. */
	bufferevent_disable(client->bev, EV_READ);
}

static void touch(struct rpc_client *client)
{
	TAILQ_REMOVE(&client->rpc->clients, client, link);
	TAILQ_INSERT_TAIL(&client->rpc->clients, client, link);
}

static void on_turn(evutil_socket_t fd, short events, void *arg)
{
	struct rpc_client *client = arg;
	struct rpc *rpc = client->rpc;

	serve(client);
	bound_memory(rpc);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct rpc_client *client = arg;
	struct rpc *rpc = client->rpc;

	touch(client);
	serve(client);
	bound_memory(rpc);
}

/* All output has left. */
static void on_written(struct bufferevent *bev, void *arg)
{
	on_read(bev, arg);
}

static void on_end(struct bufferevent *bev, short what, void *arg)
{
	struct rpc_client *client = arg;

	if (!(what & BEV_EVENT_EOF)) {
		doom(client);
		return;
	}
	client->ended = true;
	serve(client);
}

static void client_add(struct rpc *rpc, evutil_socket_t fd)
{
	struct rpc_client *client = calloc(1, sizeof(*client));

	if (!client) {
		close(fd);
		return;
	}
	client->bev = bufferevent_socket_new(rpc->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->bev) {
		close(fd);
		free(client);
		return;
	}
	client->turn = event_new(rpc->base, -1, 0, on_turn, client);
	if (!client->turn) {
		client_free(client);
		return;
	}
	client->rpc = rpc;
	LIST_INIT(&client->streams);
	TAILQ_INSERT_TAIL(&rpc->clients, client, link);
	rpc->n_clients++;
	evbuffer_add_cb(bufferevent_get_input(client->bev), on_buffer, client);
	evbuffer_add_cb(bufferevent_get_output(client->bev), on_buffer, client);
	bufferevent_setcb(client->bev, on_read, on_written, on_end, client);
	bufferevent_setwatermark(client->bev, EV_READ, 0, RPC_LINE_MAX + 1);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
		      int size, void *arg)
{
	struct rpc *rpc = arg;

	if (rpc->n_clients >= RPC_CLIENTS_MAX)
		evict_silent(rpc);
	client_add(rpc, fd);
}

/* Without this the loop would spin on the connection that it cannot accept. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	const struct timeval wait = {.tv_usec = ACCEPT_WAIT_MS * 1000};
	struct rpc *rpc = arg;

	log_warning("cannot accept a connection: %s", strerror(errno));
	evict_silent(rpc);
	evconnlistener_disable(listener);
	event_add(rpc->accept_again, &wait);
}

static void on_accept_again(evutil_socket_t fd, short events, void *arg)
{
	struct rpc *rpc = arg;

	evconnlistener_enable(rpc->listener);
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
	rpc->listener = evconnlistener_new(rpc->base, on_accept, rpc,
					   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!rpc->listener) {
		close(fd);
		unlink(path);
		return -ENOMEM;
	}
	evconnlistener_set_error_cb(rpc->listener, on_accept_error);
	return 0;
}

struct rpc *rpc_create(struct event_base *base, const char *path, const struct api *api)
{
	struct rpc *rpc = calloc(1, sizeof(*rpc));
	int rc = -ENOMEM;

	if (!rpc)
		return NULL;
	rpc->api = api;
	rpc->base = base;
	TAILQ_INIT(&rpc->clients);
	TAILQ_INIT(&rpc->doomed);
	rpc->path = strdup(path);
	rpc->reap = event_new(base, -1, 0, on_reap, rpc);
	rpc->accept_again = event_new(base, -1, 0, on_accept_again, rpc);
	if (!rpc->path || !rpc->reap || !rpc->accept_again)
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
	if (rpc->listener) {
		evconnlistener_free(rpc->listener);
		/* Not one that somebody else has put there since. */
		if (!stat(rpc->path, &st) && st.st_dev == rpc->device && st.st_ino == rpc->inode)
			unlink(rpc->path);
	}
	while ((client = TAILQ_FIRST(&rpc->clients)))
		doom(client);
	if (rpc->reap) {
		on_reap(-1, 0, rpc);
		event_free(rpc->reap);
	}
	if (rpc->accept_again)
		event_free(rpc->accept_again);
	free(rpc->path);
	free(rpc);
}

void rpc_client_subscribe(struct rpc_client *client, const struct noun *noun)
{
	client->subscribed = true;
	client->noun = noun;
}

void rpc_client_send(struct rpc_client *client, char *line)
{
	struct rpc *rpc = client->rpc;

	send_line(client, line);
	if (evbuffer_get_length(bufferevent_get_output(client->bev)) > RPC_OUTPUT_MAX)
		evict(client, "too much is unread");
	bound_memory(rpc);
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
			evict(client, "too many events are unread");
	}
	free(line);
	bound_memory(rpc);
}
