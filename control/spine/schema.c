// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/schema.h"

#include <stdio.h>
#include <string.h>

#include "control/spine/field_type.h"
#include "control/spine/refs.h"
#include "routing/core/nearest.h"

/* One check of a whole tree. What is sound so far stands in out. */
struct check {
	const struct registry *registry;
	const json_t *tree;  /* as given: names count as known even where their object is bad */
	const json_t *sound; /* was checked before: what is the very same there needs no further
				look; NULL: nothing was */
	json_t *out;
	struct errors *errors;
	bool good;
};

static bool has_section(const struct noun *noun)
{
	return noun->key != NULL && noun->shape != NOUN_VIEW;
}

/* 1. Fields */

static void list_keys(const struct registry *registry, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < registry->n && n < size; i++)
		if (has_section(registry->list[i]))
			n += (size_t)snprintf(out + n, size - n, "%s%s", n > 0 ? ", " : "",
					      registry->list[i]->key);
}

static void check_section_key(struct check *check, const char *key)
{
	const struct noun *noun = noun_find(check->registry, key);
	struct nearest nearest = {.word = key};
	char text[256];

	if (noun != NULL && has_section(noun) && strcmp(noun->key, key) == 0)
		return;
	check->good = false;
	for (size_t i = 0; i < check->registry->n; i++)
		if (has_section(check->registry->list[i]))
			nearest_offer(&nearest, check->registry->list[i]->key);
	if (nearest.best != NULL) {
		field_did_you_mean(&nearest, text, sizeof(text));
		errors_add_key(check->errors, "", key, "unknown key '%.60s'%s", key, text);
		return;
	}
	list_keys(check->registry, text, sizeof(text));
	errors_add_key(check->errors, "", key, "unknown key '%.60s': expected one of %s", key,
		       text);
}

static json_t *check_fields(struct check *check, const struct noun *noun, const char *name,
			    const json_t *value)
{
	char path[FIELD_PATH_MAX];
	json_t *checked;

	noun_path(noun, name, path);
	checked = field_check_object(noun->fields, value, path, check->errors);
	if (checked == NULL)
		check->good = false;
	return checked;
}

/* The very same value stands in the tree that was checked before. */
static bool is_sound(const struct check *check, const struct noun *noun, const char *name,
		     const json_t *value)
{
	return value == json_object_get(json_object_get(check->sound, noun->key), name);
}

static void check_map(struct check *check, const struct noun *noun, const json_t *section)
{
	static const struct field name_field = {.type = F_NAME};
	json_t *out = json_object();
	const json_t *value;
	const char *name;

	json_object_foreach((json_t *)section, name, value) {
		json_t *checked = NULL;
		struct errors bad_name;
		json_t *text;

		if (is_sound(check, noun, name, value)) {
			json_object_set(out, name, (json_t *)value);
			continue;
		}
		text = json_string(name);
		errors_init(&bad_name);
		json_decref(field_check(&name_field, text, "", &bad_name));
		json_decref(text);
		if (bad_name.n > 0) {
			errors_add_key(check->errors, noun->key, name, "%s", bad_name.list[0].text);
			check->good = false;
		} else if (noun_has_always(noun, name)) {
			errors_add_key(check->errors, noun->key, name,
				       "%s %s is always there, it is not configured", noun->name,
				       name);
			check->good = false;
		} else {
			checked = check_fields(check, noun, name, value);
		}
		errors_fini(&bad_name);
		if (checked != NULL)
			json_object_set_new(out, name, checked);
	}
	if (json_object_size(out) > 0)
		json_object_set(check->out, noun->key, out);
	json_decref(out);
}

static void check_list(struct check *check, const struct noun *noun, const json_t *section)
{
	const json_t *sound = json_object_get(check->sound, noun->key), *value;
	json_t *out = json_array();
	size_t i, at = 0; /* at: how far in sound */
	char name[24];

	json_array_foreach((json_t *)section, i, value) {
		json_t *checked;

		/* Items that follow one another there do so here, but for what was put in or out.
		 */
		if (value == json_array_get(sound, at + 1))
			at++;
		if (value == json_array_get(sound, at)) {
			json_array_append(out, (json_t *)value);
			at++;
			continue;
		}
		snprintf(name, sizeof(name), "%zu", i);
		checked = check_fields(check, noun, name, value);
		if (checked != NULL)
			json_array_append_new(out, checked);
	}
	if (json_array_size(out) > 0)
		json_object_set(check->out, noun->key, out);
	json_decref(out);
}

