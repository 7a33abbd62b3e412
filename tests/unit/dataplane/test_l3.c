// SPDX-License-Identifier: BSD-3-Clause
/* Interfaces, next hops and VRFs as workers see them after each change. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/fdb.h"
#include "dataplane/l3_table.h"

static struct port port, other_port;
static struct bridge *br;

static int setup(void **state)
{
	static const struct port_ops ops;

	port_init(&port, "p", &ops, 1, 1, 1500);
	port_init(&other_port, "q", &ops, 1, 1, 1500);
	br = bridge_create(100);
	return br ? l3_start() : -1;
}

static int teardown(void **state)
{
	l3_stop();
	assert_null(atomic_load(&port.l3));
	assert_null(atomic_load(&br->l3));
	assert_int_equal(fdb_count(br), 0);
	bridge_destroy(br);
	return 0;
}

static struct l3_iface_conf on_port(uint16_t vlan)
{
	return (struct l3_iface_conf){
		.mtu = 1500, .vlan = vlan, .mac = {2, 0, 0, 0, 0, 1}, .up = true, .port = &port};
}

static struct l3_iface_conf on_bridge(uint16_t vlan)
{
	return (struct l3_iface_conf){
		.mtu = 1400, .vlan = vlan, .mac = {2, 0, 0, 0, 0, 2}, .up = true, .bridge = br};
}

static struct l3_nexthop_conf forward(uint16_t iface)
{
	return (struct l3_nexthop_conf){.act = L3_FORWARD,
					.iface = iface,
					.mac = {2, 9, 9, 9, 9, 9}};
}

static int iface_at(const struct l3_vlans *vlans, uint16_t vlan)
{
	return l3_vlans_iface(vlans, vlan);
}

static void numbers_without_anything_lead_to_what_drops(void **state)
{
	assert_int_equal(l3_nexthop(0)->act, L3_NO_ROUTE);
	assert_int_equal(l3_nexthop(L3_NEXTHOP_MAX - 1)->act, L3_DEAD);
	assert_int_equal(l3_group_nexthop(l3_group(L3_GROUP_MAX - 1), 0xffffffff), 0);
	assert_int_equal(l3_iface(L3_IFACE_MAX - 1)->id, 0);
	assert_false(l3_iface(1)->up);
	assert_int_equal(fib_find(l3_vrf(77)->fib4, (const uint8_t[4]){1, 2, 3, 4}), FIB_NONE);
	assert_int_equal(fib_find(l3_vrf(77)->fib6, (const uint8_t[16]){0x20}), FIB_NONE);
}

static void an_interface_is_found_by_its_port_and_vlan(void **state)
{
	struct l3_iface_conf untagged = on_port(0), tagged = on_port(100), far = on_port(4094);

	assert_int_equal(l3_iface_set(1, &untagged), 0);
	assert_int_equal(l3_iface_set(2, &tagged), 0);
	assert_int_equal(l3_iface_set(3, &far), 0);
	assert_int_equal(iface_at(port.l3, 0), 1);
	assert_int_equal(iface_at(port.l3, 100), 2);
	assert_int_equal(iface_at(port.l3, 4094), 3);
	assert_int_equal(iface_at(port.l3, 101), 0);
	assert_int_equal(iface_at(port.l3, 2000), 0);
	assert_true(l3_iface(2)->mac == 0x020000000001);
	assert_ptr_equal(l3_iface(2)->port, &port);
	assert_int_equal(l3_iface(2)->vlan, 100);
	l3_iface_del(2);
	assert_int_equal(iface_at(port.l3, 100), 0);
	assert_int_equal(iface_at(port.l3, 4094), 3);
}

static void a_vlan_has_one_interface(void **state)
{
	struct l3_iface_conf conf = on_port(7);

	assert_int_equal(l3_iface_set(1, &conf), 0);
	assert_int_equal(l3_iface_set(1, &conf), 0); /* itself is in nobody's way */
	assert_int_equal(l3_iface_set(2, &conf), -EADDRINUSE);
	assert_int_equal(l3_iface(2)->id, 0);
	conf.port = &other_port;
	assert_int_equal(l3_iface_set(2, &conf), 0);
	conf = on_bridge(7);
	assert_int_equal(l3_iface_set(3, &conf), 0);
	assert_int_equal(l3_iface_set(4, &conf), -EADDRINUSE);
	assert_int_equal(fdb_count(br), 1);
}

