// SPDX-License-Identifier: BSD-3-Clause
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "control/spine/field.h"
#include "control/spine/yaml.h"
#include "control/spine/yaml_error.h"
#include "control/spine/yaml_place.h"

/* One text being read. Errors that are no matter of syntax are noted, and reading goes on. */
struct loader {
	yaml_parser_t parser;
	const char *text;
	size_t size;
	json_t *positions; /* path -> place; NULL: not wanted */
	struct errors *errors;
};

static json_t *load_node(struct loader *loader, const yaml_event_t *event, const char *path,
			 int depth);

static int add_at(struct loader *loader, const yaml_mark_t *mark, const char *text)
{
	return errors_add_at(loader->errors, (int)mark->line + 1, (int)mark->column + 1, "%s",
			     text);
}

/* False with an error: the text is no YAML from here on. */
static bool next_event(struct loader *loader, yaml_event_t *event)
{
	if (yaml_parser_parse(&loader->parser, event))
		return true;
	yaml_error_add(&loader->parser, loader->text, loader->size, loader->errors);
	return false;
}

static void note_position(struct loader *loader, const char *path, const yaml_mark_t *value,
			  const yaml_mark_t *key)
{
	if (loader->positions == NULL)
		return;
	json_object_set_new(loader->positions, path,
			    place_pack(value->line + 1, value->column + 1, key->line + 1,
				       key->column + 1));
}

/* Paths are only for positions. */
static void below_key(const struct loader *loader, char out[FIELD_PATH_MAX], const char *path,
		      const char *key)
{
	if (loader->positions != NULL)
		field_path(out, path, key);
	else
		out[0] = '\0';
}

static void below_index(const struct loader *loader, char out[FIELD_PATH_MAX], const char *path,
			size_t index)
{
	if (loader->positions != NULL)
		field_path_index(out, path, index);
	else
		out[0] = '\0';
}

static bool is_null(const char *text, yaml_scalar_style_t style)
{
	return style == YAML_PLAIN_SCALAR_STYLE &&
	       (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0 ||
		strcmp(text, "Null") == 0 || strcmp(text, "NULL") == 0);
}

static json_t *load_scalar(struct loader *loader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;

	if (is_null(text, event->data.scalar.style))
		return json_null();
	if (memchr(text, '\0', length) != NULL) {
		add_at(loader, &event->start_mark, "the text holds a NUL byte");
		return json_null();
	}
	return json_stringn(text, length);
}

/* The key's text, or NULL where it cannot be one. */
static const char *key_text(struct loader *loader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	if (event->type == YAML_ALIAS_EVENT) {
		add_at(loader, &event->start_mark, "an alias: expected a key written out");
		return NULL;
	}
	if (event->type != YAML_SCALAR_EVENT) {
		add_at(loader, &event->start_mark, "a map or list as a key: expected a word");
		return NULL;
	}
	if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL)
		add_at(loader, &event->start_mark, "an anchor or tag: expected a plain key");
	if (text[0] == '\0' && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		add_at(loader, &event->start_mark, "no key before ':': expected a word");
		return NULL;
	}
	if (memchr(text, '\0', event->data.scalar.length) != NULL) {
		add_at(loader, &event->start_mark, "the key holds a NUL byte");
		return NULL;
	}
	return text;
}

static void note_duplicate(struct loader *loader, const yaml_event_t *key, const char *path)
{
	int line, column;

	place_of_key(json_object_get(loader->positions, path), &line, &column);
	errors_add_at(loader->errors, (int)key->start_mark.line + 1,
		      (int)key->start_mark.column + 1,
		      "duplicate key '%.60s': it is already at line %d",
		      (const char *)key->data.scalar.value, line);
}

/* The key has been read; reads its value into map. False: reading cannot go on. */
static bool load_member(struct loader *loader, json_t *map, const yaml_event_t *key,
			const char *path, int depth)
{
	const char *name = key_text(loader, key);
	char below[FIELD_PATH_MAX];
	yaml_event_t event;
	json_t *value;
	bool duplicate;

	if (name == NULL || !next_event(loader, &event))
		return false;
	below_key(loader, below, path, name);
	duplicate = json_object_get(map, name) != NULL;
	if (duplicate)
		note_duplicate(loader, key, below);
	else
		note_position(loader, below, &event.start_mark, &key->start_mark);
	value = load_node(loader, &event, below, depth + 1);
	yaml_event_delete(&event);
	if (value == NULL)
		return false;
	if (duplicate)
		json_decref(value);
	else
		json_object_set_new(map, name, value);
	return true;
}

static json_t *load_map(struct loader *loader, const char *path, int depth)
{
	json_t *map = json_object();
	yaml_event_t key;
	bool end, good;

	for (;;) {
		if (!next_event(loader, &key))
			break;
		end = key.type == YAML_MAPPING_END_EVENT;
		good = end || load_member(loader, map, &key, path, depth);
		yaml_event_delete(&key);
		if (end)
			return map;
		if (!good)
			break;
	}
	json_decref(map);
	return NULL;
}

/* A list of names may stand for a map, whose keys are then found here. */
static void note_name(struct loader *loader, const char *path, const yaml_event_t *event)
{
	char below[FIELD_PATH_MAX];

	if (loader->positions == NULL || event->type != YAML_SCALAR_EVENT ||
	    !field_name_valid((const char *)event->data.scalar.value))
		return;
	below_key(loader, below, path, (const char *)event->data.scalar.value);
	note_position(loader, below, &event->start_mark, &event->start_mark);
}

