// SPDX-License-Identifier: BSD-3-Clause
/* RIP on the wire: what asks, what is told, when, and by way of whom. b of the chain is looked at.
 */
#include "tests/sim/rip_chain.h"

#include <string.h>

#include "routing/core/udp.h"
#include "routing/rip/packet.h"

/* The chain, with room for others on the wire between a and b. */
static int setup(void **state)
{
	rip_net_start(&net, 11, ADDR_IP4);
	a = rip_net_router(&net, "a", "10.1.0.1/16");
	b = rip_net_router(&net, "b", NULL);
	c = rip_net_router(&net, "c", "10.3.0.1/16");
	ab = rip_net_link(&net, a, "192.0.2.1/24", b, "192.0.2.2/24");
	bc = rip_net_link(&net, b, "198.51.100.1/30", c, "198.51.100.2/30");
	return 0;
}

/* --- what b tells --- */

enum { SAID_MAX = 64 };

static struct said {
	struct addr to;
	uint16_t port;
	uint8_t command, version;
	uint32_t n;
	struct rip_entry entries[RIP_ENTRIES];
	int64_t at_us;
} said[SAID_MAX];
static uint32_t n_said;

static bool note(struct world *world, const struct end *from, const struct packet_out *out)
{
	struct said *s = &said[n_said];
	struct rip_reader r;
	enum rip_refused why;
	struct udp_view udp;
	struct ip_view ip;

	if (from->router != b || from->link != ab || n_said == SAID_MAX ||
	    ip_read(out->data, out->len, false, &ip) < 0 || udp_read(&ip, &udp) < 0 ||
	    rip_read(ADDR_IP4, udp.data, udp.len, &from->iface, &r) != RIP_REFUSALS)
		return true;
	*s = (struct said){.to = ip.dst,
			   .port = udp.dport,
			   .command = r.command,
			   .version = r.version,
			   .at_us = env_now(&b->env).us};
	while (rip_read_entry(&r, &s->entries[s->n], &why))
		s->n += why == RIP_REFUSALS;
	n_said++;
	return true;
}

static const struct rip_entry *entry_of(const struct said *s, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	for (uint32_t i = 0; i < s->n; i++)
		if (prefix_compare(&s->entries[i].prefix, &prefix) == 0)
			return &s->entries[i];
	fail_msg("%s is not told", text);
	return NULL;
}

#define expect_said(s, prefix, m) assert_int_equal(entry_of(s, prefix)->metric, m)

/* --- what others say --- */

static struct writer begin(uint8_t data[512], enum rip_command command, uint8_t version)
{
	struct writer w = writer_of(data, 512);

	rip_write_header(&w, ADDR_IP4, command, version);
	return w;
}

static void add(struct writer *w, const char *prefix, uint8_t metric, const char *next_hop)
{
	struct rip_entry entry = {.metric = metric};

	assert_int_equal(prefix_parse(prefix, &entry.prefix), 0);
	if (next_hop)
		assert_int_equal(addr_parse(next_hop, &entry.next_hop), 0);
	rip_write_entry(w, &entry, 2, NULL);
}

static void give(const struct writer *w, const char *src, uint16_t sport)
{
	uint8_t packet[UDP_HEADERS_MAX + 512];
	struct ip_out ip = {.dst = addr_ip4(0xe0000009), .ttl = 1};
	struct udp_view udp = {.sport = sport,
			       .dport = RIP_PORT,
			       .data = w->begin,
			       .len = (uint32_t)write_size(w)};
	struct packet_in in = {.iface = &rip_net_end(b, ab)->iface,
			       .ether_type = 0x0800,
			       .data = packet};

	assert_int_equal(addr_parse(src, &ip.src), 0);
	in.len = udp_write(packet, &ip, &udp);
	rip_net_instance(b)->protocol->input(rip_net_instance(b), &in);
}

/* Asks b, and notes what it says to that. */
static void ask(const struct writer *w, uint16_t sport)
{
	n_said = 0;
	net.world->watch = note;
	give(w, "192.0.2.9", sport);
	world_run(net.world, SPAN_MS(10));
	net.world->watch = NULL;
}

static void ask_for_all(uint8_t version, uint16_t sport)
{
	uint8_t data[512];
	struct writer w = begin(data, RIP_REQUEST, version);

	rip_write_ask_for_all(&w);
	ask(&w, sport);
}

static void expect_answer_to(const char *asker, uint16_t port)
{
	struct addr addr;

	assert_int_equal(n_said, 1);
	assert_int_equal(addr_parse(asker, &addr), 0);
	assert_int_equal(addr_compare(&said->to, &addr), 0);
	assert_int_equal(said->port, port);
	assert_int_equal(said->command, RIP_RESPONSE);
}

/* --- requests (3.9.1) --- */

static void who_asks_for_everything_gets_the_table_as_updates_have_it(void **state)
{
	rip_net_configure(&net);
	run(40);
	ask_for_all(2, RIP_PORT);
	expect_answer_to("192.0.2.9", RIP_PORT);
	expect_said(said, "10.3.0.0/16", 2);
	expect_said(said, "10.1.0.0/16", RIP_INFINITY); /* it came from this wire */
}

static void a_monitor_is_answered_at_its_own_port(void **state)
{
	rip_net_configure(&net);
	run(40);
	ask_for_all(2, 5000);
	expect_answer_to("192.0.2.9", 5000);
}

