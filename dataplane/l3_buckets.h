// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which next hop each bucket of a group has: in proportion to the weights, and
 * with the fewest buckets moved when members or weights change.
 *
 * Each bucket remembers its home, the next hop that has it while all are
 * there. A lost member's buckets go to the others and keep their home, so that they
 * return when it does and no other bucket moves. Which of the others is, where it can be, whom
 * workers chose before control came to it (l3_detour.h). Numbers only; no memory is shared with
 * workers. Control.
 */
#ifndef WEFT_DATAPLANE_L3_BUCKETS_H
#define WEFT_DATAPLANE_L3_BUCKETS_H

#include <stdint.h>

#include "dataplane/l3.h"

#define L3_BUCKETS_MAX 4096

struct l3_buckets {
	uint32_t n; /* a power of two */
	struct l3_bucket {
		uint16_t now, home; /* next hops */
	} list[];
};

/* The buckets for members (at most L3_MEMBER_MAX, no double, weights at least 1), which were old
 * (or NULL) until now. For free(); NULL without memory. */
struct l3_buckets *l3_buckets_make(const struct l3_buckets *old, const struct l3_member *members,
				   uint16_t n);

#endif
