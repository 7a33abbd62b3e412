// SPDX-License-Identifier: BSD-3-Clause
/*
 * Networks by chance and what befalls them: hundreds of seeds, each judged on
 * its way and in the end. A failure names its seed; tools/sim replays it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/heap.h"
#include "tests/sim/random_topo.h"
#include "tests/sim/scene.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW 16
#endif
#endif
#ifndef SLOW
#define SLOW 1 /* how many times fewer seeds */
#endif

static struct scene *scene_of(const char *text, uint64_t seed)
{
	char error[TOPO_ERROR_MAX];
	struct topo *topo = topo_read(text, strlen(text), "net", error);

	if (!topo)
		fail_msg("%s", error);
	return scene_create(topo, seed, NULL);
}

static void run(const char *name, const struct random_conf *conf)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct scene *scene;

	random_topo_write(conf, out);
	fclose(out);
	scene = scene_of(text, conf->seed);
	if (!scene_run(scene))
		fail_msg("tools/sim --random %u --shape %s --weather %s --seed %llu: %s",
			 conf->routers, shape_names[conf->shape], name,
			 (unsigned long long)conf->seed, scene->world->failure);
	scene_destroy(scene);
	free(text);
	assert_int_equal(heap_blocks(), 0);
}

static void run_seeds(const char *name, struct random_conf conf, uint64_t n)
{
	for (conf.seed = 1; conf.seed <= n / SLOW; conf.seed++)
		run(name, &conf);
}

static void whatever_fails_openly_every_table_is_right_soon(void **state)
{
	run_seeds("fair", (struct random_conf){.weather = WEATHER_FAIR}, 400);
}

static void whatever_fails_silently_every_table_is_right_in_the_end(void **state)
{
	run_seeds("rough", (struct random_conf){.weather = WEATHER_ROUGH}, 400);
}

static void rings_grids_and_stars_come_to_rest_too(void **state)
{
	static const enum shape shapes[] = {SHAPE_RING, SHAPE_GRID, SHAPE_STAR};

	for (int i = 0; i < 3; i++) {
		struct random_conf conf = {.shape = shapes[i],
					   .routers = 9,
					   .weather = WEATHER_ROUGH};

		run_seeds("rough", conf, 40);
	}
}

static void a_hundred_routers_find_their_ways(void **state)
{
	static const enum shape shapes[] = {SHAPE_CHAIN, SHAPE_RING, SHAPE_GRID};

	for (int i = 0; i < 3; i++)
		run("still", &(struct random_conf){.shape = shapes[i],
						   .weather = WEATHER_STILL,
						   .routers = SLOW > 1 ? 30 : 100,
						   .seed = 1});
}

/* Everything of interest in one ring, and a link that flaps a thousand times. */
#define FLAPS                                              \
	"router r1 r2 r3 r4 r5 r6\n"                       \
	"link r1 r2\nlink r2 r3\nlink r3 r4\nlink r4 r5\n" \
	"link r5 r6\nlink r6 r1\n"                         \
	"network r1 10.1.0.0/16 2001:db8:1::/48\n"         \
	"network r4 10.4.0.0/16 2001:db8:4::/48\n"         \
	"rip\nripng\n"                                     \
	"at 60s flap r1-r2 times=1000 rate=15\n"           \
	"settle 10s\n"

static void ten_seconds_after_a_thousand_flaps_every_table_is_right(void **state)
{
	for (uint64_t seed = 1; seed <= (SLOW > 1 ? 1 : 8); seed++) {
		struct scene *scene = scene_of(FLAPS, seed);

		if (!scene_run(scene))
			fail_msg("seed %llu: %s", (unsigned long long)seed, scene->world->failure);
		scene_destroy(scene);
	}
}

static void a_thousand_flaps_take_no_memory(void **state)
{
	struct scene *scene = scene_of(FLAPS, 1);
	uint64_t before, blocks;

	scene_pass(scene, SPAN_S(62)); /* some flaps have been */
	before = heap_bytes();
	blocks = heap_blocks();
	scene_pass(scene, SPAN_S(60)); /* and many more */
	assert_in_range(heap_bytes(), 0, before + before / 20);
	assert_in_range(heap_blocks(), 0, blocks + blocks / 20);
	scene_destroy(scene);
}

/* Who dies or is cut off without a word is gone in every table long before routes time out. */
static void with_bfd_silence_is_over_as_soon_as_what_is_told(void **state)
{
	static const char net[] = "router a b c d\nlink a b\nlink b c\nlink c d\nlink d a\n"
				  "network a 10.1.0.0/16\nnetwork b 10.2.0.0/16\n"
				  "network c 10.3.0.0/16\nrip bfd=%s\nbfd interval=50ms\n"
				  "at 60s silent a-b\nat 61s kill c\nsettle 70s\n";
	char text[400];
	struct scene *scene;

	for (uint64_t seed = 1; seed <= 10; seed++) {
		snprintf(text, sizeof(text), net, "yes");
		scene = scene_of(text, seed);
		if (!scene_run(scene))
			fail_msg("seed %llu: %s", (unsigned long long)seed, scene->world->failure);
		scene_destroy(scene);
	}
	snprintf(text, sizeof(text), net, "no");
	scene = scene_of(text, 1);
	assert_false(scene_run(scene));
	scene_destroy(scene);
}

static int setup(void **state)
{
	heap_count();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_fails_openly_every_table_is_right_soon),
		cmocka_unit_test(whatever_fails_silently_every_table_is_right_in_the_end),
		cmocka_unit_test(rings_grids_and_stars_come_to_rest_too),
		cmocka_unit_test(a_hundred_routers_find_their_ways),
		cmocka_unit_test(ten_seconds_after_a_thousand_flaps_every_table_is_right),
		cmocka_unit_test(a_thousand_flaps_take_no_memory),
		cmocka_unit_test(with_bfd_silence_is_over_as_soon_as_what_is_told),
	};

	return cmocka_run_group_tests_name("networks by chance", tests, setup, NULL);
}
