// SPDX-License-Identifier: BSD-3-Clause
/* The XDP program of a shared NIC, run by the kernel over crafted frames: what goes to weft, what
 * stays with the host; and the same said by the model. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <linux/bpf.h>

#include "dataplane/bridge.h"
#include "tests/dp/frame.h"
#include "tests/support/nic_model.h"

#define NIC   0x020000000001 /* the NIC's own address, the host's */
#define WEFT  0x020000000002 /* an interface of weft's on the wire, untagged */
#define WEFT5 0x020000000005 /* likewise in VLAN 5 */
#define GUEST 0x0200000000aa /* a guest in the bridge's VLAN 10, which is tagged on the wire */
#define OTHER 0x0200000000ff /* somebody else on the wire */
#define ALL   0xffffffffffff
#define MANY  0x01005e000005

static struct xdp_prog *prog;
static struct share_table table;

static void mac_bytes(uint64_t mac, uint8_t out[6])
{
	for (int i = 0; i < 6; i++)
		out[i] = (uint8_t)(mac >> (40 - 8 * i));
}

static struct prefix net(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

/* A program anew, with the tables of two interfaces and a bridge; the first interface has the MAC
 * address given. */
static void share_with(uint64_t mac)
{
	static const struct share_proto protos[] = {{0x0800, 0, 89},
						    {0x0800, 520, 17},
						    {0x86dd, 521, 17}};
	const struct prefix own[] = {net("192.0.2.2/24"), net("2001:db8::2/64")};
	const struct prefix own5[] = {net("198.51.100.5/24")};
	const struct prefix behind[] = {net("10.1.0.0/16"), net("2001:db8:1::/48"),
					net("0.0.0.0/0")};
	struct addr host[2];
	struct member_conf member = {.untagged = 1, .tagged = {1 << 10}};
	uint8_t guest[6];
	struct share_iface ifaces[] = {{.addresses = own,
					.n_addresses = 2,
					.behind = behind,
					.n_behind = 3,
					.protos = protos,
					.n_protos = 3},
				       {.vlan = 5, .addresses = own5, .n_addresses = 1}};
	struct share_source source = {.host = host,
				      .n_host = 2,
				      .member = &member,
				      .n_macs = 1,
				      .ifaces = ifaces,
				      .n_ifaces = 2};
	fdb_key macs[1];

	assert_int_equal(addr_parse("192.0.2.1", &host[0]), 0);
	assert_int_equal(addr_parse("10.1.0.1", &host[1]), 0);
	mac_bytes(NIC, source.nic_mac);
	mac_bytes(mac, ifaces[0].mac);
	mac_bytes(WEFT5, ifaces[1].mac);
	mac_bytes(GUEST, guest);
	macs[0] = fdb_key_make(guest, 10);
	source.macs = macs;
	share_table_fini(&table);
	assert_int_equal(share_table_make(&source, &table), 0);
	xdp_prog_destroy(prog);
	prog = nic_model_load();
	assert_non_null(prog);
	nic_model_fill(prog, &table);
}

static void expect(enum nic_class wanted, const struct frame *f)
{
	int class, action = nic_model_run(prog, f->bytes, f->len, &class);

	assert_int_equal(class, wanted);
	assert_int_equal(action, wanted <= NIC_PROTOCOL ? XDP_REDIRECT : XDP_PASS);
	assert_int_equal(nic_model(&table, f->bytes, f->len), wanted);
}

static void expect_plain(enum nic_class wanted, uint64_t dst)
{
	struct frame f = plain(dst, OTHER);

	expect(wanted, &f);
}

static void expect_tagged(enum nic_class wanted, uint64_t dst, uint16_t vlan)
{
	struct frame f = eth(dst, OTHER);

	tag(&f, vlan, 3);
	udp4(&f, "10.9.0.1", "10.9.0.2", 1000, 2000, 20);
	expect(wanted, &f);
}

static void one_receiver_is_told_by_its_mac_address(void **state)
{
	share_with(WEFT);
	expect_plain(NIC_HOST, NIC);
	expect_plain(NIC_MAC, WEFT);
	expect_plain(NIC_HOST, OTHER);
	expect_plain(NIC_HOST, WEFT5);
	expect_plain(NIC_HOST, GUEST);
}

static void a_mac_address_is_weft_s_in_its_vlan_alone(void **state)
{
	share_with(WEFT);
	expect_tagged(NIC_MAC, GUEST, 10);
	expect_tagged(NIC_HOST, GUEST, 11);
	expect_tagged(NIC_MAC, WEFT5, 5);
	expect_tagged(NIC_HOST, WEFT, 5);
	expect_tagged(NIC_MAC, WEFT, 0); /* only a priority */
}

static void the_hosts_connections_stay_with_it(void **state)
{
	struct frame ssh = eth(NIC, OTHER);

	tcp4(&ssh, "192.0.2.77", "192.0.2.1", 40000, 22, 30);
	share_with(WEFT);
	expect(NIC_HOST, &ssh);
	share_with(NIC);
	expect(NIC_HOST, &ssh);
}

/* Neither weft's address nor a protocol of its helps it to a frame for the host's MAC address. */
static void what_is_for_the_hosts_mac_address_is_never_weft_s(void **state)
{
	struct frame own = eth(NIC, OTHER), ospf = eth(NIC, OTHER), ask = eth(NIC, OTHER);

	share_with(WEFT);
	udp4(&own, "192.0.2.77", "192.0.2.2", 1000, 2000, 20);
	expect(NIC_HOST, &own);
	ip4(&ospf, "192.0.2.77", "224.0.0.5", 89, 20);
	fill(&ospf, 20);
	expect(NIC_HOST, &ospf);
	arp(&ask, "192.0.2.77", "192.0.2.2");
	expect(NIC_HOST, &ask);
}

static void with_the_nics_own_mac_address_ip_addresses_decide(void **state)
{
	static const struct {
		const char *dst;
		enum nic_class class;
	} cases[] = {
		{"192.0.2.2", NIC_ADDRESS}, /* weft's */
		{"192.0.2.1", NIC_HOST},    /* the host's */
		{"192.0.2.3", NIC_HOST},    /* somebody's */
		{"10.1.2.3", NIC_ADDRESS},  /* behind weft */
		{"10.1.0.1", NIC_HOST},     /* the host's, though its network is behind weft */
		{"10.2.0.1", NIC_HOST},     /* weft's default route takes nothing from the host */
	};

	share_with(NIC);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame f = eth(NIC, OTHER);
		udp4(&f, "192.0.2.77", cases[i].dst, 1000, 2000, 20);
		expect(cases[i].class, &f);
		f.bytes[5] ^= 0x40; /* another MAC address: not even looked at */
		expect(NIC_HOST, &f);
	}
}

