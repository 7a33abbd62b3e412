// SPDX-License-Identifier: BSD-3-Clause
/*
 * Anything in any order: packets, neighbours that speak and fall silent,
 * interfaces that come, change and go, configuration, and time, while memory is refused now
 * and then. SEED chooses the order. What must hold after each step:
 *
 *   every packet comes back exactly once; limits are kept; the host was told what is so
 *
 * and in the end no timer runs and all memory is given back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "routing/core/container_of.h"
#include "routing/core/memory.h"
#include "tests/unit/routing/scene.h"

#define STEPS      20000
#define PACKETS    (1 << 16)
#define ADDRESSES  24 /* of each family */
#define WIRES      3
#define RESOLVED   12 /* limits */
#define UNRESOLVED 6
#define HELD       9

enum fate { UNUSED, GIVEN, BACK };

struct belief {
	bool told;
	uint8_t mac[6];
};

struct world {
	struct fake fake;
	struct neighbors *engine;
	struct iface *ifaces[WIRES]; /* NULL: gone */
	struct belief beliefs[FAKE_IFACES + 1][2 * ADDRESSES];
	uint32_t kept[FAKE_IFACES + 1][2 * ADDRESSES];
	uint8_t fates[PACKETS];
	uint32_t n_packets, n_back;
	uint32_t depth; /* of calls back */
};

static struct world world;
static size_t n_blocks;
static uint32_t refuse_one_in; /* 0: memory is never refused */

static uint32_t chance(uint32_t n)
{
	return fake_random(&world.fake) % n;
}

static void *resize(void *block, size_t size)
{
	void *bigger;

	if (refuse_one_in > 0 && chance(refuse_one_in) == 0)
		return NULL;
	bigger = realloc(block, size);
	n_blocks += bigger && !block;
	return bigger;
}

static void give_back(void *block)
{
	n_blocks -= block != NULL;
	free(block);
}

static const struct memory_ops grudging = {resize, give_back};

/* The first few of each family are ours at times. */
static struct addr address(uint32_t i)
{
	struct addr addr = i < ADDRESSES ? addr_ip4(0xc0000200 + 1 + i) : fake_addr("2001:db8::");

	if (i >= ADDRESSES)
		addr.bytes[15] = (uint8_t)(1 + i - ADDRESSES);
	return addr;
}

static uint32_t index_of(const struct addr *addr)
{
	return addr->family == ADDR_IP4 ? addr->bytes[3] - 1u : ADDRESSES + addr->bytes[15] - 1u;
}

static struct iface *any_iface(void)
{
	return world.ifaces[chance(WIRES)];
}

static void give_packet(struct iface *iface)
{
	struct addr addr = address(chance(2 * ADDRESSES));
	uintptr_t packet = 0;

	if (!iface)
		return;
	if (chance(5) > 0 && world.n_packets < PACKETS - 1) {
		packet = ++world.n_packets;
		world.fates[packet] = GIVEN;
	}
	neighbor_resolve(world.engine, iface, &addr, (void *)packet);
}

static struct belief *belief_of(const struct iface *iface, const struct addr *addr)
{
	assert_in_range(iface->id, 1, FAKE_IFACES);
	return &world.beliefs[iface->id][index_of(addr)];
}

/* The host may go on resolving from within. */
static void call_back(void)
{
	if (world.depth < 3 && chance(4) == 0) {
		world.depth++;
		give_packet(any_iface());
		world.depth--;
	}
}

static void on_resolved(void *ctx, const struct iface *iface, const struct addr *addr,
			const uint8_t mac[6])
{
	struct belief *belief = belief_of(iface, addr);

	assert_true(!belief->told || memcmp(belief->mac, mac, 6) != 0);
	belief->told = true;
	memcpy(belief->mac, mac, 6);
	call_back();
}

static void on_lost(void *ctx, const struct iface *iface, const struct addr *addr,
		    enum neighbor_lost why)
{
	struct belief *belief = belief_of(iface, addr);

	assert_true(belief->told);
	belief->told = false;
	call_back();
}

static void on_release(void *ctx, const struct iface *iface, const struct addr *addr, void *packet,
		       enum neighbor_fate fate, const uint8_t *mac)
{
	uintptr_t i = (uintptr_t)packet;

