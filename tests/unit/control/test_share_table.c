// SPDX-License-Identifier: BSD-3-Clause
/* The tables of a shared NIC's XDP program, as they follow from what weft is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "control/share_table.h"
#include "dataplane/bridge.h"

#define NIC   0x020000000001
#define WEFT  0x020000000002
#define GUEST 0x0200000000aa

static struct share_table table;

static fdb_key key(uint64_t mac, uint16_t vlan)
{
	return mac << 12 | vlan;
}

static void mac_bytes(uint64_t mac, uint8_t out[6])
{
	fdb_key_mac(mac << 12, out);
}

static struct prefix net(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static void make(struct share_source *source)
{
	mac_bytes(NIC, source->nic_mac);
	share_table_fini(&table);
	assert_int_equal(share_table_make(source, &table), 0);
}

/* Who has an address in a VLAN, when it is asked for exactly; 0: nobody. */
static unsigned owner(const char *text, uint16_t vlan)
{
	struct prefix p = net(text);
	uint8_t bytes[16] = {[10] = 0xff, [11] = 0xff};
	unsigned length = 16 + p.length + (p.addr.family == ADDR_IP4 ? 96 : 0);

	if (p.addr.family == ADDR_IP4)
		memcpy(bytes + 12, p.addr.bytes, 4);
	else
		memcpy(bytes, p.addr.bytes, 16);
	for (size_t i = 0; i < table.n_addrs; i++) {
		const struct nic_addr_key *k = &table.addrs[i].key;
		if (k->length == length && k->vlan[0] == vlan >> 8 && k->vlan[1] == (vlan & 255) &&
		    memcmp(k->bytes, bytes, 16) == 0)
			return table.addrs[i].owner;
	}
	return 0;
}

static void a_port_without_anything_has_empty_tables(void **state)
{
	struct share_source source = {0};

	make(&source);
	assert_int_equal(table.n_macs + table.n_addrs + table.n_protos, 0);
	assert_int_equal(table.by_address, 0);
	assert_false(table.wants_unknown);
}

static void addresses_of_a_bridge_have_their_vlan_on_the_wire(void **state)
{
	const struct member_conf member = {.untagged = 7, .tagged = {1 << 10}};
	const fdb_key macs[] = {key(GUEST, 7), key(GUEST, 10), key(GUEST + 1, 10), key(GUEST, 11)};
	struct share_source source = {.member = &member, .macs = macs, .n_macs = 4};

	make(&source);
	assert_int_equal(table.n_macs, 3); /* the port does not carry VLAN 11 */
	assert_int_equal(table.macs[0], key(GUEST, 0));
	assert_int_equal(table.macs[1], key(GUEST, 10));
	assert_int_equal(table.macs[2], key(GUEST + 1, 10));
	assert_true(table.wants_unknown);
}

static void a_guest_that_claims_the_nics_address_does_not_get_it(void **state)
{
	const struct member_conf member = {.untagged = 1, .tagged = {1 << 10}};
	const fdb_key macs[] = {key(NIC, 1), key(NIC, 10), key(GUEST, 1)};
	struct share_source source = {.member = &member, .macs = macs, .n_macs = 3};

	make(&source);
	assert_int_equal(table.n_macs, 1);
	assert_int_equal(table.macs[0], key(GUEST, 0));
	assert_int_equal(table.by_address, 0);
}

static void an_interface_has_its_mac_address_and_its_addresses(void **state)
{
	const struct prefix own[] = {net("192.0.2.2/24"), net("2001:db8::2/64")};
	const struct prefix behind[] = {net("10.0.0.0/8")};
	struct share_iface iface = {
		.vlan = 300, .addresses = own, .n_addresses = 2, .behind = behind, .n_behind = 1};
	struct share_source source = {.ifaces = &iface, .n_ifaces = 1};

	mac_bytes(WEFT, iface.mac);
	make(&source);
	assert_int_equal(table.n_macs, 1);
	assert_int_equal(table.macs[0], key(WEFT, 300));
	assert_int_equal(table.n_addrs, 2); /* what is behind it is told by its MAC address */
	assert_int_equal(owner("192.0.2.2/32", 300), NIC_OWN);
	assert_int_equal(owner("2001:db8::2/128", 300), NIC_OWN);
	assert_int_equal(owner("192.0.2.2/32", 0), 0);
	assert_false(table.wants_unknown);
}