static void and_so_do_ipv6_addresses_and_arp(void **state)
{
	struct frame own = eth(NIC, OTHER), behind = eth(NIC, OTHER), others = eth(NIC, OTHER);
	struct frame answer = eth(NIC, OTHER), host = eth(NIC, OTHER);

	share_with(NIC);
	udp6(&own, "2001:db8::9", "2001:db8::2", 1000, 2000, 20);
	expect(NIC_ADDRESS, &own);
	udp6(&behind, "2001:db8::9", "2001:db8:1:7::1", 1000, 2000, 20);
	expect(NIC_ADDRESS, &behind);
	udp6(&others, "2001:db8::9", "2001:db8::3", 1000, 2000, 20);
	expect(NIC_HOST, &others);
	arp(&answer, "192.0.2.77", "192.0.2.2");
	answer.bytes[21] = 2;
	expect(NIC_ADDRESS, &answer);
	arp(&host, "192.0.2.77", "192.0.2.1");
	expect(NIC_HOST, &host);
}

static void arp_for_an_address_of_weft_s_goes_there_alone(void **state)
{
	struct frame own = eth(ALL, OTHER), host = eth(ALL, OTHER), news = eth(ALL, OTHER);
	struct frame guest = eth(ALL, OTHER), answer = eth(ALL, OTHER), in5 = eth(ALL, OTHER);

	share_with(WEFT);
	arp(&own, "192.0.2.77", "192.0.2.2");
	expect(NIC_ARP, &own);
	arp(&host, "192.0.2.77", "192.0.2.1");
	expect(NIC_GROUP, &host);
	arp(&guest, "192.0.2.77", "192.0.2.200");
	expect(NIC_GROUP, &guest);
	arp(&news, "192.0.2.2", "192.0.2.2"); /* an announcement, or a claim */
	expect(NIC_GROUP, &news);
	arp(&answer, "192.0.2.77", "192.0.2.2");
	answer.bytes[21] = 2;
	expect(NIC_GROUP, &answer);
	tag(&in5, 5, 0);
	arp(&in5, "198.51.100.7", "198.51.100.5");
	expect(NIC_ARP, &in5);
	own.len--;
	expect(NIC_GROUP, &own); /* not whole */
	arp(&host, "192.0.2.77", "192.0.2.2");
}

