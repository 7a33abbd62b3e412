// SPDX-License-Identifier: BSD-3-Clause
#include "control/hop_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

__attribute__((format(printf, 4, 5))) static void add_edge(struct hop_check *check, const char *vrf,
							   const struct addr *addr,
							   const char *format, ...)
{
	struct hop_edge *edge = &check->edges[check->n_edges++];
	va_list args;

	*edge = (struct hop_edge){.own = {.vrf = vrf, .addr = *addr}};
	va_start(args, format);
	vsnprintf(edge->what, sizeof(edge->what), format, args);
	va_end(args);
}

/* A subnet's broadcast address and its network's, IPv4; what the routers of an IPv6 subnet share,
 * weft among them. */
static void add_edges(struct hop_check *check, const char *vrf, const char *interface,
		      const struct prefix *own)
{
	struct prefix network = prefix_network(own), last = network;
	char text[PREFIX_TEXT_MAX];

	prefix_print(&network, text);
	if (prefix_is_anycast(own, &network.addr))
		add_edge(check, vrf, &network.addr,
			 "is an address of all routers in %s, weft's own, too, on interface %s",
			 text, interface);
	for (unsigned bit = last.length; bit < 32 && own->addr.family == ADDR_IP4; bit++)
		last.addr.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	if (own->addr.family != ADDR_IP4 || !prefix_is_broadcast(&last))
		return;
	add_edge(check, vrf, &network.addr,
		 "is the address of the network %s on interface %s, no router's", text, interface);
	add_edge(check, vrf, &last.addr, "is the broadcast address of %s on interface %s", text,
		 interface);
}

void hop_check_init(struct hop_check *check, const json_t *candidate)
{
	const json_t *interfaces = json_object_get(candidate, "interfaces");
	json_t *value, *item;
	const char *name;
	size_t i, n = count_addresses(interfaces);

	*check = (struct hop_check){.candidate = candidate};
	check->own = must(calloc(n + 1, sizeof(*check->own)));
	check->edges = must(calloc(HOP_EDGES_MAX * n + 1, sizeof(*check->edges)));
	json_object_foreach((json_t *)interfaces, name, value)
		json_array_foreach(json_object_get(value, "addresses"), i, item) {
			const char *vrf = conf_str(value, "vrf");
			struct prefix own;

			if (prefix_parse(json_string_value(item), &own) < 0)
				continue;
			check->own[check->n_own++] = (struct hop_own){vrf, name, own.addr};
			add_edges(check, vrf, name, &own);
		}
	qsort(check->own, check->n_own, sizeof(*check->own), compare);
	qsort(check->edges, check->n_edges, sizeof(*check->edges), compare);
}

void hop_check_fini(struct hop_check *check)
{
	free(check->own);
	free(check->edges);
}

/* RFC 1812 4.2.2.11, 5.3.7: 0/8, 127/8, class D and E are nobody's. */
static bool is_routers(const struct addr *gateway)
{
	return !addr_is_unspecified(gateway) && !addr_is_multicast(gateway) &&
	       !addr_is_loopback(gateway) &&
	       (gateway->family != ADDR_IP4 || (gateway->bytes[0] != 0 && gateway->bytes[0] < 240));
}

/* What the table of n entries of a size has of the address, or NULL. */
static const void *look_up(const void *table, size_t n, size_t size, const char *vrf,
			   const struct addr *addr)
{
	const struct hop_edge key = {.own = {.vrf = vrf, .addr = *addr}};

	return bsearch(&key, table, n, size, compare);
}

bool hop_gateway_fault(const struct hop_check *check, const struct route_conf *route,
		       const struct route_hop *hop, char out[HOP_FAULT_MAX])
{
	const char *vrf = hop->vrf ? hop->vrf : route->vrf;
	const struct hop_own *own;
	const struct hop_edge *edge;
	const struct addr *gateway = &hop->gateway;
	char text[ADDR_TEXT_MAX];

	if (gateway->family == ADDR_NONE)
		return false;
	own = look_up(check->own, check->n_own, sizeof(*check->own), vrf, gateway);
	edge = look_up(check->edges, check->n_edges, sizeof(*check->edges), vrf, gateway);
	if (!is_routers(gateway))
		snprintf(out, HOP_FAULT_MAX, "%s is no router's address",
			 addr_print(gateway, text));
	else if (gateway->family != route->prefix.addr.family)
		snprintf(out, HOP_FAULT_MAX, "%s is of IPv%d, the prefix of IPv%d",
			 addr_print(gateway, text), gateway->family, route->prefix.addr.family);
	else if (own)
		snprintf(out, HOP_FAULT_MAX, "%s is weft's own address, on interface %s",
			 addr_print(gateway, text), own->interface);
	else if (edge)
		snprintf(out, HOP_FAULT_MAX, "%s %s", addr_print(gateway, text), edge->what);
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