	assert_in_range(i, 1, world.n_packets);
	assert_int_equal(world.fates[i], GIVEN);
	assert_int_equal(mac != NULL, fate == NEIGHBOR_SEND);
	world.fates[i] = BACK;
	world.n_back++;
	call_back();
}

static void on_address(void *ctx, const struct iface *iface, const struct addr *addr,
		       enum neighbor_address state)
{
	assert_int_not_equal(state, NEIGHBOR_ADDRESS_UNKNOWN);
}

static void on_conflict(void *ctx, const struct iface *iface, const struct addr *addr)
{
	uint8_t mac[6];

	assert_true(neighbor_address_claimant(world.engine, iface, addr, mac));
}

static bool on_used(void *ctx, const struct iface *iface, const struct addr *addr)
{
	return chance(2);
}

static const struct neighbor_ops ops = {on_resolved, on_lost, on_release,
					on_address,  on_used, on_conflict};

static int on_send(struct fake *fake, const struct packet_out *out)
{
	assert_true(out->len >= 28 && out->len <= 1280);
	return chance(50) == 0 ? -100 : 0;
}

static void speak(struct iface *iface)
{
	struct scene scene; /* only for its messages */
	struct addr from = address(chance(2 * ADDRESSES)), to = address(chance(4));
	struct message message = {.type = (uint8_t)(133 + chance(5)),
				  .flags = fake_random(&world.fake),
				  .frame_mac = MAC(9)};
	uint8_t mac[6] = {2, 0, 0, 0, 0xaa, (uint8_t)chance(4)};
	char text[2][ADDR_TEXT_MAX];

	if (!iface)
		return;
	scene.engine = world.engine;
	scene.eth = iface;
	if (from.family == ADDR_IP4) {
		hear_arp(&scene, (uint16_t)(1 + chance(2)), mac,
			 chance(9) ? addr_print(&from, text[0]) : "0.0.0.0",
			 addr_print(&to, text[1]));
		return;
	}
	to = address(ADDRESSES + chance(4));
	message.src = chance(9) ? addr_print(&from, text[0]) : "::";
	message.target = message.type == 133 || message.type == 134 ? NULL
			 : message.type == 136                      ? message.src
								    : addr_print(&to, text[1]);
	message.dst = chance(2) ? "ff02::1:ff00:1" : "2001:db8::1";
	message.mac = chance(4) ? mac : NULL;
	hear_nd(&scene, &message);
}

static void change_iface(struct iface *iface)
{
	static const char *const sets[] = {"", "192.0.2.1/24", "2001:db8::1/64 fe80::1/64",
					   "192.0.2.1/24 192.0.2.2/24 fe80::1/64 2001:db8::2/64"};

	if (!iface)
		return;
	if (chance(2))
		fake_up(&world.fake, iface, chance(4) > 0);
	else if (chance(3))
		fake_addresses(&world.fake, iface, sets[chance(4)]);
	else
		iface->mac[4] ^= 1;
	neighbor_iface_changed(world.engine, iface);
}

/* Gone for good; another one comes, as long as there are names. */
static void replace_iface(uint32_t i)
{
	if (world.ifaces[i]) {
		neighbor_iface_gone(world.engine, world.ifaces[i]);
		memset(world.kept[world.ifaces[i]->id], 0, sizeof(world.kept[0]));
		world.ifaces[i] = NULL;
	} else if (world.fake.n_ifaces < FAKE_IFACES) {
		world.ifaces[i] = fake_iface(&world.fake, "eth", "192.0.2.1/24 fe80::1/64");
		neighbor_iface_changed(world.engine, world.ifaces[i]);
	}
}

static void configure(struct iface *iface)
{
	struct neighbor_conf conf = {.resolved = 1 + chance(RESOLVED),
				     .unresolved = 1 + chance(UNRESOLVED),
				     .held = 1 + chance(HELD),
				     .attempts = 1 + chance(300),
				     .failed_ms = 1 + chance(5000),
				     .stale_ms = 1 + chance(90000),
				     .dad_off = chance(2),
				     .arp_probe = chance(2)};

	if (chance(2)) {
		ra_conf_default(&conf.ra);
		conf.ra.max_interval_s = (uint16_t)(4 + chance(600));
	}
	if (iface)
		neighbor_configure(world.engine, iface, chance(5) ? &conf : NULL);
}