static struct frame solicitation(const char *target, uint8_t nd_type)
{
	struct frame f = eth(0x3333ff000002, OTHER);
	struct addr addr;

	assert_int_equal(addr_parse(target, &addr), 0);
	ip6(&f, "fe80::1", "ff02::1:ff00:2", 58, 24);
	raw(&f, (uint8_t[]){nd_type, 0, 0, 0, 0, 0, 0, 0}, 8);
	raw(&f, addr.bytes, 16);
	return f;
}

static void neighbour_solicitations_likewise(void **state)
{
	struct frame own = solicitation("2001:db8::2", 135);
	struct frame others = solicitation("2001:db8::102", 135);
	struct frame answer = solicitation("2001:db8::2", 136);

	share_with(WEFT);
	expect(NIC_ND, &own);
	expect(NIC_GROUP, &others);
	expect(NIC_GROUP, &answer);
	own.len--;
	expect(NIC_GROUP, &own);
}

static void protocols_of_weft_s_go_the_short_way(void **state)
{
	struct frame ospf = eth(MANY, OTHER), rip = eth(MANY, OTHER), mdns = eth(MANY, OTHER);
	struct frame ripng = eth(0x333300000009, OTHER), ospf5 = eth(MANY, OTHER);

	share_with(WEFT);
	ip4(&ospf, "192.0.2.77", "224.0.0.5", 89, 44);
	fill(&ospf, 44);
	expect(NIC_PROTOCOL, &ospf);
	udp4(&rip, "192.0.2.77", "224.0.0.9", 520, 520, 24);
	expect(NIC_PROTOCOL, &rip);
	udp4(&mdns, "192.0.2.77", "224.0.0.251", 5353, 5353, 24);
	expect(NIC_GROUP, &mdns);
	udp6(&ripng, "fe80::1", "ff02::9", 521, 521, 24);
	expect(NIC_PROTOCOL, &ripng);
	tag(&ospf5, 5, 0); /* not spoken there */
	ip4(&ospf5, "198.51.100.7", "224.0.0.5", 89, 44);
	fill(&ospf5, 44);
	expect(NIC_GROUP, &ospf5);
}

static void options_are_skipped_and_fragments_left_to_both(void **state)
{
	struct frame f = eth(MANY, OTHER), first, later;

	share_with(WEFT);
	type(&f, 0x0800);
	raw(&f, (uint8_t[]){0x46, 0, 0, 60, 0, 0, 0, 0, 1, 17, 0, 0, 192, 0, 2, 77, 224, 0, 0, 9},
	    20);
	raw(&f, (uint8_t[]){0x94, 4, 0, 0}, 4); /* router alert */
	raw(&f, (uint8_t[]){2, 8, 2, 8, 0, 36, 0, 0}, 8);
	fill(&f, 28);
	expect(NIC_PROTOCOL, &f);
	first = later = f;
	first.bytes[14 + 6] = 0x20;
	expect(NIC_GROUP, &first);
	later.bytes[14 + 7] = 3;
	expect(NIC_GROUP, &later);
	f.bytes[14] = 0x44; /* a header shorter than it can be */
	expect(NIC_GROUP, &f);
	f.bytes[14] = 0x4f; /* options up to the frame's end: no port to be read */
	expect(NIC_GROUP, &f);
}

static void what_is_cut_short_is_the_hosts(void **state)
{
	static const uint16_t types[] = {0x0800, 0x86dd, 0x0806, 0x8100};
	struct frame f;

	share_with(WEFT);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		for (uint32_t n = 0; n < 8; n++) {
			f = eth(i % 2 ? ALL : NIC, OTHER);
			type(&f, types[i]);
			fill(&f, n);
			expect(types[i] == 0x8100 && n < 4 ? NIC_MALFORMED
			       : i % 2                     ? NIC_GROUP
							   : NIC_HOST,
			       &f);
		}
}

