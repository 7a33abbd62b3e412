// SPDX-License-Identifier: BSD-3-Clause
#include "control/vrf_path.h"

#include <stdio.h>

#include "control/engines.h"
#include "control/vrfs.h"
#include "dataplane/l3.h"

/* The VRF that a route leads into, or -1: that is not all that it does. */
static int next_vrf(const struct rib_best *best)
{
	const struct nexthop_set *hops = best->hops;

	return hops && hops->n == 1 && hops->hops[0].kind == NEXTHOP_VRF ? hops->hops[0].vrf : -1;
}

/* What is used there for the addresses of a prefix; false: nothing. */
static bool find(uint16_t vrf, const struct prefix *prefix, struct rib_best *out)
{
	struct rib *rib = engines_env()->rib;

	return rib_find(rib, vrf, prefix, out) || rib_cover(rib, vrf, prefix, out);
}

static bool is_same(const struct rib_best *a, const struct rib_best *b)
{
	return a->vrf == b->vrf && prefix_compare(&a->prefix, &b->prefix) == 0;
}

void vrf_path_fault(const struct rib_best *best, char *out, size_t size)
{
	struct rib_best at = *best;

	out[0] = '\0';
	for (int depth = 0; depth <= L3_VRF_DEPTH; depth++) {
		int vrf = next_vrf(&at);

		if (vrf < 0)
			return;
		if (!find((uint16_t)vrf, &best->prefix, &at)) {
			if (depth < L3_VRF_DEPTH)
				return;
			break; /* workers have given up by then */
		}
		if (is_same(&at, best)) {
			snprintf(out, size, "VRF %s leads back to it",
				 vrfs_name((uint16_t)next_vrf(best)));
			return;
		}
	}
	snprintf(out, size, "it leads through more than %d other VRFs", L3_VRF_DEPTH);
}
