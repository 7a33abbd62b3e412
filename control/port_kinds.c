// SPDX-License-Identifier: BSD-3-Clause
/* The table of port kinds, in the order in which people are shown them: the name of its struct
 * port_kind, and its type. */
#include <string.h>

#include "control/port_kind.h"

/* clang-format off */
#define KINDS(KIND) \
	KIND(vhost, "vhost-user") \
	KIND(tap, "tap") \
	KIND(af_packet, "af_packet") \
	KIND(af_xdp, "af_xdp") \
	KIND(pci, "pci") \
	KIND(vdev, "vdev")
/* clang-format on */

#define DECLARED(name, type) extern const struct port_kind port_kind_##name;
#define ADDRESS(name, type)  &port_kind_##name,
#define TYPE(name, type)     type,

KINDS(DECLARED)

const struct port_kind *const port_kinds[] = {KINDS(ADDRESS) NULL};
const char *const port_kind_types[] = {KINDS(TYPE) NULL};

const struct port_kind *port_kind_find(const char *type)
{
	for (size_t i = 0; port_kinds[i]; i++)
		if (strcmp(port_kinds[i]->type, type) == 0)
			return port_kinds[i];
	return NULL;
}
