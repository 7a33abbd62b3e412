// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "control/spine/api_edit.h"
#include "control/spine/api_uses.h"
#include "routing/core/nearest.h"

#define METHOD_MAX 128

static const char *const builtins[] = {"show", "add", "set", "del"};

bool api_has_builtin(const struct noun *noun, const char *verb)
{
	if (!strcmp(verb, "show"))
		return noun->show || noun->key;
	if (!strcmp(verb, "add"))
		return noun->key && (noun->shape == NOUN_MAP || noun->shape == NOUN_LIST);
	return noun->key && (!strcmp(verb, "set") || !strcmp(verb, "del"));
}

bool api_show_takes_name(const struct noun *noun)
{
	if (noun->shape == NOUN_SINGLE || noun->shape == NOUN_MAP)
		return noun->shape == NOUN_MAP;
	if (noun->shape == NOUN_LIST && !noun->show)
		return true;
	for (const struct column *c = noun->columns; c && c->name; c++)
		if (!strcmp(c->name, "name"))
			return true;
	return false;
}

static const struct verb *find_verb(const struct noun *noun, const char *name)
{
	for (const struct verb *v = noun->verbs; v && v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

/* One request on its way. */
struct request {
	const struct api *api;
	const struct noun *noun;
	const char *verb;
	const char *name; /* of the object, or NULL */
	char number[24];  /* holds name where a number was given */
	const json_t *set;
	json_t *args; /* what is left of the parameters */
	void *peer;
	bool later; /* the answer comes by a stream */
	int *code;
	struct errors *errors;
};

__attribute__((format(printf, 3, 4))) static json_t *refuse(struct request *r, int code,
							    const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	*r->code = code;
	errors_add(r->errors, "", "%s", text);
	return NULL;
}

/* Takes `name` and, for verbs that set keys, `set` out of the parameters. 0 or -1. */
static int take_params(struct request *r, const json_t *params, bool takes_name, bool takes_set)
{
	const json_t *name = takes_name ? json_object_get(params, "name") : NULL;

	r->args = params ? json_copy((json_t *)params) : json_object();
	if (json_is_string(name)) {
		r->name = json_string_value(name);
	} else if (json_is_integer(name)) {
		snprintf(r->number, sizeof(r->number), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(name));
		r->name = r->number;
	} else if (name && !json_is_null(name)) {
		refuse(r, API_BAD_PARAMS, "name has to be text");
		return -1;
	}
	if (takes_name)
		json_object_del(r->args, "name");
	if (takes_set) {
		r->set = json_object_get(params, "set");
		if (r->set && !json_is_object(r->set)) {
			refuse(r, API_BAD_PARAMS, "set has to be an object of keys and values");
			return -1;
		}
		json_object_del(r->args, "set");
	}
	return 0;
}

/* Checked arguments with defaults (new reference), or NULL. */
static json_t *check_args(struct request *r, const struct field *fields)
{
	static const struct field none[] = {{.name = NULL}};
	json_t *checked, *args = NULL;

	fields = fields ? fields : none;
	checked = field_check_object(fields, r->args, "", r->errors);
	if (checked)
		args = field_effective(fields, checked);
	else
		*r->code = API_BAD_PARAMS;
	json_decref(checked);
	return args;
}

/* Is the item of a list what the request calls it by its key? */
static bool has_key(const struct request *r, const json_t *item)
{
	const char *key = r->noun->list_key ? conf_str(item, r->noun->list_key) : NULL;

	return key && !strcmp(key, r->name);
}

/* Rows for a noun that only has a configuration. */
static json_t *configured_rows(struct request *r)
{
	const json_t *part = json_object_get(config_running(r->api->config), r->noun->key);
	json_t *rows = json_array(), *empty = json_object(), *value, *row;
	char position[24];
	const char *name;
	size_t i;

	if (r->noun->shape == NOUN_SINGLE) {
		json_array_append_new(rows, field_effective(r->noun->fields, part ? part : empty));
	} else if (r->noun->shape == NOUN_MAP)
		json_object_foreach((json_t *)part, name, value) {
			if (r->name && strcmp(r->name, name))
				continue;
			row = json_pack("{s:s}", "name", name);
			value = field_effective(r->noun->fields, value);
			json_object_update_missing(row, value);
			json_decref(value);
			json_array_append_new(rows, row);
		}
	else
		json_array_foreach(part, i, value) {
			snprintf(position, sizeof(position), "%zu", i);
			if (r->name && strcmp(r->name, position) && !has_key(r, value))
				continue;
			row = json_pack("{s:I}", "name", (json_int_t)i);
			value = field_effective(r->noun->fields, value);
			json_object_update_missing(row, value);
			json_decref(value);
			json_array_append_new(rows, row);
		}
	json_decref(empty);
	return rows;
}

static json_t *rows_of(struct request *r, const char *name, const json_t *args)
{
	struct call call = {.name = name, .args = args, .errors = r->errors, .peer = r->peer};
	json_t *rows = r->noun->show ? r->noun->show(&call) : configured_rows(r);

	r->later = call.later;
	return rows;
}

/* Says that there is nothing of this name, beside the names that there are. */
static json_t *no_such_row(struct request *r, const json_t *args)
{
	const char *name = r->name;
	struct errors ignored;
	struct errors *errors = r->errors;
	json_t *known;

	errors_init(&ignored);
	r->errors = &ignored;
	r->name = NULL;
	known = rows_of(r, NULL, args);
	r->errors = errors;
	errors_fini(&ignored);
	*r->code = API_REFUSED;
	edit_no_such(r->noun, name, known, errors);
	json_decref(known);
	return NULL;
}

static json_t *do_show(struct request *r, const json_t *params)
{
	json_t *args, *rows = NULL;

	if (take_params(r, params, api_show_takes_name(r->noun), false))
		return NULL;
	args = check_args(r, r->noun->show_args);
	if (!args)
		return NULL;
	rows = rows_of(r, r->name, args);
	if (r->later)
		*r->code = API_LATER;
	else if (r->name &&
		 ((json_is_array(rows) && !json_array_size(rows)) || (!rows && !r->errors->n))) {
		json_decref(rows);
		rows = no_such_row(r, args);
	} else if (!rows) {
		*r->code = API_REFUSED;
		if (!r->errors->n)
			errors_add(r->errors, "", "%s show failed", r->noun->name);
	}
	json_decref(args);
	return rows;
}

static json_t *do_change(struct request *r, const json_t *params)
{
	bool adds = !strcmp(r->verb, "add"), deletes = !strcmp(r->verb, "del");
	bool named = r->noun->shape == NOUN_MAP || (r->noun->shape == NOUN_LIST && !adds);
	const json_t *running = config_running(r->api->config);
	json_t *candidate, *changes;
	const char *stray;
	char comment[256];

	if (take_params(r, params, named, !deletes))
		return NULL;
	if (named && !r->name)
		return refuse(r, API_BAD_PARAMS, "%s %s: which one? A name is missing",
			      r->noun->name, r->verb);
	stray = json_object_iter_key(json_object_iter(r->args));
	if (stray)
		return refuse(r, API_BAD_PARAMS, "%s: unknown parameter of %s %s", stray,
			      r->noun->name, r->verb);
	*r->code = API_REFUSED;
	if (adds)
		candidate = edit_add(running, r->noun, r->name, r->set, r->errors);
	else if (deletes)
		candidate = edit_del(running, r->noun, r->name, r->errors);
	else
		candidate = edit_set(running, r->noun, r->name, r->set, r->errors);
	if (candidate && deletes && r->noun->shape == NOUN_MAP &&
	    uses_check_none(r->api->registry, running, r->noun, r->name, r->errors)) {
		json_decref(candidate);
		return NULL;
	}
	if (!candidate)
		return NULL;
	snprintf(comment, sizeof(comment), "%s %s%s%s", r->noun->name, r->verb, r->name ? " " : "",
		 r->name ? r->name : "");
	changes = config_apply(r->api->config, candidate, comment, r->errors);
	json_decref(candidate);
	return changes;
}

static json_t *do_verb(struct request *r, const struct verb *verb, const json_t *params)
{
	struct call call = {.errors = r->errors, .peer = r->peer};
	json_t *args, *result;

	if (take_params(r, params, verb->takes_name, false))
		return NULL;
	args = check_args(r, verb->args);
	if (!args)
		return NULL;
	call.name = r->name;
	call.args = args;
	result = verb->run(&call);
	json_decref(args);
	if (call.later) {
		*r->code = API_LATER;
	} else if (!result) {
		*r->code = API_REFUSED;
		if (!r->errors->n)
			errors_add(r->errors, "", "%s %s failed", r->noun->name, verb->name);
	}
	return result;
}

static json_t *no_such_verb(struct request *r)
{
	struct nearest nearest = {.word = r->verb};

	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (api_has_builtin(r->noun, builtins[i]))
			nearest_offer(&nearest, builtins[i]);
	for (const struct verb *v = r->noun->verbs; v && v->name; v++)
		nearest_offer(&nearest, v->name);
	if (nearest.best)
		return refuse(r, API_NO_METHOD, "%s has no verb %s (did you mean %s?)",
			      r->noun->name, r->verb, nearest.best);
	return refuse(r, API_NO_METHOD, "%s has no verb %s", r->noun->name, r->verb);
}

static json_t *no_such_noun(struct request *r, const char *name)
{
	const struct registry *registry = r->api->registry;
	struct nearest nearest = {.word = name};

	for (size_t i = 0; i < registry->n; i++)
		nearest_offer(&nearest, registry->list[i]->name);
	if (nearest.best)
		return refuse(r, API_NO_METHOD, "unknown noun %s (did you mean %s?)", name,
			      nearest.best);
	return refuse(r, API_NO_METHOD, "unknown noun %s", name);
}

static json_t *dispatch(struct request *r, const json_t *params)
{
	const struct verb *verb = find_verb(r->noun, r->verb);

	if (verb)
		return do_verb(r, verb, params);
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (!strcmp(r->verb, builtins[i]) && api_has_builtin(r->noun, r->verb))
			return i ? do_change(r, params) : do_show(r, params);
	return no_such_verb(r);
}

json_t *api_call(const struct api *api, const char *method, const json_t *params, void *peer,
		 int *code, struct errors *errors)
{
	struct request r = {.api = api, .peer = peer, .code = code, .errors = errors};
	char name[METHOD_MAX], *dot;
	json_t *result;

	*code = API_OK;
	if (!strcmp(method, "api.describe"))
		return api_describe(api->registry);
	snprintf(name, sizeof(name), "%s", method);
	dot = strrchr(name, '.');
	if (!dot || strlen(method) >= sizeof(name))
		return refuse(&r, API_NO_METHOD, "unknown method: methods are called NOUN.VERB");
	*dot = '\0';
	r.verb = dot + 1;
	for (char *c = name; *c; c++)
		*c = *c == '.' ? ' ' : *c;
	r.noun = noun_find(api->registry, name);
	if (!r.noun)
		return no_such_noun(&r, name);
	result = dispatch(&r, params);
	json_decref(r.args);
	if (result)
		*code = API_OK;
	return result;
}
