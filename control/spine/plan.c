// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/list_diff.h"
#include "control/spine/refs.h"

/* One planning. Removals are gathered in the order of the registry and turned round at the end. */
struct planner {
	const json_t *from, *to;
	json_t *disturbed; /* grows by what is replaced */
	struct plan removals, rest;
	json_t *changes;
};

void plan_object_key(const struct noun *noun, const char *name, char out[FIELD_PATH_MAX])
{
	field_path(out, noun->name, name);
}

static void push(struct plan *plan, enum op_kind kind, const struct noun *noun, const char *name,
		 const json_t *old, const json_t *new)
{
	struct op *op;

	if ((plan->n & (plan->n - 1)) == 0) {
		size_t room = plan->n == 0 ? 1 : plan->n * 2;

		plan->ops = realloc(plan->ops, room * sizeof(*plan->ops));
		if (plan->ops == NULL)
			abort();
	}
	op = &plan->ops[plan->n++];
	*op = (struct op){.kind = kind,
			  .noun = noun,
			  .old = json_incref((json_t *)old),
			  .new = json_incref((json_t *)new)};
	snprintf(op->name, sizeof(op->name), "%s", name);
}

static void note_change(struct planner *planner, const struct noun *noun, const char *name,
			const char *action, const json_t *old, const json_t *new)
{
	json_array_append_new(planner->changes,
			      json_pack("{s:s, s:s, s:s, s:O?, s:O?}", "noun", noun->name, "name",
					name, "action", action, "old", old, "new", new));
}

static void plan_remove(struct planner *planner, const struct noun *noun, const char *name,
			const json_t *old)
{
	push(&planner->removals, OP_REMOVE, noun, name, old, NULL);
	note_change(planner, noun, name, "remove", old, NULL);
}

static void plan_add(struct planner *planner, const struct noun *noun, const char *name,
		     const json_t *new)
{
	push(&planner->rest, OP_ADD, noun, name, NULL, new);
	note_change(planner, noun, name, "add", NULL, new);
}

static void plan_replace(struct planner *planner, const struct noun *noun, const char *name,
			 const json_t *old, const json_t *new)
{
	char key[FIELD_PATH_MAX];

	plan_object_key(noun, name, key);
	json_object_set_new(planner->disturbed, key, json_true());
	push(&planner->removals, OP_REMOVE, noun, name, old, NULL);
	push(&planner->rest, OP_ADD, noun, name, NULL, new);
}

/* Does a field that cannot change while the object lives differ? Effective values. */
static bool fixed_differs(const struct field *fields, const json_t *old, const json_t *new)
{
	for (const struct field *field = fields; field->name != NULL; field++) {
		const json_t *a = json_object_get(old, field->name);
		const json_t *b = json_object_get(new, field->name);
		const json_t *item;
		const char *name;

		if (json_equal(a, b) || (a == NULL && b == NULL))
			continue;
		if (field->flags & FIELD_FIXED)
			return true;
		if (field->type == F_OBJECT && fixed_differs(field->fields, a, b))
			return true;
		if (field->type != F_MAP || field->fields == NULL)
			continue;
		json_object_foreach((json_t *)a, name, item) {
			const json_t *other = json_object_get(b, name);

			if (other != NULL && fixed_differs(field->fields, item, other))
				return true;
		}
	}
	return false;
}

struct away {
	const json_t *disturbed;
	const char *name;
};

static int noun_is_away(void *arg, const char *noun)
{
	const struct away *away = arg;
	char key[FIELD_PATH_MAX];

	field_path(key, noun, away->name);
	return json_object_get(away->disturbed, key) != NULL;
}

static int ref_is_away(void *arg, const struct ref *ref)
{
	return refs_each_noun(ref->nouns, noun_is_away, &(struct away){arg, ref->name});
}

static bool refers_to_disturbed(const struct planner *planner, const struct noun *noun,
				const json_t *value)
{
	return json_object_size(planner->disturbed) > 0 &&
	       refs_each(noun->fields, value, "", ref_is_away, planner->disturbed) != 0;
}

