// SPDX-License-Identifier: BSD-3-Clause
/*
 * Those who judge networks: that each mistake they are there for is found, and
 * that a run can be repeated.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/memory.h"
#include "routing/core/udp.h"
#include "tests/sim/heap.h"
#include "tests/sim/judge.h"
#include "tests/sim/random_topo.h"
#include "tests/sim/scene.h"

#define PAIR "router a b\nlink a b\nnetwork a 10.1.0.0/16\nnetwork b 10.2.0.0/16\nrip\nsettle 60s\n"

static struct scene *scene_of(const char *text, uint64_t seed, FILE *transcript)
{
	char error[TOPO_ERROR_MAX];
	struct topo *topo = topo_read(text, strlen(text), "net", error);

	if (!topo)
		fail_msg("%s", error);
	return scene_create(topo, seed, transcript);
}

static void fails_with(struct scene *scene, const char *words)
{
	assert_false(scene_run(scene));
	if (!strstr(scene->world->failure, words))
		fail_msg("it says: %s", scene->world->failure);
	scene_destroy(scene);
}

static void passes(const char *text)
{
	struct scene *scene = scene_of(text, 1, NULL);

	if (!scene_run(scene))
		fail_msg("%s", scene->world->failure);
	scene_destroy(scene);
}

static void a_table_that_is_wrong_in_the_end_is_found(void **state)
{
	struct scene *scene = scene_of(PAIR, 1, NULL);

	passes(PAIR);
	scene_pass(scene, SPAN_S(20));
	scene->topo->links[0].wire.cost = 3; /* the engines are not told */
	fails_with(scene,
		   "b: the table is wrong: 10.1.0.0/16 rip 4 via 172.16.1.1 on b-a is wanted, "
		   "and there is rip 2");
}

static void a_route_that_should_not_be_there_is_found(void **state)
{
	struct scene *scene = scene_of(PAIR, 1, NULL);

	scene_pass(scene, SPAN_S(20));
	scene->topo->links[0].is_silent = true;
	fails_with(scene, "10.1.0.0/16 none is wanted");
}

static void a_loop_that_stays_is_found(void **state)
{
	struct scene *scene = scene_of("router a b c\nlink a b\nlink b c\nlink c a\nrip\n"
				       "static a 198.18.0.0/24 via b\n"
				       "static b 198.18.0.0/24 via c\n"
				       "static c 198.18.0.0/24 via a\n",
				       1, NULL);

	fails_with(scene, "198.18.0.0/24 went in a loop of 3 routers");
}

static void a_loop_of_two_has_less_time_than_one_of_three(void **state)
{
	fails_with(scene_of("router a b\nlink a b\nrip\nsettle 20s\n"
			    "static a 198.18.0.0/24 via b\nstatic b 198.18.0.0/24 via a\n",
			    1, NULL),
		   "loop of 2 routers for 20.000 s, and 6.000 s are allowed");
	passes("router a b c\nlink a b\nlink b c\nlink c a\nrip\nsettle 20s\n"
	       "static a 198.18.0.0/24 via b\nstatic b 198.18.0.0/24 via c\n"
	       "static c 198.18.0.0/24 via a\n");
}

/* --- engines that leave something behind --- */

static enum { NOTHING, PACKET, TIMER, ROUTE, MEMORY } leaves;

static struct bad {
	struct instance instance;
	struct timer timer;
	void *memory;
} bad;

static void on_timer(struct timer *timer)
{
}

static struct instance *bad_create(struct env *env)
{
	struct nexthop hop = {.kind = NEXTHOP_BLACKHOLE, .weight = 1};
	struct rib_route route = {.distance = 5};
	struct prefix prefix = {addr_ip4(0xc6336400), 24};

	bad = (struct bad){.instance = {.env = env}};
	bad.instance.source = rib_source_add(env->rib, RIB_KERNEL);
	timer_init(&bad.timer, on_timer);
	bad.memory = memory_zalloc(100);
	route.set = nexthop_set_get(rib_sets(env->rib), &hop, 1);
	assert_int_equal(rib_set(env->rib, bad.instance.source, 0, &prefix, &route), 0);
	nexthop_set_unref(rib_sets(env->rib), route.set);
	return &bad.instance;
}

static void bad_stop(struct instance *instance)
{
	struct prefix prefix = {addr_ip4(0xc6336400), 24};

	if (leaves != ROUTE)
		rib_del(instance->env->rib, instance->source, 0, &prefix);
	if (leaves == TIMER)
		timer_start(instance->env->timers, &bad.timer,
			    moment_add(env_now(instance->env), SPAN_S(5)));
}

