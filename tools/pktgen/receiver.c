// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/receiver.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "tools/pktgen/frames.h"

void receiver_begin(struct receiver *r, uint32_t mark)
{
	r->mark = mark;
	r->received = r->bytes = r->foreign = r->misrouted = 0;
	r->calls = r->full_calls = r->n_ends = 0;
	r->ends = 0;
}

static uint64_t nanoseconds(const struct receiver *r, uint64_t cycles)
{
	if (cycles >> (STAMP_TIME_BITS - 1)) /* the two cores' clocks are not quite alike */
		return 0;
	if (cycles >> 36) /* beyond a dozen seconds: the product would not fit */
		return UINT32_MAX;
	return (cycles * r->ns_per_cycle) >> 24;
}

/* No packet of a stream: perhaps the end of one. */
static __attribute__((cold)) void note_end(struct receiver *r, struct stamp stamp)
{
	if (stamp.mark != (r->mark | RECEIVER_END_STREAM) || stamp.number >= r->n_streams)
		return;
	r->ends |= UINT32_C(1) << stamp.number;
	r->n_ends++;
}

static bool account(struct receiver *r, const struct rte_mbuf *m, const uint8_t *end, uint64_t now)
{
	struct stamp stamp = stamp_read(end);
	unsigned index = stamp.mark & 0xff;

	if ((stamp.mark ^ index) != r->mark || index >= r->n_streams ||
	    r->streams[index].direction != r->direction) {
		note_end(r, stamp);
		return false;
	}
	if (r->to && !destinations_is_right(r->to, rte_pktmbuf_mtod(m, uint8_t *), stamp.number))
		r->misrouted++;
	sequence_add(&r->streams[index].sequence, stamp.number);
	if (r->latency)
		histogram_add(r->latencies, nanoseconds(r, (now - stamp.time) & STAMP_TIME_MASK));
	return true;
}

/* Behind the last byte, or NULL where no stamp has room. */
static const uint8_t *end_of(struct rte_mbuf *m)
{
	struct rte_mbuf *last = m->nb_segs == 1 ? m : rte_pktmbuf_lastseg(m);

	return last->data_len < STAMP_SIZE
		       ? NULL
		       : rte_pktmbuf_mtod_offset(last, const uint8_t *, last->data_len);
}

unsigned receiver_step(struct receiver *r)
{
	struct rte_mbuf *mbufs[RECEIVER_BURST];
	uint16_t n = rte_eth_rx_burst(r->port, r->queue, mbufs, RECEIVER_BURST);

	if (n == 0)
		return 0;
	uint64_t now = rte_rdtsc(), ours = 0, bytes = 0;
	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(
			rte_pktmbuf_mtod_offset(mbufs[i], const uint8_t *, mbufs[i]->data_len - 8));
	for (unsigned i = 0; i < n; i++) {
		const uint8_t *end = r->stamped ? end_of(mbufs[i]) : NULL;
		if (!r->stamped || (end && account(r, mbufs[i], end, now))) {
			ours++;
			bytes += mbufs[i]->pkt_len;
		}
	}
	rte_pktmbuf_free_bulk(mbufs, n);
	r->received += ours;
	r->bytes += bytes;
	r->foreign += n - ours;
	r->calls++;
	r->full_calls += n == RECEIVER_BURST;
	return n;
}
