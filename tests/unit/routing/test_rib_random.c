// SPDX-License-Identifier: BSD-3-Clause
/*
 * The RIB against the oracle: random routes, gateways that are found with one
 * another, interfaces that come and go, sources that leave, a VRF that is
 * deleted, in slices of any size. After each settling all of it must agree: what is
 * used, where it leads, why not, what the listener believes, walks and look-ups find.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "routing/core/memory.h"
#include "tests/unit/routing/rib_oracle.h"

enum { STEPS = 3000, IFACES = 5 };

struct run {
	struct net *net;
	struct oracle oracle;
	unsigned seed;
	bool has_vrf; /* 1 */
	bool starves; /* of memory */
	uint32_t n_refused;
	uint32_t chains; /* one change in so many lays a chain of gateways; 0: none does */
};

static uint32_t below(struct run *run, uint32_t n)
{
	return (uint32_t)rand_r(&run->seed) % n;
}

static bool one_in(struct run *run, uint32_t n)
{
	return below(run, n) == 0;
}

/* Few bits differ, so that most prefixes hold others and most gateways lie in some. */
static struct addr random_addr(struct run *run, uint8_t family)
{
	struct addr addr = {.family = family};

	addr.bytes[0] = family == ADDR_IP4 ? 10 : 0x20;
	addr.bytes[1] = (uint8_t)(below(run, 3) << 6);
	addr.bytes[2] = (uint8_t)(below(run, 2) << 7);
	addr.bytes[family == ADDR_IP4 ? 3 : 15] = (uint8_t)below(run, 3);
	return addr;
}

static bool is_known(const struct oracle *oracle, uint16_t vrf, const struct prefix *prefix)
{
	for (int i = 0; i < oracle->n; i++)
		if (oracle->places[i].vrf == vrf &&
		    prefix_compare(&oracle->places[i].prefix, prefix) == 0)
			return true;
	return false;
}

static void make_places(struct run *run)
{
	static const uint8_t lengths[] = {0, 8, 9, 10, 16, 17, 24, 32, 32, 32};
	struct oracle *oracle = &run->oracle;

	for (int tries = 0; oracle->n < ORACLE_PLACES && tries < 10000; tries++) {
		uint8_t family = one_in(run, 4) ? ADDR_IP6 : ADDR_IP4;
		struct prefix prefix = {random_addr(run, family),
					lengths[below(run, sizeof(lengths))]};
		uint16_t vrf = one_in(run, 4);

		if (family == ADDR_IP6 && prefix.length == 32)
			prefix.length = 128;
		prefix = prefix_network(&prefix);
		if (!is_known(oracle, vrf, &prefix))
			oracle->places[oracle->n++] =
				(struct oracle_place){.vrf = vrf, .prefix = prefix, .used = -1};
	}
}

static struct nexthop random_hop(struct run *run)
{
	static const uint8_t others[] = {NEXTHOP_LOCAL,       NEXTHOP_BROADCAST, NEXTHOP_BLACKHOLE,
					 NEXTHOP_UNREACHABLE, NEXTHOP_VRF,       NEXTHOP_UPLINKS};
	struct nexthop hop = {.weight = (uint8_t)(1 + below(run, 3)), .kind = NEXTHOP_GATEWAY};

	hop.gateway = random_addr(run, one_in(run, 4) ? ADDR_IP6 : ADDR_IP4);
	hop.flags = one_in(run, 4) ? NEXTHOP_BFD : 0;
	if (one_in(run, 3))
		hop.iface = 1 + below(run, IFACES);
	if (one_in(run, 4)) {
		hop.kind = one_in(run, 2) ? NEXTHOP_IFACE : others[below(run, sizeof(others))];
		hop.iface = 1 + below(run, IFACES);
		hop.vrf = 1;
	}
	return hop;
}

static const struct nexthop_set *random_set(struct run *run)
{
	struct nexthop hops[3];
	uint32_t n = 1 + below(run, 3);
	const struct nexthop_set *set;

	for (uint32_t i = 0; i < n; i++)
		hops[i] = random_hop(run);
	set = nexthop_set_get(rib_sets(run->net->rib), hops, n);
	assert_non_null(set);
	return set;
}

/* The oracle takes over a reference. */
static void remember(struct run *run, struct oracle_route *route, const struct rib_route *said)
{
	if (route->is_there && route->set == said->set && route->distance == said->distance &&
	    route->metric == said->metric && route->tag == said->tag) {
		nexthop_set_unref(rib_sets(run->net->rib), said->set);
		return;
	}
	oracle_route_gone(&run->oracle, route);
	*route = (struct oracle_route){.is_there = true,
				       .set = said->set,
				       .distance = said->distance,
				       .metric = said->metric,
				       .tag = said->tag,
				       .since_us = run->net->timers.now.us};
}