static void an_interface_with_the_nics_mac_address_is_told_by_addresses(void **state)
{
	const struct prefix own[] = {net("192.0.2.2/24")};
	const struct prefix behind[] = {net("10.0.0.1/8"), net("0.0.0.0/0"), net("192.0.2.1/32")};
	struct share_iface iface = {.addresses = own,
				    .n_addresses = 1,
				    .behind = behind,
				    .n_behind = 3};
	struct addr host = net("192.0.2.1/32").addr;
	struct share_source source = {.ifaces = &iface, .n_ifaces = 1, .host = &host, .n_host = 1};

	mac_bytes(NIC, iface.mac);
	make(&source);
	assert_int_equal(table.n_macs, 0);
	assert_int_equal(table.by_address, key(NIC, 0));
	assert_int_equal(owner("192.0.2.2/32", 0), NIC_OWN);
	assert_int_equal(owner("10.0.0.0/8", 0), NIC_BEHIND);
	assert_int_equal(owner("0.0.0.0/0", 0), 0);
	/* Both claim it: it is the host's. */
	assert_int_equal(owner("192.0.2.1/32", 0), NIC_HOSTS);
	assert_int_equal(table.n_addrs, 3);
}

static void an_address_that_the_host_has_is_not_weft_s(void **state)
{
	const struct prefix own[] = {net("192.0.2.1/24"), net("192.0.2.2/24")};
	struct share_iface iface = {.addresses = own, .n_addresses = 2};
	struct addr host = net("192.0.2.1/32").addr;
	struct share_source source = {.ifaces = &iface, .n_ifaces = 1, .host = &host, .n_host = 1};

	mac_bytes(WEFT, iface.mac);
	make(&source);
	assert_int_equal(owner("192.0.2.1/32", 0), 0);
	assert_int_equal(owner("192.0.2.2/32", 0), NIC_OWN);
}

static void protocols_are_spoken_in_the_interfaces_vlan(void **state)
{
	const struct share_proto protos[] = {{0x0800, 0, 89}, {0x0800, 520, 17}, {0x0800, 0, 89}};
	struct share_iface iface = {.vlan = 5, .protos = protos, .n_protos = 3};
	struct share_source source = {.ifaces = &iface, .n_ifaces = 1};

	mac_bytes(WEFT, iface.mac);
	make(&source);
	assert_int_equal(table.n_protos, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(table.protos[i].vlan, 5);
		assert_int_equal(ntohs(table.protos[i].ether_type), 0x0800);
		assert_int_equal(ntohs(table.protos[i].udp_port),
				 table.protos[i].ip_proto == 17 ? 520 : 0);
	}
}

static void more_addresses_than_there_is_room_for_are_counted(void **state)
{
	const struct member_conf member = {.untagged = 1};
	size_t n = NIC_MACS_MAX + 5;
	fdb_key *macs = calloc(n, sizeof(*macs));
	struct share_source source = {.member = &member, .macs = macs, .n_macs = n};

	for (size_t i = 0; i < n; i++)
		macs[i] = key(GUEST + (n - i), 1);
	make(&source);
	assert_int_equal(table.n_macs, NIC_MACS_MAX);
	assert_int_equal(table.n_left_out, 5);
	assert_false(share_table_mac(&table, key(GUEST, 0), true));
	assert_int_equal(table.n_left_out, 6);
	free(macs);
}

static void single_addresses_go_in_and_out_in_order(void **state)
{
	struct share_source source = {0};

	make(&source);
	for (uint64_t i = 0; i < 100; i++)
		assert_true(share_table_mac(&table, key(GUEST + i * 37 % 100, 0), true));
	assert_false(share_table_mac(&table, key(GUEST, 0), true));
	assert_int_equal(table.n_macs, 100);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(table.macs[i], key(GUEST + i, 0));
	for (uint64_t i = 0; i < 100; i += 2)
		assert_true(share_table_mac(&table, key(GUEST + i, 0), false));
	assert_false(share_table_mac(&table, key(GUEST, 0), false));
	assert_int_equal(table.n_macs, 50);
	for (uint64_t i = 0; i < 50; i++)
		assert_int_equal(table.macs[i], key(GUEST + 2 * i + 1, 0));
}

/* --- from one table to the next --- */

