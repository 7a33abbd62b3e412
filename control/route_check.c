// SPDX-License-Identifier: BSD-3-Clause
/* Have the routes of a configuration sense? All in one pass: there may be a million. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/route_conf.h"
#include "control/vrfs.h"

/* A table of what was seen already: open addressing over positions of a list. */
struct seen {
	const json_t *section;
	uint32_t *places; /* position + 1; 0: free */
	size_t mask;
};

struct check {
	const json_t *section, *candidate;
	struct seen seen;
	json_t *own; /* "vrf address" -> interface */
	struct errors *errors;
};

static const char *vrf_or_default(const char *vrf)
{
	return vrf ? vrf : VRF_DEFAULT;
}

static bool same_vrf(const char *a, const char *b)
{
	return strcmp(vrf_or_default(a), vrf_or_default(b)) == 0;
}

static const json_t *interface_conf(const struct check *check, const char *name)
{
	return json_object_get(json_object_get(check->candidate, "interfaces"), name);
}

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
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + conf->prefix.length * 256U + conf->distance;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ conf->prefix.addr.bytes[i]) * UINT64_C(0x100000001b3);
	for (const char *c = vrf_or_default(conf->vrf); *c; c++)
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
		    other.distance == conf->distance && same_vrf(other.vrf, conf->vrf))
			return (long)*place - 1;
	}
}

/* --- one hop --- */

static void hop_path(char out[FIELD_PATH_MAX], size_t route, size_t hop, const char *key)
{
	snprintf(out, FIELD_PATH_MAX, "routes[%zu].via[%zu]%s%s", route, hop, *key ? "." : "", key);
}

static const char *gateway_fault(const struct addr *gateway)
{
	if (addr_is_unspecified(gateway) || addr_is_multicast(gateway) ||
	    addr_is_loopback(gateway) ||
	    (gateway->family == ADDR_IP4 && addr_to_ip4(gateway) == UINT32_MAX))
		return "is no router's address";
	return NULL;
}

static int check_gateway(struct check *check, const struct route_conf *conf, size_t route, size_t i)
{
	const struct route_hop *hop = &conf->hops[i];
	const char *fault = gateway_fault(&hop->gateway), *vrf = hop->vrf ? hop->vrf : conf->vrf;
	char at[FIELD_PATH_MAX], text[ADDR_TEXT_MAX], key[ADDR_TEXT_MAX + FIELD_NAME_MAX + 2];
	const json_t *own;

	if (hop->gateway.family == ADDR_NONE)
		return 0;
	hop_path(at, route, i, "gateway");
	addr_print(&hop->gateway, text);
	if (fault)
		return errors_add(check->errors, at, "%s %s", text, fault);
	if (hop->gateway.family != conf->prefix.addr.family)
		return errors_add(check->errors, at, "%s is of IPv%d, the prefix of IPv%d", text,
				  hop->gateway.family, conf->prefix.addr.family);
	snprintf(key, sizeof(key), "%s %s", vrf_or_default(vrf), text);
	own = json_object_get(check->own, key);
	if (own)
		return errors_add(check->errors, at, "%s is weft's own address, on interface %s",
				  text, json_string_value(own));
	if (hop->interface)
		return 0;
	if (addr_is_link_local(&hop->gateway))
		return errors_add(check->errors, at,
				  "%s is a link-local address: expected interface beside it", text);
	if (hop->vrf && !same_vrf(hop->vrf, conf->vrf))
		return errors_add(check->errors, at,
				  "%s is in another VRF: expected interface beside it", text);
	return 0;
}

