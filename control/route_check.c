// SPDX-License-Identifier: BSD-3-Clause
/* Have the routes of a configuration sense? All in one pass: there may be a million. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/hop_check.h"
#include "control/route_conf.h"

/* A table of what was seen already: open addressing over positions of a list. */
struct seen {
	const json_t *section;
	uint32_t *places; /* position + 1; 0: free */
	size_t mask;
};

struct check {
	const json_t *section;
	struct seen seen;
	struct hop_check hops;
	struct errors *errors;
};

/* --- the same route twice --- */

static bool seen_init(struct seen *seen, const json_t *section)
{
	size_t room = 16;

	while (room < json_array_size(section) * 2)
		room *= 2;
	seen->section = section;
	seen->mask = room - 1;
	seen->places = calloc(room, sizeof(*seen->places));
	return seen->places != NULL;
}

static size_t hash_of(const struct route_conf *conf)
{
	uint64_t hash =
		UINT64_C(0xcbf29ce484222325) + conf->prefix.length * 256U + conf->terms.distance;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ conf->prefix.addr.bytes[i]) * UINT64_C(0x100000001b3);
	for (const char *c = hop_vrf_name(conf->vrf); *c; c++)
		hash = (hash ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 29;
}

/* The position of an earlier route for the same prefix at the same distance, or -1. */
static long seen_before(struct seen *seen, const struct route_conf *conf, size_t position)
{
	struct route_conf other;

	for (size_t at = hash_of(conf);; at++) {
		uint32_t *place = &seen->places[at & seen->mask];

		if (!*place) {
			*place = (uint32_t)position + 1;
			return -1;
		}
		route_conf(json_array_get(seen->section, *place - 1), &other);
		if (prefix_compare(&other.prefix, &conf->prefix) == 0 &&
		    other.terms.distance == conf->terms.distance &&
		    hop_same_vrf(other.vrf, conf->vrf))
			return (long)*place - 1;
	}
}

/* --- one hop --- */

static void hop_path(char out[FIELD_PATH_MAX], size_t route, size_t hop, const char *key)
{
	snprintf(out, FIELD_PATH_MAX, "routes[%zu].via[%zu]%s%s", route, hop, *key ? "." : "", key);
}

static int check_hop(struct check *check, const struct route_conf *conf, size_t route, size_t i)
{
	const struct route_hop *hop = &conf->hops[i];
	char at[FIELD_PATH_MAX], fault[HOP_FAULT_MAX];
	int r = 0;

	hop_path(at, route, i, "");
	if (hop->gateway.family == ADDR_NONE && !hop->interface && !hop->vrf)
		return errors_add(check->errors, at,
				  "leads nowhere: expected gateway, interface or vrf");
	if (hop->gateway.family == ADDR_NONE && !hop->interface &&
	    hop_same_vrf(hop->vrf, conf->vrf))
		return errors_add(check->errors, at, "VRF %s is the route's own",
				  hop_vrf_name(hop->vrf));
	if (hop_gateway_fault(&check->hops, conf, hop, fault)) {
		hop_path(at, route, i, "gateway");
		r = errors_add(check->errors, at, "%s", fault);
	}
	if (hop_interface_fault(&check->hops, conf, hop, fault)) {
		hop_path(at, route, i, "interface");
		r = errors_add(check->errors, at, "%s", fault);
	}
	return r;
}

/* BFD watches gateways: somebody has to be there to answer. */
static int check_bfd(struct check *check, const struct route_conf *conf, size_t route)
{
	char at[FIELD_PATH_MAX];

	for (size_t i = 0; i < conf->n; i++)
		if (conf->hops[i].gateway.family != ADDR_NONE)
			return 0;
	snprintf(at, sizeof(at), "routes[%zu].bfd", route);
	return errors_add(check->errors, at, "nobody to watch: expected a gateway in via");
}

static int check_hops(struct check *check, const struct route_conf *conf, size_t route)
{
	char at[FIELD_PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < conf->n; i++) {
		r |= check_hop(check, conf, route, i);
		for (size_t k = 0; k < i; k++) {
			if (!hop_same(&conf->hops[i], &conf->hops[k]))
				continue;
			hop_path(at, route, i, "");
			r = errors_add(check->errors, at, "is the same as via[%zu]", k);
			break;
		}
	}
	return r;
}

/* --- one route --- */

static int check_route(struct check *check, const json_t *item, size_t route)
{
	bool has_type = json_object_get(item, "type") != NULL;
	char at[FIELD_PATH_MAX], below[FIELD_PATH_MAX], text[PREFIX_TEXT_MAX];
	struct route_conf conf;
	long before;

	route_conf(item, &conf);
	snprintf(at, sizeof(at), "routes[%zu]", route);
	if (!has_type && conf.n == 0)
		return errors_add(check->errors, at,
				  "leads nowhere: expected via, or type: blackhole, unreachable or "
				  "prohibit");
	if (has_type && conf.n > 0)
		return errors_add(check->errors, at, "has via and type: expected one of them");
	prefix_print(&conf.prefix, text);
	if (!route_is_routed(&conf.prefix)) {
		field_path(below, at, "prefix");
		return errors_add(check->errors, below, "%s is not routed", text);
	}
	before = seen_before(&check->seen, &conf, route);
	if (before >= 0)
		return errors_add(check->errors, at,
				  "%s is there at routes[%ld] already: expected all gateways under "
				  "one via, or another distance",
				  text, before);
	if (conf.terms.bfd && check_bfd(check, &conf, route) < 0)
		return -1;
	return check_hops(check, &conf, route);
}

int route_check_all(const json_t *section, const json_t *candidate, struct errors *errors)
{
	struct check check = {.section = section, .errors = errors};
	json_t *item;
	size_t i;
	int r = 0;

	if (!seen_init(&check.seen, section))
		return errors_add(errors, "routes", "no memory to check them");
	hop_check_init(&check.hops, candidate);
	json_array_foreach((json_t *)section, i, item)
		r |= check_route(&check, item, i);
	hop_check_fini(&check.hops);
	free(check.seen.places);
	return r ? -1 : 0;
}
