// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/api_edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/yaml.h"
#include "routing/core/nearest.h"

#define PATH_SIZE 512

/* Cut where it is too long: no name that is allowed is. */
static void join(char *out, size_t size, const char *path, const char *key)
{
	if ((size_t)snprintf(out, size, "%s%s%s", path, *path ? "." : "", key) >= size)
		memcpy(out + size - 4, "...", 4);
}

int edit_no_such(const struct noun *noun, const char *name, const json_t *known,
		 struct errors *errors)
{
	struct nearest nearest = {.word = name};
	const char *other;
	json_t *value;
	size_t i;

	json_object_foreach((json_t *)known, other, value)
		nearest_offer(&nearest, other);
	json_array_foreach(known, i, value)
		if ((other = json_string_value(json_object_get(value, "name"))))
			nearest_offer(&nearest, other);
	if (nearest.best)
		return errors_add(errors, "", "no %s is named %s (did you mean %s?)", noun->name,
				  name, nearest.best);
	return errors_add(errors, "", "no %s is named %s", noun->name, name);
}

static const struct field *find_field(const struct field *fields, const char *name, size_t n)
{
	for (; fields && fields->name; fields++)
		if (!strncmp(fields->name, name, n) && !fields->name[n])
			return fields;
	return NULL;
}

static int no_such_key(const struct field *fields, const char *key, const char *path,
		       struct errors *errors)
{
	struct nearest nearest = {.word = key};
	char full[PATH_SIZE];

	join(full, sizeof(full), path, key);
	for (; fields && fields->name; fields++)
		nearest_offer(&nearest, fields->name);
	if (nearest.best)
		return errors_add(errors, full, "unknown key (did you mean %s?)", nearest.best);
	return errors_add(errors, full, "unknown key");
}

static bool has_choice(const struct field *field, const char *word)
{
	for (const char *const *c = field->type == F_ENUM ? field->choices : NULL; c && *c; c++)
		if (!strcmp(*c, word))
			return true;
	return false;
}

/* "a,b" as a map: the names with nothing set. */
static json_t *map_of_names(json_t *names)
{
	json_t *map = json_object(), *name;
	size_t i;

	json_array_foreach(names, i, name) {
		if (!json_is_string(name)) {
			json_decref(map);
			return names;
		}
		json_object_set_new(map, json_string_value(name), json_object());
	}
	json_decref(names);
	return map;
}

/* What a string stands for where the field is no scalar; NULL with errors. */
static json_t *parse_text(const struct field *field, const char *text, const char *path,
			  struct errors *errors)
{
	char first = text[strspn(text, " \t")];
	char *list = NULL;
	json_t *value;

	if ((field->flags & FIELD_OR_AUTO && !strcmp(text, "auto")) ||
	    (field->type == F_VLANS && first != '['))
		return json_string(text);
	if (first == '[' || first == '{' || (field->type == F_OBJECT && !field->from_text)) {
		value = yaml_value(text, path, errors);
		if (value && json_is_object(value) && field->type == F_LIST)
			value = json_pack("[o]", value);
		return value;
	}
	if (field->type == F_OBJECT || (field->type == F_LIST && field->elem->from_text))
		return json_string(text); /* what it stands for is seen when it is checked */
	if (asprintf(&list, "[%s]", text) < 0)
		return NULL;
	value = yaml_value(list, path, errors);
	free(list);
	return value && field->type == F_MAP ? map_of_names(value) : value;
}

static int assign(const struct field *field, json_t *object, const char *key, const json_t *value,
		  const char *path, struct errors *errors)
{
	const char *text = json_string_value(value);
	char full[PATH_SIZE];
	json_t *parsed;

	if (json_is_null(value) || (text && !strcmp(text, "none") && !has_choice(field, text))) {
		json_object_del(object, key);
		return 0;
	}
	if (!text || (field->type != F_LIST && field->type != F_MAP && field->type != F_OBJECT &&
		      field->type != F_VLANS))
		return json_object_set(object, key, (json_t *)value);
	join(full, sizeof(full), path, key);
	parsed = parse_text(field, text, full, errors);
	return parsed ? json_object_set_new(object, key, parsed) : -1;
}

static json_t *child_object(json_t *object, const char *key)
{
	json_t *child = json_object_get(object, key);

	if (!json_is_object(child)) {
		child = json_object();
		json_object_set_new(object, key, child);
	}
	return child;
}

/*
 * Where the name of a map's entry ends in "NAME" or "NAME.KEY…". Names may
 * contain dots (eth0.100), so: a name that is there, the longest first; else
 * the shortest that a known key follows; else all of it.
 */
static size_t name_length(const struct field *field, const json_t *map, const char *text)
{
	size_t best = 0;
	const char *known;
	json_t *value;

	json_object_foreach((json_t *)map, known, value) {
		size_t n = strlen(known);

		if (n > best && !strncmp(text, known, n) && (!text[n] || text[n] == '.'))
			best = n;
	}
	if (best)
		return best;
	for (const char *dot = strchr(text, '.'); dot; dot = strchr(dot + 1, '.'))
		if (dot > text && find_field(field->fields, dot + 1, strcspn(dot + 1, ".")))
			return dot - text;
	return strlen(text);
}

