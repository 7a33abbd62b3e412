// SPDX-License-Identifier: BSD-3-Clause
/*
 * Which of n flows the next packet belongs to: one after the other, uniformly at random, or after
 * Zipf's law (flow k, counted from 1, in proportion to k^-s). Numbers from 0 to n - 1, the same
 * for the same seed. Zipf's are drawn beforehand and repeat after FLOWS_DRAWN packets, which keeps
 * logarithms out of the sender's loop. Used by one thread.
 */
#ifndef WEFT_TOOLS_PKTGEN_FLOWS_H
#define WEFT_TOOLS_PKTGEN_FLOWS_H

#include <stdint.h>

#define FLOWS_DRAWN (1u << 20)

enum flow_order { FLOW_SEQUENTIAL, FLOW_RANDOM, FLOW_ZIPF };

struct flows {
	enum flow_order order;
	uint32_t n;
	uint32_t next;   /* sequential: the flow; Zipf: the place in drawn */
	uint64_t random; /* state, never 0 */
	uint32_t *drawn;
};

/* n > 0. Returns 0 or -ENOMEM. exponent is for Zipf's law, above 0. */
int flows_init(struct flows *f, enum flow_order order, uint32_t n, double exponent, uint64_t seed);
void flows_fini(struct flows *f);

/* xorshift64*: its upper bits are as random as loads for a switch need. */
static inline uint32_t flows_random(struct flows *f)
{
	f->random ^= f->random >> 12;
	f->random ^= f->random << 25;
	f->random ^= f->random >> 27;
	return (uint32_t)((f->random * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

static inline uint32_t flows_next(struct flows *f)
{
	switch (f->order) {
	case FLOW_RANDOM:
		return (uint32_t)(((uint64_t)flows_random(f) * f->n) >> 32);
	case FLOW_ZIPF:
		return f->drawn[f->next++ % FLOWS_DRAWN];
	default:
		break;
	}
	uint32_t flow = f->next++;
	if (f->next == f->n)
		f->next = 0;
	return flow;
}

#endif
