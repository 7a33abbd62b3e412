// SPDX-License-Identifier: BSD-3-Clause
/* What two interfaces cannot both have: a place, an address, a subnet in one VRF. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/interface_check.h"
#include "control/spine/field.h"
#include "control/vrfs.h"
#include "dataplane/l3.h"
#include "routing/core/addr.h"

/* One address of one interface. */
struct claim {
	const char *name, *vrf;
	size_t position; /* in its list */
	size_t order;    /* in the file */
	struct prefix prefix, network;
	bool is_loopback;
};

struct claims {
	struct claim *list;
	size_t n;
};

static const char *vrf_of(const json_t *value)
{
	const char *vrf = conf_str(value, "vrf");

	return vrf ? vrf : VRF_DEFAULT;
}

/* Link-local addresses mean something on their own wire only. */
static bool is_of_all_wires(const struct addr *addr)
{
	return addr->family == ADDR_IP6 && addr_is_link_local(addr);
}

static void gather(const json_t *section, struct claims *out)
{
	const char *name;
	json_t *value, *item;
	size_t i, n = 0;

	json_object_foreach((json_t *)section, name, value)
		n += json_array_size(json_object_get(value, "addresses"));
	*out = (struct claims){.list = calloc(n + 1, sizeof(*out->list))};
	json_object_foreach((json_t *)section, name, value)
		json_array_foreach(json_object_get(value, "addresses"), i, item) {
			struct claim *claim = &out->list[out->n];

			if (!out->list ||
			    prefix_parse(json_string_value(item), &claim->prefix) < 0 ||
			    is_of_all_wires(&claim->prefix.addr))
				continue;
			claim->name = name;
			claim->vrf = vrf_of(value);
			claim->position = i;
			claim->network = prefix_network(&claim->prefix);
			claim->is_loopback = conf_bool(value, "loopback");
			claim->order = out->n++;
		}
}

/* By VRF, then by network: what lies within a network follows it. */
static int compare(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int r = strcmp(x->vrf, y->vrf);

	if (r == 0)
		r = addr_compare(&x->network.addr, &y->network.addr);
	if (r == 0)
		r = (int)x->network.length - (int)y->network.length;
	return r ? r : (x->order > y->order) - (x->order < y->order);
}

static int compare_addresses(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int r = strcmp(x->vrf, y->vrf);

	if (r == 0)
		r = addr_compare(&x->prefix.addr, &y->prefix.addr);
	return r ? r : (x->order > y->order) - (x->order < y->order);
}

/* The second one in the file is told. */
static int refuse(const struct claim *claim, const struct claim *other, const char *how,
		  struct errors *errors)
{
	char path[FIELD_PATH_MAX], text[PREFIX_TEXT_MAX], than[PREFIX_TEXT_MAX];

	if (claim->order < other->order) {
		const struct claim *later = other;

		other = claim;
		claim = later;
	}

	snprintf(path, sizeof(path), "interfaces.%s.addresses[%zu]", claim->name, claim->position);
	prefix_print(&claim->prefix, text);
	prefix_print(&other->prefix, than);
	if (strcmp(claim->vrf, VRF_DEFAULT) == 0)
		return errors_add(errors, path, "%s %s %s of interface %s", text, how, than,
				  other->name);
	return errors_add(errors, path, "%s %s %s of interface %s, in VRF %s", text, how, than,
			  other->name, claim->vrf);
}

/* A loopback's host address may lie in another interface's subnet. */
static bool is_host(const struct claim *claim)
{
	return claim->is_loopback && claim->prefix.length == addr_bits(&claim->prefix.addr);
}

static int check_two(const struct claim *outer, const struct claim *inner, struct errors *errors)
{
	if (strcmp(outer->name, inner->name) == 0 || is_host(outer) || is_host(inner))
		return 0;
	return refuse(inner, outer, "overlaps", errors);
}

static bool holds(const struct claim *outer, const struct claim *inner)
{
	return strcmp(outer->vrf, inner->vrf) == 0 &&
	       prefix_contains(&outer->network, &inner->network.addr);
}

static int check_same(struct claims *claims, struct errors *errors)
{
	int r = 0;

	qsort(claims->list, claims->n, sizeof(*claims->list), compare_addresses);
	for (size_t i = 1; i < claims->n; i++) {
		const struct claim *a = &claims->list[i - 1], *b = &claims->list[i];

		if (strcmp(a->vrf, b->vrf) == 0 &&
		    addr_compare(&a->prefix.addr, &b->prefix.addr) == 0)
			r = refuse(b, a, "is the same address as", errors);
	}
	return r;
}

/* Sorted, what holds a claim stands before it: the last of these are kept in a chain. */
static int check_overlaps(struct claims *claims, struct errors *errors)
{
	size_t chain[129], depth = 0;
	int r = 0;

	qsort(claims->list, claims->n, sizeof(*claims->list), compare);
	for (size_t i = 0; i < claims->n; i++) {
		const struct claim *claim = &claims->list[i];

		while (depth > 0 && !holds(&claims->list[chain[depth - 1]], claim))
			depth--;
		for (size_t k = depth; r == 0 && k > 0; k--)
			r = check_two(&claims->list[chain[k - 1]], claim, errors);
		/* Of equal networks the first stands for all; a network has at most 128 above it.
		 */
		if (depth == 0 ||
		    prefix_compare(&claims->list[chain[depth - 1]].network, &claim->network) != 0)
			chain[depth++] = i;
	}
	return r;
}

/* "port up0 100": where an interface is, as a key. */
static void place_text(const json_t *value, char *out, size_t size)
{
	const char *bridge = conf_str(value, "bridge"), *port = conf_str(value, "port");
	long long vlan = conf_int(value, "vlan");

	if (bridge)
		snprintf(out, size, "VLAN %lld of bridge %s", vlan ? vlan : 1, bridge);
	else if (port && vlan)
		snprintf(out, size, "VLAN %lld of port %s", vlan, port);
	else if (port)
		snprintf(out, size, "port %s without a VLAN", port);
	else
		out[0] = '\0';
}

static int check_places(const json_t *section, struct errors *errors)
{
	json_t *taken = json_object(), *value;
	const char *name;
	int r = 0;

	json_object_foreach((json_t *)section, name, value) {
		char place[128], path[FIELD_PATH_MAX];
		const json_t *by;

		place_text(value, place, sizeof(place));
		by = place[0] ? json_object_get(taken, place) : NULL;
		field_path(path, "interfaces", name);
		if (by)
			r = errors_add(errors, path, "%s has interface %s already", place,
				       json_string_value(by));
		else
			json_object_set_new(taken, place, json_string(name));
	}
	json_decref(taken);
	return r;
}

static int check_count(const json_t *section, struct errors *errors)
{
	if (json_object_size(section) < L3_IFACE_MAX)
		return 0;
	return errors_add(errors, "interfaces", "no more than %d interfaces, and these are %zu",
			  L3_IFACE_MAX - 1, json_object_size(section));
}

int interface_check_all(const json_t *section, const json_t *candidate, struct errors *errors)
{
	struct claims claims;
	int r;

	gather(section, &claims);
	if (!claims.list)
		return errors_add(errors, "interfaces", "no memory to check them");
	r = check_same(&claims, errors);
	if (r == 0)
		r = check_overlaps(&claims, errors);
	free(claims.list);
	r |= check_places(section, errors);
	r |= check_count(section, errors);
	return r ? -1 : 0;
}
