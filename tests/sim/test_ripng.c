// SPDX-License-Identifier: BSD-3-Clause
/*
 * RIPng: what RFC 2080 has of its own, and that what it shares with RIP holds there, too: a chain
 * a - b - c, whose ends have networks of their own, 2001:db8:1::/48 and 2001:db8:3::/48.
 */
#include "tests/sim/rip_chain.h"

#include <string.h>

#include "routing/core/udp.h"
#include "routing/rip/packet.h"

#define OF_A "2001:db8:1::/48"
#define OF_C "2001:db8:3::/48"

static int setup(void **state)
{
	rip_net_start(&net, 12, ADDR_IP6);
	a = rip_net_router(&net, "a", "2001:db8:1::1/48");
	b = rip_net_router(&net, "b", NULL);
	c = rip_net_router(&net, "c", "2001:db8:3::1/48");
	ab = rip_net_link(&net, a, "fe80::a/64", b, "fe80::b/64 2001:db8:7::b/64");
	bc = rip_net_link(&net, b, "fe80::b/64", c, "fe80::c/64");
	return 0;
}

/* --- a packet, byte for byte --- */

struct packet {
	const char *src;
	uint16_t sport;
	uint8_t ttl, command, version;
	const char *dst;
};

static const struct packet sound = {"fe80::a", 521, 255, 2, 1, "ff02::9"};

static void entry(struct writer *w, const char *addr, uint8_t length, uint8_t metric)
{
	struct addr parsed;

	assert_int_equal(addr_parse(addr, &parsed), 0);
	write_addr(w, &parsed);
	write_u16(w, 0);
	write_u8(w, length);
	write_u8(w, metric);
}

static struct writer begin(uint8_t data[256], const struct packet *packet)
{
	struct writer w = writer_of(data, 256);

	write_u8(&w, packet->command);
	write_u8(&w, packet->version);
	write_u16(&w, 0);
	return w;
}

static void give(const struct writer *w, const struct packet *packet)
{
	uint8_t bytes[UDP_HEADERS_MAX + 256];
	struct ip_out ip = {.ttl = packet->ttl};
	struct udp_view udp = {.sport = packet->sport,
			       .dport = RIPNG_PORT,
			       .data = w->begin,
			       .len = (uint32_t)write_size(w)};
	struct packet_in in = {.iface = &rip_net_end(b, ab)->iface,
			       .ether_type = 0x86dd,
			       .data = bytes};

	assert_int_equal(addr_parse(packet->src, &ip.src), 0);
	assert_int_equal(addr_parse(packet->dst, &ip.dst), 0);
	in.len = udp_write(bytes, &ip, &udp);
	rip_net_instance(b)->protocol->input(rip_net_instance(b), &in);
	run(0);
}

/* --- who is believed (RFC 2080 2.4) --- */

struct bad {
	enum rip_refused why;
	const char *what;
	struct packet packet;
	const char *addr;
	uint8_t length, metric;
};

#define SOUND                                        \
	{                                            \
		"fe80::a", 521, 255, 2, 1, "ff02::9" \
	}

static const struct bad bads[] = {
	{RIP_BAD_PORT,
	 "from another port",
	 {"fe80::a", 999, 255, 2, 1, "ff02::9"},
	 "2001:db8:9::",
	 48,
	 1},
	{RIP_BAD_TTL,
	 "from beyond a router",
	 {"fe80::a", 521, 254, 2, 1, "ff02::9"},
	 "2001:db8:9::",
	 48,
	 1},
	{RIP_BAD_SOURCE,
	 "from a global address",
	 {"2001:db8:7::1", 521, 255, 2, 1, "ff02::9"},
	 "2001:db8:9::",
	 48,
	 1},
	{RIP_BAD_SOURCE,
	 "from ourselves",
	 {"fe80::b", 521, 255, 2, 1, "ff02::9"},
	 "2001:db8:9::",
	 48,
	 1},
	{RIP_BAD_VERSION,
	 "version 0",
	 {"fe80::a", 521, 255, 2, 0, "ff02::9"},
	 "2001:db8:9::",
	 48,
	 1},
	{RIP_BAD_VERSION,
	 "version 2",
	 {"fe80::a", 521, 255, 2, 2, "ff02::9"},
	 "2001:db8:9::",
	 48,
	 1},
	{RIP_BAD_COMMAND,
	 "command 3",
	 {"fe80::a", 521, 255, 3, 1, "ff02::9"},
	 "2001:db8:9::",
	 48,
	 1},
	{RIP_BAD_PREFIX, "129 bits", SOUND, "2001:db8:9::", 129, 1},
	{RIP_BAD_PREFIX, "host bits", SOUND, "2001:db8:9::1", 48, 1},
	{RIP_BAD_PREFIX, "a group", SOUND, "ff0e::", 16, 1},
	{RIP_BAD_PREFIX, "addresses of a wire", SOUND, "fe80::", 64, 1},
	{RIP_BAD_PREFIX, "the loopback", SOUND, "::1", 128, 1},
	{RIP_BAD_METRIC, "metric 0", SOUND, "2001:db8:9::", 48, 0},
	{RIP_BAD_METRIC, "metric 17", SOUND, "2001:db8:9::", 48, 17},
	{RIP_BAD_METRIC, "metric 254", SOUND, "2001:db8:9::", 48, 254},
};

