// SPDX-License-Identifier: BSD-3-Clause
/*
 * A worker: one thread on one core that moves packets. It owns everything in
 * its struct but what is marked as control's; it reads ports, bridges and
 * tables within a round and keeps no pointer to them past it.
 *
 * A round takes one burst from each of its receive queues through the stages,
 * then flushes what was gathered for each port.
 */
#ifndef WEFT_DATAPLANE_WORKER_H
#define WEFT_DATAPLANE_WORKER_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "dataplane/burst.h"
#include "dataplane/dp.h"
#include "dataplane/patience.h"
#include "dataplane/port.h"
#include "dataplane/punt_ring.h"

#define TX_BUF       64 /* packets gathered for a port before they are sent */
#define PLAN_MAX     (PORT_MAX * PORT_QUEUES_MAX) /* queues that one worker can poll */
#define LEARN_RING   4096                         /* learning events on their way to control */
#define LEARN_RECENT 1024 /* addresses a worker remembers to have reported */

/* Which queues a worker polls. Immutable; control publishes another one. */
struct plan {
	uint64_t serial;    /* no two plans have the same */
	struct plan *spare; /* as large: a port can leave although memory is short; control */
	uint32_t n;
	struct plan_queue {
		struct port *port;
		uint16_t queue;
	} queues[];
};

struct txbuf {
	struct port *port; /* valid while dirty */
	bool dirty;        /* is in the worker's list of those to flush */
	uint16_t n;
	uint64_t bytes; /* of the n packets */
	struct rte_mbuf *pkts[TX_BUF];
};

/* Packets a second, as a bucket that fills with time. */
struct storm {
	uint64_t last_tsc;
	double tokens;
};

struct recent {
	fdb_key key;
	uint32_t serial; /* of the member it was behind */
	uint64_t tsc;    /* when it was reported */
};

struct port_count {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t tx_csum, tx_cut, tx_segments, tx_whole; /* see struct dp_port_stats */
};

struct worker {
	uint16_t id;               /* its slot, below WORKER_SLOTS: never two at a time */
	atomic_ushort position;    /* in workers_set's array: tells its transmit queues; control */
	uint64_t now;              /* time-stamp counter at the start of the burst */
	struct port *const *ports; /* the table of attached ports; control writes it */
	_Atomic(const struct plan *) plan; /* control; never NULL while the worker runs */
	atomic_ullong plan_serial; /* of the plan that it has taken over; control reads it */
	struct burst burst;
	struct burst parts; /* fragments of a packet of burst */

	/* tx */
	uint16_t n_dirty;
	uint16_t dirty[PORT_SLOTS]; /* indexes of ports with something in tx */
	struct txbuf *tx;           /* [PORT_SLOTS] */

	/* Learning: events for control, and what was reported lately. */
	struct rte_ring *learned;
	struct recent recent[LEARN_RECENT];
	bool learn_news;     /* something was put into the ring in this round */
	uint64_t recent_tsc; /* an address is reported again after this time; */
	uint64_t moved_tsc;  /* after this when it is behind another port */
	struct storm *storm; /* [PORT_SLOTS] */
	double tsc_hz;
	uint32_t next; /* queue of the plan that the next round begins with */

	/* Punt and inject. */
	struct punt_gate punt[PUNT_CLASSES];
	bool punt_news;          /* something was put into one of its rings in this round */
	struct rte_ring *inject; /* of struct inject; control puts in */
	atomic_bool injected;    /* there may be something in it; set by control, after that */

	/* Counters: written here with relaxed stores, read by control. */
	struct port_count *count;      /* [PORT_SLOTS] */
	uint64_t (*drops)[DROP_COUNT]; /* [PORT_SLOTS] */
	uint64_t received, generated, sent, dropped, consumed;
	uint64_t learn_lost;
	uint64_t options_carried;
	uint64_t busy_tsc, busy_packets; /* rounds that found packets */

	/* Idle (idle.c). */
	int wake_fd; /* eventfd of its slot, which outlives it; written by whoever wakes it */
	atomic_bool sleeping;
	atomic_bool *poll;   /* true: never sleep; control */
	uint64_t idle_since; /* 0: not idle */
	struct patience patience;
	uint32_t nap_us; /* for queues without a descriptor */
	struct pollfd fds[PLAN_MAX + 1];
	uint32_t armed[PLAN_MAX + 1]; /* which queue of the plan an entry of fds belongs to */

	/* Control only. */
	uint16_t core;
	bool threaded;
	pthread_t thread;
	atomic_bool stop;
	uint64_t seen_tsc, seen_busy, seen_packets; /* at the last dp_worker_stats */
};

static inline void count_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline uint64_t count_get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Control. A worker with everything but a thread and a plan; NULL with errno. */
struct worker *worker_create(uint16_t id, uint16_t core, int wake_fd, struct port *const *ports);
/* Adds the counters of one that has ended to another's. */
void worker_inherit(struct worker *heir, const struct worker *worker);
/* Not running; nothing in its buffers. NULL is legal. */
void worker_destroy(struct worker *worker);

/* One round; returns how many packets came in. */
uint32_t worker_round(struct worker *worker);

/* The thread's function: rounds until worker->stop. arg is the worker. */
void *worker_main(void *arg);

#endif
