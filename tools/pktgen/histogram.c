// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/histogram.h"

#include <math.h>
#include <string.h>

#define SUB  (1u << HISTOGRAM_SUB_BITS)
#define LAST (HISTOGRAM_BUCKETS - 1)

void histogram_clear(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
	h->min = UINT64_MAX;
}

static unsigned shift_of(unsigned bucket)
{
	return bucket < 2 * SUB ? 0 : (bucket >> HISTOGRAM_SUB_BITS) - 1;
}

uint64_t histogram_low(unsigned bucket)
{
	unsigned shift = shift_of(bucket);

	return (uint64_t)(bucket - (shift << HISTOGRAM_SUB_BITS)) << shift;
}

uint64_t histogram_high(unsigned bucket)
{
	return bucket >= LAST ? UINT64_MAX : histogram_low(bucket + 1) - 1;
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
	uint64_t seen = 0, wanted = (uint64_t)ceil(share * (double)h->n);

	if (h->n == 0)
		return 0;
	if (wanted == 0)
		wanted = 1;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen < wanted)
			continue;
		uint64_t high = histogram_high(i);
		return high > h->max ? h->max : high;
	}
	return h->max;
}

double histogram_mean(const struct histogram *h)
{
	return h->n ? (double)h->sum / (double)h->n : 0;
}
