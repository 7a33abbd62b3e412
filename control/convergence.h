// SPDX-License-Identifier: BSD-3-Clause
/*
 * How long it takes from an event (a link that fell, a neighbour that no longer
 * answers, an adjacency that is there again) until workers do the right thing: the
 * latest events, each with the moments at which its steps were done.
 *
 * Events that come while an earlier one is still worked off join it: what follows
 * cannot be told apart. A step that happens again moves on: what counts is when
 * the last of it was done.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_CONVERGENCE_H
#define WEFT_CONTROL_CONVERGENCE_H

#include <stdbool.h>
#include <stdint.h>

#define CONVERGENCE_EVENTS 32 /* the latest ones are kept */
#define CONVERGENCE_JOINED 4  /* events that one row names; more are counted */

enum convergence_step {
	CONVERGENCE_DETOUR, /* packets for next hops that are lost go another way, if there is one
			     */
	CONVERGENCE_GROUPS, /* next hops left, or came back to, the groups they are in */
	CONVERGENCE_RIB,    /* everything is decided */
	CONVERGENCE_FIB,    /* the last prefix that changed is in the FIB */
	CONVERGENCE_STEPS
};

extern const char *const convergence_step_names[CONVERGENCE_STEPS];

struct convergence {
	char what[160];
	uint32_t more;                      /* events that joined it and are not named */
	int64_t at_us;                      /* since 1970 */
	int64_t clock_us;                   /* when it began, by the monotonic clock */
	int64_t took_us[CONVERGENCE_STEPS]; /* after it began; -1: no such step */
};

/* Something happened. */
__attribute__((format(printf, 1, 2))) void convergence_event(const char *format, ...);
/* A step was done just now; nothing where no event is worked off. */
void convergence_step(enum convergence_step step);
/* Nothing is left to be done: what is open is over. */
void convergence_over(void);

/* The nth latest, 0 the latest; NULL: there is none. */
const struct convergence *convergence_get(uint32_t nth);

#endif
