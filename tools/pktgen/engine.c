// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_pause.h>

#include "tools/pktgen/drain.h"
#include "tools/pktgen/loop.h"

#define STALL_SECONDS  200e-6 /* no turn takes as long: the core was somewhere else */
#define RECEIVER_LCORE 1

static uint64_t cycles_of(double seconds)
{
	return (uint64_t)(seconds * (double)rte_get_tsc_hz());
}

static void add_direction(struct engine *e, uint8_t direction, struct port *from, struct port *to)
{
	for (uint16_t q = 0; q < e->options->queues; q++) {
		struct sender *s = &e->senders[e->n_senders];
		*s = (struct sender){.source = &e->sources[direction],
				     .port = from->id,
				     .queue = q,
				     .direction = direction,
				     .stream = (uint8_t)e->n_senders,
				     .burst = e->options->burst};
		e->n_senders++;
		struct receiver *r = &e->receivers[e->n_receivers++];
		*r = (struct receiver){.port = to->id,
				       .queue = q,
				       .direction = direction,
				       .stamped = e->options->stamp,
				       .latency = e->options->latency,
				       .streams = e->streams,
				       .latencies = &e->latencies,
				       .ns_per_cycle = (uint64_t)(1e9 * (1 << 24) /
								  (double)rte_get_tsc_hz())};
	}
}

static int init_flows(struct engine *e)
{
	const struct options *o = e->options;

	for (unsigned i = 0; i < e->n_senders; i++) {
		int r = flows_init(&e->senders[i].flows, o->order, options_flow_numbers(o), o->zipf,
				   (uint64_t)o->seed + i);
		if (r < 0)
			return r;
	}
	return 0;
}

int engine_init(struct engine *e, const struct options *options, struct ports *ports,
		const struct recording *recording, struct destinations *to,
		const volatile sig_atomic_t *stop, char *error, size_t size)
{
	int r = 0;

	memset(e, 0, sizeof(*e));
	e->options = options;
	e->ports = ports;
	e->stop = stop;
	e->streams = calloc(ENGINE_STREAMS_MAX, sizeof(*e->streams));
	if (options->windows) {
		e->max_windows = (uint32_t)(options->seconds * 1e3 / options->windows) + 1;
		e->windows = calloc(e->max_windows, sizeof(*e->windows));
	}
	if (!e->streams || (options->windows && !e->windows) ||
	    getrandom(&e->mark, sizeof(e->mark), 0) != sizeof(e->mark)) {
		snprintf(error, size, "no memory");
		return -ENOMEM;
	}
	e->n_directions = options->both ? 2 : 1;
	for (unsigned i = 0; r == 0 && i < e->n_directions; i++)
		r = source_init(&e->sources[i], options, i == 0, recording, to, error, size);
	if (r < 0)
		return r;
	add_direction(e, 0, ports_tx(ports), ports_rx(ports));
	if (options->both)
		add_direction(e, 1, ports_rx(ports), ports_tx(ports));
	for (unsigned i = 0; i < e->n_senders; i++)
		e->streams[i].direction = e->senders[i].direction;
	for (unsigned i = 0; i < e->n_receivers; i++) {
		e->receivers[i].n_streams = e->n_senders;
		e->receivers[i].to = to && to->macs ? to : NULL;
	}
	r = init_flows(e);
	if (r < 0)
		snprintf(error, size, "no memory for flows");
	return r;
}

void engine_fini(struct engine *e)
{
	for (unsigned i = 0; i < e->n_senders; i++)
		flows_fini(&e->senders[i].flows);
	for (unsigned i = 0; i < e->n_directions; i++)
		source_fini(&e->sources[i]);
	free(e->streams);
	free(e->windows);
	memset(e, 0, sizeof(*e));
}

uint32_t engine_new_mark(struct engine *e)
{
	e->mark = (e->mark & ~UINT32_C(0xff)) + 0x100;
	return e->mark;
}

uint64_t engine_sent(const struct engine *e)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < e->n_senders; i++)
		n += __atomic_load_n(&e->senders[i].sent, __ATOMIC_RELAXED);
	return n;
}

uint64_t engine_received(const struct engine *e)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < e->n_receivers; i++)
		n += __atomic_load_n(&e->receivers[i].received, __ATOMIC_RELAXED);
	return n;
}

