// SPDX-License-Identifier: BSD-3-Clause
/* Router advertisements: RFC 4861 6.2, RFC 4191, RFC 8106. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"
#include "routing/core/ip.h"
#include "tests/unit/routing/scene.h"

#define OURS "fe80::1/64 2001:db8::1/64 192.0.2.1/24"

static struct scene scene;

/* What was advertised: when, and the last one from its ICMPv6 header on. */
static int64_t sent_at[64];
static uint32_t n_sent;
static uint8_t last[1280];
static uint32_t last_len;

static int watch(struct fake *fake, const struct packet_out *out)
{
	struct addr all_nodes = fake_addr("ff02::1"), from = fake_addr("fe80::1");
	static const uint8_t mac[6] = {0x33, 0x33, 0, 0, 0, 1};
	struct ip_view ip;

	if (out->ether_type != 0x86dd || ip_read(out->data, out->len, false, &ip) < 0 ||
	    ip.payload[0] != 134)
		return 0;
	assert_true(n_sent < 64);
	sent_at[n_sent++] = fake->timers.now.us;
	assert_int_equal(ip.ttl, 255);
	assert_int_equal(addr_compare(&ip.src, &from), 0);
	assert_int_equal(addr_compare(&ip.dst, &all_nodes), 0);
	assert_memory_equal(out->dst_mac, mac, 6);
	assert_int_equal(checksum_finish(checksum_add(checksum_pseudo(&ip.src, &ip.dst, IP_ICMP6,
								      ip.payload_len),
						      ip.payload, ip.payload_len)),
			 0);
	last_len = ip.payload_len;
	memcpy(last, ip.payload, last_len);
	last[2] = last[3] = 0;
	return 0;
}

/* An interface that advertises so, just up. */
static void begin(const struct neighbor_conf *conf)
{
	n_sent = 0;
	scene_begin_with(&scene, OURS, NULL, NULL);
	fake_up(&scene.fake, scene.eth, false);
	neighbor_iface_changed(scene.engine, scene.eth);
	scene.fake.on_send = watch;
	assert_int_equal(neighbor_configure(scene.engine, scene.eth, conf), 0);
	fake_up(&scene.fake, scene.eth, true);
	neighbor_iface_changed(scene.engine, scene.eth);
}

static struct neighbor_conf usual(void)
{
	struct neighbor_conf conf = {.dad_off = true};

	ra_conf_default(&conf.ra);
	return conf;
}

static void expect_bytes(const char *hex)
{
	char text[2 * sizeof(last) + 1];

	for (uint32_t i = 0; i < last_len; i++)
		sprintf(text + 2 * i, "%02x", last[i]);
	assert_string_equal(text, hex);
}

static void an_interface_advertises_its_own_subnets_unless_told_otherwise(void **state)
{
	struct neighbor_conf conf = usual();

	begin(&conf);
	pass(&scene, 0);
	assert_int_equal(n_sent, 1);
	expect_bytes("86000000"
		     "40000708"         /* hop limit 64, no flags, 1800 s */
		     "0000000000000000" /* hosts keep their own times */
		     "0101020000000001" /* our MAC address */
		     "030440c0"         /* a prefix of 64 bits, on-link, autonomous */
		     "00278d0000093a80" /* 30 days, 7 days */
		     "0000000020010db8000000000000000000000000");
	scene_end(&scene);
}

static void everything_that_is_configured_is_said(void **state)
{
	struct neighbor_conf conf = usual();

	conf.ra.managed = conf.ra.other = true;
	conf.ra.preference = RA_HIGH;
	conf.ra.hop_limit = 32;
	conf.ra.max_interval_s = 100;
	conf.ra.lifetime_s = 200;
	conf.ra.reachable_ms = 1000;
	conf.ra.retrans_ms = 2000;
	conf.ra.mtu = 1400;
	conf.ra.n_prefixes = 1;
	conf.ra.prefixes[0] = (struct ra_prefix){.prefix = fake_prefix("2001:db8:7::/48"),
						 .on_link = true,
						 .valid_s = RA_INFINITE,
						 .preferred_s = 60};
	conf.ra.n_rdnss = 1;
	conf.ra.rdnss[0] = fake_addr("2001:db8::53");
	begin(&conf);
	pass(&scene, 0);
	expect_bytes("86000000"
		     "20c800c8" /* M, O, high */
		     "000003e8000007d0"
		     "0101020000000001"
		     "0501000000000578"
		     "03043080ffffffff0000003c0000000020010db8000700000000000000000000"
		     "190300000000012c20010db8000000000000000000000053"); /* 300 s */
	scene_end(&scene);
}