static void packets_and_entries_that_break_a_rule_are_refused_by_its_name(void **state)
{
	uint8_t data[256];
	struct writer w;

	rip_net_configure(&net);
	run(10);
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct bad *bad = &bads[i];
		uint64_t before = rip_refused(rip_net_instance(b), bad->why);

		w = begin(data, &bad->packet);
		entry(&w, bad->addr, bad->length, bad->metric);
		give(&w, &bad->packet);
		if (rip_refused(rip_net_instance(b), bad->why) != before + 1)
			fail_msg("%s: not refused as %s", bad->what, rip_refused_names[bad->why]);
		expect_no_route(b, "2001:db8:9::/48");
	}
	for (uint32_t cut = 1; cut < RIP_ENTRY; cut++) {
		uint64_t before = rip_refused(rip_net_instance(b), RIP_BAD_PACKET);

		w = begin(data, &sound);
		entry(&w, "2001:db8:9::", 48, 1);
		w.at -= cut;
		give(&w, &sound);
		assert_int_equal(rip_refused(rip_net_instance(b), RIP_BAD_PACKET), before + 1);
	}
	w = begin(data, &sound);
	entry(&w, "ff0e::", 16, 1); /* the rest of a packet is worth its word */
	entry(&w, "2001:db8:9::", 48, 1);
	give(&w, &sound);
	expect_route(b, "2001:db8:9::/48", 2);
}

/* --- next hops (2.1.1) --- */

static void a_next_hop_holds_for_what_follows_it(void **state)
{
	uint8_t data[256];
	struct writer w = begin(data, &sound);

	rip_net_configure(&net);
	run(10);
	entry(&w, "2001:db8:21::", 48, 1);
	entry(&w, "fe80::77", 0, 0xff);
	entry(&w, "2001:db8:22::", 48, 1);
	entry(&w, "2001:db8:23::", 48, 1);
	entry(&w, "::", 0, 0xff); /* the sender again */
	entry(&w, "2001:db8:24::", 48, 1);
	entry(&w, "2001:db8:7::7", 0, 0xff); /* no address of a wire: the sender */
	entry(&w, "2001:db8:25::", 48, 1);
	give(&w, &sound);
	assert_true(rip_net_leads_to(b, "2001:db8:21::/48", "fe80::a"));
	assert_true(rip_net_leads_to(b, "2001:db8:22::/48", "fe80::77"));
	assert_true(rip_net_leads_to(b, "2001:db8:23::/48", "fe80::77"));
	assert_true(rip_net_leads_to(b, "2001:db8:24::/48", "fe80::a"));
	assert_true(rip_net_leads_to(b, "2001:db8:25::/48", "fe80::a"));
}

/* --- requests (2.4.1) --- */

static uint32_t n_answers, n_entries;
static struct addr answered;
static uint16_t answered_port;

static bool note(struct world *world, const struct end *from, const struct packet_out *out)
{
	struct rip_entry seen;
	struct rip_reader r;
	enum rip_refused why;
	struct udp_view udp;
	struct ip_view ip;

	if (from->router != b || from->link != ab || ip_read(out->data, out->len, false, &ip) < 0 ||
	    udp_read(&ip, &udp) < 0 ||
	    rip_read(ADDR_IP6, udp.data, udp.len, &from->iface, &r) != RIP_REFUSALS)
		return true;
	n_answers++;
	answered = ip.dst;
	answered_port = udp.dport;
	while (rip_read_entry(&r, &seen, &why))
		n_entries++;
	return true;
}

static void ask(const struct writer *w, const struct packet *packet)
{
	n_answers = n_entries = 0;
	net.world->watch = note;
	give(w, packet);
	world_run(net.world, SPAN_MS(10));
	net.world->watch = NULL;
}

