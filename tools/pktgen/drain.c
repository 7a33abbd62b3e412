// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/drain.h"

#include <rte_cycles.h>
#include <rte_pause.h>

#include "tools/pktgen/loop.h"
#include "tools/pktgen/single.h"

#define SILENCE    0.1  /* seconds without a packet, behind the ends: paths may differ in length */
#define MARK_EVERY 0.01 /* seconds */

static uint64_t cycles_of(double seconds)
{
	return (uint64_t)(seconds * (double)rte_get_tsc_hz());
}

static uint32_t ends_seen(const struct engine *e)
{
	uint32_t ends = 0;

	for (unsigned i = 0; i < e->n_receivers; i++)
		ends |= __atomic_load_n(&e->receivers[i].ends, __ATOMIC_RELAXED);
	return ends;
}

static bool all_ended(const struct engine *e)
{
	return ends_seen(e) == (uint32_t)((UINT64_C(1) << e->n_senders) - 1);
}

/* Behind all that a sender sent, in its queue. */
static void mark_ends(struct engine *e)
{
	uint32_t seen = ends_seen(e);

	for (unsigned i = 0; i < e->n_senders; i++) {
		const struct sender *s = &e->senders[i];
		struct single end = {.source = s->source,
				     .stamp = {e->mark | RECEIVER_END_STREAM, i, 0}};
		if (!(seen >> i & 1))
			single_send(e->ports, s->port, s->queue, &end);
	}
}

void drain_trial(struct engine *e, bool receive)
{
	uint64_t began = rte_rdtsc(), last = began, marked = began, seen = 0;
	uint64_t sent = engine_sent(e);

	for (uint64_t now = began; now - began < cycles_of(DRAIN_LONGEST); now = rte_rdtsc()) {
		if (receive)
			loop_step_receivers(e);
		else
			rte_pause();
		uint64_t received = engine_received(e);
		e->comes_through |= received > 0;
		if (received >= sent)
			return;
		if (received != seen)
			last = now;
		seen = received;
		if (now - last >= cycles_of(SILENCE) && (all_ended(e) || !e->comes_through))
			return;
		if (e->options->stamp && e->comes_through && now - marked > cycles_of(MARK_EVERY)) {
			mark_ends(e);
			marked = now;
		}
	}
}

void drain_warmup(struct engine *e)
{
	uint64_t began = rte_rdtsc(), marked = 0;
	uint32_t mark = engine_new_mark(e);

	for (unsigned i = 0; i < e->n_receivers; i++)
		receiver_begin(&e->receivers[i], mark);
	while (!*e->stop && !all_ended(e)) {
		uint64_t now = rte_rdtsc();
		if (now - began > cycles_of(DRAIN_LONGEST))
			return;
		if (now - marked > cycles_of(MARK_EVERY)) {
			mark_ends(e);
			marked = now;
		}
		loop_step_receivers(e);
	}
}
