// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/noun.h"

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
