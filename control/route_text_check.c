// SPDX-License-Identifier: BSD-3-Clause
/* Have the next hops in a file of routes sense beside a candidate configuration? */
#include <stdio.h>

#include "control/hop_check.h"
#include "control/route_text.h"

static int complain(struct errors *errors, const char *at, const char *path,
		    const struct route_via *via, const char *text)
{
	return errors_add(errors, at, "%s:%u: %s", path, via->first, text);
}

static int check_hop(const struct hop_check *check, struct route_conf *route, size_t i,
		     const struct route_via *via, const char *at, const char *path,
		     struct errors *errors)
{
	const struct route_hop *hop = &route->hops[i];
	char fault[HOP_FAULT_MAX];

	/* That families agree the reader has seen to. */
	route->prefix.addr.family = hop->gateway.family;
	if (hop->interface &&
	    !json_object_get(json_object_get(check->candidate, "interfaces"), hop->interface)) {
		snprintf(fault, sizeof(fault), "there is no interface %s", hop->interface);
		return complain(errors, at, path, via, fault);
	}
	if (hop_gateway_fault(check, route, hop, fault) ||
	    hop_interface_fault(check, route, hop, fault))
		return complain(errors, at, path, via, fault);
	return 0;
}

int route_text_check(const struct route_text *text, const char *vrf, const struct hop_check *check,
		     const char *at, const char *path, struct errors *errors)
{
	struct route_conf route;
	int r = 0;

	for (size_t v = 0; v < text->n_vias; v++) {
		route_via_conf(text->vias[v], &route);
		route.vrf = vrf;
		for (size_t i = 0; i < route.n; i++)
			r |= check_hop(check, &route, i, text->vias[v], at, path, errors);
	}
	return r;
}
