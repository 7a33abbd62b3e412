// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets of one direction, ready to be sent. Each size has a pool of its own in which every
 * buffer holds the frame already, and keeps it from one use to the next: what sends takes buffers
 * and patches what differs. Recorded frames are copied. Shared by the senders of a direction.
 */
#ifndef WEFT_TOOLS_PKTGEN_SOURCE_H
#define WEFT_TOOLS_PKTGEN_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/pktgen/destinations.h"
#include "tools/pktgen/frames.h"
#include "tools/pktgen/options.h"
#include "tools/pktgen/recording.h"

struct rte_mempool;
struct rte_mbuf;

struct source {
	struct frames frames; /* without a recording */
	const struct recording *recording;
	struct destinations *to;                      /* NULL: what the frames say */
	struct rte_mempool *pools[FRAME_CLASSES_MAX]; /* with a recording: only the first */
	bool stamp;
};

/* Where a sender is in its source. */
struct source_place {
	unsigned pattern;
	uint32_t record;
};

/* recording, to: NULL, or stay the caller's. 0, or -errno with a sentence in error. */
int source_init(struct source *source, const struct options *options, bool forward,
		const struct recording *recording, struct destinations *to, char *error,
		size_t size);
void source_fini(struct source *source);

/* Longest frame it sends, with room for the stamp and the checksum. */
uint32_t source_longest(const struct source *source);

/*
 * Takes up to n buffers, of the classes whose turn it is; returns how many. Packets without a
 * recording still want frame_patch and stamp.
 */
unsigned source_take(const struct source *source, struct source_place *place,
		     struct rte_mbuf **mbufs, uint8_t *classes, unsigned n);

#endif
