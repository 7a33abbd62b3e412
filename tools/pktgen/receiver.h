// SPDX-License-Identifier: BSD-3-Clause
/*
 * Takes packets from one queue of a port, tells this trial's from others by their stamps, and
 * accounts for them. Used by the receiving thread; others may read the counters.
 */
#ifndef WEFT_TOOLS_PKTGEN_RECEIVER_H
#define WEFT_TOOLS_PKTGEN_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/pktgen/destinations.h"
#include "tools/pktgen/histogram.h"
#include "tools/pktgen/sequence.h"

#define RECEIVER_BURST      32   /* what virtio gives at once */
#define RECEIVER_END_STREAM 0xff /* of a mark: no stream's packet, but the end of one */

/* One sender's packets, as all receivers together see them. */
struct stream {
	struct sequence sequence;
	uint8_t direction;
};

struct receiver {
	uint16_t port, queue;
	uint8_t direction; /* of the streams that should come here */
	bool stamped;      /* else all packets count as ours, and nothing else is known */
	bool latency;
	const struct destinations *to; /* that know to which MAC address; or NULL */
	struct stream *streams;
	unsigned n_streams;
	struct histogram *latencies;
	uint64_t ns_per_cycle; /* times 2^24 */
	uint32_t mark;         /* of this trial */
	/* counters */
	uint64_t received, bytes; /* of this trial; copies count */
	uint64_t foreign;         /* other packets, and ours on the wrong port, and ends */
	uint64_t n_ends;
	uint32_t ends;              /* a bit a sender whose end came */
	uint64_t misrouted;         /* of this trial, with the MAC address of another next hop */
	uint64_t calls, full_calls; /* of the port, that gave something; that gave all it may */
};

void receiver_begin(struct receiver *receiver, uint32_t mark);

/* Takes one burst; how many packets it was. */
unsigned receiver_step(struct receiver *receiver);

#endif
