// SPDX-License-Identifier: BSD-3-Clause
/*
 * Workers with threads, and a stream of packets through them: a source with
 * several queues hands in numbered packets as fast as they are taken, a sink
 * sees that none of a queue is missing, comes twice or too late. The
 * dataplane runs on two cores meanwhile; the test is control.
 */
#ifndef WEFT_TESTS_DP_STREAM_H
#define WEFT_TESTS_DP_STREAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/dp.h"
#include "tests/dp/frame.h"

enum { STREAM_QUEUES = 4, STREAM_WAIT_MS = 10000 };

struct source {
	struct port port;
	struct rte_mbuf *sample;
	atomic_int polled[STREAM_QUEUES]; /* who is in rx: never more than one */
	atomic_int clashes;
	atomic_ullong sent[STREAM_QUEUES]; /* packets handed in */
	atomic_bool open;
	atomic_int left; /* packets to hand in although it is closed: for waking */
	atomic_int fd;   /* -1: has no descriptor */
	atomic_int n_slept;
};

struct sink {
	struct port port;
	uint64_t next[STREAM_QUEUES];
	atomic_ullong received;
	atomic_int disorder;
};

extern struct source *source;
extern struct sink *sink;
/* Of another port: nothing comes in, and what goes out is forgotten. */
extern const struct port_ops quiet_ops;

/* The dataplane, two workers, both ports in no bridge, and what the source sends: 100 bytes or
 * more, numbered within. */
void stream_start(const struct frame *sample);
/* Detaches both; all else has to be gone. Sees that every buffer is back. */
void stream_stop(void);
/* Gives the queues to the workers in turn, from one of them on. */
void stream_place(uint16_t shift);

void wait_until(bool (*done)(uint64_t arg), uint64_t arg);
bool has_received(uint64_t n);
/* Lets some packets through between two steps of control. */
void breathe(void);
/* Closes the source and sees that everything arrived, once and in order. */
void settle(void);

#endif
