// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the stages cost by themselves when they route: as stages.c, from an interface on one port to
 * one on the other. Each packet goes to an address of its own choice below a random route, of a
 * million that are drawn beforehand: no burst repeats what a cache could keep.
 *
 *   route cycles FAMILY ROUTES HOPS        cycles a packet of each stage, as name and number
 *   route rounds FAMILY ROUTES HOPS N      N rounds of a worker, for callgrind to count
 *
 * FAMILY is 4 or 6; each route leads to a group of HOPS next hops, one of 1,000 such groups where
 * there are as many routes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ip.h>

#include "dataplane/l3.h"
#include "tests/bench/rig.h"

#define PACKETS    512 /* in memory: what a port's ring would recycle */
#define TARGETS    (1u << 20)
#define GROUPS     1000
#define ROUTES_MAX 2000000
#define MAC_ROUTER UINT64_C(0x020000000001)
#define MAC_NEXT   UINT64_C(0x020001000000)
#define HEADERS    (14 + 40) /* that are written anew each time */

struct target {
	uint8_t address[16];
	uint16_t sum; /* of the IPv4 header */
};

static struct rte_mbuf *packets[PACKETS];
static struct target *targets;
static uint8_t frame[14 + 60];
static int family;

static uint32_t address_len(void)
{
	return family == 4 ? 4 : 16;
}

static uint8_t *address_in(uint8_t *p)
{
	return p + (family == 4 ? 30 : 38);
}

/* Packets as they were before they were routed, each to its next target. */
static void fill(struct rte_mbuf **pkts)
{
	static uint32_t next, target;

	memcpy(pkts, packets + next, RIG_BURST * sizeof(*pkts));
	next = (next + RIG_BURST) % PACKETS;
	for (int i = 0; i < RIG_BURST; i++) {
		uint8_t *p = rte_pktmbuf_mtod(pkts[i], uint8_t *);
		const struct target *t = &targets[target++ % TARGETS];

		memcpy(p, frame, HEADERS);
		memcpy(address_in(p), t->address, address_len());
		if (family == 4)
			memcpy(p + 24, &t->sum, sizeof(t->sum));
	}
}

static void make_frame(void)
{
	rig_write(frame, MAC_ROUTER, 6);
	rig_write(frame + 6, MAC_ROUTER + 1, 6);
	if (family == 4) {
		rig_write(frame + 12, UINT64_C(0x08004500), 4);
		rig_write(frame + 16, 46, 2);
		rig_write(frame + 22, 64 << 8 | 17, 2);
		rig_write(frame + 26, 0xc6120001, 4);
		rig_write(frame + 34, 1024 << 16 | 9, 4);
		rig_write(frame + 38, 26, 2);
		return;
	}
	rig_write(frame + 12, UINT64_C(0x86dd60000000), 6);
	rig_write(frame + 18, 20 << 16 | 17 << 8 | 64, 4);
	rig_write(frame + 22, UINT64_C(0x20010db800000000), 8);
	rig_write(frame + 37, 1, 1);
	rig_write(frame + 54, 1024 << 16 | 9, 4);
	rig_write(frame + 58, 20, 2);
}

static void make_packets(void)
{
	uint32_t len = family == 4 ? 60 : 74;

	for (uint32_t i = 0; i < PACKETS; i++) {
		packets[i] = rte_pktmbuf_alloc(dp_pool());
		if (!packets[i])
			rig_fail("no packet buffers");
		memcpy(rte_pktmbuf_append(packets[i], (uint16_t)len), frame, len);
	}
}

/* A prefix of the lengths that full tables are made of, with random bits; the rest is zero. */
static uint8_t random_prefix(uint8_t *bytes)
{
	static const uint8_t lengths[2][8] = {{24, 24, 24, 24, 24, 22, 20, 16},
					      {48, 48, 48, 48, 44, 40, 36, 32}};
	uint8_t len = lengths[family == 6][rig_chance() % 8];

	memset(bytes, 0, 16);
	for (int i = 0; i < (len + 7) / 8; i++)
		bytes[i] = (uint8_t)rig_chance();
	bytes[0] = family == 4 ? 1 + bytes[0] % 120 : 0x20 | (bytes[0] & 0xf);
	if (len % 8)
		bytes[len / 8] &= 0xff << (8 - len % 8);
	return len;
}

