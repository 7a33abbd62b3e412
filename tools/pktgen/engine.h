// SPDX-License-Identifier: BSD-3-Clause
/*
 * Senders and receivers on one core, which takes turns, or on two. The main thread drives it and
 * is the sending core; a watcher on another thread may read engine_sent and engine_received.
 */
#ifndef WEFT_TOOLS_PKTGEN_ENGINE_H
#define WEFT_TOOLS_PKTGEN_ENGINE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/pktgen/options.h"
#include "tools/pktgen/ports.h"
#include "tools/pktgen/receiver.h"
#include "tools/pktgen/result.h"
#include "tools/pktgen/sender.h"

#define ENGINE_STREAMS_MAX (2 * OPTIONS_QUEUES_MAX)

struct engine {
	const struct options *options;
	struct ports *ports;
	const volatile sig_atomic_t *stop; /* the user has had enough */
	struct source sources[2];
	unsigned n_directions;
	struct sender senders[ENGINE_STREAMS_MAX];
	unsigned n_senders;
	struct receiver receivers[ENGINE_STREAMS_MAX];
	unsigned n_receivers;
	struct stream *streams; /* one a sender */
	struct histogram latencies;
	uint32_t mark;      /* of the last trial */
	bool comes_through; /* something once did: there is a path */
	/* of this trial */
	uint64_t end;         /* TSC at which sending ends */
	bool receiver_may_go; /* atomic: set by the sender where there are two cores */
	uint64_t stall;       /* cycles: a longer turn was none, the core was away */
	uint64_t tx_cycles, rx_cycles, away_cycles;
	uint64_t began_ns; /* CLOCK_MONOTONIC */
	uint64_t window;   /* cycles; 0: none are kept */
	struct result_window *windows;
	uint32_t n_windows, max_windows;
};

/* recording, to: NULL, or stay the caller's and outlive the engine. 0, or -errno with error set. */
int engine_init(struct engine *engine, const struct options *options, struct ports *ports,
		const struct recording *recording, struct destinations *to,
		const volatile sig_atomic_t *stop, char *error, size_t size);
void engine_fini(struct engine *engine);

/*
 * One trial: sends for some seconds, then receives until all came or nothing more comes. rate:
 * packets a second and direction, 0: as many as can be sent. A user who has had enough ends it
 * early, and the result says so.
 */
void engine_run(struct engine *engine, double rate, double seconds, struct result *result);

/* Packets of this trial up to now; any thread. */
uint64_t engine_sent(const struct engine *engine);
uint64_t engine_received(const struct engine *engine);

/* A mark no trial had before. */
uint32_t engine_new_mark(struct engine *engine);

/* Throws away what waits in the ports until none comes for a while; main thread, between trials. */
void engine_discard(struct engine *engine, double seconds);

#endif
