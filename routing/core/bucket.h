// SPDX-License-Identifier: BSD-3-Clause
/*
 * A token bucket: `burst` at once, `per_s` a second in the long run. It is full
 * at its first use. The owner says what time it is.
 */
#ifndef WEFT_ROUTING_CORE_BUCKET_H
#define WEFT_ROUTING_CORE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/core/moment.h"

#define BUCKET_RATE_MAX 1000000 /* a second; also the largest burst */

/* All zeros to begin with. */
struct bucket {
	int64_t spent_us; /* how long it takes until it is full, as of `at` */
	struct moment at;
};

/* How long it takes until it is full. */
static inline int64_t bucket_spent(const struct bucket *bucket, struct moment now)
{
	int64_t spent = bucket->spent_us - moment_span(bucket->at, now);

	return spent > 0 ? spent : 0;
}

/* Takes a token; false: there is none. per_s 0: there never is. */
static inline bool bucket_take(struct bucket *bucket, uint32_t per_s, uint32_t burst,
			       struct moment now)
{
	int64_t cost, spent;

	if (per_s == 0 || burst == 0)
		return false;
	cost = SPAN_S(1) / per_s;
	spent = bucket_spent(bucket, now);
	if (spent + cost > cost * burst)
		return false;
	bucket->spent_us = spent + cost;
	bucket->at = now;
	return true;
}

#endif