static void set_route(struct run *run, int p, uint32_t s, const struct rib_route *said)
{
	struct oracle_place *place = &run->oracle.places[p];
	int err;

	if (place->vrf == 1 && !run->has_vrf) {
		nexthop_set_unref(rib_sets(run->net->rib), said->set);
		return;
	}
	net_is_scarce = run->starves;
	err = rib_set(run->net->rib, run->oracle.numbers[s], place->vrf, &place->prefix, said);
	net_is_scarce = false;
	if (err < 0) { /* then nothing changed */
		assert_true(err == -ENOMEM && run->starves);
		nexthop_set_unref(rib_sets(run->net->rib), said->set);
		run->n_refused++;
		return;
	}
	remember(run, &place->routes[s], said);
}

static void set_or_delete(struct run *run)
{
	static const uint8_t distances[] = {0, 1, 110, 120, 255};
	struct oracle_place *place = &run->oracle.places[below(run, (uint32_t)run->oracle.n)];
	uint32_t s = below(run, ORACLE_SOURCES), number = run->oracle.numbers[s];
	struct oracle_route *route = &place->routes[s];
	struct rib_route said;

	if (place->vrf == 1 && !run->has_vrf)
		return;
	if (route->is_there && !one_in(run, 3)) {
		assert_int_equal(rib_del(run->net->rib, number, place->vrf, &place->prefix), 0);
		oracle_route_gone(&run->oracle, route);
		return;
	}
	said = (struct rib_route){.set = random_set(run),
				  .distance = distances[below(run, 5)],
				  .metric = below(run, 2),
				  .tag = below(run, 2)};
	set_route(run, (int)(place - run->oracle.places), s, &said);
}

/* The next place that is a host's, so that its address is found with nothing longer. */
static int next_host(const struct run *run, int p)
{
	const struct oracle_place *place;

	do {
		p = (p + 1) % run->oracle.n;
		place = &run->oracle.places[p];
	} while (place->vrf != 0 || place->prefix.length != addr_bits(&place->prefix.addr));
	return p;
}

/* Hosts of which each leads to the next, the last to a wire; perhaps around to the first again. */
static void lay_chain(struct run *run)
{
	int at = next_host(run, (int)below(run, (uint32_t)run->oracle.n)), next;

	for (uint32_t left = 8 + below(run, 7); left > 0; left--, at = next) {
		struct nexthop hop = {.kind = left > 1 ? NEXTHOP_GATEWAY : NEXTHOP_IFACE,
				      .iface = left > 1 ? 0 : 1 + below(run, IFACES),
				      .weight = 1};
		struct rib_route said = {.metric = 0};

		next = next_host(run, at);
		hop.gateway = run->oracle.places[next].prefix.addr;
		said.set = nexthop_set_get(rib_sets(run->net->rib), &hop, 1);
		assert_non_null(said.set);
		set_route(run, at, 0, &said);
	}
}

static void change_iface(struct run *run)
{
	uint32_t id = 1 + below(run, IFACES);

	if (run->net->ifaces[id].id && one_in(run, 3))
		net_iface_gone(run->net, id);
	else
		net_iface(run->net, id, one_in(run, 2));
}

/* One that is watched, as a rule. */
static void change_answer(struct run *run)
{
	struct addr peer = random_addr(run, ADDR_IP4);
	uint32_t iface = 1 + below(run, IFACES);

	if (!one_in(run, 5))
		net_watched(run->net, below(run, 1000), &iface, &peer);
	net_answers(run->net, iface, &peer, net_is_silent(run->net, iface, &peer));
}

static void replace_source(struct run *run)
{
	uint32_t s = below(run, ORACLE_SOURCES);

	rib_source_del(run->net->rib, run->oracle.numbers[s]);
	run->oracle.numbers[s] = rib_source_add(run->net->rib, (enum rib_protocol)below(run, 5));
	assert_int_not_equal(run->oracle.numbers[s], 0);
	for (int i = 0; i < run->oracle.n; i++)
		oracle_route_gone(&run->oracle, &run->oracle.places[i].routes[s]);
}