static void an_interface_that_moves_leaves_its_old_place(void **state)
{
	struct l3_iface_conf conf = on_port(7);

	assert_int_equal(l3_iface_set(1, &conf), 0);
	conf.vlan = 8;
	assert_int_equal(l3_iface_set(1, &conf), 0);
	assert_int_equal(iface_at(port.l3, 7), 0);
	assert_int_equal(iface_at(port.l3, 8), 1);
	conf = on_bridge(9);
	assert_int_equal(l3_iface_set(1, &conf), 0);
	assert_null(atomic_load(&port.l3));
	assert_int_equal(iface_at(br->l3, 9), 1);
	conf = (struct l3_iface_conf){.up = true, .mtu = 65535}; /* a loopback */
	assert_int_equal(l3_iface_set(1, &conf), 0);
	assert_null(atomic_load(&br->l3));
	assert_int_equal(fdb_count(br), 0);
}

static void the_mac_address_of_a_bridge_interface_is_behind_the_router(void **state)
{
	struct l3_iface_conf conf = on_bridge(9);
	fdb_key old = fdb_key_make(conf.mac, 9);

	assert_int_equal(fdb_set(br, old, 3, false, 0), FDB_ADDED); /* somebody else had it */
	assert_int_equal(l3_iface_set(1, &conf), 0);
	assert_int_equal(fdb_find(br, old), PORT_ROUTER);
	conf.mac[5] = 77;
	assert_int_equal(l3_iface_set(1, &conf), 0);
	assert_int_equal(fdb_find(br, old), -ENOENT);
	assert_int_equal(fdb_find(br, fdb_key_make(conf.mac, 9)), PORT_ROUTER);
	l3_iface_del(1);
	assert_int_equal(fdb_count(br), 0);
}

static void a_next_hop_has_the_frames_addresses_ready(void **state)
{
	struct l3_iface_conf iface = on_port(100);
	struct l3_nexthop_conf conf = forward(1);
	const struct l3_nexthop *hop;

	assert_int_equal(l3_iface_set(1, &iface), 0);
	assert_int_equal(l3_nexthop_set(5, &conf), 0);
	hop = l3_nexthop(5);
	assert_int_equal(hop->act, L3_FORWARD);
	assert_memory_equal(hop->header, "\2\11\11\11\11\11\2\0\0\0\0\1", 12);
	assert_ptr_equal(hop->port, &port);
	assert_int_equal(hop->vlan, 100);
	assert_int_equal(hop->mtu, 1500);
	assert_int_equal(hop->iface, 1);
}

static void next_hops_follow_their_interface(void **state)
{
	struct l3_iface_conf iface = on_bridge(9), second = on_port(0);
	struct l3_nexthop_conf conf = forward(1), over_second = forward(2);

	assert_int_equal(l3_nexthop_set(5, &conf), 0);
	assert_int_equal(l3_nexthop(5)->act, L3_DEAD); /* no such interface yet */
	assert_int_equal(l3_iface_set(1, &iface), 0);
	assert_int_equal(l3_iface_set(2, &second), 0);
	assert_int_equal(l3_nexthop_set(6, &conf), 0);
	assert_int_equal(l3_nexthop_set(7, &over_second), 0);
	assert_int_equal(l3_nexthop(5)->act, L3_FORWARD);
	assert_int_equal(l3_nexthop(5)->mtu, 1400);
	assert_true(l3_nexthop(5)->key == fdb_key_make(conf.mac, 9));
	iface.mtu = 9000;
	iface.mac[5] = 0x55;
	assert_int_equal(l3_iface_set(1, &iface), 0);
	assert_int_equal(l3_nexthop(6)->mtu, 9000);
	assert_int_equal(l3_nexthop(6)->header[11], 0x55);
	iface.up = false;
	assert_int_equal(l3_iface_set(1, &iface), 0);
	assert_int_equal(l3_nexthop(6)->act, L3_AWAY); /* its groups are still to be changed */
	assert_int_equal(l3_act(l3_nexthop(6)), L3_DEAD);
	assert_int_equal(l3_nexthop_set(6, &conf), 0);
	assert_int_equal(l3_nexthop(6)->act, L3_DEAD); /* now they are */
	iface.up = true;
	assert_int_equal(l3_iface_set(1, &iface), 0);
	assert_int_equal(l3_nexthop(6)->act, L3_FORWARD);
	l3_iface_del(1);
	assert_int_equal(l3_act(l3_nexthop(5)), L3_DEAD);
	assert_int_equal(l3_act(l3_nexthop(6)), L3_DEAD);
	assert_int_equal(l3_nexthop(7)->act, L3_FORWARD);
}

