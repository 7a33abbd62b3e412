// SPDX-License-Identifier: BSD-3-Clause
/* BFD: who is believed. Authentication, and packets that break a rule. */
#include "tests/sim/bfd_pair.h"

#include <errno.h>
#include <string.h>

#include "routing/core/be.h"
#include "routing/core/ip.h"
#include "routing/core/udp.h"

static struct bfd_conf with_key(uint8_t type, uint8_t id, const char *key)
{
	struct bfd_conf conf = fast;

	conf.auth = (struct bfd_auth){.type = type, .key_id = id, .key_size = (uint8_t)strlen(key)};
	memcpy(conf.auth.key, key, strlen(key));
	return conf;
}

static bool comes_up(const struct bfd_conf *of_a, const struct bfd_conf *of_b)
{
	bool up;

	pair_setup(NULL);
	bfd_configure(a->bfd, of_a);
	bfd_configure(b->bfd, of_b);
	want("10.0.0.1", "10.0.0.2");
	up = world_run_until(world, SPAN_S(10), both_up, NULL);
	pair_teardown(NULL);
	return up;
}

static void both_ends_need_the_same_authentication(void **state)
{
	static const uint8_t types[] = {BFD_AUTH_PASSWORD, BFD_AUTH_SHA1, BFD_AUTH_SHA1_METICULOUS};

	pair_teardown(NULL); /* comes_up makes worlds of its own */
	for (int i = 0; i < 3; i++) {
		struct bfd_conf right = with_key(types[i], 3, "s3cret");
		struct bfd_conf other_key = with_key(types[i], 3, "s3creT");
		struct bfd_conf other_id = with_key(types[i], 4, "s3cret");
		struct bfd_conf shorter = with_key(types[i], 3, "s3cre");

		assert_true(comes_up(&right, &right));
		assert_false(comes_up(&right, &other_key));
		assert_false(comes_up(&right, &other_id));
		assert_false(comes_up(&right, &shorter));
		assert_false(comes_up(&right, &fast));
		assert_false(comes_up(&fast, &right));
	}
	pair_setup(NULL); /* for the teardown to come */
}

static uint8_t recorded[256];
static uint32_t n_recorded;

static bool record(struct world *w, const struct end *from, const struct packet_out *out)
{
	if (from == end_b && !n_recorded) {
		n_recorded = out->len;
		memcpy(recorded, out->data, out->len);
	}
	return true;
}

static void replayed_packets_are_refused(void **state)
{
	struct bfd_conf conf = with_key(BFD_AUTH_SHA1_METICULOUS, 1, "k");
	struct packet_in in = {.iface = &end_a->iface, .ether_type = 0x0800, .data = recorded};

	come_up(&conf);
	n_recorded = 0;
	world->watch = record;
	world_run(world, SPAN_MS(100));
	world->watch = NULL;
	in.len = n_recorded;
	assert_true(n_recorded > 0);
	for (int i = 0; i < 10; i++)
		bfd_input(a->bfd, &in);
	assert_int_equal(bfd_refused(a->bfd, BFD_BAD_AUTH), 10);
	assert_int_equal(info(at_a).refused[BFD_BAD_AUTH], 10);
	link_ab->is_silent = true; /* what is refused does not keep the session up */
	for (int i = 0; i < 10; i++) {
		world_run(world, SPAN_MS(20));
		bfd_input(a->bfd, &in);
	}
	assert_int_equal(bfd_state(at_a), BFD_DOWN);
}

static void configurations_without_sense_are_refused(void **state)
{
	struct bfd_conf conf = fast;

	conf.multiplier = 0;
	assert_int_equal(bfd_configure(a->bfd, &conf), -EINVAL);
	conf = fast;
	conf.tx_us = 0;
	assert_int_equal(bfd_configure(a->bfd, &conf), -EINVAL);
	conf = with_key(BFD_AUTH_PASSWORD, 1, "seventeen bytes!!");
	assert_int_equal(bfd_configure(a->bfd, &conf), -EINVAL);
	conf = with_key(2, 1, "md5");
	assert_int_equal(bfd_configure(a->bfd, &conf), -EINVAL);
}

/* --- packets that must not pass --- */

static void give(uint8_t ttl, const char *src, const uint8_t *bytes, uint32_t n)
{
	uint8_t buffer[UDP_HEADERS_MAX + 64];
	struct ip_out ip = {.src = address(src), .dst = address("10.0.0.1"), .ttl = ttl};
	struct udp_view udp = {.sport = 50000, .dport = BFD_PORT, .data = bytes, .len = n};
	struct packet_in in = {.iface = &end_a->iface,
			       .ether_type = 0x0800,
			       .data = buffer,
			       .len = udp_write(buffer, &ip, &udp)};

	bfd_input(a->bfd, &in);
}

