// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/frame.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

void raw(struct frame *f, const void *bytes, uint32_t n)
{
	assert(f->len + n <= FRAME_MAX);
	if (n > 0)
		memcpy(f->bytes + f->len, bytes, n);
	f->len += n;
}

void fill(struct frame *f, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		raw(f, &(uint8_t){i * 7 + (i >> 8)}, 1);
}

static void be16(struct frame *f, uint16_t v)
{
	raw(f, (uint8_t[]){v >> 8, v & 0xff}, 2);
}

static void mac(struct frame *f, uint64_t v)
{
	for (int i = 5; i >= 0; i--)
		raw(f, &(uint8_t){v >> 8 * i}, 1);
}

struct frame eth(uint64_t dst, uint64_t src)
{
	struct frame f = {0};

	mac(&f, dst);
	mac(&f, src);
	return f;
}

void tag_type(struct frame *f, uint16_t ether_type, uint16_t tci)
{
	be16(f, ether_type);
	be16(f, tci);
}

void tag(struct frame *f, uint16_t vlan, uint8_t priority)
{
	tag_type(f, 0x8100, priority << 13 | vlan);
}

void type(struct frame *f, uint16_t ether_type)
{
	be16(f, ether_type);
}

static void ip4_addr(struct frame *f, const char *text)
{
	struct in_addr a;

	assert(inet_pton(AF_INET, text, &a) == 1);
	raw(f, &a, sizeof(a));
}

static void ip6_addr(struct frame *f, const char *text)
{
	struct in6_addr a;

	assert(inet_pton(AF_INET6, text, &a) == 1);
	raw(f, &a, sizeof(a));
}

static void ip4_options(struct frame *f, const char *src, const char *dst, uint8_t proto,
			const uint8_t *options, uint8_t n, uint16_t payload)
{
	uint32_t start, sum = 0;

	type(f, 0x0800);
	start = f->len;
	raw(f, (uint8_t[]){0x45 + n / 4, 0}, 2);
	be16(f, 20 + n + payload);
	raw(f, (uint8_t[]){0, 7, 0, 0, 64, proto, 0, 0}, 8);
	ip4_addr(f, src);
	ip4_addr(f, dst);
	raw(f, options, n);
	for (int i = 0; i < 20 + n; i += 2)
		sum += f->bytes[start + i] << 8 | f->bytes[start + i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	f->bytes[start + 10] = ~sum >> 8;
	f->bytes[start + 11] = ~sum;
}

void ip4(struct frame *f, const char *src, const char *dst, uint8_t proto, uint16_t payload)
{
	ip4_options(f, src, dst, proto, (const uint8_t *)"", 0, payload);
}

static void udp(struct frame *f, uint16_t sport, uint16_t dport, uint16_t payload, uint16_t sum)
{
	be16(f, sport);
	be16(f, dport);
	be16(f, 8 + payload);
	be16(f, sum);
	fill(f, payload);
}

void udp4_options(struct frame *f, const char *src, const char *dst, const uint8_t *options,
		  uint8_t n, uint16_t payload)
{
	ip4_options(f, src, dst, 17, options, n, 8 + payload);
	udp(f, 1000, 2000, payload, 0);
}

void udp4(struct frame *f, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	  uint16_t payload)
{
	ip4(f, src, dst, 17, 8 + payload);
	udp(f, sport, dport, payload, 0); /* IPv4 allows none */
}

void tcp4(struct frame *f, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	  uint16_t payload)
{
	ip4(f, src, dst, 6, 20 + payload);
	be16(f, sport);
	be16(f, dport);
	raw(f, (uint8_t[]){0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 0, 0, 0, 0, 0}, 16);
	fill(f, payload);
}

void ip6(struct frame *f, const char *src, const char *dst, uint8_t next, uint16_t payload)
{
	type(f, 0x86dd);
	raw(f, (uint8_t[]){0x60, 0, 0, 0}, 4);
	be16(f, payload);
	raw(f, (uint8_t[]){next, 64}, 2);
	ip6_addr(f, src);
	ip6_addr(f, dst);
}

void udp6(struct frame *f, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	  uint16_t payload)
{
	ip6(f, src, dst, 17, 8 + payload);
	udp(f, sport, dport, payload, 0xffff);
}

void arp(struct frame *f, const char *sender, const char *target)
{
	type(f, 0x0806);
	raw(f, (uint8_t[]){0, 1, 8, 0, 6, 4, 0, 1}, 8);
	raw(f, f->bytes + 6, 6);
	ip4_addr(f, sender);
	mac(f, 0);
	ip4_addr(f, target);
}

struct frame sized(uint64_t dst, uint64_t src, uint32_t len)
{
	struct frame f = eth(dst, src);

	udp4(&f, "10.0.0.1", "10.0.0.2", 1000, 2000, len - 42);
	return f;
}

struct frame plain(uint64_t dst, uint64_t src)
{
	return sized(dst, src, 60);
}
