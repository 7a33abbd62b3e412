// SPDX-License-Identifier: BSD-3-Clause
#include "routing/nexthop_set.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"

struct nexthop_sets {
	uint32_t n;
	uint32_t n_buckets;           /* a power of two */
	struct nexthop_set **buckets; /* by hash */
	struct nexthop_set **by_id;   /* by_id[0] is none */
	uint32_t *free_ids;           /* a stack, of as much room as by_id */
	uint32_t n_free, next_id, room;
	uint64_t bytes; /* of the sets */
};

enum { BUCKETS_MIN = 64 };

struct nexthop_sets *nexthop_sets_create(void)
{
	struct nexthop_sets *sets = memory_zalloc(sizeof(*sets));

	if (!sets)
		return NULL;
	sets->next_id = 1;
	sets->n_buckets = BUCKETS_MIN;
	sets->buckets = memory_zalloc(BUCKETS_MIN * sizeof(*sets->buckets));
	if (!sets->buckets) {
		memory_free(sets);
		return NULL;
	}
	return sets;
}

void nexthop_sets_destroy(struct nexthop_sets *sets)
{
	if (!sets)
		return;
	assert(sets->n == 0);
	memory_free(sets->buckets);
	memory_free(sets->by_id);
	memory_free(sets->free_ids);
	memory_free(sets);
}

uint32_t nexthop_sets_count(const struct nexthop_sets *sets)
{
	return sets->n;
}

const struct nexthop_set *nexthop_sets_at(const struct nexthop_sets *sets, uint32_t id)
{
	return sets->by_id[id];
}

uint64_t nexthop_sets_bytes(const struct nexthop_sets *sets)
{
	return sets->bytes + sets->n_buckets * sizeof(*sets->buckets) +
	       sets->room * (sizeof(*sets->by_id) + sizeof(*sets->free_ids));
}

/* Only the fields that its kind has, and zeros between them, so that equal hops are equal bytes.
 * 0 or -EINVAL. */
static int tidy(const struct nexthop *hop, struct nexthop *out)
{
	memset(out, 0, sizeof(*out));
	out->kind = hop->kind;
	out->weight = hop->weight;
	if (hop->weight == 0 || hop->kind > NEXTHOP_UPLINKS)
		return -EINVAL;
	switch ((enum nexthop_kind)hop->kind) {
	case NEXTHOP_GATEWAY:
		out->gateway.family = hop->gateway.family;
		memcpy(out->gateway.bytes, hop->gateway.bytes, addr_bits(&hop->gateway) / 8);
		out->iface = hop->iface;
		out->flags = hop->flags & NEXTHOP_BFD;
		return addr_bits(&hop->gateway) ? 0 : -EINVAL;
	case NEXTHOP_IFACE:
	case NEXTHOP_LOCAL:
	case NEXTHOP_BROADCAST:
	case NEXTHOP_UPLINKS:
		out->iface = hop->iface;
		return hop->iface ? 0 : -EINVAL;
	case NEXTHOP_VRF:
		out->vrf = hop->vrf;
		return 0;
	default:
		return 0;
	}
}

/* The same way, whatever its weight. */
static int compare(const struct nexthop *a, const struct nexthop *b)
{
	return memcmp(a, b, offsetof(struct nexthop, weight));
}

/* Puts one more into sorted hops[n]; of equal ones the greater weight stays. The new n. */
static uint32_t sort_in(struct nexthop *hops, uint32_t n, const struct nexthop *hop)
{
	uint32_t i = n;

	while (i > 0 && compare(&hops[i - 1], hop) > 0)
		i--;
	if (i > 0 && compare(&hops[i - 1], hop) == 0) {
		if (hops[i - 1].weight < hop->weight)
			hops[i - 1].weight = hop->weight;
		return n;
	}
	memmove(hops + i + 1, hops + i, (n - i) * sizeof(*hops));
	memcpy(&hops[i], hop, sizeof(*hop)); /* the bytes between its fields, too */
	return n + 1;
}

static uint32_t hash_of(const struct nexthop *hops, uint32_t n)
{
	uint64_t hash = n;
	uint32_t words[sizeof(*hops) / 4];

	for (uint32_t i = 0; i < n; i++) {
		memcpy(words, &hops[i], sizeof(words));
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++) {
			hash = (hash ^ words[w]) * UINT64_C(0x9e3779b97f4a7c15);
			hash ^= hash >> 29;
		}
	}
	return (uint32_t)(hash ^ hash >> 32);
}

