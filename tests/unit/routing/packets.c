// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/routing/packets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"
#include "routing/core/cursor.h"

static bool is_usable(void *ctx, const struct iface *iface, const struct addr *addr)
{
	struct bench *bench = ctx;

	return !bench->duplicate || iface != bench->eth;
}

static bool udp_open(void *ctx, uint16_t vrf, uint16_t port)
{
	struct bench *bench = ctx;

	return bench->open_port != 0 && port == bench->open_port;
}

static const struct host_ops ops = {.is_usable = is_usable, .udp_open = udp_open};

void bench_begin(struct bench *bench, const struct host_conf *conf)
{
	memset(bench, 0, sizeof(*bench));
	fake_init(&bench->fake, 3);
	bench->eth = fake_iface(&bench->fake, "eth", "192.0.2.1/24 2001:db8::1/64 fe80::1/64");
	bench->wan =
		fake_iface(&bench->fake, "wan", "198.51.100.1/30 2001:db8:ff::1/64 fe80::2/64");
	bench->lo = fake_iface(&bench->fake, "lo", "203.0.113.1/32 2001:db8:100::1/128");
	bench->lo->flags |= IFACE_LOOPBACK;
	bench->host = host_create(&bench->fake.env, conf, &ops, bench);
	assert_non_null(bench->host);
}

void bench_end(struct bench *bench)
{
	free(bench->answer);
	assert_int_equal(bench->fake.n_sent, 0); /* nothing was sent that nobody looked at */
	host_destroy(bench->host);
	fake_fini(&bench->fake);
}

static uint32_t write_hex(struct writer *out, const char *hex)
{
	uint32_t n = 0;
	unsigned byte;

	for (; hex && *hex; n++) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		write_u8(out, (uint8_t)byte);
		hex += 2;
		hex += *hex == ' ';
	}
	return n;
}

static uint32_t write_payload(uint8_t *room, const struct packet *packet)
{
	struct writer out = writer_of(room, PACKET_MAX);

	write_hex(&out, packet->payload ? packet->payload : "1234270f00080000");
	while (write_size(&out) < packet->size)
		write_u8(&out, 0x55);
	assert_false(out.bad);
	return (uint32_t)write_size(&out);
}

static void write4(struct writer *out, const struct packet *packet, const struct addr *src,
		   const struct addr *dst, uint32_t payload_len)
{
	uint8_t options[40] = {0};
	struct writer in = writer_of(options, sizeof(options));
	uint32_t header = 20 + (write_hex(&in, packet->options) + 3) / 4 * 4;

	write_u8(out, (uint8_t)(0x40 | header / 4));
	write_u8(out, packet->tos);
	write_u16(out, (uint16_t)(header + payload_len));
	write_u16(out, 0x4711);
	write_u16(out, packet->fragment);
	write_u8(out, packet->ttl ? packet->ttl : 64);
	write_u8(out, packet->proto ? packet->proto : IP_UDP);
	write_u16(out, 0);
	write_addr(out, src);
	write_addr(out, dst);
	write_bytes(out, options, header - 20);
	store_be16(out->begin + 10,
		   (uint16_t)(checksum_finish(checksum_add(0, out->begin, header)) +
			      packet->bad_header_checksum));
}

static void write6(struct writer *out, const struct packet *packet, const struct addr *src,
		   const struct addr *dst, uint32_t payload_len)
{
	uint8_t options[256];
	struct writer in = writer_of(options, sizeof(options));
	uint32_t n = write_hex(&in, packet->options);

	write_u32(out, 6u << 28 | (uint32_t)packet->tos << 20);
	write_u16(out, (uint16_t)(n + payload_len));
	write_u8(out, packet->options ? packet->first_header
		      : packet->proto ? packet->proto
				      : IP_UDP);
	write_u8(out, packet->ttl ? packet->ttl : 64);
	write_addr(out, src);
	write_addr(out, dst);
	write_bytes(out, options, n);
}

struct packet_in make(struct bench *bench, const struct packet *packet)
{
	static uint8_t payload[PACKET_MAX];
	struct addr src = fake_addr(packet->src), dst = fake_addr(packet->dst);
	uint32_t len = write_payload(payload, packet);
	struct writer out = writer_of(bench->data, sizeof(bench->data));
	struct packet_in in = {.iface = bench->eth,
			       .ether_type = src.family == ADDR_IP4 ? 0x0800 : 0x86dd,
			       .src_mac = {2, 0, 0, 0, 0xaa, 9},
			       .data = bench->data};
	uint64_t sum = src.family == ADDR_IP4 ? 0 : checksum_pseudo(&src, &dst, IP_ICMP6, len);

	if (packet->icmp_checksum)
		store_be16(payload + 2, checksum_finish(checksum_add(sum, payload, len)));
	if (!packet->payload) /* the datagram of 8 bytes, whatever fills it up */
		store_be16(payload + 6, checksum_udp(checksum_finish(
						checksum_add(checksum_pseudo(&src, &dst, IP_UDP, 8),
							     payload, 8))));
	if (src.family == ADDR_IP4)
		write4(&out, packet, &src, &dst, len);
	else
		write6(&out, packet, &src, &dst, len);
	write_bytes(&out, payload, len);
	assert_false(out.bad);
	in.len = bench->len = (uint32_t)write_size(&out) - packet->cut;
	memcpy(in.dst_mac, bench->eth->mac, 6);
	if (packet->to_group_mac)
		in.dst_mac[0] |= 1;
	return in;
}

/* Its header and the checksum of ICMP are right. */
static void check(const struct ip_view *ip, const struct packet_out *out)
{
	uint64_t sum = ip->proto == IP_ICMP
			       ? 0
			       : checksum_pseudo(&ip->src, &ip->dst, ip->proto, ip->payload_len);

	assert_int_equal(ip->len, out->len);
	assert_int_equal(out->ether_type, ip->src.family == ADDR_IP4 ? 0x0800 : 0x86dd);
	if (ip->src.family == ADDR_IP4)
		assert_int_equal(checksum_finish(
					 checksum_add(0, ip->packet, (ip->packet[0] & 0xfu) * 4)),
				 0);
	assert_int_equal(checksum_finish(checksum_add(sum, ip->payload, ip->payload_len)), 0);
}

const struct ip_view *answer_of(struct bench *bench)
{
	free(bench->answer);
	bench->answer = fake_take(&bench->fake);
	if (!bench->answer)
		return NULL;
	assert_int_equal(bench->fake.n_sent, 0);
	assert_int_equal(ip_read(bench->answer->data, bench->answer->out.len, false, &bench->ip),
			 0);
	check(&bench->ip, &bench->answer->out);
	return &bench->ip;
}

uint32_t word_at(const struct ip_view *ip, uint32_t offset)
{
	assert_true(offset + 4 <= ip->payload_len);
	return load_be32(ip->payload + offset);
}
