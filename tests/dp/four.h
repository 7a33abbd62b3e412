// SPDX-License-Identifier: BSD-3-Clause
/* Four ports and a bridge that none is in yet: the world of most tests of switching. */
#ifndef WEFT_TESTS_DP_FOUR_H
#define WEFT_TESTS_DP_FOUR_H

#include "tests/dp/net.h"

#define A   UINT64_C(0x020000000001)
#define B   UINT64_C(0x020000000002)
#define C   UINT64_C(0x020000000003)
#define ALL UINT64_C(0xffffffffffff)

extern struct fake *p1, *p2, *p3, *p4;
extern struct bridge *br;

int four_setup(void **state);
int four_teardown(void **state);

/* All of them as access ports of one VLAN. */
void four_join(uint16_t vlan);

/* Lets the bridge see an address behind a port, in a tagged VLAN unless it is 0; what it floods for
 * that is thrown away. */
void teach(struct fake *fake, uint64_t mac, uint16_t vlan);

#endif
