// SPDX-License-Identifier: BSD-3-Clause
/*
 * Looks on while a scene plays, by what RIBs tell their listeners, and fails
 * the world for what must not be:
 *
 *   a metric that is infinite, or more
 *   a loop: for every prefix, after each change, following next hops comes back to
 *   where it began, and goes on doing so for longer than the protocol allows
 *   in the end, a table that is not what the oracle says
 */
#ifndef WEFT_TESTS_SIM_JUDGE_H
#define WEFT_TESTS_SIM_JUDGE_H

#include "tests/sim/scene.h"

struct judge;

struct judge *judge_create(struct scene *scene);
void judge_destroy(struct judge *judge);
/* A router has begun: from now on its table is seen. */
void judge_listen(struct judge *judge, uint32_t router);
/* world->settled: follows what has changed. */
void judge_look(struct world *world);
/* Every table, against the oracle; each difference is a failure. */
void judge_decide(struct judge *judge);
/* Loops that are still there are judged; what follows is the end of all and seen no more. */
void judge_end(struct judge *judge);

/* When a table was last changed, and how often that was so. */
int64_t judge_last_change_us(const struct judge *judge);
uint64_t judge_changes(const struct judge *judge);
/* Loops there were, and how long the longest lasted. */
uint32_t judge_loops(const struct judge *judge, int64_t *longest_us);

#endif
