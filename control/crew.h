// SPDX-License-Identifier: BSD-3-Clause
/*
 * The workers as control sees them: which cores they have, and which of them
 * polls which queue.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_CREW_H
#define WEFT_CONTROL_CREW_H

#include <jansson.h>

#include "control/spine/error.h"
#include "dataplane/dp.h"

struct cores {
	uint16_t n;
	uint16_t list[WORKERS_MAX];
};

/* The cores that system.workers means: "auto", absent (auto) or a list. 0 or -1 with errors at
 * path: cores that are not there, named twice, or too many. */
int cores_parse(const json_t *workers, const char *path, struct cores *out, struct errors *errors);
/* "1-3, 8", for people. */
void cores_text(const struct cores *cores, char *out, size_t size);
/* Its position, or -1. */
int cores_find(const struct cores *cores, uint16_t core);

/* Has a worker on each of these cores and none elsewhere. 0 or -errno, then nothing changed. */
int crew_set(const struct cores *cores);
const struct cores *crew_cores(void);

/* To be called whenever ports, their queues or their `workers` changed: places every queue at the
 * end of this turn of the loop, once for a whole configuration. */
void crew_place(void);
/* No more of that, and no more workers: what is taken down after it need not wait for them. */
void crew_fini(void);

#endif
