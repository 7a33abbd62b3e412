// SPDX-License-Identifier: BSD-3-Clause
/*
 * What became of a stream of numbered packets: received once, twice, late, or never. In the
 * manner of RFC 5236, a packet is reordered when one sent after it has come before it, and its
 * displacement is how far the stream had got. A window of bits remembers who came, so that a late
 * packet is told from a second copy; one older than the window counts as reordered and as stale.
 * Numbers are 32 bits on the wire and 64 here. Written by the thread that receives.
 */
#ifndef WEFT_TOOLS_PKTGEN_SEQUENCE_H
#define WEFT_TOOLS_PKTGEN_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#define SEQUENCE_WINDOW 65536 /* numbers remembered */
#define SEQUENCE_WORDS  (SEQUENCE_WINDOW / 64)
#define SEQUENCE_POWERS 17 /* displacements by power of two: 1, 2 to 3, 4 to 7, … */

struct sequence {
	uint64_t next;   /* one above the highest number seen */
	uint64_t unique; /* numbers that came at least once */
	uint64_t duplicates;
	uint64_t reordered;
	uint64_t stale;     /* of the reordered: too old to say whether they are second copies */
	uint64_t displaced; /* the largest displacement */
	uint64_t by_power[SEQUENCE_POWERS];
	uint64_t seen[SEQUENCE_WORDS];
};

void sequence_clear(struct sequence *s);

/* A number that is not the next one. */
void sequence_add_other(struct sequence *s, uint32_t number);

static inline void sequence_add(struct sequence *s, uint32_t number)
{
	uint64_t *word = &s->seen[s->next / 64 % SEQUENCE_WORDS];

	if (__builtin_expect(number != (uint32_t)s->next, 0)) {
		sequence_add_other(s, number);
		return;
	}
	if (s->next % 64 == 0)
		*word = 0; /* it held the numbers of a window ago */
	*word |= UINT64_C(1) << s->next % 64;
	s->next++;
	s->unique++;
}

/* Of n_sent packets numbered from 0. */
uint64_t sequence_lost(const struct sequence *s, uint64_t n_sent);

#endif
