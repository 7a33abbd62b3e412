// SPDX-License-Identifier: BSD-3-Clause
/*
 * The lines that clients send, and the order in which they are answered.
 *
 * Whoever has sent something waits in a queue. A turn is one request, of a batch
 * as well; who has more goes to the queue's end, and is not read from meanwhile.
 * So nobody waits for more than one request of each other client, however much
 * these have sent, and what a flood sends stays in the kernel. Whose line is
 * long has no turn until a thread has read it, and whose request has to wait for
 * something (later.h) none until that is there.
 */
#include "control/spine/rpc_own.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#define TURNS_NS     2000000            /* of all clients before the loop looks after others */
#define OUTPUT_PAUSE (1 << 20)          /* unread output at which no further request is taken */
#define LINE_LONG    (64 << 10)         /* bytes that are not read as JSON here */
#define ROOM_FROM    (16 << 10)         /* bytes of a line that is not over */
#define ROOM         ((1 << 20) - 4096) /* bytes: a megabyte with what is about it */

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static bool is_doomed(const struct rpc_client *client)
{
	return !client->rpc;
}

/* --- lines --- */

/* The rest of a long line goes into pieces so large that the allocator gives each back to the
 * machine when it is freed: of many small ones a single other block keeps all. */
static void make_room(struct rpc_client *client, struct evbuffer *in)
{
	size_t length = evbuffer_get_length(in);

	if (length < client->room)
		return;
	if (length >= ROOM_FROM && !evbuffer_expand(in, ROOM))
		client->room = length + ROOM;
}

/* There is no whole line. One that is too long is refused once, and its bytes are not kept. */
static void keep_part(struct rpc_client *client, struct evbuffer *in)
{
	client->scanned = evbuffer_get_length(in);
	if (client->scanned <= RPC_LINE_MAX && !client->skipping) {
		make_room(client, in);
		return;
	}
	if (!client->skipping)
		rpc_client_put(client, rpc_error_line(RPC_INVALID_REQUEST,
						      "the request is longer than 16 MiB"));
	client->skipping = true;
	client->scanned = client->room = 0;
	evbuffer_drain(in, evbuffer_get_length(in));
}

/* Takes a line and gives it to the reader. False: no memory. */
static bool read_away(struct rpc_client *client, struct evbuffer *in, size_t n)
{
	struct evbuffer *line = evbuffer_new();

	if (!line) {
		evbuffer_drain(in, n);
		return false;
	}
	evbuffer_remove_buffer(in, line, n);
	client->is_away = evbuffer_get_length(line) == n &&
			  rpc_reader_give(client->rpc->reader, client, line);
	if (client->is_away)
		rpc_client_hold_ask(client, n);
	else
		evbuffer_free(line);
	return client->is_away;
}

/* The same, read here and now. */
static bool read_here(struct rpc_client *client, struct evbuffer *in, size_t n)
{
	const char *line = n ? (const char *)evbuffer_pullup(in, n) : "";

	client->ask = line ? rpc_ask_read(line, n) : NULL;
	rpc_client_hold_ask(client, rpc_ask_size(client->ask));
	evbuffer_drain(in, n);
	return client->ask;
}

/* Takes the first line of the input. False: there is no whole one. */
static bool take_line(struct rpc_client *client)
{
	struct evbuffer *in = bufferevent_get_input(client->bev);
	struct evbuffer_ptr at;
	size_t n;

	evbuffer_ptr_set(in, &at, client->scanned, EVBUFFER_PTR_SET);
	at = evbuffer_search_eol(in, &at, NULL, EVBUFFER_EOL_LF);
	if (at.pos < 0) {
		keep_part(client, in);
		return false;
	}
	n = at.pos;
	client->scanned = client->room = 0;
	client->rpc->n_strangers -= !client->has_asked;
	client->has_asked = true;
	if (client->skipping)
		evbuffer_drain(in, n);
	else if (!(n > LINE_LONG ? read_away : read_here)(client, in, n))
		rpc_client_put(client, rpc_error_line(RPC_INTERNAL_ERROR, "no memory"));
	client->skipping = false;
	evbuffer_drain(in, 1);
	return true;
}

/* Answers a request of the line; the line's answer is sent as a whole. */
static void answer(struct rpc_client *client)
{
	bool more = rpc_ask_go_on(client->ask, client->rpc->api, client);
	char *line;

	if (is_doomed(client))
		return; /* by that */
	rpc_client_hold_ask(client, rpc_ask_size(client->ask));
	if (more)
		return;
	line = rpc_ask_take(client->ask);
	rpc_reader_drop(client->rpc->reader, client->ask);
	client->ask = NULL;
	rpc_client_hold_ask(client, 0);
	rpc_client_put(client, line);
}

/* --- turns --- */

void rpc_client_leave_queue(struct rpc_client *client)
{
	if (client->is_waiting)
		TAILQ_REMOVE(&client->rpc->waiting, client, next_turn);
	client->is_waiting = false;
}

void rpc_client_want_turn(struct rpc_client *client)
{
	struct rpc *rpc = client->rpc;

	if (client->is_waiting || client->is_away || rpc_client_has_to_wait(client))
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

	client->is_paused = evbuffer_get_length(out) >= OUTPUT_PAUSE;
	if (client->is_paused) {
		bufferevent_disable(client->bev, EV_READ);
		return;
	}
	if (!client->ask && !take_line(client)) {
		rest(client);
		return;
	}
	if (client->ask)
		answer(client);
	if (is_doomed(client))
		return;
	if (client->ask || client->is_away ||
	    evbuffer_get_length(bufferevent_get_input(client->bev))) {
		/* The reader, or whom its request waits for, calls it back. */
		bufferevent_disable(client->bev, EV_READ);
		rpc_client_want_turn(client);
	} else {
		rest(client);
	}
}

void rpc_client_has_read(struct rpc_client *client, struct rpc_ask *ask)
{
	client->is_away = false;
	client->ask = ask;
	rpc_client_hold_ask(client, rpc_ask_size(ask));
	if (!ask)
		rpc_client_put(client, rpc_error_line(RPC_INTERNAL_ERROR, "no memory"));
	rpc_client_want_turn(client);
	rpc_bound_memory(client->rpc);
}

void rpc_take_turns(evutil_socket_t fd, short events, void *arg)
{
	struct rpc *rpc = arg;
	struct rpc_client *client;
	int64_t end = now_ns() + TURNS_NS;

	while ((client = TAILQ_FIRST(&rpc->waiting)) && now_ns() < end) {
		rpc_client_leave_queue(client);
		serve(client);
		rpc_bound_memory(rpc);
	}
	if (client)
		event_add(rpc->turn, &(struct timeval){0});
}
