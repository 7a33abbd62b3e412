// SPDX-License-Identifier: BSD-3-Clause
/* One connection: its beginning and end, what it holds, what it is sent. */
#include "control/spine/rpc_own.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

static void hold(struct rpc_client *client, size_t more, size_t less)
{
	client->held += more - less;
	client->rpc->held += more - less;
}

/* Keeps count of what a client's buffers hold. */
static void on_buffer(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	hold(arg, info->n_added, info->n_deleted);
}

/* The same of the line that is being answered. */
void rpc_client_hold_ask(struct rpc_client *client, size_t n)
{
	hold(client, n, client->ask_held);
	client->ask_held = n;
}

/* --- ends --- */

void rpc_client_doom(struct rpc_client *client)
{
	struct rpc *rpc = client->rpc;

	evbuffer_remove_cb(bufferevent_get_input(client->bev), on_buffer, client);
	evbuffer_remove_cb(bufferevent_get_output(client->bev), on_buffer, client);
	bufferevent_setcb(client->bev, NULL, NULL, NULL, NULL);
	bufferevent_disable(client->bev, EV_READ | EV_WRITE);
	rpc_client_leave_queue(client);
	if (client->is_away)
		rpc_reader_forget(rpc->reader, client);
	rpc->held -= client->held;
	client->held = 0;
	client->subscribed = false;
	rpc_streams_gone(client);
	later_end(&client->later);
	TAILQ_REMOVE(&rpc->clients, client, link);
	TAILQ_INSERT_TAIL(&rpc->doomed, client, link);
	rpc->n_clients--;
	rpc->n_strangers -= !client->has_asked;
	client->rpc = NULL;
	event_active(rpc->reap, 0, 0);
}

void rpc_client_free(struct rpc *rpc, struct rpc_client *client)
{
	later_end(&client->later); /* what was added after its end, by a check that was under way */
	bufferevent_free(client->bev);
	rpc_reader_drop(rpc->reader, client->ask);
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
void rpc_client_put(struct rpc_client *client, char *line)
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

	rpc_client_put(client, line);
	if (evbuffer_get_length(bufferevent_get_output(client->bev)) > RPC_OUTPUT_MAX)
		rpc_client_evict(client, "too much is unread");
	rpc_bound_memory(rpc);
}

bool rpc_client_has_to_wait(const struct rpc_client *client)
{
	return client && later_is_waiting(&client->later);
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
		rpc_client_want_turn(client);
	rpc_bound_memory(rpc);
}

/* All output has left. */
static void on_written(struct bufferevent *bev, void *arg)
{
	struct rpc_client *client = arg;

	touch(client);
	if (client->is_paused || client->ended)
		rpc_client_want_turn(client);
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
		rpc_client_want_turn(client);
}

/* --- begins --- */

static void resume(void *arg)
{
	struct rpc_client *client = arg;

	if (client->rpc)
		rpc_client_want_turn(client);
}

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
	client->later = (struct later){.resume = resume, .arg = client};
	LIST_INIT(&client->streams);
	TAILQ_INSERT_TAIL(&rpc->clients, client, link);
	rpc->n_clients++;
	rpc->n_strangers++;
	evbuffer_add_cb(bufferevent_get_input(client->bev), on_buffer, client);
	evbuffer_add_cb(bufferevent_get_output(client->bev), on_buffer, client);
	bufferevent_setcb(client->bev, on_read, on_written, on_end, client);
	bufferevent_setwatermark(client->bev, EV_READ, 0, RPC_LINE_MAX + 1);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
}
