// SPDX-License-Identifier: BSD-3-Clause
/* Answers that come bit by bit. */
#include <stdlib.h>

#include "control/spine/rpc_own.h"

struct rpc_stream {
	LIST_ENTRY(rpc_stream) link;
	struct rpc_client *client;
	json_t *id;
	void (*gone)(void *arg);
	void *arg;
};

void rpc_client_asking(struct rpc_client *client, const json_t *id)
{
	if (client)
		client->asking = id;
}

struct rpc_stream *rpc_stream_open(struct call *call, void (*gone)(void *arg), void *arg)
{
	struct rpc_client *client = call->peer;
	struct rpc_stream *stream;

	if (!client || !client->asking) {
		errors_add(
			call->errors, "",
			"the answer comes bit by bit: expected a request of its own, with an id");
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream) {
		errors_add(call->errors, "", "no memory");
		return NULL;
	}
	*stream = (struct rpc_stream){.client = client,
				      .id = json_incref((json_t *)client->asking),
				      .gone = gone,
				      .arg = arg};
	LIST_INSERT_HEAD(&client->streams, stream, link);
	call->later = true;
	return stream;
}

static void stream_free(struct rpc_stream *stream)
{
	LIST_REMOVE(stream, link);
	json_decref(stream->id);
	free(stream);
}

bool rpc_stream_row(struct rpc_stream *stream, json_t *row)
{
	struct rpc_client *client = stream->client;
	json_t *whole = json_pack("{s:s, s:s, s:{s:O, s:o}}", "jsonrpc", "2.0", "method", "row",
				  "params", "id", stream->id, "row", row);

	rpc_client_send(client, json_dumps(whole, JSON_COMPACT | JSON_REAL_PRECISION(9)));
	json_decref(whole);
	return client->rpc != NULL;
}

void rpc_stream_end(struct rpc_stream *stream, json_t *result, const struct errors *errors)
{
	struct rpc_client *client = stream->client;
	char *line = rpc_result_line(stream->id, result, errors);

	stream_free(stream);
	rpc_client_send(client, line);
}

void rpc_streams_gone(struct rpc_client *client)
{
	struct rpc_stream *stream;

	while ((stream = LIST_FIRST(&client->streams))) {
		void (*gone)(void *arg) = stream->gone;
		void *arg = stream->arg;

		stream_free(stream);
		gone(arg);
	}
}
