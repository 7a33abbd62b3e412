// SPDX-License-Identifier: BSD-3-Clause
/*
 * The workers' half of punt.h. A worker has a gate for each class: a rate, and
 * behind it a ring to control. What passes is control's from then on and counts
 * as consumed; what does not is dropped with its reason.
 *
 * A packet that could not be forwarded is dropped with the reason why, whether
 * control gets to see it or not: for what it sees it counts as generated.
 */
#ifndef WEFT_DATAPLANE_PUNT_RING_H
#define WEFT_DATAPLANE_PUNT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_ring.h>

#include "dataplane/punt.h"

#define PUNT_RING   256 /* packets of a class on their way to control, for each worker */
#define PUNT_SHARES 64  /* ports, by their number, that have each a share of a class */
#define INJECT_RING 512 /* packets on their way from control to a worker */

struct burst;
struct worker;

/* Fills with time. */
struct punt_bucket {
	uint64_t last_tsc;
	double tokens;
};

/* One class of one worker. Only counters are read by anybody else. */
struct punt_gate {
	struct rte_ring *ring; /* of struct punt; the worker puts in, control takes out */
	struct punt_bucket all, share[PUNT_SHARES];
	struct punt_stats stats;
};

/* Control writes: packets a second; and which BFD sessions there are, 0: none. */
extern atomic_uint punt_rates[PUNT_CLASSES], punt_sessions[PUNT_SESSIONS];

/* Worker. Does a packet that carries this number, which is not 0, belong to a session? Nobody can
 * guess one. */
static inline bool punt_is_session(uint32_t discriminator)
{
	return atomic_load_explicit(&punt_sessions[discriminator % PUNT_SESSIONS],
				    memory_order_relaxed) == discriminator &&
	       discriminator;
}

/* Worker. May one more of the class, from a port of this number, pass now? Counts it as policed
 * where not. The last quarter of what may come at once is shared out among ports: one that
 * floods finds the class spent while others do not. */
bool punt_passes(struct worker *worker, enum punt_class class, uint16_t port);
/* Worker. Gives control a copy of a packet that goes on, if its class and the ring have room. Its
 * pkt has what stage_punt needs, and keeps it. */
void punt_copy(struct worker *worker, const struct burst *burst, uint8_t pos);
/* Worker, at the end of a round in which something was put into a ring. */
void punt_tell_control(void);

/* Control: a worker's gates and its inject ring. 0 or -errno. */
int punt_worker_init(struct worker *worker);
/* Frees the rings and what is in them. */
void punt_worker_fini(struct worker *worker);
/* What a worker that has ended left for control goes to the heir, which never runs; what it had not
 * sent yet to another worker. */
void punt_inherit(struct worker *heir, struct worker *worker);

/* Control, before the first worker and after the last one. 0 or -errno. */
int punt_init(void);
void punt_fini(void);

#endif
