// SPDX-License-Identifier: BSD-3-Clause
/* Static routes for routers of the simulator, as weftd gives them to the RIB: an instance like any
 * protocol's, with a struct statics_conf for its configuration. Of one network there may be
 * several, of different distances. */
#ifndef WEFT_TESTS_SIM_STATICS_H
#define WEFT_TESTS_SIM_STATICS_H

#include "routing/nexthop_set.h"
#include "routing/protocol.h"

struct static_conf {
	struct prefix prefix;
	struct nexthop hop; /* with NEXTHOP_BFD: while its gateway answers */
	uint32_t metric, tag;
	uint8_t distance; /* 0: as 1 */
};

struct statics_conf {
	uint32_t n;
	const struct static_conf *routes; /* copied */
};

extern const struct protocol protocol_statics;

#endif
