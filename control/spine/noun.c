// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/noun.h"

#include <stdio.h>
#include <string.h>

const struct noun *noun_find(const struct registry *registry, const char *name_or_key)
{
	for (size_t i = 0; i < registry->n; i++) {
		const struct noun *noun = registry->list[i];

		if (strcmp(noun->name, name_or_key) == 0 ||
		    (noun->key != NULL && strcmp(noun->key, name_or_key) == 0))
			return noun;
	}
	return NULL;
}

bool noun_has_always(const struct noun *noun, const char *name)
{
	return noun->always != NULL && strcmp(noun->always, name) == 0;
}

void noun_path(const struct noun *noun, const char *name, char out[FIELD_PATH_MAX])
{
	if (noun->shape == NOUN_MAP)
		field_path(out, noun->key, name);
	else if (noun->shape == NOUN_LIST)
		snprintf(out, FIELD_PATH_MAX, "%s[%s]", noun->key, name);
	else
		snprintf(out, FIELD_PATH_MAX, "%s", noun->key);
}
