// SPDX-License-Identifier: BSD-3-Clause
/*
 * The known word that somebody most likely meant by an unknown one, for "did
 * you mean". Letters swapped, left out, added or mistaken count one each.
 */
#ifndef WEFT_ROUTING_CORE_NEAREST_H
#define WEFT_ROUTING_CORE_NEAREST_H

#include <stddef.h>

#define NEAREST_WORD_MAX 40 /* longer words are like nothing */

/* How many such mistakes turn one word into the other; NEAREST_WORD_MAX where either is longer. */
unsigned nearest_distance(const char *a, const char *b);

/* A search: begin with `struct nearest n = {.word = …}`, offer each known word, read n.best: it
 * stays NULL where nothing is near enough. Words are borrowed. */
struct nearest {
	const char *word;
	const char *best;
	unsigned distance; /* of best */
};

void nearest_offer(struct nearest *nearest, const char *known);

#endif
