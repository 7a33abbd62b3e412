// SPDX-License-Identifier: BSD-3-Clause
/*
 * The router's control side over the real dataplane, in one process: a
 * configuration in, and what workers would do with an address out. Two
 * bridges, left and right, have a fake port each; packets of control reach
 * them.
 */
#ifndef WEFT_TESTS_DP_CONF_H
#define WEFT_TESTS_DP_CONF_H

#include "tests/dp/net.h"

extern struct fake *left, *right;

int conf_setup(void **state);
int conf_teardown(void **state);

/* Makes the configuration what the YAML says, beside the two bridges; the errors' first line, or
 * NULL. Freed by the next call. */
const char *apply(const char *yaml);
#define must_apply(yaml) assert_null(apply(yaml))
/* Lets control do what there is to do. */
void conf_settle(void);

/* Where an address leads: "10.0.0.2 on gw x2, …" for each member that takes part with its share of
 * sixteen, "on gw" where the address itself is asked for, "local", "blackhole", "none". The text
 * lives until the next call. */
const char *leads(const char *vrf, const char *address);

#endif
