// SPDX-License-Identifier: BSD-3-Clause
/* JSON-RPC 2.0 as its specification has it: a request, and its response. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/log.h"
#include "control/spine/rpc_own.h"

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

json_t *rpc_error_response(const json_t *id, int code, const struct errors *errors)
{
	return json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id ? (json_t *)id : json_null(),
			 "error", error_object(code, errors));
}

json_t *rpc_simple_error(const json_t *id, int code, const char *format, ...)
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
	response = rpc_error_response(id, code, &errors);
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

json_t *rpc_answer_one(const struct api *api, const json_t *request, struct rpc_client *peer)
{
	const json_t *id = json_object_get(request, "id");
	const json_t *params = json_object_get(request, "params");
	const char *wrong = malformed(request), *method;
	json_t *result = NULL, *response = NULL;
	int code = API_BAD_PARAMS;
	struct errors errors;

	if (wrong) {
		if (json_is_object(id) || json_is_array(id) || json_is_boolean(id))
			id = NULL;
		return rpc_simple_error(id, RPC_INVALID_REQUEST, "%s", wrong);
	}
	method = json_string_value(json_object_get(request, "method"));
	errors_init(&errors);
	errors.later = peer ? &peer->later : NULL;
	if (json_array_size(params))
		errors_add(&errors, "", "parameters go by name: \"params\" has to be an object");
	else if (!strcmp(method, "monitor"))
		result = subscribe(api, params, peer, &code, &errors);
	else
		result = api_call(api, method, json_is_object(params) ? params : NULL, peer, &code,
				  &errors);
	if (!result && later_is_waiting(errors.later)) {
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
		response = rpc_error_response(id, code ? code : RPC_INTERNAL_ERROR, &errors);
	json_decref(result);
	errors_fini(&errors);
	return response;
}

json_t *rpc_answer_alone(const struct api *api, const json_t *request, struct rpc_client *peer)
{
	json_t *response;

	rpc_client_asking(peer, json_object_get(request, "id"));
	response = rpc_answer_one(api, request, peer);
	rpc_client_asking(peer, NULL);
	return response;
}
