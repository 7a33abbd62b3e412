// SPDX-License-Identifier: BSD-3-Clause
/* RIP: who is believed. Authentication, and packets and entries that break a rule. */
#include "tests/sim/rip_chain.h"

#include <string.h>

#include "routing/core/udp.h"
#include "routing/rip/packet.h"

static struct rip_key key(enum rip_auth_type type, uint8_t id, const char *text)
{
	struct rip_key out = {.id = id, .type = type, .size = (uint8_t)strlen(text)};

	memcpy(out.key, text, strlen(text));
	return out;
}

static bool learns_with(const struct rip_key *of_a, const struct rip_key *of_b)
{
	bool learned;

	chain_setup(NULL);
	if (of_a) {
		rip_net_conf(a, ab)->keys[0] = *of_a;
		rip_net_conf(a, ab)->n_keys = 1;
	}
	if (of_b) {
		rip_net_conf(b, ab)->keys[0] = *of_b;
		rip_net_conf(b, ab)->n_keys = 1;
	}
	rip_net_configure(&net);
	run(60);
	learned = rip_net_metric(a, "10.3.0.0/16") == 3;
	assert_true(learned == (rip_net_metric(b, "10.1.0.0/16") == 2));
	chain_teardown(NULL);
	return learned;
}

static void both_ends_need_the_same_key(void **state)
{
	chain_teardown(NULL); /* learns_with makes networks of its own */
	for (int type = RIP_AUTH_PASSWORD; type < RIP_AUTH_TYPES; type++) {
		struct rip_key right = key(type, 5, "s3cret"), wrong = key(type, 5, "s3creT");
		struct rip_key other_id = key(type, 6, "s3cret");

		assert_true(learns_with(&right, &right));
		assert_false(learns_with(&right, &wrong));
		assert_false(learns_with(&right, NULL));
		assert_false(learns_with(NULL, &right));
		if (type != RIP_AUTH_PASSWORD) /* a password has no number */
			assert_false(learns_with(&right, &other_id));
	}
	chain_setup(NULL);
}

static void keys_are_exchanged_without_a_gap(void **state)
{
	int64_t now = net.world->routers->env.ops->wall_s(&net.world->routers->env);
	struct rip_key old = key(RIP_AUTH_SHA256, 1, "old"), new = key(RIP_AUTH_SHA256, 2, "new");

	old.accept_until_s = now + 400;
	old.send_until_s = now + 250;
	new.accept_from_s = now + 100;
	new.send_from_s = now + 200;
	for (int i = 0; i < 2; i++) {
		struct rip_iface_conf *conf = rip_net_conf(i ? b : a, ab);

		conf->keys[0] = old;
		conf->keys[1] = new;
		conf->n_keys = 2;
	}
	rip_net_configure(&net);
	run(5);
	for (int i = 0; i < 60; i++) {
		run(10);
		expect_route(a, "10.3.0.0/16", 3);
	}
	assert_int_equal(rip_refused(a->instances[1], RIP_BAD_AUTH), 0);
}

static void set_keys(uint8_t n, const struct rip_key *keys)
{
	for (int i = 0; i < 2; i++) {
		struct rip_iface_conf *conf = rip_net_conf(i ? b : a, ab);

		memset(conf->keys, 0, sizeof(conf->keys));
		memcpy(conf->keys, keys, n * sizeof(*keys));
		conf->n_keys = n;
	}
	rip_net_configure(&net);
	world_run(net.world, 1);
}

static void a_key_more_or_one_less_costs_no_route(void **state)
{
	int64_t now = net.world->routers->env.ops->wall_s(&net.world->routers->env);
	struct rip_key keys[] = {key(RIP_AUTH_SHA256, 1, "old"), key(RIP_AUTH_SHA256, 2, "new")};
	struct rip_key other = key(RIP_AUTH_SHA256, 2, "other");

	keys[1].send_from_s = now + 60;
	set_keys(1, keys);
	run(40);
	expect_route(a, "10.3.0.0/16", 3);
	set_keys(2, keys);
	expect_route(a, "10.3.0.0/16", 3);
	run(80); /* all speak with the new one */
	set_keys(1, keys + 1);
	expect_route(a, "10.3.0.0/16", 3);
	run(200);
	expect_route(a, "10.3.0.0/16", 3);
	assert_int_equal(rip_refused(rip_net_instance(a), RIP_BAD_AUTH), 0);
	/* Who spoke with a key that is none any more is not believed from now on. */
	rip_net_conf(a, ab)->keys[0] = other;
	rip_net_configure(&net);
	world_run(net.world, 1);
	expect_no_route(a, "10.3.0.0/16");
	run(40);
	rip_net_conf(a, ab)->keys[0] = keys[1];
	rip_net_configure(&net);
	run(3); /* and is asked at once when it is one again */
	expect_route(a, "10.3.0.0/16", 3);
}