static void check_section(struct check *check, const struct noun *noun)
{
	const json_t *section = json_object_get(check->tree, noun->key);
	json_t *single;

	if (section == NULL)
		return;
	if (section == json_object_get(check->sound, noun->key)) {
		json_object_set(check->out, noun->key, (json_t *)section);
	} else if (noun->shape == NOUN_SINGLE) {
		single = check_fields(check, noun, "", section);
		if (single != NULL)
			json_object_set_new(check->out, noun->key, single);
	} else if (json_is_null(section)) {
		return;
	} else if (noun->shape == NOUN_MAP && json_is_object(section)) {
		check_map(check, noun, section);
	} else if (noun->shape == NOUN_LIST && json_is_array(section)) {
		check_list(check, noun, section);
	} else {
		errors_add(check->errors, noun->key,
			   noun->shape == NOUN_MAP ? "not a map: expected names, each with its keys"
						   : "not a list: expected items after '- '");
		check->good = false;
	}
}

/* 2. References */

struct lookup {
	const struct check *check;
	const char *name;
	struct nearest nearest;
	const char *key; /* where such names stand */
	bool known;      /* some noun of these exists */
};

static int lookup_in(void *arg, const char *noun_name)
{
	struct lookup *lookup = arg;
	const struct noun *noun = noun_find(lookup->check->registry, noun_name);
	const json_t *section, *value;
	const char *name;

	if (noun == NULL || !has_section(noun))
		return 0;
	lookup->known = true;
	if (lookup->key == NULL)
		lookup->key = noun->key;
	section = json_object_get(lookup->check->tree, noun->key);
	if (json_object_get(section, lookup->name) != NULL || noun_has_always(noun, lookup->name))
		return 1;
	if (noun->always != NULL)
		nearest_offer(&lookup->nearest, noun->always);
	json_object_foreach((json_t *)section, name, value)
		nearest_offer(&lookup->nearest, name);
	return 0;
}

static int check_ref(void *arg, const struct ref *ref)
{
	struct check *check = arg;
	struct lookup lookup = {.check = check, .name = ref->name, .nearest = {.word = ref->name}};
	char near[64], nouns[64];
	const char *bar;

	if (refs_each_noun(ref->nouns, lookup_in, &lookup) == 1 || !lookup.known)
		return 0;
	check->good = false;
	bar = strchr(ref->nouns, '|');
	snprintf(nouns, sizeof(nouns), "%.*s%s%s",
		 (int)(bar != NULL ? (size_t)(bar - ref->nouns) : strlen(ref->nouns)), ref->nouns,
		 bar != NULL ? " or " : "", bar != NULL ? bar + 1 : "");
	if (lookup.nearest.best != NULL)
		field_did_you_mean(&lookup.nearest, near, sizeof(near));
	else
		snprintf(near, sizeof(near), ": expected a name that stands under '%s'",
			 lookup.key);
	if (ref->is_key)
		errors_add_key(check->errors, ref->path, ref->name, "no %s '%s'%s", nouns,
			       ref->name, near);
	else
		errors_add(check->errors, ref->path, "no %s '%s'%s", nouns, ref->name, near);
	return 0;
}

/* 3. Each noun's own check */

struct each {
	int (*fn)(void *arg, const struct noun *noun, const char *name, const json_t *value);
	void *arg;
};

/* The objects of one noun, with values as they stand in the tree. */
static int each_of(const struct noun *noun, const json_t *tree, const struct each *each)
{
	const json_t *section = has_section(noun) ? json_object_get(tree, noun->key) : NULL, *value;
	const char *name;
	char index[24];
	int rc = 0;
	size_t i;

	if (section != NULL && noun->shape == NOUN_SINGLE)
		rc = each->fn(each->arg, noun, "", section);
	if (noun->shape == NOUN_MAP)
		json_object_foreach((json_t *)section, name, value)
			if (rc == 0)
				rc = each->fn(each->arg, noun, name, value);
	if (noun->shape == NOUN_LIST)
		json_array_foreach((json_t *)section, i, value) {
			snprintf(index, sizeof(index), "%zu", i);
			if (rc == 0)
				rc = each->fn(each->arg, noun, index, value);
		}
	return rc;
}

static int check_refs(void *arg, const struct noun *noun, const char *name, const json_t *value)
{
	char path[FIELD_PATH_MAX];

	noun_path(noun, name, path);
	return refs_each(noun->fields, value, path, check_ref, arg);
}

static int check_ref_exists(void *arg, const struct ref *ref)
{
	struct check *check = arg;
	struct lookup lookup = {.check = check, .name = ref->name, .nearest = {.word = ref->name}};

	return refs_each_noun(ref->nouns, lookup_in, &lookup) != 1 && lookup.known;
}

