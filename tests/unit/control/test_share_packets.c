// SPDX-License-Identifier: BSD-3-Clause
/* A device that weft shares with its host: who gets what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "control/share.h"
#include "dataplane/dp.h"
#include "tests/unit/control/shared_device.h"

static void broadcasts_are_for_both_and_the_hosts_own_for_it_alone(void **state)
{
	struct port *port;

	make_cable();
	port = open_well();
	for (int i = 0; i < 20; i++)
		send_to(all);
	expect(port, 0, 20, 20);
	for (int i = 0; i < 20; i++)
		send_to(nic);
	expect(port, 0, 0, 20);
	close_port(port);
	cut_cable();
}

static void what_nobody_knows_is_copied_only_for_a_bridge(void **state)
{
	const struct member_conf conf = {.untagged = 1};
	struct bridge *bridge = bridge_create(100);
	struct port *port;

	make_cable();
	port = open_well();
	send_to(guest);
	expect(port, 0, 0, 1);
	assert_int_equal(bridge_member_set(bridge, port, &conf), 0);
	share_refresh();
	turn();
	send_to(guest);
	expect(port, 0, 1, 1);
	bridge_member_del(bridge, port);
	share_refresh();
	turn();
	send_to(guest);
	expect(port, 0, 0, 1);
	close_port(port);
	bridge_destroy(bridge);
	cut_cable();
}

static void a_guests_packets_come_to_the_socket_as_long_as_it_is_known(void **state)
{
	const struct member_conf conf = {.untagged = 1};
	struct bridge *bridge = bridge_create(100);
	fdb_key key = fdb_key_make(guest, 1);
	struct port *port;

	make_cable();
	port = open_well();
	assert_int_equal(bridge_member_set(bridge, port, &conf), 0);
	share_refresh();
	turn();
	share_learned(bridge, key, port->index + 1);
	send_to(guest);
	expect(port, 1, 0, 0);
	share_learned(bridge, key, port->index); /* it has moved to the wire */
	send_to(guest);
	expect(port, 0, 1, 1);
	share_learned(bridge, key, port->index + 1);
	share_learned(bridge, key, PORT_NONE); /* it is forgotten */
	send_to(guest);
	expect(port, 0, 1, 1);

	assert_int_equal(fdb_set(bridge, key, port->index + 1, true, 1), FDB_ADDED);
	share_refresh();
	turn();
	send_to(guest);
	expect(port, 1, 0, 0);
	assert_int_equal(fdb_del(bridge, key), 0);
	share_refresh();
	turn();
	send_to(guest);
	expect(port, 0, 1, 1);
	bridge_member_del(bridge, port);
	close_port(port);
	bridge_destroy(bridge);
	cut_cable();
}

static void the_nics_own_address_is_never_learned_away(void **state)
{
	const struct member_conf conf = {.untagged = 1};
	struct bridge *bridge = bridge_create(100);
	fdb_key key = fdb_key_make(nic, 1);
	struct port *port;

	make_cable();
	port = open_well();
	assert_int_equal(bridge_member_set(bridge, port, &conf), 0);
	assert_int_equal(fdb_set(bridge, key, port->index + 1, false, 1), FDB_ADDED);
	share_learned(bridge, key, port->index + 1);
	send_to(nic);
	expect(port, 0, 0, 1);
	share_refresh();
	turn();
	send_to(nic);
	expect(port, 0, 0, 1);
	bridge_member_del(bridge, port);
	close_port(port);
	bridge_destroy(bridge);
	cut_cable();
}

static void a_copy_has_its_vlan_tag(void **state)
{
	const uint8_t type[] = {0x81, 0, 0, 77, TYPE >> 8, TYPE & 0xff};
	uint8_t head[20] = {0};
	struct port *port;
	int n = 0;

	make_cable();
	port = open_well();
	send_frame(all, type, sizeof(type));
	for (int i = 0; i < 500 && n == 0; i++) {
		n = queue_got(port, SIDE, head);
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	assert_int_equal(n, 1);
	assert_memory_equal(head + 12, type, sizeof(type));
	close_port(port);
	cut_cable();
}

static void packets_are_counted_by_class(void **state)
{
	struct port *port;

	make_cable();
	port = open_well();
	for (int i = 0; i < 3; i++)
		send_to(all);
	for (int i = 0; i < 5; i++)
		send_to(nic);
	expect(port, 0, 3, 8);
	assert_int_equal(counted(port, "group"), 3);
	assert_int_equal(counted(port, "host"), 5);
	assert_int_equal(counted(port, "mac"), 0);
	port_kind_find("af_xdp")->clear(port);
	assert_int_equal(counted(port, "group"), 0);
	send_to(all);
	expect(port, 0, 1, 1);
	assert_int_equal(counted(port, "group"), 1);
	close_port(port);
	cut_cable();
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broadcasts_are_for_both_and_the_hosts_own_for_it_alone),
		cmocka_unit_test(what_nobody_knows_is_copied_only_for_a_bridge),
		cmocka_unit_test(a_guests_packets_come_to_the_socket_as_long_as_it_is_known),
		cmocka_unit_test(the_nics_own_address_is_never_learned_away),
		cmocka_unit_test(a_copy_has_its_vlan_tag),
		cmocka_unit_test(packets_are_counted_by_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return shared_device_main(run);
}
