// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/sender.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

void sender_begin(struct sender *s, uint32_t mark, double rate, uint64_t now)
{
	s->mark = mark | s->stream;
	s->per_cycle = rate / (double)rte_get_tsc_hz();
	s->began = now;
	s->due = s->sent = s->bytes = s->skipped = 0;
	s->calls = s->refused_calls = s->starved = 0;
	s->number = 0;
	s->first_waiting = s->n_waiting = 0;
}

/* How many packets should be sent by now. */
static inline uint64_t schedule(const struct sender *s, uint64_t now)
{
	return (uint64_t)((double)(now - s->began) * s->per_cycle);
}

/* How many are to be sent now. */
static unsigned count_due(struct sender *s, uint64_t now)
{
	if (s->per_cycle <= 0)
		return s->burst;
	uint64_t scheduled = schedule(s, now);
	if (scheduled <= s->due)
		return 0;
	uint64_t behind = scheduled - s->due, most = SENDER_CATCHES_UP * (uint64_t)s->burst;
	if (behind > most) {
		s->skipped += behind - most;
		s->due += behind - most;
		behind = most;
	}
	return (unsigned)RTE_MIN(behind, (uint64_t)s->burst);
}

static void patch(struct sender *s, const uint8_t *classes, unsigned n, uint64_t now)
{
	const struct frames *frames = &s->source->frames;

	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = s->waiting[i];
		uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
		if (s->source->to)
			destinations_patch(s->source->to, classes[i], data, s->number);
		if (frames->n_fields)
			frame_patch(frames, classes[i], data, flows_next(&s->flows));
		stamp_write(data + m->data_len, s->mark, s->number++, now);
	}
}

/* Apart, so that the loop above stays as short as it is. */
static __attribute__((noinline)) void patch_rich(struct sender *s, const uint8_t *classes,
						 unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		struct stamp stamp = {s->mark, s->number++, now & STAMP_TIME_MASK};
		frame_patch_rich(&s->source->frames, classes[i],
				 rte_pktmbuf_mtod(s->waiting[i], uint8_t *), flows_next(&s->flows),
				 stamp);
	}
}

static void make(struct sender *s, unsigned n, uint64_t now)
{
	uint8_t classes[SENDER_BURST_MAX];

	n = source_take(s->source, &s->place, s->waiting, classes, n);
	if (n == 0)
		s->starved++;
	else if (s->source->frames.rich)
		patch_rich(s, classes, n, now);
	else if (s->source->stamp)
		patch(s, classes, n, now);
	s->due += n;
	s->first_waiting = 0;
	s->n_waiting = n;
}

/* How many the port took. */
static uint16_t offer(struct sender *s)
{
	struct rte_mbuf **mbufs = s->waiting + s->first_waiting;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < s->n_waiting; i++) /* a sent buffer is no longer ours */
		bytes += mbufs[i]->data_len;
	uint16_t n = rte_eth_tx_burst(s->port, s->queue, mbufs, (uint16_t)s->n_waiting);
	for (unsigned i = n; i < s->n_waiting; i++)
		bytes -= mbufs[i]->data_len;
	s->calls++;
	s->refused_calls += n < s->n_waiting;
	s->sent += n;
	s->bytes += bytes;
	s->first_waiting += n;
	s->n_waiting -= n;
	return n;
}

bool sender_step(struct sender *s, uint64_t now)
{
	if (s->n_waiting == 0) {
		unsigned n = count_due(s, now);
		if (n == 0)
			return false;
		make(s, n, now);
		if (s->n_waiting == 0)
			return false;
	}
	return offer(s) > 0;
}

void sender_end(struct sender *s, uint64_t now)
{
	uint64_t scheduled = s->per_cycle > 0 ? schedule(s, now) : 0;

	rte_pktmbuf_free_bulk(s->waiting + s->first_waiting, s->n_waiting);
	if (scheduled > s->sent + s->skipped)
		s->skipped = scheduled - s->sent;
	s->n_waiting = 0;
}
