// SPDX-License-Identifier: BSD-3-Clause
/* What an item of `routes` says, and whether that has sense. */
#ifndef WEFT_CONTROL_ROUTE_CONF_H
#define WEFT_CONTROL_ROUTE_CONF_H

#include <jansson.h>

#include "control/spine/field.h"
#include "routing/core/addr.h"
#include "routing/nexthop_set.h"

extern const struct field route_fields[]; /* ends with name NULL */

#define STATIC_DISTANCE 1

/* Fields of routes and of files of routes alike: see struct route_terms. */
#define ROUTE_TERMS_FIELDS                                                 \
	{.name = "distance",                                               \
	 .type = F_INT,                                                    \
	 .min = 1,                                                         \
	 .max = 254,                                                       \
	 .def = "1",                                                       \
	 .help = "the route of the least one is used"},                    \
		{.name = "metric",                                         \
		 .type = F_INT,                                            \
		 .min = 0,                                                 \
		 .max = UINT32_MAX,                                        \
		 .def = "0",                                               \
		 .help = "likewise, among those of one distance"},         \
		{.name = "tag",                                            \
		 .type = F_INT,                                            \
		 .min = 0,                                                 \
		 .max = UINT32_MAX,                                        \
		 .def = "0",                                               \
		 .help = "a mark for filters"},                            \
	{                                                                  \
		.name = "bfd", .type = F_BOOL, .def = "false",             \
		.help = "a gateway that no longer answers is left at once" \
	}

/* On what terms a static route is used. */
struct route_terms {
	uint8_t distance;
	bool bfd; /* its gateways must answer */
	uint32_t metric, tag;
};

/* A static route; interfaces and VRFs still by name. */
struct route_hop {
	struct addr gateway;         /* ADDR_NONE: none */
	const char *interface, *vrf; /* NULL: none */
	uint8_t weight;
};

struct route_conf {
	struct prefix prefix;
	const char *vrf; /* NULL: the default one */
	struct route_terms terms;
	uint8_t type; /* NEXTHOP_BLACKHOLE and its like; NEXTHOP_GATEWAY: as hops say */
	uint32_t n;
	struct route_hop hops[NEXTHOP_SET_MAX];
};

/* item is checked; without defaults will do. Texts stay the item's. */
void route_terms(const json_t *item, struct route_terms *out);
void route_conf(const json_t *item, struct route_conf *out);

/* False of multicast, loopback and link-local addresses. */
bool route_is_routed(const struct prefix *prefix);

/* All routes of a candidate. 0 or -1. */
int route_check_all(const json_t *section, const json_t *candidate, struct errors *errors);

#endif
