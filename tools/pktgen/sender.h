// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sends one stream of packets into one queue of a port, as fast as its schedule or the port
 * allows. What the port refuses is offered again. A sender that falls behind (the port is full,
 * the core was away) catches up by a few bursts and skips the rest: a long silence must not end
 * in a flood that no rate asked for. Used by the sending thread; others may read the counters.
 */
#ifndef WEFT_TOOLS_PKTGEN_SENDER_H
#define WEFT_TOOLS_PKTGEN_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/pktgen/flows.h"
#include "tools/pktgen/source.h"

#define SENDER_BURST_MAX  64
#define SENDER_CATCHES_UP 4 /* bursts */

struct sender {
	const struct source *source;
	struct flows flows;
	struct source_place place;
	uint16_t port, queue;
	uint8_t direction, stream;
	uint32_t burst;
	/* of this trial */
	uint32_t mark;
	double per_cycle; /* packets; 0: no schedule */
	uint64_t began;   /* TSC */
	uint64_t due;     /* packets of the schedule that were made or skipped */
	uint32_t number;  /* of the next packet */
	unsigned first_waiting, n_waiting;
	struct rte_mbuf *waiting[SENDER_BURST_MAX];
	/* counters */
	uint64_t sent, bytes; /* bytes without checksums */
	uint64_t skipped;
	uint64_t calls, refused_calls; /* of the port; those that took not all */
	uint64_t starved;              /* no buffer was free */
};

/* Starts a trial: counters and numbers from 0. rate: packets a second, 0: as many as can be. */
void sender_begin(struct sender *sender, uint32_t mark, double rate, uint64_t now);

/* Sends what is due, one burst at most; whether the port took any. now: TSC. */
bool sender_step(struct sender *sender, uint64_t now);

/* Ends a trial, now: what waits is dropped, and like what the schedule still wanted was skipped. */
void sender_end(struct sender *sender, uint64_t now);

#endif
