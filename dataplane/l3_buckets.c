// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/l3_buckets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/l3_detour.h"

/* Buckets a member at least: a share that is one bucket off is off by a sixteenth at most; and of
 * the lightest member. More would be finer, and less of them in a worker's cache. */
enum { PER_MEMBER = 16, PER_LIGHTEST = 8 };

struct share {
	uint16_t nexthop;
	uint32_t weight;
	uint32_t have, want;
	uint32_t n_home; /* buckets whose home it was before the change */
	uint32_t rest;   /* what rounding took from want */
};

static struct share shares[L3_MEMBER_MAX];
static uint16_t n_shares;
static uint8_t share_of[L3_NEXTHOP_MAX]; /* 1 + place in shares; 0: no member */

static struct share *find(uint16_t nexthop)
{
	return share_of[nexthop] ? &shares[share_of[nexthop] - 1] : NULL;
}

static uint32_t buckets_for(const struct l3_member *members, uint16_t n, uint32_t at_least)
{
	uint32_t sum = 0, lightest = UINT32_MAX, wanted = n * PER_MEMBER, buckets = at_least;

	for (uint16_t i = 0; i < n; i++) {
		sum += members[i].weight;
		if (members[i].weight < lightest)
			lightest = members[i].weight;
	}
	if (sum / lightest * PER_LIGHTEST > wanted)
		wanted = sum / lightest * PER_LIGHTEST;
	while (buckets < wanted && buckets < L3_BUCKETS_MAX)
		buckets *= 2;
	return buckets;
}

/* A table twice as large gives each flow the same next hop: the new half is a copy. */
static struct l3_buckets *copy(const struct l3_buckets *old, uint32_t n)
{
	struct l3_buckets *new = calloc(1, sizeof(*new) + n * sizeof(new->list[0]));

	if (!new)
		return NULL;
	new->n = n;
	for (uint32_t b = 0; old && b < n; b++)
		new->list[b] = old->list[b & (old->n - 1)];
	return new;
}

static void open_shares(const struct l3_buckets *buckets, const struct l3_member *members,
			uint16_t n)
{
	n_shares = n;
	for (uint16_t i = 0; i < n; i++) {
		shares[i] = (struct share){members[i].nexthop, members[i].weight};
		share_of[members[i].nexthop] = i + 1;
	}
	for (uint32_t b = 0; b < buckets->n; b++) {
		struct share *now = find(buckets->list[b].now), *home = find(buckets->list[b].home);

		if (now)
			now->have++;
		if (home)
			home->n_home++;
	}
}

static void close_shares(void)
{
	for (uint16_t i = 0; i < n_shares; i++)
		share_of[shares[i].nexthop] = 0;
}

/* Largest remainders; among equal ones whoever had more while all were there, then whoever would
 * have to give one away otherwise. */
static bool is_first(const struct share *a, const struct share *b)
{
	if (a->rest != b->rest)
		return a->rest > b->rest;
	if (a->n_home != b->n_home)
		return a->n_home > b->n_home;
	return a->have > a->want && b->have <= b->want;
}

static void apportion(uint32_t n_buckets)
{
	uint32_t sum = 0, left = n_buckets;

	for (uint16_t i = 0; i < n_shares; i++)
		sum += shares[i].weight;
	for (uint16_t i = 0; i < n_shares; i++) {
		shares[i].want = n_buckets * shares[i].weight / sum;
		shares[i].rest = n_buckets * shares[i].weight % sum;
		left -= shares[i].want;
	}
	for (; left; left--) {
		struct share *best = &shares[0];

		for (uint16_t i = 1; i < n_shares; i++)
			if (is_first(&shares[i], best))
				best = &shares[i];
		best->want++;
		best->rest = 0;
	}
}

/* May the bucket leave the one that has it? */
static bool is_free(const struct l3_bucket *bucket)
{
	const struct share *now = find(bucket->now);

	return !now || now->have > now->want;
}

static void give(struct l3_bucket *bucket, struct share *to)
{
	struct share *now = find(bucket->now);
	bool is_new = !to->n_home; /* it was never here: this becomes its place */

	if (now)
		now->have--;
	to->have++;
	bucket->now = to->nexthop;
	if (is_new || find(bucket->home))
		bucket->home = to->nexthop;
}

static void send_home(struct l3_buckets *buckets)
{
	for (uint32_t b = 0; b < buckets->n; b++) {
		struct l3_bucket *bucket = &buckets->list[b];
		struct share *home = find(bucket->home);

		if (home && bucket->now != bucket->home && home->have < home->want &&
		    is_free(bucket))
			give(bucket, home);
	}
}

/* Whom workers had in a lost bucket's place until now; NULL: they had to search for long. */
static struct share *detour_of(const struct l3_buckets *old, uint32_t bucket)
{
	struct share *to = NULL;

	for (uint32_t i = 0; i < L3_DETOUR_SPREAD && !to; i++)
		to = find(old->list[l3_detour(bucket, i, old->n - 1)].now);
	return to;
}

/* Where their detours led lost buckets stay, if there is room. */
static void keep_detours(const struct l3_buckets *old, struct l3_buckets *new)
{
	for (uint32_t b = 0; b < new->n; b++) {
		struct share *to;

		if (find(new->list[b].now))
			continue;
		to = detour_of(old, b & (old->n - 1));
		if (to && to->have < to->want)
			give(&new->list[b], to);
	}
}

/* To whoever lacks one, in turn. */
static void spread(struct l3_buckets *buckets, bool strangers_only)
{
	uint16_t next = 0;

	for (uint32_t b = 0; b < buckets->n; b++) {
		struct l3_bucket *bucket = &buckets->list[b];

		if (!is_free(bucket) || (strangers_only && bucket->now == bucket->home))
			continue;
		for (uint16_t i = 0; i < n_shares; i++) {
			struct share *to = &shares[(next + i) % n_shares];

			if (to->have >= to->want)
				continue;
			give(bucket, to);
			next = (next + i + 1) % n_shares;
			break;
		}
	}
}

struct l3_buckets *l3_buckets_make(const struct l3_buckets *old, const struct l3_member *members,
				   uint16_t n)
{
	uint32_t size = buckets_for(members, n, old ? old->n : 1);
	struct l3_buckets *new = copy(old, size);

	if (!new)
		return NULL;
	open_shares(new, members, n);
	apportion(size);
	send_home(new);
	if (old)
		keep_detours(old, new);
	spread(new, true);
	spread(new, false);
	close_shares();
	return new;
}
