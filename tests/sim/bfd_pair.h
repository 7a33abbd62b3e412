// SPDX-License-Identifier: BSD-3-Clause
/* Two routers on one link with a BFD session between them; what their users were told last. */
#ifndef WEFT_TESTS_SIM_BFD_PAIR_H
#define WEFT_TESTS_SIM_BFD_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/sim/world.h"

extern struct world *world;
extern struct router *a, *b;
extern struct link *link_ab;
extern struct end *end_a, *end_b;
extern struct bfd_session *at_a, *at_b; /* NULL: not wanted */
extern enum bfd_state told_a, told_b;

extern const struct bfd_conf fast; /* 50 ms, three times */

int pair_setup(void **state);
int pair_teardown(void **state);

struct addr address(const char *text);
void on_a(void *arg, const struct bfd_session *session, enum bfd_state state);
void on_b(void *arg, const struct bfd_session *session, enum bfd_state state);
void give_back(void);
/* Each wants the other. */
void want(const char *of_a, const char *of_b);
bool both_up(void *arg);
bool a_not_up(void *arg);
/* Both are configured so, and up. */
void come_up(const struct bfd_conf *conf);
struct bfd_info info(const struct bfd_session *session);

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)

#endif
