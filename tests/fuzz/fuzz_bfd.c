// SPDX-License-Identifier: BSD-3-Clause
/*
 * BFD as its neighbour meets it: the first byte says how sessions authenticate,
 * then come steps: a packet, a span of time, another configuration. A packet that
 * is read and written again is the same packet; a session that wants a digest
 * goes up by nothing that lacks one.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/bfd/packet.h"
#include "routing/core/be.h"
#include "routing/core/udp.h"
#include "tests/sim/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 64, SEQUENCE_AT = BFD_PACKET_MIN + 4 };

/* Slow packets are a second apart, and a session is missed after a second at most. */
#define TIME_MAX SPAN_S(4)

/* Of a packet's step. */
enum { FAR = 1, SIGNED = 64, OURS = 128 };

static const char key[] = "a key nobody guesses"; /* of BFD_KEY_MAX bytes */

static struct world *world;
static struct router *router;
static struct end *end;
static struct bfd_conf conf;
static struct bfd_session *session;
static bool was_helped; /* a packet was signed, or keys are others */

static void told(void *arg, const struct bfd_session *which, enum bfd_state state)
{
	enum bfd_state *last = arg;

	*last = state;
}

static struct bfd_conf conf_of(uint8_t how)
{
	static const uint8_t types[] = {BFD_AUTH_NONE, BFD_AUTH_PASSWORD, BFD_AUTH_SHA1,
					BFD_AUTH_SHA1_METICULOUS};
	struct bfd_conf out = {.tx_us = 10000,
			       .rx_us = 1U + how * 1000U,
			       .multiplier = (uint8_t)(1 + how / 64)};

	out.admin_down = how % 32 == 31;
	out.auth = (struct bfd_auth){.type = types[how & 3], .key_id = 1};
	out.auth.key_size = out.auth.type == BFD_AUTH_PASSWORD ? 16 : BFD_KEY_MAX;
	memcpy(out.auth.key, key, out.auth.key_size);
	return out;
}

static void again(const uint8_t *data, uint32_t size)
{
	static const struct bfd_auth none;
	struct bfd_packet packet, other;
	uint8_t out[BFD_PACKET_MAX];
	size_t n;

	if (bfd_packet_read(data, size, &packet) != BFD_REFUSALS || packet.has_auth)
		return;
	n = bfd_packet_write(&router->env, &packet, &none, out);
	if (bfd_packet_read(out, n, &other) != BFD_REFUSALS ||
	    memcmp(&packet, &other, sizeof(packet)) != 0)
		abort();
}

/* What the bytes say, as our peer would: with our key, perhaps to our session. */
static uint32_t help(const uint8_t *data, uint32_t size, uint8_t how, uint8_t out[BFD_PACKET_MAX])
{
	struct bfd_info info;
	uint32_t len;
	struct bfd_packet packet = {.diag = data[0] & 0x1f,
				    .state = data[1] >> 6,
				    .poll = data[1] & 0x20,
				    .final = data[1] & 0x10,
				    .demand = data[1] & 0x02,
				    .multiplier = data[2],
				    .my_discriminator = load_be32(data + 4),
				    .your_discriminator = load_be32(data + 8),
				    .tx_us = load_be32(data + 12),
				    .rx_us = load_be32(data + 16),
				    .echo_us = load_be32(data + 20)};

	bfd_info(session, &info);
	if (how & OURS)
		packet.your_discriminator = info.my_discriminator;
	if (size >= SEQUENCE_AT + 4)
		packet.sequence = load_be32(data + SEQUENCE_AT);
	was_helped = true;
	len = (uint32_t)bfd_packet_write(&router->env, &packet, &conf.auth, out);
	if (bfd_packet_read(out, len, &packet) == BFD_REFUSALS &&
	    !bfd_packet_authentic(&router->env, &packet, out, len, &conf.auth))
		abort(); /* what has our key is believed */
	return len;
}

static void give(const uint8_t *data, uint32_t size, uint8_t how)
{
	uint8_t helped[BFD_PACKET_MAX];

	if (how & (SIGNED | OURS) && size >= BFD_PACKET_MIN) {
		size = help(data, size, how, helped);
		data = helped;
	}
	uint8_t *packet = malloc(UDP_HEADERS_MAX + size);
	struct ip_out ip = {.src = addr_ip4(0xc0000202), /* 192.0.2.2 */
			    .dst = addr_ip4(0xc0000201),
			    .ttl = how & FAR ? 254 : 255};
	struct udp_view udp = {.sport = 50000, .dport = BFD_PORT, .data = data, .len = size};
	struct packet_in in = {.iface = &end->iface, .ether_type = 0x0800, .data = packet};

	if (!packet)
		abort();
	in.len = udp_write(packet, &ip, &udp);
	bfd_input(router->bfd, &in);
	free(packet);
	again(data, size);
}

static void play(const uint8_t *at, const uint8_t *last)
{
	for (int i = 0; i < STEPS && last - at >= 2; i++) {
		uint8_t step = at[0], value = at[1];
		uint32_t length = value % 64;

		at += 2;
		if (step < 32) {
			if (world->timers.now.us < TIME_MAX)
				world_run(world, SPAN_MS(value));
		} else if (step < 40) {
			conf = conf_of(value);
			bfd_configure(router->bfd, &conf);
			was_helped = true;
		} else {
			if (length > (size_t)(last - at))
				length = (uint32_t)(last - at);
			give(at, length, step);
			at += length;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct addr peer = addr_ip4(0xc0000202);
	enum bfd_state state = BFD_DOWN;
	struct link *link;

	if (!size)
		return 0;
	was_helped = false;
	world = world_create(1, NULL);
	router = world_router(world, "r");
	router_use_bfd(router);
	link = world_link(world, "l", &(struct link_conf){0});
	end = router_attach(router, link, "192.0.2.1/24");
	conf = conf_of(data[0]);
	bfd_configure(router->bfd, &conf);
	session = bfd_want(router->bfd, end->iface.id, &peer, told, &state);
	if (!session)
		abort();
	play(data + 1, data + size);
	/* Nobody forges a digest within a run. */
	if (conf.auth.type >= BFD_AUTH_SHA1 && !was_helped && bfd_state(session) == BFD_UP)
		abort();
	bfd_unwant(router->bfd, session, told, &state);
	world_destroy(world);
	return 0;
}
