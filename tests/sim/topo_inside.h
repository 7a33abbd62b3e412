// SPDX-License-Identifier: BSD-3-Clause
/* Reading a topology, for topo_*.c alone: a line is cut into words, and each verb reads its own. */
#ifndef WEFT_TESTS_SIM_TOPO_INSIDE_H
#define WEFT_TESTS_SIM_TOPO_INSIDE_H

#include "tests/sim/speaker.h"
#include "tests/sim/topo.h"

#define TOPO_WORDS_MAX 1100 /* of a line */

struct topo_reader {
	struct topo *topo;
	const char *name;
	unsigned line;
	uint32_t n_words, at; /* at: the next one to be read */
	char *words[TOPO_WORDS_MAX];
	uint32_t order; /* of the next event */
	char *error;
};

/* Always false. The first error stays. */
__attribute__((format(printf, 2, 3))) bool topo_refuse(struct topo_reader *r, const char *format,
						       ...);
/* The next word; NULL: there are no more. */
const char *topo_word(struct topo_reader *r);
/* Room for one more, all zeros; NULL with an error where there are `most` already. */
void *topo_grow(struct topo_reader *r, void **list, uint32_t *n, size_t size, uint32_t most,
		const char *what);
/* The next word as what it names; false with an error. */
bool topo_read_router(struct topo_reader *r, uint32_t *out);
bool topo_read_link(struct topo_reader *r, uint32_t *out);
/* The words left: routers (none: all), marked in a set that the caller frees, then key=value. NULL
 * with an error. */
bool *topo_read_settings(struct topo_reader *r, uint32_t speaker, struct settings *out);
int topo_speaker_find(const char *name);

/* topo_event.c: "at TIME …" behind its first word. */
bool topo_read_event(struct topo_reader *r);
/* Puts them in order, and sees that each leaves sound settings behind. */
bool topo_finish_events(struct topo_reader *r);

#endif
