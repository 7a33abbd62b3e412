// SPDX-License-Identifier: BSD-3-Clause
/* The reasons of drop.def as an enum, with their names for users. Any thread. */
#ifndef WEFT_DATAPLANE_DROP_H
#define WEFT_DATAPLANE_DROP_H

#include <stdbool.h>

enum drop {
#define DROP(name, stage, text) DROP_##name,
#include "dataplane/drop.def"
#undef DROP
	DROP_COUNT
};

struct drop_info {
	const char *name;  /* lower case, as users see it */
	const char *stage; /* where it happens */
	const char *text;  /* what happened, for people */
};

extern const struct drop_info drop_info[DROP_COUNT];

/* Does the reason speak of the port the packet was for? Otherwise of the one it came from. */
static inline bool drop_is_egress(enum drop reason)
{
	return reason >= DROP_vlan_egress;
}

#endif