static void the_first_three_come_soon_and_the_others_at_random(void **state)
{
	struct neighbor_conf conf = usual();
	int64_t least = INT64_MAX, most = 0;

	begin(&conf);
	pass(&scene, SPAN_S(3600) * 5);
	assert_in_range(n_sent, 33, 60);
	for (uint32_t i = 1; i < n_sent; i++) {
		int64_t span = sent_at[i] - sent_at[i - 1];

		if (i < 3) {
			assert_in_range(span, SPAN_S(3), SPAN_S(16));
			continue;
		}
		least = span < least ? span : least;
		most = span > most ? span : most;
	}
	assert_in_range(least, SPAN_S(200), SPAN_S(260));
	assert_in_range(most, SPAN_S(540), SPAN_S(600));
	scene_end(&scene);
}

static void solicit(void)
{
	hear_nd(&scene,
		&(struct message){.type = 133, .src = "fe80::2", .dst = "ff02::2", .mac = MAC(2)});
}

static void who_asks_is_answered_within_half_a_second(void **state)
{
	struct neighbor_conf conf = usual();
	struct addr asker = fake_addr("fe80::2");
	uint8_t mac[6];

	begin(&conf);
	pass(&scene, SPAN_S(100));
	assert_int_equal(n_sent, 3);
	solicit();
	pass(&scene, SPAN_MS(500));
	assert_int_equal(n_sent, 4);
	assert_true(neighbor_find(scene.engine, scene.eth, &asker, mac)); /* RFC 4861 6.2.6 */
	scene_end(&scene);
}

static void many_who_ask_are_answered_every_three_seconds(void **state)
{
	struct neighbor_conf conf = usual();

	begin(&conf);
	pass(&scene, SPAN_S(100));
	for (int i = 0; i < 3000; i++) {
		solicit();
		pass(&scene, SPAN_MS(10));
	}
	assert_in_range(n_sent - 3, 9, 11);
	for (uint32_t i = 4; i < n_sent; i++)
		assert_true(sent_at[i] - sent_at[i - 1] >= SPAN_S(3));
	scene_end(&scene);
}

static void who_does_not_advertise_does_not_answer(void **state)
{
	struct neighbor_conf conf = {.dad_off = true};

	begin(&conf);
	solicit();
	pass(&scene, SPAN_S(3600));
	assert_int_equal(n_sent, 0);
	scene_end(&scene);
}

static uint16_t last_lifetime(void)
{
	return (uint16_t)(last[6] << 8 | last[7]);
}

static void the_end_of_advertising_is_told(void **state)
{
	for (int how = 0; how < 4; how++) {
		struct neighbor_conf conf = usual(), off = {.dad_off = true};

		begin(&conf);
		pass(&scene, SPAN_S(100));
		n_sent = 0;
		if (how == 0)
			neighbor_configure(scene.engine, scene.eth, &off);
		else if (how == 1)
			neighbor_iface_gone(scene.engine, scene.eth);
		else if (how == 2)
			neighbor_goodbye(scene.engine, scene.eth);
		if (how < 3)
			pass(&scene, SPAN_S(3600));
		scene_end(&scene);
		assert_int_equal(n_sent, 1);
		assert_int_equal(last_lifetime(), 0);
		assert_int_equal(last_len, 56); /* and its prefixes are told once more */
	}
}

static void a_change_is_told_soon(void **state)
{
	struct neighbor_conf conf = usual();

	begin(&conf);
	pass(&scene, SPAN_S(100));
	n_sent = 0;
	neighbor_configure(scene.engine, scene.eth, &conf);
	pass(&scene, SPAN_S(1));
	assert_int_equal(n_sent, 0); /* nothing changed */
	conf.ra.lifetime_s = 700;
	neighbor_configure(scene.engine, scene.eth, &conf);
	pass(&scene, SPAN_S(1));
	assert_int_equal(n_sent, 1);
	assert_int_equal(last_lifetime(), 700);
	scene_end(&scene);
}

static void nothing_is_advertised_before_our_link_local_address_is_usable(void **state)
{
	struct neighbor_conf conf = usual();

	conf.dad_off = false;
	begin(&conf);
	pass(&scene, SPAN_MS(999));
	assert_int_equal(n_sent, 0);
	pass(&scene, SPAN_S(2));
	assert_int_equal(n_sent, 1);
	scene_end(&scene);
}

static void an_interface_that_is_down_advertises_nothing(void **state)
{
	struct neighbor_conf conf = usual();

	begin(&conf);
	pass(&scene, SPAN_S(100));
	n_sent = 0;
	fake_up(&scene.fake, scene.eth, false);
	neighbor_iface_changed(scene.engine, scene.eth);
	pass(&scene, SPAN_S(3600));
	assert_int_equal(n_sent, 0);
	fake_up(&scene.fake, scene.eth, true);
	neighbor_iface_changed(scene.engine, scene.eth);
	pass(&scene, SPAN_S(3));
	assert_int_equal(n_sent, 1);
	scene_end(&scene);
}

