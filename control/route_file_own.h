// SPDX-License-Identifier: BSD-3-Clause
/* What route_files.c and route_file_walk.c share: files of routes. */
#ifndef WEFT_CONTROL_ROUTE_FILE_OWN_H
#define WEFT_CONTROL_ROUTE_FILE_OWN_H

#include "control/route_files.h"
#include "control/route_reader.h"
#include "routing/nexthop_set.h"

/* A list of routes, and how far it has been walked. */
struct side {
	struct route_text *text;         /* NULL: nothing */
	const struct nexthop_set **sets; /* by via; NULL: not made yet */
	size_t at;
};

struct route_file {
	struct route_file *next;
	char name[FIELD_NAME_MAX + 1];
	char *path;
	struct route_text *text; /* as it was read last; NULL: it was not yet */
	struct route_read *read; /* NULL: it is not read just now */
	bool has_failed;         /* to be read, last time */
	uint16_t vrf;
	struct route_terms terms;
	uint32_t source; /* of the RIB */

	/* The walk. When it is over, the RIB has what `has` says. */
	struct side has, wants;
	bool giving;
	bool all;      /* in this walk even those that are the same */
	bool stale;    /* one more walk is needed after this one */
	bool next_all; /* in that one */
	uint64_t refused;
	int refused_why;
};

/* Has a text sense as this file's, beside a configuration that is sound? 0 or -1 with errors. */
int route_file_check_text(const struct route_file *file, const struct route_text *text,
			  const json_t *candidate, struct errors *errors);

/* Another walk, after the one that may be under way; all: even over what is the same. Without a
 * text once there is one. */
void route_file_again(struct route_file *file, bool all);
/* The RIB has nothing of it any more. */
void route_file_forget_walk(struct route_file *file);
/* Nothing is given any more. */
void route_file_walks_fini(void);

#endif
