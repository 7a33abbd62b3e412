// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/bfd_pair.h"

struct world *world;
struct router *a, *b;
struct link *link_ab;
struct end *end_a, *end_b;
struct bfd_session *at_a, *at_b;
enum bfd_state told_a, told_b;
const struct bfd_conf fast = {.tx_us = 50000, .rx_us = 50000, .multiplier = 3};

struct addr address(const char *text)
{
	struct addr addr;

	assert_int_equal(addr_parse(text, &addr), 0);
	return addr;
}

void on_a(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	told_a = state;
}

void on_b(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	told_b = state;
}

int pair_setup(void **state)
{
	world = world_create(7, NULL);
	a = world_router(world, "a");
	b = world_router(world, "b");
	router_use_bfd(a);
	router_use_bfd(b);
	link_ab = world_link(world, "ab", &(struct link_conf){.delay_us = 200});
	end_a = router_attach(a, link_ab, "10.0.0.1/30 fe80::1/64");
	end_b = router_attach(b, link_ab, "10.0.0.2/30 fe80::2/64");
	told_a = told_b = BFD_STATES;
	at_a = at_b = NULL;
	return 0;
}

void give_back(void)
{
	if (at_a)
		bfd_unwant(a->bfd, at_a, on_a, NULL);
	if (at_b)
		bfd_unwant(b->bfd, at_b, on_b, NULL);
	at_a = at_b = NULL;
}

int pair_teardown(void **state)
{
	give_back();
	world_destroy(world);
	return 0;
}

void want(const char *of_a, const char *of_b)
{
	struct addr to_a = address(of_a), to_b = address(of_b);

	at_a = bfd_want(a->bfd, 1, &to_b, on_a, NULL);
	at_b = bfd_want(b->bfd, 1, &to_a, on_b, NULL);
	assert_non_null(at_a);
	assert_non_null(at_b);
}

bool both_up(void *arg)
{
	return bfd_state(at_a) == BFD_UP && bfd_state(at_b) == BFD_UP;
}

bool a_not_up(void *arg)
{
	return bfd_state(at_a) != BFD_UP;
}

void come_up(const struct bfd_conf *conf)
{
	assert_int_equal(bfd_configure(a->bfd, conf), 0);
	assert_int_equal(bfd_configure(b->bfd, conf), 0);
	want("10.0.0.1", "10.0.0.2");
	assert_true(world_run_until(world, SPAN_S(5), both_up, NULL));
	world_run(world, SPAN_S(2)); /* polls are over */
}

struct bfd_info info(const struct bfd_session *session)
{
	struct bfd_info out;

	bfd_info(session, &out);
	return out;
}
