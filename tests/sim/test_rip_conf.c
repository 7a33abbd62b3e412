// SPDX-License-Identifier: BSD-3-Clause
/*
 * RIP's configuration changes while it runs: who it does not concern does not notice. What an
 * engine has for an interface, neighbours and timers of all kinds, is written down before and
 * after.
 */
#include "tests/sim/rip_chain.h"

#include <stdlib.h>
#include <string.h>

#include "routing/rip/engine.h"

#define TEXT 8000

static struct rip *rip_of(struct router *router)
{
	return container_of(rip_net_instance(router), struct rip, instance);
}

/* --- what there is of an interface --- */

static long long at_of(const struct timer *timer)
{
	return timer_runs(timer) ? (long long)timer->at.us : 0;
}

static size_t describe_routes(const struct rip_iface *iface, char *text, size_t size)
{
	char prefix[PREFIX_TEXT_MAX], gateway[ADDR_TEXT_MAX];
	size_t n = 0;

	for (struct rip_route *route = rip_route_next(iface->rip, NULL); route && n < size;
	     route = rip_route_next(iface->rip, &route->prefix))
		for (const struct rip_hop *hop = route->hops; hop && n < size; hop = hop->next)
			if (hop->from->iface == iface)
				n += (size_t)snprintf(text + n, size - n,
						      "%s %u via %s until %lld\n",
						      prefix_print(&route->prefix, prefix),
						      route->metric,
						      addr_print(&hop->gateway, gateway),
						      at_of(&hop->timeout));
	return n;
}

static void describe(struct router *router, const struct link *link, char text[TEXT])
{
	const struct rip_iface *iface =
		rip_iface_find(rip_of(router), rip_net_end(router, link)->iface.id);
	char addr[ADDR_TEXT_MAX];
	size_t n = (size_t)snprintf(text, TEXT, "next update %lld, in work until %lld\n",
				    at_of(&iface->update_timer), at_of(&iface->work_timer));

	list_foreach(rip_neighbors, &iface->neighbors, neighbor)
		n += (size_t)snprintf(text + n, TEXT - n, "%s seen %lld, %llu packets, %u routes\n",
				      addr_print(&neighbor->addr, addr),
				      (long long)neighbor->seen.us,
				      (unsigned long long)neighbor->packets, neighbor->n_hops);
	describe_routes(iface, text + n, TEXT - n);
}

/* --- one interface, and the others --- */

enum change { METRIC, OFFSET, VERSION_1, PASSIVE, ORIGINATE, KEY, NEIGHBOR, CHANGES };

static const char *const change_names[CHANGES] = {"metric",  "offset", "version 1", "passive",
						  "default", "key",    "neighbor"};

static void make(enum change change)
{
	struct rip_iface_conf *conf = rip_net_conf(b, bc);

	switch (change) {
	case METRIC:
		conf->metric = 4;
		break;
	case OFFSET:
		conf->offset = 2;
		break;
	case PASSIVE:
		conf->passive = true;
		break;
	case ORIGINATE:
		conf->originate = true;
		break;
	case KEY:
		conf->n_keys = 1;
		conf->keys[0] =
			(struct rip_key){.id = 1, .type = RIP_AUTH_SHA256, .size = 1, .key = "k"};
		break;
	case NEIGHBOR:
		rip_net_neighbor(b, bc, "192.0.2.6");
		break;
	default:
		conf->accept_1 = true;
	}
}

static void a_change_of_one_interface_leaves_neighbours_and_timers_of_the_others(void **state)
{
	static char before[TEXT], after[TEXT], own_before[TEXT], own_after[TEXT];

	for (enum change change = 0; change < CHANGES; change++) {
		rip_net_stop(&net);
		chain_setup(NULL);
		rip_net_configure(&net);
		run(40);
		describe(b, ab, before);
		describe(b, bc, own_before);
		make(change);
		rip_net_configure(&net);
		describe(b, ab, after);
		describe(b, bc, own_after);
		if (strcmp(after, before) != 0)
			fail_msg("%s: it was\n%sand is\n%s", change_names[change], before, after);
		assert_non_null(strstr(before, "192.0.2.1 seen")); /* there is something at all */
		assert_non_null(strstr(before, "10.1.0.0/16 2 via 192.0.2.1 until"));
		if (strcmp(own_after, own_before) == 0)
			fail_msg("%s: nothing happens", change_names[change]);
	}
}