static json_t *load_list(struct loader *loader, const char *path, int depth)
{
	json_t *list = json_array();
	char below[FIELD_PATH_MAX];

	for (;;) {
		yaml_event_t event;
		json_t *item;

		if (!next_event(loader, &event))
			break;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return list;
		}
		below_index(loader, below, path, json_array_size(list));
		note_position(loader, below, &event.start_mark, &event.start_mark);
		note_name(loader, path, &event);
		item = load_node(loader, &event, below, depth + 1);
		yaml_event_delete(&event);
		if (item == NULL)
			break;
		json_array_append_new(list, item);
	}
	json_decref(list);
	return NULL;
}

static void check_decoration(struct loader *loader, const yaml_mark_t *mark, const void *anchor,
			     const void *tag)
{
	if (anchor != NULL)
		add_at(loader, mark, "anchors ('&') are not used here: expected a plain value");
	if (tag != NULL)
		add_at(loader, mark, "tags ('!') are not used here: expected a plain value");
}

/* NULL: reading cannot go on, and an error says why. */
static json_t *load_node(struct loader *loader, const yaml_event_t *event, const char *path,
			 int depth)
{
	const yaml_mark_t *mark = &event->start_mark;

	if (depth > YAML_DEPTH_MAX) {
		errors_add_at(loader->errors, (int)mark->line + 1, (int)mark->column + 1,
			      "nested deeper than %d levels", YAML_DEPTH_MAX);
		return NULL;
	}
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		check_decoration(loader, mark, event->data.scalar.anchor, event->data.scalar.tag);
		return load_scalar(loader, event);
	case YAML_MAPPING_START_EVENT:
		check_decoration(loader, mark, event->data.mapping_start.anchor,
				 event->data.mapping_start.tag);
		return load_map(loader, path, depth);
	case YAML_SEQUENCE_START_EVENT:
		check_decoration(loader, mark, event->data.sequence_start.anchor,
				 event->data.sequence_start.tag);
		return load_list(loader, path, depth);
	default:
		add_at(loader, mark,
		       "aliases ('*') are not used here: expected the value written out");
		return json_null();
	}
}

/* Reads events up to one that has content. False with an error. */
static bool skip_start(struct loader *loader, yaml_event_t *event)
{
	for (;;) {
		if (!next_event(loader, event))
			return false;
		if (event->type != YAML_STREAM_START_EVENT &&
		    event->type != YAML_DOCUMENT_START_EVENT)
			return true;
		yaml_event_delete(event);
	}
}

static void check_end(struct loader *loader)
{
	yaml_event_t event;
	bool end = false;

	while (!end && next_event(loader, &event)) {
		end = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_DOCUMENT_START_EVENT) {
			add_at(loader, &event.start_mark,
			       "a second document begins: expected only one");
			end = true;
		}
		yaml_event_delete(&event);
	}
}

static json_t *load_document(struct loader *loader)
{
	yaml_event_t event;
	json_t *root;

	if (!skip_start(loader, &event))
		return NULL;
	if (event.type == YAML_STREAM_END_EVENT) {
		root = json_null();
	} else {
		note_position(loader, "", &event.start_mark, &event.start_mark);
		root = load_node(loader, &event, "", 1);
		if (root != NULL)
			check_end(loader);
	}
	yaml_event_delete(&event);
	return root;
}

static json_t *load(const char *text, size_t size, json_t *positions, struct errors *errors)
{
	struct loader loader = {.text = text,
				.size = size,
				.positions = positions,
				.errors = errors};
	size_t before = errors->n + errors->more;
	json_t *root;

	if (!yaml_parser_initialize(&loader.parser)) {
		errors_add(errors, "", "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&loader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&loader.parser, (const unsigned char *)text, size);
	root = load_document(&loader);
	yaml_parser_delete(&loader.parser);
	if (errors->n + errors->more == before)
		return root;
	json_decref(root);
	return NULL;
}

/* places may be NULL. */
static json_t *load_map_document(const char *text, size_t size, json_t *places,
				 struct errors *errors)
{
	json_t *root = NULL;

	if (size > YAML_SIZE_MAX)
		errors_add(errors, "", "the text is longer than %d MiB", YAML_SIZE_MAX >> 20);
	else
		root = load(text, size, places, errors);
	if (json_is_null(root))
		root = json_object();
	if (root != NULL && !json_is_object(root)) {
		errors_add_at(errors, 1, 1, "%s: expected keys with values, such as 'ports:'",
			      json_is_array(root) ? "a list" : "a text");
		json_decref(root);
		root = NULL;
	}
	return root;
}

json_t *yaml_load(const char *text, size_t size, json_t **positions, struct errors *errors)
{
	json_t *places, *root;
	struct errors ignored;

	/* Positions cost most of the time, and only mistakes need them. */
	if (positions == NULL) {
		errors_init(&ignored);
		root = load_map_document(text, size, NULL, &ignored);
		errors_fini(&ignored);
		if (root != NULL)
			return root;
	}
	places = json_object();
	root = load_map_document(text, size, places, errors);
	if (positions != NULL)
		*positions = json_incref(places);
	json_decref(places);
	return root;
}

json_t *yaml_value(const char *text, const char *path, struct errors *errors)
{
	struct errors found;
	json_t *places, *value;

	if (text[0] == '\0' || strchr("{[\"'", text[0]) == NULL) {
		value = json_string(text);
		if (value == NULL)
			errors_add(errors, path, "the text is not UTF-8");
		return value;
	}
	errors_init(&found);
	places = json_object();
	value = load(text, strlen(text), places, &found);
	for (size_t i = 0; i < found.n; i++)
		errors_add(errors, path, "%s (at character %d)", found.list[i].text,
			   found.list[i].column);
	json_decref(places);
	errors_fini(&found);
	return value;
}
