// SPDX-License-Identifier: BSD-3-Clause
/*
 * RIP between engines, in virtual time: a chain a - b - c, whose ends have
 * networks of their own, 10.1.0.0/16 and 10.3.0.0/16, told by redistribution of
 * connected routes.
 */
#ifndef WEFT_TESTS_SIM_RIP_CHAIN_H
#define WEFT_TESTS_SIM_RIP_CHAIN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/sim/rip_net.h"

extern struct rip_net net;
extern struct router *a, *b, *c;
extern struct link *ab, *bc;

int chain_setup(void **state);
int chain_teardown(void **state);
void run(int64_t seconds);

#define expect_route(router, prefix, metric) \
	assert_int_equal(rip_net_metric(router, prefix), metric)
#define expect_no_route(router, prefix) assert_int_equal(rip_net_metric(router, prefix), -1)

#define TEST(name)                      cmocka_unit_test_setup_teardown(name, chain_setup, chain_teardown)

#endif
