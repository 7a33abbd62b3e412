// SPDX-License-Identifier: BSD-3-Clause
/* JSON-RPC 2.0 as its specification has it, between a line of input and a line of output. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/log.h"
#include "control/spine/rpc.h"

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

/* A JSON string of what may have been cut inside a character. */
static json_t *any_string(const char *text)
{
	json_t *string = json_string(text);
	char *ascii;

	if (string)
		return string;
	ascii = strdup(text ? text : "");
	for (char *c = ascii; c && *c; c++)
		*c = *c & 0x80 ? '?' : *c;
	string = json_string(ascii ? ascii : "");
	free(ascii);
	return string;
}

static const char *code_text(int code)
{
	switch (code) {
	case RPC_PARSE_ERROR:
		return "parse error";
	case RPC_INVALID_REQUEST:
		return "invalid request";
	case API_NO_METHOD:
		return "method not found";
	case API_BAD_PARAMS:
		return "invalid params";
	case API_REFUSED:
		return "refused";
	default:
		return "internal error";
	}
}

/* The first error in words; the rest is in data. */
static json_t *error_message(int code, const struct errors *errors)
{
	const struct error *first = errors->list;
	char more[40] = "", *line = NULL;
	json_t *message;

	if (!errors->n)
		return json_string(code_text(code));
	if (errors->n > 1)
		snprintf(more, sizeof(more), " (and %zu more)", errors->n - 1);
	if (asprintf(&line, "%s%s%s%s", first->path ? first->path : "",
		     first->path && *first->path ? ": " : "", first->text, more) < 0)
		return json_string(code_text(code));
	message = any_string(line);
	free(line);
	return message;
}

static json_t *error_object(int code, const struct errors *errors)
{
	json_t *list = json_array();

	for (size_t i = 0; i < errors->n; i++) {
		const struct error *e = &errors->list[i];
		json_t *one = json_pack("{s:o, s:o}", "path", any_string(e->path), "text",
					any_string(e->text));

		if (e->line)
			json_object_set_new(one, "line", json_integer(e->line));
		if (e->column)
			json_object_set_new(one, "column", json_integer(e->column));
		json_array_append_new(list, one);
	}
	return json_pack("{s:i, s:o, s:{s:o}}", "code", code, "message",
			 error_message(code, errors), "data", "errors", list);
}

/* id: borrowed, NULL for null. */
static json_t *error_response(const json_t *id, int code, const struct errors *errors)
{
	return json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id ? (json_t *)id : json_null(),
			 "error", error_object(code, errors));
}

__attribute__((format(printf, 3, 4))) static json_t *simple_error(const json_t *id, int code,
								  const char *format, ...)
{
	struct errors errors;
	char text[512];
	json_t *response;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	errors_init(&errors);
	errors_add(&errors, "", "%s", text);
	response = error_response(id, code, &errors);
	errors_fini(&errors);
	return response;
}

static json_t *subscribe(const struct api *api, const json_t *params, struct rpc_client *peer,
			 int *code, struct errors *errors)
{
	const json_t *name = json_object_get(params, "noun");
	const struct noun *noun = NULL;

	*code = API_BAD_PARAMS;
	if (json_object_size(params) > (name ? 1 : 0)) {
		errors_add(errors, "", "monitor takes no parameter but noun");
		return NULL;
	}
	if (json_is_string(name))
		noun = noun_find(api->registry, json_string_value(name));
	if (name && !noun) {
		errors_add(errors, "noun", "has to be the name of a noun");
		return NULL;
	}
	if (!peer) {
		errors_add(errors, "", "monitor needs a connection");
		return NULL;
	}
	*code = API_OK;
	rpc_client_subscribe(peer, noun);
	return json_null();
}

/* What is wrong with a request's form, or NULL. */
static const char *malformed(const json_t *request)
{
	const json_t *version = json_object_get(request, "jsonrpc");
	const json_t *id = json_object_get(request, "id");
	const json_t *params = json_object_get(request, "params");

	if (!json_is_object(request))
		return "a request is an object";
	if (!json_is_string(version) || strcmp(json_string_value(version), "2.0"))
		return "\"jsonrpc\" has to be \"2.0\"";
	if (!json_is_string(json_object_get(request, "method")))
		return "\"method\" has to be a string";
	if (id && !json_is_string(id) && !json_is_number(id) && !json_is_null(id))
		return "\"id\" has to be a string, a number or null";
	if (params && !json_is_object(params) && !json_is_array(params))
		return "\"params\" has to be an object";
	return NULL;
}

static bool is_paused(void *peer)
{
	const struct rpc_pause *pause = rpc_client_pause(peer);

	return pause && later_is_waiting(&pause->later);
}

