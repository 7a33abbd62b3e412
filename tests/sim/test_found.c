// SPDX-License-Identifier: BSD-3-Clause
/* What the simulator has found: the smallest network that shows it, each once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/scene.h"

static void passes(const char *text)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		char error[TOPO_ERROR_MAX];
		struct topo *topo = topo_read(text, strlen(text), "net", error);
		struct scene *scene;

		if (!topo)
			fail_msg("%s", error);
		scene = scene_create(topo, seed, NULL);
		if (!scene_run(scene))
			fail_msg("seed %d: %s", (int)seed, scene->world->failure);
		scene_destroy(scene);
	}
}

/* Its sequence ran ahead of the clock by which the next life begins. */
static void who_spoke_often_is_believed_after_a_restart(void **state)
{
	passes("router a b\nlink a b\nnetwork a 10.1.0.0/16\nnetwork b 10.2.0.0/16\n"
	       "rip update=200ms timeout=2s garbage=1s auth=hmac-sha-256\n"
	       "at 60s kill b\nat 65s start b\nsettle 3s\n");
}

/* Routes that had more ways kept them. */
static void fewer_paths_hold_for_routes_that_are_there(void **state)
{
	passes("router a b\nlink a b\nlink a b\nnetwork b 10.2.0.0/16\n"
	       "rip\nat 60s set rip a paths=1\nsettle 1s\n");
}

/* Its neighbour did not know it any more after a restart, and had no session with it. */
static void who_is_silent_is_not_deaf_for_lack_of_bfd(void **state)
{
	passes("router a b\nlink a b\nnetwork b 10.2.0.0/16\nnetwork a 10.1.0.0/16\n"
	       "rip bfd=yes update=2s timeout=10s\nbfd interval=100ms\n"
	       "at 20s set rip a passive=yes\nat 40s kill b\nat 60s start b\n");
}

/* Each had it from the next one, at a metric that began anew on the way. */
static void default_routes_told_by_several_are_no_loop(void **state)
{
	passes("router a b c\nlink a b\nlink b c\nlink c a\nrip\n"
	       "rip a-b b-c c-a default=yes\n");
}

/* The one that changed its tag went to and fro with the other one. */
static void equal_ways_are_told_apart_by_their_tags(void **state)
{
	passes("router a b c\nlink a b\nlink a c\nstatic b 198.18.0.0/24 blackhole tag=1\n"
	       "static c 198.18.0.0/24 blackhole tag=1\nrip redistribute=static\n"
	       "at 60s set rip c set-tag=2\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_spoke_often_is_believed_after_a_restart),
		cmocka_unit_test(fewer_paths_hold_for_routes_that_are_there),
		cmocka_unit_test(who_is_silent_is_not_deaf_for_lack_of_bfd),
		cmocka_unit_test(default_routes_told_by_several_are_no_loop),
		cmocka_unit_test(equal_ways_are_told_apart_by_their_tags),
	};

	return cmocka_run_group_tests_name("what the simulator has found", tests, NULL, NULL);
}