static void administer(struct iface *iface)
{
	uint32_t i = chance(2 * ADDRESSES);
	struct addr addr = address(i);

	if (!iface)
		return;
	switch (chance(6)) {
	case 0:
		if (neighbor_keep(world.engine, iface, &addr) == 0)
			world.kept[iface->id][i]++;
		break;
	case 1:
		if (world.kept[iface->id][i] > 0) {
			neighbor_unkeep(world.engine, iface, &addr);
			world.kept[iface->id][i]--;
		}
		break;
	case 2:
		neighbor_static_set(world.engine, iface, &addr, MAC(200));
		break;
	case 3:
		neighbor_static_del(world.engine, iface, &addr);
		break;
	case 4:
		neighbor_flush(world.engine, chance(4) ? iface : NULL, chance(4) ? &addr : NULL);
		break;
	default:
		neighbor_used(world.engine, iface, &addr);
	}
}

static void step(void)
{
	uint32_t what = chance(100);

	if (what < 35)
		give_packet(any_iface());
	else if (what < 65)
		speak(any_iface());
	else if (what < 80)
		fake_run(&world.fake, chance(10) ? chance(SPAN_S(1)) : chance(SPAN_S(90)));
	else if (what < 92)
		administer(any_iface());
	else if (what < 96)
		change_iface(any_iface());
	else if (what < 99)
		configure(any_iface());
	else if (chance(3) == 0)
		replace_iface(chance(WIRES));
}

static void check_beliefs(void)
{
	for (int w = 0; w < WIRES; w++)
		for (uint32_t i = 0; world.ifaces[w] && i < 2 * ADDRESSES; i++) {
			struct addr addr = address(i);
			const struct belief *belief = belief_of(world.ifaces[w], &addr);
			uint8_t mac[6];

			assert_int_equal(neighbor_find(world.engine, world.ifaces[w], &addr, mac),
					 belief->told);
			if (belief->told)
				assert_memory_equal(mac, belief->mac, 6);
		}
}

/* Limits that were lowered are reached as others come. */
static void check_limits(uint32_t was_resolved, uint32_t was_unresolved)
{
	struct neighbor_stats stats;
	struct neighbor_cursor cursor = {0};
	struct neighbor_row row;
	uint32_t held = 0;

	neighbor_stats(world.engine, &stats);
	assert_true(stats.resolved <= RESOLVED || stats.resolved <= was_resolved);
	assert_true(stats.unresolved <= UNRESOLVED || stats.unresolved <= was_unresolved);
	assert_true(stats.held <= HELD);
	assert_int_equal(stats.held, world.n_packets - world.n_back);
	while (neighbor_next(world.engine, &cursor, &row))
		held += row.held;
	assert_int_equal(held, stats.held);
}

static void run(uint64_t seed, uint32_t refusals)
{
	struct neighbor_limits limits = {.resolved = RESOLVED,
					 .unresolved = UNRESOLVED,
					 .held = HELD};
	struct neighbor_stats stats = {0};

	memset(&world, 0, sizeof(world));
	n_blocks = 0;
	memory_use(&grudging);
	fake_init(&world.fake, seed);
	world.fake.on_send = on_send;
	world.engine = neighbor_create(&world.fake.env, &limits, &ops, NULL);
	assert_non_null(world.engine);
	refuse_one_in = refusals;
	for (int i = 0; i < WIRES; i++)
		replace_iface((uint32_t)i);
	for (int i = 0; i < STEPS; i++) {
		step();
		check_beliefs();
		check_limits(stats.resolved, stats.unresolved);
		neighbor_stats(world.engine, &stats);
	}
	refuse_one_in = 0;
	neighbor_destroy(world.engine);
	assert_int_equal(world.n_back, world.n_packets);
	fake_fini(&world.fake); /* no timer may run */
	assert_int_equal(n_blocks, 0);
	memory_use(NULL);
}

static uint64_t seed_from_environment(void)
{
	const char *text = getenv("SEED");
	uint64_t seed = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);

	print_message("SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

static void whatever_happens_packets_come_back_once_and_limits_hold(void **state)
{
	run(seed_from_environment(), 0);
}

static void they_do_where_memory_is_refused_too(void **state)
{
	run(seed_from_environment(), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_happens_packets_come_back_once_and_limits_hold),
		cmocka_unit_test(they_do_where_memory_is_refused_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
