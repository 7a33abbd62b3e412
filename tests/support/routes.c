// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/routes.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const table_names[TABLE_COUNT] = {"random /24", "Internet IPv4", "hosts /32",
					      "random /48", "Internet IPv6"};

static uint64_t state;

static void *array(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		abort();
	return p;
}

/* splitmix64 */
uint64_t routes_random(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static double uniform(void)
{
	return (routes_random() >> 11) * 0x1p-53;
}

static double lognormal(double sigma)
{
	return exp(sigma * sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform()));
}

/* --- drawing by weight --- */

/* Sums of weights: a binary search finds who owns a random number. */
struct weighted {
	uint32_t n;
	double *sums;
};

static struct weighted weights(uint32_t n, double sigma)
{
	struct weighted w = {n, array(n, sizeof(double))};
	double sum = 0;

	for (uint32_t i = 0; i < n; i++)
		w.sums[i] = sum += lognormal(sigma);
	return w;
}

static uint32_t pick(const struct weighted *w)
{
	double at = uniform() * w->sums[w->n - 1];
	uint32_t low = 0, high = w->n - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (w->sums[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct share {
	uint8_t length;
	double percent;
};

static uint8_t pick_length(const struct share *shares)
{
	double at = uniform() * 100;

	for (; shares[1].length; shares++) {
		at -= shares->percent;
		if (at < 0)
			break;
	}
	return shares->length;
}

static const struct share lengths4[] = {{24, 60},  {22, 11.5}, {23, 10},  {21, 5.3}, {20, 4.8},
					{19, 2.8}, {18, 1.6},  {16, 1.5}, {17, 0.9}, {15, 0.5},
					{14, 0.4}, {13, 0.3},  {12, 0.2}, {11, 0.1}, {10, 0.06},
					{9, 0.02}, {8, 0.02},  {0}};
static const struct share lengths6[] = {{48, 46},  {32, 12},  {40, 10},  {44, 10},  {36, 4},
					{47, 3},   {46, 3},   {42, 2},   {45, 2},   {33, 2},
					{34, 1.5}, {29, 1.5}, {64, 1.3}, {38, 0.7}, {43, 0.5},
					{28, 0.3}, {24, 0.1}, {20, 0.1}, {0}};

/* --- addresses --- */

/* 16-bit blocks of the space, and /20s within one, have weights; the rest is uniform. */
static struct weighted in_space4, in_block4;
/* /32s of the registries' blocks. */
static struct weighted in_space6;
static const uint32_t registries6[] = {0x20010000, 0x24000000, 0x26000000,
				       0x28000000, 0x2a000000, 0x2c000000};

static uint64_t internet4(void)
{
	uint32_t block = (1 << 8) + pick(&in_space4), middle = pick(&in_block4);

	/* Which /20 is busy differs from block to block. */
	middle = (middle * 7 + block * 11) & 15;
	return (uint64_t)block << 48 | (uint64_t)middle << 44 | routes_random() >> 20;
}

/* A /32 holder: the registries hand them out near one another, many of them in /29s. */
static uint64_t internet6(void)
{
	uint32_t holder = pick(&in_space6);
	uint32_t registry = registries6[holder % 6];
	uint32_t top = registry | (holder / 6 * 5 & 0xfffff);
	/* Within a /32 customers are counted up from the start. */
	uint64_t site = (uint64_t)(lognormal(2.0) * 200) & 0xffff;

	return (uint64_t)top << 32 | site << 16 | (routes_random() & 0xffff);
}

static void put(uint8_t *bytes, uint64_t hi, uint64_t lo)
{
	for (int i = 0; i < 8; i++) {
		bytes[i] = hi >> (56 - 8 * i);
		bytes[8 + i] = lo >> (56 - 8 * i);
	}
}

static void draw(enum drawn_table table, struct drawn_route *r)
{
	uint64_t hi = routes_random();

	switch (table) {
	case TABLE_RANDOM4:
		r->length = 24;
		hi = (1 + hi % 223) << 56 | hi >> 8;
		break;
	case TABLE_INTERNET4:
		r->length = pick_length(lengths4);
		hi = internet4();
		break;
	case TABLE_HOSTS4:
		r->length = 32;
		hi = UINT64_C(10) << 56 | (hi % 1009 * 65) << 40 | (hi >> 40 & 0xff) << 32;
		break;
	case TABLE_RANDOM6:
		r->length = 48;
		hi = UINT64_C(1) << 61 | hi >> 3;
		break;
	default:
		r->length = pick_length(lengths6);
		hi = internet6();
	}
	hi &= ~UINT64_C(0) << (64 - r->length);
	put(r->bytes, hi, 0);
	r->group = 1 + routes_random() % ROUTES_GROUPS;
}

/* --- no route twice --- */

struct seen {
	uint32_t mask;
	struct drawn_route *slots; /* length 0: empty */
};

static bool is_new(struct seen *seen, const struct drawn_route *r)
{
	uint64_t key;

	memcpy(&key, r->bytes, sizeof(key));
	key = (key ^ r->length) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
	for (;; key++) {
		struct drawn_route *slot = &seen->slots[key & seen->mask];

		if (!slot->length) {
			*slot = *r;
			return true;
		}
		if (slot->length == r->length && !memcmp(slot->bytes, r->bytes, 16))
			return false;
	}
}

void routes_draw(enum drawn_table table, struct drawn_route *out, uint32_t n, uint64_t seed)
{
	struct seen seen = {(2U << (32 - __builtin_clz(n))) - 1, NULL};

	state = seed;
	seen.slots = array(seen.mask + 1, sizeof(*seen.slots));
	in_space4 = weights(223 << 8, 1.2);
	in_block4 = weights(16, 0.8);
	in_space6 = weights(60000, 1.5);
	for (uint32_t i = 0; i < n;) {
		draw(table, &out[i]);
		i += is_new(&seen, &out[i]);
	}
	free(in_space6.sums);
	free(in_block4.sums);
	free(in_space4.sums);
	free(seen.slots);
}

void routes_address(const struct drawn_route *route, uint8_t bytes[16])
{
	uint8_t random[16];

	put(random, routes_random(), routes_random());
	for (int i = 0; i < 16; i++) {
		int fixed = route->length - 8 * i;
		uint8_t mask = fixed >= 8 ? 0xff : fixed <= 0 ? 0 : 0xff << (8 - fixed);

		bytes[i] = (route->bytes[i] & mask) | (random[i] & ~mask);
	}
}
