// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a million routes cost the RIB: time to set, decide and tell them, to
 * move them all to another gateway, to look addresses up, to withdraw them; and
 * bytes a route. By hand:
 *   build/tests/bench/bench_rib [ROUTES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "routing/core/be.h"
#include "routing/env.h"
#include "routing/rib.h"

enum { GATEWAYS = 64, LOOKUPS = 1 << 20, BATCH = 64 }; /* BATCH: as control/engines.c has it */

struct bench {
	struct env env;
	struct timers timers;
	struct iface ifaces[3]; /* ids 1 and 2 */
	struct rib *rib;
	uint32_t static_source, other;
	struct prefix *prefixes;
	uint32_t n;
	uint64_t n_told;
	double longest_ms; /* call of rib_work, of this thread's time: others run on its core, too
			    */
};

static const struct iface *iface_next(struct env *env, uint32_t after)
{
	struct bench *bench = (struct bench *)env; /* its first member */

	return after < 2 ? &bench->ifaces[after + 1] : NULL;
}

static void log_nothing(struct env *env, enum env_level level, const char *format, va_list args)
{
}

static const struct env_ops ops = {.iface_next = iface_next, .log = log_nothing};

static double clock_ms(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static double now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static void count(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	((struct bench *)arg)->n_told++;
}

/* As the Internet's table is: most are /24, few are shorter than /16; no prefix twice. */
static struct prefix make_prefix(uint32_t i, uint8_t family)
{
	static const uint8_t lengths4[] = {24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 18, 16};
	uint32_t scattered = (i * UINT32_C(2654435761)) & 0xffffff; /* a permutation of 24 bits */
	struct prefix prefix = {.length = lengths4[i % sizeof(lengths4)]};

	if (family == ADDR_IP4) {
		prefix.addr = addr_ip4(0x01000000 + (scattered << 8));
	} else { /* 65,536 allocations of a /32, with what they announce of them */
		prefix.addr.family = ADDR_IP6;
		prefix.length = (uint8_t)(32 + 4 * (i % 5));
		store_be32(prefix.addr.bytes, 0x20000000 | (scattered & 0xffff) << 8);
		store_be32(prefix.addr.bytes + 4, (scattered & 0xff0000) << 8 | i << 12);
	}
	return prefix_network(&prefix);
}

static int compare(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static const struct nexthop_set *gateway_set(struct bench *bench, uint32_t i, uint32_t iface)
{
	struct nexthop hop = {.gateway = addr_ip4(0xc0000201 + i % GATEWAYS),
			      .iface = iface,
			      .kind = NEXTHOP_GATEWAY,
			      .weight = 1};
	const struct nexthop_set *set = nexthop_set_get(rib_sets(bench->rib), &hop, 1);

	if (!set)
		exit(1);
	return set;
}

static void set(struct bench *bench, uint32_t source, const struct prefix *prefix,
		const struct nexthop_set *hops)
{
	struct rib_route route = {.set = hops, .distance = 20};

	if (rib_set(bench->rib, source, 0, prefix, &route) < 0)
		exit(1);
	nexthop_set_unref(rib_sets(bench->rib), hops);
}

static void work(struct bench *bench)
{
	double at = clock_ms(CLOCK_THREAD_CPUTIME_ID), then;

	for (uint32_t left = 1; left > 0; at = then) {
		left = rib_work(bench->rib, BATCH);
		then = clock_ms(CLOCK_THREAD_CPUTIME_ID);
		if (bench->longest_ms < then - at)
			bench->longest_ms = then - at;
	}
}

static void report(struct bench *bench, const char *what, double since_ms)
{
	double ms = now_ms() - since_ms;

	printf("  %-44s %8.1f ms %8.0f ns each  %8llu told  longest call %.2f ms\n", what, ms,
	       ms * 1e6 / bench->n, (unsigned long long)bench->n_told, bench->longest_ms);
	bench->n_told = 0;
	bench->longest_ms = 0;
}

static void load(struct bench *bench, uint32_t iface)
{
	for (uint32_t i = 0; i < bench->n; i++)
		set(bench, bench->static_source, &bench->prefixes[i], gateway_set(bench, i, iface));
}

static void look_up(struct bench *bench)
{
	struct rib_best best;
	uint32_t found = 0;
	double at = now_ms();

	for (uint32_t i = 0; i < LOOKUPS; i++)
		found += rib_lookup(bench->rib, 0,
				    &bench->prefixes[i * UINT32_C(2654435761) % bench->n].addr,
				    &best);
	printf("  %-44s %8.0f ns each (%u found)\n", "look-up of random prefixes",
	       (now_ms() - at) * 1e6 / LOOKUPS, found);
}

static void walk(struct bench *bench)
{
	struct rib_cursor cursor = {0};
	struct rib_row row;
	double at = now_ms();

	while (rib_next(bench->rib, &cursor, &row))
		bench->n_told++;
	report(bench, "walk in order", at);
}

static void start(struct bench *bench)
{
	bench->env = (struct env){.ops = &ops, .timers = &bench->timers};
	bench->rib = rib_create(&bench->env);
	if (!bench->rib || rib_listen(bench->rib, count, bench) < 0)
		exit(1);
	for (uint32_t i = 1; i < 3; i++)
		bench->ifaces[i] = (struct iface){.id = i, .flags = IFACE_UP};
	bench->static_source = rib_source_add(bench->rib, RIB_STATIC);
	bench->other = rib_source_add(bench->rib, RIB_OSPF);
}

/* Everything over gateways that are looked up, and what those are found with changes. */
static void move_gateways(struct bench *bench, double at)
{
	struct prefix wire = {addr_ip4(0xc0000200), 24};

	set(bench, bench->other, &wire, gateway_set(bench, 0, 2));
	work(bench);
	report(bench, "what leads to all gateways changes", at);
}

static void run(const char *title, uint32_t n, uint8_t family, bool sorted)
{
	struct bench bench = {.n = n};
	struct prefix wire = {addr_ip4(0xc0000200), 24};
	struct rib_counts counts;
	double at;

	start(&bench);
	bench.prefixes = malloc(n * sizeof(*bench.prefixes));
	if (!bench.prefixes)
		exit(1);
	for (uint32_t i = 0; i < n; i++)
		bench.prefixes[i] = make_prefix(i, family);
	if (sorted)
		qsort(bench.prefixes, n, sizeof(*bench.prefixes), compare);
	printf("%s\n", title);
	at = now_ms();
	load(&bench, 1);
	report(&bench, "set", at);
	at = now_ms();
	work(&bench);
	report(&bench, "decide and tell", at);
	rib_counts(bench.rib, 0, &counts);
	printf("  %-44s %8.1f bytes a route, %llu prefixes\n", "memory",
	       (double)counts.bytes / (double)counts.routes, (unsigned long long)counts.prefixes);
	look_up(&bench);
	walk(&bench);
	at = now_ms();
	load(&bench, 0);
	set(&bench, bench.other, &wire, gateway_set(&bench, 1, 1));
	work(&bench);
	report(&bench, "all change to gateways that are looked up", at);
	move_gateways(&bench, now_ms());
	at = now_ms();
	rib_source_del(bench.rib, bench.static_source);
	rib_source_del(bench.rib, bench.other);
	work(&bench);
	report(&bench, "source leaves", at);
	rib_destroy(bench.rib);
	free(bench.prefixes);
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;

	if (n == 0 || n > 1 << 24)
		return 2;
	printf("%u routes over %d gateways\n", n, GATEWAYS);
	run("IPv4, in order", n, ADDR_IP4, true);
	run("IPv4, at random", n, ADDR_IP4, false);
	run("IPv6, at random, a fifth as many", n / 5, ADDR_IP6, false);
	return 0;
}
