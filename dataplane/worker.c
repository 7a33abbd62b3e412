// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/worker.h"

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "dataplane/grace_worker.h"
#include "dataplane/idle.h"
#include "dataplane/inject.h"
#include "dataplane/tx.h"
#include "dataplane/workers.h"

#define ROUND_S 0.01 /* of packets, and the burst that was begun */

static uint32_t poll_queue(struct worker *worker, const struct plan_queue *q)
{
	struct rte_mbuf **mbufs = worker->burst.mbufs;
	struct port_count *count = &worker->count[q->port->index];
	uint16_t n = q->port->ops->rx(q->port, q->queue, mbufs, BURST_MAX);
	uint64_t bytes = 0;

	if (!n)
		return 0;
	for (uint16_t i = 0; i < n; i++) {
		bytes += mbufs[i]->pkt_len;
		rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void *)); /* for parse */
	}
	count_add(&count->rx_packets, n);
	count_add(&count->rx_bytes, bytes);
	count_add(&worker->received, n);
	worker->now = rte_rdtsc();
	stages_run(worker, q->port, n);
	return n;
}

uint32_t worker_round(struct worker *worker)
{
	const struct plan *plan = atomic_load_explicit(&worker->plan, memory_order_acquire);
	uint64_t end = rte_rdtsc() + (uint64_t)(worker->tsc_hz * ROUND_S);
	uint32_t n = 0, at = worker->next < plan->n ? worker->next : 0;

	if (unlikely(plan->serial !=
		     atomic_load_explicit(&worker->plan_serial, memory_order_relaxed)))
		idle_take_over(worker, plan);
	if (unlikely(inject_is_waiting(worker)))
		n += inject_run(worker);
	for (uint32_t left = plan->n; left > 0; left--) {
		uint32_t got = poll_queue(worker, &plan->queues[at]);

		at = at + 1 < plan->n ? at + 1 : 0;
		n += got;
		/* A flood to a thousand ports takes long, and control waits for the round to end:
		 * the next one goes on with the next queue. */
		if (unlikely(got && worker->now > end))
			break;
	}
	worker->next = at;
	tx_flush_all(worker);
	if (unlikely(worker->learn_news)) {
		worker->learn_news = false;
		workers_tell_control();
	}
	if (unlikely(worker->punt_news)) {
		worker->punt_news = false;
		punt_tell_control();
	}
	return n;
}

void *worker_main(void *arg)
{
	struct worker *worker = arg;

	/* A number of its own gives the thread its cache in the packet pool; without
	 * one (more threads than DPDK was built for) it is slower, not wrong. */
	(void)rte_thread_register();
	grace_enter(worker->id);
	while (!atomic_load_explicit(&worker->stop, memory_order_acquire)) {
		uint64_t begin = rte_rdtsc();
		uint32_t n = worker_round(worker);

		grace_pass(worker->id);
		if (n) {
			uint64_t worked = rte_rdtsc() - begin;

			count_add(&worker->busy_tsc, worked);
			count_add(&worker->busy_packets, n);
			idle_end(worker, begin, worked);
		} else {
			idle_step(worker);
		}
	}
	/* What control has said last is still sent: there may be no other worker to do it. */
	while (inject_is_waiting(worker))
		inject_run(worker);
	tx_flush_all(worker);
	if (worker->punt_news)
		punt_tell_control();
	grace_leave(worker->id);
	rte_thread_unregister();
	return NULL;
}
