// SPDX-License-Identifier: BSD-3-Clause
/* RIP: neighbours who send too much, and what of them is kept. b of the chain is their victim. */
#include "tests/sim/rip_chain.h"

#include <string.h>

#include "routing/core/udp.h"
#include "routing/rip/packet.h"

enum { SOURCES = 200 };

/* The chain, with room for many on the wire between a and b. */
static int setup(void **state)
{
	rip_net_start(&net, 11, ADDR_IP4);
	a = rip_net_router(&net, "a", "10.1.0.1/16");
	b = rip_net_router(&net, "b", NULL);
	c = rip_net_router(&net, "c", "10.3.0.1/16");
	ab = rip_net_link(&net, a, "192.0.2.1/24", b, "192.0.2.2/24");
	bc = rip_net_link(&net, b, "198.51.100.1/30", c, "198.51.100.2/30");
	rip_net_configure(&net);
	return 0;
}

#define WITH_ROOM(name) cmocka_unit_test_setup_teardown(name, setup, chain_teardown)

static struct addr source(uint32_t host)
{
	return addr_ip4(0xc0000200 + host); /* 192.0.2.0/24: a is .1, b is .2 */
}

/* n routes, 10.N.0.0/24 and up from `first`, at that metric. */
static void tell_as(uint8_t version, uint32_t host, uint32_t first, uint32_t n, uint32_t metric)
{
	uint8_t data[RIP_HEADER + RIP_ENTRIES * RIP_ENTRY];
	uint8_t packet[UDP_HEADERS_MAX + sizeof(data)];
	struct writer w = writer_of(data, sizeof(data));
	struct ip_out ip = {.src = source(host), .dst = addr_ip4(0xe0000009), .ttl = 1};
	struct udp_view udp = {.sport = RIP_PORT, .dport = RIP_PORT, .data = data};
	struct packet_in in = {.iface = &rip_net_end(b, ab)->iface,
			       .ether_type = 0x0800,
			       .data = packet};

	rip_write_header(&w, ADDR_IP4, RIP_RESPONSE, version);
	for (uint32_t i = 0; i < n; i++) {
		struct rip_entry entry = {.prefix = {addr_ip4(0x0a800000 + ((first + i) << 8)), 24},
					  .metric = (uint8_t)metric};

		rip_write_entry(&w, &entry, 2, NULL);
	}
	udp.len = (uint32_t)write_size(&w);
	in.len = udp_write(packet, &ip, &udp);
	rip_net_instance(b)->protocol->input(rip_net_instance(b), &in);
}

static void tell(uint32_t host, uint32_t first, uint32_t n, uint32_t metric)
{
	tell_as(2, host, first, n, metric);
}

static bool find(uint32_t host, struct rip_neighbor_row *row)
{
	struct addr addr = source(host);

	memset(row, 0, sizeof(*row));
	while (rip_next_neighbor(rip_net_instance(b), row))
		if (addr_compare(&row->addr, &addr) == 0)
			return true;
	return false;
}

static uint32_t count_rows(void)
{
	struct rip_neighbor_row row = {0};
	uint32_t n = 0;

	while (rip_next_neighbor(rip_net_instance(b), &row))
		n++;
	return n;
}

static void a_neighbor_is_believed_up_to_its_own_limit_of_routes(void **state)
{
	struct rip_neighbor_row row;

	net.neighbor_routes_max = 60;
	rip_net_configure(&net);
	run(10);
	for (uint32_t i = 0; i < 40; i++)
		tell(9, i * RIP_ENTRIES, RIP_ENTRIES, 1);
	run(0);
	assert_true(find(9, &row));
	assert_int_equal(row.routes, 60);
	assert_int_equal(row.bad_routes, 1000 - 60);
	assert_int_equal(row.refused->counts[RIP_TOO_MANY], 1000 - 60);
	/* Others have room, and what it may say of its own routes it may say as ever. */
	expect_route(b, "10.1.0.0/16", 2);
	tell(9, 0, 1, 5);
	run(0);
	expect_route(b, "10.128.0.0/24", 6);
}

static void a_million_routes_end_at_the_limit(void **state)
{
	struct rip_neighbor_row row;

	net.routes_max = 500;
	net.packets_max = 50000;
	rip_net_configure(&net);
	run(10);
	for (uint32_t i = 0; i < 1000000 / RIP_ENTRIES; i++)
		tell(9, (i * RIP_ENTRIES) & 0x7fff, RIP_ENTRIES, 1);
	run(0);
	assert_int_equal(rip_net_count(b), 500);
	assert_true(find(9, &row));
	assert_true(row.bad_routes > 900000);
	assert_int_equal(rip_refused(rip_net_instance(b), RIP_TOO_MANY), row.bad_routes);
}

static void a_flood_is_cut_to_the_packets_that_are_allowed_in_a_second(void **state)
{
	struct rip_neighbor_row row;

	net.packets_max = 100;
	rip_net_configure(&net);
	run(10);
	tell(9, 0, 1, 1); /* whoever it is, he is known now */
	for (uint32_t ms = 0; ms < 10000; ms++) {
		tell(9, 0, 1, 1);
		world_run(net.world, SPAN_MS(1));
	}
	assert_true(find(9, &row));
	assert_in_range(row.packets, 1000, 1101);
	assert_int_equal(row.packets + row.bad_packets, 10001);
	assert_int_equal(row.refused->counts[RIP_TOO_FAST], row.bad_packets);
	expect_route(b, "10.1.0.0/16", 2); /* a has its own */
	run(60);
	expect_route(b, "10.1.0.0/16", 2);
}

