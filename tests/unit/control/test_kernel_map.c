// SPDX-License-Identifier: BSD-3-Clause
/* What a route of weft's is to the host, and one of the host's to weft. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/kernel_map.h"

enum { WIRE = 1, LINK = 2, LAN = 3, GUESTS = 4 };             /* interfaces */
enum { ETH0 = 11, HOST0 = 12, LAN0 = 13, ETH9 = 19, LO = 1 }; /* devices of the host */

static struct addr addr(const char *text)
{
	struct addr out;

	assert_int_equal(addr_parse(text, &out), 0);
	return out;
}

/* A NIC that both use, the link, a bridge that the host is in by a tap, and guests that only weft
 * reaches. */
static struct kernel_map map_of(bool has_link)
{
	static const struct kernel_pair pairs[] = {{WIRE, ETH0, KERNEL_NIC},
						   {LINK, HOST0, KERNEL_TAP},
						   {LAN, LAN0, KERNEL_BRIDGED}};
	static struct addr own[3], host[1];
	struct kernel_map map = {
		.pairs = pairs, .n_pairs = 3, .own = own, .n_own = 3, .host = host, .n_host = 1};

	own[0] = addr("192.0.2.2");
	own[1] = addr("10.5.0.1");
	own[2] = addr("10.6.0.1");
	host[0] = addr("10.6.0.2");
	if (has_link)
		map.link = (struct kernel_link){.iface = LINK,
						.device = HOST0,
						.weft = {addr("10.5.0.1"), addr("fd05::1")},
						.host = {addr("10.5.0.2"), addr("fd05::2")}};
	return map;
}

/* A set on the heap, as the RIB has them. */
static struct nexthop_set *set_of(const struct nexthop *hops, uint32_t n)
{
	struct nexthop_set *set = calloc(1, sizeof(*set) + n * sizeof(*hops));

	set->n = n;
	memcpy(set->hops, hops, n * sizeof(*hops));
	return set;
}

static int out_of(bool has_link, uint8_t family, const struct nexthop *hops, uint32_t n,
		  struct kernel_route *route)
{
	struct kernel_map map = map_of(has_link);
	struct nexthop_set *set = set_of(hops, n);
	int rc = kernel_map_out(&map, family, set, route);

	free(set);
	return rc;
}

static void assert_hop(const struct kernel_hop *hop, int32_t device, const char *gateway)
{
	assert_int_equal(hop->device, device);
	if (gateway) {
		struct addr wanted = addr(gateway);
		assert_int_equal(addr_compare(&hop->gateway, &wanted), 0);
	} else {
		assert_int_equal(hop->gateway.family, ADDR_NONE);
	}
}

static void a_gateway_on_a_shared_wire_is_the_hosts_too(void **state)
{
	struct nexthop hop = {.kind = NEXTHOP_GATEWAY,
			      .iface = WIRE,
			      .gateway = addr("192.0.2.1"),
			      .weight = 3};
	struct kernel_route route;

	assert_int_equal(out_of(false, ADDR_IP4, &hop, 1, &route), 0);
	assert_int_equal(route.type, RTN_UNICAST);
	assert_int_equal(route.n, 1);
	assert_hop(&route.hops[0], ETH0, "192.0.2.1");
	hop = (struct nexthop){.kind = NEXTHOP_IFACE, .iface = WIRE, .weight = 1};
	assert_int_equal(out_of(false, ADDR_IP4, &hop, 1, &route), 0);
	assert_hop(&route.hops[0], ETH0, NULL);
}

static void what_only_weft_reaches_goes_over_the_link(void **state)
{
	const struct nexthop hops[] = {{.kind = NEXTHOP_GATEWAY,
					.iface = GUESTS,
					.gateway = addr("10.7.0.9"),
					.weight = 1},
				       {.kind = NEXTHOP_GATEWAY,
					.iface = GUESTS,
					.gateway = addr("10.7.0.8"),
					.weight = 1}};
	const struct nexthop six = {.kind = NEXTHOP_IFACE, .iface = GUESTS, .weight = 1};
	struct kernel_route route;

	assert_int_equal(out_of(true, ADDR_IP4, hops, 2, &route), 0);
	assert_int_equal(route.n, 1); /* both by one and the same way */
	assert_hop(&route.hops[0], HOST0, "10.5.0.1");
	assert_int_equal(out_of(true, ADDR_IP6, &six, 1, &route), 0);
	assert_hop(&route.hops[0], HOST0, "fd05::1");
	assert_int_equal(out_of(false, ADDR_IP4, hops, 2, &route), -ENOENT);
}

