// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routes change as fast as they can while a worker on another core routes as
 * fast as it can: changes a second, and whether a packet is lost, or goes
 * to a neighbour that its route never led to. By hand:
 *
 *   build/tests/bench/weft-bench-changes ROUTES SECONDS [fib|rib]
 *
 * fib: into the workers' tables alone. rib: through the RIB, as control does
 * it, 64 prefixes from one look at the clock to the next. Each pass changes
 * every route to its other next hop; packets go to random routes, and say
 * which.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_ip.h>

#include "dataplane/l3.h"
#include "routing/env.h"
#include "routing/rib.h"
#include "tests/bench/rig.h"

#define ROUTES_MAX (1u << 22) /* /24, below 1.0.0.0 to 64.255.255.0 */
#define NEIGHBOURS 1000       /* of each of the two versions */
#define PACKETS    4096
#define MAC_ROUTER UINT64_C(0x020000000001)
#define MAC_NEXT   UINT64_C(0x020001000000)
#define LEN        60
#define WHICH      42 /* in a packet: the number of its route */
#define STEP       64

static struct rte_mbuf *packets[PACKETS];
static uint8_t frame[LEN];
static uint32_t n_routes;
static atomic_bool stopping;
static atomic_ullong misrouted, received;

/* --- the worker's side --- */

/* A permutation: neighbouring routes lie apart. */
static uint32_t address_of(uint32_t route)
{
	return 0x01000000 + ((route * UINT32_C(2654435761)) % ROUTES_MAX << 8);
}

static void write_packet(uint8_t *p, uint32_t route, uint32_t chance)
{
	uint16_t sum;

	memcpy(p, frame, LEN);
	rig_write(p + 30, address_of(route) | (chance & 0xff), 4);
	rig_write(p + WHICH, route, 4);
	sum = rte_ipv4_cksum((const void *)(p + 14));
	memcpy(p + 24, &sum, sizeof(sum));
}

static uint16_t give(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	static uint32_t next;
	static uint64_t chance = 7;

	if (port != &rig.in || atomic_load_explicit(&stopping, memory_order_relaxed))
		return 0;
	memcpy(pkts, packets + next, RIG_BURST * sizeof(*pkts));
	next = (next + RIG_BURST) % PACKETS;
	for (int i = 0; i < RIG_BURST; i++) {
		chance = chance * UINT64_C(6364136223846793005) + 1442695040888963407;
		write_packet(rte_pktmbuf_mtod(pkts[i], uint8_t *), (chance >> 33) % n_routes,
			     (uint32_t)(chance >> 20));
	}
	return RIG_BURST;
}

static uint64_t number_at(const uint8_t *p, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

/* Is the neighbour one of the two that the packet's route leads to? */
static bool is_right(const struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	uint64_t hop = number_at(p, 6) - MAC_NEXT, which = number_at(p + WHICH, 4) % NEIGHBOURS;

	return hop == which || hop == which + NEIGHBOURS;
}

static uint16_t take(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++)
		if (port != &rig.out || !is_right(pkts[i]))
			atomic_fetch_add_explicit(&misrouted, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&received, n, memory_order_relaxed);
	return n;
}

static int sleep_on(struct port *port, uint16_t queue)
{
	return -1; /* nothing wakes it */
}

static const struct port_ops ops = {.rx = give, .tx = take, .sleep = sleep_on};

/* --- the table --- */

static uint32_t group_of(uint32_t route, bool other)
{
	return 1 + route % NEIGHBOURS + (other ? NEIGHBOURS : 0);
}

static void put(uint32_t address, uint32_t group)
{
	uint8_t bytes[4];

	rig_write(bytes, address, 4);
	if (l3_route_set(0, 4, bytes, 24, group))
		rig_fail("no route");
}

static void add_iface(uint16_t id, struct port *port, uint64_t mac)
{
	struct l3_iface_conf conf = {.mtu = 1500, .up = true, .port = port};

	rig_write(conf.mac, mac, 6);
	if (l3_iface_set(id, &conf))
		rig_fail("no interface");
}

static void add_neighbours(void)
{
	for (uint32_t id = 1; id <= 2 * NEIGHBOURS; id++) {
		struct l3_nexthop_conf hop = {.act = L3_FORWARD, .iface = 2};
		struct l3_member member = {id, 1};

		rig_write(hop.mac, MAC_NEXT + id - 1, 6);
		if (l3_nexthop_set(id, &hop) || l3_group_set(id, &member, 1))
			rig_fail("no group");
	}
}

static void make_packets(void)
{
	rig_write(frame, MAC_ROUTER, 6);
	rig_write(frame + 6, MAC_ROUTER + 1, 6);
	rig_write(frame + 12, UINT64_C(0x08004500), 4);
	rig_write(frame + 16, LEN - 14, 2);
	rig_write(frame + 22, 64 << 8 | 17, 2);
	rig_write(frame + 26, 0xc6120001, 4);
	rig_write(frame + 34, 1024 << 16 | 9, 4);
	rig_write(frame + 38, LEN - 34, 2);
	for (uint32_t i = 0; i < PACKETS; i++) {
		packets[i] = rte_pktmbuf_alloc(dp_pool());
		if (!packets[i] || !rte_pktmbuf_append(packets[i], LEN))
			rig_fail("no packet buffers");
	}
}

