// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routing with threads: a stream from an interface on the source to one on
 * the sink, while control changes all that routing consists of. Nothing that has
 * a route is lost, doubled or overtaken.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "dataplane/fib.h"
#include "dataplane/l3.h"
#include "dataplane/punt.h"
#include "tests/dp/stream.h"

#define HOST   UINT64_C(0x020000000001)
#define ROUTER UINT64_C(0x020000000100)

enum { IN = 1, OUT = 2, OTHER = 3, ROUNDS = 30, ROUTED = 1, GROUPS = 4 };

static const uint8_t dst[4] = {10, 2, 0, 2};

static void mac_bytes(uint64_t mac, uint8_t *to)
{
	for (int i = 0; i < 6; i++)
		to[i] = mac >> 8 * (5 - i);
}

static void set_iface(uint16_t id, struct l3_iface_conf conf)
{
	mac_bytes(ROUTER, conf.mac);
	conf.up = true;
	conf.mtu = conf.mtu ? conf.mtu : 1500;
	assert_int_equal(l3_iface_set(id, &conf), 0);
}

static void set_hop(uint32_t id, uint16_t iface, uint64_t mac)
{
	struct l3_nexthop_conf conf = {.act = L3_FORWARD, .iface = iface};

	mac_bytes(mac, conf.mac);
	assert_int_equal(l3_nexthop_set(id, &conf), 0);
}

static void set_act(uint32_t id, enum l3_act act)
{
	struct l3_nexthop_conf conf = {.act = act};

	assert_int_equal(l3_nexthop_set(id, &conf), 0);
}

/* Of n next hops from one number on. */
static void set_group(uint32_t id, uint32_t first, uint16_t n)
{
	struct l3_member members[L3_MEMBER_MAX];

	for (uint16_t i = 0; i < n; i++)
		members[i] = (struct l3_member){first + i, 1};
	assert_int_equal(l3_group_set(id, members, n), 0);
}

static void set_route(uint16_t vrf, uint8_t length, uint32_t group)
{
	uint8_t bytes[4] = {0};

	memcpy(bytes, dst, length / 8);
	assert_int_equal(l3_route_set(vrf, 4, bytes, length, group), 0);
}

static int setup(void **state)
{
	struct frame f = eth(ROUTER, HOST);

	udp4(&f, "10.1.0.2", "10.2.0.2", 1000, 2000, 58);
	stream_start(&f);
	set_iface(IN, (struct l3_iface_conf){.port = &source->port});
	set_iface(OUT, (struct l3_iface_conf){.port = &sink->port});
	for (int i = 0; i < GROUPS; i++)
		set_hop(1 + i, OUT, HOST + 1 + i);
	for (int i = 0; i < GROUPS; i++)
		set_group(1 + i, 1 + i, 1);
	set_route(0, 16, ROUTED);
	return 0;
}

static int teardown(void **state)
{
	struct punt punt;

	while (punt_take(&punt, 1))
		rte_pktmbuf_free(punt.m);
	stream_stop();
	return 0;
}

static void next_hops_and_groups_change_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < ROUNDS; i++) {
		set_hop(1, OUT, HOST + i);
		set_group(ROUTED, 1, 1 + i % GROUPS);
		l3_reclaim();
		breathe();
	}
	settle();
}

static void routes_change_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < ROUNDS; i++) {
		set_route(0, 16, 1 + i % GROUPS);
		set_route(0, 24, 1 + (i + 1) % GROUPS);
		set_route(0, 32, 1 + (i + 2) % GROUPS);
		breathe();
		l3_route_del(0, 4, dst, 32, 1 + (i + 1) % GROUPS);
		l3_route_del(0, 4, (uint8_t[]){10, 2, 0, 0}, 24, 1 + i % GROUPS);
		l3_reclaim();
		breathe();
	}
	settle();
}