static void hops_of_both_kinds_are_kept_apart(void **state)
{
	const struct nexthop hops[] = {{.kind = NEXTHOP_GATEWAY,
					.iface = GUESTS,
					.gateway = addr("10.7.0.9"),
					.weight = 1},
				       {.kind = NEXTHOP_GATEWAY,
					.iface = WIRE,
					.gateway = addr("192.0.2.1"),
					.weight = 2}};
	struct kernel_route route;

	assert_int_equal(out_of(true, ADDR_IP4, hops, 2, &route), 0);
	assert_int_equal(route.n, 2);
	assert_hop(&route.hops[0], ETH0, "192.0.2.1");
	assert_int_equal(route.hops[0].weight, 2);
	assert_hop(&route.hops[1], HOST0, "10.5.0.1");
}

/* The host is on those wires itself: a route would lead it to its own door. */
static void what_the_host_is_near_enough_to_know_is_not_told(void **state)
{
	const struct nexthop hops[] = {
		{.kind = NEXTHOP_IFACE, .iface = LINK, .weight = 1},
		{.kind = NEXTHOP_GATEWAY, .iface = LINK, .gateway = addr("10.5.0.2"), .weight = 1},
		{.kind = NEXTHOP_LOCAL, .iface = LINK, .weight = 1},
		{.kind = NEXTHOP_LOCAL, .iface = LAN, .weight = 1},
		{.kind = NEXTHOP_GATEWAY, .iface = LAN, .gateway = addr("10.6.0.2"), .weight = 1},
		{.kind = NEXTHOP_BROADCAST, .iface = GUESTS, .weight = 1}};
	struct kernel_route route;

	for (int i = 0; i < 6; i++)
		assert_int_equal(out_of(true, ADDR_IP4, &hops[i], 1, &route), 1);
}

static void a_gateway_in_a_bridge_is_on_the_hosts_wire_too(void **state)
{
	const struct nexthop hop = {.kind = NEXTHOP_GATEWAY,
				    .iface = LAN,
				    .gateway = addr("10.6.0.9"),
				    .weight = 1};
	struct kernel_route route;

	assert_int_equal(out_of(true, ADDR_IP4, &hop, 1, &route), 0);
	assert_hop(&route.hops[0], LAN0, "10.6.0.9");
}

/* A NIC that both use does not carry what one of them says to the other. */
static void addresses_of_weft_s_are_reached_over_the_link(void **state)
{
	const struct nexthop hop = {.kind = NEXTHOP_LOCAL, .iface = WIRE, .weight = 1};
	struct kernel_route route;

	assert_int_equal(out_of(true, ADDR_IP4, &hop, 1, &route), 0);
	assert_hop(&route.hops[0], HOST0, "10.5.0.1");
	assert_int_equal(out_of(false, ADDR_IP4, &hop, 1, &route), -ENOENT);
}

static void closed_routes_are_closed_on_both_sides(void **state)
{
	static const struct {
		uint8_t kind, type;
	} kinds[] = {{NEXTHOP_BLACKHOLE, RTN_BLACKHOLE},
		     {NEXTHOP_UNREACHABLE, RTN_UNREACHABLE},
		     {NEXTHOP_PROHIBIT, RTN_PROHIBIT}};
	struct kernel_map map = map_of(false);
	struct nexthop in[NEXTHOP_SET_MAX];
	struct kernel_route route;

	for (int i = 0; i < 3; i++) {
		struct nexthop hop = {.kind = kinds[i].kind, .weight = 1};
		assert_int_equal(out_of(false, ADDR_IP4, &hop, 1, &route), 0);
		assert_int_equal(route.type, kinds[i].type);
		assert_int_equal(route.n, 0);
		assert_int_equal(kernel_map_in(&map, &route, in), 1);
		assert_int_equal(in[0].kind, kinds[i].kind);
	}
}

/* --- from the host --- */

static uint32_t in_of(bool has_link, int32_t device, const char *gateway, struct nexthop *out)
{
	struct kernel_map map = map_of(has_link);
	struct kernel_route route = {.type = RTN_UNICAST, .n = 1};
	struct nexthop hops[NEXTHOP_SET_MAX];
	uint32_t n;

	route.prefix.addr = addr(gateway && strchr(gateway, ':') ? "fd99::" : "10.99.0.0");
	route.prefix.length = 16;
	route.hops[0] = (struct kernel_hop){.device = device, .weight = 2};
	if (gateway)
		route.hops[0].gateway = addr(gateway);
	n = kernel_map_in(&map, &route, hops);
	*out = hops[0];
	return n;
}

