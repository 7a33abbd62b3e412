// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routes that stand in files of their own (route_text.h): what `route_files` of
 * the configuration names.
 *
 * A file is a source of the RIB. Giving it to the RIB is a walk along two
 * sorted lists, what the RIB has of it and what it is to have, in slices
 * between which everything else gets its turn: a route that is the same in both
 * costs a comparison and nothing more. So files are read again, and gateways
 * that belong to another interface now are followed.
 *
 * What a file says comes with the request that was checked with it
 * (route_reads.h). Where there is none, as when a change is undone or a probation
 * ends, the file is read by and by, and what is wrong with it is in the log.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_ROUTE_FILES_H
#define WEFT_CONTROL_ROUTE_FILES_H

#include <jansson.h>

#include "control/route_text.h"
#include "control/spine/error.h"

struct route_file;

/* The hooks of its noun. 0 or -1 with an error. */
int route_files_check(const char *name, const json_t *value, const json_t *candidate,
		      const char *path, struct errors *errors);
int route_files_check_all(const json_t *section, const json_t *candidate, struct errors *errors);
int route_files_add(const char *name, const json_t *value, struct errors *errors);
int route_files_change(struct route_file *file, const json_t *value, struct errors *errors);
void route_files_remove(struct route_file *file);
void route_files_fini(void);

/* Reads the file anew. candidate is the configuration. 0; or -1 with errors, and all stays, or with
 * a request that waits (later.h). */
int route_files_reload(struct route_file *file, const json_t *candidate, struct errors *errors);

/* An interface has other addresses: gateways may belong to another one now. */
void route_files_addresses_changed(void);
/* The RIB has all that files say, as far as they could be read. */
bool route_files_are_quiet(void);
bool route_files_are_read(void);

struct route_file *route_files_first(void); /* in the order in which they were added */
struct route_file *route_files_next(struct route_file *file);
struct route_file *route_files_find(const char *name);

/* As its noun shows it. */
struct route_file_row {
	const char *name, *path;
	uint16_t vrf;
	uint8_t distance;
	size_t routes; /* of the file, as it was read last */
	size_t given;  /* of these to the RIB; as many when all is done */
	size_t nexthops;
	uint64_t refused;  /* by the RIB, for want of memory */
	const char *state; /* "loading", "loaded", or "failed": it could not be read, see the log */
};
void route_files_row(const struct route_file *file, struct route_file_row *out);

#endif
