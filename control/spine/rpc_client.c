// SPDX-License-Identifier: BSD-3-Clause
/*
 * One connection, and the order in which connections are served.
 *
 * Whoever has sent something waits in a queue. A turn is one request; who has
 * more goes to the queue's end, and is not read from meanwhile. So nobody
 * waits for more than one request of each other client, however much these
 * have sent, and what a flood sends stays in the kernel.
 */
#include "control/spine/rpc_own.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#define TURNS_NS     2000000   /* of all clients before the loop looks after others */
#define OUTPUT_PAUSE (1 << 20) /* unread output at which no further request is taken */

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

/* --- ends --- */

static void leave_queue(struct rpc_client *client)
{
	if (client->is_waiting)
		TAILQ_REMOVE(&client->rpc->waiting, client, next_turn);
	client->is_waiting = false;
}

void rpc_client_doom(struct rpc_client *client)
{
	struct rpc *rpc = client->rpc;

	evbuffer_remove_cb(bufferevent_get_input(client->bev), on_buffer, client);
	evbuffer_remove_cb(bufferevent_get_output(client->bev), on_buffer, client);
	bufferevent_setcb(client->bev, NULL, NULL, NULL, NULL);
	bufferevent_disable(client->bev, EV_READ | EV_WRITE);
	leave_queue(client);
	rpc->held -= client->held;
	client->held = 0;
	client->subscribed = false;
	rpc_streams_gone(client);
	later_end(&client->pause.later);
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

void rpc_client_free(struct rpc_client *client)
{
	later_end(&client->pause.later);
	free(client->pause.answered);
	bufferevent_free(client->bev);
	free(client);
}

void rpc_client_evict(struct rpc_client *client, const char *why)
{
	char *line = rpc_error_line(RPC_CROWDED, why);
	int fd = bufferevent_getfd(client->bev);

	if (line && !evbuffer_get_length(bufferevent_get_output(client->bev)) &&
	    send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		send(fd, "\n", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	free(line);
	rpc_client_doom(client);
}

void rpc_bound_memory(struct rpc *rpc)
{
	while (rpc->held > RPC_MEMORY_MAX) {
		struct rpc_client *client, *largest = TAILQ_FIRST(&rpc->clients);

		TAILQ_FOREACH(client, &rpc->clients, link)
		if (client->held > largest->held)
			largest = client;
		rpc_client_evict(largest, "connections hold too much memory: this one held most");
	}
}

/* --- requests and answers --- */

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

void rpc_client_send(struct rpc_client *client, char *line)
{
	struct rpc *rpc = client->rpc;

	send_line(client, line);
	if (evbuffer_get_length(bufferevent_get_output(client->bev)) > RPC_OUTPUT_MAX)
		rpc_client_evict(client, "too much is unread");
	rpc_bound_memory(rpc);
}

/* There is no whole line. One that is too long is refused once, and its bytes are not kept. */
static void keep_part(struct rpc_client *client, struct evbuffer *in)
{
	client->scanned = evbuffer_get_length(in);
	if (client->scanned <= RPC_LINE_MAX && !client->skipping)
		return;
	if (!client->skipping)
		send_line(client,
			  rpc_error_line(RPC_INVALID_REQUEST, "the request is longer than 16 MiB"));
	client->skipping = true;
	client->scanned = 0;
	evbuffer_drain(in, evbuffer_get_length(in));
}

static bool waits(const struct rpc_client *client)
{
	return later_is_waiting(&client->pause.later);
}

/* Answers the first line of the input, which stays there where it has to wait. False: there is no
 * whole one. */
static bool take_line(struct rpc_client *client)
{
	struct evbuffer *in = bufferevent_get_input(client->bev);
	struct evbuffer_ptr at;
	size_t n, blank;
	char *line;

	evbuffer_ptr_set(in, &at, client->scanned, EVBUFFER_PTR_SET);
	at = evbuffer_search_eol(in, &at, NULL, EVBUFFER_EOL_LF);
	if (at.pos < 0) {
		keep_part(client, in);
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
		if (waits(client))
			return true;
	}
	client->skipping = false;
	evbuffer_drain(in, n + 1);
	return true;
}

/* --- turns --- */

static void want_turn(struct rpc_client *client)
{
	struct rpc *rpc = client->rpc;

	if (client->is_waiting || waits(client))
		return;
	client->is_waiting = true;
	TAILQ_INSERT_TAIL(&rpc->waiting, client, next_turn);
	/* A timer: what is made active here would run before the loop looks for what others have
	 * sent. */
	if (!event_pending(rpc->turn, EV_TIMEOUT, NULL))
		event_add(rpc->turn, &(struct timeval){0});
}

/* Nothing more can be taken now. */
static void rest(struct rpc_client *client)
{
	bool owes = evbuffer_get_length(bufferevent_get_output(client->bev)) > 0 ||
		    !LIST_EMPTY(&client->streams);

	if (!client->ended)
		bufferevent_enable(client->bev, EV_READ);
	else if (!owes)
		rpc_client_doom(client);
}

static void serve(struct rpc_client *client)
{
	struct evbuffer *out = bufferevent_get_output(client->bev);
	bool more;

	client->is_paused = evbuffer_get_length(out) >= OUTPUT_PAUSE;
	if (client->is_paused) {
		bufferevent_disable(client->bev, EV_READ);
		return;
	}
	more = take_line(client);
	if (is_doomed(client))
		return;
	if (more && evbuffer_get_length(bufferevent_get_input(client->bev))) {
		/* Whom it waits for calls resume. */
		bufferevent_disable(client->bev, EV_READ);
		want_turn(client);
	} else {
		rest(client);
	}
}

static void resume(void *arg)
{
	struct rpc_client *client = arg;

	if (!is_doomed(client))
		want_turn(client);
}

struct rpc_pause *rpc_client_pause(struct rpc_client *client)
{
	return client ? &client->pause : NULL;
}

void rpc_take_turns(evutil_socket_t fd, short events, void *arg)
{
	struct rpc *rpc = arg;
	struct rpc_client *client;
	int64_t end = now_ns() + TURNS_NS;

	while ((client = TAILQ_FIRST(&rpc->waiting)) && now_ns() < end) {
		leave_queue(client);
		serve(client);
		rpc_bound_memory(rpc);
	}
	if (client)
		event_add(rpc->turn, &(struct timeval){0});
}

static void touch(struct rpc_client *client)
{
	TAILQ_REMOVE(&client->rpc->clients, client, link);
	TAILQ_INSERT_TAIL(&client->rpc->clients, client, link);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct rpc_client *client = arg;
	struct rpc *rpc = client->rpc;

	touch(client);
	if (!client->is_paused)
		want_turn(client);
	rpc_bound_memory(rpc);
}

/* All output has left. */
static void on_written(struct bufferevent *bev, void *arg)
{
	struct rpc_client *client = arg;

	touch(client);
	if (client->is_paused || client->ended)
		want_turn(client);
	client->is_paused = false;
}

static void on_end(struct bufferevent *bev, short what, void *arg)
{
	struct rpc_client *client = arg;

	if (!(what & BEV_EVENT_EOF)) {
		rpc_client_doom(client);
		return;
	}
	client->ended = true;
	if (!client->is_paused)
		want_turn(client);
}

/* --- begins --- */

void rpc_client_add(struct rpc *rpc, int fd)
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
	client->rpc = rpc;
	client->pause.later = (struct later){.resume = resume, .arg = client};
	LIST_INIT(&client->streams);
	TAILQ_INSERT_TAIL(&rpc->clients, client, link);
	rpc->n_clients++;
	evbuffer_add_cb(bufferevent_get_input(client->bev), on_buffer, client);
	evbuffer_add_cb(bufferevent_get_output(client->bev), on_buffer, client);
	bufferevent_setcb(client->bev, on_read, on_written, on_end, client);
	bufferevent_setwatermark(client->bev, EV_READ, 0, RPC_LINE_MAX + 1);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
}
