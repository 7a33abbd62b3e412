// SPDX-License-Identifier: BSD-3-Clause
/*
 * The four ports and the bridge of four.h with a router in it: p1 and p2 are in VLAN 10, p3 is a
 * trunk of VLANs 10 and 20, p4 is an uplink in no bridge. A is behind p1 in VLAN 10, B behind p3
 * in VLAN 20.
 */
#ifndef WEFT_TESTS_DP_GATEWAY_H
#define WEFT_TESTS_DP_GATEWAY_H

#include "tests/dp/four.h"
#include "tests/dp/l3net.h"

#define GW    UINT64_C(0x020000000100) /* the gateway of both VLANs */
#define GROUP UINT64_C(0x01005e000005)
#define UP    UINT64_C(0x020000000301) /* the uplink's interface, and its neighbour */
#define PEER  UINT64_C(0x020000000302)
#define VM10  "10.1.0.2"
#define VM20  "10.2.0.2"

extern uint16_t gw10, gw20, wan; /* interfaces */

int gateway_setup(void **state);

/* Nothing more came out of any port, or to control. */
void gateway_quiet(void);

#endif
