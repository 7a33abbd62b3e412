// SPDX-License-Identifier: BSD-3-Clause
/*
 * IP packets for tests, written by hand from their fields (not by what is tested), and a host
 * engine on a wire to give them to:
 *
 *   eth    192.0.2.1/24 2001:db8::1/64 fe80::1/64    packets come in here
 *   wan    198.51.100.1/30 2001:db8:ff::1/64 fe80::2/64
 *   lo     203.0.113.1/32 2001:db8:100::1/128        a loopback
 */
#ifndef WEFT_TESTS_UNIT_ROUTING_PACKETS_H
#define WEFT_TESTS_UNIT_ROUTING_PACKETS_H

#include "routing/core/ip.h"
#include "routing/host/host.h"
#include "tests/support/fake_env.h"

#define PACKET_MAX 66000

/* What is left out takes a sane value: proto is UDP to port 9999, ttl 64. */
struct packet {
	const char *src, *dst;
	uint8_t proto; /* 0: UDP */
	uint8_t ttl, tos;
	uint16_t fragment;   /* IPv4: the whole field */
	const char *options; /* hexadecimal; IPv6: headers, the last one's next header is proto's */
	uint8_t first_header; /* IPv6, with options: the type of the first */
	const char *payload;  /* hexadecimal; NULL: 8 bytes of UDP */
	uint32_t size;        /* bytes of payload, filled up with 0x55 */
	bool icmp_checksum;   /* to be computed into the payload's bytes 2 and 3 */
	bool to_group_mac, bad_header_checksum;
	uint32_t cut; /* bytes missing at the end, as if the frame were shorter */
};

struct bench {
	struct fake fake;
	struct host *host;
	struct iface *eth, *wan, *lo;
	uint8_t data[PACKET_MAX];
	uint32_t len;
	bool duplicate; /* all of eth's addresses are */
	uint16_t open_port;
	struct fake_sent *answer; /* the last */
	struct ip_view ip;        /* of it */
};

void bench_begin(struct bench *bench, const struct host_conf *conf);
void bench_end(struct bench *bench);

/* Written into bench->data. */
struct packet_in make(struct bench *bench, const struct packet *packet);
/* The only answer that was sent since; its IP header is checked and read. NULL: none was sent. */
const struct ip_view *answer_of(struct bench *bench);
uint32_t word_at(const struct ip_view *ip, uint32_t offset);

#endif
