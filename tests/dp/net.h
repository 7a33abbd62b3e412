// SPDX-License-Identifier: BSD-3-Clause
/*
 * A network of fake ports around the real dataplane, in one process: packets
 * in, packets out. Workers have no threads; run() makes their rounds and does
 * what control does with learned addresses.
 *
 * Each test begins with net_start and ends with net_stop, which checks that
 * every packet that went in came out, was dropped with a reason, and that every
 * buffer is back in the pool.
 */
#ifndef WEFT_TESTS_DP_NET_H
#define WEFT_TESTS_DP_NET_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/dp.h"
#include "tests/dp/frame.h"

#define FAKE_QUEUE 4096

struct fake {
	struct port port;
	struct rte_mbuf *in[PORT_QUEUES_MAX][FAKE_QUEUE]; /* to be received */
	uint32_t in_head[PORT_QUEUES_MAX], in_tail[PORT_QUEUES_MAX];
	struct rte_mbuf *out[FAKE_QUEUE]; /* sent, not yet looked at */
	uint32_t n_out, next_out;
	uint32_t room;   /* how many more tx takes */
	uint32_t n_wake; /* calls of wake */
};

void net_start(uint16_t n_workers);
void net_stop(void);

struct fake *fake(const char *name);
struct fake *fake_queues(const char *name, uint16_t n_rxq, uint16_t n_txq);
void fake_gone(struct fake *fake); /* detached; what lies in it is freed */
/* Spreads all queues of all ports over the workers, round robin from a first one. */
void net_place(uint16_t first);

/* Members: an access port, a trunk (ends with 0). */
struct member_conf access_port(uint16_t vlan);
struct member_conf trunk(unsigned native, ...);
void join(struct bridge *bridge, struct fake *fake, struct member_conf conf);

void put(struct fake *fake, const struct frame *f);
void put_queue(struct fake *fake, uint16_t queue, const struct frame *f);
/* With room for headers of only this many bytes in the first segment, and an unfinished checksum.
 */
void put_mbuf(struct fake *fake, struct rte_mbuf *m);
struct rte_mbuf *mbuf_of(const struct frame *f);

void run_round(void);       /* one round of each worker, nothing learned */
void run(void);             /* rounds until nothing moves, learning included */
extern uint32_t net_now_s;  /* control's clock */
extern uint32_t net_serial; /* another one for each network */

/* The next packet out of a port is f, byte for byte. */
#define expect(fake, f) expect_at(__FILE__, __LINE__, fake, f)
/* Nothing (more) came out. */
#define expect_none(fake)             expect_none_at(__FILE__, __LINE__, fake)
#define expect_drops(fake, reason, n) expect_drops_at(__FILE__, __LINE__, fake, DROP_##reason, n)
void expect_at(const char *file, int line, struct fake *fake, const struct frame *f);
void expect_none_at(const char *file, int line, struct fake *fake);
void expect_drops_at(const char *file, int line, struct fake *fake, enum drop reason, uint64_t n);
uint32_t fake_take_all(struct fake *fake); /* frees what came out; how many */

#endif
