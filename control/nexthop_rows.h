// SPDX-License-Identifier: BSD-3-Clause
/* Next hops as shows print them. */
#ifndef WEFT_CONTROL_NEXTHOP_ROWS_H
#define WEFT_CONTROL_NEXTHOP_ROWS_H

#include <jansson.h>

#include "routing/nexthop_set.h"

/* [{gateway, interface, weight, active, …}] of a route's set, or as text for people; hops is where
 * it leads in the end, or NULL where it is not active. */
json_t *nexthop_rows(uint16_t vrf, const struct nexthop_set *set, const struct nexthop_set *hops,
		     bool readable);

/* "local", "blackhole"…; NULL for gateways and interfaces, which say enough by themselves. */
const char *nexthop_kind_name(uint8_t kind);

#endif
