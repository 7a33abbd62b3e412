// SPDX-License-Identifier: BSD-3-Clause
/*
 * Time as engines see it: microseconds of a clock that never goes back, as a
 * type of its own, so that a moment and a span cannot be taken for one another.
 */
#ifndef WEFT_ROUTING_CORE_MOMENT_H
#define WEFT_ROUTING_CORE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

struct moment {
	int64_t us;
};

/* A span in microseconds. */
#define SPAN_MS(ms) ((int64_t)(ms)*1000)
#define SPAN_S(s)   ((int64_t)(s)*1000000)

static inline struct moment moment_add(struct moment at, int64_t span_us)
{
	return (struct moment){at.us + span_us};
}

/* How long from a to b; negative where b is earlier. */
static inline int64_t moment_span(struct moment a, struct moment b)
{
	return b.us - a.us;
}

static inline bool moment_reached(struct moment at, struct moment now)
{
	return now.us >= at.us;
}

#endif
