// SPDX-License-Identifier: BSD-3-Clause
#include "tests/bench/rig.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "dataplane/worker.h"
#include "dataplane/workers.h"
#include "tests/support/eal.h"

#define WARM_UP 4096 /* rounds */
#define REPEATS 41   /* of which the median counts */
#define BURSTS  1024 /* in each */

struct rig rig;

static uint16_t rig_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	if (port != &rig.in)
		return 0;
	rig.fill(pkts);
	return RIG_BURST;
}

static uint16_t rig_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	return n;
}

static const struct port_ops rig_ops = {.rx = rig_rx, .tx = rig_tx};

void rig_fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(EXIT_FAILURE);
}

void rig_write(uint8_t *to, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

uint32_t rig_chance(void)
{
	static uint64_t chance = 1;

	chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(chance >> 33);
}

static void add_port(struct port *port, const char *name, const struct port_ops *ops)
{
	port_init(port, name, ops, 1, 1, 1500);
	port->up = true;
	if (dp_port_attach(port))
		rig_fail("cannot attach a port");
}

static void start(const struct port_ops *ops, bool manual, uint16_t core)
{
	const struct dp_conf conf = {.n_mbufs = 8191, .manual = manual};

	test_eal_init();
	if (dp_start(&conf) || dp_workers_set(&core, 1))
		rig_fail("the dataplane does not start");
	add_port(&rig.in, "in", ops);
	add_port(&rig.out, "out", ops);
	rig.worker = workers_at(0);
}

void rig_poll(void)
{
	struct dp_queue queue = {&rig.in, 0, 0};

	if (dp_place(&queue, 1))
		rig_fail("no worker takes the port");
}

void rig_start(void (*fill)(struct rte_mbuf **pkts))
{
	start(&rig_ops, true, 0);
	rig_poll();
	rig.fill = fill;
}

void rig_start_threaded(const struct port_ops *ops, uint16_t core)
{
	start(ops, false, core);
}

void rig_rounds(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		worker_round(rig.worker);
}

/* As stages_run does, with a look at the clock before and behind each stage. */
static void time_burst(uint64_t *cycles)
{
	struct worker *worker = rig.worker;
	struct burst *burst = &worker->burst;

	rig.fill(burst->mbufs);
	worker->now = rte_rdtsc();
	stages_begin(burst, &rig.in, atomic_load_explicit(&rig.in.member, memory_order_acquire));
	for (uint8_t i = 0; i < RIG_BURST; i++)
		lane_push(burst, STAGE_PARSE, i);
	for (int s = 0; s < STAGE_COUNT; s++) {
		if (!burst->lanes[s].n)
			continue;
		uint64_t begin = rte_rdtsc_precise();
		stages[s].run(worker, burst, &burst->lanes[s]);
		cycles[s] += rte_rdtsc_precise() - begin;
	}
}

static uint64_t cost_of_clock(void)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t begin = rte_rdtsc_precise(), took = rte_rdtsc_precise() - begin;
		if (took < best)
			best = took;
	}
	return best;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, REPEATS, sizeof(*values), compare);
	return values[REPEATS / 2];
}

static double per_packet(uint64_t begin)
{
	return (double)(rte_rdtsc_precise() - begin) / (BURSTS * RIG_BURST);
}

/* What fill costs by itself. */
static double cost_of_fill(void)
{
	struct rte_mbuf *pkts[RIG_BURST];
	uint64_t begin = rte_rdtsc_precise();

	for (uint32_t b = 0; b < BURSTS; b++)
		rig.fill(pkts);
	return per_packet(begin);
}

void rig_print_cycles(void)
{
	static double each[STAGE_COUNT][REPEATS], whole[REPEATS];
	double clock = (double)cost_of_clock();

	rig_rounds(WARM_UP);
	for (int i = 0; i < REPEATS; i++) {
		uint64_t cycles[STAGE_COUNT] = {0}, begin = rte_rdtsc_precise();
		rig_rounds(BURSTS);
		whole[i] = per_packet(begin) - cost_of_fill();
		for (uint32_t b = 0; b < BURSTS; b++)
			time_burst(cycles);
		for (int s = 0; s < STAGE_COUNT; s++)
			each[s][i] = cycles[s] ? (double)cycles[s] / (BURSTS * RIG_BURST) -
							 clock / RIG_BURST
					       : 0;
	}
	for (int s = 0; s < STAGE_COUNT; s++)
		if (each[s][0] != 0)
			printf("%s %.1f\n", stages[s].name, median(each[s]));
	printf("round %.1f\n", median(whole));
}

void rig_check(void)
{
	struct dp_worker_stats stats;

	dp_worker_stats(0, &stats);
	if (stats.received == 0 || stats.dropped != 0)
		rig_fail("packets were dropped");
}
