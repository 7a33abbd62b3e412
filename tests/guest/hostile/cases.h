// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a hostile guest does, a table for each level. A case plays once over a
 * fresh connection: 0 when weft did what it should, -1 with a line on standard
 * error. That weft lives and lost nothing is for tests/guest/hostile.sh to see.
 */
#ifndef WEFT_TESTS_GUEST_HOSTILE_CASES_H
#define WEFT_TESTS_GUEST_HOSTILE_CASES_H

#include "tests/guest/hostile/front.h"

enum {
	SPLIT = 1,
	PACKED = 2,
	LISTENING = 4,  /* also with weft as the client, split rings */
	TRANSLATED = 8, /* also with an IOMMU, split rings */
};

struct hostile_case {
	const char *name;
	const char *what; /* as a sentence of a test: "a guest that …" goes before it */
	unsigned flags;
	int (*play)(struct front *f);
};

extern const struct hostile_case cases_message[], cases_setup[], cases_ring[], cases_descriptor[],
	cases_header[], cases_iommu[]; /* each ends with a case without a name */

#endif