/* Deletes the VRF with all that is in it, or makes it. */
static void change_vrf(struct run *run)
{
	if (!run->has_vrf)
		assert_int_equal(rib_vrf_add(run->net->rib, 1), 0);
	for (int i = 0; i < run->oracle.n; i++) {
		struct oracle_place *place = &run->oracle.places[i];

		for (int s = 0; place->vrf == 1 && s < ORACLE_SOURCES; s++) {
			if (!place->routes[s].is_there)
				continue;
			assert_int_equal(rib_del(run->net->rib, run->oracle.numbers[s], 1,
						 &place->prefix),
					 0);
			oracle_route_gone(&run->oracle, &place->routes[s]);
		}
	}
	if (run->has_vrf) {
		int err = rib_vrf_del(run->net->rib, 1);

		/* A source that is leaving may have routes there still. */
		assert_true(err == 0 || err == -EBUSY);
		run->has_vrf = err == -EBUSY;
	} else {
		run->has_vrf = true;
	}
}

static void expect_best(const struct run *run, const struct oracle_place *place, int s,
			const struct rib_best *best)
{
	const struct oracle_route *route = &place->routes[s];

	assert_int_equal(best->source, run->oracle.numbers[s]);
	assert_int_equal(best->vrf, place->vrf);
	assert_int_equal(prefix_compare(&best->prefix, &place->prefix), 0);
	assert_int_equal(best->distance, route->distance);
	assert_int_equal(best->metric, route->metric);
	assert_int_equal(best->tag, route->tag);
	assert_ptr_equal(best->set, route->set);
	if (best->hops != place->values[s].hops) {
		char is[NET_TEXT], should[NET_TEXT], set[NET_TEXT], prefix[PREFIX_TEXT_MAX];

		fail_msg("%s via %s leads to %s, not to %s", prefix_print(&place->prefix, prefix),
			 net_print_hops(route->set, set), net_print_hops(best->hops, is),
			 net_print_hops(place->values[s].hops, should));
	}
}

static void check_beliefs(const struct run *run)
{
	uint32_t n = 0;

	for (int i = 0; i < run->oracle.n; i++) {
		const struct oracle_place *place = &run->oracle.places[i];
		const struct belief *belief = net_belief(run->net, place->vrf, &place->prefix);

		assert_int_equal(belief != NULL, place->used >= 0);
		if (belief)
			expect_best(run, place, place->used, &belief->best);
		n += belief != NULL;
	}
	assert_int_equal(n, run->net->n_beliefs);
}

static int place_of(const struct oracle *oracle, uint16_t vrf, const struct prefix *prefix)
{
	for (int i = 0; i < oracle->n; i++)
		if (oracle->places[i].vrf == vrf &&
		    prefix_compare(&oracle->places[i].prefix, prefix) == 0)
			return i;
	return -1;
}

static void check_row(const struct run *run, const struct rib_row *row, int nth)
{
	int p = place_of(&run->oracle, row->best.vrf, &row->best.prefix), order[ORACLE_SOURCES];
	const struct oracle_place *place = &run->oracle.places[p];

	assert_true(nth < oracle_order(&run->oracle, place, order));
	expect_best(run, place, order[nth], &row->best);
	assert_int_equal(row->inactive, place->values[order[nth]].inactive);
	assert_int_equal(row->selected, order[nth] == place->used);
	assert_int_equal(row->since_us, place->routes[order[nth]].since_us);
}

static void check_rows(const struct run *run, uint16_t vrf)
{
	struct rib_cursor cursor = {.vrf = vrf};
	struct prefix last = {.length = 0};
	struct rib_counts counts, seen = {0};
	struct rib_row row;
	int nth = 0;

	while (rib_next(run->net->rib, &cursor, &row)) {
		int rise = prefix_compare(&row.best.prefix, &last);

		assert_true(rise > 0 || (rise == 0 && seen.routes > 0));
		nth = rise > 0 ? 0 : nth + 1;
		check_row(run, &row, nth);
		last = row.best.prefix;
		seen.prefixes += rise > 0;
		seen.routes++;
		seen.active += row.selected;
	}
	for (int i = 0; i < run->oracle.n; i++)
		for (int s = 0; s < ORACLE_SOURCES; s++)
			if (run->oracle.places[i].vrf == vrf)
				seen.routes -= run->oracle.places[i].routes[s].is_there;
	assert_int_equal(seen.routes, 0);
	rib_counts(run->net->rib, vrf, &counts);
	assert_int_equal(counts.prefixes, seen.prefixes);
	assert_int_equal(counts.active, seen.active);
}