/* Only the noun's own section differs from the tree that was checked before. */
static bool others_are_sound(const struct check *check, const struct noun *noun)
{
	for (size_t i = 0; i < check->registry->n; i++) {
		const struct noun *other = check->registry->list[i];

		if (other != noun && has_section(other) &&
		    json_object_get(check->tree, other->key) !=
			    json_object_get(check->sound, other->key))
			return false;
	}
	return true;
}

/* What an item of a list refers to are others' objects: where those are as they were, only new
 * items are looked at. There may be very many. */
static void check_list_refs(struct check *check, const struct noun *noun)
{
	const json_t *sound = json_object_get(check->sound, noun->key), *value;
	bool skips = check->sound != NULL && others_are_sound(check, noun);
	const json_t *section = json_object_get(check->out, noun->key);
	size_t i, at = 0;
	char name[24];

	json_array_foreach((json_t *)section, i, value) {
		if (value == json_array_get(sound, at + 1))
			at++;
		if (skips && value == json_array_get(sound, at)) {
			at++;
			continue;
		}
		if (refs_each(noun->fields, value, NULL, check_ref_exists, check) == 0)
			continue;
		snprintf(name, sizeof(name), "%zu", i);
		check_refs(check, noun, name, value);
	}
}

static void check_noun_refs(struct check *check, const struct noun *noun)
{
	if (noun->shape == NOUN_LIST)
		check_list_refs(check, noun);
	else
		each_of(noun, check->out, &(struct each){check_refs, check});
}

static int check_hook(void *arg, const struct noun *noun, const char *name, const json_t *value)
{
	struct check *check = arg;
	size_t before = check->errors->n + check->errors->more;
	char path[FIELD_PATH_MAX];
	json_t *effective;

	noun_path(noun, name, path);
	effective = field_effective(noun->fields, value);
	if (noun->check(name, effective, check->out, path, check->errors) != 0) {
		check->good = false;
		if (check->errors->n + check->errors->more == before)
			errors_add(check->errors, path, "refused");
	}
	json_decref(effective);
	return 0;
}

static void check_all(struct check *check, const struct noun *noun)
{
	const json_t *section = has_section(noun) ? json_object_get(check->out, noun->key) : NULL;
	size_t before = check->errors->n + check->errors->more;

	if (noun->check_all == NULL || section == NULL ||
	    noun->check_all(section, check->out, check->errors) == 0)
		return;
	check->good = false;
	if (check->errors->n + check->errors->more == before)
		errors_add(check->errors, noun->key, "refused");
}

json_t *schema_check(const struct registry *registry, const json_t *tree, struct errors *errors)
{
	return schema_check_beside(registry, tree, NULL, errors);
}

json_t *schema_check_beside(const struct registry *registry, const json_t *tree,
			    const json_t *sound, struct errors *errors)
{
	struct check check = {
		.registry = registry, .tree = tree, .sound = sound, .errors = errors, .good = true};
	const json_t *value;
	const char *key;

	if (!json_is_object(tree)) {
		errors_add(errors, "", "not a map: expected keys with values, such as 'ports:'");
		return NULL;
	}
	check.out = json_object();
	json_object_foreach((json_t *)tree, key, value)
		check_section_key(&check, key);
	for (size_t i = 0; i < registry->n; i++)
		if (has_section(registry->list[i]))
			check_section(&check, registry->list[i]);
	for (size_t i = 0; i < registry->n; i++)
		check_noun_refs(&check, registry->list[i]);
	/* Hooks may rely on all that was looked at so far. */
	for (size_t i = 0; check.good && i < registry->n; i++)
		if (registry->list[i]->check != NULL)
			each_of(registry->list[i], check.out, &(struct each){check_hook, &check});
	for (size_t i = 0; check.good && i < registry->n; i++)
		check_all(&check, registry->list[i]);
	if (check.good)
		return check.out;
	json_decref(check.out);
	return NULL;
}

static int call_effective(void *arg, const struct noun *noun, const char *name, const json_t *value)
{
	const struct each *each = arg;
	json_t *effective = field_effective(noun->fields, value);
	int rc = each->fn(each->arg, noun, name, effective);

	json_decref(effective);
	return rc;
}

int schema_each(const struct registry *registry, const json_t *tree,
		int (*fn)(void *arg, const struct noun *noun, const char *name,
			  const json_t *value),
		void *arg)
{
	struct each each = {fn, arg};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < registry->n; i++)
		rc = each_of(registry->list[i], tree, &(struct each){call_effective, &each});
	return rc;
}
