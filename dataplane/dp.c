// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/dp.h"

#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_random.h>

#include "dataplane/grace.h"
#include "dataplane/plans.h"
#include "dataplane/pool.h"
#include "dataplane/route_hash.h"
#include "dataplane/workers.h"

static const struct port_ops router_ops; /* nothing calls them */

static struct {
	struct rte_mempool *pool;
	struct port *ports[PORT_SLOTS];
	struct member wires[PORT_MAX]; /* of the ports */
	struct port router; /* no queues, and nobody sends to it: a place in tables and counters */
} dp;

int dp_start(const struct dp_conf *conf)
{
	int err;

	dp.pool = pool_create(conf->n_mbufs, conf->n_first ? conf->n_first : conf->n_mbufs);
	if (!dp.pool)
		return -errno;
	route_seed = rte_rand();
	port_init(&dp.router, "router", &router_ops, 1, 1, UINT16_MAX);
	dp.router.index = PORT_ROUTER;
	dp.ports[PORT_ROUTER] = &dp.router;
	err = l3_start();
	if (!err)
		err = workers_init(dp.ports, !conf->manual);
	if (err) {
		l3_stop();
		pool_destroy(dp.pool);
		dp.pool = NULL;
		return err;
	}
	dp_poll_set(conf->poll);
	return 0;
}

void dp_stop(void)
{
	workers_fini();
	l3_stop();
	pool_destroy(dp.pool);
	dp.pool = NULL;
}

void dp_poll_set(bool poll)
{
	workers_poll_set(poll);
}

struct rte_mempool *dp_pool(void)
{
	return dp.pool;
}

bool dp_pool_grow(uint32_t n)
{
	return pool_grow(dp.pool, n);
}

uint32_t dp_pool_in_use(void)
{
	return pool_in_use(dp.pool);
}

int dp_workers_set(const uint16_t *cores, uint16_t n)
{
	return workers_set(cores, n);
}

uint16_t dp_n_workers(void)
{
	return workers_n();
}

struct port *dp_port(uint16_t index)
{
	return index < PORT_MAX ? dp.ports[index] : NULL;
}

const struct port *dp_router(void)
{
	return &dp.router;
}

static void clear_counters(uint16_t index)
{
	for (uint16_t i = 0; i <= WORKER_SLOTS; i++) {
		const struct worker *worker = workers_counting(i);

		if (!worker)
			continue;
		memset(&worker->count[index], 0, sizeof(worker->count[index]));
		memset(&worker->drops[index], 0, sizeof(worker->drops[index]));
		memset(&worker->storm[index], 0, sizeof(worker->storm[index]));
	}
}

/* VLAN 0 goes without a tag, any other with one. */
static const struct member *make_wire(struct port *port)
{
	struct member *wire = &dp.wires[port->index];

	*wire = (struct member){.port = port};
	memset(wire->conf.tagged, 0xff, sizeof(wire->conf.tagged));
	return wire;
}

int dp_port_attach(struct port *port)
{
	uint16_t index = 0;

	while (index < PORT_MAX && dp.ports[index])
		index++;
	if (index == PORT_MAX)
		return -ENOSPC;
	clear_counters(index);
	port->index = index;
	port->wire = make_wire(port);
	port->tx_shared = port->n_txq < workers_n();
	__atomic_store_n(&dp.ports[index], port, __ATOMIC_RELEASE);
	return 0;
}

void dp_port_detach(struct port *port)
{
	const struct member *member = atomic_load_explicit(&port->member, memory_order_relaxed);

	plans_forget(port);
	if (member)
		bridge_member_del(member->bridge, port);
	l3_port_gone(port);
	__atomic_store_n(&dp.ports[port->index], NULL, __ATOMIC_RELEASE);
	grace_wait();
	port->index = PORT_NONE;
}

int dp_place(const struct dp_queue *queues, uint32_t n)
{
	return plans_set(queues, n);
}

void dp_wake(void)
{
	workers_kick();
}

/* An equal share of each worker's: a busy one does not keep the others from being heard. */
static uint32_t take_learned(struct dp_learned *out, uint32_t max)
{
	uint32_t share = RTE_MAX(max / RTE_MAX(workers_n(), 1), 1U), n = 0;

	for (uint16_t i = 0; i < WORKER_SLOTS; i++) {
		struct worker *worker = workers_slot(i);

		if (worker)
			n += rte_ring_sc_dequeue_burst_elem(worker->learned, out + n, sizeof(*out),
							    RTE_MIN(share, max - n), NULL);
	}
	return n;
}

uint32_t dp_learned(struct dp_learned *out, uint32_t max)
{
	uint32_t n = take_learned(out, max);

	if (n)
		return n;
	/* Armed first, looked at again after: no event falls in between. */
	workers_learned_arm();
	return take_learned(out, max);
}

int dp_learned_fd(void)
{
	return workers_learned_fd();
}

void dp_port_stats(const struct port *port, struct dp_port_stats *out)
{
	memset(out, 0, sizeof(*out));
	if (port->index == PORT_NONE)
		return;
	for (uint16_t i = 0; i <= WORKER_SLOTS; i++) {
		const struct worker *worker = workers_counting(i);
		const struct port_count *count;

		if (!worker)
			continue;
		count = &worker->count[port->index];
		out->rx_packets += count_get(&count->rx_packets);
		out->rx_bytes += count_get(&count->rx_bytes);
		out->tx_packets += count_get(&count->tx_packets);
		out->tx_bytes += count_get(&count->tx_bytes);
		out->tx_csum += count_get(&count->tx_csum);
		out->tx_cut += count_get(&count->tx_cut);
		out->tx_segments += count_get(&count->tx_segments);
		out->tx_whole += count_get(&count->tx_whole);
		for (int r = 0; r < DROP_COUNT; r++)
			out->drops[r] += count_get(&worker->drops[port->index][r]);
	}
}

void dp_worker_stats(uint16_t position, struct dp_worker_stats *out)
{
	struct worker *worker = workers_at(position);
	uint64_t now = rte_rdtsc(), busy, packets;

	memset(out, 0, sizeof(*out));
	if (!worker)
		return;
	busy = count_get(&worker->busy_tsc);
	packets = count_get(&worker->busy_packets);
	out->core = worker->core;
	out->sleeping = worker->sleeping;
	out->n_queues = worker->plan->n;
	if (now > worker->seen_tsc)
		out->busy = (double)(busy - worker->seen_busy) / (now - worker->seen_tsc);
	if (packets > worker->seen_packets)
		out->cycles_per_packet =
			(double)(busy - worker->seen_busy) / (packets - worker->seen_packets);
	worker->seen_tsc = now;
	worker->seen_busy = busy;
	worker->seen_packets = packets;
	out->received = count_get(&worker->received);
	out->generated = count_get(&worker->generated);
	out->sent = count_get(&worker->sent);
	out->dropped = count_get(&worker->dropped);
	out->consumed = count_get(&worker->consumed);
	out->learn_lost = count_get(&worker->learn_lost);
	out->options_carried = count_get(&worker->options_carried);
}
