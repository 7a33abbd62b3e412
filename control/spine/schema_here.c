// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/schema.h"

static int ask(const struct noun *noun, const char *name, const json_t *old, const json_t *value,
	       const json_t *tree, struct errors *errors)
{
	json_t *before = old != NULL ? field_effective(noun->fields, old) : NULL;
	json_t *after = field_effective(noun->fields, value);
	char path[FIELD_PATH_MAX];
	int rc = 0;

	noun_path(noun, name, path);
	if (!json_equal(before, after))
		rc = noun->check_here(name, before, after, tree, path, errors);
	json_decref(before);
	json_decref(after);
	return rc;
}

int schema_check_here(const struct registry *registry, const json_t *tree, const json_t *running,
		      struct errors *errors)
{
	int rc = 0;

	for (size_t i = 0; i < registry->n; i++) {
		const struct noun *noun = registry->list[i];
		const json_t *value, *old;
		const char *name;

		if (noun->check_here == NULL || noun->shape != NOUN_MAP)
			continue;
		json_object_foreach(json_object_get(tree, noun->key), name, value) {
			old = json_object_get(json_object_get(running, noun->key), name);
			if (value != old && ask(noun, name, old, value, tree, errors) != 0)
				rc = -1;
		}
	}
	return rc;
}
