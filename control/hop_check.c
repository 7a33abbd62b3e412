// SPDX-License-Identifier: BSD-3-Clause
#include "control/hop_check.h"

#include <stdio.h>
#include <string.h>

#include "control/must.h"
#include "control/vrfs.h"

const char *hop_vrf_name(const char *vrf)
{
	return vrf ? vrf : VRF_DEFAULT;
}

bool hop_same_vrf(const char *a, const char *b)
{
	return strcmp(hop_vrf_name(a), hop_vrf_name(b)) == 0;
}

static int compare(const void *a, const void *b)
{
	const struct hop_own *x = a, *y = b;
	int r = addr_compare(&x->addr, &y->addr);

	return r ? r : strcmp(hop_vrf_name(x->vrf), hop_vrf_name(y->vrf));
}

static size_t count_addresses(const json_t *interfaces)
{
	const char *name;
	json_t *value;
	size_t n = 0;

	json_object_foreach((json_t *)interfaces, name, value)
		n += json_array_size(json_object_get(value, "addresses"));
	return n;
}

static void add_own(struct hop_check *check, const char *vrf, const char *interface,
		    const char *text)
{
	struct hop_own *own = &check->own[check->n_own];
	char address[ADDR_TEXT_MAX];

	snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "/"), text);
	*own = (struct hop_own){.vrf = vrf, .interface = interface};
	check->n_own += addr_parse(address, &own->addr) == 0;
}

void hop_check_init(struct hop_check *check, const json_t *candidate)
{
	const json_t *interfaces = json_object_get(candidate, "interfaces");
	json_t *value, *item;
	const char *name;
	size_t i;

	*check = (struct hop_check){.candidate = candidate};
	check->own = must(calloc(count_addresses(interfaces) + 1, sizeof(*check->own)));
	json_object_foreach((json_t *)interfaces, name, value)
		json_array_foreach(json_object_get(value, "addresses"), i, item)
			add_own(check, conf_str(value, "vrf"), name, json_string_value(item));
	qsort(check->own, check->n_own, sizeof(*check->own), compare);
}

void hop_check_fini(struct hop_check *check)
{
	free(check->own);
}

static bool is_routers(const struct addr *gateway)
{
	return !addr_is_unspecified(gateway) && !addr_is_multicast(gateway) &&
	       !addr_is_loopback(gateway) &&
	       (gateway->family != ADDR_IP4 || addr_to_ip4(gateway) != UINT32_MAX);
}

/* The interface that has the address itself, or NULL. */
static const char *owner(const struct hop_check *check, const char *vrf, const struct addr *addr)
{
	const struct hop_own key = {.vrf = vrf, .addr = *addr}, *own;

	own = bsearch(&key, check->own, check->n_own, sizeof(key), compare);
	return own ? own->interface : NULL;
}

bool hop_gateway_fault(const struct hop_check *check, const struct route_conf *route,
		       const struct route_hop *hop, char out[HOP_FAULT_MAX])
{
	const struct addr *gateway = &hop->gateway;
	char text[ADDR_TEXT_MAX];
	const char *own;

	if (gateway->family == ADDR_NONE)
		return false;
	own = owner(check, hop->vrf ? hop->vrf : route->vrf, gateway);
	if (!is_routers(gateway))
		snprintf(out, HOP_FAULT_MAX, "%s is no router's address",
			 addr_print(gateway, text));
	else if (gateway->family != route->prefix.addr.family)
		snprintf(out, HOP_FAULT_MAX, "%s is of IPv%d, the prefix of IPv%d",
			 addr_print(gateway, text), gateway->family, route->prefix.addr.family);
	else if (own)
		snprintf(out, HOP_FAULT_MAX, "%s is weft's own address, on interface %s",
			 addr_print(gateway, text), own);
	else if (!hop->interface && addr_is_link_local(gateway))
		snprintf(out, HOP_FAULT_MAX,
			 "%s is a link-local address: expected interface beside it",
			 addr_print(gateway, text));
	else if (!hop->interface && hop->vrf && !hop_same_vrf(hop->vrf, route->vrf))
		snprintf(out, HOP_FAULT_MAX, "%s is in another VRF: expected interface beside it",
			 addr_print(gateway, text));
	else
		return false;
	return true;
}

bool hop_interface_fault(const struct hop_check *check, const struct route_conf *route,
			 const struct route_hop *hop, char out[HOP_FAULT_MAX])
{
	const char *vrf = hop->vrf ? hop->vrf : route->vrf, *has;
	const json_t *iface;

	if (!hop->interface)
		return false;
	iface = json_object_get(json_object_get(check->candidate, "interfaces"), hop->interface);
	has = conf_str(iface, "vrf");
	if (conf_bool(iface, "loopback"))
		snprintf(out, HOP_FAULT_MAX, "%s is a loopback: nobody can be reached by it",
			 hop->interface);
	else if (iface && !hop_same_vrf(has, vrf))
		snprintf(out, HOP_FAULT_MAX,
			 "%s is in VRF %s, the route in VRF %s: expected vrf: %s beside it",
			 hop->interface, hop_vrf_name(has), hop_vrf_name(vrf), hop_vrf_name(has));
	else
		return false;
	return true;
}

bool hop_same(const struct route_hop *a, const struct route_hop *b)
{
	return addr_compare(&a->gateway, &b->gateway) == 0 && !a->interface == !b->interface &&
	       (!a->interface || strcmp(a->interface, b->interface) == 0) && !a->vrf == !b->vrf &&
	       (!a->vrf || strcmp(a->vrf, b->vrf) == 0);
}
