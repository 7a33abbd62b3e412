// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/sequence.h"

#include <string.h>

void sequence_clear(struct sequence *s)
{
	memset(s, 0, sizeof(*s));
}

static uint64_t *word_of(struct sequence *s, uint64_t number)
{
	return &s->seen[number / 64 % SEQUENCE_WORDS];
}

/* The window moves up to number, which is its highest now. */
static void advance(struct sequence *s, uint64_t number)
{
	uint64_t first = (s->next + 63) / 64, last = number / 64;

	if (last - first >= SEQUENCE_WORDS && last >= first)
		memset(s->seen, 0, sizeof(s->seen));
	else
		for (uint64_t word = first; word <= last; word++)
			*word_of(s, word * 64) = 0;
	*word_of(s, number) |= UINT64_C(1) << number % 64;
	s->next = number + 1;
	s->unique++;
}

static void count_reordered(struct sequence *s, uint64_t by)
{
	unsigned power = 63 - (unsigned)__builtin_clzll(by);

	s->reordered++;
	s->by_power[power < SEQUENCE_POWERS ? power : SEQUENCE_POWERS - 1]++;
	if (by > s->displaced)
		s->displaced = by;
}

void sequence_add_other(struct sequence *s, uint32_t number)
{
	int32_t ahead = (int32_t)(number - (uint32_t)s->next);

	if (ahead >= 0) {
		advance(s, s->next + (uint32_t)ahead);
		return;
	}
	uint64_t by = (uint64_t) - (int64_t)ahead;
	if (by > s->next) { /* from before the first: none of ours */
		s->stale++;
		return;
	}
	uint64_t full = s->next - by;
	/* The last word may be in part of this round and in part of the one before. */
	if (by > SEQUENCE_WINDOW - 64) {
		count_reordered(s, by);
		s->stale++;
		s->unique++;
	} else if (*word_of(s, full) >> full % 64 & 1) {
		s->duplicates++;
	} else {
		*word_of(s, full) |= UINT64_C(1) << full % 64;
		count_reordered(s, by);
		s->unique++;
	}
}

uint64_t sequence_lost(const struct sequence *s, uint64_t n_sent)
{
	return s->unique < n_sent ? n_sent - s->unique : 0;
}
