// SPDX-License-Identifier: BSD-3-Clause
/* Groups: published buckets, and what control keeps to move as few of them as can be. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/buddy.h"
#include "dataplane/l3_buckets.h"
#include "dataplane/l3_own.h"

_Atomic l3_group_ref l3_groups[L3_GROUP_MAX];
uint16_t l3_self[L3_NEXTHOP_MAX];

static struct l3_buckets *buckets_of[L3_GROUP_MAX]; /* NULL: it never had two members */
static uint64_t n_bytes;

static l3_group_ref ref_of(const uint16_t *buckets, uint32_t n)
{
	assert(!((uint64_t)(uintptr_t)buckets >> 48));
	return (uint64_t)(n - 1) << 48 | (uintptr_t)buckets;
}

/* What a number without a group leads to: the next hop of no route. */
static l3_group_ref none(void)
{
	return ref_of(l3_self, 1);
}

void l3_groups_init(void)
{
	for (int i = 0; i < L3_NEXTHOP_MAX; i++)
		l3_self[i] = i;
	for (int id = 0; id < L3_GROUP_MAX; id++)
		atomic_store_explicit(&l3_groups[id], none(), memory_order_relaxed);
}

void l3_groups_fini(void)
{
	for (int id = 1; id < L3_GROUP_MAX; id++)
		l3_group_del(id);
}

uint64_t l3_groups_bytes(void)
{
	return n_bytes;
}

/* What workers read of that many buckets. */
static size_t size_of(uint32_t n)
{
	return n * sizeof(uint16_t);
}

static size_t buckets_size(const struct l3_buckets *buckets)
{
	return buckets ? sizeof(*buckets) + buckets->n * sizeof(buckets->list[0]) : 0;
}

/* Checks members and adds up those that are named twice. How many are left, or -EINVAL. */
static int merge(const struct l3_member *members, uint16_t n, struct l3_member *out)
{
	int n_out = 0;

	if (!n || n > L3_MEMBER_MAX)
		return -EINVAL;
	for (uint16_t i = 0; i < n; i++) {
		int k = 0;

		if (!members[i].nexthop || members[i].nexthop >= L3_NEXTHOP_MAX ||
		    !members[i].weight || members[i].weight > 255)
			return -EINVAL;
		while (k < n_out && out[k].nexthop != members[i].nexthop)
			k++;
		if (k == n_out)
			out[n_out++] = members[i];
		else
			out[k].weight += members[i].weight;
	}
	return n_out;
}

/* 0: no memory. */
static l3_group_ref make(const struct l3_buckets *buckets, const struct l3_member *members, int n)
{
	uint32_t block;
	uint16_t *out;

	if (n == 1)
		return ref_of(&l3_self[members[0].nexthop], 1);
	block = buddy_alloc(size_of(buckets->n));
	if (!block)
		return 0;
	out = buddy_at(block);
	for (uint32_t b = 0; b < buckets->n; b++)
		out[b] = buckets->list[b].now;
	n_bytes += buddy_cost(size_of(buckets->n));
	return ref_of(out, buckets->n);
}

static void publish(uint32_t id, l3_group_ref group)
{
	l3_group_ref was = l3_group(id);
	size_t size = size_of(l3_group_mask(was) + 1);

	atomic_store_explicit(&l3_groups[id], group, memory_order_release);
	if (!l3_group_mask(was))
		return;
	n_bytes -= buddy_cost(size);
	buddy_retire(buddy_block(l3_group_at(was, 0)), size);
}

static void keep(uint32_t id, struct l3_buckets *buckets)
{
	n_bytes += buckets_size(buckets) - buckets_size(buckets_of[id]);
	free(buckets_of[id]);
	buckets_of[id] = buckets;
}

int l3_group_set(uint32_t id, const struct l3_member *members, uint16_t n)
{
	struct l3_member merged[L3_MEMBER_MAX];
	struct l3_buckets *buckets = NULL;
	l3_group_ref group;
	int n_merged;

	if (!id || id >= L3_GROUP_MAX)
		return -EINVAL;
	n_merged = merge(members, n, merged);
	if (n_merged < 0)
		return n_merged;
	if (n_merged > 1 || buckets_of[id]) {
		buckets = l3_buckets_make(buckets_of[id], merged, n_merged);
		if (!buckets)
			return -ENOMEM;
	}
	group = make(buckets, merged, n_merged);
	if (!group) {
		free(buckets);
		return -ENOMEM;
	}
	keep(id, buckets);
	publish(id, group);
	return 0;
}

int l3_group_like(uint32_t id, uint32_t from)
{
	const struct l3_buckets *old;
	struct l3_buckets *copy;

	if (!id || id >= L3_GROUP_MAX || from >= L3_GROUP_MAX)
		return -EINVAL;
	old = buckets_of[from];
	if (!old || buckets_of[id])
		return 0;
	copy = malloc(buckets_size(old));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, old, buckets_size(old));
	keep(id, copy);
	return 0;
}

void l3_group_del(uint32_t id)
{
	if (!id || id >= L3_GROUP_MAX)
		return;
	publish(id, none());
	keep(id, NULL);
}

int64_t l3_group_bucket(uint32_t id, uint32_t bucket)
{
	l3_group_ref group = id < L3_GROUP_MAX ? l3_group(id) : none();

	return group == none() || bucket > l3_group_mask(group) ? (int64_t)-ENOENT
								: l3_group_nexthop(group, bucket);
}
