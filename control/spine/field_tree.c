// SPDX-License-Identifier: BSD-3-Clause
/* Field types made of others: lists, maps and objects; and the defaults in them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/field_type.h"
#include "routing/core/nearest.h"

/* A text alone may be one object, or several with commas between them. */
static bool is_text_form(const struct field *elem, const json_t *value)
{
	return elem->from_text != NULL && json_is_string(value);
}

/* A value alone as the list it stands for. New reference. */
static json_t *list_of(const struct field *field, const json_t *value)
{
	json_t *list;
	const char *text;

	if (json_is_array(value))
		return json_incref((json_t *)value);
	list = json_array();
	text = json_string_value(value);
	if (text == NULL || field->elem->type == F_STRING || strchr(text, ',') == NULL) {
		json_array_append(list, (json_t *)value);
		return list;
	}
	for (;;) {
		size_t length = strcspn(text, ",");

		json_array_append_new(list, json_stringn(text, length));
		if (text[length] == '\0')
			return list;
		text += length + 1;
	}
}

static bool is_tree(const struct field *field)
{
	return field->type == F_LIST || field->type == F_MAP || field->type == F_OBJECT;
}

/* May a value stand for a list of one? An object may where a text may, too. */
static bool is_alone(const struct field *elem, const json_t *value)
{
	if (elem->from_text != NULL)
		return json_is_string(value) || json_is_object(value);
	return !json_is_object(value) && !is_tree(elem);
}

json_t *field_list_check(const struct field *field, const json_t *value, const char *path,
			 struct errors *errors)
{
	/* What is said of a value alone mentions auto where that would have been right. */
	struct field elem = *field->elem;
	char below[FIELD_PATH_MAX];
	json_t *list, *out, *item;
	bool good = true;
	size_t i;

	if (!json_is_array(value) && !is_alone(field->elem, value))
		return field_refuse(field, value, path, errors, "is not a list");
	list = list_of(field, value);
	if (!json_is_array(value) && json_array_size(list) == 1)
		elem.flags |= field->flags & FIELD_OR_AUTO;
	out = json_array();
	json_array_foreach(list, i, item) {
		json_t *checked;

		if (json_is_array(value))
			field_path_index(below, path, i);
		else
			snprintf(below, sizeof(below), "%s", path);
		checked = field_check(&elem, item, below, errors);
		if (checked == NULL)
			good = false;
		else
			json_array_append_new(out, checked);
	}
	if (good && !field_in_range(field, (int64_t)json_array_size(out))) {
		field_refuse(field, value, path, errors,
			     (int64_t)json_array_size(out) < field->min ? "is too short"
									: "is too long");
		good = false;
	}
	json_decref(list);
	if (good)
		return out;
	json_decref(out);
	return NULL;
}

void field_list_describe(const struct field *field, char *out, size_t size)
{
	char elem[FIELD_TEXT_MAX], count[64] = "";

	field_describe_type(field->elem, elem, sizeof(elem));
	if (field->max == INT64_MAX)
		snprintf(count, sizeof(count), " of at least %" PRId64, field->min);
	else if (field->max > 0)
		snprintf(count, sizeof(count), " of %" PRId64 " to %" PRId64, field->min,
			 field->max);
	snprintf(out, size, "a list%s, each %s", count, elem);
}

static const struct field no_fields[] = {{0}};

/* A list of names as the map it stands for: each with nothing set. New reference, or NULL with
 * errors. */
static json_t *map_of_names(const struct field *field, const json_t *list, const char *path,
			    struct errors *errors)
{
	const struct field name_field = {.type = F_REF, .ref = field->ref};
	char below[FIELD_PATH_MAX], quoted[FIELD_TEXT_MAX];
	json_t *map = json_object(), *item;
	bool good = true;
	size_t i;

	json_array_foreach((json_t *)list, i, item) {
		json_t *name;

		field_path_index(below, path, i);
		name = field_check(&name_field, item, below, errors);
		if (name != NULL && json_object_get(map, json_string_value(name)) != NULL) {
			errors_add(errors, below, "%s is there twice",
				   field_quote(name, quoted, sizeof(quoted)));
			good = false;
		} else if (name != NULL) {
			json_object_set_new(map, json_string_value(name), json_object());
		}
		good = good && name != NULL;
		json_decref(name);
	}
	if (good)
		return map;
	json_decref(map);
	return NULL;
}

static json_t *check_entries(const struct field *field, const json_t *value, const char *path,
			     struct errors *errors)
{
	const struct field *fields = field->fields != NULL ? field->fields : no_fields;
	char below[FIELD_PATH_MAX], quoted[FIELD_TEXT_MAX], expected[FIELD_TEXT_MAX];
	const struct field name_field = {.type = F_NAME};
	json_t *out, *item;
	const char *name;
	bool good = true;

	out = json_object();
	json_object_foreach((json_t *)value, name, item) {
		json_t *checked;

		if (!field_name_valid(name)) {
			field_describe_type(&name_field, expected, sizeof(expected));
			errors_add_key(errors, path, name, "%s is not a name: expected %s",
				       field_quote_text(name, quoted, sizeof(quoted)), expected);
			good = false;
			continue;
		}
		field_path(below, path, name);
		checked = field_check_object(fields, item, below, errors);
		if (checked == NULL)
			good = false;
		else
			json_object_set_new(out, name, checked);
	}
	if (good)
		return out;
	json_decref(out);
	return NULL;
}

