// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/api_uses.h"

#include <string.h>

#include "control/spine/refs.h"

struct search {
	const struct registry *registry;
	const json_t *running;
	const struct noun *noun; /* of the object */
	const char *name;        /* the object's */
	const struct noun *user;
	const char *user_name;
	struct errors *errors;
	int found;
};

static int is_noun(void *arg, const char *noun)
{
	const struct search *search = arg;

	return strcmp(noun, search->noun->name) == 0;
}

/* Of "port|bond", when the port goes: is there a bond of that name? */
static int is_another(void *arg, const char *name)
{
	const struct search *search = arg;
	const struct noun *noun = noun_find(search->registry, name);

	if (noun == NULL || noun == search->noun || noun->key == NULL)
		return 0;
	return json_object_get(json_object_get(search->running, noun->key), search->name) != NULL;
}

static int look(void *arg, const struct ref *ref)
{
	struct search *search = arg;
	const struct noun *user = search->user;
	const char *verb_name = user->shape == NOUN_MAP ? search->user_name : "";
	char object[FIELD_PATH_MAX], path[FIELD_PATH_MAX];

	if (strcmp(ref->name, search->name) != 0 || !refs_each_noun(ref->nouns, is_noun, search) ||
	    refs_each_noun(ref->nouns, is_another, search))
		return 0;
	field_path(object, user->key, verb_name);
	field_path(path, *verb_name != '\0' ? object : user->key, ref->path);
	if (ref->is_key && user->shape != NOUN_LIST && strchr(ref->path, '[') == NULL)
		search->found = errors_add(
			search->errors, path,
			"%s %s is in use here: \"weft %s set%s%s %s.%s=none\" lets go of it",
			search->noun->name, search->name, user->name, *verb_name != '\0' ? " " : "",
			verb_name, ref->path, search->name);
	else
		search->found = errors_add(search->errors, path, "%s %s is in use here",
					   search->noun->name, search->name);
	return 0;
}

static void look_in(struct search *search, const char *name, const json_t *object)
{
	search->user_name = name;
	if (search->user != search->noun || strcmp(name, search->name) != 0)
		refs_each(search->user->fields, object, "", look, search);
}

int uses_check_none(const struct registry *registry, const json_t *running, const struct noun *noun,
		    const char *name, struct errors *errors)
{
	struct search search = {.registry = registry,
				.running = running,
				.noun = noun,
				.name = name,
				.errors = errors};

	for (size_t n = 0; n < registry->n; n++) {
		const struct noun *user = registry->list[n];
		const json_t *part = user->key != NULL ? json_object_get(running, user->key) : NULL;
		const json_t *object;
		const char *key;
		size_t i;

		search.user = user;
		if (part != NULL && user->shape == NOUN_SINGLE)
			look_in(&search, "", part);
		else if (json_is_array(part))
			json_array_foreach((json_t *)part, i, object)
				look_in(&search, "", object);
		else
			json_object_foreach((json_t *)part, key, object)
				look_in(&search, key, object);
	}
	return search.found;
}