/* A response; NULL for a notification, or for a request that has to wait. */
static json_t *answer_one(const struct api *api, const json_t *request, void *peer)
{
	struct rpc_pause *pause = rpc_client_pause(peer);
	const json_t *id = json_object_get(request, "id");
	const json_t *params = json_object_get(request, "params");
	const char *wrong = malformed(request), *method;
	json_t *result = NULL, *response = NULL;
	int code = API_BAD_PARAMS;
	struct errors errors;

	if (wrong) {
		if (json_is_object(id) || json_is_array(id) || json_is_boolean(id))
			id = NULL;
		return simple_error(id, RPC_INVALID_REQUEST, "%s", wrong);
	}
	method = json_string_value(json_object_get(request, "method"));
	errors_init(&errors);
	errors.later = pause ? &pause->later : NULL;
	if (json_array_size(params))
		errors_add(&errors, "", "parameters go by name: \"params\" has to be an object");
	else if (!strcmp(method, "monitor"))
		result = subscribe(api, params, peer, &code, &errors);
	else
		result = api_call(api, method, json_is_object(params) ? params : NULL, peer, &code,
				  &errors);
	if (!result && is_paused(peer)) {
		errors_fini(&errors); /* of something that is not known yet */
		return NULL;
	}
	later_end(errors.later);
	if (code == API_LATER)
		id = NULL; /* it is answered by its stream */
	/* What is done is no failure; what was said beside it goes to the log. */
	for (size_t i = 0; result && i < errors.n; i++)
		log_warning("%s: %s", method, errors.list[i].text);
	if (id && result)
		response =
			json_pack("{s:s, s:O, s:O}", "jsonrpc", "2.0", "id", id, "result", result);
	else if (id)
		response = error_response(id, code ? code : RPC_INTERNAL_ERROR, &errors);
	json_decref(result);
	errors_fini(&errors);
	return response;
}

/* Only a request of its own may be answered bit by bit. */
static json_t *answer_alone(const struct api *api, const json_t *request, void *peer)
{
	json_t *response;

	rpc_client_asking(peer, json_object_get(request, "id"));
	response = answer_one(api, request, peer);
	rpc_client_asking(peer, NULL);
	return response;
}

/* Adds a response, or what takes its place when there is no room for it. */
static void add_response(struct text *out, json_t *response)
{
	size_t start = out->n;
	json_t *error;

	out->limit = RPC_OUTPUT_MAX;
	if (json_dump_callback(response, text_add, out, JSON_COMPACT | JSON_REAL_PRECISION(9))) {
		out->n = start;
		error = out->full ? simple_error(json_object_get(response, "id"), RPC_TOO_LARGE,
						 "the answer is longer than %d bytes: ask for less",
						 RPC_OUTPUT_MAX)
				  : simple_error(json_object_get(response, "id"),
						 RPC_INTERNAL_ERROR, "the answer is not text");
		/* As short as the request was long. */
		out->limit = SIZE_MAX;
		json_dump_callback(error, text_add, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
		json_decref(error);
	}
	json_decref(response);
}

/* Goes on with a batch that had to wait. */
static size_t take_up(struct rpc_pause *pause, struct text *out)
{
	size_t i;

	if (!pause || !pause->answered)
		return pause ? pause->n_done : 0;
	*out = (struct text){.at = pause->answered, .n = pause->size, .size = pause->size + 1};
	i = pause->n_done;
	pause->answered = NULL;
	return i;
}

static void answer_batch(const struct api *api, const json_t *batch, void *peer, struct text *out)
{
	struct rpc_pause *pause = rpc_client_pause(peer);
	json_t *response;

	if (!json_array_size(batch) || json_array_size(batch) > RPC_BATCH_MAX) {
		add_response(out, simple_error(NULL, RPC_INVALID_REQUEST,
					       "a batch is of 1 to %d requests", RPC_BATCH_MAX));
		return;
	}
	for (size_t i = take_up(pause, out); i < json_array_size(batch); i++) {
		response = answer_one(api, json_array_get(batch, i), peer);
		if (is_paused(peer)) {
			pause->n_done = i;
			pause->answered = out->at;
			pause->size = out->n;
			out->at = NULL;
			return;
		}
		if (!response)
			continue;
		out->limit = SIZE_MAX;
		text_add(out->n ? "," : "[", 1, out);
		add_response(out, response);
	}
	if (pause)
		pause->n_done = 0;
	if (out->n)
		text_add("]", 1, out);
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

char *rpc_answer(const struct api *api, const char *line, size_t size, void *peer)
{
	struct text out = {0};
	json_error_t error;
	json_t *request = NULL, *response;
	bool is_small = size < RPC_VALUES_MAX || count_values(line, size) < RPC_VALUES_MAX;

	if (is_small)
		request = json_loadb(line, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (!is_small)
		response = simple_error(NULL, RPC_INVALID_REQUEST, "more than %d values in a line",
					RPC_VALUES_MAX);
	else if (!request)
		response = simple_error(NULL, RPC_PARSE_ERROR, "at byte %d: %s", error.position,
					error.text);
	else if (json_is_array(request))
		response = NULL;
	else
		response = answer_alone(api, request, peer);
	if (response)
		add_response(&out, response);
	else if (json_is_array(request))
		answer_batch(api, request, peer, &out);
	json_decref(request);
	return out.at;
}

char *rpc_result_line(const json_t *id, json_t *result, const struct errors *errors)
{
	struct text out = {0};
	json_t *response;

	if (result)
		response =
			json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id, "result", result);
	else
		response = error_response(id, API_REFUSED, errors);
	add_response(&out, response);
	return out.at;
}

char *rpc_error_line(int code, const char *message)
{
	struct text out = {0};

	add_response(&out, simple_error(NULL, code, "%s", message));
	return out.at;
}