json_t *field_map_check(const struct field *field, const json_t *value, const char *path,
			struct errors *errors)
{
	json_t *map, *checked;

	if (json_is_object(value))
		return check_entries(field, value, path, errors);
	/* Where the keys are names of other things, a list of these says the same. */
	if (!json_is_array(value) || field->ref == NULL)
		return field_refuse(field, value, path, errors, "is not a map");
	map = map_of_names(field, value, path, errors);
	checked = map != NULL ? check_entries(field, map, path, errors) : NULL;
	json_decref(map);
	return checked;
}

void field_map_describe(const struct field *field, char *out, size_t size)
{
	char of[FIELD_TEXT_MAX] = "";

	if (field->ref != NULL) {
		field_ref_describe(field, of, sizeof(of));
		snprintf(out, size, "a map whose keys are each %s, or a list of these", of);
	} else {
		snprintf(out, size, "a map of names");
	}
}

json_t *field_object_check(const struct field *field, const json_t *value, const char *path,
			   struct errors *errors)
{
	json_t *object, *checked;

	if (!is_text_form(field, value))
		return field_check_object(field->fields, value, path, errors);
	object = field->from_text(json_string_value(value));
	if (object == NULL)
		return field_refuse(field, value, path, errors, "is not what is expected");
	checked = field_check_object(field->fields, object, path, errors);
	json_decref(object);
	return checked;
}

static void describe_keys(const struct field *fields, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "a map with the keys ");
	bool first = true;

	for (; fields->name != NULL && n < size; fields++) {
		if (fields->flags & FIELD_READ_ONLY)
			continue;
		n += (size_t)snprintf(out + n, size - n, "%s%s", first ? "" : ", ", fields->name);
		first = false;
	}
	if (first)
		snprintf(out, size, "nothing (no keys)");
}

void field_object_describe(const struct field *field, char *out, size_t size)
{
	size_t n;

	describe_keys(field->fields, out, size);
	n = strlen(out);
	if (field->text_form != NULL && n < size)
		snprintf(out + n, size - n, ", or %s", field->text_form);
}

static const struct field *field_find(const struct field *fields, const char *name)
{
	for (; fields->name != NULL; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* "mtu:9000" is one word in YAML. */
static bool lacks_space(const struct field *fields, const char *key)
{
	size_t n = strcspn(key, ":");

	for (; fields->name != NULL && key[n] == ':'; fields++)
		if (strlen(fields->name) == n && strncmp(fields->name, key, n) == 0)
			return true;
	return false;
}

static bool check_key(const struct field *fields, const char *key, const char *path,
		      struct errors *errors)
{
	const struct field *field = field_find(fields, key);
	char quoted[FIELD_TEXT_MAX], near[FIELD_TEXT_MAX], expected[FIELD_TEXT_MAX];
	struct nearest nearest = {.word = key};

	if (field != NULL && !(field->flags & FIELD_READ_ONLY))
		return true;
	field_quote_text(key, quoted, sizeof(quoted));
	if (field != NULL) {
		errors_add_key(errors, path, key, "%s is shown, it cannot be configured", quoted);
		return false;
	}
	if (lacks_space(fields, key)) {
		errors_add_key(errors, path, key, "unknown key %s: expected a space after ':'",
			       quoted);
		return false;
	}
	for (field = fields; field->name != NULL; field++)
		if (!(field->flags & FIELD_READ_ONLY))
			nearest_offer(&nearest, field->name);
	if (nearest.best != NULL) {
		field_did_you_mean(&nearest, near, sizeof(near));
		errors_add_key(errors, path, key, "unknown key %s%s", quoted, near);
	} else {
		describe_keys(fields, expected, sizeof(expected));
		errors_add_key(errors, path, key, "unknown key %s: expected %s", quoted, expected);
	}
	return false;
}

/* One field of object into out. False with an error. */
static bool check_member(const struct field *field, const json_t *object, json_t *out,
			 const char *path, struct errors *errors)
{
	const json_t *value = json_object_get(object, field->name);
	char below[FIELD_PATH_MAX], expected[FIELD_TEXT_MAX];
	json_t *checked;

	if (field->flags & FIELD_READ_ONLY)
		return true;
	if (value == NULL) {
		if (!(field->flags & FIELD_REQUIRED))
			return true;
		field_describe_type(field, expected, sizeof(expected));
		errors_add(errors, path, "lacks '%s': expected %s", field->name, expected);
		return false;
	}
	field_path(below, path, field->name);
	checked = field_check(field, value, below, errors);
	if (checked == NULL)
		return false;
	json_object_set_new(out, field->name, checked);
	return true;
}

json_t *field_check_object(const struct field *fields, const json_t *object, const char *path,
			   struct errors *errors)
{
	const struct field whole = {.type = F_OBJECT, .fields = fields};
	json_t *out, *item, *empty = NULL;
	const char *key;
	bool good = true;

	if (json_is_null(object))
		object = empty = json_object();
	if (!json_is_object(object))
		return field_refuse(&whole, object, path, errors, "is not a map");
	out = json_object();
	json_object_foreach((json_t *)object, key, item)
		good = check_key(fields, key, path, errors) && good;
	for (const struct field *field = fields; field->name != NULL; field++)
		good = check_member(field, object, out, path, errors) && good;
	json_decref(empty);
	if (good)
		return out;
	json_decref(out);
	return NULL;
}
