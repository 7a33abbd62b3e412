// SPDX-License-Identifier: BSD-3-Clause
/* Groups: published buckets, and what control keeps to move as few of them as can be. */
#include <errno.h>
#include <stdlib.h>

#include "dataplane/l3_buckets.h"
#include "dataplane/l3_own.h"
#include "dataplane/mem.h"
#include "dataplane/retire.h"

_Atomic(const struct l3_group *) l3_groups[L3_GROUP_MAX];

static const struct l3_group none = {.nexthop = {0}}; /* to the next hop of no route */
static struct l3_buckets *buckets_of[L3_GROUP_MAX];   /* NULL: it never had two members */
static uint64_t n_bytes;

void l3_groups_init(void)
{
	for (int id = 0; id < L3_GROUP_MAX; id++)
		atomic_store_explicit(&l3_groups[id], &none, memory_order_relaxed);
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

static size_t group_size(uint32_t n_buckets)
{
	return sizeof(struct l3_group) + n_buckets * sizeof(uint16_t);
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

static struct l3_group *make(const struct l3_buckets *buckets, const struct l3_member *members,
			     int n)
{
	uint32_t n_buckets = n == 1 ? 1 : buckets->n;
	struct l3_group *group = mem_lines(group_size(n_buckets));

	if (!group)
		return NULL;
	group->mask = n_buckets - 1;
	for (uint32_t b = 0; b < n_buckets; b++)
		group->nexthop[b] = n == 1 ? members[0].nexthop : buckets->list[b].now;
	return group;
}

static void publish(uint32_t id, const struct l3_group *group)
{
	const struct l3_group *was = l3_group(id);

	if (group != &none)
		n_bytes += group_size(group->mask + 1);
	atomic_store_explicit(&l3_groups[id], group, memory_order_release);
	if (was == &none)
		return;
	n_bytes -= group_size(was->mask + 1);
	retire_free(was);
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
	struct l3_group *group;
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

void l3_group_del(uint32_t id)
{
	if (!id || id >= L3_GROUP_MAX)
		return;
	publish(id, &none);
	keep(id, NULL);
}

int64_t l3_group_bucket(uint32_t id, uint32_t bucket)
{
	const struct l3_group *group = id < L3_GROUP_MAX ? l3_group(id) : &none;

	return group == &none || bucket > group->mask ? -ENOENT : group->nexthop[bucket];
}
