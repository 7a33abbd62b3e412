// SPDX-License-Identifier: BSD-3-Clause
/*
 * RIP and RIPng as neighbours, strangers and time meet them: the first byte says
 * how the interface is configured, then come steps: a packet as it is or signed
 * with our key, a span of time, a carrier that fails. What is learned is always a network that may
 * be routed to, at a metric below infinity, within the limit; and everything is given back.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/connected/connected.h"
#include "routing/core/be.h"
#include "routing/core/udp.h"
#include "routing/rip/auth.h"
#include "routing/rip/packet.h"
#include "routing/rip/rip.h"
#include "tests/sim/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 20, STEPS = 64, SEQUENCE_AT = RIP_HEADER + 8 };

/* Routes time out after 180 s and are forgotten 120 s later: what comes then is nothing new. */
#define TIME_MAX SPAN_S(600)

/* Of a packet's step. */
enum { FROM = 3, NEAR = 4, OTHER_PORT = 8, SIGNED = 64 };

static uint8_t family;
static struct world *world;
static struct rip_iface_conf conf;
static struct router *router;
static struct instance *rip;
static struct end *end;

static struct addr address(const char *text)
{
	struct addr addr;

	if (addr_parse(text, &addr) < 0)
		abort();
	return addr;
}

static void configure(uint8_t how)
{
	struct rib_rule connected = {.protocols = 1 << RIB_CONNECTED};
	struct rip_conf all;

	conf = (struct rip_iface_conf){.iface = end->iface.id,
				       .accept_1 = how & 2,
				       .passive = how & 4,
				       .metric = 1,
				       .split = RIP_SPLIT_POISONED};
	if (family == ADDR_IP4 && how & 8) {
		conf.n_keys = 1;
		conf.keys[0] = (struct rip_key){.id = 1,
						.size = 1,
						.type = (uint8_t)(1 + (how >> 4) % 6),
						.key = "k"};
	}
	rip_conf_default(&all, family);
	all.routes_max = LIMIT;
	all.n_ifaces = 1;
	all.ifaces = &conf;
	all.redistribute = (struct rib_filter){1, &connected};
	if (protocol_connected.reconfigure(router->instances[0], NULL) < 0 ||
	    rip->protocol->reconfigure(rip, &all) < 0)
		abort();
}

/* Nobody is at the other end: the input speaks for all. */
static void build(uint8_t how)
{
	bool is_4 = how & 1;

	family = is_4 ? ADDR_IP4 : ADDR_IP6;
	world = world_create(1, NULL);
	router = world_router(world, "r");
	router_add(router, &protocol_connected);
	rip = router_add(router, is_4 ? &protocol_rip : &protocol_ripng);
	router_attach(router, NULL, is_4 ? "10.1.0.1/16" : "2001:db8:1::1/48");
	end = router_attach(router, world_link(world, "l", &(struct link_conf){0}),
			    is_4 ? "192.0.2.1/24" : "fe80::1/64");
	configure(how);
	world_run(world, SPAN_S(1));
}

/* Its entries with our authentication in place of what it had; its sequence is kept. */
static uint32_t sign(const uint8_t *data, uint32_t size, uint8_t *room, size_t room_size)
{
	struct writer out = writer_of(room, room_size);
	const struct rip_key *key = &conf.keys[0];
	uint32_t from = RIP_HEADER;

	if (load_be16(data + RIP_HEADER) == 0xffff)
		from += RIP_ENTRY;
	write_bytes(&out, data, RIP_HEADER);
	rip_auth_begin(&out, key, load_be32(data + SEQUENCE_AT));
	for (uint32_t n = 1; n < RIP_ENTRIES && size - from >= RIP_ENTRY; n++, from += RIP_ENTRY)
		write_bytes(&out, data + from, RIP_ENTRY);
	rip_auth_end(&router->env, &out, key);
	return (uint32_t)write_size(&out);
}

/* from, ttl, port: of the few that matter, or anything. */
static void give(const uint8_t *data, uint32_t size, uint8_t who)
{
	static const char *const from4[] = {"192.0.2.2", "192.0.2.9", "192.0.2.1", "198.51.100.1"};
	static const char *const from6[] = {"fe80::2", "fe80::9", "fe80::1", "2001:db8:9::1"};
	uint8_t signed_[RIP_HEADER + RIP_ENTRIES * RIP_ENTRY + RIP_TRAILER_MAX];
	bool is_4 = family == ADDR_IP4;

	if (who & SIGNED && conf.n_keys && size >= RIP_HEADER + RIP_ENTRY) {
		size = sign(data, size, signed_, sizeof(signed_));
		data = signed_;
	}
	uint8_t *packet = malloc(UDP_HEADERS_MAX + size);
	struct ip_out ip = {.src = address(is_4 ? from4[who & FROM] : from6[who & FROM]),
			    .dst = address(is_4 ? "224.0.0.9" : "ff02::9"),
			    .ttl = who & NEAR ? 255 : 64};
	struct udp_view udp = {.sport = is_4 ? RIP_PORT : RIPNG_PORT,
			       .dport = is_4 ? RIP_PORT : RIPNG_PORT,
			       .data = data,
			       .len = size};
	struct packet_in in = {.iface = &end->iface,
			       .ether_type = is_4 ? 0x0800 : 0x86dd,
			       .data = packet};

	if (!packet)
		abort();
	if (who & OTHER_PORT)
		udp.sport = 1234;
	in.len = udp_write(packet, &ip, &udp);
	rip->protocol->input(rip, &in);
	free(packet);
}

static void check(void)
{
	struct rip_route_row row = {0};
	uint32_t n = 0;

	while (rip_next_route(rip, &row)) {
		if (row.is_own || row.is_deleted)
			continue;
		if (++n > LIMIT)
			abort();
		if (!prefix_is_network(&row.prefix) || addr_is_multicast(&row.prefix.addr) ||
		    addr_is_loopback(&row.prefix.addr) || row.metric < 1 ||
		    row.metric >= RIP_INFINITY)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *last = data + size;

	if (!size)
		return 0;
	build(*at++);
	for (int i = 0; i < STEPS && last - at >= 2; i++) {
		uint8_t step = at[0], value = at[1];
		uint32_t length = value * 2U;

		at += 2;
		if (step < 16) {
			if (world->timers.now.us < TIME_MAX)
				world_run(world, SPAN_MS(value * 500));
		} else if (step < 24) {
			end_set_up(end, value & 1);
		} else {
			if (length > (size_t)(last - at))
				length = (uint32_t)(last - at);
			give(at, length, step);
			at += length;
		}
	}
	world_run(world, 0);
	check();
	world_destroy(world);
	return 0;
}
