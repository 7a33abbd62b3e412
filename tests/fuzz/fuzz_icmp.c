// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets of both families for the host engine: addressed to us, or not to be
 * forwarded for some reason; raw or with their checksums put right; errors that quote what our own
 * ping and traceroute sent. Whatever is answered is sound, no longer than it
 * may be, to somebody, and never because of an error.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"
#include "routing/core/ip.h"
#include "routing/host/ping.h"
#include "routing/host/trace.h"
#include "tests/support/fake_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define QUOTE_MAX 256

/* The first byte. */
#define WHY        0x0f /* below HOST_WHYS: host_error for it; else host_input */
#define FIX_SUMS   0x10
#define QUOTE      0x20 /* what was sent last is appended */
#define GROUP_MAC  0x40
#define SECOND_WAY 0x80 /* from the other client: traceroute */

static struct fake fake;
static uint8_t quoted[2][QUOTE_MAX];
static uint32_t quoted_len[2];
static bool is_judging; /* what is sent is an answer */
static bool was_error;  /* to an ICMP error */

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool is_error(const struct ip_view *ip)
{
	uint8_t type = ip->payload_len > 0 ? ip->payload[0] : 0;

	if (ip->src.family == ADDR_IP4)
		return ip->proto == IP_ICMP &&
		       (type == 3 || type == 4 || type == 5 || type == 11 || type == 12);
	return ip->proto == IP_ICMP6 && (type < 128 || type == 137);
}

static void judge(const struct ip_view *ip)
{
	uint64_t sum = ip->proto == IP_ICMP
			       ? 0
			       : checksum_pseudo(&ip->src, &ip->dst, ip->proto, ip->payload_len);

	must(ip->proto == IP_ICMP || ip->proto == IP_ICMP6);
	must(checksum_finish(checksum_add(sum, ip->payload, ip->payload_len)) == 0);
	must(!addr_is_multicast(&ip->dst) && !addr_is_unspecified(&ip->dst) &&
	     !addr_is_loopback(&ip->dst));
	if (!is_error(ip))
		return;
	must(!was_error);
	must(ip->len <= (ip->src.family == ADDR_IP4 ? 576 : 1280));
}

static int on_send(struct fake *unused, const struct packet_out *out)
{
	struct ip_view ip;
	int which;

	must(ip_read(out->data, out->len, false, &ip) == 0 && ip.len == out->len);
	if (is_judging) {
		judge(&ip);
		return 0;
	}
	which = ip.proto == IP_UDP;
	quoted_len[which] = out->len < QUOTE_MAX ? out->len : QUOTE_MAX;
	memcpy(quoted[which], out->data, quoted_len[which]);
	return 0;
}

static void on_ping(void *ctx, const struct ping_result *result)
{
	must(result->sequence >= 1 && result->sequence <= 4);
	*(bool *)ctx = result->is_last;
}

static void on_trace(void *ctx, const struct trace_result *result)
{
	must(result->hop >= 1 && result->hop <= 4 && result->probe == 1);
	*(bool *)ctx = result->is_last;
}

/* Header checksum, and that of ICMP, as far as they are there. */
static void fix_sums(uint8_t *packet, uint32_t len)
{
	struct ip_view ip;
	uint8_t *body;
	uint64_t sum;

	if (ip_read(packet, len, false, &ip) < 0)
		return;
	body = packet + (ip.payload - ip.packet);
	if (ip.src.family == ADDR_IP4) {
		store_be16(packet + 10, 0);
		store_be16(packet + 10,
			   checksum_finish(
				   checksum_add(0, packet, (size_t)(ip.payload - ip.packet))));
	}
	if (ip.payload_len < 4 || (ip.proto != IP_ICMP && ip.proto != IP_ICMP6))
		return;
	sum = ip.proto == IP_ICMP ? 0 : checksum_pseudo(&ip.src, &ip.dst, IP_ICMP6, ip.payload_len);
	store_be16(body + 2, 0);
	store_be16(body + 2, checksum_finish(checksum_add(sum, body, ip.payload_len)));
}

/* The packet at the very end of its memory. */
static struct packet_in make(const struct iface *iface, uint8_t flags, const uint8_t *data,
			     uint32_t size, uint8_t **block)
{
	int which = flags & SECOND_WAY ? 1 : 0;
	uint32_t more = flags & QUOTE ? quoted_len[which] : 0;
	struct packet_in in = {.iface = iface, .src_mac = {2, 0, 0, 0, 0xaa, 1}};

	*block = malloc(size + more > 0 ? size + more : 1);
	must(*block != NULL);
	memcpy(*block, data, size);
	memcpy(*block + size, quoted[which], more);
	if (flags & FIX_SUMS)
		fix_sums(*block, size + more);
	memcpy(in.dst_mac, iface->mac, 6);
	in.dst_mac[0] |= flags & GROUP_MAC ? 1 : 0;
	in.data = *block;
	in.len = size + more;
	in.ether_type = size > 0 && data[0] >> 4 == 4 ? 0x0800 : 0x86dd;
	return in;
}

static void give(struct host *host, const struct packet_in *in, uint8_t flags)
{
	struct host_problem problem = {.why = flags & WHY,
				       .mtu = 1400,
				       .code = 2,
				       .pointer = 40,
				       .gateway = fake_addr(in->ether_type == 0x0800 ? "192.0.2.7"
										     : "fe80::7")};
	struct packet_in whole = *in;
	struct ip_view ip;

	was_error = ip_read(in->data, in->len, false, &ip) == 0 && is_error(&ip);
	if ((flags & WHY) < HOST_WHYS)
		host_error(host, in, &problem);
	else if (host_assemble(host, &whole))
		host_input(host, &whole);
}

/* Both have sent before the packet comes; their family is the packet's. */
static void start_clients(struct host *host, bool is4, struct ping **ping, struct trace **trace,
			  bool over[2])
{
	struct ping_conf ping_conf = {.dst = fake_addr(is4 ? "192.0.2.9" : "2001:db8::9"),
				      .count = 4,
				      .size = 16,
				      .interval_ms = 1,
				      .timeout_ms = 1000};
	struct trace_conf trace_conf = {.dst = ping_conf.dst,
					.first_hop = 1,
					.max_hops = 4,
					.probes = 1,
					.timeout_ms = 1000};

	*ping = ping_start(host, &ping_conf, on_ping, &over[0]);
	*trace = trace_start(host, &trace_conf, on_trace, &over[1]);
	must(*ping && *trace);
	fake_run(&fake, SPAN_MS(30));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host_conf conf;
	struct host *host;
	struct iface *iface;
	struct packet_in in;
	struct ping *ping;
	struct trace *trace;
	bool over[2] = {false, false};
	uint8_t *block;

	if (size < 2 || size > 4096)
		return 0;
	fake_init(&fake, 5);
	fake.on_send = on_send;
	iface = fake_iface(&fake, "eth", "192.0.2.1/24 2001:db8::1/64 fe80::1/64");
	host_conf_default(&conf);
	conf.redirects = true;
	host = host_create(&fake.env, &conf, NULL, NULL);
	must(host != NULL);
	start_clients(host, data[1] >> 4 == 4, &ping, &trace, over);
	in = make(iface, data[0], data + 1, (uint32_t)size - 1, &block);
	is_judging = true;
	give(host, &in, data[0]);
	is_judging = false;
	if (!over[0])
		ping_stop(ping);
	if (!over[1])
		trace_stop(trace);
	free(block);
	host_destroy(host);
	fake_fini(&fake);
	return 0;
}