/* An object that is there before and after. */
static void plan_kept(struct planner *planner, const struct noun *noun, const char *name,
		      const json_t *old, const json_t *new)
{
	bool can_change = noun->change != NULL || (noun->add == NULL && noun->remove == NULL);
	bool same = json_equal(old, new), fixed = false;

	if (!same) {
		json_t *a = field_effective(noun->fields, old);
		json_t *b = field_effective(noun->fields, new);

		same = json_equal(a, b);
		fixed = !same && fixed_differs(noun->fields, a, b);
		json_decref(a);
		json_decref(b);
	}
	if (same && !refers_to_disturbed(planner, noun, new))
		return;
	if (fixed || !can_change)
		plan_replace(planner, noun, name, old, new);
	else
		push(&planner->rest, same ? OP_TOUCH : OP_CHANGE, noun, name, old, new);
	if (!same)
		note_change(planner, noun, name, fixed || !can_change ? "replace" : "change", old,
			    new);
}

static void plan_map(struct planner *planner, const struct noun *noun, const json_t *old,
		     const json_t *new)
{
	const json_t *value, *other;
	const char *name;

	json_object_foreach((json_t *)old, name, value)
		if (json_object_get(new, name) == NULL)
			plan_remove(planner, noun, name, value);
	json_object_foreach((json_t *)new, name, value) {
		other = json_object_get(old, name);
		if (other == NULL)
			plan_add(planner, noun, name, value);
		else
			plan_kept(planner, noun, name, other, value);
	}
}

static void plan_single(struct planner *planner, const struct noun *noun, const json_t *old,
			const json_t *new)
{
	if (old != NULL && new != NULL)
		plan_kept(planner, noun, "", old, new);
	else if (old != NULL)
		plan_remove(planner, noun, "", old);
	else if (new != NULL)
		plan_add(planner, noun, "", new);
}

static void plan_list(struct planner *planner, const struct noun *noun, const json_t *old,
		      const json_t *new)
{
	struct list_diff diff;
	char name[24];

	list_diff_init(&diff, old, new);
	for (size_t i = 0; i < json_array_size(old); i++) {
		snprintf(name, sizeof(name), "%zu", i);
		if (!diff.old_kept[i])
			plan_remove(planner, noun, name, json_array_get(old, i));
	}
	for (size_t i = 0; i < json_array_size(new); i++) {
		const json_t *value = json_array_get(new, i);

		snprintf(name, sizeof(name), "%zu", i);
		if (!diff.new_kept[i])
			plan_add(planner, noun, name, value);
		else if (refers_to_disturbed(planner, noun, value))
			push(&planner->rest, OP_TOUCH, noun, name, value, value);
	}
	list_diff_fini(&diff);
}

static void plan_noun(struct planner *planner, const struct noun *noun)
{
	const json_t *old = json_object_get(planner->from, noun->key);
	const json_t *new = json_object_get(planner->to, noun->key);

	switch (noun->shape) {
	case NOUN_SINGLE:
		plan_single(planner, noun, old, new);
		break;
	case NOUN_MAP:
		plan_map(planner, noun, old, new);
		break;
	case NOUN_LIST:
		plan_list(planner, noun, old, new);
		break;
	case NOUN_VIEW:
		break;
	}
}

static void move_op(struct plan *plan, struct op *op)
{
	push(plan, op->kind, op->noun, op->name, op->old, op->new);
	json_decref(op->old);
	json_decref(op->new);
}

void plan_init(struct plan *plan, const struct registry *registry, const json_t *from,
	       const json_t *to, const json_t *disturbed)
{
	struct planner planner = {
		.from = from,
		.to = to,
		.disturbed = disturbed != NULL ? json_copy((json_t *)disturbed) : json_object(),
		.changes = json_array(),
	};

	for (size_t i = 0; i < registry->n; i++)
		if (registry->list[i]->key != NULL)
			plan_noun(&planner, registry->list[i]);
	*plan = (struct plan){.changes = planner.changes};
	for (size_t i = planner.removals.n; i > 0; i--)
		move_op(plan, &planner.removals.ops[i - 1]);
	for (size_t i = 0; i < planner.rest.n; i++)
		move_op(plan, &planner.rest.ops[i]);
	free(planner.removals.ops);
	free(planner.rest.ops);
	json_decref(planner.disturbed);
}

void plan_fini(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		json_decref(plan->ops[i].old);
		json_decref(plan->ops[i].new);
	}
	free(plan->ops);
	json_decref(plan->changes);
	*plan = (struct plan){0};
}