/* --- into the workers' tables --- */

static void change_fib(uint32_t first, bool other)
{
	for (uint32_t i = first; i < first + STEP && i < n_routes; i++)
		put(address_of(i), group_of(i, other));
	l3_reclaim();
}

/* --- through the RIB --- */

static struct env env;
static struct timers timers;
static struct iface ifaces[] = {{.id = 1, .flags = IFACE_UP}};
static const struct nexthop_set *sets[2 * NEIGHBOURS];
static uint32_t source;

static const struct iface *iface_next(struct env *e, uint32_t after)
{
	return after == 0 ? &ifaces[0] : NULL;
}

static void log_nothing(struct env *e, enum env_level level, const char *format, va_list args)
{
}

static const struct env_ops env_ops = {.iface_next = iface_next, .log = log_nothing};

static void hear(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	put(addr_to_ip4(&now->prefix.addr),
	    1 + (uint32_t)(addr_to_ip4(&now->hops->hops[0].gateway) & 0xffff));
}

static void start_rib(void)
{
	env = (struct env){.ops = &env_ops, .timers = &timers};
	env.rib = rib_create(&env);
	if (!env.rib || rib_listen(env.rib, hear, NULL) < 0)
		rig_fail("no RIB");
	source = rib_source_add(env.rib, RIB_STATIC);
	for (uint32_t i = 0; i < 2 * NEIGHBOURS; i++) {
		struct nexthop hop = {.gateway = addr_ip4(0x0a000000 + i),
				      .iface = 1,
				      .kind = NEXTHOP_GATEWAY,
				      .weight = 1};

		sets[i] = nexthop_set_get(rib_sets(env.rib), &hop, 1);
	}
}

static void change_rib(uint32_t first, bool other)
{
	for (uint32_t i = first; i < first + STEP && i < n_routes; i++) {
		struct prefix prefix = {addr_ip4(address_of(i)), 24};
		struct rib_route route = {.set = sets[group_of(i, other) - 1], .distance = 1};

		if (rib_set(env.rib, source, 0, &prefix, &route) < 0)
			rig_fail("no route");
	}
	while (rib_work(env.rib, STEP) > 0)
		;
	l3_reclaim();
}

/* --- both --- */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void (*change)(uint32_t first, bool other);

/* Passes for so long; changes. longest: seconds of a step. */
static uint64_t run(double seconds, double *longest)
{
	double end = now() + seconds, at = now(), then;
	uint64_t n = 0;

	for (bool other = true; at < end; other = !other)
		for (uint32_t i = 0; i < n_routes && at < end; i += STEP, at = then) {
			change(i, other);
			n += i + STEP < n_routes ? STEP : n_routes - i;
			then = now();
			if (then - at > *longest)
				*longest = then - at;
		}
	return n;
}

static uint64_t lost(void)
{
	struct dp_worker_stats stats;

	dp_worker_stats(0, &stats);
	return stats.received - stats.sent;
}

static void stop(void)
{
	struct dp_worker_stats stats;

	atomic_store(&stopping, true);
	do
		dp_worker_stats(0, &stats);
	while (!stats.sleeping);
}

static void keep_to_a_core(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int main(int argc, char **argv)
{
	double seconds = argc > 2 ? atof(argv[2]) : 0, longest = 0, began, took;
	bool by_rib = argc > 3 && strcmp(argv[3], "rib") == 0;
	uint64_t n;

	n_routes = argc > 1 ? (uint32_t)atol(argv[1]) : 0;
	if (n_routes < 1 || n_routes > ROUTES_MAX || seconds <= 0 ||
	    (argc > 3 && !by_rib && strcmp(argv[3], "fib") != 0)) {
		fputs("usage: weft-bench-changes ROUTES SECONDS [fib|rib]\n", stderr);
		return 2;
	}
	keep_to_a_core(0);
	change = by_rib ? change_rib : change_fib;
	rig_start_threaded(&ops, 1);
	make_packets();
	add_neighbours();
	add_iface(2, &rig.out, MAC_ROUTER + 2);
	if (by_rib)
		start_rib();
	for (uint32_t i = 0; i < n_routes; i += STEP)
		change(i, false);
	add_iface(1, &rig.in, MAC_ROUTER);
	rig_poll();
	began = now();
	n = run(seconds, &longest);
	took = now() - began;
	stop();
	printf("changes a second %.0f\npackets a second %.0f\nlost %llu\nmisrouted %llu\n"
	       "longest step ms %.2f\n",
	       (double)n / took, (double)received / took, (unsigned long long)lost(),
	       (unsigned long long)misrouted, longest * 1e3);
	return lost() == 0 && misrouted == 0 && received > 0 ? 0 : 1;
}
