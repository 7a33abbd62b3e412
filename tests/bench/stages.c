// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the stages cost by themselves when they switch: bursts of 32 packets that lie in memory go
 * through them again and again, to a port that takes all and does nothing. No ring, no allocation,
 * no other core.
 *
 *   stages cycles STATIONS        cycles a packet of each stage, as name and number
 *   stages rounds STATIONS N      N rounds of a worker, for callgrind to count
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/fdb_table.h"
#include "tests/bench/rig.h"

#define PACKETS    4096 /* in memory; a whole number of bursts */
#define FRAME_SIZE 60
#define BUCKETS    65536 /* of the table, for as many stations as can be asked for */

static struct rte_mbuf *packets[PACKETS];

static void fill(struct rte_mbuf **pkts)
{
	static uint32_t next;

	memcpy(pkts, packets + next, RIG_BURST * sizeof(*pkts));
	next = (next + RIG_BURST) % PACKETS;
}

#define MAC_IN  UINT64_C(0x020000000001)
#define MAC_OUT UINT64_C(0x020001000000)

/* An IPv4 packet to one of so many stations. */
static struct rte_mbuf *make_packet(uint32_t station)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp_pool());

	if (!m)
		rig_fail("no packet buffers");
	uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, FRAME_SIZE);
	memset(p, 0, FRAME_SIZE);
	rig_write(p, MAC_OUT + station, 6);
	rig_write(p + 6, MAC_IN, 6);
	rig_write(p + 12, 0x0800, 2);
	rig_write(p + 14, 0x45, 1);
	rig_write(p + 16, FRAME_SIZE - 14, 2);
	rig_write(p + 22, 64 << 8 | 17, 2);
	rig_write(p + 26, 0xc6120001, 4);
	rig_write(p + 30, 0xc6130001 + station, 4);
	rig_write(p + 34, 1024, 2);
	rig_write(p + 36, 9, 2);
	rig_write(p + 38, FRAME_SIZE - 34, 2);
	return m;
}

static void join(struct bridge *bridge, struct port *port)
{
	const struct member_conf conf = {.untagged = 1};

	if (bridge_member_set(bridge, port, &conf))
		rig_fail("cannot put a port into the bridge");
}

/* The bridge's table with chance taken out of it, so that it costs the same each time: multipliers
 * of its own, and large enough never to be replaced. */
static void fix_table(struct bridge *bridge)
{
	struct fdb *old = atomic_load(&bridge->fdb), *fdb = fdb_table_create(BUCKETS, old->n_seen);

	if (!fdb)
		rig_fail("no memory for the table");
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
		rig_fail("the table is full");
}

static void set_up(uint32_t stations)
{
	rig_start(fill);
	struct bridge *bridge = bridge_create(1u << 18);
	if (!bridge)
		rig_fail("no bridge");
	join(bridge, &rig.in);
	join(bridge, &rig.out);
	fill_table(bridge, stations);
	for (uint32_t i = 0; i < PACKETS; i++)
		packets[i] = make_packet(rig_chance() % stations);
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
		rig_print_cycles();
	else
		rig_rounds((uint32_t)atol(argv[3]));
	rig_check();
	return EXIT_SUCCESS;
}
