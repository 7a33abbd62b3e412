// SPDX-License-Identifier: BSD-3-Clause
/*
 * JSON-RPC 2.0 over a unix socket: one object a line. Every connection is
 * bounded (line length, unread output, number), so that a client that floods,
 * stops reading or sends half a request is no one else's concern:
 *
 * - requests wait in the client's own socket while its answers are unread;
 * - where there are too many clients, or too few descriptors are left to others,
 *   the one that has been silent longest goes: of those that have never asked
 *   anything while these are more than half, else of those that have; who
 *   subscribed goes last;
 * - where all together hold too much memory, the one that holds most goes;
 * - clients are answered in turn, a request of each, of a batch as well, a few
 *   milliseconds of the loop's time together;
 * - a long line is read as JSON by a thread of its own (rpc_reader.c), one of
 *   very many values not at all: it would take seconds.
 *
 * A request that has to wait for something (later.h) keeps its place: what its
 * client asked after it is answered after it, others are served meanwhile.
 *
 * A client that has closed its sending side gets its answers still, then the
 * connection is closed. `monitor` {noun?} subscribes the connection to events,
 * of one noun or of all.
 *
 * Control thread; libevent.
 */
#ifndef WEFT_CONTROL_SPINE_RPC_H
#define WEFT_CONTROL_SPINE_RPC_H

#include <event2/event.h>

#include "control/spine/api.h"

#define RPC_LINE_MAX    (16 << 20)  /* bytes of one request: a whole configuration fits */
#define RPC_OUTPUT_MAX  (64 << 20)  /* bytes of one answer; unread events of a connection */
#define RPC_MEMORY_MAX  (256 << 20) /* bytes of all connections: read, asked, unsent */
#define RPC_CLIENTS_MAX 1000
#define RPC_BATCH_MAX   100       /* requests in one array */
#define RPC_VALUES_MAX  (1 << 18) /* values in one line; a configuration is one: a text */

/* Codes beside those of api.h. */
enum {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_INTERNAL_ERROR = -32603,
	RPC_TOO_LARGE = -32001, /* the answer */
	RPC_CROWDED = -32002,   /* this connection had to go */
};

struct rpc;
struct rpc_client; /* a connection: what `peer` points to */

/* Listens on path (mode 0660, group weft if there is one; its folder is made when missing); a
 * socket left behind by a dead instance is replaced, a live one is EADDRINUSE. Ignores SIGPIPE from
 * then on. NULL with errno. */
struct rpc *rpc_create(struct event_base *base, const char *path, const struct api *api);
/* Closes all connections and removes the socket. */
void rpc_destroy(struct rpc *rpc);

/* Sends an event (an object; its member `noun` is what a subscriber may have asked for) to every
 * connection that called `monitor`: {"jsonrpc":"2.0","method":"event","params":event}. */
void rpc_notify(struct rpc *rpc, const json_t *event);

/* Has any connection asked for the events of a noun? */
bool rpc_has_subscribers(const struct rpc *rpc, const char *noun);

/* Makes a connection a subscriber, to one noun's events or (NULL) to all. */
void rpc_client_subscribe(struct rpc_client *client, const struct noun *noun);

/*
 * Answers that come bit by bit: of a ping, say. A verb or a show hook opens a
 * stream and returns NULL without an error; it sends rows, and ends the stream
 * with what is then the answer. A row is a notification:
 * {"jsonrpc":"2.0","method":"row","params":{"id": the request's, "row": …}}.
 */
struct rpc_stream;

/* gone: the connection has ended, and the stream with it; not called after rpc_stream_end. NULL
 * with an error: the request wants no answer, or is one of a batch. */
struct rpc_stream *rpc_stream_open(struct call *call, void (*gone)(void *arg), void *arg);
/* Takes row. False: the connection has ended by it, and gone was called. */
bool rpc_stream_row(struct rpc_stream *stream, json_t *row);
/* Takes result; NULL: refused, for the reason in errors. The stream is no more. */
void rpc_stream_end(struct rpc_stream *stream, json_t *result, const struct errors *errors);

/* For rpc_answer: which request is under way (NULL: none that may be a stream). */
void rpc_client_asking(struct rpc_client *client, const json_t *id);

/* A line each, for rpc_stream.c. The caller frees it. */
char *rpc_result_line(const json_t *id, json_t *result, const struct errors *errors);

/* Answers one line of input without a socket; NULL for a notification. For tests and fuzzing. The
 * caller frees it. */
char *rpc_answer(const struct api *api, const char *line, size_t size);

/* The line that says why a request that cannot be read is refused. The caller frees it. */
char *rpc_error_line(int code, const char *message);

#endif
