// SPDX-License-Identifier: BSD-3-Clause
/*
 * A worker looks addresses up, or follows groups to next hops, while control
 * changes what it reads: it sees each prefix, group and next hop as it was or as it is.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "dataplane/buddy.h"
#include "dataplane/grace_worker.h"
#include "dataplane/l3_table.h"
#include "dataplane/retire.h"

enum { PREFIXES = 1500, PROBES = 512, UPDATES = 100000, BURST = 32 };

/* Prefixes that come and go, or (stable) only change between two groups: number * 2 + 1 or + 2. */
struct moving {
	uint8_t bytes[16];
	uint8_t length;
	bool stable;
	uint32_t now; /* its group, or FIB_NONE */
};

/* An address, and what a worker may find for it: a group of the longest stable prefix that holds
 * it, or of one that is longer. */
struct probe {
	uint8_t bytes[16];
	uint32_t addr;
	struct fib_key6 key;
	uint8_t allowed[(PREFIXES * 2 + 8) / 8];
};

static struct moving prefixes[PREFIXES];
static struct probe probes[PROBES];
static enum fib_family family;
static struct fib *fib;
static atomic_bool stop;
static atomic_ullong n_looked_up;
static atomic_uint n_wrong;

static bool covers(const struct moving *p, const uint8_t *addr)
{
	for (int bit = 0; bit < p->length; bit++)
		if ((p->bytes[bit / 8] ^ addr[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static void cut(uint8_t *bytes, uint8_t length)
{
	for (int bit = length; bit < 128; bit++)
		bytes[bit / 8] &= ~(0x80 >> bit % 8);
}

static void draw(uint8_t *bytes)
{
	static const uint8_t base4[16] = {10}, base6[16] = {0x20, 1, 0xd, 0xb8};

	memcpy(bytes, family == FIB_IP4 ? base4 : base6, 16);
	for (int i = family == FIB_IP4 ? 1 : 4; i < (family == FIB_IP4 ? 4 : 8); i++)
		bytes[i] = rand() & 0x33;
}

static uint32_t number_of(const struct moving *p)
{
	return p - prefixes;
}

static void draw_prefixes(void)
{
	const int shortest = family == FIB_IP4 ? 8 : 32;

	for (int i = 0; i < PREFIXES; i++) {
		struct moving *p = &prefixes[i];
		bool is_new;

		do {
			draw(p->bytes);
			p->length = i ? shortest + rand() % 25 : shortest;
			cut(p->bytes, p->length);
			is_new = true;
			for (int k = 0; k < i; k++)
				is_new &= prefixes[k].length != p->length ||
					  memcmp(prefixes[k].bytes, p->bytes, 16);
		} while (!is_new);
		p->stable = i < PREFIXES / 3;
		p->now = p->stable ? i * 2 + 1 : FIB_NONE;
		if (p->stable)
			assert_int_equal(fib_set(fib, p->bytes, p->length, p->now), 0);
	}
}

static void allow(struct probe *probe, const struct moving *p)
{
	for (uint32_t group = number_of(p) * 2 + 1; group <= number_of(p) * 2 + 2; group++)
		probe->allowed[group / 8] |= 1 << group % 8;
}

static void draw_probes(void)
{
	for (int i = 0; i < PROBES; i++) {
		struct probe *probe = &probes[i];
		const struct moving *stable = &prefixes[0];

		memset(probe, 0, sizeof(*probe));
		draw(probe->bytes);
		for (int k = 0; k < 4; k++)
			probe->addr = probe->addr << 8 | probe->bytes[k];
		for (int k = 0; k < 8; k++)
			probe->key.hi = probe->key.hi << 8 | probe->bytes[k];
		for (int k = 0; k < PREFIXES; k++)
			if (prefixes[k].stable && prefixes[k].length > stable->length &&
			    covers(&prefixes[k], probe->bytes))
				stable = &prefixes[k];
		allow(probe, stable);
		for (int k = 0; k < PREFIXES; k++)
			if (prefixes[k].length > stable->length &&
			    covers(&prefixes[k], probe->bytes))
				allow(probe, &prefixes[k]);
	}
}

static void look_up(uint32_t first)
{
	struct fib_key6 keys[BURST];
	uint32_t addrs[BURST], groups[BURST];

	for (int i = 0; i < BURST; i++) {
		const struct probe *probe = &probes[(first + i) % PROBES];

		addrs[i] = probe->addr;
		keys[i] = probe->key;
	}
	if (family == FIB_IP4)
		fib4_lookup(fib, addrs, groups, BURST);
	else
		fib6_lookup(fib, keys, groups, BURST);
	for (int i = 0; i < BURST; i++) {
		const struct probe *probe = &probes[(first + i) % PROBES];

		if (groups[i] > PREFIXES * 2 ||
		    !(probe->allowed[groups[i] / 8] >> groups[i] % 8 & 1))
			atomic_fetch_add(&n_wrong, 1);
	}
}

static void *looking_up(void *arg)
{
	grace_enter(0);
	for (uint32_t first = 0; !atomic_load(&stop); first += 7) {
		look_up(first);
		atomic_fetch_add(&n_looked_up, BURST);
		grace_pass(0);
	}
	grace_leave(0);
	return NULL;
}

static void update(struct moving *p)
{
	const struct moving *cover = NULL;

	if (!p->now || p->stable || rand() % 4 == 0) {
		p->now = number_of(p) * 2 + 1 + rand() % 2;
		assert_int_equal(fib_set(fib, p->bytes, p->length, p->now), 0);
		return;
	}
	for (int k = 0; k < PREFIXES; k++)
		if (prefixes[k].now && prefixes[k].length < p->length &&
		    (!cover || prefixes[k].length > cover->length) &&
		    covers(&prefixes[k], p->bytes))
			cover = &prefixes[k];
	fib_del(fib, p->bytes, p->length, cover ? cover->now : FIB_NONE);
	p->now = FIB_NONE;
}

static void run_updates(enum fib_family f)
{
	pthread_t thread;

	family = f;
	fib = fib_create(f);
	assert_non_null(fib);
	draw_prefixes();
	draw_probes();
	atomic_store(&stop, false);
	atomic_store(&n_wrong, 0);
	atomic_store(&n_looked_up, 0);
	assert_int_equal(pthread_create(&thread, NULL, looking_up, NULL), 0);
	for (int i = 0; i < UPDATES; i++) {
		/* All of them come and go together, too: arrays grow and shrink. */
		if (i % (UPDATES / 8) == 0)
			for (int k = 0; k < PREFIXES; k++)
				if (!prefixes[k].now == (i / (UPDATES / 8) % 2 == 0))
					update(&prefixes[k]);
		update(&prefixes[rand() % PREFIXES]);
	}
	while (atomic_load(&n_looked_up) < 10000)
		sched_yield();
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&n_wrong), 0);
	fib_destroy(fib);
	retire_drain();
	assert_true(buddy_used() == 0);
}

static void lookups_during_100000_updates_find_old_or_new(void **state)
{
	run_updates(FIB_IP4);
	run_updates(FIB_IP6);
}

/* --- next hops --- */

enum { HOPS = 16, GROUP = 3 };

/* A next hop's MAC address has one byte all over, and its interface's, too: a mixture shows. */
static bool is_whole(const struct l3_nexthop *hop)
{
	for (int i = 1; i < 6; i++)
		if (hop->header[i] != hop->header[0] || hop->header[6 + i] != hop->header[6])
			return false;
	return l3_act(hop) == L3_DEAD ||
	       (hop->act == L3_FORWARD && hop->mtu == hop->header[6] * 10);
}

static void *following(void *arg)
{
	grace_enter(0);
	for (uint32_t hash = 0; !atomic_load(&stop); hash += BURST) {
		const struct l3_nexthop *hops[BURST];

		for (uint32_t i = 0; i < BURST; i++)
			hops[i] = l3_nexthop(l3_group_nexthop(l3_group(GROUP), hash + i));
		for (int i = 0; i < BURST; i++)
			if (!is_whole(hops[i]))
				atomic_fetch_add(&n_wrong, 1);
		atomic_fetch_add(&n_looked_up, BURST);
		grace_pass(0);
	}
	grace_leave(0);
	return NULL;
}

static void change_one(uint32_t n)
{
	struct l3_nexthop_conf hop = {.act = L3_FORWARD, .iface = 1};
	struct l3_iface_conf iface = {.up = rand() % 8};
	struct l3_member members[HOPS];

	memset(hop.mac, rand() & 0xfe, 6);
	memset(iface.mac, 2 + (rand() & 0x3c), 6);
	iface.mtu = iface.mac[0] * 10;
	switch (n % 4) {
	case 0:
		assert_int_equal(l3_iface_set(1, &iface), 0);
		break;
	case 1:
		for (int i = 0; i < HOPS; i++)
			members[i] = (struct l3_member){1 + (i + n) % HOPS, 1 + rand() % 3};
		assert_int_equal(l3_group_set(GROUP, members, 1 + rand() % HOPS), 0);
		break;
	case 2:
		if (rand() % 8 == 0)
			l3_nexthop_del(1 + rand() % HOPS);
		break;
	default:
		assert_int_equal(l3_nexthop_set(1 + rand() % HOPS, &hop), 0);
	}
}

static void next_hops_are_followed_whole_while_they_change(void **state)
{
	struct l3_member first = {1, 1};
	pthread_t thread;

	assert_int_equal(l3_start(), 0);
	assert_int_equal(l3_group_set(GROUP, &first, 1), 0);
	atomic_store(&stop, false);
	atomic_store(&n_wrong, 0);
	atomic_store(&n_looked_up, 0);
	assert_int_equal(pthread_create(&thread, NULL, following, NULL), 0);
	for (int i = 0; i < UPDATES; i++)
		change_one(i);
	while (atomic_load(&n_looked_up) < 10000)
		sched_yield();
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&n_wrong), 0);
	l3_stop();
}

static int setup(void **state)
{
	unsigned seed = time(NULL);

	print_message("seed %u\n", seed);
	srand(seed);
	return grace_init(1) || rte_rcu_qsbr_thread_register(grace_qsbr, 0);
}

static int teardown(void **state)
{
	grace_fini();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookups_during_100000_updates_find_old_or_new),
		cmocka_unit_test(next_hops_are_followed_whole_while_they_change),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
