// SPDX-License-Identifier: BSD-3-Clause
/*
 * Workers with threads: a source sends numbered packets to a sink while
 * control moves queues, adds and removes workers, ports and members. Nothing
 * may be lost, doubled or overtaken, and no queue polled by two at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_mempool.h>

#include "dataplane/dp.h"
#include "dataplane/grace.h"
#include "tests/dp/frame.h"
#include "tests/support/eal.h"

#define SRC UINT64_C(0x020000000001)
#define DST UINT64_C(0x020000000002)

enum { N_MBUFS = 8191, QUEUES = 4, SEQ_OFFSET = 50, WAIT_MS = 10000 };

struct source {
	struct port port;
	struct rte_mbuf *sample;
	atomic_int polled[QUEUES]; /* who is in rx: never more than one */
	atomic_int clashes;
	atomic_ullong sent[QUEUES]; /* packets handed in */
	atomic_bool open;
	atomic_int left; /* packets to hand in although it is closed: for waking */
	atomic_int fd;   /* -1: has no descriptor */
	atomic_int n_slept;
};

struct sink {
	struct port port;
	uint64_t next[QUEUES];
	atomic_ullong received;
	atomic_int disorder;
};

static struct source *source;
static struct sink *sink;
static struct bridge *br;

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
		if (seq[0] >= QUEUES || seq[1] != sink->next[seq[0]])
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
static const struct port_ops sink_ops = {.rx = no_rx, .tx = sink_tx, .sleep = no_sleep};

static void place(uint16_t shift)
{
	struct dp_queue queues[QUEUES + 1];

	for (uint16_t q = 0; q < QUEUES; q++)
		queues[q] = (struct dp_queue){&source->port, q, (q + shift) % dp_n_workers()};
	queues[QUEUES] = (struct dp_queue){&sink->port, 0, shift % dp_n_workers()};
	assert_int_equal(dp_place(queues, QUEUES + 1), 0);
}

static void join(struct port *port, uint32_t storm)
{
	struct member_conf conf = {.untagged = 1, .storm_pps = storm};

	assert_int_equal(bridge_member_set(br, port, &conf), 0);
}

static int setup(void **state)
{
	struct dp_conf conf = {.n_mbufs = N_MBUFS};
	struct frame f = sized(DST, SRC, 100);

	test_eal_init();
	assert_int_equal(dp_start(&conf), 0);
	assert_int_equal(dp_workers_set((uint16_t[]){0, 1}, 2), 0);
	source = calloc(1, sizeof(*source));
	sink = calloc(1, sizeof(*sink));
	port_init(&source->port, "source", &source_ops, QUEUES, 1, 1500);
	port_init(&sink->port, "sink", &sink_ops, 1, 1, 1500);
	source->port.up = sink->port.up = true;
	source->fd = -1;
	source->sample = rte_pktmbuf_alloc(dp_pool());
	memcpy(rte_pktmbuf_append(source->sample, f.len), f.bytes, f.len);
	assert_int_equal(dp_port_attach(&source->port), 0);
	assert_int_equal(dp_port_attach(&sink->port), 0);
	br = bridge_create(100);
	join(&source->port, 0);
	join(&sink->port, 0);
	fdb_set(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, 2}, 1), sink->port.index, true, 0);
	place(0);
	return 0;
}

static uint64_t total_sent(void)
{
	uint64_t n = 0;

	for (int q = 0; q < QUEUES; q++)
		n += source->sent[q];
	return n;
}

static void wait_until(bool (*done)(uint64_t arg), uint64_t arg)
{
	for (int i = 0; !done(arg);
	     i++) { /* asked once: a worker that naps is asleep now and then */
		assert_true(i < WAIT_MS);
		usleep(1000);
	}
}

static bool has_received(uint64_t n)
{
	return sink->received >= n;
}

/* Closes the source and sees that everything arrived, once and in order. */
static void settle(void)
{
	source->open = false;
	grace_wait(); /* no worker is in rx any more that saw it open */
	wait_until(has_received, total_sent());
	assert_int_equal(sink->received, total_sent());
	assert_int_equal(sink->disorder, 0);
	assert_int_equal(source->clashes, 0);
}

static int teardown(void **state)
{
	source->open = false;
	dp_port_detach(&source->port);
	dp_port_detach(&sink->port);
	rte_pktmbuf_free(source->sample);
	bridge_destroy(br);
	assert_int_equal(dp_workers_set(NULL, 0), 0);
	assert_int_equal(rte_mempool_avail_count(dp_pool()), N_MBUFS);
	dp_stop();
	if (source->fd >= 0)
		close(source->fd);
	free(source);
	free(sink);
	return 0;
}

