// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_mempool.h>

#include "dataplane/grace.h"
#include "tests/support/eal.h"

enum { N_MBUFS = 8191, SEQ_OFFSET = 50 };

struct source *source;
struct sink *sink;

static struct rte_mbuf *numbered(uint16_t queue)
{
	struct rte_mbuf *m = rte_pktmbuf_copy(source->sample, dp_pool(), 0, UINT32_MAX);
	uint64_t seq[2];

	if (!m)
		return NULL;
	seq[0] = queue;
	seq[1] = source->sent[queue]++;
	memcpy(rte_pktmbuf_mtod_offset(m, void *, SEQ_OFFSET), seq, sizeof(seq));
	return m;
}

/* Two workers may ask for the last one at once. */
static bool may_hand_in(void)
{
	int left = atomic_load(&source->left);

	if (source->open)
		return true;
	while (left > 0)
		if (atomic_compare_exchange_weak(&source->left, &left, left - 1))
			return true;
	return false;
}

static uint16_t source_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	uint16_t n = 0;

	if (atomic_fetch_add(&source->polled[queue], 1))
		source->clashes++;
	while (n < max && may_hand_in()) {
		pkts[n] = numbered(queue);
		if (!pkts[n])
			break;
		n++;
	}
	source->polled[queue]--;
	return n;
}

static uint16_t discard(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

static int source_sleep(struct port *port, uint16_t queue)
{
	source->n_slept++;
	return source->fd < 0 ? -ENOTSUP : source->fd;
}

static void source_wake(struct port *port, uint16_t queue)
{
	uint64_t n;

	if (source->fd >= 0)
		(void)!read(source->fd, &n, sizeof(n));
}

static uint16_t no_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	return 0;
}

static int no_sleep(struct port *port, uint16_t queue)
{
	return -ENODEV;
}

static uint16_t sink_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		uint64_t seq[2];

		memcpy(seq, rte_pktmbuf_mtod_offset(pkts[i], void *, SEQ_OFFSET), sizeof(seq));
		if (seq[0] >= STREAM_QUEUES || seq[1] != sink->next[seq[0]])
			sink->disorder++;
		else
			sink->next[seq[0]]++;
	}
	rte_pktmbuf_free_bulk(pkts, n);
	sink->received += n;
	return n;
}

static const struct port_ops source_ops = {.rx = source_rx,
					   .tx = discard,
					   .sleep = source_sleep,
					   .wake = source_wake};
const struct port_ops quiet_ops = {.rx = no_rx, .tx = discard, .sleep = no_sleep};
static const struct port_ops sink_ops = {.rx = no_rx, .tx = sink_tx, .sleep = no_sleep};

void stream_place(uint16_t shift)
{
	struct dp_queue queues[STREAM_QUEUES + 1];

	for (uint16_t q = 0; q < STREAM_QUEUES; q++)
		queues[q] = (struct dp_queue){&source->port, q, (q + shift) % dp_n_workers()};
	queues[STREAM_QUEUES] = (struct dp_queue){&sink->port, 0, shift % dp_n_workers()};
	assert_int_equal(dp_place(queues, STREAM_QUEUES + 1), 0);
}

void stream_start(const struct frame *sample)
{
	struct dp_conf conf = {.n_mbufs = N_MBUFS};

	test_eal_init();
	assert_int_equal(dp_start(&conf), 0);
	assert_int_equal(dp_workers_set((uint16_t[]){0, 1}, 2), 0);
	source = calloc(1, sizeof(*source));
	sink = calloc(1, sizeof(*sink));
	port_init(&source->port, "source", &source_ops, STREAM_QUEUES, 1, 1500);
	port_init(&sink->port, "sink", &sink_ops, 1, 1, 1500);
	source->port.up = sink->port.up = true;
	source->fd = -1;
	source->sample = rte_pktmbuf_alloc(dp_pool());
	memcpy(rte_pktmbuf_append(source->sample, sample->len), sample->bytes, sample->len);
	assert_int_equal(dp_port_attach(&source->port), 0);
	assert_int_equal(dp_port_attach(&sink->port), 0);
	stream_place(0);
}

void stream_stop(void)
{
	source->open = false;
	dp_port_detach(&source->port);
	dp_port_detach(&sink->port);
	rte_pktmbuf_free(source->sample);
	for (uint16_t id = 0; id < BRIDGE_MAX; id++)
		bridge_destroy(bridge_by_id(id));
	assert_int_equal(dp_workers_set(NULL, 0), 0);
	assert_int_equal(rte_mempool_avail_count(dp_pool()), N_MBUFS);
	dp_stop();
	if (source->fd >= 0)
		close(source->fd);
	free(source);
	free(sink);
}

static uint64_t total_sent(void)
{
	uint64_t n = 0;

	for (int q = 0; q < STREAM_QUEUES; q++)
		n += source->sent[q];
	return n;
}

void wait_until(bool (*done)(uint64_t arg), uint64_t arg)
{
	for (int i = 0; !done(arg);
	     i++) { /* asked once: a worker that naps is asleep now and then */
		assert_true(i < STREAM_WAIT_MS);
		usleep(1000);
	}
}

bool has_received(uint64_t n)
{
	return sink->received >= n;
}

void settle(void)
{
	source->open = false;
	grace_wait(); /* no worker is in rx any more that saw it open */
	wait_until(has_received, total_sent());
	assert_int_equal(sink->received, total_sent());
	assert_int_equal(sink->disorder, 0);
	assert_int_equal(source->clashes, 0);
}

void breathe(void)
{
	wait_until(has_received, sink->received + 100);
}