/* RFC 4861 6.2.7. */
static void another_router_that_contradicts_us_is_noticed(void **state)
{
	static const struct {
		uint32_t head; /* hop limit, flags, lifetime */
		const char *more;
		bool contradicts;
	} cases[] = {
		{0x40000708, NULL, false},
		{0x00000000, NULL, false}, /* says nothing */
		{0x20000708, NULL, true},
		{0x40800708, NULL, true},
		{0x40400708, NULL, true},
		{0x40000708, "0501000000000578", true},
		{0x40000708, "05010000000005dc", false},
		{0x40000708, "030440c000278d0000093a800000000020010db8000000000000000000000000",
		 false},
		{0x40000708, "030440c000278d0000093a810000000020010db8000000000000000000000000",
		 true},
		{0x40000708, "030440c000278d0000093a810000000020010db8000100000000000000000000",
		 false},
	};
	struct neighbor_conf conf = usual();
	uint32_t n = 0;

	conf.ra.mtu = 1500;
	conf.ra.n_prefixes = 1;
	conf.ra.prefixes[0] = (struct ra_prefix){.prefix = fake_prefix("2001:db8::/64"),
						 .valid_s = 2592000,
						 .preferred_s = 604800};
	begin(&conf);
	pass(&scene, SPAN_S(1));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hear_nd(&scene, &(struct message){.type = 134,
						  .src = "fe80::9",
						  .dst = "ff02::1",
						  .flags = cases[i].head,
						  .more = cases[i].more});
		n += cases[i].contradicts;
		assert_int_equal(stats_of(&scene).ra_inconsistent, n);
	}
	assert_int_equal(scene.fake.n_logged[ENV_WARNING], 1); /* once in a while */
	assert_non_null(strstr(scene.fake.last_log, "fe80::9"));
	scene_end(&scene);
}

static void what_makes_no_sense_is_refused_with_the_name_of_the_field(void **state)
{
	struct neighbor_conf good = usual(), conf;

	begin(&good);
#define REFUSED(field, value, name)                                           \
	conf = good;                                                          \
	conf.ra.field = value;                                                \
	assert_int_equal(strncmp(ra_check(&conf.ra), name, strlen(name)), 0); \
	assert_int_equal(neighbor_configure(scene.engine, scene.eth, &conf), -EINVAL)
	REFUSED(max_interval_s, 3, "max_interval_s");
	REFUSED(max_interval_s, 1801, "max_interval_s");
	REFUSED(min_interval_s, 2, "min_interval_s");
	REFUSED(min_interval_s, 451, "min_interval_s");
	REFUSED(lifetime_s, 599, "lifetime_s");
	REFUSED(lifetime_s, 9001, "lifetime_s");
	REFUSED(reachable_ms, 3600001, "reachable_ms");
	REFUSED(mtu, 1279, "mtu");
	REFUSED(preference, 3, "preference");
	REFUSED(n_prefixes, RA_PREFIX_MAX + 1, "prefixes");
	REFUSED(n_rdnss, RA_RDNSS_MAX + 1, "prefixes");
	good.ra.n_prefixes = good.ra.n_rdnss = 1;
	good.ra.prefixes[0].prefix = fake_prefix("2001:db8::/64");
	good.ra.rdnss[0] = fake_addr("2001:db8::53");
	assert_null(ra_check(&good.ra));
	REFUSED(prefixes[0].prefix, fake_prefix("2001:db8::1/64"), "prefixes");
	REFUSED(prefixes[0].prefix, fake_prefix("10.0.0.0/8"), "prefixes");
	REFUSED(prefixes[0].prefix, fake_prefix("fe80::/64"), "prefixes");
	REFUSED(prefixes[0].preferred_s, 1, "prefixes");
	REFUSED(rdnss[0], fake_addr("10.0.0.1"), "rdnss");
	REFUSED(rdnss[0], fake_addr("::"), "rdnss");
	good.ra.lifetime_s = 0; /* no default router, but prefixes */
	assert_null(ra_check(&good.ra));
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interface_advertises_its_own_subnets_unless_told_otherwise),
		cmocka_unit_test(everything_that_is_configured_is_said),
		cmocka_unit_test(the_first_three_come_soon_and_the_others_at_random),
		cmocka_unit_test(who_asks_is_answered_within_half_a_second),
		cmocka_unit_test(many_who_ask_are_answered_every_three_seconds),
		cmocka_unit_test(who_does_not_advertise_does_not_answer),
		cmocka_unit_test(the_end_of_advertising_is_told),
		cmocka_unit_test(a_change_is_told_soon),
		cmocka_unit_test(nothing_is_advertised_before_our_link_local_address_is_usable),
		cmocka_unit_test(an_interface_that_is_down_advertises_nothing),
		cmocka_unit_test(another_router_that_contradicts_us_is_noticed),
		cmocka_unit_test(what_makes_no_sense_is_refused_with_the_name_of_the_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
