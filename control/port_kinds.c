// SPDX-License-Identifier: BSD-3-Clause
/* The table of port kinds, in the order in which people are shown them. */
#include <string.h>

#include "control/port_kind.h"

extern const struct port_kind port_kind_vhost;

const struct port_kind *const port_kinds[] = {
	&port_kind_vhost,
	NULL,
};

const struct port_kind *port_kind_find(const char *type)
{
	for (size_t i = 0; port_kinds[i]; i++)
		if (strcmp(port_kinds[i]->type, type) == 0)
			return port_kinds[i];
	return NULL;
}