static void check_look_ups(struct run *run)
{
	for (int i = 0; i < 20; i++) {
		uint16_t vrf = (uint16_t)below(run, 2);
		struct addr addr = random_addr(run, one_in(run, 4) ? ADDR_IP6 : ADDR_IP4);
		int p = oracle_lookup(&run->oracle, vrf, &addr);
		struct rib_best best;

		assert_int_equal(rib_lookup(run->net->rib, vrf, &addr, &best), p >= 0);
		if (p >= 0)
			expect_best(run, &run->oracle.places[p], run->oracle.places[p].used, &best);
	}
}

/* What is true at any time: look-ups find what the listener believes. */
static void check_unsettled(struct run *run)
{
	struct oracle_place *place = &run->oracle.places[below(run, (uint32_t)run->oracle.n)];
	const struct belief *belief = net_belief(run->net, place->vrf, &place->prefix);
	struct rib_best best;

	if (!belief || (place->vrf == 1 && !run->has_vrf))
		return;
	assert_true(rib_lookup(run->net->rib, place->vrf, &place->prefix.addr, &best));
	assert_true(best.prefix.length >= place->prefix.length);
	if (best.prefix.length == place->prefix.length)
		assert_ptr_equal(best.hops, belief->best.hops);
}

static void check_settled(struct run *run)
{
	net_settle(run->net);
	oracle_work(&run->oracle);
	check_beliefs(run);
	check_rows(run, 0);
	check_rows(run, 1);
	check_look_ups(run);
}

static void step(struct run *run)
{
	uint32_t what = below(run, 100);

	run->net->timers.now.us += 10;
	if (what < 15)
		change_iface(run);
	else if (what < 16)
		replace_source(run);
	else if (what < 17)
		change_vrf(run);
	else if (what < 25)
		change_answer(run);
	else if (run->chains && one_in(run, run->chains))
		lay_chain(run);
	else
		set_or_delete(run);
	net_is_scarce = run->starves;
	if (one_in(run, 3))
		rib_work(run->net->rib, 1 + below(run, 10));
	net_is_scarce = false;
	check_unsettled(run);
	if (one_in(run, 4))
		check_settled(run);
}

static void begin(struct run *run, void **state, unsigned seed)
{
	memset(run, 0, sizeof(*run));
	run->net = *state;
	run->seed = seed;
	run->oracle.net = *state;
	make_places(run);
	for (int s = 0; s < ORACLE_SOURCES; s++)
		run->oracle.numbers[s] = rib_source_add(run->net->rib, (enum rib_protocol)s);
}

/* Nothing is left in the end, but what the RIB keeps for the next routes. */
static void end(struct run *run)
{
	oracle_forget(&run->oracle);
	for (uint32_t s = 0; s < ORACLE_SOURCES; s++) {
		rib_source_del(run->net->rib, run->oracle.numbers[s]);
		for (int i = 0; i < run->oracle.n; i++)
			oracle_route_gone(&run->oracle, &run->oracle.places[i].routes[s]);
	}
	net_settle(run->net);
	assert_int_equal(run->net->n_beliefs, 0);
	/* A cursor lets go of what its last row lent out. */
	check_rows(run, 0);
	assert_in_range(nexthop_sets_count(rib_sets(run->net->rib)), 0, 1);
}

static unsigned first_seed(void)
{
	const char *text = getenv("SEED");

	return text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);
}

static void live(void **state, uint32_t chains, bool starves)
{
	static const struct memory_ops ops = {.resize = net_resize_or_not, .free = free};
	unsigned seed = first_seed();
	struct run *run = malloc(sizeof(*run));

	assert_non_null(run);
	print_message("SEED=%u\n", seed);
	begin(run, state, seed);
	run->chains = chains;
	run->starves = starves;
	net_scarce_seed = seed;
	memory_use(&ops);
	for (int i = 0; i < STEPS; i++)
		step(run);
	check_settled(run);
	end(run);
	memory_use(NULL);
	assert_int_equal(run->n_refused > 0, starves);
	free(run);
}

static void a_random_life_agrees_with_the_oracle(void **state)
{
	live(state, 0, false);
}

static void a_life_with_long_chains_of_gateways_agrees_with_the_oracle(void **state)
{
	live(state, 10, false);
}

static void without_enough_memory_nothing_goes_wrong_for_good(void **state)
{
	live(state, 10, true);
}

int main(void)
{
#define RIB_TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)
	const struct CMUnitTest tests[] = {
		RIB_TEST(a_random_life_agrees_with_the_oracle),
		RIB_TEST(a_life_with_long_chains_of_gateways_agrees_with_the_oracle),
		RIB_TEST(without_enough_memory_nothing_goes_wrong_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
