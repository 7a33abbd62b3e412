// SPDX-License-Identifier: BSD-3-Clause
/*
 * A topology come to life: its routers and links in a world of their own, with
 * the real engines, and its script played. A judge looks on (judge.h).
 *
 *   struct scene *scene = scene_create(topo, seed, stdout);
 *   bool good = scene_run(scene);         scene->world->failure says what was not
 *   scene_destroy(scene);
 */
#ifndef WEFT_TESTS_SIM_SCENE_H
#define WEFT_TESTS_SIM_SCENE_H

#include "tests/sim/topo.h"
#include "tests/sim/world.h"

struct judge;

struct scene {
	struct topo *topo; /* as it is now */
	struct world *world;
	struct router **routers; /* by the topology's numbers, like links and their ends */
	struct link **links;
	struct judge *judge;
	uint32_t next_event;
	struct timer event_timer;
	int64_t settle_us; /* how long after the last event all has to be right */
};

/* topo becomes the scene's. transcript may be NULL. */
struct scene *scene_create(struct topo *topo, uint64_t seed, FILE *transcript);
/* To the end of the script and until the tables have to be right; then all routers end. Whether
 * everything was as it must be. */
bool scene_run(struct scene *scene);
void scene_destroy(struct scene *scene);

/* A step of it, for tests: time passes, events happen. */
void scene_pass(struct scene *scene, int64_t span_us);

#endif
