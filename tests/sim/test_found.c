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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_spoke_often_is_believed_after_a_restart),
		cmocka_unit_test(fewer_paths_hold_for_routes_that_are_there),
	};

	return cmocka_run_group_tests_name("what the simulator has found", tests, NULL, NULL);
}