/* Somewhere below the prefix. */
static void random_below(uint8_t *bytes, uint8_t len)
{
	for (uint32_t bit = len; bit < 8 * address_len(); bit += 8 - bit % 8)
		bytes[bit / 8] |= (uint8_t)rig_chance() & (0xff >> bit % 8);
}

static uint16_t sum_of(const struct target *t)
{
	uint8_t p[sizeof(frame)];

	memcpy(p, frame, sizeof(p));
	memcpy(address_in(p), t->address, 4);
	return rte_ipv4_cksum((void *)(p + 14));
}

static void add_group(uint32_t id, uint16_t n_hops)
{
	struct l3_member members[L3_MEMBER_MAX];

	for (uint16_t i = 0; i < n_hops; i++) {
		struct l3_nexthop_conf hop = {.act = L3_FORWARD, .iface = 2};
		uint32_t hop_id = (id - 1) * n_hops + i + 1;

		rig_write(hop.mac, MAC_NEXT + hop_id, 6);
		if (l3_nexthop_set(hop_id, &hop))
			rig_fail("no next hop");
		members[i] = (struct l3_member){hop_id, 1};
	}
	if (l3_group_set(id, members, n_hops))
		rig_fail("no group");
}

static void add_iface(uint16_t id, struct port *port, uint64_t mac)
{
	struct l3_iface_conf conf = {.mtu = 1500, .up = true, .port = port};

	rig_write(conf.mac, mac, 6);
	if (l3_iface_set(id, &conf))
		rig_fail("no interface");
}

/* One route is the default route. Targets are drawn from the prefixes as they come up. */
static void add_routes(uint32_t n, uint32_t n_groups)
{
	uint32_t every = n > TARGETS ? n / TARGETS : 1, n_targets = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct target t = {0};
		uint8_t len = n == 1 ? 0 : random_prefix(t.address);

		if (l3_route_set(0, family, t.address, len, 1 + i % n_groups))
			rig_fail("no route");
		if (i % every || n_targets == TARGETS)
			continue;
		if (n == 1)
			t.address[0] = family == 4 ? 9 : 0x20;
		random_below(t.address, n == 1 ? 8 : len);
		t.sum = family == 4 ? sum_of(&t) : 0;
		targets[n_targets++] = t;
	}
	/* Fewer routes than targets: more addresses below the same ones. */
	for (uint32_t i = n_targets; i < TARGETS; i++) {
		targets[i] = targets[i % n_targets];
		targets[i].address[address_len() - 1] = (uint8_t)rig_chance();
		targets[i].sum = family == 4 ? sum_of(&targets[i]) : 0;
	}
	for (uint32_t i = TARGETS - 1; i > 0; i--) {
		uint32_t j = rig_chance() % (i + 1);
		struct target t = targets[i];

		targets[i] = targets[j];
		targets[j] = t;
	}
}

static void set_up(uint32_t n_routes, uint16_t n_hops)
{
	uint32_t n_groups = n_routes < GROUPS ? n_routes : GROUPS;

	targets = calloc(TARGETS, sizeof(*targets));
	if (!targets)
		rig_fail("no memory");
	rig_start(fill);
	make_frame();
	make_packets();
	add_iface(1, &rig.in, MAC_ROUTER);
	add_iface(2, &rig.out, MAC_ROUTER + 2);
	for (uint32_t id = 1; id <= n_groups; id++)
		add_group(id, n_hops);
	add_routes(n_routes, n_groups);
}

int main(int argc, char **argv)
{
	long routes = argc > 3 ? atol(argv[3]) : 0, hops = argc > 4 ? atol(argv[4]) : 0;

	family = argc > 2 ? atoi(argv[2]) : 0;
	if (argc < 5 || (family != 4 && family != 6) || routes < 1 || routes > ROUTES_MAX ||
	    hops < 1 || hops > 64 ||
	    (strcmp(argv[1], "cycles") && (strcmp(argv[1], "rounds") || argc != 6))) {
		fputs("usage: route cycles 4|6 ROUTES HOPS | route rounds 4|6 ROUTES HOPS N\n",
		      stderr);
		return 2;
	}
	set_up((uint32_t)routes, (uint16_t)hops);
	if (argv[1][0] == 'c')
		rig_print_cycles();
	else
		rig_rounds((uint32_t)atol(argv[5]));
	rig_check();
	return EXIT_SUCCESS;
}