static uint32_t n_sent;

static bool count_what_b_tells_c(struct world *world, const struct end *from,
				 const struct packet_out *out)
{
	n_sent += from->router == b && from->link == bc;
	return true;
}

static void flapping_every_100_ms_is_told_at_the_pace_of_triggered_updates(void **state)
{
	run(60);
	net.world->watch = count_what_b_tells_c;
	n_sent = 0;
	for (uint32_t i = 0; i < 600; i++) {
		tell(9, 0, 1, i & 1 ? 16 : 1);
		world_run(net.world, SPAN_MS(100));
	}
	net.world->watch = NULL;
	/* A minute: two or three updates of 30 s, and others at least a second apart. */
	assert_in_range(n_sent, 12, 60 + 4);
	run(10);
	expect_no_route(c, "10.128.0.0/24");
	expect_route(c, "10.1.0.0/16", 3);
}

static void strangers_take_no_room_from_neighbors(void **state)
{
	struct rip_neighbor_row row;

	net.neighbors_max = 5;
	rip_net_configure(&net);
	run(40);
	tell(9, 0, 0, 1); /* good, and nothing in it */
	for (uint32_t i = 0; i < SOURCES; i++)
		tell_as(0, 20 + i, 0, 1, 1);
	assert_int_equal(count_rows(), 5 + 1); /* c is on the other interface */
	assert_true(find(1, &row) && row.packets > 0 && row.routes > 0);
	assert_true(find(9, &row) && row.packets == 1);
	assert_true(find(20 + SOURCES - 1, &row) && row.packets == 0);
	assert_int_equal(rip_refused(rip_net_instance(b), RIP_BAD_VERSION), SOURCES);
	/* Who speaks well gets the place of one of them, and then of who has no routes. */
	for (uint32_t i = 0; i < SOURCES; i++)
		tell(20 + i, 0, 0, 1);
	assert_int_equal(count_rows(), 5 + 1);
	assert_true(find(1, &row) && row.routes > 0);
	assert_false(find(9, &row));
}

static void the_last_refused_packet_is_kept_with_its_reason_and_time(void **state)
{
	static const uint8_t head[] = {RIP_RESPONSE, 0, 0, 0, 0, 2, 0, 0, 10, 128, 3, 0};
	struct moment then;
	struct rip_neighbor_row row;

	run(10);
	tell_as(0, 9, 3, 2, 1);
	then = env_now(&b->env);
	run(5);
	assert_true(find(9, &row));
	assert_int_equal(row.packets, 0);
	assert_int_equal(row.refused->last, RIP_BAD_VERSION);
	assert_int_equal(row.refused->at.us, then.us);
	assert_int_equal(row.refused->size, RIP_HEADER + 2 * RIP_ENTRY);
	assert_memory_equal(row.refused->data, head, sizeof(head));
	tell(9, 0, 1, 17); /* a bad entry of a good packet */
	assert_true(find(9, &row));
	assert_int_equal(row.packets, 1);
	assert_int_equal(row.refused->last, RIP_BAD_METRIC);
	assert_int_equal(row.refused->size, RIP_HEADER + RIP_ENTRY);
	assert_int_equal(row.refused->counts[RIP_BAD_VERSION], 1);
	assert_int_equal(row.refused->counts[RIP_BAD_METRIC], 1);
}

static void a_wrong_password_is_not_shown(void **state)
{
	static const struct rip_key right = {.id = 1,
					     .type = RIP_AUTH_PASSWORD,
					     .size = 6,
					     .key = "s3cret"};
	static const struct rip_key wrong = {.id = 1,
					     .type = RIP_AUTH_PASSWORD,
					     .size = 6,
					     .key = "s3creT"};
	static const uint8_t head[] = {0xff, 0xff, 0, 2, 0, 0, 0, 0, 0, 0};
	struct rip_neighbor_row row;

	rip_net_conf(a, ab)->keys[0] = wrong;
	rip_net_conf(b, ab)->keys[0] = right;
	rip_net_conf(a, ab)->n_keys = rip_net_conf(b, ab)->n_keys = 1;
	rip_net_configure(&net);
	run(40);
	assert_true(find(1, &row));
	assert_int_equal(row.refused->last, RIP_BAD_AUTH);
	assert_memory_equal(row.refused->data + RIP_HEADER, head, sizeof(head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOM(a_neighbor_is_believed_up_to_its_own_limit_of_routes),
		WITH_ROOM(a_million_routes_end_at_the_limit),
		WITH_ROOM(a_flood_is_cut_to_the_packets_that_are_allowed_in_a_second),
		WITH_ROOM(flapping_every_100_ms_is_told_at_the_pace_of_triggered_updates),
		WITH_ROOM(strangers_take_no_room_from_neighbors),
		WITH_ROOM(the_last_refused_packet_is_kept_with_its_reason_and_time),
		WITH_ROOM(a_wrong_password_is_not_shown),
	};

	return cmocka_run_group_tests_name("rip limits", tests, NULL, NULL);
}
