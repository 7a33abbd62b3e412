// SPDX-License-Identifier: BSD-3-Clause
/* What the files rpc_*.c share: connections, and the lines that come over them. */
#ifndef WEFT_CONTROL_SPINE_RPC_OWN_H
#define WEFT_CONTROL_SPINE_RPC_OWN_H

#include <sys/queue.h>
#include <sys/types.h>
#include <time.h>

#include "control/spine/later.h"
#include "control/spine/rpc.h"

struct bufferevent;
struct evbuffer;

LIST_HEAD(stream_list, rpc_stream);

struct rpc_client {
	TAILQ_ENTRY(rpc_client) link;
	TAILQ_ENTRY(rpc_client) next_turn; /* while is_waiting */
	struct rpc *rpc;                   /* NULL: it has ended */
	struct bufferevent *bev;
	size_t held;     /* bytes in both buffers, and of the line that is being answered */
	size_t scanned;  /* bytes of the input known to hold no end of line */
	size_t room;     /* bytes that the input has been given room for, beyond the usual */
	bool is_waiting; /* for its turn */
	bool is_away;    /* its line is with the reader: no turn until it is back */
	bool is_paused;  /* its answers pile up: no turn until they have left */
	bool skipping;   /* the rest of a line that was too long */
	bool ended;      /* the client sends no more */
	bool has_asked;  /* a whole line, good or not */
	bool subscribed;
	const struct noun *noun; /* whose events; NULL: all */
	struct rpc_ask *ask;     /* the line that is being answered, or NULL */
	size_t ask_held;         /* bytes that are counted for it */
	const json_t *asking;    /* the id of the request that is being answered; NULL: none */
	struct later later;      /* of that request: while something is missing, no turn */
	struct stream_list streams;
};

TAILQ_HEAD(client_list, rpc_client);

struct rpc {
	const struct api *api;
	struct event_base *base;
	int listener;
	struct event *accept;       /* somebody has connected */
	struct event *reap;         /* frees the doomed when no callback of theirs runs */
	struct event *accept_again; /* after want of descriptors */
	struct event *turn;         /* serves those who wait */
	struct client_list clients; /* the one that was silent longest first */
	struct client_list waiting; /* for their turn */
	struct client_list doomed;
	size_t n_clients;
	size_t most;        /* that there may be now */
	size_t n_strangers; /* of these, those that have never asked anything */
	size_t held;        /* bytes of all clients */
	struct rpc_reader *reader;
	time_t last_failed; /* accept */
	char *path;
	dev_t device; /* of the socket's file */
	ino_t inode;
};

/* --- a connection: rpc_client.c --- */

/* Takes the descriptor. */
void rpc_client_add(struct rpc *rpc, int fd);
/* Ends a connection. It is freed later: its own callbacks may be under way. */
void rpc_client_doom(struct rpc_client *client);
/* The same of one that others need the room of; it is told why where the line is free. */
void rpc_client_evict(struct rpc_client *client, const char *why);
void rpc_client_free(struct rpc *rpc, struct rpc_client *client);
/* Ends those that hold most, until all together hold no more than they may. */
void rpc_bound_memory(struct rpc *rpc);
/* What is counted for the line that is being answered, in place of what was. */
void rpc_client_hold_ask(struct rpc_client *client, size_t n);
/* Adds a line (taken, or NULL) to what the connection is sent. */
void rpc_client_put(struct rpc_client *client, char *line);
/* The same; a connection that does not read ends. */
void rpc_client_send(struct rpc_client *client, char *line);
/* Is something missing that its request has to know? Nobody (NULL) waits. */
bool rpc_client_has_to_wait(const struct rpc_client *client);

/* The connection has ended: so have its streams, and whoever feeds them is told. */
void rpc_streams_gone(struct rpc_client *client);

/* --- turns: rpc_turn.c --- */

void rpc_client_want_turn(struct rpc_client *client);
void rpc_client_leave_queue(struct rpc_client *client);
/* Whoever waits gets a turn, one request each, for as long as others of the loop may wait. */
void rpc_take_turns(evutil_socket_t fd, short events, void *arg);
/* The reader is done with its line. ask: the client's now; NULL: no memory. */
void rpc_client_has_read(struct rpc_client *client, struct rpc_ask *ask);

/* --- requests and responses: rpc_answer.c; peer: NULL is nobody, who cannot wait --- */

/* A response; NULL for a notification, or for a request that has to wait. */
json_t *rpc_answer_one(const struct api *api, const json_t *request, struct rpc_client *peer);
/* The same; only a request of its own may be answered bit by bit. */
json_t *rpc_answer_alone(const struct api *api, const json_t *request, struct rpc_client *peer);
/* id: borrowed, NULL for null. */
json_t *rpc_error_response(const json_t *id, int code, const struct errors *errors);
__attribute__((format(printf, 3, 4))) json_t *rpc_simple_error(const json_t *id, int code,
							       const char *format, ...);

/* --- a line of input: rpc_line.c --- */

struct rpc_ask;

/* What is in the line; NULL: no memory. Any thread. */
struct rpc_ask *rpc_ask_read(const char *line, size_t size);
/* Answers one request of it. True: there are more; or the same one has to wait, and is asked again
 * by the next call. */
bool rpc_ask_go_on(struct rpc_ask *ask, const struct api *api, struct rpc_client *peer);
/* Bytes of the request and of the answer so far. NULL is legal. */
size_t rpc_ask_size(const struct rpc_ask *ask);
/* The answer, for the caller to free; NULL where none is wanted. */
char *rpc_ask_take(struct rpc_ask *ask);
/* NULL is legal. Any thread. */
void rpc_ask_free(struct rpc_ask *ask);

/* --- long lines are read by a thread of its own: rpc_reader.c --- */

struct rpc_reader *rpc_reader_create(struct event_base *base);
/* No client has a line there any more. */
void rpc_reader_destroy(struct rpc_reader *reader);
/* Takes the line, and calls rpc_client_has_read some time later. False: no memory; the line is the
 * caller's still. */
bool rpc_reader_give(struct rpc_reader *reader, struct rpc_client *client, struct evbuffer *line);
/* The client does not wait any more. */
void rpc_reader_forget(struct rpc_reader *reader, struct rpc_client *client);
/* Frees an ask (or NULL); a large one elsewhere. */
void rpc_reader_drop(struct rpc_reader *reader, struct rpc_ask *ask);

#endif