static void ten_thousand_other_routes_come_and_go_without_loss(void **state)
{
	source->open = true;
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 10000; i++) {
			uint8_t bytes[4] = {round % 2 ? 10 : 20, 3 + i / 256, i, 0};

			assert_int_equal(l3_route_set(0, 4, bytes, 24, 2), 0);
		}
		breathe();
		for (int i = 0; i < 10000; i++) {
			uint8_t bytes[4] = {round % 2 ? 10 : 20, 3 + i / 256, i, 0};

			l3_route_del(0, 4, bytes, 24, FIB_NONE);
		}
		l3_reclaim();
		breathe();
	}
	settle();
}

static void interfaces_change_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < ROUNDS; i++) {
		set_iface(IN, (struct l3_iface_conf){.port = &source->port, .mtu = 1400 + i});
		set_iface(OUT, (struct l3_iface_conf){.port = &sink->port, .mtu = 1300 + i});
		for (uint16_t v = 1; v < 20; v++)
			set_iface(10 + v,
				  (struct l3_iface_conf){.port = &source->port, .vlan = v * 30});
		breathe();
		for (uint16_t v = 1; v < 20; v++)
			l3_iface_del(10 + v);
		l3_reclaim();
		breathe();
	}
	settle();
}

static void vrfs_come_and_go_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < ROUNDS; i++) {
		uint16_t vrf = 1 + i % 3;

		assert_int_equal(l3_vrf_add(vrf), 0);
		set_route(vrf, 16, 1);
		set_iface(IN, (struct l3_iface_conf){.port = &source->port, .vrf = vrf});
		breathe();
		set_iface(IN, (struct l3_iface_conf){.port = &source->port});
		breathe();
		l3_vrf_del(vrf);
		l3_reclaim();
	}
	settle();
}

/* The stream leads to a port that goes while packets are on their way to it: those
 * are lost, but nothing else happens. */
static void a_port_that_is_routed_to_may_go_at_any_time(void **state)
{
	source->open = true;
	for (int i = 0; i < ROUNDS; i++) {
		struct port *other = calloc(1, sizeof(*other));

		port_init(other, "other", &quiet_ops, 1, 1, 1500);
		other->up = true;
		assert_int_equal(dp_port_attach(other), 0);
		set_iface(OTHER, (struct l3_iface_conf){.port = other});
		set_hop(9, OTHER, HOST);
		set_group(ROUTED, 9, 1);
		usleep(500);
		dp_port_detach(other); /* its interface with it */
		free(other);
		l3_reclaim();
		set_group(ROUTED, 1, 1);
		breathe();
	}
	source->open = false;
	assert_int_equal(source->clashes, 0);
}

static void a_bridge_that_is_routed_into_changes_without_loss(void **state)
{
	struct bridge *br = bridge_create(1000);
	struct member_conf conf = {.untagged = 10};

	l3_iface_del(OUT);
	assert_int_equal(bridge_member_set(br, &sink->port, &conf), 0);
	set_iface(OUT, (struct l3_iface_conf){.bridge = br, .vlan = 10});
	set_hop(1, OUT, HOST + 1);
	source->open = true;
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t mac[6];

		mac_bytes(HOST + 1, mac); /* known, or flooded */
		if (i % 2)
			fdb_set(br, fdb_key_make(mac, 10), sink->port.index, false, 0);
		else
			fdb_flush(br, PORT_NONE, 0, false);
		conf.tagged[0] ^= 1 << 5;
		assert_int_equal(bridge_member_set(br, &sink->port, &conf), 0);
		set_iface(OTHER, (struct l3_iface_conf){.bridge = br, .vlan = 20 + i});
		breathe();
	}
	settle();
}

static uint64_t policed(enum punt_class class)
{
	struct punt_stats stats;

	punt_stats(class, &stats);
	return stats.policed + stats.full;
}