static void a_gateway_of_the_hosts_on_a_shared_wire_is_weft_s_too(void **state)
{
	struct addr wanted = addr("192.0.2.9");
	struct nexthop hop;

	assert_int_equal(in_of(false, ETH0, "192.0.2.9", &hop), 1);
	assert_int_equal(hop.kind, NEXTHOP_GATEWAY);
	assert_int_equal(hop.iface, WIRE);
	assert_int_equal(hop.weight, 2);
	assert_int_equal(addr_compare(&hop.gateway, &wanted), 0);
	assert_int_equal(in_of(false, ETH0, NULL, &hop), 1);
	assert_int_equal(hop.kind, NEXTHOP_IFACE);
	assert_int_equal(hop.iface, WIRE);
}

static void what_only_the_host_reaches_goes_to_the_host(void **state)
{
	struct addr host = addr("10.5.0.2"), host6 = addr("fd05::2");
	struct nexthop hop;

	assert_int_equal(in_of(true, ETH9, "198.51.100.1", &hop), 1);
	assert_int_equal(hop.kind, NEXTHOP_GATEWAY);
	assert_int_equal(hop.iface, LINK);
	assert_int_equal(addr_compare(&hop.gateway, &host), 0);
	assert_int_equal(in_of(true, ETH9, "fd09::1", &hop), 1);
	assert_int_equal(addr_compare(&hop.gateway, &host6), 0);
	assert_int_equal(in_of(false, ETH9, "198.51.100.1", &hop), 0);
}

/* Each of the two would send it to the other. */
static void what_the_host_sends_to_weft_does_not_come_back(void **state)
{
	struct nexthop hop;

	assert_int_equal(in_of(true, HOST0, "10.5.0.1", &hop), 0);
	assert_int_equal(in_of(true, LAN0, "10.6.0.1", &hop), 0);
	assert_int_equal(in_of(true, ETH0, "192.0.2.2", &hop), 0);
	assert_int_equal(in_of(true, HOST0, NULL, &hop), 0);
}

static void a_third_party_in_a_bridge_is_a_gateway_for_both(void **state)
{
	struct nexthop hop;

	assert_int_equal(in_of(true, LAN0, "10.6.0.77", &hop), 1);
	assert_int_equal(hop.iface, LAN);
	assert_int_equal(hop.kind, NEXTHOP_GATEWAY);
	assert_int_equal(in_of(true, LAN0, NULL, &hop), 1);
	assert_int_equal(hop.kind, NEXTHOP_IFACE);
	/* Of a wire that the two have for themselves there is none. */
	assert_int_equal(in_of(true, HOST0, "10.5.0.77", &hop), 0);
}

static void hops_that_weft_cannot_follow_are_left_out(void **state)
{
	struct kernel_map map = map_of(false);
	struct kernel_route route = {.type = RTN_UNICAST, .n = 3};
	struct nexthop hops[NEXTHOP_SET_MAX];

	route.prefix.addr = addr("10.99.0.0");
	route.hops[0] = (struct kernel_hop){.device = ETH9, .gateway = addr("198.51.100.1")};
	route.hops[1] = (struct kernel_hop){.device = ETH0, .gateway = addr("192.0.2.7")};
	route.hops[2] = (struct kernel_hop){.device = ETH0, .gateway = addr("192.0.2.8")};
	assert_int_equal(kernel_map_in(&map, &route, hops), 2);
	assert_int_equal(hops[0].gateway.bytes[3], 7);
	assert_int_equal(hops[1].gateway.bytes[3], 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gateway_on_a_shared_wire_is_the_hosts_too),
		cmocka_unit_test(what_only_weft_reaches_goes_over_the_link),
		cmocka_unit_test(hops_of_both_kinds_are_kept_apart),
		cmocka_unit_test(what_the_host_is_near_enough_to_know_is_not_told),
		cmocka_unit_test(a_gateway_in_a_bridge_is_on_the_hosts_wire_too),
		cmocka_unit_test(addresses_of_weft_s_are_reached_over_the_link),
		cmocka_unit_test(closed_routes_are_closed_on_both_sides),
		cmocka_unit_test(a_gateway_of_the_hosts_on_a_shared_wire_is_weft_s_too),
		cmocka_unit_test(what_only_the_host_reaches_goes_to_the_host),
		cmocka_unit_test(what_the_host_sends_to_weft_does_not_come_back),
		cmocka_unit_test(a_third_party_in_a_bridge_is_a_gateway_for_both),
		cmocka_unit_test(hops_that_weft_cannot_follow_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
