// SPDX-License-Identifier: BSD-3-Clause
/* What stands behind the prefixes of a file of routes: few texts, for very many lines. */
#ifndef WEFT_CONTROL_ROUTE_VIA_H
#define WEFT_CONTROL_ROUTE_VIA_H

#include "control/route_text.h"

/* Which texts were seen already, while a file is read. Zeros to begin with. */
struct route_vias {
	struct route_seen {
		const char *text; /* in the file that is read; NULL: free */
		size_t size;
		uint16_t id;
	} * seen;
	size_t room, n;
	int last; /* what the last call returned, with these: */
	const char *last_text;
	size_t last_size;
};

/* The place in out->vias of a text, entered when it is new. -1: it has no sense, and *fault says
 * what follows on its quotation. */
int route_vias_get(struct route_vias *vias, struct route_text *out, const char *text, size_t size,
		   uint32_t line, const char **fault);
void route_vias_fini(struct route_vias *vias);

/* Why a prefix of a family cannot have these next hops, or NULL. */
const char *route_via_family_fault(const struct route_via *via, uint8_t family);

#endif