/* Neither an object, nor a text that is one, nor nothing. */
static bool is_scalar(const json_t *value)
{
	const char *text = json_string_value(value);

	if (text)
		return *text && *text != '{' && strcmp(text, "none") != 0;
	return !json_is_object(value) && !json_is_null(value);
}

static int edit_map(const struct field *field, json_t *map, const char *key, const json_t *value,
		    const char *path, struct errors *errors)
{
	const struct field entry = {.name = field->name, .type = F_OBJECT, .fields = field->fields};
	size_t n = name_length(field, map, key);
	char name[PATH_SIZE], full[PATH_SIZE];
	const char *text = json_string_value(value), *last = strrchr(key, '.');

	/* "vm1.vlna=10": no name of a port, but a key of one. */
	if (!key[n] && last && is_scalar(value) && !json_object_get(map, key)) {
		snprintf(name, sizeof(name), "%.*s", (int)(last - key), key);
		join(full, sizeof(full), path, name);
		return no_such_key(field->fields, last + 1, full, errors);
	}
	snprintf(name, sizeof(name), "%.*s", (int)n, key);
	join(full, sizeof(full), path, name);
	if (key[n])
		return edit_key(field->fields, child_object(map, name), key + n + 1, value, full,
				errors);
	if ((json_is_null(value) || (text && !strcmp(text, "none"))) && !json_object_get(map, name))
		return errors_add(errors, full, "there is none to take away");
	return assign(&entry, map, name, value, path, errors);
}

int edit_key(const struct field *fields, json_t *object, const char *key, const json_t *value,
	     const char *path, struct errors *errors)
{
	const struct field *field = find_field(fields, key, strlen(key));
	size_t n = strcspn(key, ".");
	char name[PATH_SIZE], full[PATH_SIZE];

	if (field)
		return assign(field, object, key, value, path, errors);
	field = find_field(fields, key, n);
	if (!field || !key[n])
		return no_such_key(fields, key, path, errors);
	snprintf(name, sizeof(name), "%.*s", (int)n, key);
	join(full, sizeof(full), path, name);
	switch (field->type) {
	case F_MAP:
		return edit_map(field, child_object(object, name), key + n + 1, value, full,
				errors);
	case F_OBJECT:
		return edit_key(field->fields, child_object(object, name), key + n + 1, value, full,
				errors);
	default:
		return errors_add(errors, full, "has no keys below it: set it as a whole");
	}
}

static int edit_keys(const struct noun *noun, json_t *object, const json_t *set, const char *path,
		     struct errors *errors)
{
	const char *key;
	json_t *value;
	int rc = 0;

	json_object_foreach((json_t *)set, key, value)
		if (edit_key(noun->fields, object, key, value, path, errors))
			rc = -1;
	return rc;
}

/* The running configuration, in which the noun's part may be edited. */
static json_t *begin(const json_t *running, const struct noun *noun, json_t **part)
{
	json_t *candidate = running ? json_copy((json_t *)running) : json_object();
	json_t *old = json_object_get(candidate, noun->key);

	/* What is not edited stays the very same: so it is known to be sound. */
	if (old)
		*part = noun->shape == NOUN_SINGLE ? json_deep_copy(old) : json_copy(old);
	else
		*part = noun->shape == NOUN_LIST ? json_array() : json_object();
	json_object_set_new(candidate, noun->key, *part);
	return candidate;
}

/* What no longer says anything leaves the configuration. */
static json_t *finish(json_t *candidate, const struct noun *noun, const json_t *part, int rc)
{
	if (rc) {
		json_decref(candidate);
		return NULL;
	}
	if (!json_object_size(part) && !json_array_size(part))
		json_object_del(candidate, noun->key);
	return candidate;
}

static void object_path(char *out, size_t size, const struct noun *noun, const char *name)
{
	if (noun->shape == NOUN_SINGLE)
		snprintf(out, size, "%s", noun->key);
	else if (noun->shape == NOUN_LIST)
		snprintf(out, size, "%s[%s]", noun->key, name);
	else
		join(out, size, noun->key, name);
}

/* The value that an item of a list may be named by in its canonical form; NULL: name is none. */
static json_t *key_value(const struct noun *noun, const char *name)
{
	const struct field *field =
		noun->list_key ? find_field(noun->fields, noun->list_key, strlen(noun->list_key))
			       : NULL;
	json_t *text = json_string(name), *value = NULL;
	struct errors ignored;

	errors_init(&ignored);
	if (field && text)
		value = field_check(field, text, "", &ignored);
	errors_fini(&ignored);
	json_decref(text);
	return value;
}

