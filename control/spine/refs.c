// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/refs.h"

#include <string.h>

struct walk {
	int (*fn)(void *arg, const struct ref *ref);
	void *arg;
};

static int walk_object(const struct walk *walk, const struct field *fields, const json_t *object,
		       const char *path);

/* The path of key below path, where paths are wanted. */
static const char *join(char below[FIELD_PATH_MAX], const char *path, const char *key)
{
	if (path == NULL)
		return NULL;
	field_path(below, path, key);
	return below;
}

static int walk_map(const struct walk *walk, const struct field *field, const json_t *map,
		    const char *path)
{
	struct ref ref = {.nouns = field->ref, .path = path, .is_key = true};
	char below[FIELD_PATH_MAX];
	const json_t *item;
	int rc = 0;

	json_object_foreach((json_t *)map, ref.name, item) {
		if (field->ref != NULL)
			rc = walk->fn(walk->arg, &ref);
		if (rc == 0 && field->fields != NULL) {
			rc = walk_object(walk, field->fields, item, join(below, path, ref.name));
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int walk_value(const struct walk *walk, const struct field *field, const json_t *value,
		      const char *path)
{
	struct ref ref = {.nouns = field->ref, .name = json_string_value(value), .path = path};
	char below[FIELD_PATH_MAX];
	const json_t *item;
	size_t i;
	int rc;

	switch (field->type) {
	case F_REF:
		if ((field->flags & FIELD_OR_AUTO) && strcmp(ref.name, "auto") == 0)
			return 0;
		return walk->fn(walk->arg, &ref);
	case F_MAP:
		return walk_map(walk, field, value, path);
	case F_OBJECT:
		return walk_object(walk, field->fields, value, path);
	case F_LIST:
		json_array_foreach((json_t *)value, i, item) {
			if (path != NULL)
				field_path_index(below, path, i);
			rc = walk_value(walk, field->elem, item, path != NULL ? below : NULL);
			if (rc != 0)
				return rc;
		}
		return 0;
	default:
		return 0;
	}
}

static int walk_object(const struct walk *walk, const struct field *fields, const json_t *object,
		       const char *path)
{
	char below[FIELD_PATH_MAX];

	for (const struct field *field = fields; field->name != NULL; field++) {
		const json_t *value = json_object_get(object, field->name);
		int rc = 0;

		if (value != NULL) {
			rc = walk_value(walk, field, value, join(below, path, field->name));
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

int refs_each(const struct field *fields, const json_t *object, const char *path,
	      int (*fn)(void *arg, const struct ref *ref), void *arg)
{
	const struct walk walk = {fn, arg};

	return walk_object(&walk, fields, object, path);
}

int refs_each_noun(const char *nouns, int (*fn)(void *arg, const char *noun), void *arg)
{
	for (;;) {
		char name[FIELD_NAME_MAX + 1];
		size_t length = strcspn(nouns, "|");
		size_t n = length < FIELD_NAME_MAX ? length : FIELD_NAME_MAX;
		int rc;

		memcpy(name, nouns, n);
		name[n] = '\0';
		rc = fn(arg, name);
		if (rc != 0 || nouns[length] == '\0')
			return rc;
		nouns += length + 1;
	}
}