static uint8_t kept[2048];
static uint32_t n_kept;

static bool keep_an_update_of_b(struct world *world, const struct end *from,
				const struct packet_out *out)
{
	if (from->router == b && from->link == ab && !n_kept && out->len > 100) {
		memcpy(kept, out->data, out->len);
		n_kept = out->len;
	}
	return true;
}

static void a_replayed_update_is_refused(void **state)
{
	struct rip_key k = key(RIP_AUTH_MD5, 1, "k");
	struct packet_in in = {.ether_type = 0x0800, .data = kept};

	for (int i = 0; i < 2; i++) {
		rip_net_conf(i ? b : a, ab)->keys[0] = k;
		rip_net_conf(i ? b : a, ab)->n_keys = 1;
	}
	rip_net_configure(&net);
	n_kept = 0;
	net.world->watch = keep_an_update_of_b;
	run(60);
	net.world->watch = NULL;
	assert_true(n_kept > 0);
	end_set_up(rip_net_stub(c), false);
	run(12);
	expect_no_route(a, "10.3.0.0/16");
	in.iface = &rip_net_end(a, ab)->iface;
	in.len = n_kept;
	rip_net_instance(a)->protocol->input(rip_net_instance(a), &in);
	run(0);
	expect_no_route(a, "10.3.0.0/16");
	assert_int_equal(rip_refused(rip_net_instance(a), RIP_REPLAYED), 1);
}

/* --- what must not be believed --- */

struct bad {
	enum rip_refused why;
	const char *what;
	const char *src;
	uint16_t sport;
	uint8_t command, version;
	const char *prefix;
	uint32_t mask, metric;
	uint16_t afi;
};

static uint32_t make(const struct bad *bad, uint8_t out[256], uint32_t cut)
{
	uint8_t data[64];
	struct writer w = writer_of(data, sizeof(data));
	struct ip_out ip = {.ttl = 1};
	struct udp_view udp = {.sport = bad->sport, .dport = RIP_PORT, .data = data};
	struct addr addr;

	addr_parse(bad->src, &ip.src);
	addr_parse("224.0.0.9", &ip.dst);
	addr_parse(bad->prefix, &addr);
	write_u8(&w, bad->command);
	write_u8(&w, bad->version);
	write_u16(&w, 0);
	write_u16(&w, bad->afi);
	write_u16(&w, 0);
	write_addr(&w, &addr);
	write_u32(&w, bad->mask);
	write_u32(&w, 0);
	write_u32(&w, bad->metric);
	udp.len = (uint32_t)write_size(&w) - cut;
	return udp_write(out, &ip, &udp);
}