/* A configuration that says the same touches nothing at all. */
static void the_same_configuration_again_touches_nothing(void **state)
{
	static char before[2][TEXT], after[2][TEXT];
	uint64_t sent;

	rip_net_configure(&net);
	run(40);
	describe(b, ab, before[0]);
	describe(b, bc, before[1]);
	sent = net.world->sent;
	rip_net_configure(&net);
	describe(b, ab, after[0]);
	describe(b, bc, after[1]);
	world_run(net.world, SPAN_MS(1));
	assert_string_equal(after[0], before[0]);
	assert_string_equal(after[1], before[1]);
	assert_int_equal(net.world->sent, sent);
}

/* --- the transcript --- */

/* What a and b say to each other in the twenty seconds after b's other interface changed, or not.
 */
static char *transcript(bool changes)
{
	char *text = NULL, *out = calloc(1, 1 << 16);
	size_t size, n = 0;
	FILE *file = open_memstream(&text, &size);

	rip_net_stop(&net);
	chain_setup(NULL);
	rip_net_configure(&net);
	run(40);
	net.world->transcript = file;
	if (changes) {
		rip_net_neighbor(b, bc, "192.0.2.6");
		rip_net_configure(&net);
	}
	run(18);
	net.world->transcript = NULL;
	fclose(file);
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (strstr(line, " l0 "))
			n += (size_t)snprintf(out + n, (1 << 16) - n, "%s\n", line);
	free(text);
	return out;
}

static void the_other_wire_carries_the_same_packets_at_the_same_times(void **state)
{
	char *without = transcript(false), *with = transcript(true);

	assert_non_null(strstr(without, "b       > l0"));
	assert_non_null(strstr(without, "a       > l0"));
	assert_string_equal(with, without);
	free(with);
	free(without);
}

/* --- what is told no more --- */

static void who_becomes_passive_says_goodbye(void **state)
{
	rip_net_configure(&net);
	run(40);
	expect_route(a, "10.3.0.0/16", 3);
	rip_net_conf(b, ab)->passive = true;
	rip_net_configure(&net);
	run(1);
	expect_no_route(a, "10.3.0.0/16");
	expect_route(b, "10.1.0.0/16", 2); /* it goes on listening */
	rip_net_conf(b, ab)->passive = false;
	rip_net_configure(&net);
	run(1);
	expect_route(a, "10.3.0.0/16", 3);
}

static void a_neighbour_that_is_sent_to_no_more_hears_so(void **state)
{
	rip_net_conf(b, ab)->passive = true;
	rip_net_neighbor(b, ab, "192.0.2.1");
	rip_net_configure(&net);
	run(40);
	expect_route(a, "10.3.0.0/16", 3);
	rip_net_forget_neighbors(b);
	rip_net_configure(&net);
	run(1);
	expect_no_route(a, "10.3.0.0/16");
	rip_net_neighbor(b, ab, "192.0.2.1");
	rip_net_configure(&net);
	run(1);
	expect_route(a, "10.3.0.0/16", 3);
}

static void a_default_route_that_is_told_no_more_is_withdrawn(void **state)
{
	rip_net_conf(c, bc)->originate = true;
	rip_net_configure(&net);
	run(40);
	expect_route(a, "0.0.0.0/0", 3);
	rip_net_conf(c, bc)->originate = false;
	rip_net_configure(&net);
	run(6);
	expect_no_route(b, "0.0.0.0/0");
	expect_no_route(a, "0.0.0.0/0");
	rip_net_conf(c, bc)->originate = true;
	rip_net_configure(&net);
	run(6);
	expect_route(a, "0.0.0.0/0", 3);
	c->instances[1]->protocol->stop(c->instances[1]);
	run(6);
	expect_no_route(a, "0.0.0.0/0");
}

static void two_that_tell_a_default_route_do_not_believe_each_other(void **state)
{
	rip_net_configure(&net);
	run(10);
	rip_net_conf(c, bc)->originate = true;
	rip_net_configure(&net);
	run(10);
	expect_route(b, "0.0.0.0/0", 2);
	rip_net_conf(b, bc)->originate = true; /* from now on */
	rip_net_configure(&net);
	run(200); /* longer than b tells that it has lost it */
	expect_no_route(b, "0.0.0.0/0");
	expect_no_route(c, "0.0.0.0/0");
	expect_no_route(a, "0.0.0.0/0"); /* b tells it on the other wire alone */
}