static void packets_that_break_a_rule_are_refused_by_its_name(void **state)
{
	/* version 1, Down, multiplier 3, from discriminator 9 */
	static const uint8_t good[24] = {0x20, 0x40, 3, 24, 0, 0, 0, 9, [14] = 0xc3, [18] = 0xc3};
	static const struct {
		enum bfd_refused why;
		uint8_t at, value, ttl;
		const char *src;
		uint8_t size;
	} cases[] = {
		{BFD_BAD_VERSION, 0, 0x40, 255, "10.0.0.2", 24},
		{BFD_BAD_LENGTH, 3, 23, 255, "10.0.0.2", 24},
		{BFD_BAD_LENGTH, 3, 25, 255, "10.0.0.2", 24},
		{BFD_BAD_LENGTH, 3, 24, 255, "10.0.0.2", 20},
		{BFD_BAD_LENGTH, 1, 0x44, 255, "10.0.0.2", 24}, /* says that it is authenticated */
		{BFD_BAD_MULTIPLIER, 2, 0, 255, "10.0.0.2", 24},
		{BFD_MULTIPOINT, 1, 0x41, 255, "10.0.0.2", 24},
		{BFD_NO_DISCRIMINATOR, 7, 0, 255, "10.0.0.2", 24},
		{BFD_BAD_STATE, 1, 0xc0, 255, "10.0.0.2", 24}, /* up, and names no session */
		{BFD_BAD_TTL, 0, 0x20, 254, "10.0.0.2", 24},
		{BFD_NO_SESSION, 0, 0x20, 255, "10.0.0.3", 24},
		{BFD_NO_SESSION, 11, 77, 255, "10.0.0.2", 24}, /* names one that is not there */
	};
	struct addr to_b = address("10.0.0.2");

	at_a = bfd_want(a->bfd, 1, &to_b, on_a, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t before = bfd_refused(a->bfd, cases[i].why);
		uint8_t bytes[24];

		memcpy(bytes, good, sizeof(bytes));
		bytes[cases[i].at] = cases[i].value;
		give(cases[i].ttl, cases[i].src, bytes, cases[i].size);
		assert_int_equal(bfd_refused(a->bfd, cases[i].why), before + 1);
		assert_int_equal(bfd_state(at_a), BFD_DOWN);
		if (strcmp(cases[i].src, "10.0.0.2") != 0)
			continue;
		assert_int_equal(info(at_a).last_refused, cases[i].why);
		assert_true(info(at_a).refused[cases[i].why] > 0);
	}
	give(255, "10.0.0.2", good, sizeof(good));
	assert_int_equal(bfd_state(at_a), BFD_INIT);
}

static void a_peer_that_wants_nothing_gets_nothing(void **state)
{
	uint8_t mute[24] = {0x20, 0x40, 3, 24, 0, 0, 0, 9};
	struct addr to_b = address("10.0.0.2");
	uint64_t sent;

	at_a = bfd_want(a->bfd, 1, &to_b, on_a, NULL);
	give(255, "10.0.0.2", mute, sizeof(mute)); /* required min rx: 0 */
	sent = info(at_a).sent;
	world_run(world, SPAN_S(3));
	assert_in_range(info(at_a).sent, sent, sent + 2); /* until silence makes us forget it */
}

/* 6.6: it asks to be left in peace, and hears of us when it polls. */
static void a_peer_in_demand_mode_hears_nothing_but_finals(void **state)
{
	enum { DEMAND = 0x02, POLL = 0x20 };
	uint8_t bytes[24] = {0x20, BFD_DOWN << 6, 3, 24, 0, 0, 0, 9, [14] = 0xc3, [18] = 0xc3};
	struct addr to_b = address("10.0.0.2");
	uint64_t sent;

	bfd_configure(a->bfd, &fast);
	at_a = bfd_want(a->bfd, 1, &to_b, on_a, NULL);
	give(255, "10.0.0.2", bytes, sizeof(bytes));
	store_be32(bytes + 8, info(at_a).my_discriminator);
	bytes[1] = BFD_UP << 6;
	give(255, "10.0.0.2", bytes, sizeof(bytes));
	bytes[1] |= POLL >> 1; /* final: what we polled for is agreed upon */
	give(255, "10.0.0.2", bytes, sizeof(bytes));
	assert_int_equal(bfd_state(at_a), BFD_UP);
	bytes[1] = BFD_UP << 6 | DEMAND;
	give(255, "10.0.0.2", bytes, sizeof(bytes));
	sent = info(at_a).sent;
	for (int i = 0; i < 30; i++) {
		world_run(world, SPAN_MS(100));
		give(255, "10.0.0.2", bytes, sizeof(bytes));
	}
	assert_int_equal(info(at_a).sent, sent);
	assert_int_equal(bfd_state(at_a), BFD_UP);
	bytes[1] |= POLL;
	give(255, "10.0.0.2", bytes, sizeof(bytes));
	assert_int_equal(info(at_a).sent, sent + 1);
	bytes[1] = BFD_UP << 6; /* it has had enough of that */
	give(255, "10.0.0.2", bytes, sizeof(bytes));
	world_run(world, SPAN_MS(100));
	assert_true(info(at_a).sent > sent + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ends_need_the_same_authentication),
		TEST(replayed_packets_are_refused),
		TEST(configurations_without_sense_are_refused),
		TEST(packets_that_break_a_rule_are_refused_by_its_name),
		TEST(a_peer_that_wants_nothing_gets_nothing),
		TEST(a_peer_in_demand_mode_hears_nothing_but_finals),
	};

	return cmocka_run_group_tests_name("bfd input", tests, NULL, NULL);
}