static void bad_destroy(struct instance *instance)
{
	struct ip_out ip = {.src = addr_ip4(0xac100101), .dst = addr_ip4(0xe0000009), .ttl = 1};
	uint8_t data[UDP_HEADERS_MAX + 4] = {0};
	struct udp_view udp = {.sport = 1, .dport = 1, .data = (const uint8_t *)"bye", .len = 4};
	struct packet_out out = {.iface = instance->env->ops->iface_next(instance->env, 0),
				 .ether_type = 0x0800,
				 .data = data,
				 .len = udp_write(data, &ip, &udp)};

	if (leaves == PACKET)
		env_send(instance->env, &out);
	if (leaves != MEMORY)
		memory_free(bad.memory);
	rib_source_del(instance->env->rib, instance->source);
}

static void bad_iface(struct instance *instance, const struct iface *iface)
{
}

static const struct protocol protocol_bad = {.name = "bad",
					     .id = RIB_KERNEL,
					     .create = bad_create,
					     .destroy = bad_destroy,
					     .stop = bad_stop,
					     .iface_changed = bad_iface,
					     .iface_gone = bad_iface};

static struct scene *scene_with(int what)
{
	struct scene *scene = scene_of("router a b\nlink a b\n", 1, NULL);

	leaves = what;
	router_add(scene->routers[0], &protocol_bad)->protocol = &protocol_bad;
	return scene;
}

static void what_an_engine_leaves_behind_is_found(void **state)
{
	struct scene *scene;

	heap_count();
	scene = scene_with(NOTHING);
	world_run(scene->world, SPAN_S(1));
	world_stop(scene->world);
	assert_int_equal(scene->world->n_failures, 0);
	scene_destroy(scene);
	assert_int_equal(heap_blocks(), 0);
	for (int what = PACKET; what <= ROUTE; what++) {
		static const char *const words[] = {"", "a packet is sent on a-b after the end",
						    "an engine left a timer behind",
						    "1 routes are left after the end"};

		scene = scene_with(what);
		world_run(scene->world, SPAN_S(1));
		world_stop(scene->world);
		if (!strstr(scene->world->failure, words[what]))
			fail_msg("it says: %s", scene->world->failure);
		scene_destroy(scene);
	}
	scene = scene_with(MEMORY);
	world_stop(scene->world);
	scene_destroy(scene);
	assert_int_equal(heap_blocks(), 1);
	memory_free(bad.memory);
	memory_use(NULL);
}

/* --- runs repeat --- */

static char *transcript_of(uint64_t net, uint64_t seed)
{
	struct random_conf conf = {.seed = net, .weather = WEATHER_ROUGH};
	char *text = NULL, *net_text = NULL;
	size_t size;
	FILE *out = open_memstream(&net_text, &size);
	struct scene *scene;

	random_topo_write(&conf, out);
	fclose(out);
	out = open_memstream(&text, &size);
	scene = scene_of(net_text, seed, out);
	scene_run(scene);
	scene_destroy(scene);
	fclose(out);
	free(net_text);
	return text;
}

static void the_same_seed_gives_the_same_transcript_byte_for_byte(void **state)
{
	for (uint64_t net = 1; net <= 20; net++) {
		char *first = transcript_of(net, 7), *second = transcript_of(net, 7);
		char *other = transcript_of(net, 8);

		assert_string_equal(first, second);
		assert_string_not_equal(first, other);
		assert_true(strlen(first) > 10000);
		free(first);
		free(second);
		free(other);
	}
}

static void a_transcript_tells_who_sent_what_and_whose_table_changed(void **state)
{
	static const char *const lines[] = {
		"   0.000001 a       a-b is up\n",
		"   0.000001 a       > a-b rip request for everything\n",
		"   0.001001 b       < b-a rip request for everything\n",
		"   0.001001 b       + 10.1.0.0/16 rip 2 via 172.16.1.1 on b-a\n",
		"  20.000001 a       a-b is down\n",
		"  20.000001 b       - 10.1.0.0/16 rip 2 via 172.16.1.1 on b-a\n",
	};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct scene *scene = scene_of(PAIR "at 20s down a-b\n", 1, out);

	assert_true(scene_run(scene));
	scene_destroy(scene);
	fclose(out);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no line %s in\n%s", lines[i], text);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_that_is_wrong_in_the_end_is_found),
		cmocka_unit_test(a_route_that_should_not_be_there_is_found),
		cmocka_unit_test(a_loop_that_stays_is_found),
		cmocka_unit_test(a_loop_of_two_has_less_time_than_one_of_three),
		cmocka_unit_test(what_an_engine_leaves_behind_is_found),
		cmocka_unit_test(the_same_seed_gives_the_same_transcript_byte_for_byte),
		cmocka_unit_test(a_transcript_tells_who_sent_what_and_whose_table_changed),
	};

	return cmocka_run_group_tests_name("who judges networks", tests, NULL, NULL);
}