void engine_discard(struct engine *e, double seconds)
{
	uint64_t silence = cycles_of(seconds), last = rte_rdtsc();
	uint64_t end = last + cycles_of(DRAIN_LONGEST);

	for (uint64_t now = last; now - last < silence && now < end; now = rte_rdtsc()) {
		for (unsigned i = 0; i < e->ports->n; i++) {
			for (uint16_t q = 0; q < e->options->queues; q++) {
				struct rte_mbuf *mbufs[RECEIVER_BURST];
				uint16_t n = rte_eth_rx_burst(e->ports->list[i].id, q, mbufs,
							      RECEIVER_BURST);
				rte_pktmbuf_free_bulk(mbufs, n);
				if (n > 0)
					last = now;
			}
		}
	}
}

/* --- a trial --- */

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void begin(struct engine *e, double rate, double seconds)
{
	uint32_t mark = engine_new_mark(e);
	uint64_t now;

	histogram_clear(&e->latencies);
	for (unsigned i = 0; i < e->n_senders; i++)
		sequence_clear(&e->streams[i].sequence);
	for (unsigned i = 0; i < e->n_receivers; i++)
		receiver_begin(&e->receivers[i], mark);
	e->receiver_may_go = false;
	e->n_windows = 0;
	now = rte_rdtsc();
	for (unsigned i = 0; i < e->n_senders; i++)
		sender_begin(&e->senders[i], mark, rate / e->options->queues, now);
	e->end = now + cycles_of(seconds);
	e->window = cycles_of(e->options->windows / 1e3);
	e->stall = cycles_of(STALL_SECONDS);
	e->began_ns = monotonic_ns();
}

static void add_sender(const struct sender *s, struct result_direction *d)
{
	d->sent += s->sent;
	d->sent_bytes += s->bytes + s->sent * FRAME_CRC;
	d->skipped += s->skipped;
	d->tx_calls += s->calls;
	d->tx_refused += s->refused_calls;
	d->starved += s->starved;
}

static void add_receiver(const struct receiver *r, struct result_direction *d)
{
	d->received += r->received;
	d->received_bytes += r->bytes + r->received * FRAME_CRC;
	d->foreign += r->foreign - r->n_ends;
	d->misrouted += r->misrouted;
	d->rx_calls += r->calls;
	d->rx_full += r->full_calls;
}

static void add_stream(const struct sequence *s, uint64_t sent, struct result_direction *d)
{
	d->lost += sequence_lost(s, sent);
	d->duplicates += s->duplicates;
	d->reordered += s->reordered;
	d->stale += s->stale;
	if (s->displaced > d->displaced)
		d->displaced = s->displaced;
	for (int i = 0; i < SEQUENCE_POWERS; i++)
		d->by_power[i] += s->by_power[i];
}

static void collect(const struct engine *e, struct result *result)
{
	for (unsigned i = 0; i < e->n_receivers; i++)
		add_receiver(&e->receivers[i], &result->directions[e->receivers[i].direction]);
	for (unsigned i = 0; i < e->n_senders; i++) {
		struct result_direction *d = &result->directions[e->senders[i].direction];
		add_sender(&e->senders[i], d);
		if (result->stamped)
			add_stream(&e->streams[i].sequence, e->senders[i].sent, d);
	}
	for (unsigned i = 0; !result->stamped && i < e->n_directions; i++) {
		struct result_direction *d = &result->directions[i];
		d->lost = d->sent > d->received ? d->sent - d->received : 0;
	}
	result->tx_cycles = (double)e->tx_cycles;
	result->rx_cycles = (double)e->rx_cycles;
	result->away_cycles = (double)e->away_cycles;
	result->latencies = e->latencies;
}

void engine_run(struct engine *e, double rate, double seconds, struct result *result)
{
	bool two = e->options->cores_given;

	memset(result, 0, sizeof(*result));
	begin(e, rate, seconds);
	uint64_t began = e->senders[0].began;
	if (two)
		rte_eal_remote_launch(loop_receive, e, RECEIVER_LCORE);
	if (two)
		loop_send(e);
	else
		loop_both(e);
	uint64_t ended = rte_rdtsc();
	for (unsigned i = 0; i < e->n_senders; i++)
		sender_end(&e->senders[i], RTE_MIN(ended, e->end));
	drain_trial(e, !two);
	__atomic_store_n(&e->receiver_may_go, true, __ATOMIC_RELEASE);
	rte_eal_mp_wait_lcore();
	*result = (struct result){.wanted = rate,
				  .seconds = (double)(ended - began) / (double)rte_get_tsc_hz(),
				  .n_directions = e->n_directions,
				  .cycles = (double)(ended - began),
				  .one_core = !two,
				  .stamped = e->options->stamp,
				  .interrupted = *e->stop != 0};
	collect(e, result);
}
