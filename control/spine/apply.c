// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/apply.h"

#include <stdlib.h>
#include <string.h>

#include "control/spine/plan.h"

static const char *const verbs[] = {
	[OP_REMOVE] = "removed",
	[OP_ADD] = "added",
	[OP_CHANGE] = "changed",
	[OP_TOUCH] = "changed",
};

/* Errors of a hook that name no place are about the object; one that says nothing gets a word. */
static void adopt_errors(const struct op *op, size_t before, struct errors *errors)
{
	char path[FIELD_PATH_MAX];

	noun_path(op->noun, op->name, path);
	if (errors->n + errors->more == before)
		errors_add(errors, path, "could not be %s", verbs[op->kind]);
	for (size_t i = before; i < errors->n; i++) {
		struct error *error = &errors->list[i];
		char *copy = error->path[0] == '\0' ? strdup(path) : NULL;

		if (copy != NULL) {
			free(error->path);
			error->path = copy;
		}
	}
}

static int call_hook(const struct op *op, const json_t *old, const json_t *new,
		     struct errors *errors)
{
	const struct noun *noun = op->noun;

	switch (op->kind) {
	case OP_REMOVE:
		return noun->remove != NULL ? noun->remove(op->name, old, errors) : 0;
	case OP_ADD:
		return noun->add != NULL ? noun->add(op->name, new, errors) : 0;
	default:
		return noun->change != NULL ? noun->change(op->name, old, new, errors) : 0;
	}
}

static int run_op(const struct op *op, struct errors *errors)
{
	size_t before = errors->n + errors->more;
	const struct field *fields = op->noun->fields;
	json_t *old = op->old != NULL ? field_effective(fields, op->old) : NULL;
	json_t *new = op->new != NULL ? field_effective(fields, op->new) : NULL;
	int rc = call_hook(op, old, new, errors);

	json_decref(old);
	json_decref(new);
	if (rc != 0)
		adopt_errors(op, before, errors);
	return rc;
}

/* Where the system stands, as a tree whose sections are its own. */
static json_t *copy_sections(const json_t *tree)
{
	json_t *copy = json_object();
	json_t *section;
	const char *key;

	json_object_foreach((json_t *)tree, key, section)
		json_object_set_new(copy, key, json_copy(section));
	return copy;
}

static json_t *section_of(json_t *now, const struct noun *noun)
{
	json_t *section = json_object_get(now, noun->key);

	if (section == NULL) {
		section = noun->shape == NOUN_LIST ? json_array() : json_object();
		json_object_set_new(now, noun->key, section);
	}
	return section;
}

static void note_map(json_t *now, const struct op *op)
{
	json_t *section = section_of(now, op->noun);

	if (op->kind == OP_REMOVE)
		json_object_del(section, op->name);
	else
		json_object_set(section, op->name, op->new);
	if (json_object_size(section) == 0)
		json_object_del(now, op->noun->key);
}

static void note_list(json_t *now, const struct op *op)
{
	json_t *section = section_of(now, op->noun);
	size_t position = strtoul(op->name, NULL, 10);

	if (op->kind == OP_REMOVE)
		json_array_remove(section, position);
	else if (op->kind == OP_ADD)
		json_array_insert(section, position, op->new);
	if (json_array_size(section) == 0)
		json_object_del(now, op->noun->key);
}

static void note_op(json_t *now, const struct op *op)
{
	if (op->noun->shape == NOUN_MAP)
		note_map(now, op);
	else if (op->noun->shape == NOUN_LIST)
		note_list(now, op);
	else if (op->kind == OP_REMOVE)
		json_object_del(now, op->noun->key);
	else
		json_object_set(now, op->noun->key, op->new);
}

static void note_disturbed(json_t *disturbed, const struct op *op)
{
	char key[FIELD_PATH_MAX];

	plan_object_key(op->noun, op->name, key);
	if (op->kind == OP_REMOVE)
		json_object_set_new(disturbed, key, json_true());
}

/* Did an operation fail on whose success this one counts: on the same object, or the same list? */
static bool is_hopeless(const struct plan *plan, size_t at, const bool *failed)
{
	const struct op *op = &plan->ops[at];

	for (size_t i = 0; i < at; i++)
		if (failed[i] && plan->ops[i].noun == op->noun &&
		    (op->noun->shape == NOUN_LIST || strcmp(plan->ops[i].name, op->name) == 0))
			return true;
	return false;
}

/* From now back to before. True: all is as it was. */
static bool undo(const struct registry *registry, json_t *now, const json_t *before,
		 const json_t *disturbed, struct errors *errors)
{
	struct plan plan;
	bool good = true, *failed;

	plan_init(&plan, registry, now, before, disturbed);
	failed = calloc(plan.n + 1, sizeof(*failed));
	for (size_t i = 0; i < plan.n && failed != NULL; i++) {
		if (!good && is_hopeless(&plan, i, failed))
			continue;
		failed[i] = run_op(&plan.ops[i], errors) != 0;
		if (failed[i])
			good = false;
		else
			note_op(now, &plan.ops[i]);
	}
	good = good && failed != NULL;
	free(failed);
	plan_fini(&plan);
	return good;
}

json_t *apply_plan(const struct registry *registry, json_t **running, const json_t *to,
		   struct errors *errors)
{
	json_t *now = copy_sections(*running), *disturbed = json_object(), *changes = NULL;
	struct plan plan;
	size_t i;

	plan_init(&plan, registry, *running, to, NULL);
	for (i = 0; i < plan.n; i++) {
		if (run_op(&plan.ops[i], errors) != 0)
			break;
		note_op(now, &plan.ops[i]);
		note_disturbed(disturbed, &plan.ops[i]);
	}
	if (i == plan.n) {
		changes = json_incref(plan.changes);
		json_decref(*running);
		*running = json_incref((json_t *)to);
	} else if (undo(registry, now, *running, disturbed, errors)) {
		errors_add(errors, "", "nothing was changed: everything is as it was before");
	} else {
		errors_add(
			errors, "",
			"and not everything could be put back: 'config show' says what is there");
		json_decref(*running);
		*running = json_incref(now);
	}
	plan_fini(&plan);
	json_decref(disturbed);
	json_decref(now);
	return changes;
}