static void a_next_hop_moves_from_one_interface_to_another(void **state)
{
	struct l3_iface_conf one = on_port(1), two = on_port(2);
	struct l3_nexthop_conf conf = forward(1);

	assert_int_equal(l3_iface_set(1, &one), 0);
	assert_int_equal(l3_iface_set(2, &two), 0);
	for (uint32_t id = 1; id <= 3; id++)
		assert_int_equal(l3_nexthop_set(id, &conf), 0);
	conf.iface = 2;
	assert_int_equal(l3_nexthop_set(2, &conf), 0);
	l3_iface_del(1);
	assert_int_equal(l3_act(l3_nexthop(1)), L3_DEAD);
	assert_int_equal(l3_nexthop(2)->act, L3_FORWARD);
	assert_int_equal(l3_act(l3_nexthop(3)), L3_DEAD);
	l3_nexthop_del(2);
	assert_int_equal(l3_nexthop(2)->act, L3_DEAD);
}

static void what_ends_here_needs_no_interface(void **state)
{
	struct l3_nexthop_conf conf = {.act = L3_BLACKHOLE}, vrf = {.act = L3_VRF, .vrf = 12},
			       wrong = {.act = L3_GLEAN};

	assert_int_equal(l3_nexthop_set(1, &conf), 0);
	assert_int_equal(l3_nexthop(1)->act, L3_BLACKHOLE);
	assert_int_equal(l3_nexthop_set(2, &vrf), 0);
	assert_int_equal(l3_nexthop(2)->act, L3_VRF);
	assert_int_equal(l3_nexthop(2)->vrf, 12);
	assert_int_equal(l3_nexthop_set(3, &wrong), -EINVAL);
}

static void what_is_no_number_is_refused(void **state)
{
	struct l3_iface_conf iface = on_port(0), both = on_port(1), group = on_port(2),
			     untagged = on_bridge(0);
	struct l3_nexthop_conf hop = forward(1);
	struct l3_member member = {L3_NEXTHOP_MAX, 1};

	both.bridge = br;
	group.mac[0] = 1;
	assert_int_equal(l3_iface_set(0, &iface), -EINVAL);
	assert_int_equal(l3_iface_set(L3_IFACE_MAX, &iface), -EINVAL);
	assert_int_equal(l3_iface_set(1, &both), -EINVAL);
	assert_int_equal(l3_iface_set(1, &group), -EINVAL);
	assert_int_equal(l3_iface_set(1, &untagged), -EINVAL);
	assert_int_equal(l3_nexthop_set(0, &hop), -EINVAL);
	assert_int_equal(l3_nexthop_set(L3_NEXTHOP_MAX, &hop), -EINVAL);
	assert_int_equal(l3_group_set(1, &member, 1), -EINVAL);
	assert_int_equal(l3_vrf_add(L3_VRF_MAX), -EINVAL);
	assert_int_equal(l3_vrf_add(0), -EEXIST);
}

static void a_vrf_has_routes_of_its_own(void **state)
{
	const uint8_t net[4] = {10}, in[4] = {10, 1, 2, 3};

	assert_int_equal(l3_vrf_add(5), 0);
	assert_int_equal(l3_route_set(5, 4, net, 8, 55), 0);
	assert_int_equal(l3_route_set(0, 4, net, 8, 66), 0);
	assert_int_equal(l3_route_set(6, 4, net, 8, 77), -ENOENT);
	assert_int_equal(l3_route_find(5, 4, in), 55);
	assert_int_equal(l3_route_find(0, 4, in), 66);
	l3_route_del(0, 4, net, 8, FIB_NONE);
	assert_int_equal(l3_route_find(0, 4, in), FIB_NONE);
	l3_vrf_del(5);
	assert_int_equal(l3_route_find(5, 4, in), FIB_NONE);
	assert_int_equal(l3_vrf_add(5), 0);
	assert_int_equal(l3_route_find(5, 4, in), FIB_NONE);
}

static void what_was_replaced_is_given_back(void **state)
{
	struct l3_nexthop_conf conf = {.act = L3_BLACKHOLE};

	for (int i = 0; i < 5000; i++)
		assert_int_equal(l3_nexthop_set(1, &conf), 0);
	assert_int_equal(l3_reclaim(), 0); /* no worker: at once */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(numbers_without_anything_lead_to_what_drops),
		T(an_interface_is_found_by_its_port_and_vlan),
		T(a_vlan_has_one_interface),
		T(an_interface_that_moves_leaves_its_old_place),
		T(the_mac_address_of_a_bridge_interface_is_behind_the_router),
		T(a_next_hop_has_the_frames_addresses_ready),
		T(next_hops_follow_their_interface),
		T(a_next_hop_moves_from_one_interface_to_another),
		T(what_ends_here_needs_no_interface),
		T(what_is_no_number_is_refused),
		T(a_vrf_has_routes_of_its_own),
		T(what_was_replaced_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