static int check_interface(struct check *check, const struct route_conf *conf, size_t route,
			   size_t i)
{
	const struct route_hop *hop = &conf->hops[i];
	const json_t *iface = hop->interface ? interface_conf(check, hop->interface) : NULL;
	const char *vrf = hop->vrf ? hop->vrf : conf->vrf;
	char at[FIELD_PATH_MAX];

	if (!iface)
		return 0;
	hop_path(at, route, i, "interface");
	if (conf_bool(iface, "loopback"))
		return errors_add(check->errors, at,
				  "%s is a loopback: nobody can be reached by it", hop->interface);
	if (!same_vrf(conf_str(iface, "vrf"), vrf))
		return errors_add(
			check->errors, at,
			"%s is in VRF %s, the route in VRF %s: expected vrf: %s beside it",
			hop->interface, vrf_or_default(conf_str(iface, "vrf")), vrf_or_default(vrf),
			vrf_or_default(conf_str(iface, "vrf")));
	return 0;
}

static int check_hop(struct check *check, const struct route_conf *conf, size_t route, size_t i)
{
	const struct route_hop *hop = &conf->hops[i];
	char at[FIELD_PATH_MAX];

	hop_path(at, route, i, "");
	if (hop->gateway.family == ADDR_NONE && !hop->interface && !hop->vrf)
		return errors_add(check->errors, at,
				  "leads nowhere: expected gateway, interface or vrf");
	if (hop->gateway.family == ADDR_NONE && !hop->interface && same_vrf(hop->vrf, conf->vrf))
		return errors_add(check->errors, at, "VRF %s is the route's own",
				  vrf_or_default(hop->vrf));
	return check_gateway(check, conf, route, i) | check_interface(check, conf, route, i);
}

static bool same_hop(const struct route_hop *a, const struct route_hop *b)
{
	return addr_compare(&a->gateway, &b->gateway) == 0 && !a->interface == !b->interface &&
	       (!a->interface || strcmp(a->interface, b->interface) == 0) && !a->vrf == !b->vrf &&
	       (!a->vrf || strcmp(a->vrf, b->vrf) == 0);
}

static int check_hops(struct check *check, const struct route_conf *conf, size_t route)
{
	char at[FIELD_PATH_MAX];
	int r = 0;

	for (size_t i = 0; i < conf->n; i++) {
		r |= check_hop(check, conf, route, i);
		for (size_t k = 0; k < i; k++) {
			if (!same_hop(&conf->hops[i], &conf->hops[k]))
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
	if (addr_is_multicast(&conf.prefix.addr) || addr_is_loopback(&conf.prefix.addr) ||
	    (conf.prefix.addr.family == ADDR_IP6 && addr_is_link_local(&conf.prefix.addr))) {
		field_path(below, at, "prefix");
		return errors_add(check->errors, below, "%s is not routed", text);
	}
	before = seen_before(&check->seen, &conf, route);
	if (before >= 0)
		return errors_add(check->errors, at,
				  "%s is there at routes[%ld] already: expected all gateways under "
				  "one via, or another distance",
				  text, before);
	return check_hops(check, &conf, route);
}

/* "vrf address" -> the interface that has it. */
static json_t *own_addresses(const json_t *candidate)
{
	json_t *own = json_object(), *value, *item;
	const char *name;
	size_t i;

	json_object_foreach(json_object_get(candidate, "interfaces"), name, value)
		json_array_foreach(json_object_get(value, "addresses"), i, item) {
			char key[PREFIX_TEXT_MAX + FIELD_NAME_MAX + 2];
			const char *text = json_string_value(item);

			snprintf(key, sizeof(key), "%s %.*s",
				 vrf_or_default(conf_str(value, "vrf")), (int)strcspn(text, "/"),
				 text);
			json_object_set_new(own, key, json_string(name));
		}
	return own;
}

int route_check_all(const json_t *section, const json_t *candidate, struct errors *errors)
{
	struct check check = {.section = section, .candidate = candidate, .errors = errors};
	json_t *item;
	size_t i;
	int r = 0;

	if (!seen_init(&check.seen, section))
		return errors_add(errors, "routes", "no memory to check them");
	check.own = own_addresses(candidate);
	json_array_foreach((json_t *)section, i, item)
		r |= check_route(&check, item, i);
	json_decref(check.own);
	free(check.seen.places);
	return r ? -1 : 0;
}
