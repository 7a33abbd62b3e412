// SPDX-License-Identifier: BSD-3-Clause
/*
 * Latencies counted in buckets that grow with the value: one nanosecond wide up to 128 ns, and
 * never wider than 1/128 of the value above. Values from 2^31 ns on count in one last bucket.
 * One writer; readers of another thread may see counts a little old.
 */
#ifndef WEFT_TOOLS_PKTGEN_HISTOGRAM_H
#define WEFT_TOOLS_PKTGEN_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7 /* 128 buckets to a power of two */
#define HISTOGRAM_TOP_BITS 31
#define HISTOGRAM_BUCKETS \
	(((HISTOGRAM_TOP_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS) + 1)

struct histogram {
	uint64_t n, sum; /* values, and nanoseconds in all */
	uint64_t min, max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

static inline unsigned histogram_bucket(uint64_t ns)
{
	if (ns < (1u << HISTOGRAM_SUB_BITS))
		return (unsigned)ns;
	if (ns >> HISTOGRAM_TOP_BITS)
		return HISTOGRAM_BUCKETS - 1;
	unsigned shift = 63 - HISTOGRAM_SUB_BITS - (unsigned)__builtin_clzll(ns);
	return (shift << HISTOGRAM_SUB_BITS) + (unsigned)(ns >> shift);
}

static inline void histogram_add(struct histogram *h, uint64_t ns)
{
	h->n++;
	h->sum += ns;
	if (ns < h->min)
		h->min = ns;
	if (ns > h->max)
		h->max = ns;
	h->buckets[histogram_bucket(ns)]++;
}

void histogram_clear(struct histogram *h);

/* The values of a bucket: from its low to its high, both in it. */
uint64_t histogram_low(unsigned bucket);
uint64_t histogram_high(unsigned bucket);

/* The smallest value, as far as buckets tell, that share (0 to 1) of all do not exceed; 0: empty.
 */
uint64_t histogram_quantile(const struct histogram *h, double share);

double histogram_mean(const struct histogram *h);

#endif
