// SPDX-License-Identifier: BSD-3-Clause
/*
 * Detours: a next hop is lost, and its groups have not been changed yet. Until
 * they are, a worker that meets it in a bucket looks into other buckets of the same group:
 * a few that are spread over all of them, so that the others share what the lost one had, then
 * one after the other until it has seen all. Which ones depends on the bucket
 * alone, so that a flow stays together; and when control changes the group, it leaves a lost
 * bucket where its first detours led, if there is room (l3_buckets.h), so that
 * most flows move once.
 *
 * A group takes microseconds to change, so thousands take milliseconds. To
 * mark the next hop is one pointer stored, and costs packets nothing that go another way.
 */
#ifndef WEFT_DATAPLANE_L3_DETOUR_H
#define WEFT_DATAPLANE_L3_DETOUR_H

#include <stdint.h>

#define L3_DETOUR_SPREAD 8

/* How many there are in a group of that mask. Of a group of one, too: a moment ago, when the lost
 * next hop was found in it, it may have been one of two. */
static inline uint32_t l3_detours(uint32_t mask)
{
	return L3_DETOUR_SPREAD + mask;
}

/* The ith one for a bucket. Multiples of the golden ratio spread evenly. */
static inline uint32_t l3_detour(uint32_t bucket, uint32_t i, uint32_t mask)
{
	uint32_t spread = i < L3_DETOUR_SPREAD ? i : L3_DETOUR_SPREAD - 1;
	uint32_t hash = (bucket * L3_DETOUR_SPREAD + spread + 1) * 0x9e3779b1U;

	uint32_t first = (uint64_t)hash * (mask + 1) >> 32;

	return (first + i - spread) & mask;
}

#endif