static void an_8021ad_tag_is_the_customers_own(void **state)
{
	struct frame f = eth(WEFT, OTHER);

	tag_type(&f, 0x88a8, 5);
	tag(&f, 10, 0);
	udp4(&f, "10.0.0.1", "10.0.0.2", 1000, 2000, 20);
	share_with(WEFT);
	expect(NIC_MAC, &f);
}

static void without_a_socket_everything_is_the_hosts(void **state)
{
	struct frame f = plain(WEFT, OTHER);
	int class;

	share_with(WEFT);
	xdp_prog_destroy(prog);
	prog = xdp_prog_load(true, NULL, 0);
	assert_non_null(prog);
	nic_model_fill(prog, &table);
	assert_int_equal(nic_model_run(prog, f.bytes, f.len, &class), XDP_PASS);
	assert_int_equal(class, NIC_NO_SOCKET);
}

/* Random frames that are like those above: program and model say the same. */
static void program_and_model_agree_on_mutations(void **state)
{
	const uint64_t macs[] = {NIC, WEFT, WEFT5, GUEST, OTHER, ALL, MANY};
	unsigned seed = (unsigned)time(NULL);
	int seen[NIC_CLASSES] = {0};

	print_message("seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 30000; i++) {
		struct frame f = eth(macs[rand() % 7], OTHER);
		int class;
		if (i % 10000 == 0)
			share_with(i % 20000 ? NIC : WEFT);
		if (rand() % 3 == 0)
			tag(&f, rand() % 2 ? 5 : 10, 0);
		switch (rand() % 5) {
		case 0:
			arp(&f, "192.0.2.77", rand() % 2 ? "192.0.2.2" : "198.51.100.5");
			break;
		case 1:
			udp4(&f, "192.0.2.77", "192.0.2.2", 520, 520, 4);
			break;
		case 2:
			udp6(&f, "fe80::1", "2001:db8::2", 521, 521, 4);
			break;
		case 3:
			ip4(&f, "192.0.2.77", "10.1.2.3", 89, 4);
			fill(&f, 4);
			break;
		default:
			f = solicitation("2001:db8::2", 135);
		}
		for (int k = rand() % 4; k > 0; k--)
			f.bytes[6 + (unsigned)rand() % (f.len - 6)] ^= (uint8_t)(1 << rand() % 8);
		if (rand() % 4 == 0)
			f.len = 14 + (unsigned)rand() % (f.len - 13);
		int action = nic_model_run(prog, f.bytes, f.len, &class);
		int wanted = nic_model(&table, f.bytes, f.len);
		if (class != wanted || action != (wanted <= NIC_PROTOCOL ? XDP_REDIRECT : XDP_PASS))
			fail_msg("frame %d: the program says %d, the model %d", i, class, wanted);
		seen[class]++;
	}
	for (int i = 0; i < NIC_CLASSES; i++)
		if (i != NIC_NO_SOCKET)
			assert_true(seen[i] > 0);
}

static int teardown(void **state)
{
	xdp_prog_destroy(prog);
	share_table_fini(&table);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_receiver_is_told_by_its_mac_address),
		cmocka_unit_test(a_mac_address_is_weft_s_in_its_vlan_alone),
		cmocka_unit_test(the_hosts_connections_stay_with_it),
		cmocka_unit_test(what_is_for_the_hosts_mac_address_is_never_weft_s),
		cmocka_unit_test(with_the_nics_own_mac_address_ip_addresses_decide),
		cmocka_unit_test(and_so_do_ipv6_addresses_and_arp),
		cmocka_unit_test(arp_for_an_address_of_weft_s_goes_there_alone),
		cmocka_unit_test(neighbour_solicitations_likewise),
		cmocka_unit_test(protocols_of_weft_s_go_the_short_way),
		cmocka_unit_test(options_are_skipped_and_fragments_left_to_both),
		cmocka_unit_test(what_is_cut_short_is_the_hosts),
		cmocka_unit_test(an_8021ad_tag_is_the_customers_own),
		cmocka_unit_test(without_a_socket_everything_is_the_hosts),
		cmocka_unit_test(program_and_model_agree_on_mutations),
	};

	prog = nic_model_load();
	if (!prog && errno == EPERM) {
		fprintf(stderr, "needs root: the kernel runs the program\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, teardown);
}