static void who_asks_is_answered_a_monitor_from_afar_too(void **state)
{
	static const struct packet neighbor = {"fe80::9", 521, 255, 1, 1, "ff02::9"};
	static const struct packet monitor = {"fe80::9", 5000, 64, 1, 1, "fe80::b"};
	static const struct packet *const asks[] = {&neighbor, &monitor};
	uint8_t data[256];
	struct writer w;
	struct addr asker;

	assert_int_equal(addr_parse("fe80::9", &asker), 0);
	rip_net_configure(&net);
	run(40);
	for (int i = 0; i < 2; i++) {
		w = begin(data, asks[i]);
		rip_write_ask_for_all(&w);
		ask(&w, asks[i]);
		assert_int_equal(n_answers, 1);
		assert_int_equal(n_entries, 2);
		assert_int_equal(addr_compare(&answered, &asker), 0);
		assert_int_equal(answered_port, asks[i]->sport);
		w = begin(data, asks[i]);
		entry(&w, "2001:db8:1::", 48, 0);
		ask(&w, asks[i]);
		assert_int_equal(n_answers, 1);
		assert_int_equal(n_entries, 1);
	}
}

/* --- what it shares with RIP --- */

static void passive_interfaces_and_unicast_neighbours_are_as_configured(void **state)
{
	rip_net_conf(b, ab)->passive = true;
	rip_net_configure(&net);
	run(60);
	expect_route(b, OF_A, 2);
	expect_no_route(a, OF_C);
	rip_net_neighbor(b, ab, "fe80::a");
	rip_net_configure(&net);
	run(60);
	expect_route(a, OF_C, 3);
}

static void metrics_tags_and_the_default_route_are_as_configured(void **state)
{
	struct rip_route_row row;

	net.tag = 4711;
	rip_net_conf(b, bc)->metric = 5;
	rip_net_conf(b, ab)->offset = 3;
	rip_net_conf(c, bc)->originate = true;
	rip_net_configure(&net);
	run(20);
	expect_route(b, OF_C, 6);
	expect_route(a, OF_C, 10);
	expect_route(a, "::/0", 10);
	assert_true(rip_net_row(a, OF_C, &row));
	assert_int_equal(row.tag, 4711);
}

static void equal_ways_are_used_together(void **state)
{
	struct router *d = rip_net_router(&net, "d", NULL);

	rip_net_link(&net, a, "fe80::a/64", d, "fe80::d/64");
	rip_net_link(&net, d, "fe80::d/64", c, "fe80::c/64");
	rip_net_configure(&net);
	run(70);
	assert_int_equal(rip_net_n_hops(a, OF_C), 2);
}

static void silence_times_out_and_is_told_as_unreachable_until_the_garbage_goes(void **state)
{
	struct rip_route_row row;

	rip_net_configure(&net);
	run(40);
	bc->is_silent = true;
	run(210);
	expect_no_route(b, OF_C);
	expect_no_route(a, OF_C);
	assert_true(rip_net_row(b, OF_C, &row) && row.is_deleted);
	assert_int_equal(row.metric, RIP_INFINITY);
	run(130);
	assert_false(rip_net_row(b, OF_C, &row));
}

static void limits_hold(void **state)
{
	uint8_t data[256];
	struct writer w;

	net.neighbor_routes_max = 3;
	net.packets_max = 100;
	rip_net_configure(&net);
	run(10);
	for (uint32_t i = 0; i < 1000; i++) {
		w = begin(data, &sound);
		for (int k = 0; k < 8; k++) {
			char text[32];

			snprintf(text, sizeof(text), "2001:db8:%x::", 0x1000 + i * 8 + (uint32_t)k);
			entry(&w, text, 48, 1);
		}
		give(&w, &sound);
	}
	assert_int_equal(rip_net_count(b), 3 + 1); /* and what c tells */
	assert_true(rip_refused(rip_net_instance(b), RIP_TOO_MANY) > 0);
	assert_in_range(rip_refused(rip_net_instance(b), RIP_TOO_FAST), 890, 900);
}

int main(void)
{
#define NG(name) cmocka_unit_test_setup_teardown(name, setup, chain_teardown)
	const struct CMUnitTest tests[] = {
		NG(packets_and_entries_that_break_a_rule_are_refused_by_its_name),
		NG(a_next_hop_holds_for_what_follows_it),
		NG(who_asks_is_answered_a_monitor_from_afar_too),
		NG(passive_interfaces_and_unicast_neighbours_are_as_configured),
		NG(metrics_tags_and_the_default_route_are_as_configured),
		NG(equal_ways_are_used_together),
		NG(silence_times_out_and_is_told_as_unreachable_until_the_garbage_goes),
		NG(limits_hold),
	};

	return cmocka_run_group_tests_name("ripng", tests, NULL, NULL);
}
