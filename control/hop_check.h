// SPDX-License-Identifier: BSD-3-Clause
/* Has a static route's next hop sense beside a candidate configuration? */
#ifndef WEFT_CONTROL_HOP_CHECK_H
#define WEFT_CONTROL_HOP_CHECK_H

#include <stdbool.h>

#include <jansson.h>

#include "control/route_conf.h"

/* An address of weft's own. Texts are the candidate's. */
struct hop_own {
	const char *vrf; /* NULL: the default one */
	const char *interface;
	struct addr addr;
};

#define HOP_EDGE_TEXT 160
#define HOP_EDGES_MAX 3 /* of one of weft's addresses */

/* An address that is of a subnet of weft's, and no router's. */
struct hop_edge {
	struct hop_own own; /* sorted by it */
	char what[HOP_EDGE_TEXT];
};

struct hop_check {
	const json_t *candidate;
	struct hop_own *own; /* sorted: there may be as many next hops as a file of routes has */
	size_t n_own;
	struct hop_edge *edges; /* sorted */
	size_t n_edges;
};

void hop_check_init(struct hop_check *check, const json_t *candidate);
void hop_check_fini(struct hop_check *check);

#define HOP_FAULT_MAX 256
/* Whether there is anything against its gateway, its interface: then out says what. Whether an
 * interface is there at all is left to others. */
bool hop_gateway_fault(const struct hop_check *check, const struct route_conf *route,
		       const struct route_hop *hop, char out[HOP_FAULT_MAX]);
bool hop_interface_fault(const struct hop_check *check, const struct route_conf *route,
			 const struct route_hop *hop, char out[HOP_FAULT_MAX]);

bool hop_same(const struct route_hop *a, const struct route_hop *b);
/* NULL is the default one. */
const char *hop_vrf_name(const char *vrf);
bool hop_same_vrf(const char *a, const char *b);

#endif
