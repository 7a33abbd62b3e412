// SPDX-License-Identifier: BSD-3-Clause
/*
 * A driver that plays by the rules, and watches that weft does: every buffer that it gives comes
 * back once, and in the order in which it was given. Each buffer is one descriptor of a ring, or a
 * table of descriptors behind one.
 */
#ifndef WEFT_TESTS_GUEST_HOSTILE_BUFFERS_H
#define WEFT_TESTS_GUEST_HOSTILE_BUFFERS_H

#include "tests/guest/hostile/front.h"

struct buffers {
	struct front *front;
	unsigned ring;
	uint32_t given, returned;        /* ever */
	uint16_t order[FRONT_RING_SIZE]; /* numbers of those that weft has, by when they were given
					  */
	bool is_out[FRONT_RING_SIZE];    /* by number */
	bool is_cut[FRONT_RING_SIZE];    /* by number: of a burst that buffers_cut made up */
};

void buffers_init(struct buffers *b, struct front *front, unsigned ring);
unsigned buffers_out(const struct buffers *b);
/* Gives buffer `number`, which is ours. In a table: by way of an indirect descriptor at `table`. */
void buffers_give(struct buffers *b, uint16_t number, uint64_t at, uint32_t length, uint64_t table);
/* The number of the next one that came back and how long it is now; -1: none, -2: weft broke the
 * rules, which is said. */
int buffers_take(struct buffers *b, uint32_t *length);
/* Where QEMU has a new weft go on when the old one went without a word. */
uint32_t buffers_base(const struct buffers *b);
/* Packed, while weft is dead. Buffers that it marked as used behind one that it did not: it was
 * killed amid a burst. */
unsigned buffers_cut_short(const struct buffers *b);
/* As if that had happened: of up to n buffers the last are marked, and the first `gap` not yet.
 * That happens by itself once in a hundred kills. */
void buffers_cut(struct buffers *b, unsigned n, unsigned gap);

#endif
