// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/neighbors.h"

#include <stdlib.h>
#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/ip.h"

#define STEPS_MAX 64
#define HELD      6

static uint32_t n_given, n_back;
static uint8_t *block;

static void must(bool holds)
{
	if (!holds)
		abort();
}

uint8_t steps_byte(struct steps *steps)
{
	return steps->at < steps->end ? *steps->at++ : 0;
}

uint8_t *steps_bytes(struct steps *steps, uint32_t *n)
{
	if (*n > (size_t)(steps->end - steps->at))
		*n = (uint32_t)(steps->end - steps->at);
	free(block);
	block = malloc(*n > 0 ? *n : 1);
	must(block != NULL);
	memcpy(block, steps->at, *n);
	steps->at += *n;
	return block;
}

static bool is_somebodys(const uint8_t mac[6])
{
	static const uint8_t none[6];

	return !(mac[0] & 1) && memcmp(mac, none, 6) != 0;
}

static void on_resolved(void *ctx, const struct iface *iface, const struct addr *addr,
			const uint8_t mac[6])
{
	must(is_somebodys(mac) && memcmp(mac, iface->mac, 6) != 0);
	must(!addr_is_multicast(addr) && !addr_is_unspecified(addr) && !addr_is_loopback(addr));
}

static void on_lost(void *ctx, const struct iface *iface, const struct addr *addr,
		    enum neighbor_lost why)
{
}

static void on_release(void *ctx, const struct iface *iface, const struct addr *addr, void *packet,
		       enum neighbor_fate fate, const uint8_t *mac)
{
	must((mac != NULL) == (fate == NEIGHBOR_SEND));
	n_back++;
}

static const struct neighbor_ops ops = {.resolved = on_resolved,
					.lost = on_lost,
					.release = on_release};

/* From us, whole, with a right checksum, to somebody or to a group. */
static int on_send(struct fake *fake, const struct packet_out *out)
{
	struct ip_view ip;

	if (out->ether_type == 0x0806) {
		must(out->len == 28 && memcmp(out->data + 8, out->iface->mac, 6) == 0);
		return 0;
	}
	must(ip_read(out->data, out->len, false, &ip) == 0 && ip.len == out->len);
	must(ip.proto == IP_ICMP6 && ip.ttl == 255);
	must(checksum_finish(
		     checksum_add(checksum_pseudo(&ip.src, &ip.dst, IP_ICMP6, ip.payload_len),
				  ip.payload, ip.payload_len)) == 0);
	must(addr_is_multicast(&ip.dst) == ((out->dst_mac[0] & 1) != 0));
	return 0;
}

static void check(struct neighbors *engine)
{
	struct neighbor_stats stats;

	neighbor_stats(engine, &stats);
	must(stats.resolved <= 4 && stats.unresolved <= 4 && stats.held <= HELD);
	must(stats.held == n_given - n_back);
}

static void resolve(struct neighbors *engine, const struct iface *iface, uint8_t kind)
{
	struct addr addr = kind & 8 ? fake_addr("2001:db8::") : addr_ip4(0xc0000200);

	addr.bytes[kind & 8 ? 15 : 3] = kind & 7;
	n_given++;
	neighbor_resolve(engine, iface, &addr, &n_given);
}

void neighbors_fuzz(const uint8_t *data, size_t size, packet_maker *make)
{
	struct neighbor_conf conf = {.resolved = 4, .unresolved = 4, .held = HELD, .attempts = 16};
	struct steps steps = {data, data + size};
	static struct fake fake;
	struct neighbors *engine;
	struct iface *iface;

	n_given = n_back = 0;
	fake_init(&fake, 5);
	fake.on_send = on_send;
	iface = fake_iface(&fake, "eth", "192.0.2.1/24 2001:db8::1/64 fe80::1/64");
	engine = neighbor_create(&fake.env, NULL, &ops, NULL);
	must(engine != NULL);
	ra_conf_default(&conf.ra);
	conf.dad_off = steps_byte(&steps) & 1;
	conf.arp_probe = !conf.dad_off;
	must(neighbor_configure(engine, iface, &conf) == 0);
	must(neighbor_iface_changed(engine, iface) == 0);
	for (int i = 0; i < STEPS_MAX && steps.at < steps.end; i++) {
		uint8_t kind = steps_byte(&steps);

		if (kind < 0x40) {
			struct packet_in in = make(&steps, kind);

			in.iface = iface;
			neighbor_input(engine, &in);
		} else if (kind < 0x60) {
			resolve(engine, iface, kind);
		} else {
			fake_run(&fake, SPAN_MS(250) * (kind - 0x5f));
		}
		check(engine);
	}
	neighbor_destroy(engine);
	must(n_back == n_given);
	fake_fini(&fake);
	free(block);
	block = NULL;
}
