// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/loop.h"

#include <rte_branch_prediction.h>
#include <rte_cycles.h>

/* The counts of one loop, since it began. */
struct tally {
	uint64_t stall;
	uint64_t tx, rx, away; /* cycles */
};

static inline bool step_senders(struct engine *e, uint64_t now)
{
	bool busy = false;

	for (unsigned i = 0; i < e->n_senders; i++)
		busy |= sender_step(&e->senders[i], now);
	return busy;
}

unsigned loop_step_receivers(struct engine *e)
{
	unsigned n = 0;

	for (unsigned i = 0; i < e->n_receivers; i++)
		n += receiver_step(&e->receivers[i]);
	return n;
}

/* A turn in which nothing was done costs nothing; in one that is too long the core was away. */
static inline void spend(struct tally *tally, uint64_t *total, bool busy, uint64_t cycles)
{
	if (unlikely(cycles > tally->stall))
		tally->away += cycles;
	else if (busy)
		*total += cycles;
}

/* A window is kept as the counts at its end; the report makes differences of them. */
static void keep_window(struct engine *e, const struct tally *tally)
{
	e->windows[e->n_windows++] = (struct result_window){.sent = engine_sent(e),
							    .received = engine_received(e),
							    .tx_cycles = tally->tx,
							    .rx_cycles = tally->rx,
							    .away_cycles = tally->away};
}

/* TSC at which the next window ends; never, where none are kept. A window in which the core was
 * away is kept late, and those after it early. */
static inline uint64_t next_window(const struct engine *e)
{
	return e->window && e->n_windows < e->max_windows
		       ? e->senders[0].began + (e->n_windows + 1) * e->window
		       : UINT64_MAX;
}

void loop_both(struct engine *e)
{
	struct tally tally = {.stall = e->stall};
	uint64_t now = rte_rdtsc(), window = next_window(e);

	while (now < e->end && !*e->stop) {
		bool busy = step_senders(e, now);
		uint64_t then = rte_rdtsc();
		spend(&tally, &tally.tx, busy, then - now);
		busy = loop_step_receivers(e) > 0;
		now = rte_rdtsc();
		spend(&tally, &tally.rx, busy, now - then);
		while (unlikely(now >= window)) {
			keep_window(e, &tally);
			window = next_window(e);
		}
	}
	e->tx_cycles = tally.tx;
	e->rx_cycles = tally.rx;
	e->away_cycles = tally.away;
}

void loop_send(struct engine *e)
{
	struct tally tally = {.stall = e->stall};
	uint64_t now = rte_rdtsc(), window = next_window(e);

	while (now < e->end && !*e->stop) {
		uint64_t then = now;
		bool busy = step_senders(e, now);
		now = rte_rdtsc();
		spend(&tally, &tally.tx, busy, now - then);
		while (unlikely(now >= window)) {
			keep_window(e, &tally);
			window = next_window(e);
		}
	}
	e->tx_cycles = tally.tx;
	e->away_cycles = tally.away;
}

int loop_receive(void *arg)
{
	struct engine *e = arg;
	struct tally tally = {.stall = e->stall};
	uint64_t now = rte_rdtsc();

	while (!__atomic_load_n(&e->receiver_may_go, __ATOMIC_RELAXED)) {
		uint64_t then = now;
		bool busy = loop_step_receivers(e) > 0;
		now = rte_rdtsc();
		spend(&tally, &tally.rx, busy, now - then);
	}
	e->rx_cycles = tally.rx;
	return 0;
}