/* Lets some packets through between two steps of control. */
static void breathe(void)
{
	wait_until(has_received, sink->received + 100);
}

static void queues_move_between_workers_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 30; i++) {
		place(i);
		breathe();
	}
	settle();
}

static void workers_come_and_go_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(dp_workers_set((uint16_t[]){i % 2}, 1), 0);
		place(0);
		breathe();
		assert_int_equal(dp_workers_set((uint16_t[]){1, 0}, 2), 0);
		place(i);
		breathe();
	}
	settle();
}

static void other_ports_come_and_go_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 30; i++) {
		struct port other;

		port_init(&other, "other", &sink_ops, 1, 1, 1500);
		assert_int_equal(dp_port_attach(&other), 0);
		join(&other, 0);
		fdb_set(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 1, i}, 1), other.index, false, 0);
		breathe();
		dp_port_detach(&other);
		assert_int_equal(fdb_count(br), 1); /* the sink's static address */
	}
	settle();
}

static void members_and_addresses_change_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 30; i++) {
		join(&source->port, i);
		join(&sink->port, i);
		for (int k = 0; k < 1000; k++)
			fdb_set(br, fdb_key_make((uint8_t[]){2, 1, 0, i, k >> 8, k}, 1), 0, false,
				0);
		fdb_flush(br, 0, 0, false);
		fdb_limit(br, 100000);
		breathe();
	}
	settle();
}

static bool all_sleep(uint64_t unused)
{
	struct dp_worker_stats s[2];

	dp_worker_stats(0, &s[0]);
	dp_worker_stats(1, &s[1]);
	return s[0].sleeping && s[1].sleeping;
}

static void idle_workers_sleep_and_a_descriptor_wakes_them(void **state)
{
	source->fd = eventfd(0, EFD_NONBLOCK);
	dp_wake(); /* they may be napping: the descriptor is new */
	wait_until(all_sleep, 0);
	for (int i = 0; i < 20; i++) {
		uint64_t one = 1;

		source->left = 3;
		assert_int_equal(write(source->fd, &one, sizeof(one)), sizeof(one));
		wait_until(has_received, 3 * (i + 1));
		wait_until(all_sleep, 0);
	}
	settle();
}

/* A sleeper holds the file behind its descriptor: a tap that is gone would live on with it. */
static void no_worker_sleeps_on_a_queue_that_was_taken_from_it(void **state)
{
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 20; i++) {
		int ends[2];

		assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
		source->fd = ends[0];
		dp_wake();
		wait_until(all_sleep, 0);
		usleep(1000); /* until they are in the kernel */
		assert_int_equal(dp_place(NULL, 0), 0);
		source->fd = -1;
		close(ends[0]);
		assert_int_equal(write(ends[1], "x", 1), -1); /* nobody holds the other end */
		close(ends[1]);
		place(0);
	}
}

static void queues_without_a_descriptor_are_looked_at_from_time_to_time(void **state)
{
	wait_until(all_sleep, 0);
	source->left = 5;
	wait_until(has_received, 5);
	settle();
}

static void a_polling_worker_never_sleeps(void **state)
{
	int slept;

	dp_poll_set(true);
	source->open = true;
	breathe();
	settle();
	slept = source->n_slept;
	usleep(20000);
	assert_int_equal(source->n_slept, slept);
	dp_poll_set(false);
	wait_until(all_sleep, 0);
}

static void a_learning_event_wakes_control_once_it_waits(void **state)
{
	struct dp_learned events[16];
	struct pollfd fd = {.fd = dp_learned_fd(), .events = POLLIN};

	assert_int_equal(dp_learned(events, 16), 0);
	source->left = 1;
	assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
	assert_int_equal(dp_learned(events, 16), 1);
	assert_true(events[0].key == fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, 1}, 1));
	assert_int_equal(events[0].port, source->port.index);
	assert_int_equal(events[0].bridge, br->id);
	assert_int_equal(dp_learned(events, 16), 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	wait_until(has_received, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(queues_move_between_workers_without_loss),
		T(workers_come_and_go_without_loss),
		T(other_ports_come_and_go_without_loss),
		T(members_and_addresses_change_without_loss),
		T(idle_workers_sleep_and_a_descriptor_wakes_them),
		T(no_worker_sleeps_on_a_queue_that_was_taken_from_it),
		T(queues_without_a_descriptor_are_looked_at_from_time_to_time),
		T(a_polling_worker_never_sleeps),
		T(a_learning_event_wakes_control_once_it_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