/* The position of the only item whose key is that; -1 with an error. */
static int find_by_key(const json_t *list, const struct noun *noun, const char *name,
		       const json_t *key, struct errors *errors)
{
	char places[128] = "";
	size_t i, n = 0, found = 0;
	const json_t *item;
	int at = -1;

	json_array_foreach((json_t *)list, i, item) {
		if (!json_equal(json_object_get(item, noun->list_key), key))
			continue;
		at = (int)i;
		if (found++ < 8 && n < sizeof(places))
			n += (size_t)snprintf(places + n, sizeof(places) - n, "%s%zu",
					      n ? ", " : "", i);
	}
	if (found == 1)
		return at;
	if (!found)
		return errors_add(errors, "", "no %s in the configuration has %s %s", noun->name,
				  noun->list_key, name);
	return errors_add(errors, "", "%zu %ss have %s %s: expected one of the positions %s%s",
			  found, noun->name, noun->list_key, name, places, found > 8 ? "…" : "");
}

/* Where in the list an item stands that is named by its position or its key; -1 with an error. */
static int find_item(const json_t *list, const struct noun *noun, const char *name,
		     struct errors *errors)
{
	json_t *key = key_value(noun, name);
	unsigned long i;
	char *end;
	int at;

	if (key) {
		at = find_by_key(list, noun, name, key, errors);
		json_decref(key);
		return at;
	}
	errno = 0;
	i = strtoul(name, &end, 10);
	if (!errno && *name >= '0' && *name <= '9' && !*end && i < json_array_size(list))
		return (int)i;
	return errors_add(errors, "", "there is no %s %s: there are %zu, counted from 0",
			  noun->name, name, json_array_size(list));
}

/* An object by its name, position or key; NULL with an error. */
static json_t *find_object(json_t *part, const struct noun *noun, const char *name,
			   struct errors *errors)
{
	json_t *object;
	int at;

	if (noun->shape == NOUN_SINGLE)
		return part;
	if (noun->shape == NOUN_MAP) {
		object = json_object_get(part, name);
		if (!object && noun_has_always(noun, name))
			errors_add(errors, "", "%s %s is always there, it is not configured",
				   noun->name, name);
		else if (!object)
			edit_no_such(noun, name, part, errors);
		return object;
	}
	at = find_item(part, noun, name, errors);
	return at < 0 ? NULL : json_array_get(part, (size_t)at);
}

json_t *edit_add(const json_t *running, const struct noun *noun, const char *name,
		 const json_t *set, struct errors *errors)
{
	json_t *part, *candidate = begin(running, noun, &part);
	char path[PATH_SIZE], position[24];
	json_t *object = json_object();
	int rc = 0;

	if (noun->shape == NOUN_LIST) {
		snprintf(position, sizeof(position), "%zu", json_array_size(part));
		name = position;
		json_array_append_new(part, object);
	} else if (json_object_get(part, name)) {
		rc = errors_add(errors, "", "%s %s is there already: \"%s set %s\" changes it",
				noun->name, name, noun->name, name);
		json_decref(object);
		return finish(candidate, noun, part, rc);
	} else {
		json_object_set_new(part, name, object);
	}
	object_path(path, sizeof(path), noun, name);
	rc = edit_keys(noun, object, set, path, errors);
	/* An empty object is an object. */
	if (rc)
		return finish(candidate, noun, part, rc);
	return candidate;
}

/* Puts a copy in the object's place, to be edited; borrowed. */
static json_t *own_copy(json_t *part, const struct noun *noun, const char *name, json_t *object,
			struct errors *errors)
{
	json_t *copy = json_deep_copy(object);

	if (noun->shape == NOUN_MAP)
		json_object_set_new(part, name, copy);
	else
		json_array_set_new(part, (size_t)find_item(part, noun, name, errors), copy);
	return copy;
}

json_t *edit_set(const json_t *running, const struct noun *noun, const char *name,
		 const json_t *set, struct errors *errors)
{
	json_t *part, *candidate = begin(running, noun, &part);
	json_t *object = find_object(part, noun, name, errors);
	char path[PATH_SIZE], position[24];
	int rc = -1;

	if (object && noun->shape != NOUN_SINGLE)
		object = own_copy(part, noun, name, object, errors);
	if (object && noun->shape == NOUN_LIST) {
		snprintf(position, sizeof(position), "%d", find_item(part, noun, name, errors));
		name = position;
	}
	object_path(path, sizeof(path), noun, name);
	if (object)
		rc = edit_keys(noun, object, set, path, errors);
	return finish(candidate, noun, part, rc);
}

json_t *edit_del(const json_t *running, const struct noun *noun, const char *name,
		 struct errors *errors)
{
	json_t *part, *candidate = begin(running, noun, &part);
	int at = noun->shape == NOUN_LIST ? find_item(part, noun, name, errors) : 0;

	if (at < 0 || (noun->shape == NOUN_MAP && !find_object(part, noun, name, errors)))
		return finish(candidate, noun, part, -1);
	if (noun->shape == NOUN_SINGLE)
		json_object_clear(part);
	else if (noun->shape == NOUN_MAP)
		json_object_del(part, name);
	else
		json_array_remove(part, (size_t)at);
	return finish(candidate, noun, part, 0);
}
