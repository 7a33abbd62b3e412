// SPDX-License-Identifier: BSD-3-Clause
/*
 * A worker of the real dataplane between two ports that cost nothing: one
 * hands out bursts that lie in memory, the other takes all and forgets it. For
 * programs that tell what the stages cost by themselves.
 */
#ifndef WEFT_TESTS_BENCH_RIG_H
#define WEFT_TESTS_BENCH_RIG_H

#include <stdint.h>

#include "dataplane/dp.h"

#define RIG_BURST 32

struct rig {
	struct port in, out;
	struct worker *worker;
	void (*fill)(struct rte_mbuf **pkts); /* RIG_BURST packets, as they came in */
};

extern struct rig rig;

void rig_fail(const char *what) __attribute__((noreturn));
/* Most significant byte first. */
void rig_write(uint8_t *to, uint64_t value, int n);
/* The next number of a sequence that is always the same. */
uint32_t rig_chance(void);

/* The dataplane, the worker, both ports in no bridge; the worker polls one of them. */
void rig_start(void (*fill)(struct rte_mbuf **pkts));
/* The same with ports of one's own, and a worker that has a thread on a core; it polls from
 * rig_poll on. */
void rig_start_threaded(const struct port_ops *ops, uint16_t core);
void rig_poll(void);
void rig_rounds(uint32_t n);
/* Cycles a packet of each stage, and of a whole round without what fill costs, as name and number.
 */
void rig_print_cycles(void);
/* All that was received was sent. */
void rig_check(void);

#endif
