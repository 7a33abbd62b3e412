// SPDX-License-Identifier: BSD-3-Clause
/* What a trial measured. Plain data, and what can be concluded from it. */
#ifndef WEFT_TOOLS_PKTGEN_RESULT_H
#define WEFT_TOOLS_PKTGEN_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/pktgen/histogram.h"
#include "tools/pktgen/sequence.h"

enum result_limit {
	LIMIT_NONE,      /* sent as many as were wanted */
	LIMIT_PORT,      /* the port took no more: the switch is the limit */
	LIMIT_GENERATOR, /* the port would have taken more */
};

struct result_direction {
	uint64_t sent, sent_bytes;         /* bytes with checksums, as --size counts */
	uint64_t received, received_bytes; /* second copies too */
	uint64_t lost, duplicates, reordered, stale;
	uint64_t displaced; /* most packets that one was overtaken by */
	uint64_t by_power[SEQUENCE_POWERS];
	uint64_t foreign;
	uint64_t misrouted; /* received, with the MAC address of another next hop */
	uint64_t skipped;   /* packets of the schedule that were never sent */
	uint64_t tx_calls, tx_refused;
	uint64_t rx_calls, rx_full;
	uint64_t starved;
};

/* What happened in one of the windows that --windows wants, of equal length. */
struct result_window {
	uint64_t sent, received;
	uint64_t tx_cycles, rx_cycles; /* the latter are 0 where the receiver has its own core */
	uint64_t away_cycles;
};

struct result {
	double wanted;  /* packets a second and direction; 0: as many as can be sent */
	double seconds; /* that were sent in */
	unsigned n_directions;
	struct result_direction directions[2];
	double tx_cycles, rx_cycles; /* in steps that sent or received something */
	double away_cycles;          /* of the sending core, in which it did something else */
	double cycles;               /* of the sending core, in all */
	bool one_core;               /* both are cycles of the same core */
	bool stamped;                /* else loss is only the difference of the counts */
	bool interrupted;
	struct histogram latencies;
};

/* The sum of both directions. */
struct result_direction result_total(const struct result *result);

/* What kept the sender from more. */
enum result_limit result_limit(const struct result *result);
const char *result_limit_name(enum result_limit limit);

/* Packets were lost while the receiver seldom found less than it could take at once: it may be
 * the generator that lost them. */
bool result_receiver_is_late(const struct result *result);

/* Cycles a packet sent; a packet received, foreign ones too. */
double result_tx_cycles(const struct result *result);
double result_rx_cycles(const struct result *result);
/* Of the sending core's time: doing something; taken by others. */
double result_busy_percent(const struct result *result);
double result_away_percent(const struct result *result);

double result_per_second(const struct result *result, uint64_t packets);
/* As a wire would carry them: each frame with preamble and gap. */
double result_bits(const struct result *result, uint64_t packets, uint64_t bytes);

#endif