static struct nexthop_set *find(const struct nexthop_sets *sets, const struct nexthop *hops,
				uint32_t n, uint32_t hash)
{
	struct nexthop_set *set = sets->buckets[hash & (sets->n_buckets - 1)];

	while (set && (set->hash != hash || set->n != n ||
		       memcmp(set->hops, hops, n * sizeof(*hops)) != 0))
		set = set->next;
	return set;
}

/* More buckets for as many sets; without memory chains only grow. */
static void grow_buckets(struct nexthop_sets *sets)
{
	uint32_t n = 2 * sets->n_buckets;
	struct nexthop_set **buckets = memory_zalloc(n * sizeof(*buckets));

	if (!buckets)
		return;
	for (uint32_t i = 0; i < sets->n_buckets; i++)
		for (struct nexthop_set *set = sets->buckets[i], *next; set; set = next) {
			next = set->next;
			set->next = buckets[set->hash & (n - 1)];
			buckets[set->hash & (n - 1)] = set;
		}
	memory_free(sets->buckets);
	sets->buckets = buckets;
	sets->n_buckets = n;
}

static int make_room(struct nexthop_sets *sets)
{
	uint32_t room = sets->room ? 2 * sets->room : BUCKETS_MIN;
	struct nexthop_set **by_id;
	uint32_t *free_ids;

	if (sets->n_free > 0 || sets->next_id < sets->room)
		return 0;
	by_id = memory_resize(sets->by_id, room, sizeof(*by_id));
	if (!by_id)
		return -ENOMEM;
	sets->by_id = by_id;
	free_ids = memory_resize(sets->free_ids, room, sizeof(*free_ids));
	if (!free_ids)
		return -ENOMEM;
	sets->free_ids = free_ids;
	sets->room = room;
	return 0;
}

static struct nexthop_set *add(struct nexthop_sets *sets, const struct nexthop *hops, uint32_t n,
			       uint32_t hash)
{
	size_t size = sizeof(struct nexthop_set) + n * sizeof(*hops);
	struct nexthop_set *set, **bucket;

	if (sets->n >= sets->n_buckets)
		grow_buckets(sets);
	if (make_room(sets) < 0)
		return NULL;
	set = memory_zalloc(size);
	if (!set)
		return NULL;
	set->n = n;
	set->hash = hash;
	set->id = sets->n_free > 0 ? sets->free_ids[--sets->n_free] : sets->next_id++;
	memcpy(set->hops, hops, n * sizeof(*hops));
	bucket = &sets->buckets[hash & (sets->n_buckets - 1)];
	set->next = *bucket;
	*bucket = set;
	sets->by_id[set->id] = set;
	sets->n++;
	sets->bytes += size;
	return set;
}

const struct nexthop_set *nexthop_set_get(struct nexthop_sets *sets, const struct nexthop *hops,
					  uint32_t n)
{
	struct nexthop sorted[NEXTHOP_SET_MAX + 1], hop;
	struct nexthop_set *set;
	uint32_t n_sorted = 0, hash;

	for (uint32_t i = 0; i < n; i++) {
		if (tidy(&hops[i], &hop) < 0) {
			errno = EINVAL;
			return NULL;
		}
		n_sorted = sort_in(sorted, n_sorted, &hop);
		if (n_sorted > NEXTHOP_SET_MAX) {
			errno = E2BIG;
			return NULL;
		}
	}
	if (n_sorted == 0) {
		errno = EINVAL;
		return NULL;
	}
	hash = hash_of(sorted, n_sorted);
	set = find(sets, sorted, n_sorted, hash);
	if (!set)
		set = add(sets, sorted, n_sorted, hash);
	if (set)
		set->refs++;
	return set;
}

const struct nexthop_set *nexthop_set_ref(const struct nexthop_set *set)
{
	((struct nexthop_set *)(uintptr_t)set)->refs++;
	return set;
}

void nexthop_set_unref(struct nexthop_sets *sets, const struct nexthop_set *const_set)
{
	struct nexthop_set *set = (struct nexthop_set *)(uintptr_t)const_set, **link;

	if (!set || --set->refs > 0)
		return;
	link = &sets->buckets[set->hash & (sets->n_buckets - 1)];
	while (*link != set)
		link = &(*link)->next;
	*link = set->next;
	sets->by_id[set->id] = NULL;
	sets->free_ids[sets->n_free++] = set->id;
	sets->n--;
	sets->bytes -= sizeof(*set) + set->n * sizeof(set->hops[0]);
	memory_free(set);
}
