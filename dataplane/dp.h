// SPDX-License-Identifier: BSD-3-Clause
/*
 * The dataplane's façade: what control calls. EAL has to be up. All functions
 * belong to the control thread unless one says otherwise; none of them stops
 * or slows traffic that it does not concern.
 */
#ifndef WEFT_DATAPLANE_DP_H
#define WEFT_DATAPLANE_DP_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/bridge.h"
#include "dataplane/drop.h"
#include "dataplane/fdb.h"
#include "dataplane/port.h"
#include "dataplane/worker_max.h"

struct dp_conf {
	uint32_t n_mbufs; /* packet buffers */
	uint32_t n_first; /* of these, to begin with; 0: all. dp_pool_grow adds the others */
	bool poll;        /* never back off when idle */
	bool manual;      /* workers get no threads: the caller runs worker_round (tests) */
};

/* Makes the packet pool and the empty tables of the router. 0 or -errno. */
int dp_start(const struct dp_conf *conf);
/* Stops all workers, frees everything. Ports have to be detached before. */
void dp_stop(void);
void dp_poll_set(bool poll);
struct rte_mempool *dp_pool(void);
/* Adds up to n buffers to the pool, while packets pass; whether there are more to come. */
bool dp_pool_grow(uint32_t n);
/* Buffers in packets, rings and caches. */
uint32_t dp_pool_in_use(void);

/* Workers: one for each core named. Those that stay are not disturbed; queues of those that
 * go are polled by nobody until dp_place. 0 or -errno (then nothing changed). */
int dp_workers_set(const uint16_t *cores, uint16_t n);
uint16_t dp_n_workers(void);

/* 0 or -ENOSPC (PORT_MAX reached). */
int dp_port_attach(struct port *port);
/* Takes the port out of its bridge, its interfaces away, its queues from their workers, and waits
 * until none knows it. */
void dp_port_detach(struct port *port);
struct port *dp_port(uint16_t index); /* or NULL */
/* What stands in for a port where there is none: drops of packets that the router sends by itself
 * count here. Nothing can be done with it but ask for its name and its dp_port_stats. */
const struct port *dp_router(void);

/* Who polls what. Sets the whole picture at once; a queue that is not named is polled by
 * nobody. A queue that changes its worker loses no packet and never has two. */
struct dp_queue {
	struct port *port;
	uint16_t queue;
	uint16_t worker; /* position in dp_workers_set's array */
};
int dp_place(const struct dp_queue *queues, uint32_t n);

/* Has sleeping workers look at their queues. Any thread. */
void dp_wake(void);

/* Learning: what workers saw since the last call. */
struct dp_learned {
	fdb_key key;
	uint16_t port;   /* index */
	uint16_t bridge; /* id */
	uint32_t serial; /* of the port's member then: another one now, or none, and the event is
			    void */
};
/* Up to max events; 0: none, and the descriptor will become readable when there are. */
uint32_t dp_learned(struct dp_learned *out, uint32_t max);
int dp_learned_fd(void);

/* Counters, as sums over the workers. Exact when workers are quiet. */
struct dp_port_stats {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t tx_csum;           /* checksums finished here because the port's peer cannot */
	uint64_t tx_cut;            /* large TCP packets cut here for the same reason, */
	uint64_t tx_segments;       /* and what became of them */
	uint64_t tx_whole;          /* large TCP packets that the port took as they are */
	uint64_t drops[DROP_COUNT]; /* by the receiving port up to flood, by the sending one from
				       egress on */
};
void dp_port_stats(const struct port *port, struct dp_port_stats *out);

struct dp_worker_stats {
	uint16_t core;
	bool sleeping;
	uint16_t n_queues;
	double busy; /* share of the time spent on packets since the last dp_worker_stats of this
			worker */
	double cycles_per_packet; /* likewise */
	/* received + generated = sent + dropped + consumed + in flight (0 when quiet) */
	uint64_t received, generated, sent, dropped, consumed;
	uint64_t learn_lost;      /* learning events that did not fit */
	uint64_t options_carried; /* packets whose options to be recorded were left as they were */
};
void dp_worker_stats(uint16_t worker, struct dp_worker_stats *out);

#endif