static void packets_and_entries_that_break_a_rule_are_refused_by_its_name(void **state)
{
	static const struct bad cases[] = {
		{RIP_BAD_PORT, "from another port", "192.0.2.1", 999, 2, 2, "10.9.0.0", 0xffff0000,
		 1, 2},
		{RIP_BAD_SOURCE, "from afar", "198.51.100.1", 520, 2, 2, "10.9.0.0", 0xffff0000, 1,
		 2},
		{RIP_BAD_SOURCE, "from ourselves", "192.0.2.2", 520, 2, 2, "10.9.0.0", 0xffff0000,
		 1, 2},
		{RIP_BAD_COMMAND, "command 9", "192.0.2.1", 520, 9, 2, "10.9.0.0", 0xffff0000, 1,
		 2},
		{RIP_BAD_VERSION, "version 1", "192.0.2.1", 520, 2, 1, "10.9.0.0", 0, 1, 2},
		{RIP_BAD_VERSION, "version 0", "192.0.2.1", 520, 2, 0, "10.9.0.0", 0xffff0000, 1,
		 2},
		{RIP_BAD_FAMILY, "another family", "192.0.2.1", 520, 2, 2, "10.9.0.0", 0xffff0000,
		 1, 3},
		{RIP_BAD_PREFIX, "host bits", "192.0.2.1", 520, 2, 2, "10.9.0.1", 0xffff0000, 1, 2},
		{RIP_BAD_PREFIX, "a mask with holes", "192.0.2.1", 520, 2, 2, "10.9.0.0",
		 0xff0f0000, 1, 2},
		{RIP_BAD_PREFIX, "loopback", "192.0.2.1", 520, 2, 2, "127.0.0.0", 0xff000000, 1, 2},
		{RIP_BAD_PREFIX, "0/8", "192.0.2.1", 520, 2, 2, "0.1.0.0", 0xffff0000, 1, 2},
		{RIP_BAD_PREFIX, "class D", "192.0.2.1", 520, 2, 2, "224.1.0.0", 0xffff0000, 1, 2},
		{RIP_BAD_PREFIX, "class E", "192.0.2.1", 520, 2, 2, "240.1.0.0", 0xffff0000, 1, 2},
		{RIP_BAD_METRIC, "metric 0", "192.0.2.1", 520, 2, 2, "10.9.0.0", 0xffff0000, 0, 2},
		{RIP_BAD_METRIC, "metric 17", "192.0.2.1", 520, 2, 2, "10.9.0.0", 0xffff0000, 17,
		 2},
		{RIP_BAD_METRIC, "metric 2^24+1", "192.0.2.1", 520, 2, 2, "10.9.0.0", 0xffff0000,
		 0x1000001, 2},
		{RIP_BAD_AUTH, "a password nobody asked for", "192.0.2.1", 520, 2, 2, "10.9.0.0", 0,
		 1, 0xffff},
	};
	static const struct bad good = {0, "",         "192.0.2.1", 520, 2,
					2, "10.9.0.0", 0xffff0000,  1,   2};
	struct instance *rip;
	uint8_t packet[256];
	struct packet_in in = {.ether_type = 0x0800, .data = packet};

	rip_net_configure(&net);
	run(10);
	rip = rip_net_instance(b);
	in.iface = &rip_net_end(b, ab)->iface;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t before = rip_refused(rip, cases[i].why);

		in.len = make(&cases[i], packet, 0);
		rip->protocol->input(rip, &in);
		run(0);
		if (rip_refused(rip, cases[i].why) != before + 1)
			fail_msg("%s: not refused as %s", cases[i].what,
				 rip_refused_names[cases[i].why]);
		expect_no_route(b, "10.9.0.0/16");
	}
	for (uint32_t cut = 1; cut < 24; cut++) { /* 24: the header alone, which is sound */
		uint64_t before = rip_refused(rip, RIP_BAD_PACKET);

		in.len = make(&good, packet, cut);
		rip->protocol->input(rip, &in);
		assert_int_equal(rip_refused(rip, RIP_BAD_PACKET), before + (cut != 20));
	}
	in.len = make(&good, packet, 0);
	rip->protocol->input(rip, &in);
	run(0);
	expect_route(b, "10.9.0.0/16", 2);
}

static void version_1_is_understood_where_it_is_allowed(void **state)
{
	static const struct bad first = {0, "", "192.0.2.1", 520, 2, 1, "10.0.0.0", 0, 1, 2};
	uint8_t packet[256];
	struct packet_in in = {.ether_type = 0x0800, .data = packet};

	rip_net_conf(b, ab)->accept_1 = true;
	rip_net_configure(&net);
	run(10);
	in.iface = &rip_net_end(b, ab)->iface;
	in.len = make(&first, packet, 0);
	rip_net_instance(b)->protocol->input(rip_net_instance(b), &in);
	run(0);
	expect_route(b, "10.0.0.0/8", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ends_need_the_same_key),
		TEST(keys_are_exchanged_without_a_gap),
		TEST(a_key_more_or_one_less_costs_no_route),
		TEST(a_replayed_update_is_refused),
		TEST(packets_and_entries_that_break_a_rule_are_refused_by_its_name),
		TEST(version_1_is_understood_where_it_is_allowed),
	};

	return cmocka_run_group_tests_name("rip input", tests, NULL, NULL);
}
