// SPDX-License-Identifier: BSD-3-Clause
/* What an interface's addresses say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "routing/connected/connected.h"
#include "tests/support/fake_env.h"

static struct fake fake;
static struct instance *connected;

static int setup(void **state)
{
	fake_init(&fake, 1);
	fake.env.rib = rib_create(&fake.env);
	assert_non_null(fake.env.rib);
	connected = protocol_connected.create(&fake.env);
	assert_non_null(connected);
	return 0;
}

static void settle(void)
{
	while (rib_work(fake.env.rib, 100) > 0)
		;
}

static int teardown(void **state)
{
	protocol_connected.destroy(connected);
	settle();
	rib_destroy(fake.env.rib);
	fake_fini(&fake);
	return 0;
}

static void look(struct iface *iface)
{
	rib_iface_changed(fake.env.rib, iface);
	protocol_connected.iface_changed(connected, iface);
	settle();
}

/* How a prefix is used, or -1; *n: by how many hops. */
static int kind_of(const char *text, uint32_t *n)
{
	struct prefix prefix;
	struct rib_best best;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	if (!rib_find(fake.env.rib, 0, &prefix, &best))
		return -1;
	*n = best.hops->n;
	return best.hops->hops[0].kind;
}

#define expect(prefix, kind)                                  \
	do {                                                  \
		uint32_t n_ = 0;                              \
		assert_int_equal(kind_of(prefix, &n_), kind); \
	} while (0)
#define expect_none(prefix) expect(prefix, -1)

static void an_address_is_a_subnet_ourselves_and_a_broadcast_address(void **state)
{
	struct iface *eth = fake_iface(&fake, "eth", "192.0.2.1/24 2001:db8::1/64");

	look(eth);
	expect("192.0.2.0/24", NEXTHOP_IFACE);
	expect("192.0.2.1/32", NEXTHOP_LOCAL);
	expect("192.0.2.255/32", NEXTHOP_BROADCAST);
	expect("2001:db8::/64", NEXTHOP_IFACE);
	expect("2001:db8::1/128", NEXTHOP_LOCAL);
	expect_none("2001:db8::ffff:ffff:ffff:ffff/128");
}

/* RFC 4291 2.6.1, RFC 6164. */
static void an_ipv6_subnet_has_its_routers_anycast_address(void **state)
{
	look(fake_iface(&fake, "eth",
			"2001:db8::1/64 2001:db8:1::2/127 2001:db8:2::1/128 fe80::1/64"));
	expect("2001:db8::/128", NEXTHOP_LOCAL);
	expect_none("2001:db8:1::/128");
	expect_none("2001:db8:1::2/126");
	expect_none("fe80::/128");
}

static void two_addresses_on_a_link_need_no_broadcast(void **state)
{
	look(fake_iface(&fake, "eth", "192.0.2.0/31"));
	expect("192.0.2.0/31", NEXTHOP_IFACE);
	expect("192.0.2.0/32", NEXTHOP_LOCAL);
	expect_none("192.0.2.1/32");
}

static void a_host_address_is_only_ourselves(void **state)
{
	look(fake_iface(&fake, "eth", "192.0.2.9/32"));
	expect("192.0.2.9/32", NEXTHOP_LOCAL);
}

static void an_interface_that_is_down_says_nothing(void **state)
{
	struct iface *eth = fake_iface(&fake, "eth", "192.0.2.1/24");

	look(eth);
	fake_up(&fake, eth, false);
	look(eth);
	expect_none("192.0.2.0/24");
	expect_none("192.0.2.1/32");
	expect_none("192.0.2.255/32");
	fake_up(&fake, eth, true);
	look(eth);
	expect("192.0.2.0/24", NEXTHOP_IFACE);
}

static void other_addresses_replace_those_before(void **state)
{
	struct iface *eth = fake_iface(&fake, "eth", "192.0.2.1/24 10.0.0.1/8");

	look(eth);
	fake_addresses(&fake, eth, "192.0.2.2/24");
	look(eth);
	expect_none("10.0.0.0/8");
	expect_none("192.0.2.1/32");
	expect("192.0.2.2/32", NEXTHOP_LOCAL);
	expect("192.0.2.0/24", NEXTHOP_IFACE);
}

static void the_rest_of_a_loopbacks_subnet_is_unreachable(void **state)
{
	struct iface *lo = fake_iface(&fake, "lo", "10.9.0.1/16");

	lo->flags |= IFACE_LOOPBACK;
	look(lo);
	expect("10.9.0.0/16", NEXTHOP_UNREACHABLE);
	expect("10.9.0.1/32", NEXTHOP_LOCAL);
	expect_none("10.9.255.255/32");
}

static void link_local_addresses_are_ourselves_on_any_interface(void **state)
{
	struct iface *eth0 = fake_iface(&fake, "eth0", "fe80::1/64");
	struct iface *eth1 = fake_iface(&fake, "eth1", "fe80::1/64");
	uint32_t n = 0;

	look(eth0);
	look(eth1);
	expect_none("fe80::/64");
	assert_int_equal(kind_of("fe80::1/128", &n), NEXTHOP_LOCAL);
	assert_int_equal(n, 2);
	fake_up(&fake, eth0, false);
	look(eth0);
	assert_int_equal(kind_of("fe80::1/128", &n), NEXTHOP_LOCAL);
	assert_int_equal(n, 1);
}

static void an_interface_that_is_gone_leaves_nothing(void **state)
{
	struct iface *eth = fake_iface(&fake, "eth", "192.0.2.1/24");
	struct rib_counts counts;

	look(eth);
	protocol_connected.iface_gone(connected, eth);
	settle();
	rib_counts(fake.env.rib, 0, &counts);
	assert_int_equal(counts.routes, 0);
}

static void what_is_there_at_the_start_is_seen(void **state)
{
	struct iface *eth = fake_iface(&fake, "eth", "192.0.2.1/24");

	rib_iface_changed(fake.env.rib, eth);
	assert_int_equal(protocol_connected.reconfigure(connected, NULL), 0);
	settle();
	expect("192.0.2.1/32", NEXTHOP_LOCAL);
	protocol_connected.stop(connected);
	settle();
	expect_none("192.0.2.1/32");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_address_is_a_subnet_ourselves_and_a_broadcast_address),
		TEST(an_ipv6_subnet_has_its_routers_anycast_address),
		TEST(two_addresses_on_a_link_need_no_broadcast),
		TEST(a_host_address_is_only_ourselves),
		TEST(an_interface_that_is_down_says_nothing),
		TEST(other_addresses_replace_those_before),
		TEST(the_rest_of_a_loopbacks_subnet_is_unreachable),
		TEST(link_local_addresses_are_ourselves_on_any_interface),
		TEST(an_interface_that_is_gone_leaves_nothing),
		TEST(what_is_there_at_the_start_is_seen),
	};

	return cmocka_run_group_tests_name("connected routes", tests, NULL, NULL);
}