static uint32_t n_updates; /* of b, to a */

static bool count_updates(struct world *world, const struct end *from, const struct packet_out *out)
{
	n_updates += from->router == b && from->link == ab;
	return true;
}

static void another_interval_holds_at_once(void **state)
{
	net.update_us = SPAN_S(1000);
	rip_net_configure(&net);
	run(40);
	net.update_us = SPAN_S(2);
	rip_net_configure(&net);
	net.world->watch = count_updates;
	n_updates = 0;
	run(24);
	net.world->watch = NULL;
	assert_in_range(n_updates, 9, 15);
}

static void another_pace_of_changes_holds_for_those_that_wait(void **state)
{
	net.update_us = SPAN_S(1000);
	net.triggered_us = SPAN_S(60);
	rip_net_configure(&net);
	run(40);
	end_set_up(rip_net_stub(c), false);
	run(10);
	expect_route(b, "10.3.0.0/16", 2);
	net.triggered_us = SPAN_S(1);
	rip_net_configure(&net);
	run(2);
	expect_no_route(b, "10.3.0.0/16");
}

static void another_cost_and_another_offset_hold_at_once(void **state)
{
	rip_net_configure(&net);
	run(40);
	rip_net_conf(b, bc)->metric = 4;
	rip_net_configure(&net);
	run(1);
	expect_route(b, "10.3.0.0/16", 5);
	rip_net_conf(c, bc)->offset = 3;
	rip_net_configure(&net);
	run(1);
	expect_route(b, "10.3.0.0/16", 8);
}

static void who_speaks_again_asks_for_what_he_has_missed(void **state)
{
	net.update_us = SPAN_S(1000);
	rip_net_conf(b, bc)->passive = true;
	rip_net_configure(&net);
	run(10);
	rip_net_conf(b, bc)->metric = 4; /* b begins anew, and must not ask */
	rip_net_configure(&net);
	run(10);
	expect_no_route(b, "10.3.0.0/16");
	rip_net_conf(b, bc)->passive = false;
	rip_net_configure(&net);
	run(1);
	expect_route(b, "10.3.0.0/16", 5);
}

static void an_equal_way_whose_tag_changes_is_no_longer_one(void **state)
{
	struct router *d = rip_net_router(&net, "d", "10.3.0.2/16"); /* as c has it */
	struct rip_route_row row;

	rip_net_link(&net, b, "192.0.2.9/30", d, "192.0.2.10/30");
	rip_net_configure(&net);
	run(40);
	assert_int_equal(rip_net_n_hops(b, "10.3.0.0/16"), 2);
	net.tag = 5;
	rip_net_configure_one(&net, d);
	run(6);
	for (int i = 0; i < 30; i++, run(5)) { /* and stays so, whoever speaks */
		assert_int_equal(rip_net_n_hops(b, "10.3.0.0/16"), 1);
		assert_true(rip_net_row(b, "10.3.0.0/16", &row));
		assert_int_equal(row.tag, 0);
	}
	rip_net_configure_one(&net, c);
	run(6);
	assert_true(rip_net_row(a, "10.3.0.0/16", &row)); /* the tag travels at once */
	assert_int_equal(row.tag, 5);
	run(36);
	assert_int_equal(rip_net_n_hops(b, "10.3.0.0/16"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_of_one_interface_leaves_neighbours_and_timers_of_the_others),
		TEST(the_same_configuration_again_touches_nothing),
		TEST(the_other_wire_carries_the_same_packets_at_the_same_times),
		TEST(who_becomes_passive_says_goodbye),
		TEST(a_neighbour_that_is_sent_to_no_more_hears_so),
		TEST(a_default_route_that_is_told_no_more_is_withdrawn),
		TEST(two_that_tell_a_default_route_do_not_believe_each_other),
		TEST(another_interval_holds_at_once),
		TEST(another_pace_of_changes_holds_for_those_that_wait),
		TEST(another_cost_and_another_offset_hold_at_once),
		TEST(who_speaks_again_asks_for_what_he_has_missed),
		TEST(an_equal_way_whose_tag_changes_is_no_longer_one),
	};

	return cmocka_run_group_tests_name("rip, configured anew", tests, NULL, NULL);
}
