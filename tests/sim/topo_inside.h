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
/* Whom settings are for. */
struct topo_target {
	uint32_t router;
	bool is_iface; /* the router's end of link alone */
	uint32_t link, end;
};

/* The words left: routers and interfaces (none: all routers), as a list that the caller frees, then
 * key=value. NULL with an error. */
struct topo_target *topo_read_settings(struct topo_reader *r, uint32_t speaker, uint32_t *n,
				       struct settings *out);
int topo_speaker_find(const char *name);
/* A word of 1 to TOPO_NAME_MAX - 1 letters and digits. */
bool topo_is_name(const char *word);

/* topo_routes.c: what a line says behind its first word. */
bool topo_read_networks(struct topo_reader *r);
bool topo_read_static(struct topo_reader *r);
bool topo_read_filter(struct topo_reader *r);
void topo_print_routes(const struct topo *topo, FILE *out);

/* topo_apply.c: settings that hold for a router, and for its interfaces but for their own. */
void topo_set_router(struct topo *topo, uint32_t router, uint32_t speaker,
		     const struct settings *given);
/* An interface's own; made where it has none. */
struct settings *topo_own_settings(struct topo *topo, uint32_t link, uint32_t end,
				   uint32_t speaker);

/* topo_event.c: "at TIME …" behind its first word. */
bool topo_read_event(struct topo_reader *r);
/* Puts them in order, and sees that each leaves sound settings behind. */
bool topo_finish_events(struct topo_reader *r);

#endif
