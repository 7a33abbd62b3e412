// SPDX-License-Identifier: BSD-3-Clause
/*
 * JSON-RPC 2.0 over a unix socket: one object a line. Every connection is
 * bounded (line length, unread output, number), so that a client that floods,
 * stops reading or sends half a request is no one else's concern.
 *
 * Control thread; libevent.
 */
#ifndef WEFT_CONTROL_SPINE_RPC_H
#define WEFT_CONTROL_SPINE_RPC_H

#include <event2/event.h>

#include "control/spine/api.h"

#define RPC_LINE_MAX    (16 << 20) /* bytes of one request: a whole configuration fits */
#define RPC_OUTPUT_MAX  (64 << 20) /* unread output at which a connection is closed */
#define RPC_CLIENTS_MAX 1000

struct rpc;

/* Listens on path (mode 0660, group weft if there is one); a socket left behind by a dead instance
 * is replaced, a live one is EADDRINUSE. NULL with errno. */
struct rpc *rpc_create(struct event_base *base, const char *path, const struct api *api);
/* Closes all connections and removes the socket. */
void rpc_destroy(struct rpc *rpc);

/* Sends an event to every connection that called `monitor`:
 * {"jsonrpc":"2.0","method":"event","params":event}. */
void rpc_notify(struct rpc *rpc, const json_t *event);

/* Answers one line of input without a socket; NULL for a notification. For tests and fuzzing. The
 * caller frees it. */
char *rpc_answer(const struct api *api, const char *line, size_t size, void *peer);

#endif