static void who_asks_for_some_gets_these_without_split_horizon(void **state)
{
	uint8_t data[512];
	struct writer w = begin(data, RIP_REQUEST, 2);

	rip_net_configure(&net);
	run(40);
	add(&w, "10.1.0.0/16", 0, NULL);
	add(&w, "10.9.0.0/16", 0, NULL);
	ask(&w, 5000);
	expect_answer_to("192.0.2.9", 5000);
	assert_int_equal(said->n, 2);
	expect_said(said, "10.1.0.0/16", 2);
	expect_said(said, "10.9.0.0/16", RIP_INFINITY);
}

static void who_asks_for_nothing_gets_nothing(void **state)
{
	uint8_t data[512];
	struct writer w = begin(data, RIP_REQUEST, 2);

	rip_net_configure(&net);
	run(40);
	ask(&w, RIP_PORT);
	assert_int_equal(n_said, 0);
}

static void a_silent_router_answers_monitors_alone(void **state)
{
	rip_net_conf(b, ab)->passive = true;
	rip_net_configure(&net);
	run(40);
	ask_for_all(2, RIP_PORT);
	assert_int_equal(n_said, 0);
	ask_for_all(2, 5000);
	expect_answer_to("192.0.2.9", 5000);
}

static void version_1_is_answered_in_version_1_and_what_it_would_mistake_is_left_out(void **state)
{
	struct rip_iface_conf *conf = rip_net_conf(b, ab);

	rip_net_configure(&net);
	run(40);
	ask_for_all(1, RIP_PORT);
	assert_int_equal(n_said, 0); /* it is not even believed */
	conf->accept_1 = true;
	conf->originate = true;
	rip_net_configure(&net);
	run(40);
	ask_for_all(1, RIP_PORT);
	expect_answer_to("192.0.2.9", RIP_PORT);
	assert_int_equal(said->version, 1);
	expect_said(said, "0.0.0.0/0", 1);
	for (uint32_t i = 0; i < said->n; i++) /* 10.3.0.0/16 would be a host there */
		assert_int_not_equal(said->entries[i].prefix.addr.bytes[0], 10);
}

/* --- next hops (4.4) --- */

static void tell(const char *next_hop)
{
	uint8_t data[512];
	struct writer w = begin(data, RIP_RESPONSE, 2);

	add(&w, "10.9.0.0/16", 1, next_hop);
	give(&w, "192.0.2.9", RIP_PORT);
	run(0);
}

static void a_next_hop_on_the_wire_is_used_in_place_of_who_told_of_it(void **state)
{
	rip_net_configure(&net);
	run(10);
	tell("192.0.2.7");
	assert_true(rip_net_leads_to(b, "10.9.0.0/16", "192.0.2.7"));
	tell(NULL);
	assert_true(rip_net_leads_to(b, "10.9.0.0/16", "192.0.2.9"));
	tell("192.0.2.7");
	tell("198.51.100.2"); /* on another wire */
	assert_true(rip_net_leads_to(b, "10.9.0.0/16", "192.0.2.9"));
	tell("192.0.2.7");
	tell("192.0.2.2"); /* we ourselves */
	assert_true(rip_net_leads_to(b, "10.9.0.0/16", "192.0.2.9"));
	expect_route(b, "10.9.0.0/16", 2);
}

/* --- when (3.8, 3.10.1) --- */

static void updates_come_half_a_minute_apart_a_sixth_more_or_less(void **state)
{
	int64_t least = INT64_MAX, most = 0;

	rip_net_configure(&net);
	run(100);
	n_said = 0;
	net.world->watch = note;
	run(30 * (SAID_MAX / 2));
	net.world->watch = NULL;
	assert_in_range(n_said, SAID_MAX / 2 - 3, SAID_MAX / 2 + 3);
	for (uint32_t i = 1; i < n_said; i++) {
		int64_t us = said[i].at_us - said[i - 1].at_us;

		least = us < least ? us : least;
		most = us > most ? us : most;
	}
	assert_in_range(least, 25000000, 27500000);
	assert_in_range(most, 32500000, 35000000);
}

static void a_lost_network_is_told_as_unreachable_at_once_and_only_that(void **state)
{
	rip_net_configure(&net);
	run(100);
	n_said = 0;
	net.world->watch = note;
	link_cut(bc, true);
	world_run(net.world, SPAN_MS(1));
	net.world->watch = NULL;
	assert_true(n_said >= 1);
	expect_said(said, "10.3.0.0/16", RIP_INFINITY);
	for (uint32_t i = 0; i < said->n; i++)
		assert_int_not_equal(said->entries[i].prefix.addr.bytes[1], 1);
}

int main(void)
{
#define WIRE(name) cmocka_unit_test_setup_teardown(name, setup, chain_teardown)
	const struct CMUnitTest tests[] = {
		WIRE(who_asks_for_everything_gets_the_table_as_updates_have_it),
		WIRE(a_monitor_is_answered_at_its_own_port),
		WIRE(who_asks_for_some_gets_these_without_split_horizon),
		WIRE(who_asks_for_nothing_gets_nothing),
		WIRE(a_silent_router_answers_monitors_alone),
		WIRE(version_1_is_answered_in_version_1_and_what_it_would_mistake_is_left_out),
		WIRE(a_next_hop_on_the_wire_is_used_in_place_of_who_told_of_it),
		WIRE(updates_come_half_a_minute_apart_a_sixth_more_or_less),
		WIRE(a_lost_network_is_told_as_unreachable_at_once_and_only_that),
	};

	return cmocka_run_group_tests_name("rip wire", tests, NULL, NULL);
}