struct step {
	uint64_t macs[8];
	int n_macs, n_in, n_out, n_addrs, n_protos;
	bool was_out;  /* something came out already: nothing may go in any more */
	int fail_with; /* of the first call */
};

static int note(struct step *step, bool in)
{
	int rc = step->fail_with;

	assert_false(in && step->was_out);
	step->was_out |= !in;
	step->n_in += in;
	step->n_out += !in;
	step->fail_with = 0;
	return rc;
}

static int on_mac(void *arg, nic_mac_key mac, bool in)
{
	struct step *step = arg;

	step->macs[step->n_macs++ % 8] = mac;
	return note(step, in);
}

static int on_addr(void *arg, const struct share_addr *addr, bool in)
{
	struct step *step = arg;

	step->n_addrs++;
	return note(step, in);
}

static int on_proto(void *arg, const struct nic_proto_key *proto, bool in)
{
	struct step *step = arg;

	step->n_protos++;
	return note(step, in);
}

static const struct share_ops ops = {on_mac, on_addr, on_proto};

static void what_comes_goes_in_before_what_leaves_goes_out(void **state)
{
	nic_mac_key old_macs[] = {1, 3, 5}, new_macs[] = {3, 4, 6};
	struct share_addr old_addrs[] = {{.owner = NIC_OWN, .key.length = 100},
					 {.owner = NIC_OWN, .key.length = 101}};
	struct share_addr new_addrs[] = {{.owner = NIC_HOSTS, .key.length = 100},
					 {.owner = NIC_OWN, .key.length = 102}};
	struct nic_proto_key protos[] = {{.ip_proto = 89}};
	struct share_table from = {.macs = old_macs, .n_macs = 3, .addrs = old_addrs, .n_addrs = 2};
	struct share_table to = {.macs = new_macs,
				 .n_macs = 3,
				 .addrs = new_addrs,
				 .n_addrs = 2,
				 .protos = protos,
				 .n_protos = 1};
	struct step step = {0};

	assert_int_equal(share_table_step(&from, &to, &ops, &step), 0);
	assert_int_equal(step.n_macs, 4);
	assert_int_equal(step.macs[0], 4);
	assert_int_equal(step.macs[1], 6);
	assert_int_equal(step.macs[2], 1);
	assert_int_equal(step.macs[3], 5);
	assert_int_equal(step.n_addrs, 3); /* one changed hands: it is replaced, never missing */
	assert_int_equal(step.n_protos, 1);
	assert_int_equal(step.n_in, 5);
	assert_int_equal(step.n_out, 3);
}

static void what_stays_is_not_touched(void **state)
{
	nic_mac_key macs[] = {1, 3, 5};
	struct share_table same = {.macs = macs, .n_macs = 3};
	struct step step = {0};

	assert_int_equal(share_table_step(&same, &same, &ops, &step), 0);
	assert_int_equal(step.n_in + step.n_out, 0);
}

static void a_failure_is_told_and_the_rest_done(void **state)
{
	nic_mac_key old_macs[] = {1}, new_macs[] = {2, 3};
	struct share_table from = {.macs = old_macs, .n_macs = 1};
	struct share_table to = {.macs = new_macs, .n_macs = 2};
	struct step step = {.fail_with = -7};

	assert_int_equal(share_table_step(&from, &to, &ops, &step), -7);
	assert_int_equal(step.n_in, 2);
	assert_int_equal(step.n_out, 1);
}

static int teardown(void **state)
{
	share_table_fini(&table);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_without_anything_has_empty_tables),
		cmocka_unit_test(addresses_of_a_bridge_have_their_vlan_on_the_wire),
		cmocka_unit_test(a_guest_that_claims_the_nics_address_does_not_get_it),
		cmocka_unit_test(an_interface_has_its_mac_address_and_its_addresses),
		cmocka_unit_test(an_interface_with_the_nics_mac_address_is_told_by_addresses),
		cmocka_unit_test(an_address_that_the_host_has_is_not_weft_s),
		cmocka_unit_test(protocols_are_spoken_in_the_interfaces_vlan),
		cmocka_unit_test(more_addresses_than_there_is_room_for_are_counted),
		cmocka_unit_test(single_addresses_go_in_and_out_in_order),
		cmocka_unit_test(what_comes_goes_in_before_what_leaves_goes_out),
		cmocka_unit_test(what_stays_is_not_touched),
		cmocka_unit_test(a_failure_is_told_and_the_rest_done),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
