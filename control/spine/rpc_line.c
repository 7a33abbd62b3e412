// SPDX-License-Identifier: BSD-3-Clause
/* Between a line of input, whose requests may be answered one at a time, and a line of output. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/rpc_own.h"

/* What is counted for a value beside its text, for each of the characters that count_values counts:
 * an object within an object, which is two of these, takes 304 bytes. */
#define VALUE_SIZE 160

/* A text that grows up to a limit. */
struct text {
	char *at;
	size_t n, size, limit;
	bool full;
};

static int text_add(const char *bytes, size_t n, void *arg)
{
	struct text *text = arg;

	if (text->n + n > text->limit) {
		text->full = true;
		return -1;
	}
	if (text->n + n + 1 > text->size) {
		size_t size = (text->n + n + 1) * 2;
		char *at = realloc(text->at, size);

		if (!at)
			return -1;
		text->at = at;
		text->size = size;
	}
	memcpy(text->at + text->n, bytes, n);
	text->n += n;
	text->at[text->n] = '\0';
	return 0;
}

/* Adds a response, or what takes its place when there is no room for it. */
static void add_response(struct text *out, json_t *response)
{
	size_t start = out->n;
	json_t *error;

	out->limit = RPC_OUTPUT_MAX;
	out->full = false;
	if (json_dump_callback(response, text_add, out, JSON_COMPACT | JSON_REAL_PRECISION(9))) {
		out->n = start;
		error = out->full ? rpc_simple_error(
					    json_object_get(response, "id"), RPC_TOO_LARGE,
					    "the answer is longer than %d bytes: ask for less",
					    RPC_OUTPUT_MAX)
				  : rpc_simple_error(json_object_get(response, "id"),
						     RPC_INTERNAL_ERROR, "the answer is not text");
		/* As short as the request was long. */
		out->limit = SIZE_MAX;
		json_dump_callback(error, text_add, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
		json_decref(error);
	}
	json_decref(response);
}

char *rpc_result_line(const json_t *id, json_t *result, const struct errors *errors)
{
	struct text out = {0};
	json_t *response;

	if (result)
		response =
			json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id, "result", result);
	else
		response = rpc_error_response(id, API_REFUSED, errors);
	add_response(&out, response);
	return out.at;
}

char *rpc_error_line(int code, const char *message)
{
	struct text out = {0};

	add_response(&out, rpc_simple_error(NULL, code, "%s", message));
	return out.at;
}

/* --- a line of input --- */

struct rpc_ask {
	json_t *request;  /* NULL: response says what is wrong with the line */
	json_t *response; /* to that; NULL: nothing is said, as nothing was asked */
	size_t size;      /* bytes that the request takes */
	size_t next;      /* of the requests of an array */
	struct text out;
};

static bool is_blank(const char *line, size_t n)
{
	size_t i = 0;

	while (i < n && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r'))
		i++;
	return i == n;
}

/* As many as values may be in the line, or more, but for one: each follows on one of these outside
 * of texts. */
static size_t count_values(const char *line, size_t size)
{
	bool in_text = false;
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		if (line[i] == '"')
			in_text = !in_text;
		else if (in_text)
			i += line[i] == '\\';
		else
			n += line[i] == ',' || line[i] == '[' || line[i] == '{' || line[i] == ':';
	}
	return n;
}

struct rpc_ask *rpc_ask_read(const char *line, size_t size)
{
	struct rpc_ask *ask = calloc(1, sizeof(*ask));
	json_error_t error;
	size_t n_values;

	if (!ask || is_blank(line, size))
		return ask;
	n_values = count_values(line, size);
	if (n_values >= RPC_VALUES_MAX) {
		ask->response = rpc_simple_error(NULL, RPC_INVALID_REQUEST,
						 "more than %d values in a line", RPC_VALUES_MAX);
		return ask;
	}
	ask->request = json_loadb(line, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (ask->request)
		ask->size = size + n_values * VALUE_SIZE;
	else
		ask->response = rpc_simple_error(NULL, RPC_PARSE_ERROR, "at byte %d: %s",
						 error.position, error.text);
	return ask;
}

/* Answers the next request of an array. True: there are more, or it waits. */
static bool go_on_in_batch(struct rpc_ask *ask, const struct api *api, struct rpc_client *peer)
{
	size_t n = json_array_size(ask->request);
	struct text *out = &ask->out;
	json_t *response;

	if (!n || n > RPC_BATCH_MAX) {
		add_response(out,
			     rpc_simple_error(NULL, RPC_INVALID_REQUEST,
					      "a batch is of 1 to %d requests", RPC_BATCH_MAX));
		return false;
	}
	response = rpc_answer_one(api, json_array_get(ask->request, ask->next), peer);
	if (rpc_client_has_to_wait(peer))
		return true;
	ask->next++;
	if (response) {
		out->limit = SIZE_MAX;
		text_add(out->n ? "," : "[", 1, out);
		add_response(out, response);
	}
	if (ask->next < n)
		return true;
	if (out->n)
		text_add("]", 1, out);
	return false;
}

bool rpc_ask_go_on(struct rpc_ask *ask, const struct api *api, struct rpc_client *peer)
{
	if (json_is_array(ask->request))
		return go_on_in_batch(ask, api, peer);
	if (ask->request)
		ask->response = rpc_answer_alone(api, ask->request, peer);
	if (rpc_client_has_to_wait(peer))
		return true;
	if (ask->response)
		add_response(&ask->out, ask->response);
	ask->response = NULL;
	return false;
}

size_t rpc_ask_size(const struct rpc_ask *ask)
{
	return ask ? ask->size + ask->out.size : 0;
}

char *rpc_ask_take(struct rpc_ask *ask)
{
	char *line = ask->out.at, *fitting = line ? realloc(line, ask->out.n + 1) : NULL;

	ask->out = (struct text){0};
	return fitting ? fitting : line;
}

void rpc_ask_free(struct rpc_ask *ask)
{
	if (!ask)
		return;
	json_decref(ask->request);
	json_decref(ask->response);
	free(ask->out.at);
	free(ask);
}

char *rpc_answer(const struct api *api, const char *line, size_t size)
{
	struct rpc_ask *ask = rpc_ask_read(line, size);
	char *text;

	if (!ask)
		return NULL;
	while (rpc_ask_go_on(ask, api, NULL))
		;
	text = rpc_ask_take(ask);
	rpc_ask_free(ask);
	return text;
}
