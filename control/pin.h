// SPDX-License-Identifier: BSD-3-Clause
/*
 * Gateways of static routes and the interfaces they belong to: one in an
 * interface's subnet is reached by that interface or not at all. Any other is
 * looked up in the RIB.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_PIN_H
#define WEFT_CONTROL_PIN_H

#include "control/route_conf.h"
#include "routing/nexthop_set.h"

/* The set of next hops that a route's configuration means; NULL with errno (ENOENT: an interface or
 * VRF is not there). The caller's reference. */
const struct nexthop_set *pin_set_of(const struct route_conf *conf);
/* The same with each gateway's interface, where it belongs to one; NULL with errno. The caller's
 * reference. */
const struct nexthop_set *pin_gateways(uint16_t vrf, const struct nexthop_set *set);

#endif
