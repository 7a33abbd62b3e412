// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the stages cost by themselves: bursts of 32 packets that lie in memory go through them again
 * and again, to a port that takes all and does nothing. No ring, no allocation, no other core.
 *
 *   stages cycles STATIONS        cycles a packet of each stage, as name and number
 *   stages rounds STATIONS N      N rounds of a worker, for callgrind to count
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "dataplane/dp.h"
#include "dataplane/fdb_table.h"
#include "dataplane/worker.h"
#include "dataplane/workers.h"
#include "tests/support/eal.h"

#define BURST      32
#define PACKETS    4096 /* in memory; a whole number of bursts */
#define FRAME_SIZE 60
#define BUCKETS    65536 /* of the table, for as many stations as can be asked for */
#define WARM_UP    4096  /* rounds */
#define REPEATS    41    /* of which the median counts */

struct rig {
	struct port in, out;
	struct rte_mbuf *packets[PACKETS];
	uint32_t next;
	struct worker *worker;
};

static struct rig rig;

static uint16_t rig_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	if (port != &rig.in)
		return 0;
	memcpy(pkts, rig.packets + rig.next, BURST * sizeof(*pkts));
	rig.next = (rig.next + BURST) % PACKETS;
	return BURST;
}

static uint16_t rig_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	return n;
}

static const struct port_ops rig_ops = {.rx = rig_rx, .tx = rig_tx};

static void fail(const char *what)
{
	fprintf(stderr, "stages: %s\n", what);
	exit(EXIT_FAILURE);
}

static void write_number(uint8_t *to, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (uint8_t)(value >> 8 * (n - 1 - i));
}

#define MAC_IN  UINT64_C(0x020000000001)
#define MAC_OUT UINT64_C(0x020001000000)

/* An IPv4 packet to one of so many stations. */
static struct rte_mbuf *make_packet(uint32_t station)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp_pool());

	if (!m)
		fail("no packet buffers");
	uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, FRAME_SIZE);
	memset(p, 0, FRAME_SIZE);
	write_number(p, MAC_OUT + station, 6);
	write_number(p + 6, MAC_IN, 6);
	write_number(p + 12, 0x0800, 2);
	write_number(p + 14, 0x45, 1);
	write_number(p + 16, FRAME_SIZE - 14, 2);
	write_number(p + 22, 64 << 8 | 17, 2);
	write_number(p + 26, 0xc6120001, 4);
	write_number(p + 30, 0xc6130001 + station, 4);
	write_number(p + 34, 1024, 2);
	write_number(p + 36, 9, 2);
	write_number(p + 38, FRAME_SIZE - 34, 2);
	return m;
}

static void add_port(struct port *port, const char *name, struct bridge *bridge)
{
	const struct member_conf conf = {.untagged = 1};

	port_init(port, name, &rig_ops, 1, 1, 1500);
	port->up = true;
	if (dp_port_attach(port) || bridge_member_set(bridge, port, &conf))
		fail("cannot attach a port");
}

/* The bridge's table with chance taken out of it, so that it costs the same each time: multipliers
 * of its own, and large enough never to be replaced. */
static void fix_table(struct bridge *bridge)
{
	struct fdb *old = atomic_load(&bridge->fdb), *fdb = fdb_table_create(BUCKETS, old->n_seen);

	if (!fdb)
		fail("no memory for the table");
	fdb->multiplier[0] = UINT64_C(0x9e3779b97f4a7c15);
	fdb->multiplier[1] = UINT64_C(0xc2b2ae3d27d4eb4f);
	atomic_store(&bridge->fdb, fdb);
	fdb_table_destroy(old);
}

static void fill_table(struct bridge *bridge, uint32_t stations)
{
	fix_table(bridge);
	const struct fdb *fdb = atomic_load(&bridge->fdb);
	fdb_set(bridge, MAC_IN << 12 | 1, rig.in.index, true, 0);
	for (uint32_t i = 0; i < stations; i++)
		fdb_set(bridge, (MAC_OUT + i) << 12 | 1, rig.out.index, true, 0);
	if (fdb_count(bridge) != stations + 1 || fdb != atomic_load(&bridge->fdb))
		fail("the table is full");
}

/* Stations at random, from a sequence that is always the same. */
static void set_up(uint32_t stations)
{
	const struct dp_conf conf = {.n_mbufs = 8191, .manual = true};
	const uint16_t core = 0;
	uint64_t chance = 1;

	test_eal_init();
	if (dp_start(&conf) || dp_workers_set(&core, 1))
		fail("the dataplane does not start");
	struct bridge *bridge = bridge_create(1u << 18);
	if (!bridge)
		fail("no bridge");
	add_port(&rig.in, "in", bridge);
	add_port(&rig.out, "out", bridge);
	struct dp_queue queue = {&rig.in, 0, 0};
	if (dp_place(&queue, 1))
		fail("no worker takes the port");
	fill_table(bridge, stations);
	for (uint32_t i = 0; i < PACKETS; i++) {
		chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407;
		rig.packets[i] = make_packet((uint32_t)(chance >> 33) % stations);
	}
	rig.worker = workers_at(0);
}

static void run_rounds(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		worker_round(rig.worker);
}

/* As stages_run does, with a look at the clock before and behind each stage. */
static void time_burst(uint64_t *cycles)
{
	struct worker *worker = rig.worker;
	struct burst *burst = &worker->burst;

	rig_rx(&rig.in, 0, burst->mbufs, BURST);
	worker->now = rte_rdtsc();
	burst->in = &rig.in;
	burst->member = atomic_load_explicit(&rig.in.member, memory_order_acquire);
	for (int s = 0; s < STAGE_COUNT; s++)
		burst->lanes[s].n = 0;
	for (uint8_t i = 0; i < BURST; i++)
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

static void print_cycles(void)
{
	static double each[STAGE_COUNT][REPEATS], whole[REPEATS];
	const uint32_t bursts = 8 * PACKETS / BURST;
	double clock = (double)cost_of_clock();

	run_rounds(WARM_UP);
	for (int i = 0; i < REPEATS; i++) {
		uint64_t cycles[STAGE_COUNT] = {0}, begin = rte_rdtsc_precise();
		run_rounds(bursts);
		whole[i] = (double)(rte_rdtsc_precise() - begin) / (bursts * BURST);
		for (uint32_t b = 0; b < bursts; b++)
			time_burst(cycles);
		for (int s = 0; s < STAGE_COUNT; s++)
			each[s][i] = cycles[s]
					     ? (double)cycles[s] / (bursts * BURST) - clock / BURST
					     : 0;
	}
	for (int s = 0; s < STAGE_COUNT; s++)
		if (each[s][0] != 0)
			printf("%s %.1f\n", stages[s].name, median(each[s]));
	printf("round %.1f\n", median(whole));
}

/* All that was received was sent. */
static void check(void)
{
	struct dp_worker_stats stats;

	dp_worker_stats(0, &stats);
	if (stats.received == 0 || stats.dropped != 0)
		fail("packets were dropped");
}

int main(int argc, char **argv)
{
	long stations = argc > 2 ? atol(argv[2]) : 0;

	if (argc < 3 || stations < 1 || stations > 200000 ||
	    (strcmp(argv[1], "cycles") && (strcmp(argv[1], "rounds") || argc != 4))) {
		fputs("usage: stages cycles STATIONS | stages rounds STATIONS N\n", stderr);
		return 2;
	}
	set_up((uint32_t)stations);
	if (argv[1][0] == 'c')
		print_cycles();
	else
		run_rounds((uint32_t)atol(argv[3]));
	check();
	return EXIT_SUCCESS;
}