/* Takes what there is; how many. */
static uint64_t take(void)
{
	struct punt list[32];
	uint64_t all = 0;
	uint32_t n;

	while ((n = punt_take(list, 32)) > 0) {
		for (uint32_t i = 0; i < n; i++)
			rte_pktmbuf_free(list[i].m);
		all += n;
	}
	return all;
}

static uint64_t handed_in(void)
{
	uint64_t n = 0;

	for (int q = 0; q < STREAM_QUEUES; q++)
		n += source->sent[q];
	return n;
}

static uint64_t taken;

static bool is_accounted_for(uint64_t unused)
{
	taken += take();
	return taken + policed(PUNT_LOCAL) == handed_in();
}

/* All of the stream is for ourselves, while workers come and go. */
static void what_is_punted_is_taken_or_counted(void **state)
{
	set_act(9, L3_LOCAL);
	set_group(ROUTED, 9, 1);
	punt_rate(PUNT_LOCAL, 100000);
	taken = 0;
	source->open = true;
	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(dp_workers_set((uint16_t[]){i % 2}, 1), 0);
		stream_place(0);
		taken += take();
		assert_int_equal(dp_workers_set((uint16_t[]){1, 0}, 2), 0);
		stream_place(i);
		usleep(500);
		taken += take();
	}
	source->open = false;
	wait_until(is_accounted_for, 0);
	assert_true(taken > 0);
}

static struct rte_mbuf *numbered_packet(uint64_t number)
{
	struct frame f = eth(0, 0);
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp_pool());
	uint64_t seq[2] = {0, number};

	assert_non_null(m);
	udp4(&f, "10.1.0.1", "10.2.0.2", 1, 2, 58);
	memcpy(f.bytes + 50, seq, sizeof(seq));
	memcpy(rte_pktmbuf_append(m, f.len - 14), f.bytes + 14, f.len - 14);
	return m;
}

/* Which interface it goes by tells the worker: the order is that in which they were injected. */
static void what_is_injected_arrives_in_order_and_wakes_a_sleeper(void **state)
{
	uint64_t n = 0;

	for (int round = 0; round < 5; round++) {
		struct timespec begin, end;

		usleep(20000); /* long enough for workers to fall asleep, for up to a second */
		clock_gettime(CLOCK_MONOTONIC, &begin);
		for (int i = 0; i < 20; i++) {
			struct inject in = {.m = numbered_packet(n),
					    .ether_type = 0x0800,
					    .iface = OUT};

			mac_bytes(HOST + 1, in.dst_mac);
			assert_int_equal(inject(&in), 0);
			n++;
		}
		wait_until(has_received, n);
		clock_gettime(CLOCK_MONOTONIC, &end);
		assert_true(end.tv_sec * 1000 + end.tv_nsec / 1000000 - begin.tv_sec * 1000 -
				    begin.tv_nsec / 1000000 <
			    900);
	}
	assert_int_equal(sink->disorder, 0);
}

static void injecting_does_not_disturb_the_stream(void **state)
{
	uint64_t n = 0;

	source->open = true;
	/* Out of the source's own port, which forgets them. */
	for (int i = 0; i < ROUNDS; i++) {
		for (int k = 0; k < 10; k++) {
			struct inject in = {.m = numbered_packet(n++),
					    .ether_type = 0x0800,
					    .iface = IN};

			(void)inject(&in);
		}
		breathe();
	}
	settle();
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(next_hops_and_groups_change_without_loss),
		T(routes_change_without_loss),
		T(ten_thousand_other_routes_come_and_go_without_loss),
		T(interfaces_change_without_loss),
		T(vrfs_come_and_go_without_loss),
		T(a_port_that_is_routed_to_may_go_at_any_time),
		T(a_bridge_that_is_routed_into_changes_without_loss),
		T(what_is_punted_is_taken_or_counted),
		T(what_is_injected_arrives_in_order_and_wakes_a_sleeper),
		T(injecting_does_not_disturb_the_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
